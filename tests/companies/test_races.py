"""Many people at once on the last uses of a code, and two employers on one domain."""

from __future__ import annotations

from collections import Counter

from organisations.companies import services
from organisations.companies.models import Employee, JoinCode, MailDomain
from tests import factories as f
from tests.races.test_seats import outcome, together


def test_the_last_uses_of_a_code_go_to_as_many_people(committed_db: None) -> None:
    code = f.make_join_code(most_uses=3)
    people = [f.make_user() for _ in range(12)]
    acts = [lambda person=person: services.join_by_code(code, actor=person) for person in people]
    assert Counter(together(outcome, acts, threads=12)) == {"done": 3, "code": 9}
    assert (JoinCode.objects.get().uses, Employee.objects.count()) == (3, 3)


def test_one_person_who_sends_the_form_many_times_joins_once(committed_db: None) -> None:
    code, person = f.make_join_code(), f.make_user()
    acts = [lambda: services.join_by_code(code, actor=person)] * 6
    assert Counter(together(outcome, acts, threads=6)) == {"done": 6}
    assert (JoinCode.objects.get().uses, Employee.objects.count()) == (1, 1)


def test_two_employers_confirm_one_domain_and_one_has_it(committed_db: None) -> None:
    acts = []
    for _ in range(4):
        company = f.make_company()
        coordinator = f.make_member(company)
        domain = f.make_mail_domain(company, "partage.fr", confirmed_at=None)
        acts.append(lambda d=domain, who=coordinator: services.confirm_domain(d, actor=who))
    assert Counter(together(outcome, acts, threads=4)) == {"done": 1, "mail_domain_of_one_employer": 3}
    assert MailDomain.objects.confirmed().count() == 1
