"""What texts ask of a person: to adopt in a party's name, to keep a promise soon due."""

import datetime
from collections.abc import Iterator

from django.db.models import Q

from alliances.enums import Activity
from alliances.models import Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import today
from jeveuxagir.common.registries import ToDo
from jeveuxagir.ui.dates import day_of
from organisations.models import Membership
from organisations.policies import HANDLERS

from .enums import State
from .models import Obligation, Version

#: a promise is recalled this long before its day
SOON = datetime.timedelta(days=14)


def todos(person: Person) -> Iterator[ToDo]:
    """In a number of queries that rows do not change."""
    yield from _to_adopt(person)
    yield from _to_keep(person)


def _parties(person: Person, members: Q) -> list[Party]:
    mine = Membership.objects.live().filter(members, person=person).values("organisation")
    live = Party.objects.live().exclude(alliance__activity=Activity.CLOSED)
    return list(live.filter(Q(person=person) | Q(organisation__in=mine)).order_by("pk"))


def _to_adopt(person: Person) -> Iterator[ToDo]:
    parties = _parties(person, Q(may_sign=True))
    if not parties:
        return
    versions = (
        Version.objects.filter(state=State.ADOPTING, text__alliance__in={one.alliance_id for one in parties})
        .select_related("text__alliance")
        .prefetch_related("adoptions")
        .order_by("state_changed_at", "pk")
    )
    for version in versions:
        adopted = {adoption.party_id for adoption in version.adoptions.all()}
        for party in parties:
            if party.alliance_id == version.text.alliance_id and party.pk not in adopted:
                text = (
                    f"Lire et adopter « {version.text.title} », version {version.number}, pour {party.name}"
                )
                yield ToDo(text, version.adopt_url, version.state_changed_at, "Lire")


def _to_keep(person: Person) -> Iterator[ToDo]:
    parties = _parties(person, Q(role__in=HANDLERS))
    due = Obligation.objects.owed().filter(party__in=parties, due_on__lte=today() + SOON)
    for one in due.select_related("party", "version__text__alliance")[:20]:
        when = f", pour le {day_of(one.due_on)}" if one.due_on else ""
        text = f"{one.party.name} a promis{when} : {one.what}"
        yield ToDo(text, one.version.page_url, one.version.state_changed_at)
