"""What is said to who registers, to all when an event moves or is cancelled, and to those who organise it."""

from typing import TYPE_CHECKING, Any

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of

from . import words
from .enums import LIVE, How, Registered
from .models import Event, Note, Registration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WHY = "Vous avez une inscription à un événement sur Jeveuxagir."
ASKED = (
    "Quelqu’un a demandé une place à un événement avec cette adresse. Si ce n’est pas vous, ne faites rien."
)
WHY_MEMBER = "Vous gérez les événements d’une organisation sur Jeveuxagir."
#: name → label, whether it may be stopped (and wait for the mail of the day)
TO_PEOPLE = {
    "registered": ("Mon inscription à un événement", False),
    "waiting": ("Ma place sur la liste d’attente d’un événement", False),
    "promoted": ("Une place se libère pour moi à un événement", False),
    "struck_off": ("L’organisation annule mon inscription à un événement", False),
    "moved": ("Un événement où je vais change", False),
    "cancelled": ("Un événement où je vais est annulé", False),
    "paused": ("Un événement où je vais est suspendu avec son organisation", False),
    "resumed": ("Un événement où je vais n’est plus suspendu", False),
    "reminder": ("Rappel, la veille d’un événement", True),
    "note": ("Un message de l’organisation d’un événement où je vais", False),
    "followed": ("Revoir un événement, ou lire son compte rendu", True),
}
TO_MEMBERS = {
    "published": ("Mon événement est publié", True),
    "to_mend": ("Mon événement est à corriger", False),
    "refused": ("Mon événement n’est pas publié", False),
    "edit_accepted": ("La modification de mon événement est publiée", True),
    "edit_refused": ("La modification de mon événement n’est pas publiée", False),
    "page_to_mend": ("La page de mon événement est à corriger", False),
    "over": ("Mon événement a eu lieu", True),
    "removed": ("Mon événement est retiré par la brigade", False),
}
#: a reminder comes the day before: it cannot wait for a digest
_AT_ONCE = ("reminder",)


def register() -> None:
    for name, label in (
        ("confirm", "Confirmer mon inscription à un événement"),
        ("sign_in", "Terminer mon inscription à un événement"),
    ):
        catalogue.register(
            Kind(f"events.{name}", label, ASKED, f"emails/events/{name}.txt", can_stop=False, confirms=True)
        )
    for name, (label, stops) in TO_PEOPLE.items():
        catalogue.register(
            Kind(
                f"events.{name}",
                label,
                WHY,
                f"emails/events/{name}.txt",
                can_stop=stops,
                digestible=stops and name not in _AT_ONCE,
            )
        )
    for name, (label, stops) in TO_MEMBERS.items():
        catalogue.register(
            Kind(
                f"events.{name}",
                label,
                WHY_MEMBER,
                f"emails/events/{name}.txt",
                can_stop=stops,
                audience="member",
                digestible=stops,
            )
        )


# --- links in mails -------------------------------------------------------------------------------------------


def token_of(registration_id: int) -> str:
    """Names one registration: its page shows it and gives the place back. It never expires: the event does."""
    return Signer(salt="events.registration").sign_object(registration_id)


def registration_of(token: str) -> Registration | None:
    """The confirmed registration that a mail's link names."""
    try:
        pk = int(Signer(salt="events.registration").unsign_object(token))
    except (BadSignature, ValueError, TypeError):
        return None
    rows = Registration.objects.exclude(state=Registered.TO_CONFIRM).filter(person__isnull=False)
    return rows.select_related("event__organisation", "event__commune", "person").filter(pk=pk).first()


def page_of(registration: Registration) -> str:
    return reverse("events:ticket", args=[token_of(registration.pk)])


def _about(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "when": words.when(event),
        "where": event.where_in_words,
        "organisation": event.organisation,
        "event_url": absolute(event.get_absolute_url()),
        "calendar_url": absolute(reverse("events:calendar", args=[event.pk, event.slug])),
    }


# --- to whoever registers ---------------------------------------------------------------------------------------


def ask_to_confirm(registration: Registration, token: str, *, known: bool) -> None:
    """The one mail to an address nobody has confirmed: nothing a visitor wrote is in it."""
    assert registration.contact is not None
    send(
        "events.sign_in" if known else "events.confirm",
        to=registration.contact.email,
        dedupe_key=f"events.confirm:{registration.pk}",
        context={**_about(registration.event), "url": absolute(f"/confirmer/{token}/")},
    )


def tell_person(
    registration: Registration, name: str, *, once: str = "", dedupe_key: str = "", **more: Any
) -> bool:
    """One mail about one's own registration, once for `once` or for the whole key. True when it is owed now."""
    person = registration.person
    if person is None:
        return False
    event = registration.event
    key = once or f"{registration.state_changed_at:%Y%m%d%H%M%S%f}"
    message = send(
        f"events.{name}",
        to=person,
        dedupe_key=dedupe_key or f"events.{name}:{registration.pk}:{key}",
        context={
            **_about(event),
            "how": str(How(registration.how).label),
            "is_online": registration.how == How.ONLINE,
            "is_waiting": registration.state == Registered.WAITING,
            "online_url": event.online_url
            if registration.how == How.ONLINE and registration.state == Registered.REGISTERED
            else "",
            "url": absolute(page_of(registration)),
            **more,
        },
    )
    return message is not None


def tell_all(event: Event, name: str, *, once: str, waiting: bool = True, **more: Any) -> int:
    """Everybody who registered, each once for this `once`. Safe to run twice."""
    states = LIVE if waiting else tuple(state for state in LIVE if state != Registered.WAITING)
    rows = event.registrations.filter(state__in=states, person__isnull=False).select_related("person")
    told = 0
    for row in rows.order_by("pk"):
        row.event = event
        told += tell_person(row, name, once=once, **more)
    return told


def tell_paused(events: "Sequence[Event]", *, once: str) -> int:
    """Everybody who registered to one or several of these, of one organisation: one mail each for this suspension
    (`once`), with all their dates. Safe to run twice."""
    return sum(_tell_of_several(rows, "paused", once) for rows in _by_person(events).values())


def tell_resumed(events: "Sequence[Event]", *, once: str) -> int:
    """Those who were told of this suspension (`once`) and are still registered: one mail each."""
    mine = _by_person(events)
    keys = {_key_of_several(rows[0], "paused", once): rows for rows in mine.values()}
    # until several dates came in one mail, each had its own
    keys |= {f"events.paused:{row.pk}:{once}": rows for rows in mine.values() for row in rows}
    told = Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True)
    people = {keys[key][0].person_id for key in told}
    return sum(_tell_of_several(rows, "resumed", once) for person, rows in mine.items() if person in people)


def _by_person(events: "Sequence[Event]") -> dict[int, list[Registration]]:
    """What each person is registered to or waits for, by date."""
    known = {event.pk: event for event in events}
    rows = Registration.objects.filter(event__in=known, state__in=LIVE, person__isnull=False)
    found: dict[int, list[Registration]] = {}
    for row in rows.select_related("person").order_by("event__starts_at", "pk"):
        row.event = known[row.event_id]
        assert row.person_id is not None
        found.setdefault(row.person_id, []).append(row)
    return found


def _key_of_several(row: Registration, name: str, once: str) -> str:
    return f"events.{name}:of:{row.event.organisation_id}:{once}:{row.person_id}"


def _tell_of_several(rows: list[Registration], name: str, once: str) -> bool:
    """One mail of all that one person is registered to, `rows` by date."""
    first = rows[0]
    several = [
        {
            "title": row.event.title,
            "when": words.when(row.event),
            "is_waiting": row.state == Registered.WAITING,
            "url": absolute(page_of(row)),
        }
        for row in rows
    ]
    return tell_person(
        first,
        name,
        dedupe_key=_key_of_several(first, name, once),
        several=several if len(rows) > 1 else [],
    )


def remind(event: Event) -> int:
    """The day before: those who have a place."""
    rows = event.registrations.filter(state=Registered.REGISTERED, person__isnull=False)
    told = 0
    for row in rows.select_related("person").order_by("pk"):
        row.event = event
        told += tell_person(row, "reminder", once=str(event.sequence))
    return told


def tell_note(note: Note) -> int:
    return tell_all(note.event, "note", once=str(note.pk), text=note.text)


# --- to those who organise --------------------------------------------------------------------------------------


def tell_members(event: Event, name: str, *, reason: str = "", dates: int = 1) -> None:
    """Each owner and manager once for this version of the event."""
    for person in _handlers(event):
        send(
            f"events.{name}",
            to=person,
            dedupe_key=f"events.{name}:{event.pk}:{event.version}:{person.pk}",
            context={
                **_about(event),
                "reason": reason,
                "dates": dates,
                "url": absolute(event.manage_url),
            },
        )


def tell_over(event: Event, *, to_mark: int) -> None:
    """Once in the life of an event: who came is to be noted, and what was said to be told."""
    for person in _handlers(event):
        send(
            "events.over",
            to=person,
            dedupe_key=f"events.over:{event.pk}:{person.pk}",
            context={**_about(event), "to_mark": to_mark, "url": absolute(event.manage_url)},
        )


def _handlers(event: Event) -> "Iterable[Person]":
    return handlers_of(event.organisation_id)
