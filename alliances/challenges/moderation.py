"""What a decision of the brigade does to a common problem, what its case shows, and what to do once it is ready."""

from typing import Any

from django.urls import reverse

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem

from . import policies, services
from .models import Challenge

ERASED = "Ce problème a été effacé par la personne qui l’avait exposé."


def challenge_of(item: ModerationItem) -> Challenge | None:
    """The problem behind a case; None once it is erased."""
    rows = Challenge.objects.select_related("commune", "department", "domain", "organisation")
    return rows.filter(pk=item.subject_id).first()


def _challenge(item: ModerationItem) -> Challenge:
    challenge = challenge_of(item)
    if challenge is None:
        raise RuleBroken(ERASED, code="erased")
    return challenge


def accept(item: ModerationItem, actor: User | None) -> None:
    services.publish(_challenge(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    services.send_back(_challenge(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.refuse(_challenge(item), actor=actor, reason=item.reason)


def facts_of(challenge: Challenge) -> list[tuple[str, Any]]:
    supports = [f"{label}{NBSP}: {count}" for label, count in challenge.thermometer() if count]
    return [
        ("Où", challenge.place.label),
        ("Domaine", challenge.domain.name if challenge.domain else ""),
        ("Objectifs de développement durable", ", ".join(map(str, challenge.sdgs.all()))),
        ("Exposé par", challenge.stated_by),
        ("État", challenge.get_state_display()),
        ("Soutiens", ", ".join(supports) or "aucun"),
    ]


def texts_of(challenge: Challenge) -> list[tuple[str, str]]:
    return [
        ("Le problème", challenge.statement),
        ("Qui en souffre", challenge.who),
        ("Ce qui le montre", challenge.evidence),
        ("Lien vers une preuve", challenge.link),
    ]


def describe(item: ModerationItem) -> dict[str, Any]:
    challenge = challenge_of(item)
    if challenge is None:
        return {"warnings": [ERASED]}
    links = [("La page publique", challenge.get_absolute_url())] if challenge.is_public else []
    return {"facts": facts_of(challenge), "texts": texts_of(challenge), "links": links}


def conflict(item: ModerationItem, actor: User) -> str:
    challenge = challenge_of(item)
    return conflict_of(challenge, actor) if challenge else ""


def conflict_of(challenge: Challenge, actor: User) -> str:
    if policies.is_author(actor, challenge) or policies.looks_after(actor, challenge):
        return "Vous avez exposé ce problème : une autre personne de la brigade doit décider."
    return ""


# --- ready: the brigade calls, or starts the alliance itself ------------------------------------------------------


def _followed_up(item: ModerationItem, actor: User | None) -> None:
    record("challenge.followed_up", _challenge(item), actor=actor)


def _describe_ready(item: ModerationItem) -> dict[str, Any]:
    challenge = challenge_of(item)
    if challenge is None:
        return {"warnings": [ERASED]}
    start = f"{reverse('brigade:start_alliance')}?probleme={challenge.pk}"
    links = [("La page publique", challenge.get_absolute_url())] if challenge.is_public else []
    if challenge.may_become_alliance:
        links.append(("Commencer l’alliance et inviter", start))
    return {
        "facts": facts_of(challenge),
        "texts": [*texts_of(challenge), *means_of(challenge)],
        "warnings": [
            "Trois mondes d’organisations soutiennent ce problème. Appelez-les, ou commencez l’alliance vous-même : "
            "chacun répond à l’invitation sans créer de compte."
        ],
        "links": links,
    }


def means_of(challenge: Challenge) -> list[tuple[str, str]]:
    """What each organisation brings; what a person wrote is not the brigade's to read here."""
    rows = challenge.supports.standing().filter(organisation__isnull=False).select_related("organisation")
    return [(f"Ce qu’apporte {made.name}", made.means) for made in rows.order_by("pk") if made.means]


def words_of(challenge: Challenge) -> list[tuple[str, str]]:
    """All that the page shows beside the supports, persons' words without their names: what a report may be about."""
    rows = challenge.supports.standing().exclude(means="").select_related("organisation").order_by("pk")
    return [
        (f"Ce qu’apporte {made.name if made.organisation else 'une personne'}", made.means)
        for made in rows[:60]
    ]


def register() -> None:
    registry.register(
        ModerationItem.Kind.CHALLENGE.value,
        registry.Handler(accept=accept, ask=ask, refuse=refuse, describe=describe, conflict=conflict),
    )
    registry.register(
        ModerationItem.Kind.READY.value,
        registry.Handler(
            accept=_followed_up, ask=_followed_up, refuse=_followed_up, describe=_describe_ready
        ),
    )
