"""What alliances add to lower pages: one's own space, an organisation's space and page; and their own menu."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from missions.models import Mission
from organisations import spaces as organisation_spaces
from organisations.policies import HANDLERS, role_in

from . import activity, spreading
from .enums import Activity
from .enums import Section as Shown
from .models import Alliance
from .spaces import Section, menu

SHOWN = 5
SHOWN_MISSIONS = 20


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """The alliances where one acts; silent for whoever has none."""
    mine = Alliance.objects.of_person(person).exclude(activity=Activity.CLOSED)
    found = list(mine.order_by("-last_acted_at", "-pk")[:SHOWN])
    return {"alliances": found} if found else None


def _to_do(request: Any) -> Iterator[ToDo]:
    """Those that sleep: one query."""
    mine = Alliance.objects.of_person(user_of(request).person).filter(activity=Activity.ASLEEP)
    for alliance in mine.order_by("pk"):
        text = f"L’alliance « {alliance.name} » s’est endormie"
        yield ToDo(text, alliance.space_url, alliance.activity_changed_at, "La réveiller")


def _of_organisation(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Its public alliances, on its public page."""
    found = list(Alliance.objects.public().of_organisation(organisation).order_by("name")[:20])
    return {"alliances": found} if found else None


def _organisation_space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Its alliances, on the home of its space."""
    found = list(of_organisation(request, organisation).exclude(activity=Activity.CLOSED)[:SHOWN])
    if not found:
        return None
    return {
        "organisation": organisation,
        "alliances": found,
        "all_url": reverse("alliances:of_organisation", args=[organisation.pk, organisation.slug]),
    }


def of_organisation(request: Any, organisation: Any) -> Any:
    """The alliances of this organisation that this member reads."""
    mine = Alliance.objects.of_person(request.user.person).of_organisation(organisation)
    return mine.order_by("activity", "-last_acted_at", "-pk")


def _parties(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The parties, on the public page, if they chose so."""
    if not alliance.shows(Shown.PARTIES):
        return None
    return {"parties": list(alliance.parties.live().in_order())}


def _missions(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The open missions that it carries, on the public page, if the parties chose so."""
    if not alliance.shows(Shown.MISSIONS):
        return None
    carried = Mission.objects.open().filter(carried_by__alliance=alliance).select_related("organisation")
    found = list(carried.order_by("title", "pk")[:SHOWN_MISSIONS])
    return {"missions": found} if found else None


def _lineage(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """« Née de… », what was born from it, and starting one's own: public alliances only are named."""
    born = list(
        Alliance.objects.public().filter(origin=alliance).order_by("created_at", "pk")[:SHOWN_MISSIONS]
    )
    origin = alliance.origin if alliance.origin is not None and alliance.origin.is_public else None
    may_start = spreading.is_grown(alliance)
    if not (born or origin or may_start):
        return None
    return {"alliance": alliance, "origin": origin, "born": born, "may_start": may_start}


def _of_mission(request: Any, mission: Any) -> dict[str, Any] | None:
    """Which alliance carries it, on the mission's page, once anybody may read of that alliance."""
    alliance = Alliance.objects.public().filter(carried__mission=mission).first()
    return {"alliance": alliance} if alliance else None


def _activity(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The last things that happened, on the home of the space."""
    found = activity.latest(alliance)
    return {"alliance": alliance, "facts": found} if found else None


def may_start(user: Any, organisation: Any) -> bool:
    return organisation.is_verified and role_in(user, organisation) in HANDLERS


def register() -> None:
    menu.register("journey", Section("Parcours", "alliances:journey", order=10))
    menu.register("composition", Section("Tour de table", "alliances:composition", order=22, group="parties"))
    menu.register("parties", Section("Parties", "alliances:parties", order=20, group="parties"))
    menu.register("missions", Section("Missions", "alliances:missions", order=85, group="means"))
    menu.register("activity", Section("Activité", "alliances:activity", order=110, group="sharing"))
    menu.register("settings", Section("Réglages", "alliances:settings", order=200))
    menu.register("category", Section("Forme du partenariat", "alliances:category", order=210, shown=False))
    menu.register("conditions", Section("Conditions", "alliances:conditions", order=220, shown=False))
    menu.register("spreading", Section("Essaimer", "alliances:spreading", order=230, shown=False))
    panels.register("my_space", Panel("alliances/_my_space.html", _my_space, order=50))
    to_do.register("alliances", _to_do)
    panels.register(
        "organisation.public", Panel("alliances/_of_organisation.html", _of_organisation, order=40)
    )
    panels.register("organisation_space", Panel("alliances/_space_panel.html", _organisation_space, order=50))
    panels.register("alliance.home", Panel("alliances/_activity.html", _activity, order=90))
    panels.register("alliance.public", Panel("alliances/_public_parties.html", _parties, order=20))
    panels.register("alliance.public", Panel("alliances/_public_lineage.html", _lineage, order=90))
    panels.register("alliance.public", Panel("alliances/_public_missions.html", _missions, order=60))
    panels.register("mission.page", Panel("alliances/_of_mission.html", _of_mission, order=20))
    section = ("Alliances", "alliances/", ())
    if section not in organisation_spaces.extra_sections:
        organisation_spaces.extra_sections.append(section)
    organisation_spaces.add_tab(10, section[0], section[1], section[1])
