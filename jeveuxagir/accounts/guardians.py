"""The parent or guardian of a 16–17-year-old is told once, and may object.

No application and no departure before that mail is *sent* (not only written), or staff recorded the agreement.
"""

from django.db import transaction
from django.db.models import Q

from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.registries import person_departments
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import send

from . import roles, tokens
from .models import AgeMarks, GuardianNotice, Person, User

State = GuardianNotice.State


def needs_guardian(who: AgeMarks) -> bool:
    """Whether this person (or contact) is 16 or 17 today."""
    return who.is_minor_on(today())


@transaction.atomic
def prepare(person: Person, *, email: str) -> GuardianNotice | None:
    """Keep the guardian's address until the person's own is confirmed; nothing is sent yet."""
    if not needs_guardian(person) or not email:
        return None
    _refuse_own_address(person, email)
    return GuardianNotice.objects.create(person=person, email=email, token_hash=tokens.new_token()[1])


@transaction.atomic
def announce(person: Person, *, email: str) -> GuardianNotice | None:
    """Write the guardian's mail into the outbox, once. Another address replaces one that was not told yet."""
    if not needs_guardian(person) or not email:
        return None
    _refuse_own_address(person, email)
    notices = GuardianNotice.objects.select_for_update().filter(person=person)
    if notices.filter(state=State.OBJECTED).exists():
        raise RuleBroken("Votre parent ou tuteur s’est opposé à votre engagement.", code="guardian_objected")
    notice = notices.first()
    if notice is not None and (notice.state == State.TOLD or _is_on_its_way(notice, email)):
        return notice
    token, token_hash = tokens.new_token()
    notice = notice or GuardianNotice(person=person)
    notice.email, notice.token_hash, notice.message_id = email, token_hash, None
    notice.save()
    message = send(
        "accounts.guardian",
        to=email,
        dedupe_key=f"accounts.guardian:{notice.pk}:{token_hash[:16]}",
        context={"child": person.first_name, "url": absolute(f"/tuteur/{token}/")},
    )
    notice.message_id = message.pk if message else None
    notice.save(update_fields=["message_id"])
    audit.record("guardian.announced", notice, person=person.pk)
    return notice


def _refuse_own_address(person: Person, email: str) -> None:
    if person.email and email.casefold() == person.email.casefold():
        raise RuleBroken("Donnez l’adresse de votre parent ou tuteur, pas la vôtre.", code="guardian_is_self")


def _is_on_its_way(notice: GuardianNotice, email: str) -> bool:
    same = notice.email.casefold() == email.casefold()
    return same and notice.message_id is not None and not was_refused(notice)


def was_refused(notice: GuardianNotice) -> bool:
    """Whether the guardian's mail could not be delivered: the address is wrong."""
    failed = (Message.State.FAILED, Message.State.CANCELLED)
    written = notice.message_id
    return written is not None and Message.objects.filter(pk=written, state__in=failed).exists()


def is_cleared(person: Person) -> bool:
    """An adult, or a minor whose guardian's mail was sent, or whose agreement staff recorded."""
    if not needs_guardian(person):
        return True
    sent = Message.objects.filter(state=Message.State.SENT).values("pk")
    told = Q(state=State.TOLD) | Q(state=State.TO_SEND, message_id__in=sent)
    return GuardianNotice.objects.filter(told, person=person).exists()


def has_objection(person: Person) -> bool:
    """Whether the guardian objected, and nobody recorded a change of mind."""
    notices = GuardianNotice.objects.filter(person=person)
    objected = notices.filter(state=State.OBJECTED).exists()
    return needs_guardian(person) and objected and not notices.exclude(state=State.OBJECTED).exists()


def require_cleared(person: Person) -> None:
    """Refuse with a sentence that says what is missing."""
    if is_cleared(person):
        return
    notices = GuardianNotice.objects.filter(person=person)
    if notices.filter(state=State.TO_SEND).exists():
        raise RuleBroken(
            "Vous avez moins de 18 ans : votre parent ou tuteur doit d’abord recevoir notre message. "
            "Il part dans un instant ; réessayez dans quelques minutes.",
            code="guardian_not_told",
        )
    if notices.exists():
        raise RuleBroken("Votre parent ou tuteur s’est opposé à votre engagement.", code="guardian_objected")
    raise RuleBroken(
        "Vous avez moins de 18 ans : indiquez d’abord, dans votre profil, l’adresse électronique "
        "d’un parent ou tuteur.",
        code="guardian_missing",
    )


def note_told(message: Message) -> None:
    """The guardian's mail was sent (in the commit that says so): those who waited for it may go on."""
    notice = (
        GuardianNotice.objects.select_for_update().filter(message_id=message.pk, state=State.TO_SEND).first()
    )
    if notice is not None:
        notice.state, notice.told_at = State.TOLD, message.sent_at or now()
        notice.save(update_fields=["state", "told_at"])
        audit.record("guardian.told", notice, person=notice.person_id)


def may_record(actor: User, person: Person) -> bool:
    """The brigade of where this person asks for something; else of where they live."""
    codes: set[str | None] = {code for source in person_departments for code in source(person)}
    if not codes:
        codes = {person.commune.department_id if person.commune else None}
    return any(roles.in_scope(actor, code) for code in codes)


@transaction.atomic
def record_by_staff(person: Person, actor: User) -> GuardianNotice:
    """Staff heard the guardian (on the phone, on paper) and say so."""
    if not may_record(actor, person):
        raise NotAllowed
    if not needs_guardian(person):
        raise RuleBroken("Cette personne n’a plus besoin d’un parent ou tuteur.", code="guardian_not_needed")
    notice = (
        GuardianNotice.objects.select_for_update().filter(person=person).exclude(state=State.OBJECTED).first()
    )
    if notice is not None and notice.state == State.TOLD:
        return notice
    if notice is None:
        notice = GuardianNotice(person=person, token_hash=tokens.new_token()[1])
    notice.state, notice.told_at, notice.recorded_by = State.TOLD, now(), actor
    notice.save()
    audit.record("guardian.told", notice, actor=actor, person=person.pk)
    return notice


def of_token(token: str) -> GuardianNotice | None:
    """The notice behind the link of a guardian's mail; none once the person is an adult."""
    notices = GuardianNotice.objects.select_related("person").filter(token_hash=tokens.hash_token(token))
    notice = notices.first()
    return notice if notice is not None and needs_guardian(notice.person) else None


@transaction.atomic
def object_to(token: str) -> GuardianNotice:
    """The guardian objects: what is going on is cancelled (by subscribers), nothing new may start. Twice is once."""
    notice = lock(GuardianNotice.objects.all(), token_hash=tokens.hash_token(token))
    if notice.state != State.OBJECTED:
        notice.state, notice.objected_at = State.OBJECTED, now()
        notice.save(update_fields=["state", "objected_at"])
        audit.record("guardian.objected", notice, person=notice.person_id)
    return notice
