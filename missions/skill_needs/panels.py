"""What skill needs add to the pages of an association, and to what waits for its members."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from organisations import spaces
from organisations.policies import HANDLERS, role_in

from . import notifications, policies
from .directory import late
from .enums import State
from .models import PassedOn, SkillNeed

SHOWN = 4
#: cards on the public page of the mécénat: one full row
IN_A_ROW = 3


def _public(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What it looks for, on its public page; silent when there is nothing."""
    rows = SkillNeed.objects.of_organisation(organisation).seeking().for_cards()
    needs = list(rows.order_by("deadline", "pk")[: SHOWN + 1])
    if not needs:
        return None
    return {"organisation": organisation, "needs": needs[:SHOWN], "more": len(needs) > SHOWN}


def _space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What waits about needs, then how many there are."""
    if not policies.may_state(organisation):
        return None
    own = SkillNeed.objects.of_organisation(organisation)
    return {
        "organisation": organisation,
        "counts": Counter(own.counts()),
        "waiting": list(own.waiting_for_members().select_related("organisation")[:SHOWN]),
        "may_write": role_in(request.user, organisation) in HANDLERS,
    }


def _sponsorship_entry(request: Any, person: Any) -> dict[str, Any]:
    """What waits for an employer, on the entry page of sponsorship: the first dates."""
    rows = SkillNeed.objects.public().seeking().exclude(deadline__lt=today())
    return {"needs": list(rows.for_cards().order_by(late(), "deadline", "pk")[:IN_A_ROW])}


def _received(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What networks pass on to it, while it still waits."""
    rows = (
        PassedOn.objects.live().of_organisation(organisation).select_related("need__organisation", "network")
    )
    received = list(rows[:SHOWN])
    return {"received": received} if received else None


def _passed_to_brigade(request: Any, need: SkillNeed) -> dict[str, Any] | None:
    """On a need's page, for the staff of its territory."""
    if not request.user.is_authenticated or not policies.is_staff_for(request.user, need):
        return None
    passed = list(PassedOn.objects.to_brigade().filter(need=need).select_related("network")[:SHOWN])
    return {"passed": passed} if passed else None


def _to_do(request: Any) -> Iterator[ToDo]:
    """What to mend, and what whose date has passed, in each association this person handles: one query."""
    rows = SkillNeed.objects.of_person(user_of(request).person).waiting_for_members()
    for need in rows.select_related("organisation"):
        url = notifications.space_url(need)
        if need.is_late:
            since = need.state_changed_at
            yield ToDo(f"La date est passée{NBSP}: {need.title}", url, min(since, now()), "Choisir")
        else:
            what = "refusé" if need.state == State.REFUSED else "à corriger"
            yield ToDo(f"Besoin {what}{NBSP}: {need.title}", url, need.state_changed_at, "Corriger")


def _handled(organisation: Any, person: Any) -> list[str]:
    """The live needs whose contact this member is."""
    count = SkillNeed.objects.of_organisation(organisation).live().filter(contact=person).count()
    return (
        [f"le contact de {plural(count, 'besoin de compétences', 'besoins de compétences')}"] if count else []
    )


def _ends(organisation: Any) -> list[str]:
    count = SkillNeed.objects.of_organisation(organisation).live().count()
    if not count:
        return []
    return [f"{plural(count, 'besoin de compétences est retiré', 'besoins de compétences sont retirés')}."]


def register() -> None:
    spaces.handling.register("skill_needs", _handled)
    spaces.ending.register("skill_needs", _ends)
    panels.register("organisation.public", Panel("skill_needs/_of_organisation.html", _public, order=25))
    panels.register("organisation_space", Panel("skill_needs/_space_panel.html", _space, order=35))
    panels.register("organisation_space", Panel("skill_needs/_received.html", _received, order=36))
    panels.register(
        "skill_need.page", Panel("skill_needs/_passed_to_brigade.html", _passed_to_brigade, order=4)
    )
    panels.register("mecenat", Panel("skill_needs/_of_mecenat.html", _sponsorship_entry, order=10))
    to_do.register("skill_needs", _to_do)
    section = ("Besoins", "besoins/", ())
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.HOSTING_ONLY.add("besoins/")
    spaces.add_tab(10, "Compétences", section[1], section[1])
