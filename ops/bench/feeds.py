"""How long a partner's feed takes: `python -m ops.bench.feeds [MISSIONS]`, on a database of its own.

Prints, for a first import, the same feed again, and one where every tenth mission changed: the seconds, those the
processor worked for us and for us in PostgreSQL (a busy machine stretches only the first), and the memory taken
beyond the start.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from ops.services import PostgreSQL

SENTENCE = (
    "Vous accompagnez des personnes du quartier dans leurs démarches et leurs sorties, avec une équipe. "
)
PER_ORGANISATION = 8


def write(path: Path, count: int, places: list[tuple[str, str]], *, changed: bool = False) -> None:
    """An invented feed over these (town, postal code)s; `changed` gives every tenth mission another title."""
    random_ = random.Random(2020)
    with path.open("w") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<source>\n')
        for number in range(count):
            town, code = random_.choice(places)
            title = f"Aider ses voisins {'autrement' if changed and number % 10 == 0 else 'ensemble'}, équipe {number}"
            file.write(
                f"<mission><title><![CDATA[{title}]]></title><clientId>banc-{number}</clientId>"
                f"<description><![CDATA[<p>{SENTENCE * 4}</p><ul><li>le matin</li><li>le soir</li></ul>]]>"
                "</description>"
                f"<applicationUrl>https://partenaire.example/missions/{number}</applicationUrl>"
                "<startAt>2026-01-01T08:00:00Z</startAt><endAt>2035-12-31T22:59:59Z</endAt>"
                f"<addresses><address><street>{number % 90 + 1} rue Verte</street><city><![CDATA[{town}]]></city>"
                f"<postalCode>{code}</postalCode><country>FR</country></address></addresses>"
                "<domain>solidarite-insertion</domain><activity>soutien-scolaire, animation</activity>"
                f"<places>{number % 7 + 1}</places><openToMinors>yes</openToMinors><schedule>2 h par semaine</schedule>"
                "<tags><value>lien social</value><value>écoute</value></tags>"
                f"<organizationClientId>org-{number // PER_ORGANISATION}</organizationClientId>"
                f"<organizationName><![CDATA[Entraide numéro {number // PER_ORGANISATION}]]></organizationName>"
                "</mission>\n"
            )
        file.write("</source>\n")


def measure(folder: Path, count: int, trust: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from jeveuxagir.territories.models import Commune
    from missions.feeds import services
    from missions.feeds.models import Partner

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    rows = Commune.objects.exclude(postal_codes=[]).order_by("?")[:6000]
    places = [(commune.name, commune.postal_codes[0]) for commune in rows]
    same, other = folder / "meme.xml", folder / "autre.xml"
    write(same, count, places)
    write(other, count, places, changed=True)
    partner = Partner.objects.create(slug="banc", name="Partenaire du banc d’essai", trust=trust)
    print(f"{count} missions, {same.stat().st_size / 1e6:.0f} MB, partner {trust}")
    start = memory()
    for name, path in (("first import", same), ("unchanged", same), ("every tenth changed", other)):
        began, busy, served = time.perf_counter(), time.process_time(), database_time()
        run = services.import_feed(partner, path)
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        served = database_time() - served
        print(
            f"{name:<22}{seconds:7.1f} s (CPU: {busy:5.1f} s ours, {served:5.1f} s PostgreSQL)   "
            f"{run.get_state_display()}: {run.created} created, "
            f"{run.updated} updated, {run.unchanged} unchanged, {run.rejected} rejected {run.error}   "
            f"memory +{memory() - start} MB"
        )


def database_time() -> float:
    """Seconds of processor that our connection's server process has used so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory() -> int:
    """The most this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("missions", nargs="?", type=int, default=20_000)
    parser.add_argument("--trust", choices=("trusted", "reviewed"), default="trusted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jva-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = PostgreSQL(folder / "pg")
        os.environ["DATABASE_URL"] = server.start("bench")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.test")
        try:
            measure(folder, options.missions, options.trust)
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
