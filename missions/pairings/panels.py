"""What pairings add elsewhere: what is to answer, the entry in a space, and what a need's page offers an employer."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP
from missions.offers.enums import OFFERING
from missions.offers.models import Offer
from missions.offers.policies import never_served, receiving_of
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.neighbours import why_these_two
from organisations import spaces
from organisations.models import Organisation
from organisations.policies import HANDLERS, can_handle_missions

from .enums import Answer, Side
from .matching import forbidden_each
from .models import Pairing
from .notifications import url_for
from .policies import may_bring
from .rows import is_giving

#: of one person, as many associations and needs as a page shows
MOST, MOST_NEEDS = 5, 50


def _to_do(request: Any) -> Iterator[ToDo]:
    """Those that wait for an organisation this person handles: two queries."""
    person = user_of(request).person
    mine = set(
        Organisation.objects.of_person(person)
        .filter(memberships__role__in=HANDLERS, memberships__person=person)
        .values_list("pk", flat=True)
    )
    if not mine:
        return
    waits = Q(need__organisation__in=mine, association_answer=Answer.WAITING) | Q(
        offer__organisation__in=mine, company_answer=Answer.WAITING
    )
    rows = Pairing.objects.of_person(person).waiting().filter(waits, expires_at__gt=now()).with_both()
    for pairing in rows.order_by("created_at"):
        for side in Side:
            if pairing.organisation_of(side).pk in mine and pairing.answer_of(side) == Answer.WAITING:
                who = pairing.need.organisation if side == Side.COMPANY else pairing.offer.organisation
                what = "Un besoin pour votre offre" if side == Side.COMPANY else "Une offre pour votre besoin"
                text = f"{what}{NBSP}: {pairing.need.title} ({who.name})"
                yield ToDo(text, url_for(pairing, side), pairing.created_at, "Répondre")


def _of_need(request: Any, need: SkillNeed) -> dict[str, Any] | None:
    """On a need's page, for who handles a verified employer: « Notre entreprise peut aider »."""
    if not request.user.is_authenticated or not need.is_seeking or need.is_late:
        return None
    person = user_of(request).person
    employers = (
        Organisation.objects.of_person(person)
        .filter(memberships__role__in=HANDLERS, memberships__person=person, kind__in=OFFERING)
        .exclude(pk=need.organisation_id)
        .distinct()
    )
    found = list(employers.order_by("name"))
    if not found:
        return None
    giving = set(Offer.objects.giving().filter(organisation__in=found).values_list("organisation", flat=True))
    return {"need": need, "employers": found, "giving": [one for one in found if one.pk in giving]}


def _for_brigade(request: Any, need: SkillNeed) -> dict[str, Any] | None:
    if not request.user.is_authenticated or not need.is_seeking or not may_bring(request.user, need):
        return None
    return {"need": need}


def _of_need_manage(request: Any, need: SkillNeed) -> dict[str, Any] | None:
    return (
        {"need": need} if need.is_seeking and can_handle_missions(request.user, need.organisation) else None
    )


def _of_offer_manage(request: Any, offer: Offer) -> dict[str, Any] | None:
    return {"offer": offer} if is_giving(offer) else None


def _of_offer(request: Any, offer: Offer) -> dict[str, Any] | None:
    """On an offer's page, for who handles a verified association: asking for it, need by need; why not, where it
    may not be asked. As many queries for one need as for all."""
    if not request.user.is_authenticated or not is_giving(offer):
        return None
    person = user_of(request).person
    mine = receiving_of(person).exclude(pk=offer.organisation_id).distinct().order_by("name", "pk")
    organisations = list(mine[:MOST])
    if not organisations:
        return None
    new = set(never_served(mine).values_list("pk", flat=True)) if offer.first_timers_only else set()
    known = {one.need_id: one for one in Pairing.objects.of_person(person).of_offer(offer).standing()}
    needs: dict[int, list[Any]] = {one.pk: [] for one in organisations}
    seeking = SkillNeed.objects.public().seeking().filter(organisation__in=organisations)
    seeking = seeking.select_related("organisation", "commune")
    shown = list(seeking.order_by("title", "pk")[:MOST_NEEDS])
    barred = forbidden_each(offer, [need for need in shown if need.pk not in known])
    for need in shown:
        row: Any = need
        row.known, row.barred = known.get(need.pk), barred.get(need.pk)
        needs[need.organisation_id].append(row)
    return {
        "offer": offer,
        "receiving": [
            {
                "organisation": one,
                "needs": needs[one.pk],
                "must_wait": offer.first_timers_only and one.pk not in new,
            }
            for one in organisations
        ],
    }


def _why(need: SkillNeed, offer: Offer) -> list[str]:
    """What both sides read of these two before their yes."""
    pairing = Pairing.objects.of_organisation(need.organisation).live_of(need, offer)
    return [reason["text"] for reason in pairing.reasons] if pairing else []


def register() -> None:
    why_these_two.register("pairings", _why)
    to_do.register("pairings", _to_do)
    panels.register("skill_need.page", Panel("pairings/_of_need.html", _of_need, order=10))
    panels.register("skill_need.page", Panel("pairings/_for_brigade.html", _for_brigade, order=5))
    panels.register("skill_need.manage", Panel("pairings/_of_need_manage.html", _of_need_manage, order=10))
    panels.register("offer.page", Panel("pairings/_of_offer.html", _of_offer, order=10))
    panels.register("offer.manage", Panel("pairings/_of_offer_manage.html", _of_offer_manage, order=10))
    section = ("Rapprochements", "rapprochements/", HANDLERS)
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.add_tab(15, section[0], section[1], "mecenat/", "besoins/", roles=HANDLERS)
