"""The founding report and the public tracker: 21 rows, what sources say of them, and what is overdue."""

import csv
import datetime
import io
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from alliances.library import reference as library
from alliances.programme import reference, services
from alliances.programme.enums import Dimension, Status
from alliances.programme.models import Evidence, Measure
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.findable import search
from jeveuxagir.findable import services as index
from tests import factories as f

pytestmark = pytest.mark.django_db

LIST = "/mesures/"


def evidence(number: int = 1, **fields: object) -> Evidence:
    values = {"on": datetime.date(2021, 3, 4), "text": "Un site est ouvert.", "source": "Rapport d’étape"}
    return Evidence.objects.create(measure_id=number, **values | fields)


def get(number: int) -> Measure:
    return Measure.objects.public().get(number=number)


# --- the report -------------------------------------------------------------------------------------------------


def test_the_report_goes_from_chantier_to_item_to_measure_and_every_address_answers(client: Client) -> None:
    page = client.get("/rapport/").content.decode()
    reached = set()
    for chantier in reference.chantiers():
        assert f'href="{chantier.url}"' in page
        there = client.get(chantier.url).content.decode()
        for item in chantier.items:
            assert f'href="{item.url}"' in page
            assert f'href="{item.url}"' in there
            shown = client.get(item.url).content.decode()
            for number in item.measures:
                assert f'href="/mesures/{number}/"' in shown
                reached.add(number)
            for _label, address in reference.addresses(item.links):
                assert client.get(address).status_code in (200, 302), address
    assert reached == set(range(1, 22))
    assert [len(chantier.items) for chantier in reference.chantiers()] == [4, 5, 3, 3]
    assert client.get("/rapport/nulle-part/").status_code == 404
    assert client.get("/rapport/droit/nulle-part/").status_code == 404


def test_the_sentences_are_ours_not_the_report_s() -> None:
    """No run of twelve words is taken from it; the report itself is not in the tree, so its own turns are named."""
    ours = (
        Path(reference.DATA / "measures.toml").read_text() + Path(reference.DATA / "report.toml").read_text()
    )
    for turn in (
        "une plateforme grand public, centrale, visible",
        "en évitant le syndrome",
        "la « paillasse »",
    ):
        assert turn not in ours


# --- the tracker ------------------------------------------------------------------------------------------------


def test_the_page_shows_21_rows_seven_of_each_dimension_with_their_facilitators(client: Client) -> None:
    page = client.get(LIST).content.decode()
    assert len(re.findall(r'id="mesure-\d+"', page)) == 21
    for dimension in Dimension:
        assert Measure.objects.filter(dimension=dimension).count() == 7
    for measure in Measure.objects.all():
        assert escape(measure.name) in page
        assert client.get(measure.get_absolute_url()).status_code == 200
    assert client.get("/mesures/22/").status_code == 404
    assert client.get("/mesures/99999999999999999999/").status_code == 404


@pytest.mark.parametrize(
    ("number", "words", "due"),
    [
        (1, "septembre 2020", datetime.date(2020, 9, 30)),
        (7, "mars 2021", datetime.date(2021, 3, 31)),
        (10, "décembre 2020, puis décembre 2021", datetime.date(2021, 12, 31)),
        (11, "juin 2021", datetime.date(2021, 6, 30)),
    ],
)
def test_the_horizon_is_counted_in_months_from_june_2020(number: int, words: str, due: datetime.date) -> None:
    assert (get(number).horizon_words, get(number).due_on) == (words, due)


def test_without_a_source_the_status_is_not_given_and_what_is_overdue_is_said_in_words(
    client: Client,
) -> None:
    measure = get(1)
    assert (measure.status, measure.last_evidence, measure.is_overdue) == (Status.UNKNOWN, None, True)
    page = client.get("/mesures/1/").content.decode()
    assert "non renseigné" in page
    assert "Échéance dépassée" in page
    assert "fr-badge--warning" in page


def test_the_last_source_that_says_a_status_gives_it_and_a_done_measure_is_not_overdue(
    client: Client,
) -> None:
    evidence(status="started", on=datetime.date(2020, 10, 1))
    evidence(status="done", on=datetime.date(2021, 5, 1), source="Bilan")
    evidence(on=datetime.date(2022, 1, 1), text="On en parle encore.", source="Journal")
    measure = get(1)
    assert (measure.status, measure.is_overdue) == (Status.DONE, False)
    assert measure.last_evidence is not None
    assert measure.last_evidence.source == "Journal"
    page = client.get("/mesures/1/").content.decode()
    assert page.index("Journal") < page.index("Bilan")
    assert "réalisée, d’après Bilan" in page
    assert "Échéance dépassée" not in page
    assert "samedi 1er janvier 2022" in page.replace("\u00a0", " ")


def test_an_invented_example_says_so_wherever_it_shows(client: Client) -> None:
    evidence(invented=True, status="started")
    assert "Exemple inventé" in client.get("/mesures/1/").content.decode()
    assert "(exemple inventé)" in client.get(LIST).content.decode()
    assert "Exemple inventé" in client.get("/mesures/preuves.atom").content.decode()
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/mesures/mesures.csv").content.decode("utf-8-sig")), delimiter=";"
        )
    )
    assert rows[0]["Exemple inventé"] == "oui"


def test_nothing_of_ours_but_the_demo_invents_evidence() -> None:
    root = Path(reference.__file__).parents[2]
    writers = [
        path
        for package in ("alliances", "brigades", "jeveuxagir")
        for path in (root / package).rglob("*.py")
        if "invented=" in path.read_text() and "migrations" not in path.parts
    ]
    assert {path.parent.name for path in writers} <= {"demo"}


def test_filters_narrow_each_other_and_each_count_is_what_its_choice_gives(client: Client) -> None:
    evidence(2, status="done")
    evidence(4, status="started")
    for query, found in (
        ("dimension=operational", set(range(1, 8))),
        ("dimension=operational&dimension=political", {*range(1, 8), *range(15, 22)}),
        ("horizon=3", {1, 4, 14}),
        ("horizon=3&dimension=strategic", {14}),
        ("statut=done", {2}),
        ("statut=done&statut=started", {2, 4}),
        ("statut=non-renseigne&horizon=18", {10}),
        ("statut=done&horizon=18", set()),
    ):
        page = client.get(f"{LIST}?{query}")
        assert {int(number) for number in re.findall(r'id="mesure-(\d+)"', page.content.decode())} == found, (
            query
        )
        for facet in page.context["facets"]:
            for choice in (*facet.shown, *facet.folded):
                if not choice.chosen and query.count("&") == 0 and facet.name not in query:
                    there = client.get(f"{LIST}?{query}&{facet.name}={choice.value}").content.decode()
                    assert len(re.findall(r'id="mesure-\d+"', there)) == choice.count
    empty = client.get(f"{LIST}?statut=done&horizon=18").content.decode()
    assert "Voir les 21 mesures" in empty


@pytest.mark.parametrize("query", ["dimension=zzz", "horizon=-1", "statut=%00", "horizon=3&horizon=zz"])
def test_a_wrong_filter_is_said_and_the_page_still_shows(client: Client, query: str) -> None:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert "Nous ne connaissons pas" in response.content.decode()


def test_the_chart_has_its_table_with_every_number(client: Client) -> None:
    evidence(2, status="done")
    page = client.get(LIST).content.decode()
    table = page[page.index("ui-chart__table") :]
    cells = re.findall(r"<tr><th scope=\"row\">(\w+)</th>((?:<td>\d+</td>)+)", table)
    numbers = {name: [int(n) for n in re.findall(r"\d+", row)] for name, row in cells}
    assert numbers["Opérationnelle"] == [6, 0, 0, 0, 1, 0]
    assert numbers["Politique"] == [7, 0, 0, 0, 0, 0]


def test_the_spreadsheet_has_the_filters_of_the_page_and_a_source_beside_each_status(client: Client) -> None:
    evidence(2, status="done", source="=cmd()", link="https://exemple.fr/bilan")
    response = client.get("/mesures/mesures.csv?statut=done")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";")
    assert (row["Numéro"], row["Avancement"]) == ("2", "réalisée")
    assert row["Source de l’avancement"] == "'=cmd()"
    assert row["Adresse de la source"] == "https://exemple.fr/bilan"
    whole = client.get("/mesures/mesures.csv").content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(whole), delimiter=";"))) == 21


def test_the_feed_has_the_newest_source_first(client: Client) -> None:
    evidence(2, on=datetime.date(2020, 9, 1), text="Premier")
    evidence(3, on=datetime.date(2021, 9, 1), text="Second")
    feed = client.get("/mesures/preuves.atom").content.decode()
    assert feed.index("Second") < feed.index("Premier")
    assert "/mesures/3/" in feed


@pytest.fixture
def _indexed() -> None:
    library.load()
    index.rebuild()


@pytest.mark.parametrize("number", range(1, 22))
@pytest.mark.usefixtures("_indexed")
def test_each_measure_leads_to_sheets_of_the_library_that_help_with_it(number: int) -> None:
    found = search.first_of(search.Wanted(text=reference.speaking(number)), ("method", "resource"), 5)
    assert found, number


@pytest.mark.usefixtures("_indexed")
def test_a_measure_shows_what_helps_and_the_first_one_leads_to_the_examples(client: Client) -> None:
    f.make_example(title="Évaluer à trois, sans se fâcher", summary="Le bilan d’une évaluation.")
    index.rebuild("example")
    assert "Évaluer à trois" in client.get("/mesures/10/").content.decode()
    assert 'href="/bibliotheque/exemples/"' in client.get("/mesures/1/").content.decode()


def test_rows_ask_nothing_more(client: Client) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    paths = (LIST, "/mesures/1/", "/mesures/mesures.csv", "/mesures/preuves.atom", "/api/v1/measures/")
    evidence()
    f.make_pledge()
    for path in paths:
        cost(path)
    before = {path: cost(path) for path in paths}
    for number in range(1, 22):
        for _ in range(5):
            evidence(number, status="started")
        f.make_pledge(measure_id=number) if number > 1 else f.make_pledge()
    assert {path: cost(path) for path in paths} == before


# --- what national staff write ----------------------------------------------------------------------------------


def test_national_staff_note_evidence_in_the_admin_and_the_history_says_who(client: Client) -> None:
    staff = f.make_staff("national", first_name="Maud")
    f.sign_in_staff(client, staff)
    page = reverse("brigade:programme_measure_change", args=[5])
    assert client.get(reverse("brigade:programme_measure_changelist")).status_code == 200
    assert client.get(page).status_code == 200
    typed = {"on": "2021-02-03", "text": "Une rencontre.", "source": "Compte rendu", "status": "started"}
    response = client.post(reverse("brigade:programme_measure_noter", args=[5]), typed)
    assert response.status_code == 302, response.content.decode()
    made = Evidence.objects.get()
    assert (made.measure_id, made.status, made.invented) == (5, "started", False)
    event = Event.objects.get(verb="measure.evidence_added")
    assert (event.actor_id, event.subject_id, event.data["evidence"]) == (staff.pk, "5", made.pk)
    history = client.get(reverse("brigade:programme_measure_history", args=[5])).content.decode()
    assert "Maud" in history
    assert "preuve notée" in history.lower()
    withdraw = reverse("brigade:programme_measure_retirer", args=[5])
    assert client.post(withdraw, {"preuve": made.pk, "because": ""}).status_code == 422
    client.post(withdraw, {"preuve": made.pk, "because": "Ce n’était pas cette mesure."})
    assert get(5).status == Status.UNKNOWN
    made.refresh_from_db()
    assert made.withdrawn_because
    again = client.post(withdraw, {"preuve": made.pk, "because": "Encore"}, follow=True)
    assert "déjà retirée" in again.content.decode()


def test_evidence_without_a_source_or_in_the_future_is_refused_in_words_and_nothing_is_lost(
    client: Client,
) -> None:
    f.sign_in_staff(client, f.make_staff("national"))
    tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
    good = {"on": "2021-02-03", "text": "Une rencontre.", "source": "Compte rendu"}
    for wrong, words in (
        ({"source": ""}, "Sans source, rien ne s’affiche"),
        ({"on": tomorrow}, "dans l’avenir"),
        ({"on": "2019-02-03"}, "avant juin 2020"),
        ({"link": "javascript:alert(1)"}, "adresse"),
        ({"text": "x" * 100_000}, "1000"),
    ):
        response = client.post(reverse("brigade:programme_measure_noter", args=[5]), good | wrong)
        assert response.status_code in (409, 422)
        assert words in response.content.decode(), wrong
        assert "Compte rendu" in response.content.decode() or "source" in wrong
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("role", ["brigade_member", "brigade_lead", "regional", "operator", "technical"])
def test_nobody_else_writes_evidence(role: str) -> None:
    data = services.EvidenceData(datetime.date(2021, 1, 1), "x", "y")
    with pytest.raises(NotAllowed):
        services.add_evidence(get(1), actor=f.make_staff(role), data=data)
    with pytest.raises(NotAllowed):
        services.withdraw_evidence(evidence(), actor=f.make_staff(role), because="x")


def test_evidence_is_withdrawn_once_and_says_why() -> None:
    staff, made = f.make_staff("national"), evidence()
    with pytest.raises(RuleBroken):
        services.withdraw_evidence(made, actor=staff, because="  ")
    services.withdraw_evidence(made, actor=staff, because="Erreur.")
    with pytest.raises(RuleBroken):
        services.withdraw_evidence(made, actor=staff, because="Erreur.")
