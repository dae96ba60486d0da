"""The invented partner: its organisations, its missions (which hold no seat here), its runs, and its feed as a file."""

import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.api_engagement import DOMAIN_OUT
from missions.enums import CloseReason, Commitment, MissionMode, SlotKind, State
from missions.feeds import reader, reading
from missions.feeds.models import FeedIssue, FeedMission, FeedRun, Partner, PartnerOrganisation
from missions.feeds.writing import Report, Writer
from missions.models import Mission, Slot
from organisations.enums import Kind, ProofLevel
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import texts
from .ground import Ground
from .missions import Missions, Placed
from .organisations import Hosted, Organisations

PER_ORGANISATION = 7
#: Those of whom one mission has left the feed.
GONE = ("org-metz-solidaire", "org-nantes-nature", "org-lille-sante")
RUN_DAYS = (44, 30, 16, 9, 2)
REJECTED = (
    (212, "essai-2041", "title", "Titre d’un seul mot : « Bénévole »."),
    (388, "essai-2077", "domain", "Domaine inconnu : « jardinage »."),
    (401, "", "clientId", "L’identifiant de la mission manque."),
    (655, "essai-2112", "places", "Nombre de places négatif : -1."),
)
LEFT_OUT = (
    (97, "essai-2012", "organizationRNA", "« W12 » n’est pas un numéro RNA : laissé de côté."),
    (540, "essai-2096", "startAt", "« 13/09 » n’est pas une date : laissée de côté."),
)


class Partners:
    def __init__(self, ground: Ground, organisations: Organisations, missions: Missions) -> None:
        self.ground, self.organisations, self.missions = ground, organisations, missions
        self.spec: dict[str, Any] = texts.read("partner")

    def build(self) -> None:
        ground = self.ground
        created = ground.days_ago(45)
        self.trusted = ground.new(
            Partner,
            slug=self.spec["slug"],
            name=self.spec["name"],
            trust=Partner.Trust.TRUSTED,
            is_active=False,  # its address answers nobody: `make import` reads the file
            feed_url=f"{self.spec['site']}/flux.xml",
            contact_email="flux@partenaire-essai.example",
            created_at=created,
        )
        self.reviewed = ground.new(
            Partner,
            slug="annuaire-essai",
            name=texts.typeset("Annuaire d'essai"),
            trust=Partner.Trust.REVIEWED,
            is_active=False,
            created_at=created,
        )
        for spec in self.spec["organisation"]:
            hosted, identity = self._organisation(spec, created)
            for index in range(PER_ORGANISATION):
                last = index == PER_ORGANISATION - 1 and hosted.key in GONE
                self._mission(hosted, identity, State.CLOSED if last else State.OPEN, created)
        self._reviewed()
        self._runs()

    def _organisation(
        self, spec: dict[str, Any], created: datetime.datetime
    ) -> tuple[Hosted, PartnerOrganisation]:
        ground = self.ground
        commune = ground.commune(spec["commune"])
        siren = self.organisations.siren() if spec.get("number") == "siren" else ""
        organisation = ground.new(
            Organisation,
            kind=Kind.ASSOCIATION,
            name=spec["name"],
            slug=slugify(spec["name"]),
            rna="" if siren else self.organisations.rna(commune.department_id),
            siren=siren,
            description=spec["about"],
            commune=commune,
            state=OrganisationState.VALIDATED,
            state_changed_at=created,
            proof_level=ProofLevel.DECLARED,
            may_host=True,
            imports_only=True,
            created_at=created,
        )
        identity = ground.new(
            PartnerOrganisation,
            partner=self.trusted,
            external_id=spec["id"],
            organisation=organisation,
            created_at=created,
        )
        ground.event("organisation.imported", organisation, created, partner=self.trusted.slug)
        return Hosted(organisation, spec, validated_at=created), identity

    def _mission(
        self, hosted: Hosted, identity: PartnerOrganisation, state: str, since: datetime.datetime
    ) -> Placed:
        ground, partner, home = self.ground, identity.partner, hosted.organisation.commune
        assert home is not None
        near = [c for c in ground.near(home, 25) if (c.population or 0) > 1500] or [home]
        commune = home if ground.chance(0.6) else ground.pick(near)
        template, title = self.missions.choose(hosted.tags, commune.pk, remote=False)
        number = ground.number(Mission)
        client_id = f"essai-{2000 + len([p for p in self.missions.all if p.mission.is_imported])}"
        posted = max(since, ground.days_ago(ground.dice.randrange(3, 44)))
        ends = ground.day(ground.dice.randrange(40, 150))
        mission = Mission(
            pk=number,
            organisation=hosted.organisation,
            title=title,
            slug=slugify(title),
            description=self.missions.describe(template, hosted, commune),
            domain=self.missions.domains[template["domain"]],
            mode=template.get("mode", MissionMode.ON_SITE),
            minimum_age=template["age"],
            commitment=ground.pick((Commitment.ONCE, Commitment.MONTHLY, Commitment.WEEKLY)),
            department_id=commune.department_id,
            state=state,
            state_changed_at=posted,
            published_at=None if state == State.PENDING else posted,
            created_at=posted,
            last_date=ends,
            source=partner.slug,
            source_name=partner.name,
            source_id=client_id,
            application_url=f"{self.spec['site']}/missions/{client_id}",
        )
        ground.add(mission)
        ground.add(FeedMission(mission=mission, identity=identity, digest=""))
        placed = Placed(mission, hosted, template, commune, submitted_at=posted)
        self.missions.address(mission, commune)
        placed.slots.append(
            ground.new(
                Slot,
                mission=mission,
                kind=SlotKind.UNDATED,
                zone=commune.timezone,
                capacity=ground.dice.randint(*template["places"]),
                valid_from=posted.date(),
                valid_until=ends,
                seatless=True,
            )
        )
        self.missions.relate(mission, template, commune)
        ground.event("mission.imported", mission, posted, organisation=hosted.organisation.pk)
        if state != State.PENDING:
            ground.event("mission.published", mission, posted, organisation=hosted.organisation.pk)
        if state == State.CLOSED:
            placed.closed_at = mission.state_changed_at = max(posted, ground.days_ago(2))
            mission.close_reason = CloseReason.GONE_FROM_FEED
            ground.event("mission.closed", mission, placed.closed_at, reason=CloseReason.GONE_FROM_FEED.value)
        self.missions.all.append(placed)
        return placed

    def _reviewed(self) -> None:
        """The partner that the brigade reviews: an organisation to attach, missions to read."""
        ground = self.ground
        for key, external, state in (
            ("deux-rives", "annuaire-26-014", PartnerOrganisation.State.AWAITING),
            ("coup-de-pouce-45", "annuaire-45-003", PartnerOrganisation.State.LINKED),
            ("calanques", "annuaire-13-027", PartnerOrganisation.State.REFUSED),
        ):
            hosted = self.organisations.all[key]
            at = ground.days_ago(3)
            identity = ground.new(
                PartnerOrganisation,
                partner=self.reviewed,
                external_id=external,
                organisation=hosted.organisation,
                state=state,
                created_at=at,
            )
            if state == PartnerOrganisation.State.REFUSED:
                continue
            imported = [self._mission(hosted, identity, State.PENDING, at) for _ in range(2)]
            if state == PartnerOrganisation.State.AWAITING:  # its missions wait with it
                title = f"{self.reviewed.name} → {hosted.organisation.name}"
                self._item(ModerationItem.Kind.ATTACHMENT, identity, title, hosted, at)
                continue
            for placed in imported:
                self._item(ModerationItem.Kind.MISSION, placed.mission, placed.mission.title, hosted, at)

    def _item(self, kind: str, subject: Any, title: str, hosted: Hosted, at: datetime.datetime) -> None:
        domain = subject.domain_id if isinstance(subject, Mission) else None
        item = self.ground.new(
            ModerationItem,
            kind=kind,
            cause=ModerationItem.Cause.IMPORT,
            subject_type=subject._meta.label,
            subject_id=subject.pk,
            title=title[:200],
            department_id=hosted.organisation.department_id,
            domain_id=domain,
            created_at=at,
        )
        self.ground.event("moderation.opened", item, at, cause="import", fields=[])

    def _runs(self) -> None:
        """Five readings: the first creates, one fails, one closes, the last is held until somebody says yes."""
        ground = self.ground
        imported = [p.mission for p in self.missions.all if p.mission.source == self.trusted.slug]
        source = self.trusted.feed_url
        for index, days in enumerate(RUN_DAYS):
            began = ground.days_ago(days)
            fields: dict[str, Any] = {"state": FeedRun.State.DONE, "seen": len(imported) - index % 3}
            if index == 0:
                fields |= {"created": len(imported) - 4, "rejected": len(REJECTED), "left_out": len(LEFT_OUT)}
            elif index == 1:
                fields = {
                    "state": FeedRun.State.FAILED,
                    "error": "Le partenaire n’a pas répondu en 30 secondes.",
                }
            elif index == 4:
                held = [m.pk for m in imported if m.state == State.OPEN][:12]
                fields |= {
                    "state": FeedRun.State.HELD,
                    "unchanged": len(imported) - 12,
                    "held_closings": held,
                }
            elif index == 3:
                fields |= {"updated": 5, "closed": 3, "reopened": 1, "unchanged": len(imported) - 9}
            else:
                fields |= {"created": 4 if index == 2 else 0, "unchanged": len(imported) - 4}
            run = ground.new(
                FeedRun,
                partner=self.trusted,
                source=source,
                started_at=began,
                heartbeat_at=began,
                finished_at=began + datetime.timedelta(seconds=42),
                **fields,
            )
            if index == 0:
                self._issues(run)
            ended = began + datetime.timedelta(seconds=42)
            ground.event("feed.run_done", run, ended, partner=self.trusted.slug, state=str(run.state))

    def _issues(self, run: FeedRun) -> None:
        for level, found in ((FeedIssue.Level.REJECTED, REJECTED), (FeedIssue.Level.LEFT_OUT, LEFT_OUT)):
            for line, client_id, field, reason in found:
                self.ground.new(
                    FeedIssue,
                    run=run,
                    line=line,
                    client_id=client_id,
                    level=level,
                    field=field,
                    reason=reason,
                )
        self.ground.new(
            FeedIssue,
            run=run,
            line=310,
            client_id="essai-2063",
            level=FeedIssue.Level.HINT,
            field="description",
            reason="Description de moins de 300 caractères.",
        )


def feed() -> str:
    """The trusted partner's feed, as it would be read today: what is already here, and one mission that is new."""
    missions = (
        Mission.objects.filter(source=texts.read("partner")["slug"], state=State.OPEN)
        .select_related("organisation")
        .prefetch_related("addresses__commune__department", "slots")
        .order_by("source_id")
    )
    ids = dict(
        PartnerOrganisation.objects.filter(partner__slug=texts.read("partner")["slug"]).values_list(
            "organisation_id", "external_id"
        )
    )
    spec = texts.read("partner")
    parts = [_mission(mission, ids[mission.organisation_id]) for mission in missions]
    if parts:
        new = missions[0]
        new.source_id, new.title = "essai-2900", "Lire le journal avec des résidents, le matin"
        new.application_url = f"{spec['site']}/missions/essai-2900"
        parts.append(_mission(new, ids[new.organisation_id]))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<source>\n<publisher>{escape(spec['name'])}</publisher>\n<publisherurl>{spec['site']}</publisherurl>\n"
        + "\n".join(parts)
        + "\n</source>\n"
    )


def remember(path: Path) -> None:
    """Keep what this feed says of each mission, so that reading it again changes nothing."""
    kept = {
        row.mission.source_id: row for row in FeedMission.objects.filter(digest="").select_related("mission")
    }
    if not kept:
        return
    items = [item for node in reader.missions(path) if (item := reading.read(node)).client_id in kept]
    writer = Writer(Partner.objects.get(slug=texts.read("partner")["slug"]))
    for ready in writer._prepare(items, Report()):
        kept[ready.item.client_id].digest = ready.digest
    FeedMission.objects.bulk_update(kept.values(), ["digest"])


def _mission(mission: Mission, organisation_id: str) -> str:
    address, slot = mission.addresses.all()[0], mission.slots.all()[0]
    place = address.commune
    organisation = mission.organisation
    tags: dict[str, Any] = {
        "clientId": mission.source_id,
        "title": mission.title,
        "description": mission.description,
        "applicationUrl": mission.application_url,
        "postedAt": _iso(mission.published_at),
        "startAt": _iso(mission.published_at),
        "endAt": _iso(datetime.datetime.combine(slot.valid_until, datetime.time(18), tzinfo=PARIS))
        if slot.valid_until
        else "",
        "domain": DOMAIN_OUT.get(mission.domain_id or "", ""),
        "remote": {"on_site": "no", "hybrid": "possible", "remote": "full"}[mission.mode],
        "schedule": mission.get_commitment_display(),
        "places": slot.capacity,
        "openToMinors": "yes" if mission.minimum_age == 16 else "no",
        "organizationClientId": organisation_id,
        "organizationName": organisation.name,
        "organizationRNA": organisation.rna,
        "organizationSiren": organisation.siren,
        "organizationDescription": organisation.description,
    }
    point = (
        f"<location><lat>{address.latitude}</lat><lon>{address.longitude}</lon></location>"
        if address.latitude
        else ""
    )
    where = (
        f"<addresses><address><street>{escape(address.street)}</street><postalCode>{address.postal_code}</postalCode>"
        f"<city>{escape(place.name)}</city><departmentCode>{place.department_id}</departmentCode>"
        f"<country>FR</country>{point}</address></addresses>"
    )
    lines = [
        f"  <{tag}>{escape(str(value))}</{tag}>" for tag, value in tags.items() if value not in ("", None)
    ]
    return "\n".join(["<mission>", *lines, f"  {where}", "</mission>"])


def _iso(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
