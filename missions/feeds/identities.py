"""Which organisation a partner means: by its own id, else by RNA, else by SIREN, else a new one.

A new one is validated for imports only, with proof "declared", and waits in no queue. One that has members is
attached after a moderator's yes, once for a partner.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from jeveuxagir.audit.services import record_many
from jeveuxagir.common.text import clean, slugify
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations.enums import HOSTING_KINDS, Kind, ProofLevel, State
from organisations.models import Membership, Organisation

from .models import Partner, PartnerOrganisation
from .places import Places
from .reading import Host

Linked = PartnerOrganisation.State

ATTACHMENT_REFUSED = "La brigade a refusé le rattachement de ce partenaire à cette organisation."
#: States in which an organisation takes no mission, not even one that waits.
CLOSED_STATES = (State.REFUSED, State.SUSPENDED, State.CLOSED)


@dataclass(frozen=True)
class Found:
    """What became of one host: an identity, or why its missions are not taken."""

    identity: PartnerOrganisation | None
    refusal: str = ""


def refusal_of(organisation: Organisation) -> str:
    """Why this organisation takes no mission, or nothing."""
    if organisation.kind == Kind.COMPANY:
        return "L’organisation est une entreprise : elle ne peut pas accueillir de bénévoles."
    if organisation.state in CLOSED_STATES:
        return f"L’organisation est {organisation.get_state_display()} sur Jeveuxagir."
    if not organisation.may_host:
        return "Cette organisation ne peut pas accueillir de bénévoles."
    return ""


class Identities:
    """The organisations of one partner, as far as this run has met them."""

    def __init__(self, partner: Partner, places: Places) -> None:
        self.partner, self.places = partner, places
        self._known: dict[str, PartnerOrganisation] = {
            identity.external_id: identity for identity in PartnerOrganisation.objects.filter(partner=partner)
        }

    def resolve(self, hosts: Iterable[Host]) -> dict[str, Found]:
        """External id → what was found, for a batch of hosts; the first of two with the same id counts."""
        wanted: dict[str, Host] = {}
        for host in hosts:
            wanted.setdefault(host.external_id, host)
        found = {key: self._of_known(key) for key in wanted if key in self._known}
        new = [host for key, host in wanted.items() if key not in self._known]
        if new:
            found |= self._resolve_new(new)
        return found

    def _of_known(self, key: str) -> Found:
        identity = self._known[key]
        if identity.state == Linked.REFUSED:
            return Found(None, ATTACHMENT_REFUSED)
        return Found(identity)

    def _resolve_new(self, hosts: list[Host]) -> dict[str, Found]:
        try:
            with transaction.atomic():
                return _Resolution(self.partner, self.places, self._known).run(hosts)
        except IntegrityError:  # another feed has just created one of them: look again
            with transaction.atomic():
                return _Resolution(self.partner, self.places, self._known).run(hosts)


class _Resolution:
    """Resolves hosts that this partner had not named before, with few questions to the database."""

    def __init__(self, partner: Partner, places: Places, known: dict[str, PartnerOrganisation]) -> None:
        self.partner, self.places, self.known = partner, places, known
        self.found: dict[str, Found] = {}

    def run(self, hosts: list[Host]) -> dict[str, Found]:
        by_rna, by_siren = self._holders(
            {host.rna for host in hosts if host.rna}, {host.siren for host in hosts if host.siren}
        )
        created: list[Organisation] = []
        links: list[tuple[Host, Organisation]] = []
        for host in hosts:
            organisation = by_rna.get(host.rna) or by_siren.get(host.siren)
            if organisation is None and host.kind == Kind.COMPANY:
                refusal = "Le type indiqué est une entreprise : elle ne peut pas accueillir de bénévoles."
                self.found[host.external_id] = Found(None, refusal)
                continue
            if organisation is None:
                organisation = self._new(host)
                created.append(organisation)
                by_rna |= {host.rna: organisation} if host.rna else {}
                by_siren |= {host.siren: organisation} if host.siren else {}
            if refusal := refusal_of(organisation):
                self.found[host.external_id] = Found(None, refusal)
                continue
            links.append((host, organisation))
        Organisation.objects.bulk_create(created)
        record_many("organisation.imported", created, partner=self.partner.slug)
        self._link(links, {organisation.pk for organisation in created})
        return self.found

    def _holders(
        self, rnas: Collection[str], sirens: Collection[str]
    ) -> tuple[dict[str, Organisation], dict[str, Organisation]]:
        """Who holds these numbers. One that was refused holds them still, if no other does."""
        rows = Organisation.objects.filter(rna__in=rnas) | Organisation.objects.filter(siren__in=sirens)
        ordered = sorted(rows.select_related("commune__department"), key=lambda o: o.state != State.REFUSED)
        return (
            {row.rna: row for row in ordered if row.rna in rnas},
            {row.siren: row for row in ordered if row.siren in sirens},
        )

    def _new(self, host: Host) -> Organisation:
        commune = None
        if host.city or host.postal_code:
            commune = self.places.find(name=host.city, postal_code=host.postal_code)
        name = clean(host.name) or f"Organisation {host.external_id} ({self.partner.name})"[:160]
        return Organisation(
            kind=host.kind,
            name=name,
            slug=slugify(name),
            rna=host.rna,
            siren=host.siren,
            siret=host.siret,
            description=host.description,
            website=host.website,
            street=host.street,
            commune=commune,
            state=State.VALIDATED,
            proof_level=ProofLevel.DECLARED,
            may_host=host.kind in HOSTING_KINDS,
            imports_only=True,
        )

    def _link(self, links: list[tuple[Host, Organisation]], new: Collection[int]) -> None:
        others = {organisation.pk for _, organisation in links} - set(new)
        with_members = set(
            Membership.objects.live().filter(organisation__in=others).values_list("organisation", flat=True)
        )
        decided: dict[int, str] = {}
        for identity in PartnerOrganisation.objects.filter(partner=self.partner, organisation__in=others):
            if decided.get(identity.organisation_id) != Linked.LINKED:
                decided[identity.organisation_id] = identity.state
        identities = []
        for host, organisation in links:
            state = decided.get(
                organisation.pk, Linked.AWAITING if organisation.pk in with_members else Linked.LINKED
            )
            identities.append(
                PartnerOrganisation(
                    partner=self.partner, external_id=host.external_id, organisation=organisation, state=state
                )
            )
        PartnerOrganisation.objects.bulk_create(identities)
        asked = {pk for pk, state in decided.items() if state == Linked.AWAITING}
        for identity, (host, organisation) in zip(identities, links, strict=True):
            self.known[host.external_id] = identity
            if identity.state == Linked.AWAITING and organisation.pk not in asked:
                asked.add(organisation.pk)
                _ask_a_moderator(identity)
            if identity.state == Linked.REFUSED:
                self.found[host.external_id] = Found(None, ATTACHMENT_REFUSED)
            else:
                self.found[host.external_id] = Found(identity)


def _ask_a_moderator(identity: PartnerOrganisation) -> None:
    organisation = identity.organisation
    moderation.open_item(
        ModerationItem.Kind.ATTACHMENT,
        identity,
        title=f"{identity.partner.name} → {organisation.name}",
        department=organisation.commune.department if organisation.commune else None,
        cause=ModerationItem.Cause.IMPORT,
    )
