"""The library as readers meet it: its home, shelves, interests, kit, networks, and a sheet with its history."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from alliances.journey import JOURNEY, STEPS
from alliances.library import editing, illustrations, kit, reference
from alliances.library.enums import Interest, Shelf
from alliances.library.models import Method, Network, Resource
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves():
    """The sheets that come with the product."""
    reference.load()


def text(response):
    """What is read on the page, without what the glossary says beside a word."""
    html = re.sub(
        r'<a class="ui-word"[^>]*>(.*?)</a><span class="fr-tooltip.*?</span>',
        r"\1",
        response.content.decode(),
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\xa0", " "))


def test_what_comes_with_the_product_is_loaded_once_whatever_happens(shelves):
    counts = Method.objects.count(), Resource.objects.count(), Network.objects.count()
    reference.load()
    assert counts == (Method.objects.count(), Resource.objects.count(), Network.objects.count())
    assert counts[0] >= 20
    method = Method.objects.get(code="constat-en-une-page")
    assert method.is_public
    assert method.by == "l’équipe de Jeveuxagir"
    assert [sdg.pk for sdg in method.sdgs.order_by("pk")] == [11, 17]
    assert method.steps[0].startswith(
        "Raconter ce que l’on voit (40 minutes) : ".replace(" minutes", "\xa0minutes").replace(" :", "\xa0:")
    )


def test_the_links_of_our_own_tools_lead_to_our_own_pages(shelves, client):
    for tool in Resource.objects.exclude(code=None):
        assert tool.is_ours, tool.title
        resolve(tool.link)
        assert client.get(tool.link).status_code in (200, 302), tool.link
    assert not Network.objects.exclude(link="").exists()


def test_every_step_of_the_journey_has_a_method_or_a_tool(shelves):
    named = {key for sheet in [*Method.objects.all(), *Resource.objects.all()] for key in sheet.journey}
    assert named == set(STEPS)
    assert all(len(stage.steps) <= 5 for stage in JOURNEY)


def test_the_home_leads_to_each_shelf_interest_and_sheet_of_the_kit(shelves, client):
    page = client.get("/bibliotheque/").content.decode()
    for path in (
        *(f"/bibliotheque/{shelf}/" for shelf in ("methodes", "donnees", "outils", "competences")),
        *(f"/bibliotheque/interets/{interest}/" for interest in Interest.values),
        *(f"/bibliotheque/kit/{code}/" for code in kit.sheets()),
        *("/bibliotheque/reseaux/", "/bibliotheque/maturite/", "/bibliotheque/proposer/"),
    ):
        assert f'href="{path}"' in page, path
        if path != "/bibliotheque/proposer/":
            assert client.get(path).status_code == 200, path


def test_words_find_what_they_are_near_on_every_shelf_without_accents(shelves, client):
    found = text(client.get("/bibliotheque/", {"q": "evaluer le partenariat"}))
    assert "Évaluer le partenariat par des regards croisés" in found
    nothing = client.get("/bibliotheque/", {"q": "xylophone quantique"})
    assert "Rien sous ces mots" in text(nothing)
    assert 'href="/bibliotheque/proposer/"' in nothing.content.decode()


def test_a_shelf_is_filtered_with_counts_and_a_wrong_value_is_said(shelves, client):
    page = client.get("/bibliotheque/methodes/", {"interet": "engagement-des-salaries", "niveau": "1"})
    assert "1 méthode" in text(page)
    assert "Écrire un besoin de compétences" in text(page)
    wrong = client.get("/bibliotheque/methodes/", {"interet": "x", "odd": "13"})
    assert "Nous ne connaissons pas cet intérêt." in text(wrong)
    assert "Marcher ensemble" in text(wrong)
    assert client.get("/bibliotheque/methodes/", {"q": "a\x00b"}).status_code == 200
    assert client.get("/bibliotheque/methodes/", {"q": "x" * 5000}).status_code == 200


@pytest.mark.parametrize("interest", Interest.values)
def test_each_of_the_five_interests_has_three_tools_at_least(shelves, client, interest):
    page = client.get(reverse("library:interest", args=[interest]))
    assert len(page.context["groups"][0][1]) + len(page.context["groups"][3][1]) >= 3
    tools = Resource.objects.public().filter(interests__contains=[interest])
    assert tools.count() >= 3


def test_networks_are_under_their_mode_and_their_region(shelves, client):
    f.make_network(title="Mécènes d’ici", region_id="84")
    f.make_network(title="Mécènes d’ailleurs", region_id="11")
    page = text(client.get("/bibliotheque/reseaux/", {"forme": "mecenat", "region": "84"}))
    assert "Mécènes d’ici" in page
    assert "Admical" in page
    assert "Mécènes d’ailleurs" not in page
    assert "Avise" not in page
    assert client.get("/bibliotheque/reseaux/", {"region": "zz", "forme": "x"}).status_code == 200


def test_a_list_asks_the_same_number_of_queries_whatever_it_shows(client):
    paths = (
        "/bibliotheque/",
        "/bibliotheque/?q=tour",
        "/bibliotheque/methodes/",
        "/bibliotheque/outils/",
        "/bibliotheque/interets/innovation/",
        "/bibliotheque/kit/outils/",
        "/bibliotheque/reseaux/",
        "/api/v1/methods/",
        "/api/v1/tools/",
        "/flux/bibliotheque.atom",
    )

    def costs():
        counted = []
        for path in paths:
            cache.clear()
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            counted.append(len(asked))
        return dict(zip(paths, counted, strict=True))

    def make(many):
        for number in range(many):
            for sheet in (
                f.make_method(title=f"Tour {number}", interests=["innovation"], journey=["constat"]),
                f.make_resource(
                    title=f"Tour {number}", interests=["innovation"], needs=["agir"], levels=["1"]
                ),
            ):
                sheet.sdgs.set([1, 17])
                sheet.domains.set(["education"])
            f.make_network(title=f"Réseau {number}", modes=["rse"])

    make(1)
    one = costs()
    make(25)
    assert costs() == one


# --- the kit ----------------------------------------------------------------------------------------------------


def test_each_profile_reads_other_objections_with_their_answers(client):
    seen = []
    for profile in illustrations.Profile.values:
        page = text(client.get("/bibliotheque/kit/argumentaire/", {"profil": profile}))
        said = next(one for one in kit.sheets()["argumentaire"]["profile"] if one["code"] == profile)
        assert len(said["objections"]) >= 3
        for one in said["objections"]:
            assert one["said"].replace("\xa0", " ") in page
            assert one["answer"].replace("\xa0", " ") in page
        seen.append({one["said"] for one in said["objections"]})
    assert not seen[0] & seen[1]
    assert not seen[1] & seen[2]


def test_the_profile_one_chose_comes_first_and_one_chooses_at_the_top(client):
    path = "/bibliotheque/kit/argumentaire/"
    everybody, mayor = text(client.get(path)), text(client.get(path, {"profil": "elu"}))
    for page in (everybody, mayor):
        assert page.index("Pour qui ?") < page.index("Ce qu’est une alliance")
    assert everybody.index("Ce qu’est une alliance") < everybody.index("Ma commune est trop petite")
    assert mayor.index("Ma commune est trop petite") < mayor.index("Ce qu’est une alliance")
    assert "<li>Dites dès le début comment on en sort.</li>" in client.get(path).content.decode()


def test_what_is_printed_says_where_it_was_read(client):
    assert "Cette page : http" in text(client.get("/bibliotheque/kit/argumentaire/"))


def test_the_grid_has_twelve_cells_and_an_empty_one_is_to_be_proposed(client):
    page = text(client.get("/bibliotheque/kit/illustrations/"))
    assert page.count("à proposer") == 12
    given = {("mecenat", "elu"): (5, [illustrations.Illustration("Un local, deux comptables", "/x/")])}
    illustrations.illustrations.register("test", lambda: given)
    try:
        page = text(client.get("/bibliotheque/kit/illustrations/"))
    finally:
        illustrations.illustrations._entries.pop("test")
    assert page.count("à proposer") == 11
    assert "5 exemples publiés" in page
    assert "Un local, deux comptables" in page


def test_each_sheet_of_the_kit_is_a_tagged_pdf(shelves, client):
    for code in kit.sheets():
        answer = client.get(f"/bibliotheque/kit/{code}.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert b"/StructTreeRoot" in answer.content
    assert client.get("/bibliotheque/kit/rien.pdf").status_code == 404
    alone = client.get("/bibliotheque/kit/argumentaire.pdf", {"profil": "elu"}).content
    assert alone != client.get("/bibliotheque/kit/argumentaire.pdf").content


def test_a_tool_whose_link_is_dead_is_not_on_the_map(shelves, client):
    dead = f.make_resource(title="Outil parti", levels=["1"], needs=["agir"], failures=2, dead_since=f.now())
    page = text(client.get("/bibliotheque/kit/outils/"))
    assert "Outil parti" not in page
    assert client.get(dead.get_absolute_url()).status_code == 404


# --- a sheet ----------------------------------------------------------------------------------------------------


def test_a_sheet_says_its_licence_its_steps_and_is_read_by_machines(client):
    method = f.make_method(
        duration_minutes=90, people_min=4, people_max=12, pitfalls="Aller trop vite.</script>"
    )
    html = client.get(method.get_absolute_url()).content.decode()
    page = re.sub(r"\s+", " ", html.replace("\xa0", " "))
    for words in ("Licence Ouverte 2.0", "1 h 30", "de 4 à 12 personnes", "Ce qui rate le plus souvent"):
        assert words in page, words
    assert '"@type": "HowTo"' in html
    assert "</script>.</" not in html
    assert "Signaler une erreur" in page


def test_the_history_shows_what_changed(client):
    author = f.make_user()
    method = f.make_method(state="draft", person=author.person, title="Ancien titre")
    editing.submit(method, actor=author)
    editing.publish(method, actor=None)
    editing.apply_edit(
        method,
        actor=None,
        diff={"title": {"label": "titre", "value": "Nouveau titre", "before": "", "after": ""}},
    )
    method.refresh_from_db()
    page = text(client.get(f"{method.get_absolute_url()}historique/"))
    assert "Version 2" in page
    assert "Version 1" in page
    assert "Ancien titre" in page


def test_a_shelf_answers_at_its_address_alone(client):
    assert client.get("/bibliotheque/rien/").status_code == 404
    for shelf in (Shelf.METHODS, Shelf.DATA, Shelf.TOOLS, Shelf.SKILLS):
        assert client.get(f"/bibliotheque/{shelf.value}/").status_code == 200
