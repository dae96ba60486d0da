"""The mails of applications: both sides learn each step once. No personal data beyond a first name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import today
from jeveuxagir.common.text import plural
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Audience, Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import send
from missions import alternatives
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
    "too_young": (
        "participations.too_young",
        "Une personne n’a pas l’âge demandé à la nouvelle date d’un créneau",
        True,
    ),
}
#: about the teams of organisations: to whoever hosts them
OF_TEAMS = {
    "participations.team_changed": "Une équipe inscrite change de nombre ou de personne à joindre",
}
SILENCE = {
    "participations.late": "Des candidatures attendent ma réponse depuis longtemps",
    "participations.lapsed": "Des candidatures s’arrêtent sans ma réponse",
}
#: told to members of several applications at once
OF_MISSION = {
    "participations.age_raised": "Des personnes inscrites n’ont pas l’âge que demande maintenant une mission",
}
OTHERS = {
    "participations.confirm": (
        "Confirmer ma candidature",
        "Quelqu’un a candidaté avec cette adresse.",
        False,
    ),
    "participations.sign_in": ("Terminer ma candidature", "Quelqu’un a candidaté avec cette adresse.", False),
    "participations.not_kept": ("Ma candidature n’a pas pu partir", WHY_PERSON, False),
    "participations.released": ("Une organisation n’a pas répondu à ma candidature", WHY_PERSON, False),
    "participations.moved": ("L’horaire de ma mission change", WHY_PERSON, False),
    "participations.place_changed": ("Le lieu de ma mission change", WHY_PERSON, False),
    "participations.closed": ("La mission où j’ai candidaté ferme", WHY_PERSON, False),
    "participations.paused": ("Ma candidature est en pause", WHY_PERSON, False),
    "participations.resumed": ("Ma candidature reprend", WHY_PERSON, False),
    "participations.place_free": ("Une place se libère", "Vous avez demandé à être prévenu.", True),
    "participations.place_alternatives": (
        "D’autres missions, quand aucune place ne se libère",
        "Vous avez demandé à être prévenu.",
        True,
    ),
    "participations.departure_question": (
        "Avez-vous candidaté chez un partenaire ?",
        "Vous avez suivi un lien vers un partenaire depuis Jeveuxagir.",
        True,
    ),
}

#: nothing is lost by reading these the next morning
DAILY_IF_WANTED = {
    "participations.realised",
    "participations.place_alternatives",
    "participations.departure_question",
}

#: lines of one mail to an organisation
LISTED = 10

DEPARTURE_SALT = "participations.departure"
DEPARTURE_DAYS = 60


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
                digestible=can_stop and (audience == "member" or code in DAILY_IF_WANTED),
                confirms=code in ("participations.confirm", "participations.sign_in"),
            )
        )

    for code, label, can_stop in TO_PERSON.values():
        add(code, label, WHY_PERSON, can_stop, "person")
    for code, label, can_stop in TO_MEMBER.values():
        add(code, label, WHY_MEMBER, can_stop, "member")
    for code, label in SILENCE.items():
        add(code, label, WHY_MEMBER, True, "member")
    for code, label in OF_TEAMS.items():
        add(code, label, WHY_MEMBER, True, "member")
    for code, label in OF_MISSION.items():
        add(code, label, WHY_MEMBER, False, "member")
    for code, (label, why, can_stop) in OTHERS.items():
        add(code, label, why, can_stop, "person")


def tell_person(participation: "Participation", verb: str) -> None:
    code = TO_PERSON[verb][0]
    if verb == "cancelled":
        tell_ended([participation])
    elif participation.person is not None:
        _send(code, participation.person, _key(code, participation), participation)


def tell_not_kept(participation: "Participation") -> None:
    code = "participations.not_kept"
    if participation.person is not None:
        _send(code, participation.person, _key(code, participation), participation)


def tell_ended(rows: Sequence["Participation"], others: Mapping[int, Sequence["Slot"]] | None = None) -> int:
    """What was cancelled: one mail for each person, with missions that are open today.

    `others`: by participation, what the same mission still has at other times.
    """
    code = TO_PERSON["cancelled"][0]
    choice = _Choice(rows)
    for mine in _by_person(rows):
        first = mine[0]
        assert first.person is not None
        _send(
            code,
            first.person,
            _key(code, first),
            first,
            others=[when_in_words(slot) for slot in (others or {}).get(first.pk, [])],
            mission_url=absolute(first.mission.get_absolute_url()),
            alternatives=choice.of(mine),
        )
    return len(rows)


def tell_released(rows: Sequence["Participation"]) -> None:
    """Nobody answered: one mail for each person, of all of theirs at this organisation, with other missions."""
    code = "participations.released"
    choice = _Choice(rows)
    for mine in _by_person(rows):
        first = mine[0]
        assert first.person is not None
        _send(
            code,
            first.person,
            _key(code, first),
            first,
            link=_link(mine),
            lines=_lines(mine),
            alternatives=choice.of(mine),
        )


def tell_organisation_of_silence(
    organisation_id: int, rows: Sequence["Participation"], *, released: bool
) -> None:
    """Each owner and manager, once for the same applications: they are about to stop, or did."""
    if not rows:
        return
    code = "participations.lapsed" if released else "participations.late"
    organisation = rows[0].mission.organisation
    newest = max(row.pk for row in rows)
    link = reverse("participations:space", args=[organisation.pk, organisation.slug])
    for member in handlers_of(organisation_id):
        key = f"{code}:{organisation_id}:{newest}:{member.pk}"
        lines = _lines(rows[:LISTED])
        _send(code, member, key, rows[0], link=link, number=len(rows), lines=lines, more=len(rows[LISTED:]))


def tell_moved(
    participation: "Participation",
    *,
    before: str,
    others: Sequence["Slot"],
    similar: Sequence["alternatives.Alternative"],
) -> None:
    """The slot has another time; the page behind the button asks whether the person still comes."""
    code = "participations.moved"
    person = participation.person
    assert person is not None
    _send(
        code,
        person,
        f"{_key(code, participation)}:{participation.known_sequence}",
        participation,
        before=before,
        others=[when_in_words(slot) for slot in others],
        mission_url=absolute(participation.mission.get_absolute_url()),
        alternatives=alternatives.for_one(
            similar, adult=not person.is_minor_on(today()), places=participation.places
        ),
    )


def tell_place_changed(rows: Sequence["Participation"], *, places: Sequence[str], event_id: int) -> int:
    """The mission takes place elsewhere: one mail for each person."""
    code = "participations.place_changed"
    for mine in _by_person(rows):
        first = mine[0]
        assert first.person is not None
        _send(
            code,
            first.person,
            f"{code}:{event_id}:{_who(first)}",
            first,
            link=_link(mine),
            places=places,
            accepted=any(row.state == "accepted" for row in mine),
        )
    return len(rows)


def tell_age_raised(rows: Sequence["Participation"], *, event_id: int) -> int:
    """Each owner and manager, once, of all who are too young now."""
    if not rows:
        return 0
    code = "participations.age_raised"
    mission = rows[0].mission
    organisation = mission.organisation
    page = reverse("participations:space", args=[organisation.pk, organisation.slug])
    accepted = any(row.state == "accepted" for row in rows)
    sentence = (
        f"{plural(len(rows), 'personne', 'personnes')} en cours de candidature n’"
        f"{'aura' if len(rows) == 1 else 'auront'} pas encore cet âge le jour de la mission."
    )
    for member in handlers_of(organisation.pk):
        key = f"{code}:{event_id}:{member.pk}"
        tab = f"?etat={'acceptees' if accepted else 'a-repondre'}&mission={mission.pk}"
        _send(code, member, key, rows[0], link=f"{page}{tab}", sentence=sentence)
    return len(rows)


def tell_closed(
    ended: Sequence["Participation"], going_on: Sequence["Participation"], *, event_id: int, whole: bool
) -> None:
    """The mission, or the whole organisation, closes: one mail for each person says what becomes of all of theirs."""
    code = "participations.closed"
    over = {row.pk for row in ended}
    rows = sorted([*ended, *going_on], key=lambda row: row.pk)
    choice = _Choice(rows)
    for mine in _by_person(rows):
        first = mine[0]
        assert first.person is not None
        lost = [row for row in mine if row.pk in over]
        unsure = [row for row in mine if row.pk not in over and row.state != "accepted"]
        _send(
            code,
            first.person,
            f"{code}:{event_id}:{_who(first)}",
            first,
            link=_link(mine),
            whole=whole,
            ended=_lines(lost),
            waiting=_lines(unsure),
            accepted=_lines(row for row in mine if row.pk not in over and row.state == "accepted"),
            alternatives=choice.of([*lost, *unsure]) if lost or unsure else [],
        )


def tell_paused(rows: Sequence["Participation"], event_id: int, *, alone: bool) -> int:
    """Suspended: one mail for each person, of all their applications there."""
    code = "participations.paused"
    choice = _Choice(rows)
    for mine in _by_person(rows):
        first = mine[0]
        assert first.person is not None
        _send(
            code,
            first.person,
            _paused_key(event_id, first),
            first,
            link=_link(mine),
            alone=alone,
            lines=_lines(mine),
            alternatives=choice.of(mine),
        )
    return len(rows)


def tell_resumed(rows: Sequence["Participation"], event_id: int, *, paused_by: int) -> int:
    """It goes on: one mail for each person who was told of the suspension."""
    code = "participations.resumed"
    keys = [_paused_key(paused_by, row) for row in rows if row.person is not None]
    told = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    kept = [row for row in rows if row.person is not None and _paused_key(paused_by, row) in told]
    for mine in _by_person(kept):
        first = mine[0]
        assert first.person is not None
        key = f"{code}:{event_id}:{_who(first)}"
        _send(code, first.person, key, first, link=_link(mine), lines=_lines(mine))
    return len(kept)


def _paused_key(event_id: int, row: "Participation") -> str:
    return f"participations.paused:{event_id}:{_who(row)}"


def tell_organisation(participation: "Participation", verb: str) -> None:
    """Each owner and manager, once."""
    code = TO_MEMBER[verb][0]
    organisation = participation.mission.organisation
    link = reverse("participations:answer", args=[organisation.pk, organisation.slug, participation.pk])
    waiting = organisation_waiting(organisation.pk)
    for member in handlers_of(organisation.pk):
        key = f"{_key(code, participation)}:{member.pk}"
        _send(code, member, key, participation, link=link, waiting=waiting)


def tell_team_changed(participation: "Participation", *, before: int) -> None:
    """Each owner and manager of who hosts the team, once for each change."""
    code = "participations.team_changed"
    organisation = participation.mission.organisation
    link = reverse("participations:answer", args=[organisation.pk, organisation.slug, participation.pk])
    for member in handlers_of(organisation.pk):
        key = f"{_key(code, participation)}:{participation.version}:{member.pk}"
        _send(code, member, key, participation, link=link, before=before)


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


def tell_other_missions(alert: "PlaceAlert", others: "Sequence[alternatives.Alternative]") -> None:
    """No place freed in three weeks: what is open instead."""
    send(
        "participations.place_alternatives",
        to=alert.person,
        dedupe_key=f"participations.place_alternatives:{alert.pk}",
        context={
            "mission": alert.mission,
            "organisation": alert.mission.organisation,
            "alternatives": [{"line": other.line, "url": absolute(other.url)} for other in others],
            "url": absolute(alert.mission.get_absolute_url()),
        },
    )


def departure_url(departure: "Departure") -> str:
    """Where the question is answered, without signing in."""
    return reverse("participations:departure", args=[signing.dumps(departure.pk, salt=DEPARTURE_SALT)])


def ask_about_departure(departure: "Departure") -> None:
    assert departure.person is not None
    send(
        "participations.departure_question",
        to=departure.person,
        dedupe_key=f"participations.departure_question:{departure.pk}",
        context={
            "mission": departure.mission,
            "partner": departure.mission.source_name or "notre partenaire",
            "url": absolute(departure_url(departure)),
        },
    )


def departure_of_token(token: str) -> int | None:
    """The departure a mail's link names, for 60 days."""
    try:
        return int(signing.loads(token, salt=DEPARTURE_SALT, max_age=DEPARTURE_DAYS * 86400))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def organisation_waiting(organisation_id: int) -> int:
    from .models import Participation

    waiting = Participation.objects.waiting().filter(mission__organisation_id=organisation_id)
    return waiting.count()


class _Choice:
    """Open missions to propose to each of several people; searched once for the same missions."""

    def __init__(self, rows: Sequence["Participation"]) -> None:
        from .models import Participation

        self._near: dict[tuple[int, ...], list[alternatives.Alternative]] = {}
        self._applied: dict[int | None, set[int]] = defaultdict(set)
        people = {row.person_id for row in rows}
        live = Participation.objects.live().filter(person__in=people)
        for person_id, mission_id in live.values_list("person", "mission"):
            self._applied[person_id].add(mission_id)

    def of(self, mine: Sequence["Participation"]) -> list["alternatives.Alternative"]:
        """For the person whose applications these are."""
        person = mine[0].person
        assert person is not None
        missions = list({row.mission_id: row.mission for row in mine}.values())[: alternatives.SHOWN]
        key = tuple(mission.pk for mission in missions)
        if key not in self._near:
            self._near[key] = alternatives.near(missions)
        return alternatives.for_one(
            self._near[key],
            adult=not person.is_minor_on(today()),
            places=max(row.places for row in mine),
            but=self._applied[person.pk],
        )


def _by_person(rows: Sequence["Participation"]) -> list[list["Participation"]]:
    """One mail each: what is a person's own, and the teams they registered for an organisation."""
    groups: dict[str, list[Participation]] = defaultdict(list)
    for row in rows:
        if row.person_id is not None:
            groups[_who(row)].append(row)
    return list(groups.values())


def _who(row: "Participation") -> str:
    return f"{row.person_id}:{row.group_organisation_id}" if row.as_team else str(row.person_id)


def _lines(rows: Iterable["Participation"]) -> list[str]:
    return [f"« {row.mission.title} » ({when_in_words(row.slot)})" for row in rows]


def _link(mine: Sequence["Participation"]) -> str:
    """The page of the one application, or of all; a team's is in the space of its organisation."""
    if len(mine) == 1:
        return _page_of(mine[0])
    first = mine[0]
    if first.as_team and (organisation := first.group_organisation) is not None:
        return reverse("teams:all", args=[organisation.pk, organisation.slug])
    return reverse("participations:all_mine")


def _page_of(participation: "Participation") -> str:
    if participation.as_team and (organisation := participation.group_organisation) is not None:
        return reverse("teams:one", args=[organisation.pk, organisation.slug, participation.pk])
    return reverse("participations:mine", args=[participation.pk])


def _send(
    code: str, to: Person, key: str, participation: "Participation", link: str = "", **extra: Any
) -> None:
    link = link or _page_of(participation)
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
