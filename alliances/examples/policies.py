"""Who answers for a party of the alliance that an example tells of: even once it has left the alliance."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from jeveuxagir.accounts.models import Person, actor_person_id
from organisations.policies import can_handle_missions

from .models import Consent, Example


def speaks_for(actor: Any, consent: Consent) -> bool:
    party = consent.party
    if party.organisation is not None:
        return can_handle_missions(actor, party.organisation)
    return party.person_id is not None and party.person_id == actor_person_id(actor)


def asked_of(person: Person) -> QuerySet[Example]:
    """Those that tell of an alliance where this person speaks for a party whose consent is asked: they read them."""
    mine = Consent.objects.of_person(person).filter(example=OuterRef("pk"))
    return Example.objects.filter(Exists(mine))
