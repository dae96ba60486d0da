"""What registries said of the demo's organisations, and who asks to join one or to be responsible for it."""

import datetime
from typing import Any

from stdnum import luhn

from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.partners import fake_registries
from organisations.enums import Checked, Kind, ProofLevel, Source, State
from organisations.models import JoinRequest, Organisation, Verification

from .ground import Ground
from .organisations import NUMBERS_FROM, Organisations
from .people import People

#: What the registries know beyond the organisations of the demo, to try a sign-up: (key, name, closed on)
SPARE = (("9901", "Atelier des Deux Rives", None), ("9902", "Ancienne Filature du Val", "2021-06-30"))
#: asks to join: (organisation, days ago, message)
ASKS = (
    (
        "mots-passants",
        2,
        "Bonjour, j’anime l’atelier d’écriture du jeudi et j’aimerais suivre les candidatures.",
    ),
    ("table-ouverte", 6, "Je tiens l’accueil le samedi matin."),
)


class Joining:
    def __init__(self, ground: Ground, organisations: Organisations, people: People) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people

    def build(self) -> None:
        self._verifications()
        self._asks()
        self._claim()
        self._ended()

    def _verifications(self) -> None:
        """Two in three of those validated are found in a registry; one is under another name, one unreachable."""
        ground = self.ground
        outcomes = [Checked.MATCH] * 8 + [Checked.UNAVAILABLE, Checked.OTHER_NAME]
        numbered = [h for h in self.organisations.all.values() if h.organisation.rna or h.organisation.siren]
        for index, hosted in enumerate(numbered):
            organisation = hosted.organisation
            if organisation.state not in (State.VALIDATED, State.PENDING):
                continue
            outcome = outcomes[index % len(outcomes)]
            silent = outcome == Checked.UNAVAILABLE
            at = ground.later(organisation.created_at, 0.01, 0.2)
            source = Source.SIRENE if organisation.siren else Source.RNA
            other = outcome == Checked.OTHER_NAME
            commune = organisation.commune
            assert commune is not None
            ground.new(
                Verification,
                organisation=organisation,
                number=organisation.siret or organisation.siren or organisation.rna,
                source=source,
                outcome=outcome,
                checked_at=at,
                seen_name="" if silent else f"Comité {commune.name}" if other else organisation.name.upper(),
                seen_street="" if silent else organisation.street.upper(),
                seen_place="" if silent else f"{commune.postal_codes[0]} {commune.name.upper()}",
                seen_commune="" if silent else commune.pk,
                closed_on=None,
                why="Le serveur est trop lent : nous n’attendons plus." if silent else "",
            )
            if outcome == Checked.MATCH and organisation.proof_level == ProofLevel.FORM_CHECKED:
                organisation.proof_level = ProofLevel.REGISTRY
            organisation.check_due_at = at + datetime.timedelta(days=365)
            if organisation.check_due_at < ground.now or silent:
                organisation.check_due_at = ground.now + datetime.timedelta(days=20)

    def _asks(self) -> None:
        ground = self.ground
        for key, days, message in ASKS:
            organisation = self.organisations.all[key].organisation
            at = ground.days_ago(days)
            assert organisation.commune is not None
            person = self.people.make(organisation.commune, created_at=ground.days_ago(days + 3))
            asked = self._ask(organisation, person, at, message=message)
            ground.event("organisation.join_asked", organisation, at, request=asked.pk, to_brigade=False)

    def _claim(self) -> None:
        """Somebody says that an organisation known by the partner only is theirs."""
        ground = self.ground
        known = [
            o
            for o in ground.rows(Organisation)
            if o.imports_only and o.state == State.VALIDATED and o.commune
        ]
        if not known:
            return
        organisation = known[0]
        commune = organisation.commune
        assert commune is not None
        at = ground.days_ago(3)
        person = self.people.make(commune, created_at=ground.days_ago(5))
        asked = self._ask(
            organisation,
            person,
            at,
            message="J’en suis la trésorière depuis 2022. Le récépissé est à votre disposition.",
            number=organisation.siren or organisation.rna,
            to_brigade=True,
        )
        ground.event("organisation.join_asked", organisation, at, request=asked.pk, to_brigade=True)
        ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.CLAIM,
            cause=ModerationItem.Cause.CLAIM,
            subject_type=asked._meta.label,
            subject_id=asked.pk,
            title=organisation.name,
            department=commune.department,
            created_at=at,
        )

    def _ended(self) -> None:
        """One that works here, and that the registry says closed: the brigade looks into it."""
        ground = self.ground
        hosted = next(
            h
            for h in self.organisations.all.values()
            if h.organisation.state == State.VALIDATED
            and h.organisation.siren
            and h.organisation.department_id == "45"
        )
        organisation, at = hosted.organisation, ground.days_ago(2)
        ground.new(
            Verification,
            organisation=organisation,
            number=organisation.siret or organisation.siren,
            source=Source.SIRENE,
            outcome=Checked.CLOSED,
            checked_at=at,
            seen_name=organisation.name.upper(),
            seen_street="",
            seen_place="",
            seen_commune="",
            closed_on=at.date() - datetime.timedelta(days=40),
            why="",
        )
        organisation.proof_level = ProofLevel.FORM_CHECKED
        organisation.check_due_at = ground.now + datetime.timedelta(days=28)
        ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.CHECK,
            cause=ModerationItem.Cause.REGISTRY,
            subject_type=organisation._meta.label,
            subject_id=organisation.pk,
            title=organisation.name,
            department=organisation.commune.department if organisation.commune else None,
            created_at=at,
        )
        earlier = self.organisations.all["mots-passants"].organisation
        decided = ground.days_ago(58)
        ground.new(
            ModerationItem,
            kind=ModerationItem.Kind.CHECK,
            cause=ModerationItem.Cause.NO_OWNER,  # somebody became responsible again
            subject_type=earlier._meta.label,
            subject_id=earlier.pk,
            title=earlier.name,
            department=earlier.commune.department if earlier.commune else None,
            created_at=decided - datetime.timedelta(days=2),
            state=ModerationItem.State.DECIDED,
            decision=ModerationItem.Decision.WITHDRAWN,
            decided_at=decided,
        )

    def _ask(
        self, organisation: Organisation, person: Any, at: datetime.datetime, **fields: Any
    ) -> JoinRequest:
        return self.ground.new(
            JoinRequest,
            organisation=organisation,
            person=person,
            created_at=at,
            expires_at=at + datetime.timedelta(days=30),
            **{"number": "", "to_brigade": False, **fields},
        )


def registry_lines() -> dict[str, dict[str, Any]]:
    """The lines of the demo's own registries: its organisations, and a few that nobody has signed up yet."""
    companies: dict[str, Any] = {}
    associations: dict[str, Any] = {}
    for key, name, closed_on in SPARE:
        stem = f"{NUMBERS_FROM}{key}"
        siren = stem + luhn.calc_check_digit(stem)
        stem = f"{siren}0001"
        siret = stem + luhn.calc_check_digit(stem)
        companies[siren] = fake_registries.company(
            siren,
            name,
            siret=siret,
            closed_on=closed_on,
            **_place("4 rue de la Filature", "26100", "26281", "Romans-sur-Isère"),
        )
    for organisation in Organisation.objects.exclude(kind=Kind.OTHER).select_related("commune"):
        commune = organisation.commune
        codes = commune.postal_codes if commune else []
        place = _place(
            organisation.street,
            codes[0] if codes else "",
            commune.pk if commune else "",
            commune.name if commune else "",
        )
        if organisation.siren:
            companies[organisation.siren] = fake_registries.company(
                organisation.siren, organisation.name, siret=organisation.siret, rna=organisation.rna, **place
            )
        if organisation.rna:
            associations[organisation.rna] = fake_registries.association(
                organisation.rna, organisation.name, **place
            )
    return {"sirene": companies, "rna": associations}


def _place(street: str, postal_code: str, commune: str, name: str) -> dict[str, str]:
    return {"street": street, "postal_code": postal_code, "commune": commune, "commune_name": name}
