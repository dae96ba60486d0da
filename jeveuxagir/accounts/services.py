"""What is done to persons and accounts. One function per verb."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.territories.models import Commune

from . import guardians, limits, tokens
from .models import Person, UnconfirmedContact, User

#: Product decision 15: what is not confirmed by then is erased.
CONFIRM_HOURS = 48


@transaction.atomic
def keep_contact(
    *,
    email: str,
    first_name: str,
    last_name: str = "",
    phone: str = "",
    commune: Commune | None = None,
    birth_date: datetime.date,
    guardian_email: str = "",
) -> tuple[UnconfirmedContact, str]:
    """Keep who filed something without an account, until the address is confirmed. Gives the link's token.

    Refuses a fourth mail of the day to the same address.
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
    contact.set_birth_date(birth_date)
    if guardians.needs_guardian(contact):
        contact.guardian_email = guardian_email.strip().lower()
    contact.save()
    return contact, token


def require_mail_allowed(email: str) -> None:
    """At most 3 mails a day to an address nobody has confirmed, whoever asks; known and unknown alike."""
    allowed = limits.hit("unverified_mail", email.strip().lower()) and limits.hit(
        "unverified_mail_global", "all"
    )
    if not allowed:
        raise RuleBroken(
            "Plusieurs messages sont déjà partis vers cette adresse. Ouvrez le dernier reçu (regardez aussi dans "
            "les indésirables), ou recommencez demain.",
            code="too_many_mails",
        )


def contact_of_token(token: str) -> UnconfirmedContact | None:
    """The contact behind a confirmation link, while it lasts."""
    return UnconfirmedContact.objects.filter(
        token_hash=tokens.hash_token(token), expires_at__gt=now()
    ).first()


@transaction.atomic
def open_account(contact: UnconfirmedContact, *, request: HttpRequest | None = None) -> User:
    """The address is confirmed: its person and account, made if need be; the guardian told; signed in if new.

    An account that already exists keeps what it says, and its owner signs in as usual.
    """
    email = contact.email.lower()
    user = User.objects.select_related("person").filter(email__iexact=email).first()
    if user is not None:
        touch(user.person)
        return user
    person = Person.objects.select_for_update().filter(email__iexact=email, merged_into__isnull=True).first()
    if person is None:
        person = Person(first_name=contact.first_name, last_name=contact.last_name, email=email)
    person.phone = person.phone or contact.phone
    person.commune = person.commune or contact.commune
    if person.birth_year is None:
        person.birth_year = contact.birth_year
        person.sixteen_on, person.eighteen_on = contact.sixteen_on, contact.eighteen_on
    person.last_action_at = now()
    person.save()
    user = create_user(person, email)
    if guardians.needs_guardian(person) and contact.guardian_email:
        guardians.announce(person, email=contact.guardian_email)
    if request is not None:
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return user


@transaction.atomic
def create_user(person: Person, email: str, *, password: str | None = None) -> User:
    """A login for this person, its address already confirmed."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email, person=person, password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record("account.opened", user, actor=user, person=person.pk)
    return user


def known_address(email: str) -> bool:
    """Whether an account already uses this address. Never tell the visitor; a mail does."""
    return User.objects.filter(email__iexact=email.strip()).exists()


def touch(person: Person) -> None:
    """This person just did something: the two years before erasure start again."""
    Person.objects.filter(pk=person.pk).update(last_action_at=now())


def person_of(actor: Any) -> Person | None:
    """The person behind an actor: a User, a Person, or None for "system"."""
    return actor.person if isinstance(actor, User) else actor


def expired_contacts() -> Q:
    return Q(expires_at__lte=now())
