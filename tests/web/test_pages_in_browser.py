"""The public pages in a browser: two clicks to a form, nothing axe finds, light enough for a poor network."""

import gzip

import pytest
from playwright.sync_api import expect

from tests import factories as f
from tests.support.accessibility import axe

PAGES = (
    *(
        "/",
        "/j-ai-un-besoin/",
        "/idees/nouvelle/",
        "/idees/envoyee/",
        "/contact/",
        "/contact/envoye/",
        "/aide/",
    ),
    *("/aide/?q=compte", "/aide/?q=zzz", "/conditions-utilisation/", "/mentions-legales/", "/accessibilite/"),
    *("/plan-du-site/", "/territoires/", "/territoires/regions/75-nouvelle-aquitaine/"),
    *("/recherche/", "/recherche/?territoire=d23", "/recherche/?q=zzzzzz&commune=23096"),
    *("/territoires/departements/23-creuse/", "/territoires/communes/23096-gueret/", "/page-introuvable/"),
    *("/temoignages/", "/temoignages/?territoire=d23"),
    *("/moyens/", "/moyens/orienter/", "/moyens/instruments/", "/moyens/instruments/leader/"),
)
#: each intent, the clicks after it, and the form they lead to
INTENTS = (
    ("J’agis", (), "**/demandes/nouvelle/**"),
    ("J’ai un besoin", ("Une association, une fondation",), "**/organisations/inscription/**"),
    ("J’ai un besoin", ("Une entreprise",), "**/organisations/inscription/**"),
    ("J’ai un besoin", ("Un habitant, un collectif",), "**/idees/nouvelle/**"),
    ("Nous nous allions", (), "**/alliances/nouvelle/**"),
    ("Nous nous allions", ("Déposer une idée",), "**/idees/nouvelle/**"),
)


@pytest.mark.parametrize("width", [390, 1280])
def test_each_intent_reaches_its_first_form_in_two_clicks(site, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for intent, then, form in INTENTS:
        page.goto(site.url)
        link = page.locator(".home-intents a", has_text=intent)
        assert link.bounding_box()["y"] < 800, f"{intent}: on the first screen"
        link.click()
        for name in then:
            page.get_by_role("link", name=name).click()
        assert 1 + len(then) <= 2
        page.wait_for_url(form)
        expect(page.locator("main form[method=post], main form").first).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(site, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    f.make_mission(commune=f.GUERET, title="Aider des élèves à lire, le mercredi, à la médiathèque de Guéret")
    for path in PAGES:
        page.goto(site.url + path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(
    "path", ["/", "/j-ai-un-besoin/", "/idees/nouvelle/", "/territoires/communes/23096-gueret/"]
)
def test_a_first_view_makes_few_requests_and_is_light(site, browser, path):
    """At most 15 requests and 300 kB once compressed (the fonts already are)."""
    for _ in range(3):
        f.make_mission(commune=f.GUERET)
    context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 800})
    page, answers = context.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(site.url + path, wait_until="networkidle")
    sizes = {
        answer.url: len(body) if answer.url.endswith((".woff2", ".png")) else len(gzip.compress(body))
        for answer in answers
        for body in [answer.body()]
    }
    context.close()
    assert len(sizes) <= 15, sorted(sizes)
    assert sum(sizes.values()) <= 300_000, sizes


def test_an_idea_is_brought_without_a_mouse_and_without_javascript(site, browser):
    context = browser.new_context(
        locale="fr-FR", viewport={"width": 390, "height": 800}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{site.url}/idees/nouvelle/")
    page.get_by_label("Votre idée, en une phrase").focus()
    for text in ("Un atelier vélo", "Pour les jeunes du quartier", "Guéret (23)", "Nour", "nour@exemple.fr"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/idees/envoyee/")
    expect(page.get_by_role("heading", name="ouvrez votre messagerie")).to_be_visible()
    context.close()
