"""What a decision of the brigade does to an offer, and what its case shows."""

from typing import Any

from django.urls import reverse

from jeveuxagir.accounts.models import User
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from missions.skill_needs.durations import in_words
from organisations import policies as organisation_policies

from . import services
from .models import Offer
from .words import period_in_words, where_in_words


def _offer(item: ModerationItem) -> Offer:
    return Offer.objects.select_related("organisation__commune__department").get(pk=item.subject_id)


def accept(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.apply_edit(_offer(item), actor=actor, diff=item.diff)
    else:
        services.open_(_offer(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_offer(item), actor=actor, reason=item.reason)
    else:
        services.ask_correction(_offer(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_offer(item), actor=actor, reason=item.reason)
    else:
        services.refuse(_offer(item), actor=actor, reason=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    offer = _offer(item)
    lacks = [lack.sentence for lack in services.missing(offer)] if item.decided_at is None else []
    return {
        "facts": [
            ("Employeur", offer.organisation.name),
            ("Type", offer.organisation.get_kind_display().capitalize()),
            ("Temps offert", in_words(offer.total_minutes)),
            ("Formats", ", ".join(offer.formats_in_words)),
            ("Compétences", ", ".join(skill.name for skill in offer.skills.all())),
            ("Où", where_in_words(offer)),
            ("Quand", period_in_words(offer)),
        ],
        "texts": [("Ce que l’employeur propose", offer.description)],
        "warnings": lacks,
        "links": [("L’employeur", offer.organisation.get_absolute_url())]
        if offer.organisation.is_verified
        else [],
    }


def conflict(item: ModerationItem, actor: User) -> str:
    return organisation_policies.conflict(actor, _offer(item).organisation)


def url(item: ModerationItem) -> str:
    offer = _offer(item)
    return reverse("offers:page", args=[offer.pk, offer.slug])


def register() -> None:
    registry.register(
        ModerationItem.Kind.OFFER.value,
        registry.Handler(
            accept=accept, ask=ask, refuse=refuse, describe=describe, url=url, conflict=conflict
        ),
    )
