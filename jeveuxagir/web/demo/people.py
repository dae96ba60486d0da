"""People: names by Faker and by hand, numbers that nobody can have, an account each."""

import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from jeveuxagir.accounts import terms
from jeveuxagir.accounts.models import (
    GuardianNotice,
    Person,
    RoleGrant,
    TermsAcceptance,
    UnconfirmedContact,
    User,
    birthday,
)
from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.text import slugify
from jeveuxagir.territories.models import Commune

from .ground import SEED, Ground

DOMAIN = "demo.example"  # reserved: no mail ever leaves
FIRST_NAMES = (
    "Aminata", "Karim", "Nadia", "Youssef", "Inès", "Mehdi", "Fatou", "Ibrahim", "Leïla", "Samir", "Mariama",
    "Thi Lan", "Jordan", "Kelly", "Dylan", "Océane", "Enzo", "Jade", "Noé", "Lou", "Gabin", "Maël", "Yanis", "Sofia",
    "Tiago", "Inaya", "Nolwenn", "Erwan", "Ghjulia", "Andria", "Marie-Line", "Jean-Yves", "Ti-Jean", "Rosemay",
    "Teva", "Hina", "Moana", "Zaïnaba", "Anli", "Malika",
)  # fmt: skip
LAST_NAMES = (
    "Diallo", "Benali", "Nguyen", "Traoré", "Haddad", "Da Silva", "Ferreira", "Kaya", "Cissé", "Mansouri", "Le Goff",
    "Kerjean", "Santoni", "Casanova", "Hoarau", "Payet", "Grondin", "Césaire-Lubin", "Marie-Sainte", "Saint-Aimé",
    "Attoumani", "Tetuanui", "Wamytan", "Schmitt", "Muller", "Zimmermann",
)  # fmt: skip


def _start_of(version: terms.Version) -> datetime.datetime:
    return datetime.datetime.combine(version.since, datetime.time(), PARIS)


class People:
    """Makes persons with their accounts."""

    def __init__(self, ground: Ground) -> None:
        from faker import Faker  # what only the demo needs; production does not install it

        self.ground = ground
        self._faker = Faker("fr_FR")
        self._faker.seed_instance(SEED)
        self._addresses: set[str] = set()
        self._no_password = make_password(None)
        self.users: dict[int, User] = {}
        self.of_department: dict[str, list[Person]] = {}

    def user(self, person: Person) -> User:
        return self.users[person.pk]

    def make(
        self,
        commune: Commune,
        *,
        age: int | None = None,
        created_at: datetime.datetime | None = None,
        name: tuple[str, str] | None = None,
        email: str = "",
        password: str = "",
    ) -> Person:
        """Somebody who lives there, with a confirmed address and an account without a password unless told."""
        ground = self.ground
        first, last = name or self._name()
        created_at = created_at or ground.days_ago(ground.dice.randrange(190, 600))
        email = email or self._address(first, last)
        age = age if age is not None else self._age()
        person = Person(
            pk=ground.number(Person),
            first_name=first,
            last_name=last,
            email=email,
            phone=self.phone() if ground.chance(0.7) else "",
            commune=commune,
            created_at=created_at,
            last_action_at=created_at,
        )
        person.set_birth_date(self._born(age))
        ground.add(person)
        user = ground.new(
            User,
            email=email,
            person=person,
            password=password or self._no_password,
            date_joined=created_at,
        )
        ground.new(EmailAddress, user=user, email=email, verified=True, primary=True)
        ground.event("account.opened", user, created_at, actor=user, person=person.pk)
        agreed_at = min(max(created_at, _start_of(terms.current())), ground.now)
        ground.new(TermsAcceptance, person=person, version=terms.current().code, accepted_at=agreed_at)
        self.users[person.pk] = user
        return person

    def inhabitant(self, commune: Commune, **fields: Any) -> Person:
        """Somebody who may apply or file a request in this department."""
        person = self.make(commune, **fields)
        self.of_department.setdefault(commune.department_id, []).append(person)
        return person

    def contact(
        self, commune: Commune, created_at: datetime.datetime, *, age: int = 34
    ) -> UnconfirmedContact:
        """A stranger whose address is not confirmed yet."""
        first, last = self._name()
        contact = UnconfirmedContact(
            pk=self._uuid(),
            email=self._address(first, last),
            first_name=first,
            commune=commune,
            token_hash=self.token_hash(),
            created_at=created_at,
            expires_at=created_at + datetime.timedelta(hours=48),
        )
        contact.set_birth_date(self._born(age))
        return self.ground.add(contact)

    def guardian(self, person: Person, state: str, at: datetime.datetime) -> GuardianNotice:
        """The notice to a minor's guardian."""
        ground = self.ground
        told = state == GuardianNotice.State.TOLD
        notice = ground.new(
            GuardianNotice,
            person=person,
            email=f"parent.{slugify(person.last_name)}{person.pk}@{DOMAIN}",
            state=state,
            token_hash=self.token_hash(),
            created_at=at,
            told_at=at + datetime.timedelta(minutes=2) if told else None,
            objected_at=ground.later(at, 0.5, 2) if state == GuardianNotice.State.OBJECTED else None,
        )
        ground.event("guardian.announced", notice, at, person=person.pk)
        if told:
            ground.event("guardian.told", notice, notice.told_at, person=person.pk)  # type: ignore[arg-type]
        elif notice.objected_at:
            ground.event("guardian.objected", notice, notice.objected_at, person=person.pk)
        return notice

    def grant(self, person: Person, role: str, **scope: Any) -> RoleGrant:
        ground = self.ground
        department, region = scope.get("department"), scope.get("region")
        given = ground.new(
            RoleGrant,
            person=person,
            role=role,
            scope="department" if department else "region" if region else "nation",
            department_id=department,
            region_id=region,
            starts_on=ground.day(-200),
            created_at=ground.days_ago(200),
        )
        ground.event("grant.given", given, given.created_at, person=person.pk, role=role)
        return given

    def token_hash(self) -> str:
        return f"{self.ground.dice.getrandbits(256):064x}"

    def phone(self) -> str:
        """A mobile number of the block kept for fiction."""
        digits = f"{self.ground.dice.randrange(10_000):04d}"
        return f"+33 6 39 98 {digits[:2]} {digits[2:]}"

    def _uuid(self) -> Any:
        import uuid

        return uuid.UUID(int=self.ground.dice.getrandbits(128), version=4)

    def _name(self) -> tuple[str, str]:
        dice = self.ground.dice
        first = self.ground.pick(FIRST_NAMES) if dice.random() < 0.4 else self._faker.first_name()
        last = self.ground.pick(LAST_NAMES) if dice.random() < 0.35 else self._faker.last_name()
        return first, last

    def _address(self, first: str, last: str) -> str:
        stem = f"{slugify(first)}.{slugify(last)}"
        address, tries = f"{stem}@{DOMAIN}", 1
        while address in self._addresses:
            tries += 1
            address = f"{stem}{tries}@{DOMAIN}"
        self._addresses.add(address)
        return address

    def _age(self) -> int:
        return self.ground.pick(
            (18, 19, 21, 23, 25, 27, 29, 31, 34, 36, 39, 42, 45, 48, 52, 56, 59, 62, 64, 66, 68, 70, 73)
        )

    def _born(self, age: int) -> datetime.date:
        return birthday(self.ground.today, -age) - datetime.timedelta(
            days=self.ground.dice.randrange(20, 340)
        )
