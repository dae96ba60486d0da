"""Joining an organisation that is already here. Its owners answer; when nobody is responsible for it, the brigade.

Asking twice is asking once. Whoever asks learns nothing of who the members are.
"""

import datetime

from django.db import transaction
from django.db.models import QuerySet

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.ui.spaces import forget_spaces

from . import notifications as mails
from . import numbers, policies
from .enums import JoinState, MemberRole, State
from .models import JoinRequest, Membership, Organisation

DAYS = 30
FORGET_DAYS = 365
#: What may be asked for: a draft is its author's own business, a refused or closed one nobody's.
OPEN_STATES = (State.PENDING, State.VALIDATED, State.SUSPENDED)

_GONE = "Cette organisation ne peut plus être rejointe."
_ANSWERED = "Quelqu’un a déjà répondu à cette demande."


@transaction.atomic
def ask(organisation: Organisation, *, actor: User, message: str = "", number: str = "") -> JoinRequest:
    """Ask to join. Told once to the owners; without an owner, the brigade decides who becomes one."""
    organisation = _locked(organisation)
    if organisation.state not in OPEN_STATES:
        raise RuleBroken(_GONE, code="state")
    if policies.is_member(actor, organisation):
        raise RuleBroken("Vous faites déjà partie de cette organisation.", code="member")
    waiting = organisation.join_requests.waiting().filter(person=actor.person).first()
    if waiting is not None:
        return waiting
    limits.require("join_account", actor.pk)
    to_brigade = not _owners(organisation).exists()
    number = numbers.compact(number)[:14]
    if to_brigade and not (clean(message) or number):
        raise RuleBroken(
            "Dites qui vous êtes dans cette organisation, ou donnez son numéro : la brigade doit pouvoir vérifier.",
            code="message",
        )
    request = JoinRequest.objects.create(
        organisation=organisation,
        person=actor.person,
        message=message,
        number=number,
        to_brigade=to_brigade,
        expires_at=now() + datetime.timedelta(days=DAYS),
    )
    record("organisation.join_asked", organisation, actor=actor, request=request.pk, to_brigade=to_brigade)
    if to_brigade:
        _open_claim(request, actor)
    else:
        mails.asked_to_join(request)
    touch(actor.person)
    return request


@transaction.atomic
def accept(request: JoinRequest, *, actor: User, role: str) -> Membership:
    """An owner says yes, and to what role."""
    organisation, request = _for_owner(request, actor)
    if role not in MemberRole.values:
        raise RuleBroken("Choisissez un rôle dans la liste.", code="role")
    membership = _welcome(organisation, request, actor, role)
    mails.join_answered(request, role=membership.get_role_display())
    return membership


@transaction.atomic
def decline(request: JoinRequest, *, actor: User, reason: str) -> JoinRequest:
    """An owner says no, and why."""
    organisation, request = _for_owner(request, actor)
    return _decline(organisation, request, actor, reason)


@transaction.atomic
def withdraw(request: JoinRequest, *, actor: User) -> JoinRequest:
    """Whoever asked asks no more."""
    organisation = _locked(request.organisation)
    request = lock(JoinRequest.objects.all(), pk=request.pk)
    if request.person_id != actor.person_id:
        raise NotAllowed()
    if request.state == JoinState.WAITING:
        _end(request, JoinState.WITHDRAWN, actor)
        record("organisation.join_withdrawn", organisation, actor=actor, request=request.pk)
    return request


def expire_due() -> int:
    """Unanswered by the owners for 30 days: whoever asked is told, and how to go on. Safe to run twice."""
    done = 0
    for request in (
        JoinRequest.objects.for_owners().filter(expires_at__lte=now()).select_related("organisation")[:200]
    ):
        with transaction.atomic():
            organisation = _locked(request.organisation)
            fresh = lock(JoinRequest.objects.select_related("person", "organisation"), pk=request.pk)
            if fresh.state != JoinState.WAITING or fresh.to_brigade or fresh.expires_at > now():
                continue
            _end(fresh, JoinState.EXPIRED, None)
            record("organisation.join_expired", organisation, request=fresh.pk)
            mails.join_answered(fresh)
            done += 1
    return done


# --- the brigade's part: claims -------------------------------------------------------------------------------


@transaction.atomic
def accept_claim(request: JoinRequest, *, actor: User | None) -> Membership:
    """The brigade's yes: the person becomes responsible. What a partner imported stays the partner's."""
    organisation, request = _claim(request)
    membership = _welcome(organisation, request, actor, MemberRole.OWNER)
    if organisation.imports_only:
        organisation.imports_only = False
        organisation.version += 1
        organisation.save()
    record("organisation.claimed", organisation, actor=actor, request=request.pk)
    mails.join_answered(request, role=membership.get_role_display())
    _pass_on(organisation, actor)
    return membership


@transaction.atomic
def decline_claim(request: JoinRequest, *, actor: User | None, reason: str) -> JoinRequest:
    organisation, request = _claim(request)
    return _decline(organisation, request, actor, reason)


def claim_of(item: ModerationItem) -> JoinRequest:
    return JoinRequest.objects.select_related("organisation__commune__department", "person").get(
        pk=item.subject_id
    )


@transaction.atomic
def withdraw_all_of(person: Person) -> None:
    """Erasure: nothing of theirs waits any more, here or in the brigade's queue."""
    for request in JoinRequest.objects.filter(person=person):
        moderation.withdraw(ModerationItem.Kind.CLAIM, request)
    JoinRequest.objects.filter(person=person).delete()


@transaction.atomic
def nobody_is_responsible(organisation: Organisation) -> ModerationItem | None:
    """If the last owner is gone, the brigade looks for another, and answers those who asked to join.

    What only a feed knows never had one.
    """
    if organisation.state not in OPEN_STATES or organisation.imports_only or _owners(organisation).exists():
        return None
    for request in organisation.join_requests.for_owners().select_related(
        "organisation__commune__department"
    ):
        request.to_brigade = True
        request.save(update_fields=["to_brigade"])
        _open_claim(request, None)
    open_one = moderation.open_items(ModerationItem.Kind.CHECK, organisation).first()
    if open_one is not None:
        return open_one
    return moderation.open_item(
        ModerationItem.Kind.CHECK,
        organisation,
        title=organisation.name,
        department=organisation.commune.department if organisation.commune else None,
        cause=ModerationItem.Cause.NO_OWNER,
    )


@transaction.atomic
def end_all(organisation: Organisation, *, reason: str, actor: User | None) -> None:
    """The organisation is refused or closed: each one who asked to join is told. Its row is locked by the caller."""
    for request in organisation.join_requests.waiting().select_related("person", "organisation"):
        moderation.withdraw(ModerationItem.Kind.CLAIM, request, actor=None)
        _decline(organisation, request, actor, reason)


def find_ownerless() -> int:
    """A case for each organisation that lost its owners. Safe to run twice."""
    waiting = ModerationItem.objects.open().filter(kind=ModerationItem.Kind.CHECK).values("subject_id")
    found = list(ownerless().exclude(pk__in=waiting).select_related("commune__department")[:200])
    return sum(nobody_is_responsible(organisation) is not None for organisation in found)


def ownerless() -> "QuerySet[Organisation]":
    """Those that should have an owner and have none."""
    owned = Membership.objects.owners().values("organisation")
    return Organisation.objects.filter(state__in=OPEN_STATES, imports_only=False).exclude(pk__in=owned)


def forgettable(moment: datetime.datetime) -> "QuerySet[JoinRequest]":
    return JoinRequest.objects.filter(answered_at__lt=moment - datetime.timedelta(days=FORGET_DAYS))


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(organisation: Organisation) -> Organisation:
    return lock(Organisation.objects.select_related("commune__department"), pk=organisation.pk)


def _owners(organisation: Organisation) -> "QuerySet[Membership]":
    return Membership.objects.owners().filter(organisation=organisation)


def _waiting(request: JoinRequest) -> JoinRequest:
    found = lock(JoinRequest.objects.select_related("person", "organisation"), pk=request.pk)
    if found.state != JoinState.WAITING:
        raise RuleBroken(_ANSWERED, code="answered")
    return found


def _for_owner(request: JoinRequest, actor: User) -> tuple[Organisation, JoinRequest]:
    organisation = _locked(request.organisation)
    if not policies.can_manage(actor, organisation):
        raise NotAllowed()
    request = _waiting(request)
    if request.to_brigade:
        raise RuleBroken("La brigade répond à cette demande.", code="brigade")
    if organisation.state not in OPEN_STATES:
        raise RuleBroken(_GONE, code="state")
    return organisation, request


def _claim(request: JoinRequest) -> tuple[Organisation, JoinRequest]:
    organisation = _locked(request.organisation)
    request = _waiting(request)
    if not request.to_brigade:
        raise RuleBroken(
            "L’organisation a maintenant une personne responsable : c’est à elle de répondre.",
            code="has_owner",
        )
    if organisation.state not in OPEN_STATES:
        raise RuleBroken(_GONE, code="state")
    return organisation, request


def _welcome(organisation: Organisation, request: JoinRequest, actor: User | None, role: str) -> Membership:
    membership, is_new = Membership.objects.live().get_or_create(
        organisation=organisation, person=request.person, defaults={"role": role}
    )
    if not is_new and role == MemberRole.OWNER and membership.role != role:  # a member who claims
        membership.role = role
        membership.save(update_fields=["role"])
    _end(request, JoinState.ACCEPTED, actor)
    record(
        "organisation.joined", organisation, actor=actor, membership=membership.pk, role=str(membership.role)
    )
    if membership.role == MemberRole.OWNER:
        _settle_case(organisation, actor)
    _forget_spaces(request.person)
    return membership


def _decline(
    organisation: Organisation, request: JoinRequest, actor: User | None, reason: str
) -> JoinRequest:
    if not clean(reason):
        raise RuleBroken("Donnez une raison : la personne la lira.", code="reason")
    request.reason = clean(reason)[:1000]
    _end(request, JoinState.DECLINED, actor)
    record("organisation.join_declined", organisation, actor=actor, request=request.pk)
    mails.join_answered(request)
    return request


def _end(request: JoinRequest, state: str, actor: User | None) -> None:
    request.state, request.answered_at, request.answered_by = state, now(), actor
    request.save(update_fields=["state", "reason", "answered_at", "answered_by"])
    if request.to_brigade and state == JoinState.WITHDRAWN:
        moderation.withdraw(ModerationItem.Kind.CLAIM, request, actor=actor)


def _open_claim(request: JoinRequest, actor: User | None) -> None:
    organisation = request.organisation
    moderation.open_item(
        ModerationItem.Kind.CLAIM,
        request,
        title=organisation.name,
        department=organisation.commune.department if organisation.commune else None,
        cause=ModerationItem.Cause.CLAIM,
        actor=actor,
    )


def _pass_on(organisation: Organisation, actor: User | None) -> None:
    """The others who claimed it now ask its new owner."""
    for other in (
        organisation.join_requests.waiting().filter(to_brigade=True).select_related("person", "organisation")
    ):
        other.to_brigade, other.expires_at = False, now() + datetime.timedelta(days=DAYS)
        other.save(update_fields=["to_brigade", "expires_at"])
        moderation.withdraw(ModerationItem.Kind.CLAIM, other, actor=actor)
        mails.asked_to_join(other)


def _settle_case(organisation: Organisation, actor: User | None) -> None:
    """Somebody is responsible again."""
    case = moderation.open_items(ModerationItem.Kind.CHECK, organisation).first()
    if case is not None and case.cause == ModerationItem.Cause.NO_OWNER:
        moderation.withdraw(ModerationItem.Kind.CHECK, organisation, actor=actor)


def _forget_spaces(person: Person) -> None:
    user_id = User.objects.filter(person=person).values_list("pk", flat=True).first()
    if user_id is not None:
        transaction.on_commit(lambda: forget_spaces(user_id))
