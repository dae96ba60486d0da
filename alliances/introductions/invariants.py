"""What always holds of introductions; `manage.py check_invariants` asks it."""

from django.db.models import Count, F, Q

from jeveuxagir.common.registries import Invariant, invariants

from .enums import Answer, State
from .models import Introduction, Side


def _not_two_sides() -> object:
    inside = Q(sides__organisation=F("first")) | Q(sides__organisation=F("second"))
    return Introduction.objects.annotate(n=Count("sides", filter=inside)).exclude(n=2)


def _accepted_too_soon() -> object:
    yes = Count("sides", filter=Q(sides__answer=Answer.ACCEPTED))
    return Introduction.objects.filter(state=State.ACCEPTED).annotate(yes=yes).exclude(yes=2)


def _contacts_kept() -> object:
    over = Side.objects.filter(introduction__state__in=[State.DECLINED, State.WITHDRAWN, State.EXPIRED])
    return over.exclude(contact_email="")


def register() -> None:
    invariants.register(
        "introductions.sides",
        Invariant("Une mise en relation a deux côtés : ses deux organisations.", _not_two_sides),
    )
    invariants.register(
        "introductions.accepted",
        Invariant("Une mise en relation faite a été acceptée des deux côtés.", _accepted_too_soon),
    )
    invariants.register(
        "introductions.contacts",
        Invariant(
            "Une mise en relation qui n’a pas lieu ne garde les coordonnées de personne.", _contacts_kept
        ),
    )
