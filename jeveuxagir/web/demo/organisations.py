"""Organisations of every kind and state, their members, invitations and numbers."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from stdnum import luhn

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.text import slugify
from organisations.enums import HOSTING_KINDS, MemberRole, ProofLevel, State
from organisations.models import Invitation, Membership, Organisation
from organisations.numbers import WITH_RNA

from . import texts
from .ground import Ground
from .people import DOMAIN, People

#: The prefix of the geographic numbers kept for fiction, by the first two figures of the department.
PHONES = {
    **dict.fromkeys(("75", "77", "78", "91", "92", "93", "94", "95"), "1 99 00"),
    **dict.fromkeys(("22", "29", "35", "56", "44", "49", "53", "72", "85"), "2 61 91"),
    **dict.fromkeys(("14", "50", "61", "27", "76", "45", "37"), "2 61 91"),
    **dict.fromkeys(("59", "62", "80", "60", "02", "08", "51", "57", "54", "67", "68", "25", "21", "58"), "3 53 01"),
    **dict.fromkeys(("33", "31", "87", "23", "64", "32", "46", "17", "19", "24"), "5 36 49"),
}  # fmt: skip
NUMBERS_FROM = 9990  # no SIREN begins so


@dataclass
class Hosted:
    """An organisation, with what its text file says and who belongs to it."""

    organisation: Organisation
    spec: dict[str, Any]
    validated_at: datetime.datetime | None = None
    members: list[Membership] = field(default_factory=list)

    @property
    def key(self) -> str:
        return str(self.spec.get("key") or self.spec.get("id"))

    @property
    def tags(self) -> list[str]:
        return list(self.spec.get("tags", ()))

    @property
    def owner(self) -> Person | None:
        return next((m.person for m in self.members if m.role == MemberRole.OWNER), None)

    def handlers(self) -> list[Person]:
        return [m.person for m in self.members if m.role != MemberRole.READER and m.ended_at is None]


class Organisations:
    def __init__(self, ground: Ground, people: People) -> None:
        self.ground, self.people = ground, people
        self.all: dict[str, Hosted] = {}
        self._count = 0

    def build(self, accounts: dict[str, list[tuple[str, Person, bool]]], staff: "dict[str, User]") -> None:
        """`accounts`: organisation → [(role, person, may sign)] of the demo's own accounts."""
        for spec in texts.read("organisations")["organisation"]:
            hosted = self._make(spec)
            self._members(hosted, accounts.get(spec["key"], []))
            self._history(hosted, staff)
        self._invitations(self.all["mots-passants"])

    def _make(self, spec: dict[str, Any]) -> Hosted:
        ground = self.ground
        commune = ground.commune(spec["commune"])
        state = spec.get("state", State.VALIDATED)
        created = ground.days_ago(self._age_of(spec, state))
        rna, siren, siret = self._numbers(spec, commune.department_id)
        slug = slugify(spec["name"])
        organisation = ground.new(
            Organisation,
            kind=spec["kind"],
            name=spec["name"],
            slug=slug,
            rna=rna,
            siren=siren,
            siret=siret,
            description=spec["about"],
            website=f"https://{slug[:40].strip('-')}.example/" if ground.chance(0.6) else "",
            email=f"contact@{slug[:40].strip('-')}.example",
            phone=self._phone(commune.department_id),
            street=f"{ground.dice.randrange(1, 90)} {ground.pick(texts.lines('streets'))}",
            commune=commune,
            state=state,
            state_changed_at=created,
            state_reason=spec.get("reason", ""),
            proof_level=spec.get("proof", ProofLevel.FORM_CHECKED if rna or siren else ProofLevel.DECLARED),
            may_host=spec.get("may_host", spec["kind"] in HOSTING_KINDS),
            is_research=spec.get("research", False),
            created_at=created,
            version=2 if state == State.VALIDATED else 1,
        )
        hosted = Hosted(organisation, spec)
        self.all[spec["key"]] = hosted
        return hosted

    def _age_of(self, spec: dict[str, Any], state: str) -> int:
        if state == State.PENDING:
            return int(spec["waiting_days"]) + self.ground.dice.randrange(0, 2)
        if state == State.DRAFT:
            return self.ground.dice.randrange(1, 9)
        if state == State.REFUSED:
            return self.ground.dice.randrange(12, 30)
        return self.ground.dice.randrange(190, 700)

    def _members(self, hosted: Hosted, known: list[tuple[str, Person, bool]]) -> None:
        ground, organisation = self.ground, hosted.organisation
        wanted = [MemberRole.OWNER]
        wanted += [MemberRole.MANAGER] * (1 + ground.chance(0.3)) if ground.chance(0.6) else []
        wanted += [MemberRole.READER] if ground.chance(0.3) else []
        for role, person, may_sign in known:
            self._join(hosted, person, role, may_sign)
        for role in wanted:
            if role not in [member.role for member in hosted.members]:
                assert organisation.commune is not None
                person = self.people.make(organisation.commune, created_at=organisation.created_at)
                self._join(hosted, person, role, role == MemberRole.OWNER)
        owner = hosted.owner
        assert owner is not None
        organisation.created_by = self.people.user(owner)

    def _join(self, hosted: Hosted, person: Person, role: str, may_sign: bool) -> None:
        hosted.members.append(
            self.ground.new(
                Membership,
                organisation=hosted.organisation,
                person=person,
                role=role,
                may_sign=may_sign,
                created_at=hosted.organisation.created_at,
            )
        )

    def _history(self, hosted: Hosted, staff: "dict[str, User]") -> None:
        ground, organisation = self.ground, hosted.organisation
        owner, state = organisation.created_by, organisation.state
        member_of_staff = staff.get(organisation.department_id or "") or staff["nation"]
        created = organisation.created_at
        ground.event("organisation.created", organisation, created, actor=owner, kind=str(organisation.kind))
        if state == State.DRAFT:
            return
        sent = ground.later(created, 0.02, 0.5)
        ground.event("organisation.submitted", organisation, sent, actor=owner)
        organisation.state_changed_at = sent
        if state == State.PENDING:
            return
        decided = ground.later(sent, 0.5, 4)
        organisation.state_changed_at = decided
        if state == State.REFUSED:
            ground.event("organisation.refused", organisation, decided, actor=member_of_staff)
            return
        hosted.validated_at = decided
        ground.event("organisation.validated", organisation, decided, actor=member_of_staff)
        if organisation.proof_level == ProofLevel.PERSON:
            ground.event(
                "organisation.proved", organisation, ground.later(decided, 1, 9), actor=member_of_staff
            )
        if state in (State.SUSPENDED, State.CLOSED):
            ended = ground.days_ago(9 if state == State.SUSPENDED else 35)
            organisation.state_changed_at = ended
            actor = member_of_staff if state == State.SUSPENDED else owner
            ground.event(f"organisation.{state}", organisation, ended, actor=actor)

    def _invitations(self, hosted: Hosted) -> None:
        """One in each state: waiting, accepted, taken back, expired."""
        ground, organisation = self.ground, hosted.organisation
        manager = next(m.person for m in hosted.members if m.role == MemberRole.MANAGER)
        for email, role, days, end in (
            (f"paul.aubert@{DOMAIN}", MemberRole.MANAGER, 3, ""),
            (manager.email, MemberRole.MANAGER, 120, "accepted"),
            (f"ancienne.adresse@{DOMAIN}", MemberRole.READER, 60, "cancelled"),
            (f"bibliotheque@{DOMAIN}", MemberRole.READER, 25, ""),
        ):
            made = ground.days_ago(days)
            invitation = ground.new(
                Invitation,
                organisation=organisation,
                email=email,
                role=role,
                token_hash=self.people.token_hash(),
                invited_by=organisation.created_by,
                created_at=made,
                sent_at=made,
                expires_at=made + datetime.timedelta(days=7),
                accepted_at=ground.later(made, 0.5, 3) if end == "accepted" else None,
                accepted_by=manager if end == "accepted" else None,
                cancelled_at=ground.later(made, 0.5, 3) if end == "cancelled" else None,
            )
            ground.event(
                "organisation.invited",
                organisation,
                made,
                actor=organisation.created_by,
                invitation=invitation.pk,
                role=str(role),
            )

    # --- numbers: right in form, given to nobody --------------------------------------------------------------

    def _numbers(self, spec: dict[str, Any], department: str) -> tuple[str, str, str]:
        wanted = spec.get("number", "")
        if wanted == "none":
            return "", "", ""
        with_rna = spec["kind"] in WITH_RNA and wanted != "siren"
        rna = self.rna(department) if with_rna else ""
        if with_rna and self.ground.chance(0.5):
            return rna, "", ""
        siren = self.siren()
        return rna, siren, self.siret(siren)

    def rna(self, department: str) -> str:
        self._count += 1
        return f"W{department[:2]}9{990000 + self._count}"

    def siren(self) -> str:
        self._count += 1
        stem = f"{NUMBERS_FROM}{self._count:04d}"
        return stem + luhn.calc_check_digit(stem)

    def siret(self, siren: str) -> str:
        stem = f"{siren}0001"
        return stem + luhn.calc_check_digit(stem)

    def _phone(self, department: str) -> str:
        if department[:2] in ("97", "98"):
            return ""
        digits = f"{self.ground.dice.randrange(10_000):04d}"
        return f"+33 {PHONES.get(department, '4 65 71')} {digits[:2]} {digits[2:]}"
