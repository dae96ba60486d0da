"""A staff role offered by mail to somebody who has no account yet; accepting gives the role.

What may be offered is what may be given (`grants.may_give`), asked when it is sent and again when it is accepted:
who lost their rights meanwhile gives nothing any more. The link is a secret mailed to that address alone: it proves
the address, serves once, and a new sending ends the former one.
"""

import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import cancel as cancel_messages
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department, Region

from . import grants, limits, services, terms, tokens
from . import notifications as mails
from .models import RoleGrant, StaffInvitation, UnconfirmedContact, User

INVITATION_DAYS = 7
RESEND_AFTER = datetime.timedelta(hours=1)
#: how many may await an answer, for one agent
MAX_OPEN = 30

ANOTHER_ADDRESS = "Cette invitation est pour une autre adresse que celle de votre compte."


def pending(actor: User) -> "QuerySet[StaffInvitation]":
    """The invitations without an answer to roles this actor could give, whoever sent them; the latest first."""
    rows = StaffInvitation.objects.open().filter(grants.below(actor))
    return rows.select_related("department", "region", "domain", "invited_by__person").order_by("-pk")


def of_token(token: str) -> StaffInvitation | None:
    """The invitation behind a link, whatever has become of it."""
    found = StaffInvitation.objects.filter(token_hash=tokens.hash_token(token[:200]))
    return found.select_related("department", "region", "domain", "invited_by__person").first()


def is_for(invitation: StaffInvitation, actor: Any) -> bool:
    """Whether this account has confirmed the address that was invited."""
    return EmailAddress.objects.filter(user=actor, email__iexact=invitation.email, verified=True).exists()


@transaction.atomic
def invite(
    *,
    actor: User,
    email: str,
    role: str,
    department: Department | None = None,
    region: Region | None = None,
    domain: Domain | None = None,
    ends_on: datetime.date | None = None,
) -> StaffInvitation:
    """Offer a role by mail. An expired invitation to the same role gives way to the new one."""
    email = email.strip().lower()
    wanted = StaffInvitation(
        email=email,
        role=role,
        department=department,
        region=None if department else region,
        domain=domain,
        ends_on=ends_on,
        invited_by=actor,
        expires_at=now() + datetime.timedelta(days=INVITATION_DAYS),
    )
    _require_may_give(actor, wanted)
    if ends_on is not None and ends_on < today():
        raise RuleBroken("La fin est avant le début.", code="dates")
    if services.known_address(email):
        raise RuleBroken("Cette personne a un compte : donnez-lui directement son rôle.", code="has_account")
    open_ones = StaffInvitation.objects.open()
    open_ones.filter(email=email, expires_at__lte=now()).update(cancelled_at=Now())
    if open_ones.filter(invited_by=actor).count() >= MAX_OPEN:
        raise RuleBroken(f"{MAX_OPEN} de vos invitations attendent déjà une réponse.", code="too_many")
    limits.require("staff_invitation_account", actor.pk)
    services.require_mail_allowed(email)
    token, wanted.token_hash = tokens.new_token()
    with refusals():
        wanted.save(force_insert=True)
    audit.record("staff.invited", wanted, actor=actor, role=str(role))
    mails.invite_staff(wanted, token, INVITATION_DAYS)
    return wanted


@transaction.atomic
def resend(invitation: StaffInvitation, *, actor: User) -> StaffInvitation:
    """Send it again, with a new link and a new week. The former link stops working."""
    invitation = lock(StaffInvitation.objects.all(), pk=invitation.pk)
    _require_may_give(actor, invitation)
    if invitation.accepted_at or invitation.cancelled_at:
        raise RuleBroken("Cette invitation n’attend plus de réponse.", code="answered")
    if invitation.ends_on is not None and invitation.ends_on < today():
        raise RuleBroken("La fin du rôle offert est passée : annulez l’invitation.", code="dates")
    if invitation.sent_at > now() - RESEND_AFTER:
        raise RuleBroken(
            "Cette invitation vient de partir. Attendez une heure avant de la renvoyer.", code="too_soon"
        )
    limits.require("staff_invitation_account", actor.pk)
    services.require_mail_allowed(invitation.email)
    _withdraw_mail(invitation)
    token, invitation.token_hash = tokens.new_token()
    invitation.sent_at = now()
    invitation.expires_at = now() + datetime.timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["token_hash", "sent_at", "expires_at"])
    audit.record("staff.invitation_resent", invitation, actor=actor, role=invitation.role)
    mails.invite_staff(invitation, token, INVITATION_DAYS)
    return invitation


@transaction.atomic
def cancel(invitation: StaffInvitation, *, actor: User) -> StaffInvitation:
    """Take it back: its link stops working. Done twice, nothing more happens."""
    invitation = lock(StaffInvitation.objects.all(), pk=invitation.pk)
    _require_may_give(actor, invitation)
    if invitation.accepted_at:
        raise RuleBroken("Cette invitation a déjà été acceptée : retirez plutôt le rôle.", code="accepted")
    if invitation.cancelled_at:
        return invitation
    invitation.cancelled_at = now()
    invitation.save(update_fields=["cancelled_at"])
    _withdraw_mail(invitation)
    audit.record("staff.invitation_cancelled", invitation, actor=actor, role=invitation.role)
    return invitation


@transaction.atomic
def accept(invitation: StaffInvitation, *, actor: User) -> RoleGrant:
    """Take the role: signed in with the invited address, in time, once."""
    invitation = _locked(invitation)
    if not is_for(invitation, actor):
        raise NotAllowed(ANOTHER_ADDRESS, code="another_address")
    return _accept(invitation, actor)


@transaction.atomic
def accept_with_new_account(
    invitation: StaffInvitation, *, first_name: str, last_name: str, request: HttpRequest | None = None
) -> User:
    """Open the account of the invited address, its owner agreeing to the terms, take the role, and sign in."""
    invitation = _locked(invitation)
    if services.known_address(invitation.email):
        raise RuleBroken(
            "Cette adresse a déjà un compte : connectez-vous, puis acceptez l’invitation.", code="has_account"
        )
    contact = UnconfirmedContact(email=invitation.email, first_name=first_name, last_name=last_name)
    user = services.open_account(contact)
    terms.accept(user.person, actor=user)
    _accept(invitation, user)
    if request is not None:  # last: a refusal leaves no session behind
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return user


def _locked(invitation: StaffInvitation) -> StaffInvitation:
    """The row, by the link that was opened: one sent again meanwhile answers to its new link only."""
    held = StaffInvitation.objects.select_for_update(of=("self",), no_key=True).filter(
        pk=invitation.pk, token_hash=invitation.token_hash
    )
    found = held.first()
    if found is None:
        raise RuleBroken("Cette invitation a été renvoyée : ouvrez le dernier message reçu.", code="replaced")
    if found.accepted_at:
        raise RuleBroken("Cette invitation a déjà servi.", code="accepted")
    if found.cancelled_at:
        raise RuleBroken("Cette invitation a été annulée. Demandez-en une autre.", code="cancelled")
    if found.has_expired or (found.ends_on is not None and found.ends_on < today()):
        raise RuleBroken("Cette invitation a expiré. Demandez-en une autre.", code="expired")
    return found


def _accept(invitation: StaffInvitation, actor: User) -> RoleGrant:
    inviter = invitation.invited_by
    gone = RuleBroken(
        "La personne qui vous a invité ne peut plus donner ce rôle. Demandez une autre invitation à l’équipe.",
        code="inviter_gone",
    )
    if inviter is None or not inviter.is_active:
        raise gone
    # who loses these rights at this moment comes before or after us, never between
    lock_all(RoleGrant.objects.filter(person=inviter.person_id))
    try:
        given = grants.grant(
            actor.person,
            invitation.role,
            actor=inviter,
            department=invitation.department,
            region=invitation.region,
            domain=invitation.domain,
            ends_on=invitation.ends_on,
        )
    except NotAllowed as refused:
        raise (gone if refused.code == "beyond_scope" else refused) from refused
    invitation.accepted_at, invitation.accepted_by = now(), actor.person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record("staff.invitation_accepted", invitation, actor=actor, role=invitation.role, grant=given.pk)
    services.touch(actor.person)
    return given


def _require_may_give(actor: User, invitation: StaffInvitation) -> None:
    allowed = grants.may_give(
        actor,
        invitation.role,
        department=invitation.department_id,
        region=invitation.region_id,
        domain=invitation.domain_id,
    )
    if not allowed:
        raise NotAllowed("Ces droits dépassent les vôtres.", code="beyond_scope")


def _withdraw_mail(invitation: StaffInvitation) -> None:
    """A link that no longer works is not sent."""
    cancel_messages(Message.objects.filter(dedupe_key=mails.staff_invitation_key(invitation)))
