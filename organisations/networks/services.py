"""Every write on networks. Locks: the two organisations in order, then the affiliation."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from jeveuxagir.accounts import limits, tokens
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import addresses_of, require_mail_allowed
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import NBSP
from organisations.models import Organisation

from . import notifications as mails
from . import policies
from .enums import LIVE, TRANSITIONS, State
from .models import NO_CIRCLE, Affiliation, MailInvitation, Template

#: how long a link works
DAYS = 30
#: what nobody answered is forgotten after this
FORGET = datetime.timedelta(days=90)
#: so many invitations at most wait for an answer
MOST_WAITING = 200
#: so many templates at most
MOST_TEMPLATES = 50
_CIRCLE = {
    NO_CIRCLE: "Votre réseau est déjà membre de cette organisation : on ne peut être membre l’un de l’autre."
}


@dataclass(frozen=True)
class TemplateData:
    title: str
    deliverable: str = ""
    context: str = ""


# --- members --------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, actor: User, head: Organisation, member: Organisation, message: str = "") -> Affiliation:
    """Ask an organisation of the site: it becomes a member by its own yes."""
    head, member = _locked_pair(head, member)
    allow(policies.can_head(actor, head))
    if head.pk == member.pk:
        raise RuleBroken("Une organisation n’est pas membre d’elle-même.", code="affiliation_of_two")
    if not member.is_verified:
        raise RuleBroken("Cette organisation n’est pas encore validée par la brigade.", code="state")
    _require_room(head)
    limits.require("invitation_account", actor.pk)
    with refusals(_CIRCLE):
        made = Affiliation.objects.create(head=head, member=member, message=message, invited_by=actor)
    record("network.invited", made, actor=actor, head=head.pk, member=member.pk)
    mails.invited(made)
    return made


@transaction.atomic
def invite_by_mail(*, actor: User, head: Organisation, email: str) -> MailInvitation:
    """Ask by mail: whoever answers says for which organisation, which may still have to be declared."""
    head = lock(Organisation.objects.all(), pk=head.pk)
    allow(policies.can_head(actor, head))
    email = email.strip().lower()
    MailInvitation.objects.open().filter(head=head, email=email, expires_at__lte=now()).update(
        cancelled_at=now()
    )
    _require_room(head)
    limits.require("invitation_account", actor.pk)
    require_mail_allowed(email)
    token, token_hash = tokens.new_token()
    with refusals():
        made = MailInvitation.objects.create(
            head=head,
            email=email,
            token_hash=token_hash,
            invited_by=actor,
            expires_at=now() + datetime.timedelta(days=DAYS),
        )
    record("network.mail_invited", head, actor=actor, invitation=made.pk)
    mails.invited_by_mail(made, token, DAYS)
    return made


@transaction.atomic
def cancel_mail_invitation(invitation: MailInvitation, *, actor: User) -> MailInvitation:
    """Its link stops working."""
    head = lock(Organisation.objects.all(), pk=invitation.head_id)
    allow(policies.can_head(actor, head))
    found = lock(MailInvitation.objects.filter(head=head), pk=invitation.pk)
    if found.used_at:
        raise RuleBroken("Cette invitation a déjà servi.", code="used")
    found.cancelled_at = found.cancelled_at or now()
    found.save(update_fields=["cancelled_at"])
    record("network.mail_invitation_cancelled", head, actor=actor, invitation=found.pk)
    return found


def invitation_of(token: str) -> MailInvitation | None:
    """The invitation a link opens, whatever its state."""
    rows = MailInvitation.objects.select_related("head")
    return rows.filter(token_hash=tokens.hash_token(token)).first()


@transaction.atomic
def join_by_mail(invitation: MailInvitation, *, actor: User, member: Organisation) -> Affiliation:
    """Whoever holds the link says which of their organisations joins. Once."""
    head, member = _locked_pair(invitation.head, member)
    found = lock(MailInvitation.objects.filter(head=head), pk=invitation.pk)
    allow(policies.speaks_for(actor, member))
    if found.used_at or found.cancelled_at or found.has_expired:
        raise RuleBroken("Cette invitation ne sert plus. Demandez-en une autre au réseau.", code="gone")
    if head.pk == member.pk:
        raise RuleBroken("Une organisation n’est pas membre d’elle-même.", code="affiliation_of_two")
    found.used_at = now()
    found.save(update_fields=["used_at"])
    made = Affiliation.objects.select_for_update().filter(head=head, member=member, state__in=LIVE).first()
    if made is None:
        made = Affiliation(head=head, member=member, invited_by=found.invited_by)
    if made.state == State.INVITED:
        _accept(made, actor)
    return made


@transaction.atomic
def accept(affiliation: Affiliation, *, actor: User) -> Affiliation:
    """The member says yes: both pages say so, and its open needs show to the network."""
    found = _locked(affiliation)
    allow(policies.speaks_for(actor, found.member))
    _accept(found, actor)
    return found


def _accept(affiliation: Affiliation, actor: User) -> None:
    head = affiliation.head
    if not head.is_verified:
        raise RuleBroken(
            f"{head.name} est {head.get_state_display()}{NBSP}: on ne rejoint pas son réseau en ce moment.",
            code="state",
        )
    _move(affiliation, "accept", actor)
    affiliation.joined_at = now()
    with refusals(_CIRCLE):
        affiliation.save()
    record("network.joined", affiliation, actor=actor, head=affiliation.head_id, member=affiliation.member_id)
    mails.joined(affiliation)


@transaction.atomic
def decline(affiliation: Affiliation, *, actor: User) -> Affiliation:
    found = _locked(affiliation)
    allow(policies.speaks_for(actor, found.member))
    _move(found, "decline", actor)
    found.save()
    record("network.declined", found, actor=actor, head=found.head_id, member=found.member_id)
    mails.declined(found)
    return found


@transaction.atomic
def cancel(affiliation: Affiliation, *, actor: User) -> Affiliation:
    """An invitation taken back by the head."""
    found = _locked(affiliation)
    allow(policies.can_head(actor, found.head))
    _move(found, "cancel", actor)
    found.save()
    record("network.cancelled", found, actor=actor, head=found.head_id, member=found.member_id)
    return found


@transaction.atomic
def end(affiliation: Affiliation, *, actor: User) -> Affiliation:
    """By either side, at once: the other is told. What the network read of the member shows no more."""
    found = _locked(affiliation)
    by_member = policies.speaks_for(actor, found.member)
    allow(by_member or policies.can_head(actor, found.head))
    _move(found, "end", actor)
    found.save()
    record("network.ended", found, actor=actor, head=found.head_id, member=found.member_id)
    mails.ended(found, by_member=by_member)
    return found


def organisation_closed(organisation_id: int) -> None:
    """A closed organisation is in no network, and has none."""
    rows = Affiliation.objects.filter(
        Q(head=organisation_id) | Q(member=organisation_id), state__in=LIVE
    ).order_by("pk")
    for affiliation in rows:
        _end_of_closed(affiliation)
    MailInvitation.objects.open().filter(head=organisation_id).update(cancelled_at=now())


@transaction.atomic
def _end_of_closed(affiliation: Affiliation) -> None:
    found = _locked(affiliation)
    if found.state in LIVE:
        _move(found, "end" if found.state == State.ACTIVE else "cancel", None)
        found.save()
        record("network.ended", found, head=found.head_id, member=found.member_id)


# --- templates ------------------------------------------------------------------------------------------------


@transaction.atomic
def write_template(*, actor: User, head: Organisation, data: TemplateData) -> Template:
    head = lock(Organisation.objects.all(), pk=head.pk)
    allow(policies.can_head(actor, head))
    if Template.objects.of_organisation(head).count() >= MOST_TEMPLATES:
        raise RuleBroken(f"Un réseau prête {MOST_TEMPLATES} modèles au plus.", code="too_many")
    with refusals():
        made = Template.objects.create(head=head, created_by=actor, **data.__dict__)
    record("network.template_written", made, actor=actor, head=head.pk)
    return made


@transaction.atomic
def change_template(template: Template, *, actor: User, data: TemplateData) -> Template:
    found = lock(Template.objects.live().select_related("head"), pk=template.pk)
    allow(policies.can_head(actor, found.head))
    for name, value in data.__dict__.items():
        setattr(found, name, value)
    with refusals():
        found.save()
    record("network.template_changed", found, actor=actor, head=found.head_id)
    return found


@transaction.atomic
def retire_template(template: Template, *, actor: User) -> Template:
    """Nobody begins with it any more; the needs that began with it stay."""
    found = lock(Template.objects.select_related("head"), pk=template.pk)
    allow(policies.can_head(actor, found.head))
    found.retired_at = found.retired_at or now()
    found.save(update_fields=["retired_at"])
    record("network.template_retired", found, actor=actor, head=found.head_id)
    return found


# --- people ---------------------------------------------------------------------------------------------------


def forgettable(moment: datetime.datetime) -> Any:
    """Addresses that were invited and never answered, or whose invitation is over."""
    return MailInvitation.objects.filter(expires_at__lt=moment - FORGET)


@transaction.atomic
def forget_person(person: Person) -> None:
    MailInvitation.objects.filter(email__in=addresses_of(person)).delete()
    MailInvitation.objects.filter(invited_by__person=person).update(invited_by=None)
    Affiliation.objects.filter(invited_by__person=person).update(invited_by=None)
    Affiliation.objects.filter(answered_by__person=person).update(answered_by=None)
    Template.objects.filter(created_by__person=person).update(created_by=None)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked_pair(head: Organisation, member: Organisation) -> tuple[Organisation, Organisation]:
    rows = Organisation.objects.filter(pk__in={head.pk, member.pk}).select_related("commune__department")
    found = {one.pk: one for one in lock_all(rows)}
    return found[head.pk], found[member.pk]


def _locked(affiliation: Affiliation) -> Affiliation:
    head, member = _locked_pair(affiliation.head, affiliation.member)
    found = lock(Affiliation.objects.all(), pk=affiliation.pk)
    found.head, found.member = head, member
    return found


def _move(affiliation: Affiliation, verb: str, actor: User | None) -> None:
    affiliation.state = TRANSITIONS.target(verb, affiliation.state, label=affiliation.get_state_display())
    affiliation.state_changed_at = now()
    affiliation.answered_by = actor


def _require_room(head: Organisation) -> None:
    waiting = (
        Affiliation.objects.invited().filter(head=head).count()
        + MailInvitation.objects.open().filter(head=head, expires_at__gt=now()).count()
    )
    if waiting >= MOST_WAITING:
        raise RuleBroken(f"{MOST_WAITING} invitations attendent déjà une réponse.", code="too_many")
