"""The demo's own accounts, one per role, and the staff of other departments."""

import base64
import datetime
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from jeveuxagir.accounts.models import GuardianNotice, Person, StaffInvitation, User
from jeveuxagir.accounts.services import seed_totp
from jeveuxagir.accounts.staff_invitations import INVITATION_DAYS

from .ground import Ground
from .people import DOMAIN, People

#: Of all the demo's accounts. The demo is not the public site: `check --deploy` refuses DEMO there.
PASSWORD = "ruche-vapeur-citron-balcon"  # noqa: S105


@dataclass(frozen=True)
class Account:
    """One line of the mailbox's table."""

    key: str
    role: str
    name: tuple[str, str]
    commune: str = "26281"
    age: int = 41
    grant: tuple[str, str] | None = None  # (role, department or region code, "" for the nation)
    member: tuple[str, str, bool] | None = None  # (organisation, role, may sign)

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def totp_secret(self) -> str | None:
        """Known to whoever holds this demo's secret key, the same at each run."""
        if self.grant is None:
            return None
        digest = hmac.new(
            settings.SECRET_KEY.encode(), f"totp:{self.email}".encode(), hashlib.sha256
        ).digest()
        return base64.b32encode(digest[:20]).decode()


ACCOUNTS = (
    Account("nadia", "Citoyenne, à Romans-sur-Isère", ("Nadia", "Belkacem"), age=34),
    Account("lina", "Citoyenne de 17 ans, parent prévenu", ("Lina", "Morel"), commune="26057", age=17),
    Account(
        "helene", "Association : responsable", ("Hélène", "Fabre"), age=58, member=("mots-passants", "owner", True)
    ),
    Account(
        "thomas", "Association : gestionnaire", ("Thomas", "Vidal"), age=36, member=("mots-passants", "manager", False)
    ),
    Account("rose", "Association : lectrice", ("Rose", "Ndiaye"), age=27, member=("mots-passants", "reader", False)),
    Account("bruno", "Entreprise : responsable", ("Bruno", "Chapuis"), age=49, member=("isere-cuir", "owner", True)),
    Account(
        "sylvie", "Collectivité : responsable", ("Sylvie", "Arnaud"), age=52, member=("deux-collines", "owner", True)
    ),
    Account(
        "margaux", "Tête de réseau : responsable", ("Margaux", "Delorme"), commune="45234", age=47,
        member=("mariniers", "owner", True),
    ),
    Account(
        "karim", "Service de l’État : responsable", ("Karim", "Daoudi"), commune="26362", age=45,
        member=("mission-drome", "owner", True),
    ),
    Account(
        "brigade", "Brigade de la Drôme : membre", ("Mathilde", "Roche"), commune="26362",
        grant=("brigade_member", "26"),
    ),
    Account(
        "referent", "Brigade de la Drôme : responsable", ("Olivier", "Serre"), commune="26362", age=50,
        grant=("brigade_lead", "26"),
    ),
    Account(
        "region", "Équipe régionale Auvergne-Rhône-Alpes", ("Anne-Laure", "Perrin"), commune="69123",
        grant=("regional", "84"),
    ),
    Account("national", "Équipe nationale", ("Fatima", "Lemaire"), commune="75056", grant=("national", "")),
    Account(
        "operateur", "Opératrice du numéro unique", ("Julie", "Hamon"), commune="35238", age=31,
        grant=("operator", ""),
    ),
    Account("technique", "Équipe technique", ("Victor", "Nguyen"), commune="75056", age=38, grant=("technical", "")),
)  # fmt: skip
#: Members of other brigades, without an account to try: they decided what is decided.
BRIGADES = (
    "13",
    "23",
    "31",
    "33",
    "44",
    "45",
    "59",
    "67",
    "69",
    "75",
    "93",
    "971",
    "972",
    "973",
    "974",
    "976",
)
REGIONS_OF_SEAT = {
    "69": "69123",
    "75": "75056",
    "59": "59350",
    "67": "67482",
    "33": "33063",
    "31": "31555",
    "44": "44109",
}


class Accounts:
    def __init__(self, ground: Ground, people: People) -> None:
        self.ground, self.people = ground, people
        self.persons: dict[str, Person] = {}
        self.staff: dict[str, User] = {}
        self.members: dict[str, list[tuple[str, Person, bool]]] = {}

    def build(self) -> None:
        ground, people = self.ground, self.people
        password = make_password(PASSWORD)
        for account in ACCOUNTS:
            person = people.make(
                ground.commune(account.commune),
                age=account.age,
                created_at=ground.days_ago(320),
                name=account.name,
                email=account.email,
                password=password,
            )
            person.phone = person.phone or people.phone()
            self.persons[account.key] = person
            if account.grant:
                role, code = account.grant
                scope = {"region": code} if role == "regional" else {"department": code} if code else {}
                people.grant(person, role, **scope)
            if account.member:
                organisation, member_role, may_sign = account.member
                self.members.setdefault(organisation, []).append((member_role, person, may_sign))
        self.staff = {
            "nation": self._user("national"),
            "26": self._user("brigade"),
            "lead": self._user("referent"),
        }
        for code in BRIGADES:
            seat = REGIONS_OF_SEAT.get(code) or ground.in_department(code)[0].pk
            person = people.make(ground.commune(seat), created_at=ground.days_ago(400))
            people.grant(person, "brigade_member", department=code)
            self.staff[code] = people.user(person)
        people.guardian(self.persons["lina"], GuardianNotice.State.TOLD, ground.days_ago(40))
        self._invitations()

    def _invitations(self) -> None:
        """Two colleagues to come in the Drôme: one has time to answer, the other's week is over."""
        for name, days in (("clara.besson", 2), ("yanis.hadj", 12)):
            sent = self.ground.days_ago(days)
            invitation = self.ground.new(
                StaffInvitation,
                email=f"{name}@{DOMAIN}",
                role="brigade_member",
                department_id="26",
                token_hash=self.people.token_hash(),
                invited_by=self.staff["lead"],
                created_at=sent,
                sent_at=sent,
                expires_at=sent + datetime.timedelta(days=INVITATION_DAYS),
            )
            self.ground.event(
                "staff.invited", invitation, sent, actor=self.staff["lead"], role=invitation.role
            )

    def _user(self, key: str) -> User:
        return self.people.user(self.persons[key])

    @staticmethod
    def second_factors() -> None:
        """After the accounts are written: the staff's codes, as the mailbox shows them."""
        for account in ACCOUNTS:
            if account.totp_secret:
                seed_totp(User.objects.get(email=account.email), account.totp_secret)


def listed() -> list[dict[str, Any]]:
    """What `make demo` prints and the mailbox shows."""
    return [
        {
            "role": account.role,
            "name": " ".join(account.name),
            "email": account.email,
            "password": PASSWORD,
            "totp_secret": account.totp_secret,
        }
        for account in ACCOUNTS
    ]
