"""What a decision of the brigade does to an alliance's page, and what its case shows; alliances that fell silent."""

from collections.abc import Callable
from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.registries import Registry
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation import registry
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.ui.dates import day_of

from . import policies, services
from .enums import Section
from .models import Alliance

Kind, Decision = ModerationItem.Kind, ModerationItem.Decision

#: what an app above shows to anybody, for the brigade to read too: function(alliance) → (title, text) pairs; nothing
#: that the parties keep inside
public_texts: Registry[Callable[[Alliance], list[tuple[str, str]]]] = Registry("public texts of an alliance")


def waiting_edit(alliance: Alliance) -> ModerationItem | None:
    """The new name or purpose that the brigade has not read yet."""
    item = moderation.open_items(Kind.ALLIANCE, alliance).first()
    return item if item is not None and item.diff else None


def last_refusal(alliance: Alliance) -> ModerationItem | None:
    """Why the page is not public, when the brigade said so last."""
    if alliance.is_public:
        return None
    decided = ModerationItem.objects.filter(
        kind__in=[Kind.ALLIANCE, Kind.REPORT],
        subject_type=alliance._meta.label,
        subject_id=alliance.pk,
        state=ModerationItem.State.DECIDED,
    )
    item = decided.order_by("-decided_at", "-pk").first()
    return item if item is not None and item.decision in (Decision.ASK, Decision.REFUSE) else None


def _alliance(item: ModerationItem) -> Alliance:
    return Alliance.objects.select_related("department", "domain").get(pk=item.subject_id)


def _is_edit(item: ModerationItem) -> bool:
    return bool(item.diff)


def accept(item: ModerationItem, actor: User | None) -> None:
    if _is_edit(item):
        services.apply_edit(_alliance(item), actor=actor, diff=item.diff)
    else:
        services.publish(_alliance(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if _is_edit(item):
        services.refuse_edit(_alliance(item), actor=actor, reason=item.reason)
    else:
        services.refuse_publication(_alliance(item), actor=actor, reason=item.reason, corrected=True)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if _is_edit(item):
        services.refuse_edit(_alliance(item), actor=actor, reason=item.reason)
    else:
        services.refuse_publication(_alliance(item), actor=actor, reason=item.reason)


def facts_of(alliance: Alliance) -> list[tuple[str, Any]]:
    """Everything short that staff read about an alliance: what it is and how it goes, never what is said inside."""
    live = list(alliance.parties.live().order_by("joined_at", "pk"))
    animators = [party.name for party in live if party.is_animator]
    places = alliance.places.select_related("commune", "epci", "department", "region")
    return [
        ("Étape", alliance.get_stage_display()),
        ("Activité", alliance.get_activity_display()),
        ("Page publique", alliance.get_publication_display()),
        ("Domaine", alliance.domain.name if alliance.domain else ""),
        ("Catégorie", alliance.category.name if alliance.category else ""),
        ("Où", ", ".join(place.label for place in places) or alliance.department.label),
        ("Parties", ", ".join(f"{party.name} ({party.get_college_display()})" for party in live)),
        ("Anime", ", ".join(animators) or "personne"),
        ("Dernière activité", day_of(alliance.last_acted_at)),
        ("À évaluer le", day_of(alliance.evaluate_on) if alliance.evaluate_on else ""),
        ("Rythme choisi", f"tous les {alliance.cadence_days} jours" if alliance.cadence_days else ""),
    ]


def texts_of(alliance: Alliance) -> list[tuple[str, str]]:
    """What staff read: what the alliance says of itself, and what apps above show on its public page."""
    return [
        ("Ce que l’alliance veut changer", alliance.purpose),
        ("Dérogation demandée", alliance.derogation),
        *(line for source in public_texts for line in source(alliance)),
    ]


def describe(item: ModerationItem) -> dict[str, Any]:
    alliance = _alliance(item)
    shown = [str(Section(name).label) for name in alliance.shown]
    warnings = []
    if alliance.parties.live().count() < 2:
        warnings.append("Une seule partie pour le moment.")
    return {
        "facts": [*facts_of(alliance), ("La page montrera", ", ".join(shown) or "l’essentiel seulement")],
        "texts": texts_of(alliance),
        "warnings": warnings,
        "links": [("La page publique", alliance.get_absolute_url())] if alliance.is_public else [],
    }


def conflict(item: ModerationItem, actor: User) -> str:
    return conflict_of(_alliance(item), actor)


def conflict_of(alliance: Alliance, actor: User) -> str:
    """Staff do not decide on an alliance they are a party to."""
    if policies.can_read(actor, alliance):
        return f"Vous prenez part à « {alliance.name} »{NBSP}: une autre personne de la brigade doit décider."
    return ""


# --- silence: the brigade calls, then files the case --------------------------------------------------------------


def _followed_up(item: ModerationItem, actor: User | None) -> None:
    """The alliance is not woken by a call: only what its parties do wakes it."""
    record("alliance.followed_up", _alliance(item), actor=actor)


def _describe_silence(item: ModerationItem) -> dict[str, Any]:
    alliance = _alliance(item)
    return {
        "facts": facts_of(alliance),
        "texts": texts_of(alliance),
        "warnings": [
            "L’alliance ne donne plus de nouvelles, et la partie qui l’anime a été prévenue. Appelez-la : "
            "a-t-elle besoin d’un coup de main, d’un autre rythme, ou veut-elle clore ?"
        ],
        "links": [("La page publique", alliance.get_absolute_url())] if alliance.is_public else [],
    }


def register() -> None:
    registry.register(
        Kind.ALLIANCE.value,
        registry.Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            url=lambda item: _alliance(item).get_absolute_url(),
            conflict=conflict,
        ),
    )
    registry.register(
        Kind.SILENCE.value,
        registry.Handler(
            accept=_followed_up,
            ask=_followed_up,
            refuse=_followed_up,
            describe=_describe_silence,
            conflict=conflict,
        ),
    )
