"""Essaimer: from a living alliance, an organisation of another commune starts its own.

What is handed over is a way of doing: the purpose, the rule, the words of the charter, the functions, the definitions
of the indicators. Never a value, a party, an adoption. The origin is public, or who animates or facilitates it agreed.
"""

from django.db import transaction

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.territories.models import Commune
from organisations.models import Organisation

from . import notifications as mails
from . import policies, services
from .enums import STAGES, Stage
from .models import Alliance
from .spaces import Heritage, heritage

#: an alliance that is still looking for itself has nothing to hand over
GROWN = (Stage.STRUCTURED, Stage.ANIMATED, Stage.REVIEW, Stage.SPREAD)


def is_grown(origin: Alliance) -> bool:
    return not origin.is_closed and origin.stage in GROWN


def offers(origin: Alliance, *, actor: User) -> list[str]:
    """What this person would take along, in words."""
    whole = _takes_all(origin, actor)
    return [words for one in _open_to(origin, whole) if (words := one.offers(origin, whole))]


@transaction.atomic
def agree(alliance: Alliance, *, actor: User, agreed: bool) -> Alliance:
    """Who animates or facilitates says that others may start theirs from it, or takes it back."""
    alliance = services.locked(alliance)
    allow(policies.can_agree_to_spread(actor, alliance))
    alliance.spread_agreed_at = (alliance.spread_agreed_at or now()) if agreed else None
    alliance.version += 1
    alliance.save(update_fields=["spread_agreed_at", "version"])
    services.acted(alliance, actor=actor)
    record("alliance.spread_agreed", alliance, actor=actor, agreed=agreed)
    return alliance


@transaction.atomic
def spread(
    origin: Alliance, *, actor: User, organisation: Organisation, name: str, commune: Commune
) -> Alliance:
    """A new alliance, linked to its origin for ever. The origin's parties are told.

    After its review, the origin has spread: at once if it agreed, else its own parties say so.
    """
    origin = services.locked(origin)
    allow(policies.can_spread_from(actor, origin))
    if not is_grown(origin):
        raise RuleBroken("Cette alliance se cherche encore : attendez qu’elle soit structurée.", code="stage")
    if origin.places.filter(commune=commune).exists():
        raise RuleBroken(
            f"L’alliance agit déjà à {commune.name} : demandez plutôt à la rejoindre.", code="commune"
        )
    data = services.AllianceData(
        name=name,
        purpose=origin.purpose,
        places=[commune],
        domain=origin.domain,
        sdgs=list(origin.sdgs.all()),
        rule=origin.rule,
        cadence_days=origin.cadence_days,
    )
    made = services.start(actor=actor, organisation=organisation, data=data, origin=origin)
    whole = _takes_all(origin, actor)
    for one in _open_to(origin, whole):
        one.copy(origin, made, actor, whole)
    record("alliance.spread", origin, actor=actor, alliance=made.pk)
    mails.tell(
        origin,
        "born",
        once=str(made.pk),
        made=made.name,
        place=commune.name,
        starter=organisation.name,
        besides=actor.person_id,
    )
    if origin.stage == Stage.REVIEW and (origin.spread_agreed_at or policies.can_act(actor, origin)):
        origin.stage = STAGES.target("spread", origin.stage, label=origin.get_stage_display())
        origin.stage_changed_at = now()
        origin.version += 1
        origin.save(update_fields=["stage", "stage_changed_at", "version"])
        record("alliance.stage_moved", origin, actor=actor, stage=str(origin.stage))
    return made


def _takes_all(origin: Alliance, actor: User) -> bool:
    """Who is inside, or anybody once it was agreed; else what the public page shows."""
    return origin.spread_agreed_at is not None or policies.can_read(actor, origin)


def _open_to(origin: Alliance, whole: bool) -> list[Heritage]:
    return [one for one in heritage if whole or (one.section and origin.shows(one.section))]
