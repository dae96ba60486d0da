"""What always holds of alliances; `manage.py check_invariants` asks it."""

from django.db.models import Exists, OuterRef

from jeveuxagir.common.registries import Invariant, invariants

from .enums import Activity, Publication
from .models import Alliance, AllianceInvitation, Party


def _without_animator() -> object:
    live = Party.objects.live().filter(alliance=OuterRef("pk"))
    going_on = Alliance.objects.exclude(activity=Activity.CLOSED)
    return going_on.filter(Exists(live)).exclude(Exists(live.filter(is_animator=True)))


def _joined_without_party() -> object:
    """The party of an invitation that served; it is empty only when the party's row is gone."""
    return AllianceInvitation.objects.exclude(state="joined").filter(party__isnull=False)


def register() -> None:
    invariants.register(
        "alliances.animator",
        Invariant("Chaque alliance qui a des parties en a une qui l’anime.", _without_animator),
    )
    invariants.register(
        "alliances.invitation",
        Invariant("Une invitation qui a mené à une partie est « devenue partie ».", _joined_without_party),
    )
    invariants.register(
        "alliances.closed",
        Invariant(
            "Une alliance close n’attend plus de lecture de la brigade.",
            lambda: Alliance.objects.filter(activity=Activity.CLOSED, publication=Publication.PENDING),
        ),
    )
