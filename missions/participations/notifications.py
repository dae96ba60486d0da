"""The mails of applications: both sides learn each step once. No personal data beyond a first name."""

from typing import TYPE_CHECKING, Any

from django.core import signing
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Audience, Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of
from missions.words import when_in_words

if TYPE_CHECKING:
    from missions.models import Mission, Slot

    from .models import Departure, Participation, PlaceAlert

WHY_PERSON = "Vous avez candidaté à une mission sur Jeveuxagir."
WHY_MEMBER = "Vous gérez les missions d’une organisation sur Jeveuxagir."

#: verb → (code, label, may be stopped)
TO_PERSON = {
    "applied": ("participations.applied", "Ma candidature est envoyée", True),
    "talk": ("participations.talk", "L’organisation veut échanger avec moi", False),
    "accepted": ("participations.accepted", "Ma candidature est acceptée", False),
    "declined": ("participations.declined", "Ma candidature est refusée", False),
    "cancelled": (
        "participations.cancelled_for_person",
        "Ma participation est annulée par l’organisation, un parent ou un tuteur",
        False,
    ),
    "realised": ("participations.realised", "Ma participation est confirmée", True),
}
TO_MEMBER = {
    "applied": ("participations.received", "Une personne candidate à une mission", True),
    "cancelled": ("participations.cancelled_for_member", "Une personne annule sa candidature", True),
}
OTHERS = {
    "participations.confirm": (
        "Confirmer ma candidature",
        "Quelqu’un a candidaté avec cette adresse.",
        False,
    ),
    "participations.sign_in": ("Terminer ma candidature", "Quelqu’un a candidaté avec cette adresse.", False),
    "participations.not_kept": ("Ma candidature n’a pas pu partir", WHY_PERSON, False),
    "participations.place_free": ("Une place se libère", "Vous avez demandé à être prévenu.", True),
    "participations.departure_question": (
        "Avez-vous candidaté chez un partenaire ?",
        "Vous avez suivi un lien vers un partenaire depuis Jeveuxagir.",
        True,
    ),
}

DEPARTURE_SALT = "participations.departure"
DEPARTURE_MAX_AGE = 60 * 86400


def register() -> None:
    """Declare every kind in the catalogue."""

    def add(code: str, label: str, why: str, can_stop: bool, audience: Audience) -> None:
        template = f"emails/{code.replace('.', '/')}.txt"
        catalogue.register(
            Kind(
                code=code,
                label=label,
                why=why,
                template=template,
                can_stop=can_stop,
                audience=audience,
                confirms=code in ("participations.confirm", "participations.sign_in"),
            )
        )

    for code, label, can_stop in TO_PERSON.values():
        add(code, label, WHY_PERSON, can_stop, "person")
    for code, label, can_stop in TO_MEMBER.values():
        add(code, label, WHY_MEMBER, can_stop, "member")
    for code, (label, why, can_stop) in OTHERS.items():
        add(code, label, why, can_stop, "person")


def tell_person(participation: "Participation", verb: str) -> None:
    code = TO_PERSON[verb][0]
    if participation.person is not None:
        _send(code, participation.person, _key(code, participation), participation)


def tell_not_kept(participation: "Participation") -> None:
    code = "participations.not_kept"
    if participation.person is not None:
        _send(code, participation.person, _key(code, participation), participation)


def tell_organisation(participation: "Participation", verb: str) -> None:
    """Each owner and manager, once."""
    code = TO_MEMBER[verb][0]
    organisation = participation.mission.organisation
    link = reverse("participations:answer", args=[organisation.pk, organisation.slug, participation.pk])
    waiting = organisation_waiting(organisation.pk)
    for member in handlers_of(organisation.pk):
        key = f"{_key(code, participation)}:{member.pk}"
        _send(code, member, key, participation, link=link, waiting=waiting)


def ask_to_confirm(participation: "Participation", token: str, *, known: bool) -> None:
    """The one mail to an address nobody has confirmed: nothing a visitor wrote is in it.

    A known address is asked to sign in; the visitor sees the same screen.
    """
    assert participation.contact is not None
    send(
        "participations.sign_in" if known else "participations.confirm",
        to=participation.contact.email,
        dedupe_key=f"participations.confirm:{participation.pk}",
        context=_mission_words(participation.mission, participation.slot)
        | {"url": absolute(f"/confirmer/{token}/")},
    )


def tell_place_free(alert: "PlaceAlert") -> None:
    send(
        "participations.place_free",
        to=alert.person,
        dedupe_key=f"participations.place_free:{alert.pk}",
        context={
            "mission": alert.mission,
            "organisation": alert.mission.organisation,
            "url": absolute(alert.mission.get_absolute_url()),
        },
    )


def ask_about_departure(departure: "Departure") -> None:
    assert departure.person is not None
    token = signing.dumps(departure.pk, salt=DEPARTURE_SALT)
    send(
        "participations.departure_question",
        to=departure.person,
        dedupe_key=f"participations.departure_question:{departure.pk}",
        context={
            "mission": departure.mission,
            "partner": departure.mission.source_name or "notre partenaire",
            "url": absolute(reverse("participations:departure", args=[token])),
        },
    )


def departure_of_token(token: str) -> int | None:
    """The departure a mail's link names, for 60 days."""
    try:
        return int(signing.loads(token, salt=DEPARTURE_SALT, max_age=DEPARTURE_MAX_AGE))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def organisation_waiting(organisation_id: int) -> int:
    from .models import Participation

    waiting = Participation.objects.waiting().filter(mission__organisation_id=organisation_id)
    return waiting.count()


def _send(
    code: str, to: Person, key: str, participation: "Participation", link: str = "", **extra: Any
) -> None:
    link = link or reverse("participations:mine", args=[participation.pk])
    context = _mission_words(participation.mission, participation.slot) | {
        "participation": participation,
        "url": absolute(link),
        **extra,
    }
    send(code, to=to, dedupe_key=key, context=context)


def _mission_words(mission: "Mission", slot: "Slot") -> dict[str, Any]:
    return {
        "mission": mission,
        "organisation": mission.organisation,
        "slot": slot,
        "when": when_in_words(slot),
    }


def _key(code: str, participation: "Participation") -> str:
    return f"{code}:{participation.pk}"
