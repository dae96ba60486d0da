"""Which instruments fit a need, told by examples: pure, then on the sheets that come with the product."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, Stale
from missions.resources import directory, orienting, reference, services
from missions.resources.enums import to_whom
from missions.resources.models import Instrument
from missions.resources.orientation import Asked, Sheet, judge, orient
from organisations.enums import Kind as OrganisationKind
from tests import factories as f

ORIENT = "/moyens/orienter/"
HEALTH_IN_CREUSE = Asked(
    kind="money",
    audience="association",
    audience_words="aux associations",
    quantity=Decimal(5000),
    domain="sante",
    domain_words="Santé",
    department="23",
    department_words="Creuse (23)",
)
FUND = Sheet(
    name="Fonds santé",
    gives=["money"],
    gives_words="argent",
    audiences=["association"],
    audience_words="aux associations",
    link="https://source.exemple.fr/",
    minimum=Decimal(1000),
    maximum=Decimal(8000),
    domains=["sante"],
    domain_words="Santé",
    departments=["23"],
)


def said(reasons: Any) -> dict[str, str]:
    return {reason.rule: reason.text.replace("\xa0", " ").replace("\u202f", " ") for reason in reasons}


def test_whom_an_instrument_is_for_reads_inside_a_sentence() -> None:
    assert to_whom(["association"]) == "aux associations"
    assert to_whom(["association", "foundation", "public_body"]) == (
        "aux associations, aux fondations et aux établissements publics"
    )
    assert all(to_whom([kind]) for kind in OrganisationKind)


# --- pure -------------------------------------------------------------------------------------------------------


def test_a_sheet_made_for_the_need_fits_by_each_of_its_rules() -> None:
    verdict = judge(HEALTH_IN_CREUSE, FUND)
    assert verdict.fits
    assert said(verdict.met) == {
        "gives": "Il donne de l’argent.",
        "audience": "Il est ouvert aux associations.",
        "amount": "5 000 € : entre son minimum (1 000 €) et son maximum (8 000 €).",
        "domain": "Il aide ce domaine : Santé.",
        "territory": "Il agit dans ce département : Creuse (23).",
    }


@pytest.mark.parametrize(
    ("changes", "rule", "text"),
    [
        (
            {"gives": ["goods"], "gives_words": "biens"},
            "gives",
            "Il ne donne pas d’argent (il donne : biens).",
        ),
        (
            {"audiences": ["local_authority"], "audience_words": "aux collectivités"},
            "audience",
            "Il est réservé aux collectivités.",
        ),
        ({"minimum": Decimal(6000)}, "amount", "Il commence à 6 000 €, et le besoin est de 5 000 €."),
        (
            {"domains": ["sport"], "domain_words": "Sport"},
            "domain",
            "Il est réservé à ces domaines : Sport.",
        ),
        ({"departments": ["59"]}, "territory", "Il n’agit pas dans ce département : Creuse (23)."),
        (
            {"departments": [], "without": ["23"]},
            "territory",
            "Il n’agit pas dans ce département : Creuse (23).",
        ),
    ],
)
def test_each_rule_that_fails_is_named_with_its_source(changes: Any, rule: str, text: str) -> None:
    verdict = judge(HEALTH_IN_CREUSE, replace(FUND, **changes))
    assert not verdict.fits
    assert said(verdict.failed) == {rule: text}
    assert verdict.failed[0].link == "https://source.exemple.fr/"
    own = replace(FUND, **changes, rule_links={rule: "https://regle.exemple.fr/"})
    assert judge(HEALTH_IN_CREUSE, own).failed[0].link == "https://regle.exemple.fr/"


def test_more_than_the_maximum_is_a_part_of_the_need() -> None:
    verdict = judge(replace(HEALTH_IN_CREUSE, quantity=Decimal(20000)), FUND)
    assert verdict.fits
    assert said(verdict.met)["amount"] == "Il donne au plus 8 000 € : une part des 20 000 €."


def test_what_is_not_said_rules_nothing_out() -> None:
    unknown = Asked("goods", "association", "aux associations")
    verdict = judge(unknown, replace(FUND, gives=["goods"], gives_words="biens"))
    assert verdict.fits
    assert set(said(verdict.met)) == {"gives", "audience", "domain"}
    assert said(verdict.met)["domain"] == "Il n’aide que ces domaines : Santé.", "so that who reads can tell"


def test_without_a_domain_or_a_place_what_is_for_all_comes_first_and_the_others_say_what_they_are_for() -> (
    None
):
    asked = replace(HEALTH_IN_CREUSE, domain="", domain_words="", department="", department_words="")
    for_all = replace(FUND, name="Z pour tous", domains=[], domain_words="", departments=[])
    fitting, _ = orient(asked, [FUND, for_all])
    assert [one.sheet.name for one in fitting] == ["Z pour tous", FUND.name]
    assert said(fitting[1].met)["domain"] == "Il n’aide que ces domaines : Santé."


def test_what_is_made_for_such_needs_comes_first_and_the_order_never_changes() -> None:
    anywhere = replace(FUND, name="A", domains=[], departments=[], maximum=None)
    nowhere = replace(FUND, name="C", departments=["59"], domains=["sport"], domain_words="Sport")
    almost = replace(FUND, name="D", departments=["59"])
    fitting, others = orient(HEALTH_IN_CREUSE, [nowhere, anywhere, almost, FUND])
    assert [one.sheet.name for one in fitting] == ["Fonds santé", "A"]
    assert [one.sheet.name for one in others] == ["D", "C"]
    assert orient(HEALTH_IN_CREUSE, [FUND, almost, anywhere, nowhere]) == (fitting, others)


# --- on the sheets that come with the product ---------------------------------------------------------------------


@pytest.mark.django_db
def test_5000_euros_for_health_in_creuse_lists_instruments_with_reasons_and_the_rule_of_each_other() -> None:
    need = f.make_resource_need()
    oriented = orienting.of(directory.asked_of(need))
    fitting = [line.instrument.slug for line in oriented.fitting]
    assert {"fdva-fonctionnement-innovation", "ars-prevention-promotion-de-la-sante"} <= set(fitting)
    assert fitting[0] == "ars-prevention-promotion-de-la-sante"
    assert all(len(line.verdict.met) >= 3 for line in oriented.fitting)
    others = {line.instrument.slug: line.failed for line in oriented.others}
    assert [rule for rule, _ in others["agence-nationale-du-sport"]] == ["domaine"]
    assert [rule for rule, _ in others["dons-solidaires"]] == ["ce qu’il donne"]
    assert [rule for rule, _ in others["dotation-territoires-ruraux"]] == ["pour qui"]
    assert all(reason.link.startswith("https://") for failed in others.values() for _, reason in failed)


@pytest.mark.django_db
def test_at_least_eight_sheets_each_with_a_source_and_unchecked_until_a_person_checks(client: Client) -> None:
    sheets = list(Instrument.objects.public())
    assert len(sheets) >= 8
    assert {kind for sheet in sheets for kind in sheet.gives} == {"money", "goods"}
    assert all(sheet.link.startswith("https://") and not sheet.is_checked for sheet in sheets)
    page = client.get(sheets[0].get_absolute_url()).content.decode()
    assert "personne n’a encore comparé cette fiche" in page
    assert sheets[0].link in page


@pytest.mark.django_db
def test_the_file_writes_once_and_never_over_what_staff_corrected() -> None:
    assert not reference.load(connection)
    sheet = Instrument.objects.get(slug="leader")
    services.edit_instrument(sheet, actor=f.make_staff("national"), data=data(sheet, name="LEADER 2028"))
    Instrument.objects.filter(slug="aides-territoires").update(name="x")
    assert reference.load(connection)
    assert Instrument.objects.get(slug="leader").name == "LEADER 2028"
    assert Instrument.objects.get(slug="aides-territoires").name.startswith("Aides-territoires")


@pytest.mark.django_db
def test_a_sheet_that_left_the_file_is_hidden_and_one_checked_keeps_its_date() -> None:
    sheet = Instrument.objects.get(slug="leader")
    services.check_instrument(sheet, actor=f.make_staff("national"))
    Instrument.objects.create(**(reference.seed()[0] | {"slug": "ancien"}))
    reference.load(connection)
    assert not Instrument.objects.public().filter(slug="ancien").exists()
    assert Instrument.objects.get(slug="leader").checked_on == today()
    assert not reference.load(connection)


def data(sheet: Instrument, **changes: Any) -> services.InstrumentData:
    names = services.InstrumentData.__dataclass_fields__
    return services.InstrumentData(**{name: getattr(sheet, name) for name in names} | changes)


@pytest.mark.django_db
def test_national_staff_check_and_correct_a_sheet_and_the_trace_keeps_who() -> None:
    sheet, agent = Instrument.objects.get(slug="leader"), f.make_staff("national")
    for role in ("brigade_member", "regional"):
        with pytest.raises(NotAllowed):
            services.check_instrument(sheet, actor=f.make_staff(role))
    assert services.check_instrument(sheet, actor=agent).checked_on == today()
    assert Event.objects.get(verb="instrument.checked").actor_id == agent.pk
    done = services.edit_instrument(sheet, actor=agent, data=data(sheet, minimum=Decimal(4000)))
    assert Event.objects.get(verb="instrument.edited").data["fields"] == ["minimum"]
    with pytest.raises(Stale):
        services.edit_instrument(done, actor=agent, data=data(done), version=done.version - 1)


# --- the page, without an account -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anybody_tries_without_an_account_and_reads_why_and_by_which_rule_not(client: Client) -> None:
    assert client.get(ORIENT).status_code == 200
    page = client.get(
        ORIENT,
        {"nature": "money", "montant": "5 000", "qui": "association", "domaine": "sante", "lieu": "Guéret"},
    )
    content = page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert page.status_code == 200
    assert "Il aide ce domaine : Santé." in content
    assert "Règle « domaine » : Il est réservé à ces domaines : Sport." in content
    assert "https://www.agencedusport.fr/" in content


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["Creuse", "creuse", "23", "Creuse (23)", "Guéret"])
def test_a_department_is_a_place_too(client: Client, typed: str) -> None:
    page = client.get(ORIENT, {"nature": "money", "qui": "association", "lieu": typed})
    assert page.status_code == 200
    assert page.context["form"].asked().department == "23"


@pytest.mark.django_db
def test_what_acts_in_some_quarters_only_says_so(client: Client) -> None:
    oriented = client.get(ORIENT, {"nature": "money", "qui": "association", "lieu": "Guéret"}).context[
        "oriented"
    ]
    [line] = [one for one in oriented.fitting if one.instrument.slug == "contrat-de-ville"]
    said = [reason.text for reason in line.verdict.met if reason.rule == "territory"]
    assert said == [
        "Il agit seulement dans les quartiers prioritaires de la politique de la ville\xa0: vérifiez l’adresse."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"nature": "bitcoin", "qui": "association"},
        {"nature": "money", "qui": "company"},
        {"nature": "money", "qui": "association", "montant": "-3"},
        {"nature": "money", "qui": "association", "montant": "beaucoup"},
        {"nature": "money", "qui": "association", "lieu": "zzzzzz"},
        {"nature": "money"},
    ],
)
def test_what_cannot_be_understood_is_said_in_french_and_nothing_typed_is_lost(
    client: Client, asked: dict[str, str]
) -> None:
    response = client.get(ORIENT, asked)
    assert response.status_code == 422
    assert response.context["oriented"] is None
    assert response.context["form"].errors


@pytest.mark.django_db
def test_rules_older_than_twelve_months_warn(client: Client) -> None:
    old = today() - datetime.timedelta(days=366)
    Instrument.objects.filter(slug="agence-nationale-du-sport").update(written_on=old, checked_on=None)
    Instrument.objects.filter(slug="leader").update(written_on=old, checked_on=today())
    page = client.get(ORIENT, {"nature": "money", "qui": "association", "domaine": "sante"}).content.decode()
    assert page.count("ses règles ont plus de 12 mois") == 1
    assert (
        "Cette fiche a plus de 12 mois"
        in client.get("/moyens/instruments/agence-nationale-du-sport/").content.decode()
    )
    assert "Cette fiche a plus de 12 mois" not in client.get("/moyens/instruments/leader/").content.decode()


@pytest.mark.django_db
def test_more_sheets_ask_nothing_more(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(ORIENT, {"nature": "money", "qui": "association", "domaine": "sante"})
        return len(queries)

    cost()
    before = cost()
    for number in range(20):
        Instrument.objects.create(**(reference.seed()[0] | {"slug": f"autre-{number}"}))
    assert cost() == before
