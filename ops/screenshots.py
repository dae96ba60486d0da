"""The pictures of the README, taken from the running demo at the width of a phone and of a desk.

python -m ops.screenshots [folder [picture …]]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Page, sync_playwright

from ops.browser import chromium

STATE = Path(os.environ.get("DEMO_STATE") or Path(__file__).resolve().parent.parent / ".var" / "demo")
WIDTHS = {390: 844, 1280: 900}


def main(folder: Path, only: list[str]) -> None:
    """Every picture of the tour, or those named; says where each came from."""
    folder.mkdir(parents=True, exist_ok=True)
    site = json.loads((STATE / "env.json").read_text())["site"]
    listed = json.loads((STATE / "accounts.json").read_text())
    accounts = {account["email"].partition("@")[0]: account for account in listed}
    found = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=found.arguments, env={**os.environ, **found.env}
        )
        for who, every in TOUR.items():
            pages = {name: address for name, address in every.items() if not only or name in only}
            if not pages:
                continue
            page = browser.new_context(locale="fr-FR", base_url=site, reduced_motion="reduce").new_page()
            if who:
                _sign_in(page, accounts[who])  # once: a code of the second factor serves once
            for width, height in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": height})
                for name, address in pages.items():
                    _go(page, address)
                    page.screenshot(path=folder / f"{name}-{width}.png")
                    print(f"{name}-{width}.png  {page.url}")
        browser.close()


#: account of the demo ("" for a stranger) → picture → address, or the text of a link to follow from an address
TOUR: dict[str, dict[str, str]] = {
    "": {
        "accueil": "/",
        "demande": "/demandes/nouvelle/ou/ > Continuer",
        "recherche": "/missions/?lieu=Romans-sur-Is%C3%A8re+(26)&rayon=20",
        "mission": "/missions/?q=lire&lieu=Romans-sur-Is%C3%A8re+(26)&rayon=20 | h3 a, h2 a",
        "rapprochement": "/comment-nous-rapprochons/",
        "alliances": "/alliances/",
        "reperes": "/odd/",
        "besoins": "/besoins/",
        "territoire-paris": "/territoires/communes/75056-paris/#chiffres",
        "territoire-village": "/territoires/communes/26222-orcinas/#chiffres",
        "territoire-outre-mer": "/territoires/communes/97209-fort-de-france/#chiffres",
    },
    "nadia": {"proposition": "/mon-espace/demandes/ | article a"},
    "helene": {
        "association": "/mon-espace/ | a[href^='/espace/']:not([href*='candidatures']):not([href*='equipe'])",
        "alliance": "/mon-espace/ | a[href^='/alliances/'][href$='/espace/']",
        "tour-de-table": "/mon-espace/ | a[href^='/alliances/'][href$='/espace/'] + tour-de-table/",
    },
    "bruno": {
        "mise-a-disposition": "/mon-espace/ | a[href^='/espace/'] ++ mecenat/mises-a-disposition/ "
        "| a[href*='/mises-a-disposition/']:has-text('Un budget sur trois ans') + #journees",
        "besoins-pour-une-offre": "/mon-espace/ | a[href^='/espace/'] ++ rapprochements/ | a[href*='/offre/']",
        "impact": "/mon-espace/ | a[href^='/espace/'] ++ mecenat/engagement/",
    },
    "margaux": {"reseau": "/mon-espace/ | a[href^='/espace/'] ++ reseau/"},
    "brigade": {"brigade": "/brigade/"},
}


def _go(page: Page, address: str) -> None:
    """An address, then links to follow ("address | selector | …", "… + what to add to it", "… ++ a page of its
    space") or a town to fill in."""
    if " | " in address:
        start, *selectors = address.split(" | ")
        page.goto(start)
        for each in selectors:
            selector, _, inside = each.partition(" ++ ")
            selector, _, added = selector.partition(" + ")
            target = page.locator("main").locator(selector).first.get_attribute("href") or ""
            space = "/".join(target.split("/")[:3])  # « /espace/12-isere-cuir »
            page.goto(f"{space}/{inside}" if inside else f"{target}{added}")
    elif " > " in address:
        start, button = address.split(" > ")
        page.goto(start)
        page.wait_for_load_state()
        page.get_by_label("Votre commune").press_sequentially("Romans")
        page.get_by_role("option", name="Romans-sur-Isère (26)").click()
        page.get_by_role("button", name=button).click()
        page.get_by_label("Mercredi Après-midi").check(force=True)
    else:
        page.goto(address)
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, account: dict[str, Any]) -> None:
    page.goto("/compte/connexion/")
    page.get_by_label("Adresse électronique").fill(account["email"])
    page.get_by_label("Mot de passe").fill(account["password"])
    page.get_by_role("button", name="Continuer").click()
    if account["totp_secret"]:
        page.locator("input[name=code]").fill(pyotp.TOTP(account["totp_secret"]).now())
        page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/mon-espace/**")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots"), sys.argv[2:])
