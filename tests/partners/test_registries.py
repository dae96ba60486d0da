"""The public registries, as they are on their worst days. A form goes on, and says what was not checked."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.partners import fake_registries as fake
from jeveuxagir.partners import http, registry, rna, sirene
from jeveuxagir.partners.registry import Closed, Nonsense, RegistryRecord, Unavailable, Unknown
from organisations import services, verification
from organisations.models import Organisation
from tests import factories as f
from tests.support.hostile_server import Answer, Server, body, gzipped, redirect, status

SIREN, SIRET, RNA = "732829320", "73282932000074", "W231234567"
TEXT = "Nous aidons les habitants du quartier depuis 2010, chaque samedi."
GUERET = {"postal_code": "23000", "commune": "23096", "commune_name": "Guéret"}


@pytest.fixture
def registries(settings: Any) -> Iterator[Server]:
    """Both registries, at one server of this machine."""
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        settings.SIRENE_URL = running.url("/sirene/{number}")
        settings.RNA_URL = running.url("/rna/{number}")
        yield running


def answering(*lines: Any) -> Answer:
    return body(json.dumps({"results": lines}).encode())


def company(name: str = "Moulin", **said: Any) -> dict[str, Any]:
    return fake.company(SIREN, name, **{"siret": SIRET, "street": "1 rue Haute", **GUERET, **said})


# --- what an answer means -------------------------------------------------------------------------------------


def test_a_company_is_read_with_its_address(registries: Server) -> None:
    registries.serve(f"/sirene/{SIRET}", answering(company()))
    found = sirene.look_up(SIRET)
    assert isinstance(found, RegistryRecord)
    assert (found.number, found.name, found.street) == (SIRET, "MOULIN", "1 RUE HAUTE")
    assert (found.postal_code, found.commune_code, found.is_active) == ("23000", "23096", True)


def test_a_company_or_an_establishment_that_has_ended_is_closed(registries: Server) -> None:
    registries.serve(f"/sirene/{SIREN}", answering(company(closed_on="2021-05-04")))
    found = sirene.look_up(SIREN)
    assert isinstance(found, Closed)
    assert str(found.record.closed_on) == "2021-05-04"
    line = company(siret="73282932000082")
    line["matching_etablissements"] = [{"siret": SIRET, "etat_administratif": "F", "date_fermeture": None}]
    line["matching_etablissements"][0]["etat_administratif"] = "C"
    registries.serve(f"/sirene/{SIRET}", answering(line))
    assert isinstance(sirene.look_up(SIRET), Closed)


def test_an_association_is_read_by_its_rna_number(registries: Server) -> None:
    line = fake.association(RNA, "Les Jardins partagés", street="Place Bonnyaud", **GUERET)
    registries.serve(f"/rna/{RNA}", answering(line))
    found = rna.look_up(RNA)
    assert isinstance(found, RegistryRecord)
    assert (found.name, found.commune_code, found.place) == ("LES JARDINS PARTAGÉS", "23096", "23000 GUÉRET")
    assert found.closed_on is None  # the RNA writes 0001-01-01 for « not dissolved »


def test_a_dissolved_association_is_closed(registries: Server) -> None:
    registries.serve(f"/rna/{RNA}", answering(fake.association(RNA, "Finie", closed_on="2019-01-31")))
    found = rna.look_up(RNA)
    assert isinstance(found, Closed)
    assert str(found.record.closed_on) == "2019-01-31"


def test_an_association_is_found_in_the_directory_of_companies_too(registries: Server) -> None:
    registries.serve(f"/rna/{RNA}", answering(company("Entraide", rna=RNA)))
    found = rna.look_up(RNA)
    assert isinstance(found, RegistryRecord)
    assert (found.number, found.name) == (RNA, "ENTRAIDE")


def test_lines_about_other_numbers_are_not_ours(registries: Server) -> None:
    other = fake.association("W999999999", "Une autre")
    registries.serve(f"/rna/{RNA}", answering(other))
    registries.serve(f"/sirene/{SIREN}", answering(fake.company("552100554", "Une autre")))
    assert isinstance(rna.look_up(RNA), Unknown)
    assert isinstance(sirene.look_up(SIREN), Unknown)


# --- bad days -------------------------------------------------------------------------------------------------

#: each: (what the server does, the value we get)
BAD_DAYS: dict[str, tuple[Callable[[Server], Answer], type]] = {
    "slow": (lambda server: server.drip(), Unavailable),
    "slow from its first line": (lambda server: server.drip(headers=True), Unavailable),
    "broken": (lambda server: status(500), Unavailable),
    "too busy": (lambda server: status(429), Unavailable),
    "redirected to a private address": (lambda server: redirect("http://10.0.0.1/"), Unavailable),
    "redirected to the machine’s secrets": (lambda server: redirect("https://169.254.169.254/"), Unavailable),
    "redirected for ever": (lambda server: redirect(f"/sirene/{SIREN}"), Unavailable),
    "huge": (lambda server: server.stream(50 * http.MEGABYTE), Unavailable),
    "huge without saying so": (
        lambda server: server.stream(50 * http.MEGABYTE, announced=False),
        Unavailable,
    ),
    "a bomb": (lambda server: gzipped(b"\0" * (50 * http.MEGABYTE)), Unavailable),
    "cut": (lambda server: body(b'{"results": [', length=900), Unavailable),
    "empty": (lambda server: body(b""), Nonsense),
    "a web page": (lambda server: body(b"<html>Maintenance</html>"), Nonsense),
    "not text": (lambda server: body(b"\xff\xfe\x00"), Nonsense),
    "half of an answer": (lambda server: body(b'{"results": ['), Nonsense),
    "another shape": (lambda server: body(b'{"results": {"siren": 1}}'), Nonsense),
    "a list of numbers": (lambda server: body(b'{"results": [1, null]}'), Nonsense),
    "a bare list": (lambda server: body(b"[]"), Nonsense),
    "ten thousand brackets": (lambda server: body(b"[" * 10_000), Nonsense),
    "no name": (lambda server: answering(company(name="")), Nonsense),
    "only a name of nothing": (lambda server: answering(company(name="\0\0 \t")), Nonsense),
    "other types": (lambda server: answering({"siren": 12, "siege": "là", "nom_complet": []}), Unknown),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "LIMITS", http.Limits(seconds=0.3, size=http.MEGABYTE, redirects=1))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("day", BAD_DAYS)
def test_a_registry_on_a_bad_day_gives_a_value_and_never_an_error(registries: Server, day: str) -> None:
    answer, expected = BAD_DAYS[day]
    registries.serve(f"/sirene/{SIREN}", answer(registries))
    assert type(sirene.look_up(SIREN)) is expected
    assert registries.sent < 50 * http.MEGABYTE


def test_a_registry_that_is_down_is_unavailable(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        port = closed.getsockname()[1]
        settings.LOOPBACK_PORTS = [port]
        settings.RNA_URL = f"http://127.0.0.1:{port}/{{number}}"
        found = rna.look_up(RNA)
    assert isinstance(found, Unavailable)
    assert found.why.endswith(".")


def test_no_registry_is_plugged_in_unless_it_has_an_address(settings: Any) -> None:
    settings.SIRENE_URL = settings.RNA_URL = ""
    assert isinstance(sirene.look_up(SIREN), Unavailable)
    assert verification.look_up(rna_number=RNA, siren=SIREN) is None


# --- asked no more than needed --------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [status(500), body(b"<html>")])
def test_after_three_failures_a_registry_is_left_alone_and_the_other_is_not(
    registries: Server, bad: Answer
) -> None:
    for number in range(5):
        registries.serve(f"/sirene/{number}", bad)
        sirene.look_up(str(number))
    assert len(registries.asked) == 3
    assert isinstance(sirene.look_up(SIREN), Unavailable)
    registries.serve(f"/rna/{RNA}", answering(fake.association(RNA, "Entraide")))
    assert isinstance(rna.look_up(RNA), RegistryRecord)


@pytest.mark.parametrize("line", [company(), company(closed_on="2020-01-01"), None])
def test_the_same_question_is_asked_once(registries: Server, line: dict[str, Any] | None) -> None:
    registries.serve(f"/sirene/{SIREN}", answering(*([line] if line else [])))
    first = sirene.look_up(SIREN)
    assert sirene.look_up(SIREN) == first
    assert len(registries.asked) == 1


def test_a_failure_is_not_kept(registries: Server) -> None:
    registries.serve(f"/sirene/{SIREN}", status(503))
    assert isinstance(sirene.look_up(SIREN), Unavailable)
    registries.serve(f"/sirene/{SIREN}", answering(company()))
    assert isinstance(sirene.look_up(SIREN), RegistryRecord)


def test_all_together_we_ask_a_registry_so_often_a_minute(
    registries: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "PER_MINUTE", 2)
    for number in range(4):
        registries.serve(f"/sirene/{number}", answering())
        sirene.look_up(str(number))
    assert len(registries.asked) == 2


def test_a_number_cannot_change_the_address(registries: Server) -> None:
    sirene.look_up("../../secret?x=#")
    assert [path for path, _ in registries.asked] == ["/sirene/..%2F..%2Fsecret%3Fx%3D%23"]


# --- the sign-up form goes on ---------------------------------------------------------------------------------

STEP = "/organisations/inscription/identite/?type=association"


@pytest.fixture
def owner(client: Client) -> Any:
    user = f.make_user(first_name="Nadia")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


def signed_up(client: Client, **changes: str) -> Organisation:
    """An association from the identity step to the queue."""
    typed = {"name": "Entraide creusoise", "rna": "", "siren": SIREN, **changes}
    response = client.post(STEP, {**typed, "nonce": client.get(STEP).context["form"]["nonce"].value()})
    assert response.status_code == 302, response.context["form"].errors
    client.post(response.url, {"commune": "Guéret", "street": "", "email": "", "phone": ""})
    organisation = Organisation.objects.get()
    client.post(f"/organisations/inscription/{organisation.pk}/presentation/", {"description": TEXT})
    return organisation


def of_the_brigade(client: Client) -> str:
    f.sign_in_staff(client, f.make_staff(department="23"))
    item = ModerationItem.objects.open().get(kind="organisation")
    return client.get(f"/brigade/organisations-a-valider/{item.pk}/").text


@pytest.mark.django_db
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("day", ["slow", "broken", "redirected to a private address", "huge", "a web page"])
def test_the_sign_up_goes_on_without_the_registry_and_says_so(
    client: Client, owner: Any, registries: Server, day: str
) -> None:
    registries.serve(f"/sirene/{SIREN}", BAD_DAYS[day][0](registries))
    organisation = signed_up(client)
    summary = f"/organisations/inscription/{organisation.pk}/resume/"
    assert "Numéro vérifié dans sa forme (le registre" in client.get(summary).text
    client.post(summary)
    organisation.refresh_from_db()
    assert (organisation.state, organisation.proof_level) == ("pending", "form_checked")
    assert organisation.check_due_at is not None  # asked again later
    assert "Registre injoignable le " in of_the_brigade(client)


@pytest.mark.django_db
def test_the_sign_up_goes_on_when_nothing_listens(client: Client, owner: Any, settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        settings.LOOPBACK_PORTS = [port]
        settings.SIRENE_URL = settings.RNA_URL = f"http://127.0.0.1:{port}/{{number}}"
        organisation = signed_up(client, rna=RNA, siren="")
    services.submit(organisation, actor=owner)
    assert "Registre injoignable le " in of_the_brigade(client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "Entraide\0\0\x1b[31m\u202e creusoise",
        "É" * 10_000,
        "'; DROP TABLE organisations; --",
        "{{ settings.SECRET_KEY }}{% load x %}",
        " ".join(["mot"] * 5_000),
    ],
)
def test_a_hostile_name_is_shown_as_text_and_cut(
    client: Client, owner: Any, registries: Server, name: str
) -> None:
    registries.serve(f"/sirene/{SIREN}", answering(company(name, street=name, commune_name=name)))
    filled = client.post(STEP, {"fill": "1", "name": "", "rna": "", "siren": SIREN})
    assert filled.status_code == 200
    assert len(filled.context["form"]["name"].value()) <= 160
    organisation = signed_up(client)
    said = verification.latest(organisation)
    assert said is not None
    assert len(said.seen_name) <= 160
    services.submit(organisation, actor=owner)
    seen = [
        filled.text,
        client.get(f"/espace/{organisation.pk}-x/", follow=True).text,
        of_the_brigade(client),
    ]
    for page in seen:
        assert "\0" not in page
        assert "<script>alert" not in page.lower()
        assert "<img src=x" not in page.lower()
        assert len(page) < 200_000


@pytest.mark.django_db
def test_a_number_of_something_that_has_ended_stops_the_sign_up_and_leads_on(
    client: Client, owner: Any, registries: Server
) -> None:
    registries.serve(f"/sirene/{SIREN}", answering(company("Entraide", closed_on="2020-01-31")))
    response = client.post(STEP, {"name": "Entraide", "rna": "", "siren": SIREN})
    assert "fermée depuis le 31/01/2020" in response.context["form"].errors["siren"][0]
    assert 'value="Entraide"' in response.text
    assert not Organisation.objects.exists()
