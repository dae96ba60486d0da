"""An alliance begins, is edited, gains and loses parties, ends: who may, when, and what is refused."""

import datetime
from dataclasses import replace

import pytest
import time_machine
from django.db import IntegrityError, transaction

from alliances import policies, services
from alliances.category import QUESTIONS, category_of
from alliances.conditions import check
from alliances.enums import Activity, College, InvitationState, Publication, Stage
from alliances.models import Alliance, Party, Step
from alliances.services import AllianceData
from jeveuxagir.accounts.models import Person
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Commune, Department, Region
from organisations import services as organisations
from tests import factories as f

pytestmark = pytest.mark.django_db

PURPOSE = "Que chaque enfant de la ville lise une heure par semaine avec un adulte."
ANSWERS = {
    "reached": "Cent enfants.",
    "learned": "Aller moins vite.",
    "what_next": "La médiathèque continue.",
}


def data(**changes):
    return replace(
        AllianceData("Lire ensemble", PURPOSE, places=[Commune.objects.get(pk=f.GUERET)]), **changes
    )


def begun(**changes):
    """An alliance that a verified association began, and who handles it."""
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    return services.start(actor=owner, organisation=organisation, data=data(**changes)), owner


def with_another(alliance, kind="company"):
    """One more party, and who acts for it."""
    user = f.make_user()
    organisation = f.make_organisation(kind=kind, owner=user)
    return f.make_party(alliance, organisation=organisation), user


def long_silent(party):
    """It joined two months ago, and nobody of it did anything since."""
    Party.objects.filter(pk=party.pk).update(joined_at=now() - datetime.timedelta(days=60))
    party.refresh_from_db()


def dated():
    return {"starts_on": today(), "ends_on": today() + datetime.timedelta(days=400)}


# --- beginning ------------------------------------------------------------------------------------------------


def test_who_begins_an_alliance_is_its_first_party_and_animates_it():
    alliance, owner = begun()
    party = alliance.parties.get()
    assert (party.is_animator, party.college, party.name) == (True, "associations", party.organisation.name)
    assert (alliance.stage, alliance.publication, alliance.department_id) == ("emerging", "private", "23")
    assert policies.can_animate(owner, alliance)
    assert Event.objects.filter(verb="alliance.started", subject_id=str(alliance.pk)).exists()


def test_a_citizen_begins_one_for_themself():
    user = f.make_user(first_name="Nadia")
    alliance = services.start(actor=user, organisation=None, data=data())
    party = alliance.parties.get()
    assert (party.person, party.college, party.name) == (user.person, College.CITIZENS, "Nadia")
    assert policies.may_sign_for(user, party)


def test_an_organisation_that_is_not_validated_begins_none():
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, state="pending")
    with pytest.raises(RuleBroken):
        services.start(actor=owner, organisation=organisation, data=data())


def test_a_reader_begins_none_for_the_organisation():
    organisation = f.make_organisation()
    reader = f.make_member(organisation, role="reader")
    with pytest.raises(NotAllowed):
        services.start(actor=reader, organisation=organisation, data=data())


def test_the_brigade_begins_one_without_being_a_party():
    staff = f.make_staff()
    creuse = Department.objects.get(pk="23")
    alliance = services.start(actor=staff, organisation=None, data=data(), department=creuse)
    assert not alliance.parties.exists()
    assert policies.can_invite(staff, alliance)
    assert not policies.can_read(staff, alliance)
    with pytest.raises(NotAllowed):
        services.start(
            actor=staff, organisation=None, data=data(), department=Department.objects.get(pk="59")
        )


@pytest.mark.parametrize(
    ("places", "department"),
    [
        (["commune"], "59"),
        (["department"], "59"),
        (["region"], "23"),  # Guéret lies in it: the seat's brigade
        (["epci"], "23"),
    ],
)
def test_its_brigade_is_that_of_its_first_place(places, department):
    lille = Commune.objects.get(pk=f.LILLE)
    gueret = Commune.objects.get(pk=f.GUERET)
    known = {
        "commune": lille,
        "department": lille.department,
        "region": Region.objects.get(pk=gueret.department.region_id),
        "epci": gueret.epci,
    }
    alliance, _ = begun(places=[known[name] for name in places])
    assert alliance.department_id == department
    assert alliance.places.get().label


def test_an_account_begins_a_limited_number_of_alliances():
    user = f.make_user()
    for _ in range(20):
        services.start(actor=user, organisation=None, data=data())
    with pytest.raises(RuleBroken):
        services.start(actor=user, organisation=None, data=data())


# --- rights ---------------------------------------------------------------------------------------------------


def test_a_member_reads_a_handler_acts_the_animator_edits():
    alliance, _owner = begun()
    party, other = with_another(alliance)
    reader = f.make_member(party.organisation, role="reader")
    stranger = f.make_user()
    assert policies.can_read(reader, alliance)
    assert not policies.can_act(reader, alliance)
    assert policies.can_act(other, alliance)
    assert not policies.can_animate(other, alliance)
    assert not policies.can_read(stranger, alliance)
    with pytest.raises(NotAllowed):
        services.update(alliance, actor=other, version=None, data=data())


def test_a_member_removed_from_the_organisation_is_out_at_once():
    alliance, _owner = begun()
    party, other = with_another(alliance)
    party.organisation.memberships.update(ended_at=now())
    assert not policies.can_read(other, alliance)


def test_only_who_may_sign_is_the_signatory():
    alliance, owner = begun()
    party = alliance.parties.get()
    signatory = f.make_member(party.organisation, may_sign=True)
    services.set_party(
        party, actor=owner, brings="Des livres", signatory=signatory.person, capacity="présidente"
    )
    party.refresh_from_db()
    assert (party.signatory, party.capacity) == (signatory.person, "présidente")
    with pytest.raises(RuleBroken):
        services.set_party(party, actor=owner, signatory=f.make_person(), capacity="maire")


def test_a_party_says_nothing_for_another():
    alliance, _owner = begun()
    _party, other = with_another(alliance)
    with pytest.raises(NotAllowed):
        services.set_party(alliance.parties.order_by("pk")[0], actor=other, brings="Tout")


MANDATE = services.Mandate(
    "Ne reçoit rien de l’alliance.",
    "Relire les comptes une fois par an.",
    today(),
    today() + datetime.timedelta(days=365),
)


def test_a_funder_is_never_the_trusted_third_party():
    alliance, _owner = begun()
    party, _ = with_another(alliance)
    Party.objects.filter(pk=party.pk).update(is_funder=True)
    with pytest.raises(RuleBroken, match="finance"):
        services.recognise_third(party, mandate=MANDATE)


def test_a_trusted_third_party_has_a_mandate_with_dates_and_a_statement_of_independence():
    alliance, _owner = begun()
    party, _ = with_another(alliance)
    for wrong in (
        {"text": " "},
        {"independence": ""},
        {"ends_on": today()},
        {"starts_on": today() - datetime.timedelta(days=9), "ends_on": today() - datetime.timedelta(days=1)},
    ):
        with pytest.raises(RuleBroken, match="mandat"):
            services.recognise_third(party, mandate=replace(MANDATE, **wrong))
    for wrong in ({"mandate": "Relire"}, {"mandate": "Relire", "independence": "Oui"}):
        with pytest.raises(IntegrityError, match="with_mandate"), transaction.atomic():
            Party.objects.filter(pk=party.pk).update(is_trusted_third=True, **wrong)
    assert services.recognise_third(party, mandate=MANDATE).mandate == MANDATE.text


def test_a_trusted_third_party_gives_its_mandate_back_and_the_others_are_told():
    alliance, owner = begun()
    party, person = with_another(alliance)
    services.recognise_third(party, mandate=MANDATE)
    with pytest.raises(NotAllowed):
        services.renounce_third(party, actor=owner)
    services.renounce_third(party, actor=person)
    services.renounce_third(party, actor=person)
    party.refresh_from_db()
    assert (party.is_trusted_third, party.mandate, party.mandate_until) == (False, "", None)
    assert Message.objects.get(kind="alliances.third_ended").person == owner.person


def test_a_mandate_ends_by_itself_the_day_after_its_last_one():
    alliance, owner = begun()
    party, _ = with_another(alliance)
    services.recognise_third(party, mandate=MANDATE)
    assert services.end_mandates() == 0
    with time_machine.travel(now() + datetime.timedelta(days=366), tick=False):
        assert services.end_mandates() == 1
        assert services.end_mandates() == 0
    party.refresh_from_db()
    assert not party.is_trusted_third
    assert Message.objects.filter(kind="alliances.third_ended", person=owner.person).exists()


def test_a_place_is_taken_over_by_a_live_party_so_no_chain_comes_back_to_its_start():
    alliance, _owner = begun()
    party, other = with_another(alliance)
    mine = alliance.parties.get(is_animator=True)
    services.leave(party, actor=other, successor=mine)
    for cycle in ({"replaced_by": mine, "left_at": now()}, {"replaced_by": party, "left_at": now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Party.objects.filter(pk=mine.pk).update(**cycle)
    foreign = f.make_alliance().parties.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(pk=party.pk).update(replaced_by=foreign)


def test_only_a_public_actor_facilitates_and_then_invites_but_does_not_edit():
    alliance, owner = begun()
    company, _ = with_another(alliance)
    roles = {"is_animator": False, "is_facilitator": True}
    with pytest.raises(RuleBroken, match="public"):
        services.set_roles(company, actor=owner, **roles)
    town, mayor = with_another(alliance, "local_authority")
    services.set_roles(town, actor=owner, **roles)
    assert policies.can_invite(mayor, alliance)
    assert not policies.can_animate(mayor, alliance)


def test_somebody_always_animates():
    alliance, owner = begun()
    with pytest.raises(RuleBroken):
        services.set_roles(
            alliance.parties.get(),
            actor=owner,
            is_animator=False,
            is_facilitator=False,
        )


# --- editing, stages, steps -------------------------------------------------------------------------------------


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused():
    alliance, owner = begun()
    services.update(alliance, actor=owner, version=alliance.version, data=data(name="Lire en Creuse"))
    with pytest.raises(Stale):
        services.update(alliance, actor=owner, version=alliance.version, data=data(name="Autre nom"))


def test_structured_asks_for_a_second_party_a_place_dates_and_a_purpose():
    alliance, owner = begun(places=[])
    with pytest.raises(RuleBroken) as refused:
        services.move_stage(alliance, actor=owner, verb="structure")
    for word in ("deuxième partie", "territoire", "date de début"):
        assert word in refused.value.message
    with_another(alliance)
    services.update(alliance, actor=owner, version=None, data=data(**dated()))
    alliance = services.move_stage(alliance, actor=owner, verb="structure")
    assert alliance.stage == Stage.STRUCTURED
    assert Message.objects.filter(kind="alliances.stage").count() == 1  # whoever moved it knows
    with pytest.raises(RuleBroken):
        services.update(alliance, actor=owner, version=None, data=data())


def test_stages_follow_each_other_and_a_review_may_be_resumed():
    alliance, owner = begun(**dated())
    with_another(alliance)
    f.make_alliance(origin=alliance)
    for verb in ("structure", "animate", "review", "resume", "review", "spread"):
        alliance = services.move_stage(alliance, actor=owner, verb=verb)
    assert alliance.stage == Stage.SPREAD
    with pytest.raises(WrongState):
        services.move_stage(alliance, actor=owner, verb="structure")


def test_a_step_is_done_skipped_with_a_note_and_taken_back():
    alliance, _owner = begun()
    _party, other = with_another(alliance)
    services.set_step(alliance, actor=other, key="constat", state="skipped", note="Déjà écrit ailleurs")
    assert Step.objects.get(alliance=alliance).note == "Déjà écrit ailleurs"
    services.set_step(alliance, actor=other, key="constat", state="")
    assert not Step.objects.filter(alliance=alliance).exists()
    with pytest.raises(RuleBroken):
        services.set_step(alliance, actor=other, key="inconnue", state="done")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (("nothing", "support", "giver"), "mecenat"),
        (("better", "practice", "changer"), "pratiques-responsables"),
        (("income", "offer", "all"), "cooperation-economique"),
        (("answer", "experiment", "learners"), "rd-societale"),
        (("nothing", "experiment", "all"), "rd-societale"),  # three different: what is produced decides
    ],
)
def test_three_answers_find_the_category(answers, code):
    alliance, owner = begun()
    given = dict(zip([question.key for question in QUESTIONS], answers, strict=True))
    assert category_of(given) == code
    assert services.classify(alliance, actor=owner, answers=given).pk == code


def test_the_conditions_say_what_is_missing_and_why():
    alliance, owner = begun()
    first = check(alliance)[0]
    assert (first.met, first.missing) == (False, "Il manque une entreprise.")
    with_another(alliance)
    services.update(
        alliance,
        actor=owner,
        version=None,
        data=data(declared=["shared_interest", "parity"], shared_interest="Lire"),
    )
    alliance.refresh_from_db()
    assert [one.met for one in check(alliance)] == [True, True, True, False, False]
    assert all(one.missing for one in check(alliance) if not one.met)


# --- leaving --------------------------------------------------------------------------------------------------


def test_the_only_animator_names_a_successor_before_leaving():
    alliance, owner = begun()
    mine = alliance.parties.get()
    party, other = with_another(alliance)
    with pytest.raises(RuleBroken, match="suite"):
        services.leave(mine, actor=owner)
    services.leave(mine, actor=owner, successor=party, reason="Nous déménageons")
    mine.refresh_from_db()
    assert (mine.is_live, mine.replaced_by) == (False, party)
    assert policies.can_animate(other, alliance)
    assert not policies.can_read(owner, alliance)
    event = Event.objects.get(verb="alliance.party_left")
    assert event.data == {"party": mine.pk, "successor": party.pk}
    assert "Nous déménageons" in Message.objects.get(kind="alliances.left").text


def test_the_last_party_closes_instead_of_leaving():
    alliance, owner = begun()
    with pytest.raises(RuleBroken) as refused:
        services.leave(alliance.parties.get(), actor=owner)
    assert refused.value.code == "last"


def test_a_party_replaces_neither_itself_nor_one_that_left_nor_one_of_another_alliance():
    alliance, owner = begun()
    mine = alliance.parties.get()
    party, _ = with_another(alliance)
    elsewhere = f.make_alliance().parties.first()
    for wrong in (mine, elsewhere):
        with pytest.raises(RuleBroken):
            services.leave(mine, actor=owner, successor=wrong)
    long_silent(party)
    services.replace(party, actor=owner, by=mine)
    party.refresh_from_db()
    assert party.replaced_by == mine
    with pytest.raises(RuleBroken):  # back in a circle
        services.leave(mine, actor=owner, successor=party)


def test_who_left_may_come_back_as_a_new_party():
    alliance, _owner = begun()
    party, other = with_another(alliance)
    services.leave(party, actor=other)
    invitation = f.make_alliance_invitation(alliance, college="companies")
    again = services.join(invitation, actor=other, organisation=party.organisation)
    assert again.pk != party.pk
    assert policies.can_act(other, alliance)


def test_nobody_but_the_party_or_the_animator_ends_it():
    alliance, _owner = begun()
    party, other = with_another(alliance)
    _third, third = with_another(alliance)
    with pytest.raises(NotAllowed):
        services.leave(party, actor=third)
    with pytest.raises(NotAllowed):
        services.replace(alliance.parties.order_by("pk")[0], actor=other, by=party)


def test_who_animates_hands_over_the_place_of_an_absent_party_alone_and_it_is_told():
    alliance, owner = begun()
    mine = alliance.parties.get()
    party, other = with_another(alliance)
    put_out = {"actor": owner, "by": mine, "reason": "Sans nouvelles."}
    with pytest.raises(RuleBroken, match="sans nouvelles depuis 30 jours"):
        services.replace(party, **put_out)
    long_silent(party)
    services.set_party(party, actor=other, brings="Une salle")  # a sign of life
    with pytest.raises(RuleBroken, match="sans nouvelles depuis 30 jours"):
        services.replace(party, **put_out)
    with time_machine.travel(now() + datetime.timedelta(days=31), tick=False):
        services.replace(party, **put_out)
    message = Message.objects.get(kind="alliances.replaced")
    assert message.person == other.person
    assert "Sans nouvelles." in message.text


def test_an_alliance_has_a_hundred_parties_at_most(monkeypatch):
    monkeypatch.setattr(services, "MOST_PARTIES", 3)
    alliance, owner = begun()
    with_another(alliance)
    waiting = f.make_alliance_invitation(alliance, college="companies")
    with_another(alliance)
    with pytest.raises(RuleBroken) as refused:
        services.invite(alliance, actor=owner, name="Une de trop", college="companies", email="x@exemple.fr")
    assert "parties" in refused.value.message
    user = f.make_user()
    with pytest.raises(RuleBroken):
        services.join(waiting, actor=user, organisation=f.make_organisation(kind="company", owner=user))


def test_a_citizen_who_erases_their_account_leaves_and_another_animates():
    user = f.make_user(first_name="Zoé")
    alliance = services.start(actor=user, organisation=None, data=data())
    _party, other = with_another(alliance)
    services.forget_person(user.person)
    gone = Party.objects.get(alliance=alliance, college=College.CITIZENS)
    assert (gone.person, gone.is_live) == (None, False)
    assert "Zoé" not in gone.name
    assert policies.can_animate(other, alliance)
    assert not Person.objects.filter(parties__alliance=alliance).exists()


def test_an_organisation_that_closes_leaves_its_alliances_and_another_animates():
    from jeveuxagir.audit.services import handler_of

    alliance, owner = begun()
    _party, other = with_another(alliance)
    organisation = alliance.parties.order_by("pk")[0].organisation
    organisations.close(organisation, actor=owner)
    event = Event.objects.get(verb="organisation.closed")
    handler = handler_of(event.verb, "alliances.parties")
    for _ in range(2):
        handler(event)
    assert not policies.can_read(owner, alliance)
    assert policies.can_animate(other, alliance)
    assert Event.objects.filter(verb="alliance.party_left").count() == 1
    assert Message.objects.filter(kind="alliances.left").count() == 1


def test_a_party_bears_the_new_name_of_its_organisation():
    from jeveuxagir.audit.services import handler_of, record

    alliance, _owner = begun()
    organisation = alliance.parties.get().organisation
    organisation.name = "Les Liseurs"
    organisation.save()
    event = record("organisation.updated", organisation)
    handler_of(event.verb, "alliances.names")(event)
    assert alliance.parties.get().name == "Les Liseurs"


# --- the end --------------------------------------------------------------------------------------------------


def test_alone_an_alliance_closes_at_once_with_its_three_answers():
    alliance, owner = begun()
    with pytest.raises(RuleBroken):
        services.close_alone(alliance, actor=owner, reached="", learned="x", what_next="y")
    alliance = services.close_alone(alliance, actor=owner, **ANSWERS)
    assert alliance.activity == Activity.CLOSED
    with pytest.raises(RuleBroken) as refused:
        services.update(alliance, actor=owner, version=None, data=data())
    assert refused.value.code == "closed"


def test_several_parties_do_not_close_without_a_vote():
    alliance, owner = begun()
    _party, other = with_another(alliance)
    invitation = f.make_alliance_invitation(alliance)
    with pytest.raises(RuleBroken, match="vote"):
        services.close_alone(alliance, actor=owner, **ANSWERS)
    services.close(alliance, actor=None, **ANSWERS)
    alliance.refresh_from_db()
    invitation.refresh_from_db()
    assert (alliance.activity, invitation.state) == (Activity.CLOSED, InvitationState.CANCELLED)
    assert Message.objects.filter(kind="alliances.closed", person=other.person).count() == 1


def test_only_the_animator_proposes_to_close():
    alliance, _owner = begun()
    _party, other = with_another(alliance)
    with pytest.raises(NotAllowed):
        services.close_alone(alliance, actor=other, **ANSWERS)


def test_a_closed_alliance_may_still_take_its_page_back():
    alliance, owner = begun()
    Alliance.objects.update(publication=Publication.PUBLIC, published_at=now())
    services.close_alone(alliance, actor=owner, **ANSWERS)
    assert services.withdraw_publication(alliance, actor=owner).publication == Publication.PRIVATE
