"""Every public page: how long the server takes, what a first visit weighs and asks for.

    python -m ops.bench.pages [--missions N] [--requests N]

Server time: p95 of 40 requests by one client, and the ratio to the naive page of the same run. First visit: a browser
with an empty cache; the bytes of every answer, texts gzipped; the number of requests.
"""

from __future__ import annotations

import gzip
import os

from playwright.sync_api import Response, sync_playwright

from ops.bench.base import arguments, base
from ops.bench.site import measure, running_site
from ops.browser import chromium

TRIES = 40
TEXTS = ("text/", "javascript", "json", "svg", "xml", "manifest")


def addresses() -> dict[str, str]:
    """Name of the page → an address of it."""
    from jeveuxagir.territories.models import Commune
    from missions.models import Mission
    from organisations.models import Organisation

    lyon = Commune.objects.get(pk="69123")
    mission = Mission.objects.filter(slots__kind="dated").order_by("pk")[50]
    organisation = Organisation.objects.order_by("pk")[3]
    return {
        "accueil": "/",
        "recherche": "/missions/?lieu=Lyon+(69)&rayon=20",
        "recherche, mots": "/missions/?q=lire",
        "recherche, carte": "/missions/?lieu=Lyon+(69)&rayon=20&vue=carte",
        "mission": mission.get_absolute_url(),
        "candidater": f"{mission.get_absolute_url()}candidater/",
        "je veux agir": "/demandes/nouvelle/ou/",
        "organisations": "/organisations/",
        "organisation": organisation.get_absolute_url(),
        "inscription": "/organisations/inscription/",
        "commune": f"/territoires/communes/{lyon.pk}-{lyon.slug}/",
        "département": "/territoires/departements/69-rhone/",
        "idée": "/idees/nouvelle/",
        "connexion": "/compte/connexion/",
        "rapprochement": "/comment-nous-rapprochons/",
        "aide": "/aide/",
        "contact": "/contact/",
        "confidentialité": "/confidentialite/",
        "données": "/donnees/",
        "API": "/api/",
    }


def first_visit(port: int, path: str) -> tuple[int, int]:
    """Kilobytes and requests of a browser that comes for the first time."""
    found = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=found.arguments, env={**os.environ, **found.env}
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        answers: list[Response] = []
        page.on(
            "response", lambda answer: answers.append(answer)
        )  # marks its handlers: a method it could not
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        size = 0
        for answer in answers:
            body = answer.body() if answer.status == 200 else b""
            kind = answer.headers.get("content-type", "")
            size += len(gzip.compress(body)) if any(text in kind for text in TEXTS) else len(body)
        browser.close()
    return round(size / 1000), len(answers)


def main() -> None:
    options = arguments(__doc__).parse_args()
    with base(options.missions, options.requests, fresh=options.fresh) as database:
        pages = addresses()
        with running_site(database) as port:
            measure(port, ["/naif/missions/"] * 5)
            naive = measure(port, ["/naif/missions/"] * TRIES)
            print(f"{'naive list':<20} {naive}")
            for name, path in pages.items():
                measure(port, [path] * 4)
                times = measure(port, [path] * TRIES)
                size, asked = first_visit(port, path)
                print(
                    f"{name:<20} {times}   {times.p95 / naive.p95:4.1f} × the naive list   "
                    f"first visit {size:4} kB gzipped, {asked:2} requests",
                    flush=True,
                )


if __name__ == "__main__":
    main()
