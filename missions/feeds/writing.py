"""One batch of read missions → the database: new, changed, back or untouched, in a few statements.

A batch is one transaction. If the database refuses any of it, its missions are written again one by one, so that
only the bad one is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import DataError, IntegrityError, OperationalError, transaction

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock_all
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg
from missions import imports
from missions.enums import CloseReason, State
from missions.imports import Imported, Origin
from missions.models import Mission
from missions.services import AddressSpec, MissionData
from organisations.models import Organisation

from . import reading
from .identities import Identities, refusal_of
from .models import FeedIssue, FeedMission, Partner, PartnerOrganisation
from .places import Places
from .reading import Item, Remark

logger = structlog.get_logger(__name__)

Level = FeedIssue.Level
REASON_LENGTH = 500


@dataclass
class Report:
    """What a batch did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    reopened: int = 0
    issues: list[FeedIssue] = field(default_factory=list)
    #: missions that requests may now match
    offered: list[int] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.reopened += other.reopened
        self.issues += other.issues
        self.offered += other.offered

    def count(self, level: str) -> int:
        return sum(issue.level == level for issue in self.issues)

    def tell(self, line: int, client_id: str, level: str, tag: str, reason: str) -> None:
        self.issues.append(
            FeedIssue(
                line=line, client_id=client_id, level=level, field=tag[:60], reason=reason[:REASON_LENGTH]
            )
        )

    def reject(self, item: Item, reason: str, tag: str = "") -> None:
        self.tell(item.line, item.client_id, Level.REJECTED, tag, reason)


@dataclass(frozen=True)
class Row:
    """What the database knows of a mission that the feed names."""

    pk: int
    state: str
    close_reason: str
    was_published: bool
    digest: str


@dataclass(frozen=True)
class Ready:
    """A mission with its organisation and its addresses found."""

    item: Item
    identity: PartnerOrganisation
    imported: Imported
    digest: str


class Vocabulary:
    """Domains, their SDGs, and activities, read once a run."""

    def __init__(self) -> None:
        self.domains = {domain.pk: domain for domain in Domain.objects.prefetch_related("sdgs")}
        self.sdgs: dict[str, list[Sdg]] = {code: list(row.sdgs.all()) for code, row in self.domains.items()}
        self.activities = {activity.pk: activity for activity in Activity.objects.all()}


class Writer:
    """Writes the missions of one partner."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        self.origin = Origin(partner.slug, partner.name)
        self.trusted = partner.trust == Partner.Trust.TRUSTED
        self.places = Places()
        self.identities = Identities(partner, self.places)
        self.vocabulary = Vocabulary()

    def write(self, items: Sequence[Item]) -> Report:
        """Write a batch. Never raises for what a feed may say."""
        report = Report()
        ready = self._prepare(items, report)
        try:
            report.add(self._in_one_transaction(ready))
        except (IntegrityError, DataError, RuleBroken):
            for one in ready:
                report.add(self._write_one(one))
        return report

    def _in_one_transaction(self, ready: Sequence[Ready]) -> Report:
        """Once more if somebody held a lock too long."""
        try:
            with transaction.atomic():
                return self._write(ready)
        except OperationalError:
            with transaction.atomic():
                return self._write(ready)

    def _write_one(self, ready: Ready) -> Report:
        try:
            return self._in_one_transaction([ready])
        except RuleBroken as refusal:
            reason = refusal.message
        except (IntegrityError, DataError):
            logger.warning("feed_mission_refused_by_database", partner=self.partner.pk, line=ready.item.line)
            reason = "Nos contrôles refusent cette mission. Écrivez-nous avec son clientId : nous chercherons pourquoi."
        report = Report()
        report.reject(ready.item, reason)
        return report

    # --- from what was read to what can be written ---

    def _prepare(self, items: Sequence[Item], report: Report) -> list[Ready]:
        self.places.prepare(
            code for item in items for code in (item.host.postal_code, *(p.postal_code for p in item.places))
        )
        found = self.identities.resolve(item.host for item in items)
        ready = []
        for item in items:
            host = found[item.host.external_id]
            if host.identity is None:
                report.reject(item, host.refusal, "organizationClientId")
                continue
            specs, remarks = self.places.addresses_of(item)
            if item.places and not specs and item.mode != "remote":
                remarks.append(Remark(Level.HINT, "address", "Aucune adresse n’est utilisable."))
            ready.append(self._ready(item, host.identity, specs, remarks, report))
        return ready

    def _ready(
        self,
        item: Item,
        identity: PartnerOrganisation,
        specs: list[AddressSpec],
        remarks: Iterable[Remark],
        report: Report,
    ) -> Ready:
        hints = []
        for remark in (*item.remarks, *remarks):
            report.tell(item.line, item.client_id, remark.level, remark.tag, remark.reason)
            if remark.level == Level.HINT:
                hints.append(remark.reason)
        domain = self.vocabulary.domains.get(item.domain)
        activities = [
            self.vocabulary.activities[code] for code in item.activities if code in self.vocabulary.activities
        ]
        data = MissionData(
            title=item.title,
            description=item.description,
            domain=domain,
            sdgs=self.vocabulary.sdgs[domain.pk] if domain else [],
            activities=activities,
            mode=item.mode,
            minimum_age=item.minimum_age,
            hosting_conditions=item.hosting_conditions,
            prerequisites=item.prerequisites,
            addresses=specs,
        )
        digest = reading.digest(
            self.partner.name,
            identity.pk,
            {name: getattr(item, name) for name in _DIGESTED},
            [(a.commune.pk, a.street, a.postal_code, a.latitude, a.longitude) for a in specs],
        )
        imported = Imported(
            source_id=item.client_id,
            application_url=item.application_url,
            data=data,
            capacity=item.capacity,
            starts_on=item.starts_on,
            ends_on=item.ends_on,
            values={**item.values, "hints": hints} if hints else dict(item.values),
        )
        return Ready(item, identity, imported, digest)

    # --- one transaction ---

    def _write(self, batch: Sequence[Ready]) -> Report:
        report = Report()
        known = self._known(batch)
        organisations = self._organisations(batch)
        new: list[Ready] = []
        touched: list[tuple[Row, Ready]] = []
        for ready in batch:
            organisation = organisations[ready.identity.organisation_id]
            if refusal := refusal_of(organisation):
                report.reject(ready.item, refusal, "organizationClientId")
                continue
            row = known.get(ready.imported.source_id)
            if row is None:
                new.append(ready)
            elif row.digest == ready.digest and not self._moves(row, ready, organisation):
                report.unchanged += 1
            else:
                touched.append((row, ready))
        self._create(new, organisations, report)
        if touched:
            self._change(touched, organisations, report)
        return report

    def _known(self, batch: Sequence[Ready]) -> dict[str, Row]:
        rows = Mission.objects.filter(
            source=self.partner.slug, source_id__in=[ready.imported.source_id for ready in batch]
        ).values_list("source_id", "pk", "state", "close_reason", "published_at", "feed__digest")
        return {
            source_id: Row(pk, state, why, published is not None, digest or "")
            for source_id, pk, state, why, published, digest in rows
        }

    def _organisations(self, batch: Sequence[Ready]) -> dict[int, Organisation]:
        """The batch's organisations, locked: one suspended meanwhile opens nothing."""
        ids = {ready.identity.organisation_id for ready in batch}
        rows = lock_all(Organisation.objects.select_related("commune").filter(pk__in=ids))
        return {organisation.pk: organisation for organisation in rows}

    def _may_open(self, identity: PartnerOrganisation, organisation: Organisation) -> bool:
        return (
            self.trusted and identity.state == PartnerOrganisation.State.LINKED and organisation.is_verified
        )

    def _moves(self, row: Row, ready: Ready, organisation: Organisation) -> bool:
        """Whether a mission whose values did not change has a step to take."""
        if row.state == State.PENDING:
            return self._may_open(ready.identity, organisation)
        return row.state == State.CLOSED and row.close_reason == CloseReason.GONE_FROM_FEED

    def _create(self, new: Sequence[Ready], organisations: dict[int, Organisation], report: Report) -> None:
        if not new:
            return
        rows = []
        for ready in new:
            organisation = organisations[ready.identity.organisation_id]
            if ready.imported.is_past:
                state = State.CLOSED
            elif self._may_open(ready.identity, organisation):
                state = State.OPEN
            else:
                state = State.PENDING
            rows.append(imports.New(organisation, ready.imported, state))
        missions = imports.create_many(self.origin, rows)
        FeedMission.objects.bulk_create(
            FeedMission(mission=mission, identity=ready.identity, digest=ready.digest)
            for mission, ready in zip(missions, new, strict=True)
        )
        report.created += len(missions)
        report.offered += [mission.pk for mission in missions if mission.state == State.OPEN]
        if not self.trusted:
            imports.queue_many(
                mission
                for mission, ready in zip(missions, new, strict=True)
                if mission.state == State.PENDING and ready.identity.state == PartnerOrganisation.State.LINKED
            )

    def _change(
        self, touched: Sequence[tuple[Row, Ready]], organisations: dict[int, Organisation], report: Report
    ) -> None:
        locked = {
            mission.pk: mission
            for mission in lock_all(
                Mission.objects.select_related("organisation__commune", "domain", "department").filter(
                    pk__in=[row.pk for row, _ in touched]
                )
            )
        }
        for row, ready in touched:
            mission = locked.get(row.pk)
            if mission is not None:
                self._change_one(
                    mission, ready, organisations[ready.identity.organisation_id], row.digest, report
                )

    def _change_one(
        self, mission: Mission, ready: Ready, organisation: Organisation, digest: str, report: Report
    ) -> None:
        linked = ready.identity.state == PartnerOrganisation.State.LINKED
        changed = digest != ready.digest
        if organisation.pk != mission.organisation_id and not linked:
            report.tell(
                ready.item.line,
                ready.item.client_id,
                Level.LEFT_OUT,
                "organizationClientId",
                "La mission change d’organisation : la brigade doit d’abord accepter ce rattachement.",
            )
            report.unchanged += 1
            return
        if changed:
            imports.update(
                mission,
                self.origin,
                ready.imported,
                organisation=organisation,
                hold_sensitive=not self.trusted,
            )
            FeedMission.objects.update_or_create(
                mission=mission, defaults={"identity": ready.identity, "digest": ready.digest}
            )
        before = mission.state
        self._step(mission, ready, organisation, linked=linked, changed=changed)
        if before == State.CLOSED and mission.state != State.CLOSED:
            report.reopened += 1
        elif changed or before != mission.state:
            report.updated += 1
        else:
            report.unchanged += 1
        if mission.state == State.OPEN:
            report.offered.append(mission.pk)

    def _step(
        self, mission: Mission, ready: Ready, organisation: Organisation, *, linked: bool, changed: bool
    ) -> None:
        """The state that follows. What staff refused, suspended or closed stays so."""
        may_open = self._may_open(ready.identity, organisation)
        back = mission.state == State.CLOSED and not ready.imported.is_past
        back = back and (
            mission.close_reason == CloseReason.GONE_FROM_FEED
            or (mission.close_reason == CloseReason.DATES_PAST and changed)
        )
        corrected = mission.state == State.DRAFT and changed
        if mission.state == State.PENDING:
            if may_open:
                imports.publish(mission)
            elif changed and linked and not self.trusted:
                imports.send_to_brigade(mission)
        elif back and mission.published_at is not None:
            if organisation.is_verified:
                imports.reopen(mission)
        elif back or corrected:
            if may_open:
                imports.publish(mission)
            elif linked and not self.trusted:
                imports.send_to_brigade(mission)


_DIGESTED: tuple[str, ...] = (
    *("title", "description", "application_url", "domain", "activities", "mode", "capacity"),
    *("starts_on", "ends_on", "minimum_age", "hosting_conditions", "prerequisites", "values"),
)
