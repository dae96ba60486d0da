"""What the eye meets first, measured in a browser: each of these was ugly once."""

from playwright.sync_api import expect

from missions.models import Slot
from tests import factories as f

PHONE = {"width": 390, "height": 844}


def test_the_first_result_of_a_search_begins_on_the_first_screen_of_a_phone(site, page):
    f.make_mission(commune=f.GUERET)
    page.set_viewport_size(PHONE)
    page.goto(f"{site.url}/missions/")
    card = page.locator(".mi-card").first
    expect(card).to_be_visible()
    assert card.bounding_box()["y"] < PHONE["height"] * 0.75


def test_a_count_stands_beside_its_filter_however_long_the_words(site, page):
    f.make_mission(commune=f.GUERET, domain="prevention-protection")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site.url}/missions/")
    heights = page.locator(".ui-choice").evaluate_all(
        """choices => choices.filter(choice => choice.offsetHeight).map(choice => {
          const [words, count] = choice.querySelectorAll('.fr-label > span');
          return Math.abs(words.getBoundingClientRect().top - count.getBoundingClientRect().top);
        })"""
    )
    assert heights
    assert max(heights) < 12


def test_the_words_of_a_box_to_tick_and_their_link_are_two_words(site, page):
    page.goto(f"{site.url}/compte/inscription/")
    gap = page.get_by_role("link", name="conditions d’utilisation").first.evaluate(
        """link => {
          const range = document.createRange();
          range.selectNodeContents(link.previousSibling);
          return link.getBoundingClientRect().left - range.getBoundingClientRect().right;
        }"""
    )
    assert gap >= 3


def test_the_chosen_tag_of_a_row_differs_from_the_others(site, page):
    page.goto(f"{site.url}/plan-du-site/")
    colours = page.evaluate(
        """() => ['', ' aria-current="true"'].map(current => {
          document.querySelector('main').insertAdjacentHTML(
            'beforeend', `<a class="fr-tag" href="?"${current}>Ouverte (4)</a>`);
          return getComputedStyle(document.querySelector('main').lastElementChild).backgroundColor;
        })"""
    )
    assert colours[0] != colours[1]


def test_home_shows_new_missions_that_have_a_place_left(client, db):
    full = f.make_mission(title="Tenir la ludothèque", commune=f.GUERET)
    Slot.objects.filter(mission=full).update(taken=5)
    f.make_mission(title="Lire aux enfants", commune=f.GUERET)
    page = client.get("/").content.decode()
    assert "Lire aux enfants" in page
    assert "Tenir la ludothèque" not in page


def test_an_unknown_town_is_corrected_beside_it_and_the_filters_stay_closed(site, page):
    f.make_mission(commune=f.GUERET)
    page.set_viewport_size(PHONE)
    page.goto(f"{site.url}/missions/?lieu=Xyzq")
    expect(page.get_by_text("Nous ne connaissons pas ce lieu")).to_be_visible()
    expect(page.get_by_label("À partir du")).to_be_hidden()


def test_an_empty_form_sent_fast_says_what_is_missing_and_nothing_else(client, db, settings):
    settings.BOT_MINIMUM_SECONDS = 2
    page = client.post("/contact/", {"shown_at": "faux"}).content.decode()
    assert "Ce champ est obligatoire." in page
    assert "très vite" not in page


def test_a_link_one_hesitates_over_is_fetched_early_for_strangers_only(site, page, client):
    page.goto(f"{site.url}/aide/")
    page.locator("header a[href='/organisations/']").first.hover()
    page.locator("head link[rel=prefetch][href$='/organisations/']").wait_for(state="attached")
    client.force_login(f.make_user())
    assert "data-prefetch" not in client.get("/aide/").content.decode()  # a private page is kept nowhere


def test_a_place_without_missions_shows_no_row_of_zeros(client, db):
    f.make_mission(commune=f.GUERET)
    empty = client.get("/territoires/departements/01-ain/").content.decode()
    assert "<dd>0</dd>" not in empty
    assert "Aucune mission ouverte" in empty
    region = client.get("/territoires/regions/84-auvergne-rhone-alpes/").content.decode()
    assert "aucune mission" in region
    assert "0\u00a0mission" not in region


def test_whoever_told_a_town_once_finds_it_in_a_new_request(client, db):
    client.force_login(f.make_user(person=f.make_person(commune=f.get_commune(f.GUERET))))
    assert 'value="Guéret (23)"' in client.get("/demandes/nouvelle/ou/").content.decode()
