"""Who may do what in an alliance. An actor is a User, a Person or nobody.

A reader of a party's organisation reads; its owners and managers act; only who may sign signs, for their own party.
A facilitator invites and minutes, and never decides alone. Staff accompany from outside: they see what an alliance is
and how it goes, never its documents or its thread.
"""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import Person, User, actor_person_id
from jeveuxagir.accounts.services import person_of
from organisations import policies as organisations
from organisations.models import Membership, Organisation

from .models import Alliance, Party


def handled_by(actor: Any) -> list[Organisation]:
    """The organisations that the actor handles, by name: those they may bring into an alliance."""
    person = person_of(actor)
    if not isinstance(person, Person):
        return []
    mine = Membership.objects.live().filter(person=person, role__in=organisations.HANDLERS)
    return [row.organisation for row in mine.select_related("organisation").order_by("organisation__name")]


def acting_in(actor: Any) -> list[Alliance]:
    """The alliances that go on where the actor may act, by name."""
    person = person_of(actor)
    if not isinstance(person, Person):
        return []
    handled = {one.pk for one in handled_by(actor)}
    parties = Party.objects.live().of_person(person).select_related("alliance")
    mine = {
        party.alliance_id: party.alliance
        for party in parties
        if party.person_id == person.pk or party.organisation_id in handled
    }
    return sorted((one for one in mine.values() if not one.is_closed), key=lambda one: one.name)


def parties_of(actor: Any, alliance: Alliance) -> list[Party]:
    """The live parties the actor belongs to."""
    person = person_of(actor)
    if not isinstance(person, Person):
        return []
    found = Party.objects.live().of_person(person).filter(alliance=alliance)
    return list(found.select_related("organisation").order_by("pk"))


def can_read(actor: Any, alliance: Alliance) -> bool:
    """The space of the alliance: any member of a party."""
    return bool(parties_of(actor, alliance))


def acts_for(actor: Any, party: Party) -> bool:
    """Speaks for this party: its person, or an owner or manager of its organisation."""
    if not party.is_live:
        return False
    if party.organisation is not None:
        return organisations.role_in(actor, party.organisation) in organisations.HANDLERS
    return party.person_id is not None and party.person_id == actor_person_id(actor)


def acting_parties(actor: Any, alliance: Alliance) -> list[Party]:
    """The live parties the actor may act for."""
    return [party for party in parties_of(actor, alliance) if acts_for(actor, party)]


def can_act(actor: Any, alliance: Alliance) -> bool:
    return bool(acting_parties(actor, alliance))


def can_animate(actor: Any, alliance: Alliance) -> bool:
    """Edit the alliance, move its stage: who acts for the party that animates it."""
    return any(party.is_animator for party in acting_parties(actor, alliance))


def can_invite(actor: Any, alliance: Alliance) -> bool:
    """The animator and the facilitator; the brigade of its department too, so that an alliance may begin."""
    if any(party.is_animator or party.is_facilitator for party in acting_parties(actor, alliance)):
        return True
    return is_staff_for(actor, alliance)


def can_agree_to_spread(actor: Any, alliance: Alliance) -> bool:
    """Say that others may start theirs from this alliance: who animates or facilitates."""
    return any(party.is_animator or party.is_facilitator for party in acting_parties(actor, alliance))


def can_spread_from(actor: Any, alliance: Alliance) -> bool:
    """Start an alliance from this one: anybody from a public one; from another, its parties once it was agreed."""
    if alliance.is_public:
        return True
    return can_read(actor, alliance) and (
        alliance.spread_agreed_at is not None or can_agree_to_spread(actor, alliance)
    )


def may_sign_for(actor: Any, party: Party) -> bool:
    """Adopt or sign in the party's name: a member with `may_sign`; a citizen for themself."""
    if not party.is_live:
        return False
    if party.organisation is not None:
        return organisations.may_sign(actor, party.organisation)
    return party.person_id is not None and party.person_id == actor_person_id(actor)


def is_staff_for(actor: Any, alliance: Alliance) -> bool:
    """Brigade, regional or national staff of its territory and theme."""
    if not isinstance(actor, User):
        return False
    return roles.in_scope(actor, alliance.department_id, alliance.domain_id)
