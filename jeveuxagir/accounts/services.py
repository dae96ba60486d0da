"""What is done to persons and accounts. One function per verb."""

import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.notifications.services import lift_suppression
from jeveuxagir.territories.models import Commune

from . import guardians, limits, tokens
from .models import Person, UnconfirmedContact, User

#: Product decision 15: what is not confirmed by then is erased.
CONFIRM_HOURS = 48


# --- without an account -------------------------------------------------------------------------------------


@transaction.atomic
def keep_contact(
    *,
    email: str,
    first_name: str,
    last_name: str = "",
    phone: str = "",
    commune: Commune | None = None,
    birth_date: datetime.date | None = None,
    guardian_email: str = "",
) -> tuple[UnconfirmedContact, str]:
    """Keep who filed something without an account, until the address is confirmed. Gives the link's token.

    The birth date is asked where an age counts. Refuses a fourth mail of the day to the same address.
    """
    require_mail_allowed(email)
    token, token_hash = tokens.new_token()
    contact = UnconfirmedContact(
        email=email.strip().lower(),
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        commune=commune,
        token_hash=token_hash,
        expires_at=now() + datetime.timedelta(hours=CONFIRM_HOURS),
    )
    if birth_date is not None:
        contact.set_birth_date(birth_date)
    if guardians.needs_guardian(contact):
        contact.guardian_email = guardian_email.strip().lower()
    contact.save()
    return contact, token


def require_mail_allowed(email: str) -> None:
    """At most 3 mails a day to an address nobody has confirmed, whoever asks; known and unknown alike."""
    address = email.strip().lower()
    if not (limits.hit("unverified_mail", address) and limits.hit("unverified_mail_global", "all")):
        raise RuleBroken(
            "Plusieurs messages sont déjà partis vers cette adresse. Ouvrez le dernier reçu (regardez aussi "
            "dans les indésirables), ou recommencez demain.",
            code="too_many_mails",
        )


def contact_of_token(token: str) -> UnconfirmedContact | None:
    """The contact behind a confirmation link, while it lasts."""
    live = UnconfirmedContact.objects.filter(expires_at__gt=now())
    return live.filter(token_hash=tokens.hash_token(token)).first()


def known_address(email: str) -> bool:
    """Whether somebody confirmed this address and has an account. Never tell the visitor; a mail does."""
    return User.objects.filter(email__iexact=email.strip(), emailaddress__verified=True).exists()


@transaction.atomic
def open_account(contact: UnconfirmedContact, *, request: HttpRequest | None = None) -> User:
    """The address is confirmed: its person and account, made if need be; the guardian told; signed in if new.

    An account that was already confirmed keeps what it says, and its owner signs in as usual.
    """
    email = contact.email.lower()
    if known_address(email):
        user = User.objects.select_related("person").get(email__iexact=email)
        touch(user.person)
        return user
    unconfirmed = User.objects.select_for_update(of=("self",)).filter(email__iexact=email).first()
    if unconfirmed is not None:  # signed up, never confirmed: what the owner of the address says counts
        user = unconfirmed
        confirm_address(user, email, typed_here=False)
        person = Person.objects.get(pk=user.person_id)
        _take_over(person, contact, first_name=contact.first_name, last_name=contact.last_name)
    else:
        person = _person_of_address(email) or Person(email=email)
        _take_over(
            person,
            contact,
            first_name=person.first_name or contact.first_name,
            last_name=person.last_name or contact.last_name,
        )
        user = create_user(person, email)
    lift_suppression(email)
    if contact.guardian_email:
        guardians.announce(person, email=contact.guardian_email)
    if request is not None:
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return user


def hold_contact(contact: UnconfirmedContact) -> bool:
    """Nobody else confirms this contact until the transaction ends; False when it was confirmed meanwhile."""
    rows = UnconfirmedContact.objects.select_for_update(of=("self",))
    return rows.filter(pk=contact.pk).first() is not None


def forget_contact(contact: UnconfirmedContact) -> None:
    """Once confirmed: what was filed now belongs to the person, the link has served."""
    UnconfirmedContact.objects.filter(pk=contact.pk).delete()


def _take_over(person: Person, contact: UnconfirmedContact, *, first_name: str, last_name: str) -> None:
    person.first_name, person.last_name = first_name, last_name
    person.phone = person.phone or contact.phone
    person.commune = person.commune or contact.commune
    if person.birth_year is None:
        person.birth_year = contact.birth_year
        person.sixteen_on, person.eighteen_on = contact.sixteen_on, contact.eighteen_on
    person.last_action_at = now()
    person.save()


def _person_of_address(email: str) -> Person | None:
    """Somebody known by this address without a login: entered by staff, or on the phone."""
    people = Person.objects.select_for_update(of=("self",)).filter(
        email__iexact=email, merged_into__isnull=True
    )
    return people.filter(user__isnull=True).first()


# --- accounts -----------------------------------------------------------------------------------------------


@transaction.atomic
def create_user(person: Person, email: str, *, password: str | None = None) -> User:
    """A login for this person, its address already confirmed. Mailed codes do when there is no password."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email, person=person, password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record("account.opened", user, actor=user, person=person.pk)
    return user


@transaction.atomic
def sign_up(*, email: str, first_name: str, birth_date: datetime.date, guardian_email: str = "") -> User:
    """Somebody says who they are. Until the address is confirmed they cannot sign in and it is not theirs."""
    person = Person(first_name=first_name)
    person.set_birth_date(birth_date)
    person.save()
    user = User.objects.create_user(email, person=person)
    guardians.prepare(person, email=guardian_email)
    return user


@transaction.atomic
def confirm_address(user: User, email: str, *, typed_here: bool = True) -> None:
    """This account proved that the address is its own. Somebody already known by it becomes this account's person.

    Unless the sign-up was `typed_here`, in this very browser, a stranger may have sent it: its age, its guardian and
    its agreement to the terms are asked again.
    """
    from allauth.account.models import EmailAddress

    email = email.lower()
    EmailAddress.objects.filter(user=user, email__iexact=email).update(verified=True, primary=True)
    person = lock(Person.objects.all(), pk=user.person_id)
    known = _person_of_address(email)
    is_first = not person.email
    if is_first and not typed_here:
        _doubt(person)
    if known is not None and is_first:
        person.guardian_notices.update(person=known)
        person.terms_acceptances.exclude(version__in=known.terms_acceptances.values("version")).update(
            person=known
        )
        if known.birth_year is None:
            known.birth_year = person.birth_year
            known.sixteen_on, known.eighteen_on = person.sixteen_on, person.eighteen_on
        known.first_name = known.first_name or person.first_name
        known.save()
        user.person = known
        user.save(update_fields=["person"])
        person.delete()
        person = known
    elif known is not None:
        known.merged_into = person
        known.save(update_fields=["merged_into"])
    person.email, person.last_action_at = email, now()
    person.save(update_fields=["email", "last_action_at"])
    lift_suppression(email)
    if is_first:
        audit.record("account.opened", user, actor=user, person=person.pk)
        waiting = person.guardian_notices.filter(state="to_send", message_id__isnull=True).first()
        if waiting is not None:
            guardians.announce(person, email=waiting.email)
    else:
        audit.record("account.address_changed", user, actor=user, person=person.pk)


def _doubt(person: Person) -> None:
    """What only the owner of the address may say of themselves is forgotten; nobody is written to."""
    person.birth_year = person.sixteen_on = person.eighteen_on = None
    person.save(update_fields=["birth_year", "sixteen_on", "eighteen_on"])
    person.guardian_notices.all().delete()
    person.terms_acceptances.all().delete()


@transaction.atomic
def update_profile(
    person: Person, *, first_name: str, last_name: str, phone: str, commune: Commune | None, actor: User
) -> None:
    """What a person says about themselves."""
    person = lock(Person.objects.all(), pk=person.pk)
    wanted = {"first_name": first_name, "last_name": last_name, "phone": phone, "commune": commune}
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(person, name, wanted[name])
    person.last_action_at = now()
    person.save()
    audit.record("person.updated", person, actor=actor, fields=changed)


@transaction.atomic
def set_age(person: Person, *, birth_date: datetime.date) -> None:
    """Keep the age marks of somebody whose age nobody asked yet. Told once: who is 17 does not become 18 by a form."""
    locked = lock(Person.objects.all(), pk=person.pk)
    if locked.birth_year is None:
        locked.set_birth_date(birth_date)
        locked.save(update_fields=["birth_year", "sixteen_on", "eighteen_on"])
    person.birth_year = locked.birth_year
    person.sixteen_on, person.eighteen_on = locked.sixteen_on, locked.eighteen_on


@transaction.atomic
def seed_totp(user: User, secret: str) -> None:
    """Give this account a known second factor (base32), with recovery codes: for the demo and for tests."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


@transaction.atomic
def end_session(user: User, pk: int) -> bool:
    """Close one of one's own sign-ins, on whatever device it is. False when there is none (any more)."""
    from allauth.usersessions.models import UserSession

    session = UserSession.objects.filter(user=user, pk=pk).select_for_update().first()
    if session is None:
        return False
    session.end()
    audit.record("account.session_ended", user.person, actor=user)
    return True


def touch(person: Person) -> None:
    """This person just did something: the two years before erasure start again."""
    Person.objects.filter(pk=person.pk).update(last_action_at=now())


def addresses_of(person: Person) -> set[str]:
    """Every address this person may have been written to at: their own, and their account's."""
    user = getattr(person, "user", None)
    return {email.lower() for email in (person.email, user.email if user else "") if email}


def user_of(request: HttpRequest) -> User:
    """The signed-in account; for views that LoginRequiredMiddleware protects."""
    return cast(User, request.user)


def person_of(actor: Any) -> Person | None:
    """The person behind an actor: a User, a Person, or None for "system"."""
    return actor.person if isinstance(actor, User) else actor


# --- clocks -------------------------------------------------------------------------------------------------


@transaction.atomic
def erase_unconfirmed() -> int:
    """What nobody confirmed in time is erased: contacts with all they filed, and sign-ups."""
    contacts, _ = UnconfirmedContact.objects.filter(expires_at__lte=now()).delete()
    before = now() - datetime.timedelta(hours=CONFIRM_HOURS)
    people = Person.objects.filter(
        email="", user__isnull=False, user__date_joined__lte=before, user__last_login__isnull=True
    ).exclude(user__emailaddress__verified=True)
    erased, _ = people.delete()
    return contacts + erased


@transaction.atomic
def forget_birthdays() -> int:
    """At 18 the two dates are dropped; the year stays."""
    from jeveuxagir.common.clock import today

    of_age = Person.objects.filter(eighteen_on__lte=today())
    return of_age.update(sixteen_on=None, eighteen_on=None)
