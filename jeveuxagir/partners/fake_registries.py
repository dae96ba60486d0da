"""Two registries that know only the demo's organisations, on a loopback port: nothing is asked of the real ones.

`python -m jeveuxagir.partners.fake_registries --port 8030 --lines registries.json`: the file gives, for each number,
the line that the real registry would give. It is read again at each question, so it may come later.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SIRENE_PATH, RNA_PATH = "/sirene/search", "/rna/records"


def addresses(port: int) -> dict[str, str]:
    """The settings that send us to these registries."""
    host = f"http://127.0.0.1:{port}"
    return {
        "SIRENE_URL": f"{host}{SIRENE_PATH}?q={{number}}",
        "RNA_URL": f"{host}{RNA_PATH}?q={{number}}",
    }


def company(siren: str, name: str, **said: Any) -> dict[str, Any]:
    """A line of the directory of companies. `said`: siret, street, postal_code, commune, commune_name, closed_on."""
    closed_on = said.get("closed_on")
    state = "C" if closed_on else "A"
    return {
        "siren": siren,
        "nom_complet": name.upper(),
        "etat_administratif": state,
        "date_fermeture": closed_on,
        "nature_juridique": said.get("legal_form", ""),
        "siege": {
            "siret": said.get("siret", ""),
            "adresse": " ".join(
                said.get(part, "").upper() for part in ("street", "postal_code", "commune_name")
            ),
            "code_postal": said.get("postal_code", ""),
            "commune": said.get("commune", ""),
            "libelle_commune": said.get("commune_name", "").upper(),
            "etat_administratif": state,
            "date_fermeture": closed_on,
        },
        "complements": {"identifiant_association": said.get("rna") or None},
    }


def association(rna: str, name: str, **said: Any) -> dict[str, Any]:
    """A line of the RNA. `said`: street, postal_code, commune, commune_name, closed_on."""
    closed_on = said.get("closed_on")
    return {
        "id": rna,
        "titre": name.upper(),
        "adrs_libvoie": said.get("street", "").upper(),
        "adrs_codepostal": said.get("postal_code", ""),
        "adrs_codeinsee": said.get("commune", ""),
        "adrs_libcommune": said.get("commune_name", "").upper(),
        "position": "D" if closed_on else "A",
        "date_disso": closed_on or "0001-01-01",
    }


class Registries(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, lines: Path) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.lines = lines

    def results(self, path: str, number: str) -> list[Any]:
        try:
            known = json.loads(self.lines.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        line = known.get("rna" if path == RNA_PATH else "sirene", {}).get(number)
        return [] if line is None else [line]


class _Handler(BaseHTTPRequestHandler):
    server: Registries

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path not in (SIRENE_PATH, RNA_PATH):
            self.send_error(404)
            return
        number = parse_qs(asked.query).get("q", [""])[0]
        number = number[:9] if asked.path == SIRENE_PATH else number
        results = self.server.results(asked.path, number)
        content = json.dumps({"results": results, "total_results": len(results)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lines", type=Path, required=True)
    options = parser.parse_args()
    Registries(options.port, options.lines).serve_forever()


if __name__ == "__main__":
    main()
