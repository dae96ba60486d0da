"""Reading a partner's feed from its address to our missions, and the decisions of staff about it.

Two passes over a file on disk: the first proves that all of it reads well, so that a broken feed changes nothing;
the second writes batch by batch. What disappears is closed at the end only, and only if the feed looks whole.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import structlog
from django.db import transaction

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.jobs import hourly, run_once
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.statistics import MUCH, analyze
from jeveuxagir.common.text import clean, of, plural
from jeveuxagir.partners import http
from missions import imports
from missions import services as mission_services
from missions.enums import State as MissionState
from missions.models import Mission, MissionAddress, Slot
from missions.proposals import services as proposals
from organisations.models import Organisation

from . import notifications, policies, reader, reading
from .models import FeedIssue, FeedRun, Partner, PartnerOrganisation
from .reader import Unreadable
from .reading import Item, Rejected
from .writing import Report, Writer

logger = structlog.get_logger(__name__)

State, Decision = FeedRun.State, FeedRun.Decision
Progress = Callable[[int, int], None]

EVERY_HOURS = 6
DEAD_AFTER = timedelta(minutes=10)
BATCH = 250
#: letters of a batch: a few huge missions are written sooner
BATCH_LETTERS = 2_000_000
CHUNK = 500
#: A feed that lost this share of its missions since the last complete one closes nothing by itself.
SHORTER_PERCENT = 30
#: Nor does one that would close more than half of a partner's missions, from this number on.
MANY_CLOSINGS = 20
MAX_REMARKS = 20_000
#: what a feed fills; searches read them at once
WRITTEN = (
    Mission,
    MissionAddress,
    Slot,
    Mission.activities.through,
    Mission.skills.through,
    Mission.sdgs.through,
    Organisation,
)
RUNS_WITH_ISSUES = 40
#: letters of the reason of a decision
MAX_REASON = 500
ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.1"


class _Replaced(Exception):
    """Another run has declared this one dead."""


def import_feed(
    partner: Partner, source: str | Path, *, actor: User | None = None, progress: Progress | None = None
) -> FeedRun:
    """Read the feed at this address, or in this file, now. What is wrong with it stands in the run's report."""
    return carry_out(start(partner, str(source), actor=actor), progress=progress)


@transaction.atomic
def start(partner: Partner, source: str, *, actor: User | None = None) -> FeedRun:
    """Open a run: one at a time for a partner; a dead one is failed and replaced."""
    partner = lock(Partner.objects.all(), pk=partner.pk)
    running = FeedRun.objects.filter(partner=partner, state=State.RUNNING).first()
    if running is not None:
        if running.heartbeat_at > now() - DEAD_AFTER:
            raise RuleBroken(
                f"Un relevé du flux {of(partner.name)} est déjà en cours : attendez qu’il se termine.",
                code="running",
            )
        _end(running, State.FAILED, error="Le relevé s’est interrompu : il n’a plus donné signe de vie.")
    run = FeedRun.objects.create(partner=partner, source=source[:1000], started_by=actor)
    record("feed.run_started", run, actor=actor, partner=partner.slug)
    run.refresh_from_db()
    return run


def carry_out(run: FeedRun, *, progress: Progress | None = None) -> FeedRun:
    """Do what an open run is for, and end it whatever happens."""
    try:
        with _on_disk(run.source) as path:
            _Import(run, path, progress).run()
        if run.created + run.updated + run.closed >= MUCH:
            analyze(*WRITTEN)
    except _Replaced:
        run.refresh_from_db()
    except RuleBroken as refusal:
        _fail(run, refusal.message)
    except BaseException:
        _fail(run, "Le relevé s’est arrêté sur une erreur inattendue. Ce qui était déjà lu est gardé.")
        raise
    return run


def claim_due() -> FeedRun | None:
    """Open the run of one partner whose feed was not read yet in this period of six hours, or nothing."""
    due = Partner.objects.filter(is_active=True, feed_url__startswith="http").order_by("pk")
    for partner in due:
        claimed: list[FeedRun] = []

        def claim(partner: Partner = partner, claimed: list[FeedRun] = claimed) -> dict[str, int]:
            claimed.append(start(partner, partner.feed_url))
            return {"run": claimed[0].pk}

        try:
            if run_once(f"feeds.{partner.slug}", hourly(hours=EVERY_HOURS), claim):
                return claimed[0]
        except RuleBroken:
            continue  # it is being read right now, by a person
    return None


# --- decisions of staff ---------------------------------------------------------------------------


@transaction.atomic
def release_held(run: FeedRun, *, actor: User, reason: str) -> FeedRun:
    """The closings that waited are right: do them."""
    run = _held(run, actor)
    reason = _reason(reason)
    ids = run.held_closings
    closed = sum(imports.close_gone(ids[at : at + CHUNK], actor=actor) for at in range(0, len(ids), CHUNK))
    run.closed += closed
    _decide(run, actor, Decision.RELEASED, reason)
    record("feed.closings_released", run, actor=actor, closed=closed, reason=reason)
    notifications.tell_decided(run, len(ids))
    return run


@transaction.atomic
def refuse_held(run: FeedRun, *, actor: User, reason: str) -> FeedRun:
    """The feed was wrong: its missing missions stay open, and the next feed is not compared with it.

    Whoever keeps the feed at the partner's reads why.
    """
    run = _held(run, actor)
    reason = _reason(reason)
    kept = len(run.held_closings)
    _decide(run, actor, Decision.REFUSED, reason)
    record("feed.closings_refused", run, actor=actor, kept=kept, reason=reason)
    notifications.tell_decided(run, kept)
    notifications.tell_partner(run, kept)
    return run


@transaction.atomic
def accept_attachment(identity: PartnerOrganisation, *, actor: User | None) -> PartnerOrganisation:
    """A moderator's yes: this partner's missions are those of this organisation; they go on from pending."""
    organisation, identities = _awaiting(identity)
    _attach(identities, PartnerOrganisation.State.LINKED)
    missions = _pending_of(identities)
    if identity.partner.trust == Partner.Trust.TRUSTED and organisation.is_verified:
        for mission in missions:
            mission_services.publish(mission, actor=actor)
    elif identity.partner.trust == Partner.Trust.REVIEWED:
        imports.queue_many(missions)
    record("feed.attachment_accepted", organisation, actor=actor, partner=identity.partner.slug)
    return identity


@transaction.atomic
def refuse_attachment(
    identity: PartnerOrganisation, *, actor: User | None, reason: str
) -> PartnerOrganisation:
    """A moderator's no: nothing of this partner is published for this organisation."""
    organisation, identities = _awaiting(identity)
    _attach(identities, PartnerOrganisation.State.REFUSED)
    imports.refuse_many(_pending_of(identities), actor=actor, reason=reason)
    record(
        "feed.attachment_refused",
        organisation,
        actor=actor,
        partner=identity.partner.slug,
        reason=clean(reason),
    )
    return identity


# --- one run --------------------------------------------------------------------------------------


class _Import:
    """The second half of a run: from a file on disk to our missions."""

    def __init__(self, run: FeedRun, path: Path, progress: Progress | None) -> None:
        self.run_row, self.partner, self.path = run, run.partner, path
        self.progress = progress or (lambda done, total: None)
        self.report = Report()
        #: clientId → line of the first mission that bears it
        self.named: dict[str, int] = {}
        self.remarks = 0

    def run(self) -> None:
        checked = reader.check(self.path, alive=self._beat)
        self._beat()
        if checked.controls:
            self.report.tell(
                1,
                "",
                FeedIssue.Level.LEFT_OUT,
                "",
                f"{plural(checked.controls, 'caractère de contrôle retiré', 'caractères de contrôle retirés')}.",
            )
        writer = Writer(self.partner)
        self.progress(0, checked.items)
        for items in self._batches():
            self.report.add(writer.write(items))
            self._keep()
            self.progress(self.run_row.seen, checked.items)
        self._keep()
        self._finish()

    def _batches(self) -> Iterator[list[Item]]:
        batch: list[Item] = []
        letters = 0
        for node in reader.missions(self.path):
            self.run_row.seen += 1
            item = self._read(node)
            if item is not None:
                batch.append(item)
                letters += len(item.description)
            if len(batch) >= BATCH or letters > BATCH_LETTERS or self.run_row.seen % (4 * BATCH) == 0:
                yield batch
                batch, letters = [], 0
        yield batch

    def _read(self, node: reader.Node) -> Item | None:
        client_id = reading.client_id_of(node)
        reject = FeedIssue.Level.REJECTED
        if client_id in self.named:
            reason = f"ClientId déjà donné ligne {self.named[client_id]} : la première mission est gardée."
            self.report.tell(node.line, client_id, reject, "clientId", reason)
            return None
        if client_id:
            self.named[client_id] = node.line
        try:
            return reading.read(node)
        except Rejected as rejected:
            self.report.tell(node.line, client_id, reject, rejected.tag, rejected.reason)
            return None

    def _keep(self) -> None:
        """Write the report so far, with a sign of life."""
        run, report = self.run_row, self.report
        run.created, run.updated, run.unchanged = report.created, report.updated, report.unchanged
        run.reopened = report.reopened
        run.rejected += report.count(FeedIssue.Level.REJECTED)
        run.left_out += report.count(FeedIssue.Level.LEFT_OUT)
        with transaction.atomic():
            self._beat()
            FeedIssue.objects.bulk_create(self._kept_issues(report), batch_size=1000)
        report.issues = []

    def _kept_issues(self, report: Report) -> Iterator[FeedIssue]:
        for issue in report.issues:
            if issue.level != FeedIssue.Level.REJECTED:
                self.remarks += 1
                if self.remarks > MAX_REMARKS:
                    continue
            issue.run = self.run_row
            yield issue

    def _beat(self) -> None:
        run = self.run_row
        run.heartbeat_at = now()
        names = (
            "heartbeat_at",
            "seen",
            "created",
            "updated",
            "unchanged",
            "reopened",
            "rejected",
            "left_out",
        )
        alive = FeedRun.objects.filter(pk=run.pk, state=State.RUNNING)
        if not alive.update(**{name: getattr(run, name) for name in names}):
            raise _Replaced

    # --- the end ---

    def _finish(self) -> None:
        run = self.run_row
        gone = self._gone()
        why = self._why_hold(gone) if gone else ""
        if not why:
            for at in range(0, len(gone), CHUNK):
                run.closed += imports.close_gone(gone[at : at + CHUNK])
                self._beat()
        with transaction.atomic():
            lock(Partner.objects.all(), pk=self.partner.pk)
            self._beat()
            replaced = _supersede(run)
            run.held_closings = gone if why else []
            _end(run, State.HELD if why else State.DONE, error=why)
            if why and not replaced:  # who decides knows already that this feed waits
                notifications.tell_held(run)
        _match(self.report.offered + _left_behind(run))
        _forget_old_issues(self.partner)

    def _gone(self) -> list[int]:
        """Missions of ours that the feed no longer names."""
        living = Mission.objects.filter(
            source=self.partner.slug, state__in=[MissionState.OPEN, MissionState.PENDING, MissionState.DRAFT]
        )
        rows = living.order_by("pk").values_list("pk", "source_id").iterator()
        return [pk for pk, source_id in rows if source_id not in self.named]

    def _why_hold(self, gone: list[int]) -> str:
        """Why these closings wait for a person, or nothing."""
        run = self.run_row
        waiting = plural(len(gone), "fermeture attend", "fermetures attendent") + " votre décision."
        before = (
            FeedRun.objects.complete().filter(partner=self.partner, pk__lt=run.pk).order_by("-pk").first()
        )
        if before is not None and run.seen * 100 <= before.seen * (100 - SHORTER_PERCENT):
            lost = round(100 - run.seen * 100 / before.seen)
            return (
                f"Le flux a {lost} % de missions de moins que la dernière fois "
                f"({before.seen} puis {run.seen}) : {waiting}"
            )
        if run.rejected * 2 > run.seen:
            return f"Plus de la moitié des missions sont rejetées ({run.rejected} sur {run.seen}) : {waiting}"
        if len(gone) > MANY_CLOSINGS and len(gone) > run.updated + run.unchanged + run.reopened:
            return f"Plus de la moitié des missions connues ont quitté le flux : {waiting}"
        return ""


# --- inside ---------------------------------------------------------------------------------------


@contextmanager
def _on_disk(source: str) -> Iterator[Path]:
    """The feed as a file: fetched to a temporary one, or the one that is named."""
    if "://" not in source:
        path = Path(source).expanduser()
        if not path.is_file():
            raise Unreadable("Ce fichier n’existe pas.", code="no_file")
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="flux-", suffix=".xml") as file:
        http.download(source, file, limits=http.FEED, accept=ACCEPT)
        file.flush()
        yield Path(file.name)


@transaction.atomic
def _fail(run: FeedRun, message: str) -> None:
    """End a run that could not be carried out. Nothing is closed."""
    alive = FeedRun.objects.select_for_update(of=("self",), no_key=True).filter(
        pk=run.pk, state=State.RUNNING
    )
    if alive.exists():
        _end(run, State.FAILED, error=message)


def _end(run: FeedRun, state: str, *, error: str = "") -> None:
    run.state, run.error, run.finished_at = state, error[:500], now()
    run.save()
    record(
        "feed.run_done",
        run,
        actor=run.started_by,
        partner=run.partner.slug,
        state=str(state),
        **{name: getattr(run, name) for name in ("seen", "created", "updated", "closed", "rejected")},
    )


def _supersede(run: FeedRun) -> int:
    """Closings that an older run holds are judged anew by this one. How many runs held some."""
    older = lock_all(FeedRun.objects.held().filter(partner=run.partner, pk__lt=run.pk))
    for old in older:
        _decide(old, None, Decision.SUPERSEDED)
    return len(older)


def _decide(run: FeedRun, actor: User | None, decision: str, reason: str = "") -> None:
    run.state, run.decision, run.decided_by, run.decision_reason = State.DONE, decision, actor, reason
    run.held_closings, run.error = [], ""
    run.save()


def _held(run: FeedRun, actor: User) -> FeedRun:
    """The run whose closings wait, locked: of two who decide at once, the second reads what the first did."""
    lock(Partner.objects.all(), pk=run.partner_id)
    run = lock(FeedRun.objects.select_related("partner", "decided_by__person"), pk=run.pk)
    if not policies.can_decide_closings(actor):
        raise NotAllowed
    if run.state != State.HELD:
        raise WrongState(_why_not_held(run), code="wrong_state")
    reading = FeedRun.objects.filter(partner=run.partner_id, state=State.RUNNING)
    if reading.filter(heartbeat_at__gt=now() - DEAD_AFTER).exists():
        raise WrongState(
            f"Un relevé plus récent du flux {of(run.partner.name)} est en cours : attendez sa fin, il dira ce qui "
            "manque encore.",
            code="running",
        )
    return run


def _why_not_held(run: FeedRun) -> str:
    waits_no_more = "Ces fermetures n’attendent plus de décision"
    if run.decision == Decision.SUPERSEDED:
        return f"{waits_no_more} : un relevé plus récent les a remplacées."
    if run.decision and run.decided_by:
        done = "confirmées" if run.decision == Decision.RELEASED else "refusées"
        return f"{waits_no_more} : {run.decided_by.person.first_name} les a {done}."
    return f"{waits_no_more}."


def _reason(text: str) -> str:
    reason = clean(text)
    if not reason:
        raise RuleBroken("Donnez la raison de votre décision.", code="reason")
    if len(reason) > MAX_REASON:
        raise RuleBroken(f"La raison a {MAX_REASON} caractères au plus.", code="reason")
    return reason


def _match(missions: list[int]) -> None:
    """One sweep for the whole run: the requests these missions may interest wait once in the queue."""
    missions = sorted(set(missions))
    for at in range(0, len(missions), CHUNK):
        proposals.match_soon(proposals.touched_by(missions[at : at + CHUNK]), cause="feed")


def _left_behind(run: FeedRun) -> list[int]:
    """What the run before wrote when it failed on its way: nobody was matched with it."""
    before = FeedRun.objects.filter(partner=run.partner, pk__lt=run.pk).order_by("-pk").first()
    if before is None or before.state != State.FAILED:
        return []
    written = Mission.objects.filter(
        source=run.partner.slug, state=MissionState.OPEN, updated_at__gte=before.started_at
    )
    return list(written.values_list("pk", flat=True))


def _forget_old_issues(partner: Partner) -> None:
    """The lines of reports are kept for the latest runs; the runs themselves stay."""
    runs = FeedRun.objects.filter(partner=partner).order_by("-pk").values_list("pk", flat=True)
    oldest = (
        runs[RUNS_WITH_ISSUES : RUNS_WITH_ISSUES + 1].first() if runs.count() > RUNS_WITH_ISSUES else None
    )
    if oldest is not None:
        FeedIssue.objects.filter(run__partner=partner, run__lte=oldest).delete()


def _awaiting(identity: PartnerOrganisation) -> tuple[Organisation, list[PartnerOrganisation]]:
    """The organisation and all ids of this partner that wait for the same yes, locked."""
    organisation = lock(Organisation.objects.all(), pk=identity.organisation_id)
    waiting = PartnerOrganisation.objects.same_attachment(identity)
    return organisation, lock_all(waiting.exclude(state=PartnerOrganisation.State.LINKED))


def _attach(identities: list[PartnerOrganisation], state: str) -> None:
    ids = [identity.pk for identity in identities]
    PartnerOrganisation.objects.filter(pk__in=ids).update(state=state)


def _pending_of(identities: list[PartnerOrganisation]) -> list[Mission]:
    return lock_all(
        Mission.objects.select_related("organisation", "domain", "department").filter(
            feed__identity__in=identities, state=MissionState.PENDING
        )
    )
