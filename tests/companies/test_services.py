"""An employer's domains, codes and people: who may join, what the employer sees, how it ends."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from organisations.companies import reactions, seen, services
from organisations.companies.models import Employee, JoinCode, MailDomain
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Organisation:
    return f.make_company(name="Isère Cuir", siren="732829320")


@pytest.fixture
def rose(company: Organisation) -> Any:
    return f.make_member(company)


def worker(domain: str = "filature.fr", **fields: Any) -> Any:
    return f.make_user(person=f.make_person(email=f"marie{now().timestamp()}@{domain}", **fields))


def token_of(kind: str) -> str:
    message = Message.objects.filter(kind=kind).latest("pk")
    found = re.search(r"/mecenat/domaine/([\w-]+)/", message.text)
    assert found
    return found[1]


def refused(act: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        act()
    return caught.value.code


# --- domains --------------------------------------------------------------------------------------------------


def test_a_domain_is_confirmed_by_a_mail_to_one_of_its_addresses_and_opens_to_its_people(company, rose):
    marie = worker("isere-cuir.fr")
    services.declare_domain(company, actor=rose, email="Accueil@Isere-Cuir.FR ")
    assert Message.objects.get(kind="companies.domain").address == "Accueil@Isere-Cuir.FR"
    assert services.employers_of_domains(marie) == []  # not before it is confirmed
    found = services.mail_domain_of(token_of("companies.domain"))
    assert found is not None
    services.confirm_domain(found, actor=rose)
    assert services.employers_of_domains(marie) == [company]
    employee = services.join_by_domain(company, actor=marie)
    assert (employee.joined_by, employee.shown) == ("domain", "nothing")
    assert Event.objects.filter(verb="company.domain_confirmed").count() == 1
    # nothing of the address is kept but its domain
    assert not any("Accueil" in str(value) for value in MailDomain.objects.values_list()[0])


@pytest.mark.parametrize(
    "email", ["rose@gmail.com", "rose@Yahoo.fr", "rose@mail.free.fr", "rose@yopmail.com"]
)
def test_a_domain_where_anybody_gets_an_address_is_refused(company, rose, email):
    assert refused(lambda: services.declare_domain(company, actor=rose, email=email)) == "free_mail"
    assert not Message.objects.exists()


def test_a_domain_has_one_employer_until_it_is_released(company, rose):
    other = f.make_company()
    colleague = f.make_member(other)
    mine = f.make_mail_domain(company, "tannerie.fr")
    waiting = f.make_mail_domain(other, "tannerie.fr", confirmed_at=None)
    assert (
        refused(lambda: services.declare_domain(other, actor=colleague, email="a@tannerie.fr"))
        == refused(lambda: services.confirm_domain(waiting, actor=colleague))
        == "mail_domain_of_one_employer"
    )
    services.release_domain(mine, actor=rose)
    services.confirm_domain(waiting, actor=colleague)
    assert MailDomain.objects.confirmed().get().organisation == other


def test_the_link_of_a_domain_serves_its_coordinators_only_and_a_week(company, rose):
    services.declare_domain(company, actor=rose, email="x@isere-cuir.fr")
    found = services.mail_domain_of(token_of("companies.domain"))
    assert found is not None
    with pytest.raises(NotAllowed):  # whoever reads the mail but is nobody there
        services.confirm_domain(found, actor=worker("isere-cuir.fr"))
    with time_machine.travel(now() + datetime.timedelta(days=8)):
        assert refused(lambda: services.confirm_domain(found, actor=rose)) == "expired"


def test_only_addresses_that_are_confirmed_open_an_employer(company):
    f.make_mail_domain(company, "isere-cuir.fr")
    marie = worker("exemple.fr")
    address = EmailAddress.objects.create(user=marie, email="marie@isere-cuir.fr", verified=False)
    with pytest.raises(NotAllowed):
        services.join_by_domain(company, actor=marie)
    address.verified = True
    address.save()
    assert services.join_by_domain(company, actor=marie).organisation == company


# --- codes ----------------------------------------------------------------------------------------------------


def test_a_code_is_read_as_people_type_it_and_serves_its_number_of_people(company, rose):
    code = services.make_code(company, actor=rose, most_uses=2, days=30)
    typed = f" {code.in_words.lower()} "
    people = [worker() for _ in range(3)]
    for person in people[:2]:
        services.join_by_code(services.find_code(typed, actor=person), actor=person)
    services.join_by_code(code, actor=people[0])  # joining twice is joining once
    assert refused(lambda: services.find_code(typed, actor=people[2])) == "code"
    assert refused(lambda: services.join_by_code(code, actor=people[2])) == "code"
    code.refresh_from_db()
    assert (code.uses, Employee.objects.live().count()) == (2, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": now()},
        {"expires_at": now() - datetime.timedelta(minutes=1)},
        {"uses": 10},
    ],
)
def test_a_code_that_no_longer_serves_says_no_more_than_one_that_never_was(company, fields):
    code = f.make_join_code(company, **fields)
    person = worker()
    sentences = set()
    for typed in (code.code, "ZZZZZ-ZZZZZ", ""):
        with pytest.raises(RuleBroken) as caught:
            services.find_code(typed, actor=person)
        sentences.add(caught.value.message)
    assert len(sentences) == 1


def test_codes_are_not_tried_one_after_the_other(company, valkey):
    person = worker()
    codes = Counter(refused(lambda: services.find_code("ABCDEFGHJK", actor=person)) for _ in range(25))
    assert codes == {"code": 20, "too_many": 5}


def test_an_invitation_goes_to_one_address_that_nobody_keeps(company, rose):
    code = services.invite(company, actor=rose, email="marie@exemple.fr")
    message = Message.objects.get(kind="companies.invitation")
    assert (message.address, f"?code={code.code}" in message.text) == ("marie@exemple.fr", True)
    employee = services.join_by_code(code, actor=worker())
    assert employee.joined_by == "invitation"
    assert "marie@exemple.fr" not in str(list(JoinCode.objects.values_list()))


def test_a_manager_coordinates_a_reader_and_a_stranger_do_not(company):
    services.make_code(company, actor=f.make_member(company, role="manager"), most_uses=1, days=1)
    for actor in (f.make_member(company, role="reader"), f.make_user(), f.make_staff("national")):
        with pytest.raises(NotAllowed):
            services.make_code(company, actor=actor, most_uses=1, days=1)


def test_an_association_and_a_company_that_waits_open_no_door():
    association = f.make_organisation()
    with pytest.raises(NotAllowed):
        services.make_code(association, actor=f.make_member(association), most_uses=1, days=1)
    waiting = f.make_company(state="pending")
    owner = f.make_member(waiting)
    assert refused(lambda: services.invite(waiting, actor=owner, email="a@exemple.fr")) == "state"
    with pytest.raises(IntegrityError), transaction.atomic():
        f.make_employee(association)


# --- people ---------------------------------------------------------------------------------------------------


def test_the_employer_sees_what_each_person_chose_and_nothing_else(company):
    shown = {
        shown: f.make_employee(company, shown=shown, person=f.make_person(first_name=name, last_name="Zola"))
        for shown, name in (("nothing", "Anna"), ("name", "Bela"), ("missions", "Cleo"))
    }
    for employee in shown.values():
        f.make_participation(person=employee.person, state="realised")
    assert {(line.label, line.missions) for line in seen.lines(company)} == {
        ("Une personne", None),
        ("Bela Zola", None),
        ("Cleo Zola", 1),
    }


def test_an_employee_chooses_alone_leaves_alone_and_may_come_back(company, rose):
    marie = worker()
    code = f.make_join_code(company)
    site, elsewhere = f.make_site(company), f.make_site()
    employee = services.join_by_code(code, actor=marie)
    services.choose(employee, actor=marie, shown="name", site=site)
    with pytest.raises(NotAllowed):
        services.choose(employee, actor=rose, shown="missions")
    assert (
        refused(lambda: services.choose(employee, actor=marie, shown="name", site=elsewhere))
        == "site_of_another"
    )
    services.leave(employee, actor=marie)
    assert refused(lambda: services.choose(employee, actor=marie, shown="nothing")) == "ended"
    assert services.join_by_code(code, actor=marie).pk != employee.pk
    assert Employee.objects.of_person(marie.person).count() == 2


def test_whom_the_employer_lets_go_keeps_the_history_and_has_no_access(company, rose):
    f.make_mail_domain(company, "isere-cuir.fr")
    marie = worker("isere-cuir.fr")
    employee = services.join_by_domain(company, actor=marie)
    services.end(employee, actor=rose)
    employee.refresh_from_db()
    assert (employee.ended_by, Employee.objects.live().exists()) == ("employer", False)
    assert Message.objects.get(kind="companies.ended").person == marie.person
    # the work address still opens for others: not for who was let go, until somebody invites them by name
    assert refused(lambda: services.join_by_domain(company, actor=marie)) == "ended"
    assert refused(lambda: services.join_by_code(f.make_join_code(company), actor=marie)) == "ended"
    back = services.join_by_code(services.invite(company, actor=rose, email="m@exemple.fr"), actor=marie)
    assert back.until is None


def test_an_employer_that_closes_ends_its_links_codes_and_domains(company, rose):
    employee, code, domain = f.make_employee(company), f.make_join_code(company), f.make_mail_domain(company)
    organisations.close(company, actor=rose)
    event = Event.objects.get(verb="organisation.closed")
    reactions.closed(event)
    reactions.closed(event)
    for row in (employee, code, domain):
        row.refresh_from_db()
    assert employee.ended_by == "closing"
    assert code.revoked_at
    assert domain.released_at


def test_erasing_an_account_erases_its_links_to_employers(company):
    marie = worker()
    f.make_employee(company, person=marie.person)
    f.make_employee(f.make_company(), person=marie.person, until=now())
    services.forget_person(marie.person)
    assert not Employee.objects.exists()


def test_a_site_carries_the_number_of_its_employer_alone(company, rose):
    add = {"actor": rose, "commune": f.get_commune("23096")}
    services.add_site(company, name="Atelier", siret="732 829 320 00074", **add)
    assert (
        refused(lambda: services.add_site(company, name="atelier 2", siret="55208131766522", **add))
        == "siret"
    )
    assert refused(lambda: services.add_site(company, name="Atelier", **add)) == "site_name_once"


# --- kinds ----------------------------------------------------------------------------------------------------


def turned(organisation: Organisation, kind: str) -> str:
    """What becomes of a published organisation whose new kind the brigade accepts."""
    try:
        organisations.apply_edit(organisation, actor=None, diff={"kind": {"label": "type", "value": kind}})
    except RuleBroken as broken:
        return broken.code
    return "done"


def test_a_company_does_not_become_a_host_by_changing_its_kind(company):
    assert turned(company, "association") == "organisation_company_turned_host"
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=company.pk).update(kind="public_body", may_host=True)
    assert turned(company, "other") == "done"  # a mistake is mended so: staff decide on hosting
    company.refresh_from_db()
    assert company.may_host is False


def test_an_employer_with_people_stays_an_employer():
    town = f.make_organisation(kind="local_authority")
    employee = f.make_employee(town)
    assert turned(town, "association") == "organisation_has_employees"
    assert turned(town, "public_body") == "done"
    Employee.objects.filter(pk=employee.pk).update(until=now(), ended_by="self")
    assert turned(town, "association") == "done"


def test_an_association_with_needs_of_means_does_not_become_a_company():
    association = f.make_organisation()
    need = f.make_resource_need(association)
    for kind in ("company", "other"):
        assert turned(association, kind) == "organisation_states_needs_of_means"
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(pk=association.pk).update(kind=kind, may_host=False)
    type(need).objects.filter(pk=need.pk).update(state="closed", reason="Trouvé.")
    assert turned(association, "company") == "done"
    with pytest.raises(IntegrityError), transaction.atomic():
        type(need).objects.filter(pk=need.pk).update(state="draft")


def test_a_kind_that_can_never_be_accepted_is_refused_when_asked_and_not_sent_to_the_brigade(company, rose):
    from dataclasses import replace

    data = replace(
        organisations.data_of(company),
        kind="association",
        description="Une entreprise du cuir, à Guéret. " * 3,
    )
    with pytest.raises(RuleBroken) as refusal:
        organisations.update(company, actor=rose, version=company.version, data=data)
    assert refusal.value.code == "organisation_company_turned_host"
    assert organisations.waiting_edit(company) is None
    company.refresh_from_db()
    assert company.kind == "company"
    done = organisations.update(
        company, actor=rose, version=company.version, data=replace(data, kind="other")
    )
    assert done.waiting, "one that may be accepted is sent"
