"""The head of a network passes on a member's open need: to a company, to another member, to the brigade.

One step: whoever receives it reads it in their space and by mail, and answers as they would any need. The need, its
contact and its state do not change.
"""

from django.db import transaction
from django.db.models import Q

from jeveuxagir.accounts import limits, roles
from jeveuxagir.accounts.models import Person, RoleGrant, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import lock, lock_all
from organisations.enums import EMPLOYERS
from organisations.models import Organisation
from organisations.networks import policies as networks
from organisations.networks.models import Affiliation

from . import notifications as mails
from .models import PassedOn, SkillNeed


@transaction.atomic
def pass_on(
    need: SkillNeed, *, actor: User, network: Organisation, to: Organisation | None, note: str = ""
) -> PassedOn:
    """`to` None: the brigade of the need's territory. Each receiver once, and told once."""
    pks = {network.pk, need.organisation_id, *([to.pk] if to else [])}
    rows = {one.pk: one for one in lock_all(Organisation.objects.filter(pk__in=pks))}
    network, to = rows[network.pk], rows[to.pk] if to else None
    need = lock(SkillNeed.objects.select_related("organisation", "department"), pk=need.pk)
    allow(networks.can_head(actor, network) and _is_member(network, need.organisation_id))
    if not need.is_seeking or not need.organisation.is_verified:
        raise RuleBroken("Ce besoin n’attend plus personne.", code="need_taken")
    if to is not None:
        _require_receiver(network, need, to)
    limits.require("invitation_account", actor.pk)
    with refusals():
        made = PassedOn.objects.create(need=need, network=network, to=to, note=note, passed_by=actor)
    record("skill_need.passed_on", need, actor=actor, network=network.pk, to=to.pk if to else None)
    mails.tell_passed_on(made, _people_of_brigade(need) if to is None else None)
    return made


def receivers_of(network: Organisation, need: SkillNeed) -> list[Organisation]:
    """The other members of the network, by name."""
    members = Affiliation.objects.active().filter(head=network).values("member")
    rows = Organisation.objects.public().filter(pk__in=members).exclude(pk=need.organisation_id)
    return list(rows.order_by("name", "pk"))


def _is_member(network: Organisation, organisation: int) -> bool:
    return Affiliation.objects.active().filter(head=network, member=organisation).exists()


def _require_receiver(network: Organisation, need: SkillNeed, to: Organisation) -> None:
    if to.pk in (need.organisation_id, network.pk):
        raise RuleBroken("Choisissez quelqu’un d’autre que votre réseau et que ce membre.", code="to")
    if not to.is_verified:
        raise RuleBroken(f"{to.name} n’est pas validée en ce moment.", code="to")
    if to.kind not in EMPLOYERS and not _is_member(network, to.pk):
        raise RuleBroken(
            "Un besoin se transmet à un employeur, à un autre membre du réseau ou à la brigade.", code="to"
        )


def _people_of_brigade(need: SkillNeed) -> list[Person]:
    """The members and leads of the department: a wider team reads it on the need's page."""
    held = RoleGrant.objects.active().filter(
        Q(domain__isnull=True) | Q(domain=need.domain_id),
        role__in=roles.BRIGADE_ROLES,
        department=need.department_id,
    )
    rows = Person.objects.filter(pk__in=held.values("person"), user__is_active=True)
    return list(rows.order_by("pk"))


@transaction.atomic
def forget_person(person: Person) -> None:
    """What was passed on stays, without the name of who did it."""
    PassedOn.objects.of_person(person).update(passed_by=None)
