"""What a search engine, a browser's tab and a shared link read: on every public page, of every app."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from jeveuxagir.common.clock import today
from tests import factories as f
from tests.permissions.table import ROUTES, public
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

#: they are no page, or lead to one
NOT_PAGES = (
    "api:",
    "web:robots",
    "web:security_txt",
    "web:sitemap",
    "web:favicon",
    "health_",
    "territories:lookup",
)


class Head(HTMLParser):
    def __init__(self):
        super().__init__()
        self.title, self.h1, self.lang, self.metas, self.canonical, self._in = "", [], "", {}, "", ""

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "html":
            self.lang = values.get("lang", "")
        elif tag == "meta":
            self.metas[values.get("name") or values.get("property") or ""] = values.get("content", "")
        elif tag == "link" and values.get("rel") == "canonical":
            self.canonical = values["href"]
        elif tag == "h1" or (tag == "title" and not self.title):  # a drawing may have a title too
            self._in = tag
            if tag == "h1":
                self.h1.append("")

    def handle_endtag(self, tag):
        if tag == self._in:
            self._in = ""

    def handle_data(self, data):
        if self._in == "title":
            self.title += data
        elif self._in == "h1":
            self.h1[-1] += data


def read(html):
    head = Head()
    head.feed(html)
    return head


@pytest.fixture
def pages(client):
    """Every public address that answers a page: address → its head."""
    world, found = World(), {}
    for name, route in ROUTES.items():
        if route.rule is not public or route.method != "get" or name.startswith(NOT_PAGES) or route.path:
            continue
        url = reverse(name, kwargs=route.args(world, route.kinds[0]) if route.args else {})
        response = client.get(url)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            found[url] = read(response.content.decode())
    return found


def test_every_public_page_says_what_it_is(pages):
    assert len(pages) > 20
    for url, head in pages.items():
        assert head.lang == "fr", url
        assert head.title.endswith(" – Jeveuxagir"), (url, head.title)
        assert len(head.title.removesuffix(" – Jeveuxagir").strip()) > 3, url
        assert head.title != "Page – Jeveuxagir", url
        assert len(head.h1) == 1, (url, head.h1)
        assert head.h1[0].strip(), url
        assert head.metas.get("description", "").strip(), url
        assert head.metas["og:site_name"] == "Jeveuxagir", url


def test_each_public_page_has_a_canonical_address_or_asks_not_to_be_listed(pages, settings):
    for url, head in pages.items():
        if "noindex" in head.metas.get("robots", ""):
            continue
        assert head.canonical.startswith(settings.SITE_URL), url


def test_no_two_listed_pages_have_the_same_title_or_description(pages):
    listed = {url: head for url, head in pages.items() if "noindex" not in head.metas.get("robots", "")}
    once = {head.canonical: head for head in listed.values()}  # the terms in force have two addresses
    titles = [head.title for head in once.values() if "conditions-utilisation" not in head.canonical]
    assert len(titles) == len(set(titles)), sorted(titles)


def locations(client, section):
    return re.findall(r"<loc>([^<]+)</loc>", client.get(f"/sitemap-{section}.xml").content.decode())


def test_our_own_open_missions_are_listed_and_a_partner_s_are_not(client, settings):
    own, theirs = f.make_mission(), f.make_mission(imported=True)
    f.make_mission(state="pending")
    assert locations(client, "missions") == [settings.SITE_URL.rstrip("/") + own.get_absolute_url()]
    assert theirs.get_absolute_url() not in client.get("/sitemap-missions.xml").content.decode()


def test_places_are_listed_where_something_happens(client):
    f.make_mission(commune=f.GUERET)
    found = locations(client, "territories")
    assert any(url.endswith("/territoires/departements/23-creuse/") for url in found)
    assert any(url.endswith("/territoires/communes/23096-gueret/") for url in found)
    assert not any(url.endswith("/territoires/communes/59350-lille/") for url in found)


def test_a_domain_an_activity_or_a_goal_is_a_page_of_its_own(client, settings):
    mission = f.make_mission(domain="education")
    mission.activities.set(["lutte-isolement"])
    mission.sdgs.set([4])
    base = settings.SITE_URL.rstrip("/")
    listed = locations(client, "themes")
    assert set(listed) == {
        f"{base}/missions/?{theme}" for theme in ("domaine=education", "activite=lutte-isolement", "odd=4")
    }
    for url in listed:
        head = read(client.get(url.removeprefix(base)).content.decode())
        assert head.canonical == url
        assert head.title != "Missions – Jeveuxagir"
        assert head.metas["description"].startswith("1 mission bénévole".replace(" ", "\xa0", 1))
    for more in ("&q=lire", "&page=2&distance=on", "&domaine=sante"):
        head = read(client.get(f"/missions/?domaine=education{more}").content.decode())
        assert head.canonical == "", more


def test_the_index_lists_each_part_and_every_listed_page_answers(client):
    f.make_mission()
    index = re.findall(r"<loc>[^<]*(/sitemap-\w+\.xml)</loc>", client.get("/sitemap.xml").content.decode())
    assert sorted(index) == [
        f"/sitemap-{name}.xml"
        for name in (
            "alliances",
            "challenges",
            "events",
            "examples",
            "glossary",
            "library",
            "missions",
            "offers",
            "organisations",
            "pages",
            "programme",
            "resources",
            "skill_needs",
            "territories",
            "themes",
            "vocabulary",
        )
    ]
    for section in ("missions", "organisations", "pages", "themes"):
        for url in locations(client, section):
            path = "/" + url.split("/", 3)[3]
            assert client.get(path).status_code == 200, path


def test_a_page_of_a_sitemap_says_when_it_changed(client):
    f.make_mission()
    assert f"<lastmod>{today():%Y-%m-%d}" in client.get("/sitemap-missions.xml").content.decode()


def test_icons_and_the_manifest_are_there(client):
    html = client.get("/").content.decode()
    for name in ("favicon-32.png", "apple-touch-icon.png", "manifest.webmanifest", "logo.svg"):
        assert f"/static/ui/{name}" in html
    assert client.get("/favicon.ico").status_code == 302


def test_a_missing_page_searches_with_the_words_of_its_address(client):
    response = client.get("/missions/lire-avec-des-eleves/123/")
    html = response.content.decode()
    assert response.status_code == 404
    assert 'value="missions lire avec des eleves"' in html
    assert read(html).metas["robots"] == "noindex"


def test_the_foot_of_a_page_and_the_map_of_the_site_lead_only_to_pages_that_answer(client):
    shown = client.get("/plan-du-site/").text
    main, _, foot = shown.partition('id="pied-de-page"')
    listed = main.partition("<main")[2]
    for words in (listed, foot):
        links = re.findall(r'href="(/[^"#?]*)"', words)
        assert {"/problemes-communs/", "/glossaire/", "/territoires/", "/alliances/"} <= set(links)
        assert len(links) == len(set(links))
        for link in links:
            assert client.get(link, follow=True).status_code == 200, link
