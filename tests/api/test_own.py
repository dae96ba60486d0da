"""With its key, an organisation reads its own data: what the pages of its coordinators show, and nothing more."""

from __future__ import annotations

import datetime
import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.accounts import limits
from jeveuxagir.audit.models import ERASING_SETTING
from jeveuxagir.common.clock import today
from missions.impact.figures import impact_of
from missions.offers.models import Offer
from missions.sponsorships import services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.statement import statement_of
from organisations.api_keys import services as keys
from organisations.api_keys.models import ApiKey
from organisations.companies.models import Employee
from organisations.models import Organisation
from tests import factories as f
from tests.sponsorships.builders import DAY, Story, make_need, make_offer, story

pytestmark = pytest.mark.django_db
OWN = "/api/v1/own/"
ONE_DAY = datetime.timedelta(days=1)


class Reader:
    """A program that holds a key."""

    def __init__(self, organisation: Organisation, **key: Any) -> None:
        self.key = f.make_api_key(organisation, **key)
        self.client = Client()

    def ask(self, path: str = "", **parameters: Any) -> Any:
        bearer = f"Bearer {self.key.secret}"
        return self.client.get(OWN + path, parameters, headers={"Authorization": bearer})

    def read(self, path: str = "", **parameters: Any) -> Any:
        response = self.ask(path, **parameters)
        assert response.status_code == 200, response.content
        return response.json()

    def ids(self, path: str, **parameters: Any) -> list[int]:
        return [row["id"] for row in self.read(path, **parameters)["results"]]


def page_of(user: Any, name: str, organisation: Organisation, *args: Any) -> tuple[int, str]:
    """What the page shows to this person, as text."""
    client = Client()
    client.force_login(user)
    response = client.get(reverse(name, args=[organisation.pk, organisation.slug, *args]))
    return response.status_code, squeezed(html.unescape(response.content.decode()))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def texts_of(answer: Any) -> set[str]:
    """Every text of an answer that is said by somebody: no address, code, hash or date."""
    if isinstance(answer, dict):
        machine = {"url", "state", "side", "format", "part", "text_hash", "updated_at", "refused_by"}
        machine |= {"ended_by", "next", "previous", "label"}
        said = [value for name, value in answer.items() if name not in machine]
        return set().union(*map(texts_of, said))
    if isinstance(answer, list):
        return set().union(*map(texts_of, answer))
    is_date = isinstance(answer, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", answer)
    return {squeezed(answer)} if isinstance(answer, str) and answer and not is_date else set()


@pytest.fixture
def s() -> Story:
    return story()


def both(s: Story) -> list[tuple[Reader, Any, Organisation]]:
    return [
        (Reader(s.company), s.coordinator, s.company),
        (Reader(s.association), s.manager, s.association),
    ]


# --- what the pages show ----------------------------------------------------------------------------------------


def test_at_each_step_each_side_reads_by_its_key_what_its_page_shows_and_nothing_more(s: Story) -> None:
    """Every text of the answers stands on the page of the same side; what the page hides, the key hides."""
    readers = both(s)
    row = s.drafted(3)

    def compare(known: str) -> None:
        for reader, who, organisation in readers:
            status, page = page_of(who, "sponsorships:one", organisation, row.pk)
            answer = reader.ask(f"sponsorships/{row.pk}/")
            assert answer.status_code == status
            assert (row.pk in reader.ids("sponsorships/")) == (status == 200)
            assert reader.ask(f"sponsorships/{row.pk}/days/").status_code == status
            if status == 404:
                continue
            for text in page.split("Convention et avenants")[1:]:
                assert ("Zoé Martin" in text) == (known == "both" or organisation == s.company)
            days = reader.read(f"sponsorships/{row.pk}/days/")
            found = answer.json()
            for text in found["conventions"]:
                one = row.conventions.get(number=text["number"])
                _, words = page_of(who, "sponsorships:convention", organisation, row.pk, one.pk)
                missing = {said for said in texts_of(text) if said not in words}
                assert not missing, "the page of the convention has all of it"
            told = texts_of(found | {"conventions": [], "validated": {}, "waiting": {}}) | texts_of(
                [day["note"] for day in days["results"]] + [day["person"] for day in days["results"]]
            )
            assert not {said for said in told if said not in page}, known
            shown = str(found) + str(days)
            named = known == "both" or (known == "company" and organisation == s.company)
            assert ("Zoé Martin" in shown) == named

    compare("")
    services.employer_agree(row, actor=s.coordinator)
    compare("")
    services.association_agree(row, actor=s.manager)
    text = s.proposed(row)
    compare("company")
    services.sign(
        text, actor=s.coordinator, side=Side.COMPANY, seen_hash=text.text_hash, capacity="directrice"
    )
    compare("company")
    services.sign(text, actor=s.manager, side=Side.ASSOCIATION, seen_hash=text.text_hash, capacity="x")
    compare("both")
    s.validated(row, 1, note="Budget de l’année")
    day = s.day(row, 2, note="Trésorerie")
    services.refuse_day(day, actor=s.manager, side=Side.ASSOCIATION, reason="Le matin seulement")
    compare("both")
    row.refresh_from_db()
    services.break_off(row, actor=s.coordinator, side="company", reason="Notre comptable est partie")
    compare("both")


def test_what_an_employee_hides_from_the_list_of_people_is_told_by_no_key(s: Story) -> None:
    """The convention names who comes; whoever only joined the employer is in no answer."""
    hidden = f.make_person(first_name="Invisible", last_name="Personne")
    f.make_employee(s.company, person=hidden)
    s.validated(s.signed(2))
    reader = Reader(s.company)
    row = Sponsorship.objects.get()
    paths = ["", "offers/", "sponsorships/", f"sponsorships/{row.pk}/days/", f"statements/{today().year}/"]
    shown = "".join(reader.ask(path).content.decode() for path in paths)
    assert "Zoé Martin" in shown
    for never in ("Invisible", s.worker.email, s.coordinator.email, s.coordinator.person.last_name):
        assert never not in shown, "accounts, addresses and who noted or validated are in no answer"
    assert Employee.objects.filter(person=hidden, shown="nothing").exists()


def test_a_day_says_both_validations_and_what_it_corrects(s: Story) -> None:
    row = s.signed(4)
    counted, waiting = s.validated(row, 1), s.day(row, 2)
    refused = s.day(row, 3)
    services.refuse_day(refused, actor=s.manager, side=Side.ASSOCIATION, reason="Le matin seulement")
    again = s.day(row, 3, corrects=refused, part="morning")
    for reader, _who, _organisation in both(s):
        found = {day["id"]: day for day in reader.read(f"sponsorships/{row.pk}/days/")["results"]}
        said = {
            pk: (day["state"], day["validated_by_employer"], day["validated_by_association"])
            for pk, day in found.items()
        }
        assert said[counted.pk] == ("validated", True, True)
        assert said[waiting.pk] == ("waiting", True, False)
        assert (found[refused.pk]["refused_by"], found[refused.pk]["refused_reason"]) == (
            "association",
            "Le matin seulement",
        )
        assert found[again.pk]["corrects"] == refused.pk
        assert found[again.pk]["duration"] == {"minutes": 210, "days": 0.5, "words": "une demi-journée"}
        one = reader.read(f"sponsorships/{row.pk}/")
        assert one["agreed"]["minutes"] == 4 * DAY
        assert one["validated"]["minutes"] == DAY
        assert one["waiting"]["minutes"] == DAY + 210


def test_the_offers_of_an_employer_in_every_state_are_those_of_its_page(s: Story) -> None:
    for state in ("draft", "pending", "paused", "exhausted", "expired", "refused", "suspended"):
        make_offer(s.company, state=state)
    other = make_offer()
    s.signed(8)
    reader = Reader(s.company)
    _, page = page_of(s.coordinator, "offers:space", s.company)
    found = {row["id"]: row for row in reader.read("offers/")["results"]}
    assert set(found) == set(Offer.objects.of_organisation(s.company).values_list("pk", flat=True))
    assert "8 jours engagés · 2 jours restants" in page
    mine = found[s.offer.pk]
    assert (mine["committed"]["words"], mine["left"]["days"]) == ("8\xa0jours", 2.0)
    assert reader.read(f"offers/{s.offer.pk}/") == mine
    assert reader.ask(f"offers/{other.pk}/").status_code == 404
    assert reader.ids("offers/", etat="draft") == [pk for pk, row in found.items() if row["state"] == "draft"]
    association = Reader(s.association)
    status, _ = page_of(s.manager, "offers:space", s.association)
    assert status != 200, "an association has no such page"
    assert association.ask("offers/").status_code == 404
    assert association.ask(f"offers/{s.offer.pk}/").status_code == 404
    assert association.read(f"sponsorships/{Sponsorship.objects.get().pk}/")["offer"] is None


def test_the_statement_is_that_of_the_page_and_amounts_are_the_employers_alone(s: Story) -> None:
    row = s.signed(8)
    days = [s.validated(row, ago) for ago in (1, 2, 3)]
    s.day(row, 4)
    year = days[0].on.year
    services.value(row, actor=s.coordinator, year=year, amount=Decimal("1250.50"))
    reader = Reader(s.company)
    found = reader.read(f"statements/{year}/")
    counted = [day for day in days if day.on.year == year]
    assert found["total"]["minutes"] == sum(day.minutes for day in counted)
    assert found["total"]["minutes"] == sum(line["validated"]["minutes"] for line in found["lines"])
    client = Client()
    client.force_login(s.coordinator)
    page = client.get(reverse("sponsorships:statement", args=[s.company.pk, s.company.slug]), {"annee": year})
    assert squeezed(found["total"]["words"]).capitalize() in squeezed(html.unescape(page.content.decode()))
    assert (found["amount"], found["lines"][0]["amount"]) == ("1250.50", "1250.50")
    table = client.get(reverse("sponsorships:statement_csv", args=[s.company.pk, s.company.slug, year]))
    assert reader.ask(f"statements/{year}/csv/").content == table.content
    assert f"/own/statements/{year}/" in "".join(reader.read()["statements"])
    assert reader.read(f"statements/{year - 5}/")["lines"] == []
    assert reader.ask("statements/1999/").status_code == 404
    association = Reader(s.association)
    theirs = association.read(f"statements/{year}/")
    assert theirs["total"] == found["total"], "both sides read the same days"
    assert (theirs["side"], theirs["lines"][0]["other"]["name"]) == ("association", s.company.name)
    client.force_login(s.manager)
    table = client.get(
        reverse("sponsorships:statement_csv", args=[s.association.pk, s.association.slug, year])
    )
    assert association.ask(f"statements/{year}/csv/").content == table.content
    paths = (
        "",
        "sponsorships/",
        f"statements/{year}/",
        f"statements/{year}/csv/",
        f"statements/{year}/?sens=recu",
    )
    assert "1250" not in "".join(association.ask(path).content.decode() for path in paths)
    assert {theirs["amount"], theirs["lines"][0]["amount"]} == {None}


def test_a_public_employer_that_receives_too_reads_either_year() -> None:
    town = f.make_organisation(kind="local_authority", may_host=True)
    gives, receives = story(offer=make_offer(town)), story(need=make_need(town))
    given, received = gives.validated(gives.signed(2)), receives.validated(receives.signed(3), part="morning")
    services.value(given.sponsorship, actor=gives.coordinator, year=given.on.year, amount=Decimal(70))
    services.value(received.sponsorship, actor=receives.coordinator, year=given.on.year, amount=Decimal(80))
    reader = Reader(town)
    ours, theirs = (
        reader.read(f"statements/{given.on.year}/"),
        reader.read(f"statements/{given.on.year}/", sens="recu"),
    )
    assert (ours["side"], ours["total"]["minutes"], ours["amount"]) == ("company", DAY, "70.00")
    assert (theirs["side"], theirs["total"]["minutes"], theirs["amount"]) == ("association", DAY // 2, None)
    assert len(reader.read()["statements"]) == 2
    company = Reader(receives.company)
    assert company.ask(f"statements/{given.on.year}/", sens="donne").status_code == 400
    refused = company.ask(f"statements/{given.on.year}/", sens="recu")
    assert refused.status_code == 404, "an employer that receives nothing is not shown what it gave instead"
    assert "ne reçoit pas" in refused.json()["errors"]["sens"][0]


def test_days_of_several_lengths_are_counted_as_on_the_statement_and_on_the_page_of_what_was_given(
    s: Story,
) -> None:
    row = s.signed(3)
    s.validated(row, 1, part="morning")
    longer = s.proposed(row, summary="Une journée compte huit heures.", terms=s.terms(4, day_minutes=480))
    s.signed_by_both(longer)
    year = s.validated(row, 1, part="afternoon").on.year
    reader = Reader(s.company)
    expected = {"minutes": 210 + 240, "days": 1.0, "words": "1\xa0jour"}
    told = reader.read(f"statements/{year}/")
    assert told["total"] == told["lines"][0]["validated"] == expected
    assert reader.read(f"sponsorships/{row.pk}/")["validated"] == expected
    assert reader.read("sponsorships/")["results"][0]["validated"] == expected
    assert impact_of(s.company).total == statement_of(s.company, year).total_in_words == expected["words"]


def test_a_convention_does_not_outlive_its_sponsorship(s: Story) -> None:
    row = s.signed(3)
    reader = Reader(s.company)
    (text,) = reader.read(f"sponsorships/{row.pk}/")["conventions"]
    assert text["state"] == "in_force"
    services.break_off(row, actor=s.manager, side=Side.ASSOCIATION, reason="Le projet s’arrête.")
    (text,) = reader.read(f"sponsorships/{row.pk}/")["conventions"]
    assert text["state"] == "ended"


def test_the_employers_amount_does_not_even_move_the_date_of_the_sponsorship(s: Story) -> None:
    row = s.signed(2)
    s.validated(row)
    association = Reader(s.association)
    before = association.read(f"sponsorships/{row.pk}/")
    with connection.cursor() as cursor:  # a transaction has one time: the past is moved by hand
        cursor.execute("SELECT set_config(%s, 'on', true)", [ERASING_SETTING])
        cursor.execute("UPDATE audit_event SET created_at = created_at - interval '3 days'")
    moved = association.read(f"sponsorships/{row.pk}/")
    assert moved["updated_at"] < before["updated_at"]
    services.value(row, actor=s.coordinator, year=today().year, amount=Decimal(100))
    assert association.read(f"sponsorships/{row.pk}/") == moved


def test_another_organisations_things_do_not_exist(s: Story) -> None:
    row = s.signed(2)
    s.validated(row)
    other = story()
    stranger = Reader(other.company)
    other.signed(2)
    for path in (f"sponsorships/{row.pk}/", f"sponsorships/{row.pk}/days/", f"offers/{s.offer.pk}/"):
        answer = stranger.ask(path)
        assert answer.status_code == 404
        assert answer.json() == stranger.ask("sponsorships/999999999/").json(), "as if it did not exist"
    assert stranger.ids("offers/") == [other.offer.pk]
    assert row.pk not in stranger.ids("sponsorships/")
    assert stranger.read(f"statements/{today().year}/")["lines"] == []
    assert stranger.ask(f"sponsorships/{2**70}/").status_code == 404


def test_filters_narrow_by_state_year_and_day_of_change(s: Story) -> None:
    row = s.signed(3)
    day = s.validated(row, 1)
    reader = Reader(s.company)
    assert reader.ids("sponsorships/", etat="running") == [row.pk]
    assert reader.ids("sponsorships/", etat="closed") == []
    assert reader.ids("sponsorships/", annee=row.starts_on.year) == [row.pk]
    assert reader.ids("sponsorships/", annee=row.ends_on.year + 1) == []
    here, tomorrow = today().isoformat(), (today() + 2 * ONE_DAY).isoformat()
    for path, pk in (
        ("sponsorships/", row.pk),
        (f"sponsorships/{row.pk}/days/", day.pk),
        ("offers/", s.offer.pk),
    ):
        assert reader.ids(path, modifie_depuis=here) == [pk]
        assert reader.ids(path, modifie_depuis=tomorrow) == []
    assert reader.ids(f"sponsorships/{row.pk}/days/", annee=day.on.year, etat="validated") == [day.pk]
    for wrong in ({"etat": "nimporte"}, {"annee": "1999"}, {"modifie_depuis": "hier"}, {"cle": "jva_x"}):
        answer = reader.ask("sponsorships/", **wrong)
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == list(wrong)


# --- whose key --------------------------------------------------------------------------------------------------


def test_without_a_key_that_serves_the_answer_is_401_in_the_apis_own_shape(s: Story) -> None:
    row = s.signed(2)
    good = f.make_api_key(s.company)
    expired = f.make_api_key(s.company, expires_on=today() - ONE_DAY)
    revoked = f.make_api_key(s.company)
    keys.revoke(revoked, actor=s.coordinator)
    client = Client()
    client.force_login(s.coordinator)  # a session opens nothing
    headers = [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {good.secret}",
        f"Token {good.secret}",
        good.secret,
        f"Bearer {good.secret[:-1]}",
        f"Bearer  {good.secret}",
        f"Bearer {good.secret}, Bearer {good.secret}",
        "Bearer é\x00" * 500,
        f"Bearer {expired.secret}",
        f"Bearer {revoked.secret}",
    ]
    paths = ["", "offers/", "sponsorships/", f"sponsorships/{row.pk}/", f"sponsorships/{row.pk}/days/"]
    paths += ["statements/2026/", "statements/2026/csv/", "sponsorships/999999/", "statements/1999/"]
    for path in paths:
        for header in headers:
            answer = client.get(OWN + path, headers={"Authorization": header} if header else {})
            assert answer.status_code == 401, (path, header)
            assert answer["WWW-Authenticate"].startswith('Bearer realm="Jeveuxagir"')
            assert set(answer.json()) == {"detail", "errors"}
            assert "no-store" in answer["Cache-Control"]
            assert "private" in answer["Cache-Control"]
    assert client.get(f"{OWN}?cle={good.secret}").status_code == 401, "a key in an address is no key"
    told = client.get(OWN, headers={"Authorization": f"Bearer {revoked.secret}"})
    assert "retirée" in told.json()["detail"]
    assert 'error="invalid_token"' in told["WWW-Authenticate"]
    assert client.get(OWN, headers={"Authorization": f"bearer {good.secret}"}).status_code == 200


def test_the_key_of_an_organisation_that_is_not_validated_reads_nothing(s: Story) -> None:
    reader = Reader(s.company)
    for state in ("suspended", "refused", "closed", "pending"):
        Organisation.objects.filter(pk=s.company.pk).update(state=state)
        answer = reader.ask("sponsorships/")
        assert answer.status_code == 401
        assert "ses clés ne servent pas" in answer.json()["detail"]
    Organisation.objects.filter(pk=s.company.pk).update(state="validated")
    assert reader.ask("sponsorships/").status_code == 200


def test_an_old_key_reads_as_its_organisation_is_now(s: Story) -> None:
    """While it gives time its kind cannot change; once it no longer does, the key reads what its pages show then."""
    reader = Reader(s.company)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=s.company.pk).update(kind="association")
    assert reader.ask("offers/").status_code == 200
    Employee.objects.filter(organisation=s.company).update(
        until=datetime.datetime.now(datetime.UTC), ended_by="self"
    )
    Offer.objects.filter(organisation=s.company).update(state="expired")
    Organisation.objects.filter(pk=s.company.pk).update(kind="association")
    assert reader.ask("offers/").status_code == 404
    assert reader.read("statements/2026/")["side"] == "association"
    assert list(reader.read()["lists"]) == ["sponsorships"]
    Organisation.objects.filter(pk=s.company.pk).update(kind="other", may_host=False)
    assert reader.ask().status_code == 401


def test_an_answer_is_kept_by_nobody_and_shared_with_no_other_site(s: Story, caplog: Any) -> None:
    s.signed(2)
    reader = Reader(s.company)
    for path in ("", "offers/", "sponsorships/", "sponsorships/99999/", "statements/2026/csv/"):
        answer = reader.ask(path)
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert "public" not in answer["Cache-Control"]
        assert "Authorization" in answer["Vary"]
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        assert not answer.cookies
        assert reader.key.secret not in answer.content.decode()
    assert reader.key.secret not in caplog.text
    assert reader.read()["key"]["prefix"] == reader.key.prefix
    assert ApiKey.objects.get(pk=reader.key.pk).last_used_on == today()


def test_only_reading_is_possible(s: Story) -> None:
    reader = Reader(s.company)
    bearer = {"Authorization": f"Bearer {reader.key.secret}"}
    for method in ("post", "put", "patch", "delete", "options"):
        assert getattr(Client(), method)(f"{OWN}sponsorships/", headers=bearer).status_code == 405
    assert Client().head(f"{OWN}sponsorships/", headers=bearer).status_code == 200


def test_each_key_is_counted_wherever_it_comes_from(s: Story, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.LIMITS, "api_key", limits.Limit(3, 60))
    busy, calm = Reader(s.company), Reader(s.company)
    asked = [busy.ask() for _ in range(4)]
    assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
    assert asked[3]["Retry-After"] == "60"
    assert "3 par minute" in asked[3].json()["detail"]
    assert calm.ask().status_code == 200


def test_trying_keys_is_counted_by_address_before_anything_is_looked_up(
    monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    monkeypatch.setitem(limits.LIMITS, "api_address", limits.Limit(3, 60))
    client = Client()
    wrong = {"Authorization": f"Bearer jva_{'a' * 12}_{'0' * 64}"}
    assert [client.get(OWN, headers=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]
    with django_assert_num_queries(0):
        client.get(OWN, headers=wrong)


def test_the_number_of_queries_does_not_follow_the_number_of_rows(s: Story) -> None:
    row = s.signed(8)
    s.validated(row, 1)
    readers = [Reader(s.company), Reader(s.association)]
    paths = ["offers/", "sponsorships/", f"sponsorships/{row.pk}/days/", f"statements/{today().year}/"]

    def counted() -> list[int]:
        numbers = []
        for reader in readers:
            reader.ask()  # the day it served is written
            for path in paths:
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    reader.ask(path, **({"limit": 100} if "statements" not in path else {}))
                numbers.append(len(asked))
        return numbers

    before = counted()
    for number in range(99):
        offer = make_offer(s.company, title=f"Offre {number}")
        need = make_need(s.association, title=f"Besoin {number}")
        other = Sponsorship.objects.get(pk=row.pk)
        Sponsorship.objects.create(
            need=need,
            offer=offer,
            minutes=DAY,
            starts_on=other.starts_on,
            ends_on=other.ends_on,
            state="running",
            agreed_at=other.agreed_at,
        )
    for ago in range(2, 7):
        s.day(row, ago)
    assert len(readers[0].ids("sponsorships/", limit=100)) == 100
    assert counted() == before
    assert max(before) <= 9


def test_lists_are_read_by_pages_and_the_next_address_has_no_key(s: Story) -> None:
    for _ in range(3):
        make_offer(s.company)
    reader = Reader(s.company)
    first = reader.read("offers/", limit=2)
    assert (first["total"], len(first["results"])) == (4, 2)
    assert "jva_" not in first["next"]
    assert reader.client.get(first["next"]).status_code == 401


def test_the_documentation_says_how_to_use_a_key(client: Client) -> None:
    page = client.get("/api/").content.decode()
    assert "Authorization: Bearer" in page
    assert "/api/v1/own/sponsorships/" in page
    document = client.get("/api/v1/openapi.json").json()
    assert document["components"]["securitySchemes"]["organisationKey"]["scheme"] == "bearer"
    for path, operations in document["paths"].items():
        keyed = operations["get"].get("security") == [{"organisationKey": []}]
        assert keyed == path.startswith(OWN), path
        assert ("401" in operations["get"]["responses"]) == keyed
