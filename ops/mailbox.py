"""The demo's mailbox: an SMTP server that keeps what is sent, and pages to read it, newest first.

It also shows the demo accounts with the current second-factor code of the staff. It listens on the loopback
interface only and has no place in production.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import html
import itertools
import json
import logging
import re
import signal
import threading
import time
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pyotp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)
PARIS = ZoneInfo("Europe/Paris")
LISTED = 200
LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")

PAGE_CSP = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
# The mail's own HTML: no script, nothing fetched, links open the site in the whole window.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)

STYLE = """
:root { color-scheme: light; font-family: Marianne, Arial, sans-serif; line-height: 1.5; color: #161616 }
body { margin: 0 auto; max-width: 62rem; padding: 1rem }
a { color: #000091 } a:visited { color: #4b4b9b }
:focus-visible { outline: 3px solid #0a76f6; outline-offset: 2px }
table { border-collapse: collapse; width: 100%; min-width: 44rem }
caption { text-align: left; font-weight: bold; padding: .5rem 0 }
th, td { border-bottom: 1px solid #929292; padding: .5rem; text-align: left; vertical-align: top }
code { font-size: 1.125em; white-space: nowrap }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: 1rem; font: inherit }
iframe { width: 100%; height: 34rem; border: 1px solid #929292 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dd { margin: 0; overflow-wrap: anywhere }
.scroll { overflow-x: auto }
"""


class Store:
    """Messages as files, numbered in the order of their arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count(max(self.numbers(), default=0) + 1)
        self._lock = threading.Lock()

    def numbers(self) -> list[int]:
        return sorted((int(path.stem) for path in self.folder.glob("*.eml")), reverse=True)

    def add(self, content: bytes, recipients: list[str]) -> None:
        envelope = f"X-Envelope-To: {', '.join(recipients)}\r\n".encode("ascii", "replace")
        with self._lock:
            path = self.folder / f"{next(self._numbers):06d}.eml"
            unfinished = path.with_suffix(".new")
            unfinished.write_bytes(envelope + content)
            unfinished.rename(path)

    def read(self, number: int) -> EmailMessage | None:
        path = self.folder / f"{number:06d}.eml"
        if not path.exists():
            return None
        return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    def arrived(self, number: int) -> datetime:
        return datetime.fromtimestamp((self.folder / f"{number:06d}.eml").stat().st_mtime, PARIS)


class Sink:
    """aiosmtpd's handler: a message is on disk before it is accepted."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        self.store.add(content.encode() if isinstance(content, str) else content, list(envelope.rcpt_tos))
        return "250 OK"


def part(message: EmailMessage, kind: str) -> str:
    """The text or HTML body, "" if there is none."""
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


def linked(text: str) -> str:
    """Escaped text in which addresses are links."""
    pieces, end = [], 0
    for match in LINK.finditer(text):
        target = html.escape(match[0])
        pieces += [html.escape(text[end : match.start()]), f'<a href="{target}">{target}</a>']
        end = match.end()
    return "".join([*pieces, html.escape(text[end:])])


class Pages(BaseHTTPRequestHandler):
    """The pages; the server's attributes say where the data is."""

    server: MailboxServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            self._page("Boîte aux lettres", self._inbox())
        elif path == "/style.css":
            self._answer(STYLE.encode(), "text/css; charset=utf-8")
        elif match := re.fullmatch(r"/messages/(\d{1,9})(/html)?", path):
            number = int(match[1])
            message = self.server.store.read(number)
            if message is None:
                self._page("Page introuvable", "<p>Ce message n’existe pas.</p>", HTTPStatus.NOT_FOUND)
            elif match[2]:
                body = part(message, "html").replace("<head>", '<head><base target="_top">', 1)
                self._answer(body.encode(), "text/html; charset=utf-8", csp=MAIL_CSP)
            else:
                self._page(str(message["Subject"] or "Sans objet"), self._message(number, message))
        else:
            self._page("Page introuvable", "<p>Cette page n’existe pas.</p>", HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def _inbox(self) -> str:
        return (
            f'<p><a href="{html.escape(self.server.site)}">Aller sur le site</a> · <a href="/">Actualiser</a></p>'
            + self._accounts()
            + self._messages()
        )

    def _accounts(self) -> str:
        try:
            accounts: list[dict[str, Any]] = json.loads(self.server.accounts.read_text())
        except (OSError, ValueError):
            return "<h2>Comptes de démonstration</h2><p>Les données de démonstration ne sont pas encore prêtes.</p>"
        rows = []
        for account in accounts:
            code = "–"
            if account.get("totp_secret"):
                totp = pyotp.TOTP(account["totp_secret"])
                left = int(totp.interval - time.time() % totp.interval)
                code = f"<code>{totp.now()}</code> (encore {left}\N{NO-BREAK SPACE}s)"
            cells = "".join(
                f"<td>{html.escape(str(account.get(key) or '–'))}</td>" for key in ("name", "email")
            )
            password = (
                f"<td><code>{html.escape(account['password'])}</code></td>" if account.get("password") else ""
            )
            password = password or "<td>code reçu par courriel</td>"
            rows.append(
                f'<tr><th scope="row">{html.escape(str(account["role"]))}</th>{cells}{password}<td>{code}</td></tr>'
            )
        return (
            "<h2>Comptes de démonstration</h2>"
            "<p>Pour vous connecter : l’adresse, puis le code reçu ici ou le mot de passe. "
            "Les agents ajoutent le code du moment.</p>"
            '<div class="scroll" role="region" aria-label="Comptes de démonstration" tabindex="0"><table>'
            "<caption>Un compte pour chaque rôle</caption>"
            '<thead><tr><th scope="col">Rôle</th><th scope="col">Nom</th><th scope="col">Adresse</th>'
            '<th scope="col">Mot de passe</th><th scope="col">Second facteur</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _messages(self) -> str:
        numbers = self.server.store.numbers()
        if not numbers:
            return "<h2>Messages</h2><p>Aucun message n’a encore été envoyé.</p>"
        rows = []
        for number in numbers[:LISTED]:
            message = self.server.store.read(number)
            if message is None:
                continue
            subject = html.escape(str(message["Subject"] or "Sans objet"))
            rows.append(
                f'<tr><td><a href="/messages/{number}">{subject}</a></td>'
                f"<td>{html.escape(str(message['X-Envelope-To']))}</td>"
                f"<td><time>{self.server.store.arrived(number):%d/%m/%Y %H:%M:%S}</time></td></tr>"
            )
        more = f", les {LISTED} derniers" if len(numbers) > LISTED else ""
        return (
            '<h2>Messages</h2><div class="scroll" role="region" aria-label="Messages" tabindex="0"><table>'
            f"<caption>{len(numbers)} message{'s' if len(numbers) > 1 else ''}{more}, le plus récent d’abord</caption>"
            '<thead><tr><th scope="col">Objet</th><th scope="col">Destinataire</th>'
            f'<th scope="col">Arrivé le</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        )

    def _message(self, number: int, message: EmailMessage) -> str:
        headers = {
            "De": message["From"],
            "À": message["X-Envelope-To"],
            "Arrivé le": f"{self.server.store.arrived(number):%d/%m/%Y %H:%M:%S}",
            "Désinscription": message["List-Unsubscribe"],
        }
        listed = "".join(
            f"<dt>{name}</dt><dd>{linked(str(value))}</dd>" for name, value in headers.items() if value
        )
        text = f"<h2>Texte</h2><pre>{linked(part(message, 'plain'))}</pre>"
        page = ""
        if part(message, "html"):
            page = (
                "<h2>Version mise en page</h2>"
                f'<iframe src="/messages/{number}/html" title="Version mise en page du message"></iframe>'
            )
        return f'<p><a href="/">Retour à la boîte aux lettres</a></p><dl>{listed}</dl>{text}{page}'

    def _page(self, title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        page = (
            '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(title)} – démonstration Jeveuxagir</title>"
            '<link rel="stylesheet" href="/style.css"></head>'
            f"<body><main><h1>{html.escape(title)}</h1>{body}</main></body></html>"
        )
        self._answer(page.encode(), "text/html; charset=utf-8", status=status)

    def _answer(
        self, body: bytes, kind: str, *, csp: str = PAGE_CSP, status: HTTPStatus = HTTPStatus.OK
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": csp,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """No log: addresses read here are nobody's business."""


class MailboxServer(ThreadingHTTPServer):
    """The pages' server."""

    daemon_threads = True

    def __init__(self, port: int, *, store: Store, accounts: Path, site: str) -> None:
        super().__init__(("127.0.0.1", port), Pages)
        self.store, self.accounts, self.site = store, accounts, site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--accounts", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--site", required=True)
    options = parser.parse_args()
    store = Store(options.folder)
    smtp = Controller(Sink(store), hostname="127.0.0.1", port=options.smtp_port, data_size_limit=20_000_000)
    smtp.start()
    server = MailboxServer(options.http_port, store=store, accounts=options.accounts, site=options.site)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    smtp.stop()


if __name__ == "__main__":
    main()
