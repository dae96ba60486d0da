"""The rows of the role × route table: one person per role, and the objects the routes are about."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

import pgtrigger
from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import Client

from alliances.events.models import Registration
from alliances.examples.models import ImportRun
from brigades.models import AnswerTemplate, SavedFilter
from jeveuxagir.accounts.models import Person, StaffInvitation, User
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Commune
from missions.feeds.models import FeedRun, Partner
from missions.participations.models import Departure, Participation
from organisations.models import Invitation, JoinRequest
from tests import factories as f
from volunteers.requests.models import EngagementRequest

KINDS = {"association": "association", "company": "company", "authority": "local_authority"}
MEMBERS = ("owner", "manager", "reader")
BRIGADE = ("brigade_member", "brigade_lead", "regional", "national")
GRANTS = (*BRIGADE, "operator", "technical")

ANONYMOUS = "anonymous"
CITIZEN = "citizen"
MINOR = "minor"
ROLES = (
    ANONYMOUS,
    CITIZEN,
    MINOR,
    *(f"{member} of {kind}" for kind in KINDS for member in MEMBERS),
    *GRANTS,
)


#: what a signature or a validation froze, and a test writes over all the same
FROZEN = (
    "sponsorships.Convention:signed_words_are_fixed",
    "sponsorships.Convention:signed_paper_is_kept",
    "sponsorships.DayEntry:a_day_is_fixed",
)
#: what starts every text that somebody may type: it must never reach a page as it is
RAW = "<b>zz"
#: what is the citizen's own, as it stands in the database; `test_routes.MAY_SEE` says who may read it
CITIZENS = {
    "first_name": "Zzprenom",
    "last_name": "Zznomdefamille",
    "email": "zzadresse@exemple.fr",
    "phone": "99 88 77 66",
    "message": "Zzmessage",
    "note": "Zzprecision",
}


class World:
    """Everything is in Creuse and belongs to the citizen or to one of the three organisations."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {
            CITIZEN: f.make_user(first_name="Citoyenne"),
            MINOR: f.make_user(first_name="Mineur", age=17),
        }
        self.organisations = {}
        self._teams: dict[str, Any] = {}
        for kind, code in KINDS.items():
            organisation = f.make_organisation(kind=code)
            self.organisations[kind] = organisation
            for member in MEMBERS:
                self.users[f"{member} of {kind}"] = f.make_member(organisation, role=member)
        for role in GRANTS:
            self.users[role] = f.make_staff(role)
        self.clients = {role: Client() for role in ROLES}
        for role, user in self.users.items():
            if role in GRANTS:
                f.sign_in_staff(self.clients[role], user)
            else:
                self.clients[role].force_login(user)

    def poison(self) -> None:
        """Put HTML and quotes into every text of every row; the citizen's carry their own marks."""
        for model in apps.get_models():
            fields = [
                field for field in model._meta.local_fields if isinstance(field, LineField | ProseField)
            ]
            for field in fields:
                with pgtrigger.ignore(*FROZEN):
                    model._default_manager.update(
                        **{field.name: f"{RAW}'\"</b> {field.name}"[: field.max_length]}
                    )
        citizen = Person.objects.filter(pk=self.users[CITIZEN].person_id)
        citizen.update(
            first_name=RAW + CITIZENS["first_name"],
            last_name=RAW + CITIZENS["last_name"],
            email=CITIZENS["email"],
            phone="+33 6 " + CITIZENS["phone"],
        )
        User.objects.filter(person__in=citizen).update(email=CITIZENS["email"])
        EmailAddress.objects.filter(user__person__in=citizen).update(email=CITIZENS["email"])
        Participation.objects.filter(person__in=citizen).update(message=RAW + CITIZENS["message"])
        Registration.objects.filter(person__in=citizen).update(message=RAW + CITIZENS["message"])
        EngagementRequest.objects.filter(person__in=citizen).update(note=RAW + CITIZENS["note"])

    # --- what belongs to the citizen

    @cached_property
    def request(self) -> Any:
        return f.make_request(person=self.users[CITIZEN].person, state="proposed")

    @cached_property
    def proposal(self) -> Any:
        return f.make_proposal(request=self.request, mission=self.mission("association"))

    @cached_property
    def team_mission(self) -> Any:
        return f.make_team_mission(organisation=f.make_organisation(), teams=5, capacity=60)

    def team_of(self, kind: str) -> Any:
        """The team that this organisation brings to somebody else's mission."""
        if kind not in self._teams:
            self._teams[kind] = f.make_team(
                self.organisations[kind],
                slot=self.team_mission.slots.get(),
                person=self.users[f"owner of {kind}"].person,
            )
        return self._teams[kind]

    @cached_property
    def participation(self) -> Any:
        return self.participation_at("association")

    @cached_property
    def accepted(self) -> Any:
        return f.make_participation(person=self.users[CITIZEN].person, state="accepted")

    @cached_property
    def departure(self) -> Departure:
        return Departure.objects.create(person=self.users[CITIZEN].person, mission=self.imported_mission)

    @cached_property
    def contact_token(self) -> str:
        from jeveuxagir.accounts.services import keep_contact

        contact, token = keep_contact(
            email="aconfirmer@exemple.fr", first_name="Nouvelle", birth_date=datetime.date(1990, 1, 1)
        )
        f.make_request(contact=contact)
        return token

    @cached_property
    def guardian_token(self) -> str:
        from jeveuxagir.accounts.tokens import new_token

        token, token_hash = new_token()
        self.users[MINOR].person.guardian_notices.update(token_hash=token_hash)
        return token

    @cached_property
    def alert(self) -> Any:
        from missions.alerts.models import SavedSearch

        return SavedSearch.objects.create(
            person=self.users[CITIZEN].person, query="domaine=education", label="Éducation"
        )

    @cached_property
    def pledge(self) -> Any:
        return f.make_pledge(organisation=self.organisations["association"])

    @cached_property
    def contest(self) -> Any:
        from alliances.glossary.models import Contest, Term

        term = Term.objects.get(slug="alliance")
        return Contest.objects.create(
            term=term, number=1, person=self.users[CITIZEN].person, why="Trop court.", proposed="Autre chose."
        )

    @cached_property
    def place_alert(self) -> Any:
        from missions.participations.models import PlaceAlert

        return PlaceAlert.objects.create(person=self.users[CITIZEN].person, mission=f.make_mission())

    @cached_property
    def alert_token(self) -> str:
        from missions.alerts.notifications import stop_token

        return stop_token(self.alert.pk)

    @cached_property
    def stop_token(self) -> str:
        from jeveuxagir.notifications.links import stop_token

        return stop_token(self.users[CITIZEN].person_id, "proposals.new")

    @cached_property
    def idea(self) -> Any:
        return f.make_idea(person=self.users[CITIZEN].person)

    @cached_property
    def statement(self) -> Any:
        return f.make_statement(person=self.users[CITIZEN].person)

    # --- what belongs to an organisation (the company hosts nobody: its mission is the association's)

    def organisation(self, kind: str) -> Any:
        return self.organisations[kind]

    def mission(self, kind: str, state: str = "open") -> Any:
        cache = self.__dict__.setdefault("_missions", {})
        host = "association" if kind == "company" else kind
        if (host, state) not in cache:
            cache[host, state] = f.make_mission(organisation=self.organisations[host], state=state, slots=2)
        return cache[host, state]

    def need(self, kind: str, state: str = "open") -> Any:
        cache = self.__dict__.setdefault("_needs", {})
        owner = "association" if kind == "company" else kind
        if (owner, state) not in cache:
            cache[owner, state] = f.make_skill_need(organisation=self.organisations[owner], state=state)
        return cache[owner, state]

    @cached_property
    def imported_mission(self) -> Any:
        return f.make_mission(organisation=self.organisations["association"], imported=True)

    def participation_at(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_participations", {})
        if kind not in cache:
            cache[kind] = f.make_participation(person=self.users[CITIZEN].person, mission=self.mission(kind))
        return cache[kind]

    def membership(self, kind: str, member: str = "reader") -> Any:
        return self.users[f"{member} of {kind}"].person.memberships.get()

    def invitation(self, kind: str = "association") -> Any:
        cache = self.__dict__.setdefault("_invitations", {})
        if kind not in cache:
            from jeveuxagir.accounts.tokens import new_token

            token, token_hash = new_token()
            invitation = Invitation.objects.create(
                organisation=self.organisations[kind],
                email=f"invitee-{kind}@exemple.fr",
                role="reader",
                token_hash=token_hash,
                expires_at=now() + datetime.timedelta(days=7),
            )
            invitation.token = token
            cache[kind] = invitation
        return cache[kind]

    # --- what belongs to an employer

    def employers_own(self, kind: str, make: Any, **fields: Any) -> Any:
        """One row of `make` for the employer of this kind."""
        cache = self.__dict__.setdefault("_employers_own", {})
        key = (kind, make.__name__, *sorted(fields.items()))
        if key not in cache:
            cache[key] = make(self.organisations[kind], **fields)
        return cache[key]

    @cached_property
    def employee(self) -> Any:
        """The citizen works at the company, which may already lend them (`sponsorship`)."""
        from organisations.companies.models import Employee

        company, person = self.organisations["company"], self.users[CITIZEN].person
        known = Employee.objects.live().filter(organisation=company, person=person).first()
        return known or f.make_employee(company, person=person)

    # --- a common problem that the citizen states, ready for an alliance, and one still a draft

    @cached_property
    def challenge(self) -> Any:
        return f.make_challenge(person=self.users[CITIZEN].person, ready=True)

    @cached_property
    def method(self) -> Any:
        return f.make_method(person=self.users[CITIZEN].person)

    @cached_property
    def example(self) -> Any:
        return f.make_example(person=self.users[CITIZEN].person)

    @cached_property
    def drafted_example(self) -> Any:
        return f.make_example(person=self.users[CITIZEN].person, state="draft")

    @cached_property
    def asked_example(self) -> Any:
        """A draft that tells of an alliance: the citizen alone answers for a party of it."""
        told = f.make_alliance(parties=1)
        party = f.make_party(told, person=self.users[CITIZEN].person)
        example = f.make_example(state="draft", alliance=told)
        f.make_consent(party, example=example)
        return example

    @cached_property
    def examples_run(self) -> Any:
        return ImportRun.objects.create(source="Une base")

    @cached_property
    def guided_step(self) -> Any:
        return f.make_guided_step(self.alliance)

    @cached_property
    def foreign_guided_step(self) -> Any:
        return f.make_guided_step(f.make_alliance())

    @cached_property
    def drafted_method(self) -> Any:
        return f.make_method(person=self.users[CITIZEN].person, state="draft")

    @cached_property
    def assessment(self) -> Any:
        return f.make_assessment(person=self.users[CITIZEN].person)

    @cached_property
    def network(self) -> Any:
        return f.make_network(person=self.users[CITIZEN].person)

    @cached_property
    def resource(self) -> Any:
        return f.make_resource(person=self.users[CITIZEN].person)

    @cached_property
    def drafted_challenge(self) -> Any:
        return f.make_challenge(person=self.users[CITIZEN].person, state="draft")

    @cached_property
    def support(self) -> Any:
        return f.make_support(self.challenge, person=self.users[CITIZEN].person)

    # --- events: one that each organisation holds and where the citizen goes, one that is over, one still a draft

    def event(self, kind: str, state: str = "published") -> Any:
        cache = self.__dict__.setdefault("_events", {})
        if (kind, state) not in cache:
            in_days = -1 if state == "done" else 9
            made = f.make_event(
                organisation=self.organisations[kind],
                state=state,
                mode="both",
                in_days=in_days,
                followed_at=now(),
            )
            cache[kind, state] = made
            if state != "draft":
                self.registration(kind, state)
        return cache[kind, state]

    def registration(self, kind: str = "association", state: str = "published") -> Any:
        cache = self.__dict__.setdefault("_registrations", {})
        event = self.event(kind, state)
        if (kind, state) not in cache:
            cache[kind, state] = f.make_registration(
                event, person=self.users[CITIZEN].person, message="Bonjour"
            )
        return cache[kind, state]

    @cached_property
    def ticket_token(self) -> str:
        from alliances.events.notifications import token_of

        return token_of(self.registration().pk)

    # --- needs of means: one that each organisation states (but a company), what each promises for another's

    def resource_need(self, kind: str, state: str = "open") -> Any:
        cache = self.__dict__.setdefault("_resource_needs", {})
        if (kind, state) not in cache:
            cache[kind, state] = f.make_resource_need(
                self.organisations[kind], state=state, kind="goods", quantity=20, unit="vélos"
            )
        return cache[kind, state]

    def resource_promise(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_resource_promises", {})
        if kind not in cache:
            need = f.make_resource_need(kind="goods", quantity=20, unit="vélos")
            cache[kind] = f.make_promise(need, organisation=self.organisations[kind])
        return cache[kind]

    @cached_property
    def instrument(self) -> Any:
        from missions.resources.models import Instrument

        return Instrument.objects.get(slug="leader")

    # --- an introduction that each organisation proposes of itself, and one of two others

    def introduction(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_introductions", {})
        if kind not in cache:
            mine = self.organisations[kind]
            cache[kind] = f.make_introduction(first=mine, second=f.make_organisation(kind="other"), host=mine)
        return cache[kind]

    @cached_property
    def introduction_elsewhere(self) -> Any:
        return f.make_introduction()

    # --- a network: each organisation is invited in one, and heads one of its own

    def affiliation(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_affiliations", {})
        if kind not in cache:
            cache[kind] = f.make_affiliation(member=self.organisations[kind], state="invited")
        return cache[kind]

    @cached_property
    def affiliation_elsewhere(self) -> Any:
        return f.make_affiliation(state="invited")

    def need_of_member(self, kind: str) -> Any:
        """An open need of a member of its network."""
        cache = self.__dict__.setdefault("_needs_of_members", {})
        if kind not in cache:
            member = f.make_affiliation(head=self.organisations[kind]).member
            cache[kind] = f.make_skill_need(organisation=member)
        return cache[kind]

    @cached_property
    def need_of_member_elsewhere(self) -> Any:
        return f.make_skill_need(organisation=f.make_affiliation().member)

    def network_invitation(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_network_invitations", {})
        if kind not in cache:
            cache[kind] = f.make_network_invitation(self.organisations[kind])
        return cache[kind]

    @cached_property
    def network_invitation_elsewhere(self) -> Any:
        return f.make_network_invitation()

    def need_template(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_need_templates", {})
        if kind not in cache:
            cache[kind] = f.make_need_template(self.organisations[kind])
        return cache[kind]

    @cached_property
    def need_template_elsewhere(self) -> Any:
        return f.make_need_template()

    # --- a need of the association and an offer of the company, brought together; and those of others

    @cached_property
    def pairing(self) -> Any:
        return self._paired(self.organisations["association"], self.organisations["company"])

    @cached_property
    def pairing_elsewhere(self) -> Any:
        return self._paired(f.make_organisation(), f.make_company())

    def _paired(self, association: Any, company: Any) -> Any:
        from missions.pairings import services

        need = f.make_skill_need(
            organisation=association, commune=association.commune_id, skills=["comptabilite"]
        )
        return services.propose(actor=None, need=need, offer=f.make_offer(company), origin="engine")

    # --- time that the company lends to the association, the citizen comes; and time lent by others

    @cached_property
    def sponsorship(self) -> Any:
        return self._lent("company", "association", self.users[CITIZEN].person)

    @cached_property
    def sponsorship_elsewhere(self) -> Any:
        return self._lent("", "", f.make_person())

    def _lent(self, company: str, association: str, person: Any) -> Any:
        from organisations.companies.models import Employee
        from tests.sponsorships import builders

        s = builders.story(
            need=builders.make_need(self.organisations[association]) if association else None,
            offer=builders.make_offer(self.organisations[company]) if company else None,
        )
        s.worker.person = person
        Employee.objects.get_or_create(
            organisation=s.company, person=person, until=None, defaults={"joined_by": "code"}
        )
        row = s.signed(3)
        s.day(row, 1)
        return row

    # --- what belongs to an alliance: the association animates it, the company is in, the authority is not

    @cached_property
    def alliance(self) -> Any:
        alliance = f.make_alliance(
            parties=0, publication="public", published_at=now(), shown=["parties", "charter", "documents"]
        )
        f.make_party(alliance, organisation=self.organisations["association"], is_animator=True)
        f.make_party(alliance, organisation=self.organisations["company"])
        return alliance

    @cached_property
    def another_alliance(self) -> Any:
        return f.make_alliance()

    def party(self, kind: str) -> Any:
        return self.alliance.parties.get(organisation=self.organisations[kind])

    def alliance_invitation(self, alliance: Any) -> Any:
        cache = self.__dict__.setdefault("_alliance_invitations", {})
        if alliance.pk not in cache:
            cache[alliance.pk] = f.make_alliance_invitation(alliance)
        return cache[alliance.pk]

    def carried(self, alliance: Any) -> Any:
        """A mission of the animating party that this alliance carries."""
        cache = self.__dict__.setdefault("_carried", {})
        if alliance.pk not in cache:
            host = alliance.parties.get(is_animator=True).organisation
            cache[alliance.pk] = f.make_mission(organisation=host)
            alliance.carried.create(mission=cache[alliance.pk])
        return cache[alliance.pk]

    def steered(self, what: str, alliance: Any) -> Any:
        """A meeting, a decision, a task or a function of this alliance."""
        cache = self.__dict__.setdefault("_steered", {})
        if (what, alliance.pk) not in cache:
            held = {"state": "held", "minutes": "Dit", "minutes_at": now(), "starts_at": now()}
            fields: dict[str, Any] = held if what == "meeting" else {}
            cache[what, alliance.pk] = getattr(f, f"make_{what}")(alliance, **fields)
        return cache[what, alliance.pk]

    def contribution(self, alliance: Any, kind: str = "") -> Any:
        """What a party brings (the one of this kind, else the first), with something brought already."""
        cache = self.__dict__.setdefault("_contributions", {})
        if (alliance.pk, kind) not in cache:
            party = self.party(kind) if kind else alliance.parties.order_by("pk").first()
            contribution = f.make_contribution(party)
            f.make_delivery(contribution)
            cache[alliance.pk, kind] = contribution
        return cache[alliance.pk, kind]

    def indicator(self, alliance: Any, kind: str = "") -> Any:
        """An indicator that a party is responsible for (the one of this kind, else the first), with a value."""
        cache = self.__dict__.setdefault("_indicators", {})
        if (alliance.pk, kind) not in cache:
            party = self.party(kind) if kind else alliance.parties.order_by("pk").first()
            indicator = f.make_indicator(party)
            f.make_value(indicator)
            cache[alliance.pk, kind] = indicator
        return cache[alliance.pk, kind]

    def document(self, alliance: Any, kind: str = "", *, public: bool = False) -> Any:
        """A document of a party (the one of this kind, else the first)."""
        cache = self.__dict__.setdefault("_documents", {})
        if (alliance.pk, kind, public) not in cache:
            party = self.party(kind) if kind else alliance.parties.order_by("pk").first()
            cache[alliance.pk, kind, public] = f.make_document(party, public=public)
        return cache[alliance.pk, kind, public]

    @cached_property
    def document_to_read(self) -> Any:
        """One that its parties want to show: the brigade is asked to read it."""
        document = f.make_document(self.party("company"), reading="pending")
        moderation.open_item("document", document, title="Un document", department=self.alliance.department)
        return document

    def post(self, alliance: Any) -> Any:
        """A message of the owner of the company (of nobody, elsewhere)."""
        cache = self.__dict__.setdefault("_posts", {})
        if alliance.pk not in cache:
            own = alliance == self.alliance
            party = self.party("company") if own else alliance.parties.order_by("pk").first()
            author = self.users["owner of company"] if own else None
            cache[alliance.pk] = f.make_post(f.make_topic(alliance), party=party, author=author)
        return cache[alliance.pk]

    def result(self, organisation: Any) -> Any:
        cache = self.__dict__.setdefault("_results", {})
        if organisation.pk not in cache:
            cache[organisation.pk] = f.make_result(organisation)
        return cache[organisation.pk]

    def evidence(self, alliance: Any) -> Any:
        cache = self.__dict__.setdefault("_evidence", {})
        if alliance.pk not in cache:
            cache[alliance.pk] = f.make_evidence(alliance)
        return cache[alliance.pk]

    def round(self, alliance: Any, *, revealed: bool = False) -> Any:
        """An open evaluation (a revealed one), answered by who animates alone (by all)."""
        cache = self.__dict__.setdefault("_rounds", {})
        if not revealed:
            self.round(alliance, revealed=True)  # one is open at a time: the former ended
        if (alliance.pk, revealed) not in cache:
            first = alliance.parties.filter(is_animator=True)
            cache[alliance.pk, revealed] = f.make_round(alliance, answered=first, revealed=revealed)
        return cache[alliance.pk, revealed]

    def funding(self, alliance: Any) -> Any:
        cache = self.__dict__.setdefault("_funding", {})
        if alliance.pk not in cache:
            cache[alliance.pk] = f.make_funding(alliance)
        return cache[alliance.pk]

    def staff_invitation(self, place: str) -> Any:
        """To be a member of the brigade, in Creuse ("here") or in the Nord ("there")."""
        cache = self.__dict__.setdefault("_staff_invitations", {})
        if place not in cache:
            from jeveuxagir.accounts.tokens import new_token

            token, token_hash = new_token()
            invitation = StaffInvitation.objects.create(
                email=f"recrue-{place}@exemple.fr",
                role="brigade_member",
                department_id="59" if place == "there" else "23",
                token_hash=token_hash,
                invited_by=self.users["national"],
                expires_at=now() + datetime.timedelta(days=7),
            )
            invitation.token = token
            cache[place] = invitation
        return cache[place]

    @cached_property
    def charter(self) -> Any:
        """Version 1 in force with its document, version 2 being adopted."""
        charter = f.make_text(self.alliance, state="in_force")
        f.make_version(charter.text, number=2, state="adopting")
        return charter

    @cached_property
    def agreement(self) -> Any:
        """Open to comment, with one comment and one promise."""
        return self._agreement(self.alliance)

    @cached_property
    def another_agreement(self) -> Any:
        return self._agreement(self.another_alliance)

    def _agreement(self, alliance: Any) -> Any:
        version = f.make_text(alliance, kind="agreement", state="comment")
        party = alliance.parties.first()
        version.comments.create(article="objet", party=party, body="Et les adultes ?")
        version.obligations.create(party=party, clause="objet", what="Prêter une salle")
        return version

    # --- what the brigade sees: one row of each table in Creuse ("here"), one in the Nord ("there")

    def join_request(self, kind: str) -> Any:
        cache = self.__dict__.setdefault("_join_requests", {})
        if kind not in cache:
            cache[kind] = JoinRequest.objects.create(
                organisation=self.organisations[kind],
                person=f.make_person(),
                expires_at=now() + datetime.timedelta(days=30),
            )
        return cache[kind]

    def staff_row(self, model: str, place: str) -> Any:
        cache = self.__dict__.setdefault("_staff_rows", {})
        if (model, place) not in cache:
            town = f.LILLE if place == "there" else f.GUERET
            cache[model, place] = getattr(self, f"_{model}")(town)
        return cache[model, place]

    def _brigades_organisationcase(self, town: str) -> Any:
        organisation = f.make_organisation(commune=town, state="pending")
        return self._case("organisation", organisation, organisation.commune.department)

    def _brigades_missioncase(self, town: str) -> Any:
        mission = f.make_mission(commune=town, state="pending")
        return self._case("mission", mission, mission.department)

    def _brigades_reportcase(self, town: str) -> Any:
        mission = f.make_mission(commune=town)
        return self._case("report", mission, mission.department)

    def _brigades_followupcase(self, town: str) -> Any:
        organisation = f.make_organisation(commune=town)
        return self._case("check", organisation, organisation.commune.department)

    def _brigades_alliancecase(self, town: str) -> Any:
        department = Commune.objects.get(pk=town).department
        alliance = f.make_alliance(department=department.pk, publication="pending")
        return self._case("alliance", alliance, department)

    def _brigades_programmecase(self, town: str) -> Any:
        from alliances.glossary.models import Contest, Term

        contest = Contest.objects.create(
            term=Term.objects.get(slug="charte"), number=1, person=f.make_person(), why="x", proposed="y"
        )
        return self._case("term", contest, Commune.objects.get(pk=town).department)

    def _brigades_librarycase(self, town: str) -> Any:
        department = Commune.objects.get(pk=town).department
        sheet = f.make_method(department=department, state="review")
        return self._case("sheet", sheet, department)

    def _brigades_needcase(self, town: str) -> Any:
        need = f.make_skill_need(commune=town, state="pending")
        return self._case("skill_need", need, need.department)

    def _brigades_ideacase(self, town: str) -> Any:
        idea = f.make_idea(commune=town)
        return self._case("idea", idea, idea.commune.department)

    def _case(self, kind: str, subject: Any, department: Any) -> ModerationItem:
        return ModerationItem.objects.create(
            kind=kind,
            subject_type=subject._meta.label,
            subject_id=subject.pk,
            title=str(subject),
            department=department,
        )

    def _brigades_waitingrequest(self, town: str) -> Any:
        long_ago = now() - datetime.timedelta(days=9)
        return f.make_request(person=f.make_person(commune=town), without_proposal_since=long_ago)

    def _organisations_organisation(self, town: str) -> Any:
        return f.make_organisation(commune=town)

    def _alliances_alliance(self, town: str) -> Any:
        return f.make_alliance(department=Commune.objects.get(pk=town).department_id)

    def _introductions_introduction(self, town: str) -> Any:
        pair = {
            "first": f.make_organisation(commune=town),
            "second": f.make_organisation(commune=town, kind="company"),
        }
        return f.make_introduction(**pair)

    def _pairings_pairing(self, town: str) -> Any:
        return self._paired(f.make_organisation(commune=town), f.make_company(commune=town))

    def _sponsorships_sponsorship(self, town: str) -> Any:
        from tests.sponsorships import builders

        s = builders.story(
            need=builders.make_need(f.make_organisation(commune=town)),
            offer=builders.make_offer(f.make_organisation(commune=town, kind="company")),
        )
        return s.drafted(2)

    def _missions_mission(self, town: str) -> Any:
        return f.make_mission(commune=town)

    def _requests_engagementrequest(self, town: str) -> Any:
        return f.make_request(person=f.make_person(commune=town))

    def _proposals_proposal(self, town: str) -> Any:
        return f.make_proposal(
            request=self._requests_engagementrequest(town), mission=self._missions_mission(town)
        )

    def _participations_participation(self, town: str) -> Any:
        return f.make_participation(mission=self._missions_mission(town))

    def _participations_departure(self, town: str) -> Any:
        mission = f.make_mission(commune=town, imported=True)
        return Departure.objects.create(person=f.make_person(commune=town), mission=mission)

    @cached_property
    def saved_filter(self) -> SavedFilter:
        return SavedFilter.objects.create(
            owner=self.users["brigade_member"], queue="missions_mission", name="Ouvertes", query="etat=open"
        )

    @cached_property
    def answer(self) -> AnswerTemplate:
        department = f.make_organisation().commune.department
        return AnswerTemplate.objects.create(
            decision="refuse", title="Hors sujet", text="Bonjour", department=department
        )

    def _feeds_feedrun(self, town: str) -> Any:
        partner, _ = Partner.objects.get_or_create(slug="partenaire", defaults={"name": "Partenaire d’essai"})
        return FeedRun.objects.create(partner=partner, state="done", finished_at=now())
