"""Roles and grants: who is what, where; who may give what; both are told."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import CommandError, call_command

from jeveuxagir.accounts import grants, roles
from jeveuxagir.accounts.models import RoleGrant, User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department, Region
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db


def department(code: str) -> Department:
    return Department.objects.get(pk=code)


def test_a_brigade_member_sees_their_departments_only():
    user = f.make_staff(department="23")
    f.make_grant(user.person, department="87")
    assert roles.departments_of(user) == {"23", "87"}
    assert roles.in_scope(user, "23")
    assert not roles.in_scope(user, "59")
    assert not roles.in_scope(user, None)


def test_a_region_covers_its_departments():
    user = f.make_staff("regional", region="75")
    assert {"23", "33", "87"} <= roles.departments_of(user)
    assert "59" not in roles.departments_of(user)
    assert roles.in_scope(user, "33")
    assert not roles.in_scope(user, "59")


def test_national_staff_see_everything_and_what_has_no_department():
    user = f.make_staff("national")
    assert roles.departments_of(user) is roles.EVERYWHERE
    assert "974" in roles.EVERYWHERE
    assert roles.in_scope(user, None)


def test_operators_and_technical_staff_moderate_nothing():
    for role in ("operator", "technical"):
        user = f.make_staff(role)
        assert roles.is_staff(user)
        assert not roles.is_brigade(user)
        assert not roles.departments_of(user)


def test_a_theme_narrows_a_scope():
    theme = Domain.objects.first()
    other = Domain.objects.exclude(pk=theme.pk).first()
    user = f.make_staff(department="23", domain=theme)
    assert roles.in_scope(user, "23", theme.pk)
    assert not roles.in_scope(user, "23", other.pk)


def test_scope_filter_and_in_scope_agree():
    here = f.make_organisation(commune=f.GUERET)
    there = f.make_organisation(commune=f.LILLE)
    nowhere = f.make_organisation(commune=None)
    everybody = (here, there, nowhere)
    for user in (f.make_staff(), f.make_staff("regional"), f.make_staff("national"), f.make_user()):
        seen = set(Organisation.objects.filter(roles.scope_filter(user, "commune__department")))
        expected = {o for o in everybody if roles.in_scope(user, o.commune and o.commune.department_id)}
        assert seen == expected


@pytest.mark.parametrize("days", [(-10, -1), (1, 10)])
def test_a_grant_counts_between_its_dates_only(days):
    user = f.make_user()
    start, end = (today() + datetime.timedelta(days=n) for n in days)
    f.make_grant(user.person, department="23", starts_on=start, ends_on=end)
    assert not roles.is_staff(user)


def test_a_closed_account_has_no_role():
    user = f.make_staff()
    user.is_active = False
    assert not roles.is_staff(user)


def test_an_anonymous_visitor_has_no_role(rf):
    from django.contrib.auth.models import AnonymousUser

    assert not roles.has(AnonymousUser(), "national")


# --- giving and taking --------------------------------------------------------------------------------------


def test_a_lead_invites_below_within_their_department_and_both_are_told():
    lead, person = f.make_staff("brigade_lead"), f.make_person()
    grants.grant(person, "brigade_member", actor=lead, department=department("23"))
    assert {message.person for message in Message.objects.all()} == {lead.person, person}
    assert Event.objects.get(verb="grant.given").actor == lead


@pytest.mark.parametrize(
    ("giver", "role", "scope"),
    [
        ("brigade_member", "brigade_member", "23"),
        ("brigade_lead", "brigade_member", "87"),
        ("brigade_lead", "brigade_lead", "23"),
        ("brigade_lead", "national", None),
        ("regional", "brigade_lead", "59"),
        ("regional", "regional", "23"),
        ("operator", "brigade_member", "23"),
        ("technical", "brigade_member", "23"),
    ],
)
def test_nobody_gives_beyond_their_own_rights(giver, role, scope):
    actor = f.make_staff(giver)
    with pytest.raises(NotAllowed):
        grants.grant(f.make_person(), role, actor=actor, department=department(scope) if scope else None)
    assert RoleGrant.objects.count() == 1


def test_a_lead_of_one_theme_does_not_give_another():
    theme, other = Domain.objects.all()[:2]
    lead = f.make_staff("brigade_lead", domain=theme)
    grants.grant(f.make_person(), "brigade_member", actor=lead, department=department("23"), domain=theme)
    for wrong in (other, None):
        with pytest.raises(NotAllowed):
            grants.grant(
                f.make_person(), "brigade_member", actor=lead, department=department("23"), domain=wrong
            )


def test_nobody_gives_rights_to_themselves():
    national = f.make_staff("national")
    with pytest.raises(NotAllowed) as refused:
        grants.grant(national.person, "technical", actor=national)
    assert refused.value.code == "own_grant"


def test_a_region_gives_in_its_departments():
    regional = f.make_staff("regional", region="75")
    grants.grant(f.make_person(), "brigade_lead", actor=regional, department=department("33"))
    grants.grant(f.make_person(), "operator", actor=regional, region=Region.objects.get(pk="75"))


def test_a_role_taken_back_is_gone_at_once_and_both_are_told():
    lead, member = f.make_staff("brigade_lead"), f.make_staff()
    given = member.person.grants.get()
    grants.revoke(given, actor=lead)
    grants.revoke(given, actor=lead)
    assert not roles.is_staff(User.objects.get(pk=member.pk))
    assert Message.objects.filter(kind="accounts.grant_revoked").count() == 2


def test_a_stranger_takes_nothing_back():
    given = f.make_staff(department="59").person.grants.get()
    with pytest.raises(NotAllowed):
        grants.revoke(given, actor=f.make_staff("brigade_lead"))


# --- the first administrator --------------------------------------------------------------------------------


def test_the_first_administrator_is_national_and_technical_and_learns_what_to_do_next(capsys):
    call_command("create_first_administrator", "--email", "Premiere@Exemple.fr", "--first-name", "Ada")
    user = User.objects.get(email="premiere@exemple.fr")
    assert set(user.person.grants.values_list("role", flat=True)) == {"national", "technical"}
    printed = capsys.readouterr().out
    assert "/compte/connexion/" in printed
    assert "double vérification" in printed


def test_there_is_only_one_first_administrator():
    call_command("create_first_administrator", "--email", "a@exemple.fr")
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("create_first_administrator", "--email", "b@exemple.fr")
    assert not User.objects.filter(email="b@exemple.fr").exists()


def test_the_first_administrator_may_already_have_an_account():
    user = f.make_user(email="deja@exemple.fr")
    call_command("create_first_administrator", "--email", "deja@exemple.fr")
    assert roles.has(User.objects.get(pk=user.pk), "national")


def test_a_wrong_address_is_refused_in_words():
    with pytest.raises(CommandError, match="pas valable"):
        call_command("create_first_administrator", "--email", "pas-une-adresse")
    f.make_staff("national")
    with pytest.raises(RuleBroken):
        grants.create_first_administrator(email="c@exemple.fr")
