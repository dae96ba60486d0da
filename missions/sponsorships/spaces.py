"""What the pages of a sponsorship share: whose side one is on, what comes next, in words."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from missions.offers.enums import OFFERING
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed
from missions.skill_needs.policies import may_state
from organisations.models import Organisation
from organisations.spaces import SpaceRequest
from organisations.views import space_context

from . import policies
from .enums import ConventionState, Side, State
from .models import Convention, Sponsorship, SponsorshipQuerySet

BADGES = {
    State.DRAFTED: "neutral",
    State.EMPLOYER_AGREED: "info",
    State.ASSOCIATION_AGREED: "info",
    State.SIGNED: "success",
    State.RUNNING: "success",
    State.CLOSED: "neutral",
    State.BROKEN: "warning",
    State.DECLINED: "neutral",
}


def rows_of(request: SpaceRequest) -> SponsorshipQuerySet:
    """Those of the space's organisation, with what pages show."""
    rows = Sponsorship.objects.of_organisation(request.organisation)
    return rows.select_related("need__organisation", "offer__organisation")


def row_of(request: SpaceRequest, pk: int) -> Sponsorship:
    return get_object_or_404(rows_of(request), pk=pk)


def side_of(organisation: Organisation, row: Sponsorship) -> Side:
    """Of one of its own sponsorships."""
    return Side.COMPANY if row.offer.organisation_id == organisation.pk else Side.ASSOCIATION


def side_in(request: SpaceRequest, row: Sponsorship) -> Side:
    return side_of(request.organisation, row)


def statement_sides(organisation: Organisation) -> list[Side]:
    """Whose statements it reads: what it gives, for an employer; what it receives, for the others and for an employer
    that states needs too."""
    gives = organisation.kind in OFFERING
    received = [Side.ASSOCIATION] if not gives or may_state(organisation) else []
    return ([Side.COMPANY] if gives else []) + received


def statement_side(organisation: Organisation, *, received: bool) -> Side:
    """The one that is asked, if it has it."""
    sides = statement_sides(organisation)
    return sides[-1] if received else sides[0]


def context_of(request: SpaceRequest, row: Sponsorship) -> dict[str, Any]:
    """What sponsorships/_head.html needs, in any page about one."""
    side = side_in(request, row)
    return {
        **space_context(request),
        "row": row,
        "side": side,
        "is_company": side == Side.COMPANY,
        "other": row.organisation_of(side.other),
        "badge": BADGES[State(row.state)],
    }


def linked(text: str, url: str) -> Any:
    """A link, or the words alone when there is no page to read."""
    return format_html('<a href="{}">{}</a>', url, text) if url else text


def organisation_link(organisation: Organisation) -> Any:
    return linked(organisation.name, organisation.get_absolute_url() if organisation.is_verified else "")


def need_link(need: SkillNeed) -> Any:
    return linked(need.title, need.get_absolute_url() if need.has_page else "")


def offer_link(request: SpaceRequest, offer: Offer) -> Any:
    """Its page in the employer's own space; for the others the one they may read."""
    employer = offer.organisation
    if employer.pk == request.organisation.pk:
        return linked(offer.title, reverse("offers:manage", args=[employer.pk, employer.slug, offer.pk]))
    may_read = Offer.objects.visible_to(request.user).filter(pk=offer.pk).exists()
    return linked(offer.title, offer.get_absolute_url() if may_read else "")


def named(convention: Convention, side: str) -> str:
    """Who comes, for whom may know."""
    if policies.sees_name(side, convention):
        return convention.employee_name
    return "nom donné une fois la convention signée"


def words_of_state(convention: Convention) -> str:
    """One in force does not outlive its sponsorship. A convention is « remplacée », an amendment « remplacé »."""
    ended = {State.CLOSED: "terminée", State.BROKEN: "arrêtée avant la fin"}
    said = str(convention.get_state_display())
    if convention.state == ConventionState.IN_FORCE and convention.sponsorship.state in ended:
        said = ended[State(convention.sponsorship.state)]
    return said.replace("ée", "é") if convention.is_amendment else said


def _the(convention: Convention) -> str:
    return f"l’{convention.label}" if convention.is_amendment else "la convention"


def next_step(row: Sponsorship, side: str, proposed: Convention | None) -> tuple[str, str]:
    """(what comes next, who has it to do: "us", "them" or ""), for that side."""
    company = side == Side.COMPANY
    if proposed is not None and proposed.state == ConventionState.PROPOSED:
        if proposed.signed_at(side):
            return f"Vous avez signé {_the(proposed)}. L’autre côté signe maintenant.", "them"
        return f"Lisez {_the(proposed)}, puis signez.", "us"
    steps: dict[str, tuple[str, str]] = {
        State.DRAFTED: (
            "Relisez, puis engagez ce temps : l’association sera prévenue. D’ici là, rien n’est réservé.",
            "us",
        ),
        State.EMPLOYER_AGREED: (
            ("L’association répond maintenant. Le temps est réservé dans votre offre.", "them")
            if company
            else ("L’employeur s’engage. À vous de dire oui ou non.", "us")
        ),
        State.ASSOCIATION_AGREED: (
            ("Écrivez la convention : qui vient, quand, combien de temps.", "us")
            if company
            else ("L’employeur écrit la convention ; vous la signerez ensemble.", "them")
        ),
        State.SIGNED: (
            "Le travail peut commencer. Chaque journée se note, puis se valide des deux côtés.",
            "",
        ),
        State.RUNNING: ("Chaque journée se note, puis se valide des deux côtés.", ""),
        State.CLOSED: ("C’est terminé. Merci.", ""),
        State.BROKEN: ("C’est arrêté avant la fin. Les journées faites restent comptées.", ""),
        State.DECLINED: ("Sans suite.", ""),
    }
    return steps[row.state]
