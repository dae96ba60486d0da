"""Reads about preferences, and about what was sent."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from jeveuxagir.common.registries import role_sources

from . import catalogue
from .catalogue import DIGEST
from .enums import Rhythm
from .models import Message, Preference
from .retention import BODIES

STAFF_SCOPES = frozenset({"department", "region", "nation"})


def audiences_of(person: Any) -> set[catalogue.Audience]:
    """Everybody is a person; roles in organisations and territories add the two others."""
    scopes = {role.scope for source in role_sources for role in source(person)}
    found: set[catalogue.Audience] = {"person"}
    if "organisation" in scopes:
        found.add("member")
    if scopes & STAFF_SCOPES:
        found.add("staff")
    return found


def kinds_for(person: Any) -> list[catalogue.Kind]:
    """What this person may receive; the digest is no choice of its own."""
    audiences = audiences_of(person)
    return [kind for kind in catalogue.kinds() if kind.audience in audiences and kind.code != DIGEST]


@dataclass(frozen=True)
class Rhythms:
    """How one person receives each kind. Whoever stopped the digest no longer receives what waits for one."""

    chosen: dict[str, Rhythm]

    @property
    def without_digest(self) -> bool:
        return self.chosen.get(DIGEST) == Rhythm.NEVER

    def chosen_for(self, kind: catalogue.Kind) -> Rhythm:
        rhythm = self.chosen.get(kind.code, kind.usual)
        return rhythm if rhythm in kind.choices else kind.usual

    def of(self, kind: catalogue.Kind) -> Rhythm:
        rhythm = self.chosen_for(kind)
        if rhythm == Rhythm.DAILY and self.without_digest:
            return Rhythm.NEVER if kind.can_stop else Rhythm.IMMEDIATE
        return rhythm

    def of_code(self, code: str) -> Rhythm:
        """Also for kinds that no app declares any more."""
        kind = catalogue.find(code)
        return self.of(kind) if kind else self.chosen.get(code, Rhythm.IMMEDIATE)


def rhythms_of(person_id: int, *codes: str) -> Rhythms:
    """This person's choices: all, or those about some kinds."""
    rows = Preference.objects.filter(person_id=person_id)
    if codes:
        rows = rows.filter(kind__in=[*codes, DIGEST])
    return Rhythms({code: Rhythm(rhythm) for code, rhythm in rows.values_list("kind", "rhythm")})


def is_stopped(person_id: int, code: str) -> bool:
    return rhythms_of(person_id, code).of_code(code) == Rhythm.NEVER


def is_known(person_id: int) -> bool:
    """Whether the person a signed link names still exists."""
    people: Any = Preference._meta.get_field("person").related_model
    return people._default_manager.filter(pk=person_id, erased_at=None).exists()


def sent_to(person: Any) -> "QuerySet[Message]":
    """What was written to this person, as long as its words are kept; the latest first."""
    rows = Message.objects.filter(person=person, created_at__gt=Now() - BODIES)
    return rows.exclude(state=Message.State.CANCELLED).select_related("digest").order_by("-created_at", "pk")
