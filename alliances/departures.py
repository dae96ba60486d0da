"""What follows when a party leaves: each app above says it in one function, run once by its own delivery."""

from collections.abc import Callable

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from .models import Alliance, Party

Follows = Callable[[Alliance, Party, Party | None], object]


def when_a_party_leaves(name: str, follows: Follows) -> None:
    """`follows(alliance, party, successor)` runs in a worker, at least once: it is safe to run twice.

    `successor` is the party that took its place, if it is still there.
    """

    def handle(event: Event) -> None:
        alliance = Alliance.objects.filter(pk=event.subject_id).first()
        party = Party.objects.filter(pk=event.data["party"]).first()
        if alliance is None or party is None:
            return
        live = Party.objects.live().filter(alliance=alliance)
        follows(alliance, party, live.filter(pk=event.data.get("successor") or 0).first())

    subscribe("alliance.party_left", name, handle)
