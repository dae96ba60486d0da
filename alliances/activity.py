"""Who did what, when: the facts of an alliance in words. What no app says here stays out of it.

    activity.sorts.register("meetings", Sort("Réunions", {"meeting.convened": "Une réunion est prévue"},
                                             key="meeting", named=function(alliance, numbers)))

A fact is told with the party and the first name of who did it, nothing more of them. `named` gives, for the numbers
or words that the events hold under `key`, what each is called and where it is; one that is gone is not named.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from jeveuxagir.audit.models import Event
from jeveuxagir.common.registries import Registry
from organisations.models import Membership

from .models import Alliance, Party

Named = Mapping[Any, tuple[str, str]]


def _unnamed(alliance: Alliance, numbers: set[Any]) -> Named:
    return {}


@dataclass(frozen=True)
class Sort:
    """A sort of facts: what the filter calls it, and each verb in a French sentence without its full stop.

    `by`: a key of the events whose value may have its own sentence, `facts["alliance.step_set:skipped"]`.
    """

    label: str
    facts: Mapping[str, str]
    order: int = 50
    key: str = ""
    named: Callable[[Alliance, set[Any]], Named] = _unnamed
    by: str = ""

    def words(self, event: Event) -> str:
        return self.facts.get(f"{event.verb}:{event.data.get(self.by)}", self.facts[event.verb])


#: name → Sort
sorts: Registry[Sort] = Registry("sorts of facts of an alliance")


@dataclass(frozen=True)
class Fact:
    """One line of the feed."""

    at: datetime.datetime
    what: str
    who: str
    name: str
    url: str
    sort: str


def choices() -> list[tuple[str, str]]:
    """(name, label) of the filter, in order."""
    return [(name, sort.label) for name, sort in sorted(sorts.items(), key=lambda item: item[1].order)]


def events_of(alliance: Alliance, sort: str = "") -> QuerySet[Event]:
    """The events that may be told, the latest first."""
    told = [sorts[sort]] if sort else list(sorts)
    verbs = [verb for one in told for verb in one.facts]
    mine = Event.objects.filter(subject_type=Alliance._meta.label, subject_id=str(alliance.pk))
    return mine.filter(verb__in=verbs).select_related("actor__person").order_by("-pk")


def facts(alliance: Alliance, events: Iterable[Event]) -> list[Fact]:
    """In words, in a number of queries that does not follow how many they are."""
    rows = list(events)
    of_verb = {verb: (name, sort) for name, sort in sorts.items() for verb in sort.facts}
    wanted: dict[str, set[Any]] = {}
    for event in rows:
        name, sort = of_verb[event.verb]
        number = event.data.get(sort.key)
        if isinstance(number, int | str):
            wanted.setdefault(name, set()).add(number)
    named = {name: sorts[name].named(alliance, numbers) for name, numbers in wanted.items()}
    who = _doers(alliance, rows)
    told = []
    for event in rows:
        name, sort = of_verb[event.verb]
        title, url = named.get(name, {}).get(event.data.get(sort.key, 0), ("", ""))
        told.append(Fact(event.created_at, sort.words(event), who.get(event.pk, ""), title, url, sort.label))
    return told


def latest(alliance: Alliance, most: int = 5) -> list[Fact]:
    return facts(alliance, events_of(alliance)[:most])


def _doers(alliance: Alliance, rows: list[Event]) -> dict[int, str]:
    """Event → « Léa, Mots passants »: the party named in the event first, else the one they speak for today."""
    parties = {party.pk: party for party in alliance.parties.order_by("joined_at", "pk")}
    people = {event.actor.person_id for event in rows if event.actor}
    spoken: dict[int, list[Party]] = {}
    for party in parties.values():
        if party.person_id in people and party.person_id is not None:
            spoken.setdefault(party.person_id, []).append(party)
    organisations = {party.organisation_id: party for party in parties.values() if party.organisation_id}
    mine = Membership.objects.live().filter(Q(organisation__in=organisations) & Q(person__in=people))
    for person, organisation in mine.order_by("pk").values_list("person", "organisation"):
        spoken.setdefault(person, []).append(organisations[organisation])
    found = {}
    for event in rows:
        if event.actor is None:
            continue
        doer = event.actor.person
        candidates = spoken.get(doer.pk, [])
        named = parties.get(event.data.get("party") or 0)
        speaks = named if named in candidates else next(iter(candidates), None)
        if speaks is None:  # staff, or somebody who speaks for no party any more: not named
            continue
        own = speaks.person_id == doer.pk
        found[event.pk] = speaks.name if own else f"{doer.first_name}, {speaks.name}"
    return found
