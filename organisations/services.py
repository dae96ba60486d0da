"""Every write on organisations, their members and invitations: lock → policy → guard → write → audit → mail."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from jeveuxagir.accounts import limits, tokens
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import require_mail_allowed, touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean, said_length
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Commune
from jeveuxagir.ui.spaces import forget_spaces

from . import joining, numbers, policies, verification
from . import notifications as mails
from .enums import HOSTING_KINDS, TRANSITIONS, Checked, Kind, MemberRole, ProofLevel, State
from .models import Invitation, Membership, Organisation

INVITATION_DAYS = 7
RESEND_AFTER = datetime.timedelta(hours=1)
FORGET_DAYS = 30
MAX_INVITATIONS = 50
NAME_AT_LEAST = 2
DESCRIPTION_AT_LEAST = 50

#: Decision 10: once validated, a change of these waits for the brigade; the rest applies at once.
SENSITIVE = {
    "name": "nom",
    "kind": "type",
    "rna": "numéro RNA",
    "siren": "numéro SIREN",
    "siret": "numéro SIRET",
    "description": "présentation",
    "website": "site internet",
}
FREE = ("email", "phone", "street", "commune", "is_research")
PUBLISHED = (State.VALIDATED, State.SUSPENDED)
EDITABLE = (State.DRAFT, State.PENDING, State.REFUSED, *PUBLISHED)

_TRIGGERS = {
    "organisation_hosts_missions": (
        "Cette organisation a encore des missions : fermez-les d’abord. Sinon elle ne pourrait plus les porter."
    ),
    "organisation_company_turned_host": (
        "Une entreprise n’accueille pas de bénévoles, et n’en accueille pas davantage en changeant de type. Si le type "
        "était une erreur, choisissez « Autre »\u00a0: la brigade décide ensuite avec vous."
    ),
    "organisation_states_needs": (
        "Cette organisation a des besoins de compétences, et une entreprise n’en écrit pas. Retirez d’abord ces "
        "besoins, puis changez le type."
    ),
    "organisation_states_needs_of_means": (
        "Cette organisation a dit des besoins de moyens : une entreprise n’en dit pas. Fermez-les, ou gardez ce type "
        "d’organisation."
    ),
    "organisation_gives_offers": (
        "Cette organisation a des offres de mécénat de compétences, que seuls une entreprise ou un employeur public "
        "portent. Terminez d’abord ces offres, puis changez le type."
    ),
    "organisation_has_employees": (
        "Des salariés ont rejoint cet employeur. Mettez d’abord fin à ces liens, puis changez le type."
    ),
}


@dataclass(frozen=True)
class OrganisationData:
    """What an organisation's forms hold."""

    kind: str
    name: str
    rna: str = ""
    siren: str = ""
    siret: str = ""
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    commune: Commune | None = None
    is_research: bool = False


class AlreadyHere(RuleBroken):
    """A number that an organisation of ours already holds."""

    def __init__(self, message: str, organisation: Organisation, *, code: str) -> None:
        super().__init__(message, code=code)
        self.organisation = organisation


@dataclass
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    applied: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


# --- its life -------------------------------------------------------------------------------------------------


@transaction.atomic
def create_draft(*, actor: User, data: OrganisationData) -> Organisation:
    """A draft, its first owner the person who signs it up."""
    data = _checked(data)
    refuse_known(data)
    organisation = Organisation(created_by=actor)
    _write(organisation, data)
    with refusals(_TRIGGERS):
        organisation.save(force_insert=True)
    Membership.objects.create(
        organisation=organisation, person=actor.person, role=MemberRole.OWNER, may_sign=True
    )
    record("organisation.created", organisation, actor=actor, kind=str(organisation.kind))
    touch(actor.person)
    _forget(actor.person_id)
    organisation.refresh_from_db()
    return organisation


@transaction.atomic
def update(
    organisation: Organisation, *, actor: User | None, version: int | None, data: OrganisationData
) -> Edited:
    """Edit. What is validated and sensitive waits in a moderation item; the published text stays."""
    organisation = _locked(organisation)
    allow(actor is None or policies.can_manage(actor, organisation))
    _check_version(organisation, version)
    if organisation.state not in EDITABLE:
        raise RuleBroken("Une organisation fermée ne se modifie plus.", code="wrong_state")
    data = _checked(data)
    refuse_known(data, but=organisation)
    published = organisation.state in PUBLISHED
    if published or organisation.state == State.PENDING:
        _require_complete(data)
    diff = _diff(organisation, data) if published else {}
    if "kind" in diff:
        _try_kind(organisation, diff)
    before = {name: getattr(organisation, name) for name in (*SENSITIVE, *FREE)}
    _write(organisation, data, leave=frozenset(diff))
    done = Edited(
        applied=[name for name, value in before.items() if getattr(organisation, name) != value],
        waiting=[change["label"] for change in diff.values()],
    )
    organisation.version += 1
    with refusals(_TRIGGERS):
        organisation.save()
    if done.applied:
        record("organisation.updated", organisation, actor=actor, fields=done.applied)
    if published:
        _moderate_edit(organisation, diff, actor)
    elif organisation.state == State.PENDING:
        _open_item(organisation, actor)  # whoever was deciding on the former text is told
    return done


@transaction.atomic
def submit(organisation: Organisation, *, actor: User | None, version: int | None = None) -> Organisation:
    """Ask the brigade to validate a draft, or again after a refusal."""
    organisation = _locked(organisation)
    allow(actor is None or policies.can_manage(actor, organisation))
    _check_version(organisation, version)
    target = TRANSITIONS.target("submit", organisation.state, label=organisation.get_state_display())
    data = data_of(organisation)
    _require_complete(data)
    refuse_known(data, but=organisation)
    _refuse_ended(organisation)
    _move(organisation, target)
    _open_item(organisation, actor)
    record("organisation.submitted", organisation, actor=actor)
    return organisation


@transaction.atomic
def validate(organisation: Organisation, *, actor: User | None) -> Organisation:
    """The brigade's yes."""
    organisation = _locked(organisation)
    target = TRANSITIONS.target("validate", organisation.state, label=organisation.get_state_display())
    organisation.imports_only = False
    _move(organisation, target)
    record("organisation.validated", organisation, actor=actor)
    mails.tell_owners(organisation, "validated")
    return organisation


@transaction.atomic
def refuse(organisation: Organisation, *, actor: User | None, reason: str) -> Organisation:
    """The brigade's no. The numbers are free again; the owners may correct and send again."""
    organisation = _locked(organisation)
    target = TRANSITIONS.target("refuse", organisation.state, label=organisation.get_state_display())
    _move(organisation, target, reason=reason)
    joining.end_all(organisation, reason="Cette organisation n’est pas acceptée ici.", actor=actor)
    record("organisation.refused", organisation, actor=actor)
    mails.tell_owners(organisation, "refused", reason=organisation.state_reason)
    return organisation


@transaction.atomic
def ask_correction(organisation: Organisation, *, actor: User | None, reason: str) -> Organisation:
    """Back to a draft, with what to correct."""
    organisation = _locked(organisation)
    target = TRANSITIONS.target("ask_correction", organisation.state, label=organisation.get_state_display())
    _move(organisation, target, reason=reason)
    record("organisation.correction_asked", organisation, actor=actor)
    mails.tell_owners(organisation, "correction", reason=organisation.state_reason)
    return organisation


@transaction.atomic
def apply_edit(organisation: Organisation, *, actor: User | None, diff: dict[str, Any]) -> Organisation:
    """The brigade's yes to the waiting values of a validated organisation."""
    organisation = _locked(organisation)
    if organisation.state not in PUBLISHED:
        raise RuleBroken("Cette organisation n’est plus publiée : rien n’a été appliqué.", code="wrong_state")
    for name, change in diff.items():
        if name in SENSITIVE:
            setattr(organisation, name, change["value"])
    refuse_known(data_of(organisation), but=organisation)
    if "kind" in diff:
        organisation.may_host = organisation.kind in HOSTING_KINDS
    if {"rna", "siren", "siret"} & diff.keys():
        organisation.proof_level = _proof(organisation)
    if {"name", "rna", "siren", "siret"} & diff.keys():
        organisation.check_due_at = now()
    organisation.version += 1
    with refusals(_TRIGGERS):
        organisation.save()
    record("organisation.updated", organisation, actor=actor, fields=sorted(diff))
    mails.tell_owners(organisation, "edit_accepted", fields=[change["label"] for change in diff.values()])
    return organisation


@transaction.atomic
def refuse_edit(
    organisation: Organisation, *, actor: User | None, reason: str, ask: bool = False
) -> Organisation:
    """The published text stays; the owners are told why."""
    organisation = _locked(organisation)
    record("organisation.edit_refused", organisation, actor=actor)
    mails.tell_owners(organisation, "edit_correction" if ask else "edit_refused", reason=clean(reason))
    return organisation


@transaction.atomic
def suspend(organisation: Organisation, *, actor: User | None, reason: str) -> Organisation:
    """Staff: out of sight, its open missions with it (missions follow the event)."""
    organisation = _locked(organisation)
    allow(actor is None or policies.is_staff_for(actor, organisation))
    if not clean(reason):
        raise RuleBroken("Donnez la raison : les responsables de l’organisation la liront.", code="reason")
    target = TRANSITIONS.target("suspend", organisation.state, label=organisation.get_state_display())
    _move(organisation, target, reason=reason)
    record("organisation.suspended", organisation, actor=actor)
    mails.tell_owners(organisation, "suspended", reason=organisation.state_reason)
    return organisation


@transaction.atomic
def lift(organisation: Organisation, *, actor: User | None) -> Organisation:
    """Staff: the suspension ends; the missions it had suspended open again."""
    organisation = _locked(organisation)
    allow(actor is None or policies.is_staff_for(actor, organisation))
    target = TRANSITIONS.target("lift", organisation.state, label=organisation.get_state_display())
    _move(organisation, target)
    record("organisation.lifted", organisation, actor=actor)
    mails.tell_owners(organisation, "lifted")
    return organisation


@transaction.atomic
def close(organisation: Organisation, *, actor: User | None, reason: str = "") -> Organisation:
    """The end, by an owner or by staff: no page, no mission, no member's work any more."""
    organisation = _locked(organisation)
    by_staff = policies.is_staff_for(actor, organisation)
    allow(actor is None or by_staff or policies.can_manage(actor, organisation))
    target = TRANSITIONS.target("close", organisation.state, label=organisation.get_state_display())
    _move(organisation, target, reason=reason)
    moderation.withdraw(ModerationItem.Kind.ORGANISATION, organisation, actor=actor)
    moderation.withdraw(ModerationItem.Kind.CHECK, organisation, actor=actor)
    Invitation.objects.open().filter(organisation=organisation).update(cancelled_at=Now())
    joining.end_all(organisation, reason="Cette organisation a fermé.", actor=actor)
    record("organisation.closed", organisation, actor=actor)
    mails.tell_owners(organisation, "closed", reason=organisation.state_reason)
    return organisation


def _refuse_own(actor: User, organisation: Organisation) -> None:
    if conflict := policies.conflict(actor, organisation):
        raise RuleBroken(conflict, code="own_organisation")


@transaction.atomic
def decide_hosting(organisation: Organisation, *, actor: User, may_host: bool) -> Organisation:
    """Staff decide whether an organisation of kind "other" may host volunteers; a company never does."""
    organisation = _locked(organisation)
    allow(policies.is_staff_for(actor, organisation))
    _refuse_own(actor, organisation)
    if organisation.kind != Kind.OTHER:
        raise RuleBroken("Pour ce type d’organisation, la règle est fixe.", code="kind")
    organisation.may_host = may_host
    organisation.version += 1
    with refusals(_TRIGGERS):
        organisation.save()
    record("organisation.hosting_decided", organisation, actor=actor, may_host=may_host)
    return organisation


@transaction.atomic
def confirm_proof(organisation: Organisation, *, actor: User) -> Organisation:
    """Staff saw a paper or spoke to somebody: the proof level becomes "person"."""
    organisation = _locked(organisation)
    allow(policies.is_staff_for(actor, organisation))
    _refuse_own(actor, organisation)
    organisation.proof_level = ProofLevel.PERSON
    organisation.version += 1
    organisation.save()
    record("organisation.proved", organisation, actor=actor)
    return organisation


# --- members --------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    organisation: Organisation,
    *,
    actor: User,
    email: str,
    role: str,
    may_sign: bool = False,
    days: int = INVITATION_DAYS,
) -> Invitation:
    """Invite by mail. An expired invitation to the same address gives way to the new one."""
    organisation = _locked(organisation)
    allow(policies.can_invite(actor, organisation))
    if organisation.state in (State.CLOSED, State.REFUSED):
        raise RuleBroken(
            f"L’organisation est {organisation.get_state_display()} : on n’y invite plus.", code="state"
        )
    email = email.strip().lower()
    if not policies.can_manage(actor, organisation):
        _first_owner_only(organisation, actor, email)
    if Membership.objects.live().filter(organisation=organisation, person__email__iexact=email).exists():
        raise RuleBroken("Cette personne est déjà membre de l’organisation.", code="member")
    open_ones = Invitation.objects.open().filter(organisation=organisation)
    open_ones.filter(email=email, expires_at__lte=now()).update(cancelled_at=Now())
    if open_ones.count() >= MAX_INVITATIONS:
        raise RuleBroken(f"{MAX_INVITATIONS} invitations attendent déjà une réponse.", code="too_many")
    limits.require("invitation_account", actor.pk)
    require_mail_allowed(email)
    token, token_hash = tokens.new_token()
    with refusals():
        invitation = Invitation.objects.create(
            organisation=organisation,
            email=email,
            role=role,
            may_sign=may_sign,
            token_hash=token_hash,
            invited_by=actor,
            expires_at=now() + datetime.timedelta(days=days),
        )
    record("organisation.invited", organisation, actor=actor, invitation=invitation.pk, role=str(role))
    mails.invite(invitation, token, days)
    return invitation


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, actor: User) -> Invitation:
    """Take an invitation back: its link stops working."""
    organisation = _locked(invitation.organisation)
    allow(policies.can_invite(actor, organisation))
    invitation = lock(Invitation.objects.filter(organisation=organisation), pk=invitation.pk)
    if invitation.accepted_at:
        raise RuleBroken("Cette invitation a déjà été acceptée.", code="accepted")
    invitation.cancelled_at = invitation.cancelled_at or now()
    invitation.save(update_fields=["cancelled_at"])
    record("organisation.invitation_cancelled", organisation, actor=actor, invitation=invitation.pk)
    return invitation


@transaction.atomic
def resend_invitation(invitation: Invitation, *, actor: User) -> Invitation:
    """Send it again, with a new link and a new week. The former link stops working."""
    organisation = _locked(invitation.organisation)
    allow(policies.can_invite(actor, organisation))
    invitation = lock(
        Invitation.objects.filter(organisation=organisation).select_related("organisation"), pk=invitation.pk
    )
    if invitation.accepted_at or invitation.cancelled_at:
        raise RuleBroken("Cette invitation n’attend plus de réponse.", code="answered")
    if organisation.state in (State.CLOSED, State.REFUSED):
        raise RuleBroken(
            f"L’organisation est {organisation.get_state_display()} : on n’y invite plus.", code="state"
        )
    if invitation.sent_at > now() - RESEND_AFTER:
        raise RuleBroken(
            "Cette invitation vient de partir. Attendez une heure avant de la renvoyer.", code="too_soon"
        )
    limits.require("invitation_account", actor.pk)
    require_mail_allowed(invitation.email)
    token, invitation.token_hash = tokens.new_token()
    invitation.sent_at = now()
    invitation.expires_at = now() + datetime.timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["token_hash", "sent_at", "expires_at"])
    record("organisation.invitation_resent", organisation, actor=actor, invitation=invitation.pk)
    mails.invite(invitation, token, INVITATION_DAYS)
    return invitation


def invitation_of(token: str) -> Invitation | None:
    """The invitation behind a link, whatever has become of it."""
    found = Invitation.objects.filter(token_hash=tokens.hash_token(token[:200]))
    return found.select_related("organisation__commune", "invited_by__person").first()


def is_for(invitation: Invitation, actor: Any) -> bool:
    """Whether this account has confirmed the address that was invited."""
    return EmailAddress.objects.filter(user=actor, email__iexact=invitation.email, verified=True).exists()


@transaction.atomic
def accept_invitation(invitation: Invitation, *, actor: User) -> Membership:
    """Become a member: signed in with the invited address, in time, once."""
    organisation = _locked(invitation.organisation)
    invitation = lock(Invitation.objects.all(), pk=invitation.pk)
    if invitation.accepted_at and invitation.accepted_by_id == actor.person_id:
        return Membership.objects.live().get(organisation=organisation, person=actor.person)
    _check_invitation(invitation)
    if not is_for(invitation, actor):
        raise NotAllowed("Cette invitation est pour une autre adresse que celle de votre compte.")
    if organisation.state in (State.CLOSED, State.REFUSED):
        raise RuleBroken(f"Cette organisation est {organisation.get_state_display()}.", code="state")
    membership = Membership.objects.live().filter(organisation=organisation, person=actor.person).first()
    if membership is None:
        with refusals():
            membership = Membership.objects.create(
                organisation=organisation,
                person=actor.person,
                role=invitation.role,
                may_sign=invitation.may_sign,
            )
    if organisation.imports_only:  # known by a feed until now: the brigade's invitation makes it somebody's
        organisation.imports_only = False
        organisation.version += 1
        organisation.save()
        record("organisation.claimed", organisation, actor=actor)
    invitation.accepted_at, invitation.accepted_by = now(), actor.person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(
        "organisation.joined", organisation, actor=actor, membership=membership.pk, role=str(membership.role)
    )
    if invitation.invited_by is not None:
        mails.joined(invitation, actor.person)
    touch(actor.person)
    _forget(actor.person_id)
    return membership


@transaction.atomic
def decline_invitation(invitation: Invitation, *, actor: User) -> Invitation:
    """No, thank you: the link stops working."""
    organisation = _locked(invitation.organisation)
    invitation = lock(Invitation.objects.all(), pk=invitation.pk)
    _check_invitation(invitation)
    if not is_for(invitation, actor):
        raise NotAllowed("Cette invitation est pour une autre adresse que celle de votre compte.")
    invitation.cancelled_at = now()
    invitation.save(update_fields=["cancelled_at"])
    record("organisation.invitation_declined", organisation, actor=actor, invitation=invitation.pk)
    return invitation


def forgettable_invitations(moment: datetime.datetime) -> "QuerySet[Invitation]":
    """Addresses that never answered are not kept: 30 days after the end of their invitation."""
    before = moment - datetime.timedelta(days=FORGET_DAYS)
    ended = Q(expires_at__lt=before) | Q(cancelled_at__lt=before)
    return Invitation.objects.filter(ended, accepted_at__isnull=True)


@transaction.atomic
def change_role(
    membership: Membership, *, actor: User, role: str, may_sign: bool | None = None
) -> Membership:
    """Another role for a member. The last owner stays one."""
    organisation, membership = _locked_member(membership, actor)
    if membership.role == MemberRole.OWNER and role != MemberRole.OWNER:
        _keep_an_owner(organisation, membership, actor)
    before = (membership.role, membership.may_sign)
    membership.role = role
    membership.may_sign = membership.may_sign if may_sign is None else may_sign
    if (membership.role, membership.may_sign) == before:
        return membership
    membership.save()
    if membership.role != MemberRole.OWNER:
        _cancel_invitations_of(membership)
    record("organisation.role_changed", organisation, actor=actor, membership=membership.pk, role=str(role))
    if membership.person_id != actor.person_id:
        mails.role_changed(membership)
    _forget(membership.person_id)
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, actor: User) -> Membership:
    """An owner ends somebody's membership."""
    organisation, membership = _locked_member(membership, actor)
    if membership.person_id == actor.person_id:
        raise RuleBroken("Pour partir vous-même, utilisez « Quitter l’organisation ».", code="self")
    _end(organisation, membership, actor, "organisation.member_removed")
    _cancel_invitations_of(membership)
    mails.removed(membership)
    return membership


@transaction.atomic
def leave(organisation: Organisation, *, actor: User, successor: Membership | None = None) -> Membership:
    """Leave by oneself; the last owner names who comes after, before or in the same breath."""
    organisation = _locked(organisation)
    membership = (
        Membership.objects.live().filter(organisation=organisation, person_id=actor.person_id).first()
    )
    if membership is None:
        raise RuleBroken("Vous n’êtes plus membre de cette organisation.", code="member")
    if successor is not None and membership.role == MemberRole.OWNER:
        _promote(organisation, successor, actor)
    _end(organisation, membership, actor, "organisation.left")
    mails.left(organisation, actor.person, membership)
    return membership


# --- reading --------------------------------------------------------------------------------------------------


def data_of(organisation: Organisation) -> OrganisationData:
    """Its values, as an edit starts from."""
    return OrganisationData(**{name: getattr(organisation, name) for name in (*SENSITIVE, *FREE)})


def waiting_edit(organisation: Organisation) -> ModerationItem | None:
    """The open item whose values wait for the brigade, if the organisation is already published."""
    if organisation.state not in PUBLISHED:
        return None
    return moderation.open_items(ModerationItem.Kind.ORGANISATION, organisation).first()


def latest_data(organisation: Organisation) -> OrganisationData:
    """Its values with those that wait for the brigade: what the settings form shows."""
    values = {name: getattr(organisation, name) for name in (*SENSITIVE, *FREE)}
    item = waiting_edit(organisation)
    for name, change in (item.diff if item else {}).items():
        values[name] = change["value"]
    return OrganisationData(**values)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(organisation: Organisation) -> Organisation:
    return lock(Organisation.objects.select_related("commune__department"), pk=organisation.pk)


def _locked_member(membership: Membership, actor: User) -> tuple[Organisation, Membership]:
    organisation = _locked(membership.organisation)
    allow(policies.can_manage(actor, organisation))
    live = (
        Membership.objects.live().filter(organisation=organisation).select_related("person", "organisation")
    )
    locked = live.select_for_update(of=("self",), no_key=True).filter(pk=membership.pk).first()
    if locked is None:
        raise RuleBroken("Cette personne n’est plus membre de l’organisation.", code="member")
    return organisation, locked


def _check_version(organisation: Organisation, version: int | None) -> None:
    if version is not None and version != organisation.version:
        raise Stale(
            "Quelqu’un a modifié cette fiche pendant que vous la remplissiez. Vos réponses sont encore dans le "
            "formulaire : comparez, puis enregistrez de nouveau.",
            code="stale",
        )


def _checked(data: OrganisationData) -> OrganisationData:
    """Cleaned, with coherent numbers."""
    if data.kind not in Kind.values:
        raise RuleBroken("Choisissez un type d’organisation.", code="kind")
    if said_length(data.name) < NAME_AT_LEAST:
        raise RuleBroken("Donnez le nom de l’organisation.", code="name")
    rna, siren, siret = numbers.identity(
        kind=data.kind, rna_typed=data.rna, siren_typed=data.siren, siret_typed=data.siret
    )
    values = {name: getattr(data, name) for name in (*SENSITIVE, *FREE)}
    values = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
    return OrganisationData(**{**values, "rna": rna, "siren": siren, "siret": siret})


def refuse_known(data: OrganisationData, *, but: Organisation | None = None) -> None:
    """A number already held: who holds it if that is public, and what to do."""
    known = Organisation.objects.known_by(rna=data.rna, siren=data.siren)
    other = (known.exclude(pk=but.pk) if but else known).first()
    if other is None:
        return
    number = "SIREN" if data.siren and other.siren == data.siren else "RNA"
    named = f"« {other.name} »" if other.is_verified else "Une organisation"
    owned = Membership.objects.owners().filter(organisation=other).exists()
    if other.state in joining.OPEN_STATES and not owned:
        sentence = (
            f"{named} est déjà connue ici, avec ce numéro {number}, et personne n’en est responsable. Si c’est la "
            "vôtre, demandez à en être responsable : la brigade vérifie, puis vous ouvre son espace."
        )
    elif other.state in joining.OPEN_STATES:
        sentence = (
            f"{named} est déjà inscrite avec ce numéro {number}. Si c’est la vôtre, demandez à la rejoindre."
        )
    else:
        sentence = (
            f"{named} porte déjà ce numéro {number}. Une inscription est peut-être en cours\u00a0: demandez à vos "
            "collègues, ou écrivez à la brigade de votre département."
        )
    raise AlreadyHere(sentence, other, code=f"{number.lower()}_known")


def _refuse_ended(organisation: Organisation) -> None:
    """What the registry said last of this very number."""
    said = verification.latest(organisation)
    numbers_held = (organisation.rna, organisation.siren, organisation.siret)
    if said is not None and said.outcome == Checked.CLOSED and said.number in numbers_held:
        raise RuleBroken(
            "D’après le registre, l’organisation qui porte ce numéro est fermée. Vérifiez le numéro. Si le registre se "
            "trompe, écrivez-nous depuis la page « Contact »\u00a0: la brigade vous aidera.",
            code="ended",
        )


def _require_complete(data: OrganisationData) -> None:
    lacking = numbers.missing(kind=data.kind, rna=data.rna, siren=data.siren, siret=data.siret)
    if lacking:
        raise RuleBroken(lacking[1], code=lacking[0])
    if data.commune is None:
        raise RuleBroken("Indiquez la commune de l’organisation.", code="commune")
    if said_length(data.description) < DESCRIPTION_AT_LEAST:
        raise RuleBroken(
            f"La présentation est trop courte : écrivez au moins {DESCRIPTION_AT_LEAST} caractères.",
            code="description",
        )


def _write(organisation: Organisation, data: OrganisationData, leave: frozenset[str] = frozenset()) -> None:
    kind, numbers_before = organisation.kind, (organisation.rna, organisation.siren, organisation.siret)
    name_before = organisation.name
    for name in (*SENSITIVE, *FREE):
        if name not in leave:
            setattr(organisation, name, getattr(data, name))
    if organisation.kind != kind:
        organisation.may_host = organisation.kind in HOSTING_KINDS
    if (organisation.rna, organisation.siren, organisation.siret) != numbers_before:
        organisation.proof_level = _proof(organisation)
        organisation.check_due_at = now() if organisation.rna or organisation.siren else None
    elif organisation.name != name_before and (organisation.rna or organisation.siren):
        organisation.check_due_at = now()


def _proof(organisation: Organisation) -> ProofLevel:
    has_number = organisation.rna or organisation.siren
    return ProofLevel.FORM_CHECKED if has_number else ProofLevel.DECLARED


def _diff(organisation: Organisation, data: OrganisationData) -> dict[str, Any]:
    """The sensitive values that differ from the published ones, as a moderation item keeps them."""
    diff: dict[str, Any] = {}
    for name, label in SENSITIVE.items():
        before, after = getattr(organisation, name), getattr(data, name)
        if before != after:
            shown = (Kind(before).label, Kind(after).label) if name == "kind" else (before, after)
            diff[name] = {
                "label": label,
                "before": str(shown[0]),
                "after": str(shown[1]),
                "value": str(after),
            }
    if {"siren", "siret"} & diff.keys():  # one never goes without the other
        for name in ("siren", "siret"):
            value = getattr(data, name)
            diff.setdefault(
                name,
                {
                    "label": SENSITIVE[name],
                    "before": getattr(organisation, name),
                    "after": value,
                    "value": value,
                },
            )
    return diff


class _Tried(Exception):
    """Raised to undo what was only tried."""


def _try_kind(organisation: Organisation, diff: dict[str, Any]) -> None:
    """What the database would refuse at the brigade's yes is refused when it is asked, in the same words."""
    values = {name: change["value"] for name, change in diff.items() if name in SENSITIVE}
    try:
        with refusals(_TRIGGERS):
            Organisation.objects.filter(pk=organisation.pk).update(
                **values, may_host=values["kind"] in HOSTING_KINDS
            )
            raise _Tried
    except _Tried:
        pass


def _moderate_edit(organisation: Organisation, diff: dict[str, Any], actor: User | None) -> None:
    if diff:
        _open_item(organisation, actor, cause=ModerationItem.Cause.EDIT, diff=diff)
    else:
        moderation.withdraw(ModerationItem.Kind.ORGANISATION, organisation, actor=actor)


def _open_item(
    organisation: Organisation,
    actor: User | None,
    cause: str = ModerationItem.Cause.CREATION,
    diff: dict[str, Any] | None = None,
) -> None:
    moderation.open_item(
        ModerationItem.Kind.ORGANISATION,
        organisation,
        title=organisation.name,
        department=organisation.commune.department if organisation.commune else None,
        cause=cause,
        diff=diff,
        actor=actor,
    )


def _move(organisation: Organisation, state: str, *, reason: str = "") -> None:
    organisation.state = state
    organisation.state_changed_at = now()
    organisation.state_reason = clean(reason)
    organisation.version += 1
    with refusals(_TRIGGERS):
        organisation.save()


def _check_invitation(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise RuleBroken("Cette invitation a déjà servi.", code="accepted")
    if invitation.cancelled_at:
        raise RuleBroken("Cette invitation a été annulée. Demandez-en une autre.", code="cancelled")
    if invitation.has_expired:
        raise RuleBroken("Cette invitation a expiré. Demandez-en une autre.", code="expired")


def _promote(organisation: Organisation, successor: Membership, actor: User) -> None:
    """The lock on the organisation is held: the successor is still there when the owner leaves."""
    others = Membership.objects.live().filter(organisation=organisation).exclude(person=actor.person_id)
    named = others.filter(pk=successor.pk).select_related("organisation", "person").first()
    if named is None:
        raise RuleBroken(
            "Cette personne ne fait plus partie de l’équipe. Choisissez-en une autre.", code="successor"
        )
    if named.role == MemberRole.OWNER:
        return
    named.role = MemberRole.OWNER
    named.save(update_fields=["role"])
    record("organisation.role_changed", organisation, actor=actor, membership=named.pk, role=str(named.role))
    mails.role_changed(named)
    _forget(named.person_id)


def _keep_an_owner(organisation: Organisation, leaving: Membership, actor: User | None = None) -> None:
    """The organisation's row is locked: two owners leaving at once come one after the other."""
    others = Membership.objects.owners().filter(organisation=organisation).exclude(pk=leaving.pk)
    if not others.exists():
        raise RuleBroken(
            "Vous êtes la seule personne responsable. Choisissez d’abord qui prend votre suite, sur la page « Équipe »."
            if actor is not None and leaving.person_id == actor.person_id
            else "Il faut au moins une personne responsable. Donnez d’abord ce rôle à quelqu’un d’autre.",
            code="last_owner",
        )


def _end(organisation: Organisation, membership: Membership, actor: User, verb: str) -> None:
    if membership.role == MemberRole.OWNER and organisation.state != State.CLOSED:
        _keep_an_owner(organisation, membership, actor)
    membership.ended_at = now()
    membership.save(update_fields=["ended_at"])
    record(verb, organisation, actor=actor, membership=membership.pk)
    _forget(membership.person_id)


def _first_owner_only(organisation: Organisation, actor: User, email: str) -> None:
    """Staff give an organisation its first owner, never themselves, and add nobody beside those it has."""
    if email in (actor.email.lower(), actor.person.email.lower()):
        raise RuleBroken(
            "On ne s’invite pas soi-même : demandez à une autre personne.", code="own_invitation"
        )
    if Membership.objects.owners().filter(organisation=organisation).exists():
        raise RuleBroken(
            "Cette organisation a déjà une personne responsable : c’est à elle d’inviter.", code="has_owner"
        )


def _cancel_invitations_of(membership: Membership) -> None:
    """Who lost the right to invite comes back by no invitation of their own."""
    sent = Invitation.objects.open().filter(
        organisation=membership.organisation_id, invited_by__person=membership.person_id
    )
    sent.update(cancelled_at=Now())


def _forget(person_id: int) -> None:
    """The account menu shows the new list at the next page."""
    user_id = User.objects.filter(person_id=person_id).values_list("pk", flat=True).first()
    if user_id is not None:
        transaction.on_commit(lambda: forget_spaces(user_id))


def end_memberships(person: Person) -> None:
    """Erasure is a right: the person leaves everywhere, even as the last owner. The brigade then gets a case."""
    organisations = []
    for membership in Membership.objects.live().filter(person=person).select_related("organisation__commune"):
        record("organisation.left", membership.organisation, membership=membership.pk)
        organisations.append(membership.organisation)
    Membership.objects.filter(person=person).delete()
    for organisation in organisations:
        joining.nobody_is_responsible(organisation)
