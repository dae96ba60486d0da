"""Make the demo's world, once. `seed` writes everything in one transaction; `forget` empties it again."""

import json
from datetime import timedelta
from pathlib import Path

import pgtrigger
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection, transaction

from alliances.glossary import reference as glossary_words
from alliances.ideas.models import Idea
from alliances.library import reference as library_sheets
from alliances.programme import reference as programme_measures
from alliances.statements.models import Statement
from jeveuxagir.accounts.models import (
    GuardianNotice,
    Person,
    ReadLog,
    RoleGrant,
    StaffInvitation,
    TermsAcceptance,
    UnconfirmedContact,
    User,
)
from jeveuxagir.audit.models import Event, Tally
from jeveuxagir.common.clock import PARIS
from jeveuxagir.findable import services as findable
from jeveuxagir.moderation.models import ModerationItem, ModerationNote, Report
from jeveuxagir.notifications.models import Message, Preference
from missions.alerts.models import AlertHit, NewMission, SavedSearch
from missions.enums import State as MissionState
from missions.feeds.models import FeedIssue, FeedMission, FeedRun, Partner, PartnerOrganisation
from missions.models import Mission, MissionAddress, Slot
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation, PlaceAlert
from missions.proposals.models import MatchRun, Proposal
from missions.resources import reference as instruments
from organisations.models import Invitation, JoinRequest, Membership, Organisation, Verification
from volunteers.requests.enums import Mode
from volunteers.requests.models import EngagementRequest

from . import accounts, pairings, partner, texts
from .accounts import ACCOUNTS, Accounts
from .alerts import Alerts
from .alliances import TABLES as ALLIANCE_TABLES
from .alliances import Alliances
from .board import Board
from .challenges import TABLES as CHALLENGE_TABLES
from .challenges import Challenges
from .charters import Charters
from .contributions import TABLES as CONTRIBUTION_TABLES
from .contributions import Contributions
from .employers import Employers
from .evaluations import Evaluations
from .events import TABLES as EVENT_TABLES
from .events import Events
from .examples import TABLES as EXAMPLE_TABLES
from .examples import Examples
from .exchanges import TABLES as EXCHANGE_TABLES
from .exchanges import Exchanges
from .glossary import TABLES as GLOSSARY_TABLES
from .glossary import Glossary
from .governance import TABLES as GOVERNANCE_TABLES
from .governance import Governance
from .ground import Ground
from .ideas import Ideas
from .indicators import TABLES as INDICATOR_TABLES
from .indicators import Indicators
from .introductions import TABLES as INTRODUCTION_TABLES
from .introductions import Introductions
from .joining import Joining, registry_lines
from .library import TABLES as LIBRARY_TABLES
from .library import Library
from .mails import Mails
from .missions import NATION, Missions
from .moderation import Moderation
from .networks import TABLES as NETWORK_TABLES
from .networks import Networks
from .organisations import Organisations
from .participations import Participations
from .people import People
from .programme import TABLES as PROGRAMME_TABLES
from .programme import Programme
from .reports import Reports
from .requests import Requests
from .resources import TABLES as RESOURCE_TABLES
from .resources import Resources
from .skill_needs import TABLES as SKILL_NEED_TABLES
from .skill_needs import SkillNeeds
from .sponsorships import PAST as SPONSORSHIP_PAST
from .sponsorships import TABLES as SPONSORSHIP_TABLES
from .sponsorships import Sponsorships
from .statements import Statements
from .teams import Teams

#: Tables that a reset leaves alone: reference data and Django's own.
KEPT = (
    "territories_",
    "taxonomies_",
    "django_migrations",
    "django_content_type",
    "auth_permission",
)
#: How many people live in each department where something happens, besides one per mission.
CROWD = {
    "26": 60,
    "45": 34,
    "13": 34,
    "93": 34,
    "23": 28,
    "972": 22,
    "974": 30,
    "75": 24,
    "69": 18,
    "59": 18,
    "971": 14,
    "973": 14,
}
MINORS = 14


def is_seeded() -> bool:
    return User.objects.filter(email=ACCOUNTS[0].email).exists()


def seed() -> bool:
    """Make the demo data. False when they are already there."""
    with transaction.atomic():
        if is_seeded():
            return False
        _seed()
    cache.clear()
    return True


def forget() -> None:
    """Empty every table but the reference data."""
    with transaction.atomic(), connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if not name.startswith(KEPT)]
        quoted = ", ".join(connection.ops.quote_name(name) for name in names)
        # the texts that a migration brings name accounts: emptied with them, then put back
        cursor.execute(
            "CREATE TEMP TABLE kept_answers ON COMMIT DROP AS "
            "SELECT * FROM brigades_answertemplate WHERE written_by_id IS NULL"
        )
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY")
        cursor.execute("INSERT INTO brigades_answertemplate SELECT * FROM kept_answers")
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('brigades_answertemplate', 'id'), max(id)) "
            "FROM brigades_answertemplate HAVING max(id) IS NOT NULL"
        )
        glossary_words.load(connection)
        programme_measures.load(connection)
        instruments.load(connection)
        library_sheets.load()
    cache.clear()


def write_files(accounts_file: Path) -> None:
    """The accounts that `make demo` prints, and the partner's feed beside them."""
    accounts_file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = accounts_file.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(accounts.listed(), ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.rename(accounts_file)
    feed = accounts_file.parent / "flux-essai.xml"
    feed.write_text(partner.feed(), encoding="utf-8")
    partner.remember(feed)
    lines = accounts_file.parent / "registres.json"
    lines.write_text(json.dumps(registry_lines(), ensure_ascii=False, indent=1), encoding="utf-8")


def _seed() -> None:
    ground = Ground()
    people = People(ground)
    own = Accounts(ground, people)
    organisations = Organisations(ground, people)
    missions = Missions(ground)
    _load_places(ground)

    own.build()
    organisations.build(own.members, own.staff)
    missions.build(organisations.all, own.staff)
    partner.Partners(ground, organisations, missions).build()
    Joining(ground, organisations, people).build()
    _inhabitants(ground, people, missions)
    participations = Participations(ground, people, missions)
    participations.build()
    participations.story_of_the_reading_club(own.persons["lina"])
    _story_of_nadia(ground, participations, missions, own.persons["nadia"])
    participations.story_of_a_moved_slot(own.persons["nadia"])
    participations.alerts()
    participations.unconfirmed(9)
    Teams(ground, organisations, missions, participations).build()
    ground.write(Person, User, EmailAddress, RoleGrant, StaffInvitation, UnconfirmedContact, TermsAcceptance)
    ground.write(Organisation, Membership, Invitation, JoinRequest, Verification)
    ground.write(Partner, PartnerOrganisation, FeedRun, FeedIssue)
    ground.write(Mission, FeedMission, MissionAddress, Slot)
    ground.write(Mission.sdgs.through, Mission.activities.through, Mission.skills.through)
    ground.write(Participation)  # the engine reads the seats they take, and how fast organisations answer

    requests = Requests(ground, people, missions, participations, own.staff)
    requests.use(Board(missions.all, ground.today))
    _stories_of_requests(ground, requests, own)
    requests.build()
    requests.settle()
    requests.received(
        14, [ground.commune(code) for code in ("26281", "45234", "13055", "93066", "97411", "23096")]
    )
    _anonymous_departures(ground, missions)
    _readings(ground, requests, own)
    Moderation(ground, organisations, missions, own.staff).build()
    Reports(ground, organisations, missions, own.staff).build()
    Ideas(ground, people, own.persons, own.staff).build()
    Glossary(ground, people, own.persons, own.staff).build()
    Programme(ground, organisations, people, own.persons, own.staff).build()
    Statements(ground, people, own.persons, own.staff).build()
    alliances = Alliances(ground, organisations, people, missions, own.persons, own.staff)
    alliances.build()  # `alliances.all[key]` is what charters, meetings and indicators stand on
    governance = Governance(ground, alliances)
    governance.build()
    Contributions(ground, alliances).build()
    Indicators(ground, alliances, organisations).build()
    evaluations = Evaluations(ground, alliances)
    evaluations.build()
    Exchanges(ground, alliances, own.staff).build()
    Challenges(ground, organisations, people, alliances, own.persons, own.staff).build()
    Events(ground, organisations, people, alliances, own.persons, own.staff).build()
    Alerts(ground, people, missions, own.persons).build()
    Mails(ground, organisations, missions, participations, own.persons).build()
    introductions = Introductions(ground, organisations, people, alliances, own.staff)
    introductions.build()
    Networks(ground, organisations, people).build()
    Library(ground, organisations, alliances).build()
    Examples(ground, organisations, alliances).build()
    employers = Employers(ground, people, organisations, own.persons, own.staff)
    employers.build()  # `employers.offers[key]` is what sponsorships stand on
    Resources(ground, organisations, people, own.staff).build()
    skill_needs = SkillNeeds(ground, organisations, people, own.staff)
    skill_needs.build()
    Sponsorships(ground, organisations, people, own.persons, employers.offers, skill_needs).build()

    employers.write()
    ground.write(
        UnconfirmedContact,
        EngagementRequest,
        EngagementRequest.domains.through,
        EngagementRequest.skills.through,
    )
    ground.write(Participation, Departure, PlaceAlert, MatchRun, Proposal)
    ground.write(*ALLIANCE_TABLES)
    ground.write(*GOVERNANCE_TABLES)
    governance.settle()
    ground.write(*CONTRIBUTION_TABLES, *INDICATOR_TABLES)
    evaluations.write()
    ground.write(*EXCHANGE_TABLES)
    ground.write(*CHALLENGE_TABLES)
    ground.write(*GLOSSARY_TABLES, *PROGRAMME_TABLES)
    ground.write(*EVENT_TABLES)
    ground.write(*INTRODUCTION_TABLES, *NETWORK_TABLES)
    ground.write(*RESOURCE_TABLES)
    introductions.settle()
    ground.write(*LIBRARY_TABLES, *EXAMPLE_TABLES)
    ground.write(*SKILL_NEED_TABLES)
    with pgtrigger.ignore(*SPONSORSHIP_PAST), connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # COPY is no statement that would carry the setting
        ground.write(*SPONSORSHIP_TABLES)
    ground.write(Idea, Statement, SavedSearch, AlertHit, NewMission, Preference)
    charters = Charters(ground, alliances)
    charters.build()
    charters.write()
    ground.write(ModerationItem, ModerationNote, Report, Tally, GuardianNotice, ReadLog, Message, Event)
    charters.documents()
    pairings.bring_together()
    findable.rebuild()
    Accounts.second_factors()


def _load_places(ground: Ground) -> None:
    specs = texts.read("organisations")["organisation"] + texts.read("partner")["organisation"]
    codes = [spec["commune"] for spec in specs] + list(NATION) + [account.commune for account in ACCOUNTS]
    ground.load_communes(codes)
    departments = {ground.commune(code).department_id for code in codes}
    ground.load_departments(departments | set(accounts.BRIGADES))


def _inhabitants(ground: Ground, people: People, missions: Missions) -> None:
    """The more happens in a department, the more of its people are here; a few are 16 or 17."""
    number: dict[str, int] = dict.fromkeys(sorted({p.department for p in missions.all if p.department}), 4)
    for index, placed in enumerate(missions.all):
        if placed.department and index % 2:
            number[placed.department] += 1
    for department, extra in CROWD.items():
        number[department] += extra
    towns: dict[str, list[str]] = {}
    for placed in missions.all:
        if placed.commune is not None:
            towns.setdefault(placed.department, []).append(placed.commune.pk)
    minors = 0
    for department, wanted in number.items():
        for index in range(wanted):
            home = ground.commune(ground.pick(towns[department])) if towns.get(department) else None
            if home is None:
                continue
            lives_in = home if ground.chance(0.6) else ground.pick(ground.near(home, 14))
            young = index == 1 and minors < MINORS
            person = people.inhabitant(lives_in, age=ground.dice.choice((16, 17)) if young else None)
            if young:
                minors += 1
                state = GuardianNotice.State.OBJECTED if minors == 3 else GuardianNotice.State.TOLD
                people.guardian(person, state, ground.later(person.created_at, 0.01, 0.1))
                if state == GuardianNotice.State.OBJECTED:
                    people.of_department[department].remove(person)


def _story_of_nadia(
    ground: Ground, participations: Participations, missions: Missions, nadia: Person
) -> None:
    """She waits for the reading club, is expected at the shared kitchen, and has already given a day."""
    wanted = (
        ("mots-passants", "club-lecture", ParticipationState.APPLIED, 2),
        ("table-ouverte", "cuisine-solidaire", ParticipationState.ACCEPTED, 9),
        ("table-ouverte", "collecte-supermarche", ParticipationState.REALISED, 60),
    )
    for key, code, state, days in wanted:
        past = state == ParticipationState.REALISED
        for placed in sorted(missions.all, key=lambda p: (p.template["code"] != code, p.mission.pk)):
            if (
                placed.hosted.key != key
                or not participations.may_join(nadia, placed)
                or placed.mission.published_at is None
            ):
                continue
            if not past and placed.mission.state != MissionState.OPEN:
                continue
            slots = [
                s for s in placed.slots
                if participations.free(s) > 0
                and ((s.ends_at or ground.now) < ground.now if past else (s.starts_at or ground.now) >= ground.now)
            ]  # fmt: skip
            if past and not slots and placed.mission.state == MissionState.DONE:
                slots = [s for s in placed.slots if participations.free(s) > 0]
            if slots:
                at = max(ground.days_ago(days), placed.mission.published_at)
                participations.make(nadia, placed, slots[0], state, at)
                break


def _stories_of_requests(ground: Ground, requests: Requests, own: Accounts) -> None:
    """Nadia and Lina have open proposals; three people of the Drôme wait for the brigade."""
    romans = ground.commune("26281")
    evenings = 0b100100100100100
    nadia = requests.file(
        own.persons["nadia"], romans, 3, domains=["culture", "environnement", "education"], radius_km=20,
        half_days=evenings | (0b111011 << 15), mode=Mode.BOTH, commitment="weekly",
        note=texts.typeset("J'aime les livres, les jardins et les gens. Plutôt le soir ou le samedi."),
    )  # fmt: skip
    requests.propose(nadia, nadia.request.filed_at, still_open=True)
    lina = requests.file(own.persons["lina"], ground.commune("26057"), 1, open_to_anything=True, radius_km=15)
    requests.propose(lina, lina.request.filed_at, still_open=True)
    adults = [p for p in requests.people.of_department["26"] if p.eighteen_on is None]
    for person, code, days in zip(adults, ("26281", "26057", "26281"), (19, 12, 9), strict=False):
        waiting = requests.file(
            person, ground.commune(code), days, domains=["solidarite-insertion", "education"], radius_km=20,
            channel="phone", note=requests.phrases["phone_note"][0],
        )  # fmt: skip
        waiting.leave_to_the_brigade = True


def _readings(ground: Ground, requests: Requests, own: Accounts) -> None:
    """The brigades looked at some requests, the day after they came; Nadia's was, twice."""
    noted = set()
    for index, wishes in enumerate(requests.all):
        request, person = wishes.request, wishes.request.person
        reader = own.staff.get(request.commune.department_id)
        known = person in (own.persons["nadia"], own.persons["lina"])
        if reader is None or person is None or (index % 4 and not known) or person.pk == reader.person_id:
            continue
        for readers, page, after in (
            ((reader, own.staff["lead"]) if known else (reader,), ReadLog.Page.REQUEST, 1),
            ((reader,) if index % 8 == 0 else (), ReadLog.Page.PROPOSAL, 3),
        ):
            for viewer in readers:
                at = request.filed_at + timedelta(days=after)  # no dice: what follows stays as it was
                key = (viewer.pk, at.astimezone(PARIS).date(), person.pk, page)
                if key not in noted and at < ground.now:
                    noted.add(key)
                    ground.new(ReadLog, viewer=viewer, person=person, page=page, day=key[1], at=at)


def _anonymous_departures(ground: Ground, missions: Missions) -> None:
    imported = [p.mission for p in missions.all if p.mission.is_imported and p.mission.published_at]
    for index in range(18):
        mission = ground.pick(imported)
        departure = ground.new(Departure, mission=mission, created_at=ground.days_ago(index))
        ground.event(
            "departure.recorded",
            departure,
            departure.created_at,
            mission=mission.pk,
            person=None,
            request=None,
        )
