"""What examples do once their new words are public. May run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import notifications
from .models import Example


def changed(event: Event) -> None:
    """Each party agreed to other words: it reads what changed, and may take its consent back."""
    example = (
        Example.objects.select_related("alliance", "organisation", "person")
        .filter(pk=int(event.subject_id))
        .first()
    )
    if example is None or not example.is_out:
        return
    consents = list(example.consents.select_related("party__organisation", "party__person"))
    labels = [Example.WORDED[name] for name in event.data["fields"] if name in Example.WORDED]
    writers = {person.pk for person in notifications.writers_of(example)}
    notifications.tell_changed(example, consents, labels, once=str(event.pk), besides=writers)


def register() -> None:
    subscribe("example.changed", "examples.parties", changed)
