"""Plain functions that make one correct row (and what it needs). Every test builds its world with these.

They write rows directly, past the services: a test that is about a service calls that service.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from alliances.challenges.models import Challenge, Support
from alliances.contributions.models import Contribution, Delivery, FundingLine
from alliances.evaluations import sealed
from alliances.evaluations.enums import Question
from alliances.evaluations.models import Answer, Evidence, Round
from alliances.events.models import Event, Registration
from alliances.examples.models import Consent, Example
from alliances.exchanges.models import Post, Topic
from alliances.governance.models import Decision, Function, Meeting, Task
from alliances.ideas.models import Idea
from alliances.indicators.models import Indicator, Result, Value
from alliances.indicators.periods import last_ended
from alliances.introductions.models import LIFE as INTRODUCTION_LIFE
from alliances.introductions.models import Introduction, Side
from alliances.library.models import Assessment, Method, Network, Resource
from alliances.models import INVITATION_LIFE, Alliance, AllianceInvitation, GuidedStep, Party
from alliances.shared_documents.models import FileVersion, SharedDocument
from alliances.statements.models import Statement
from alliances.texts import canonical, templates
from alliances.texts.models import Adoption, Document, Text, Version
from jeveuxagir.accounts import terms
from jeveuxagir.accounts.models import GuardianNotice, Person, RoleGrant, TermsAcceptance, User, birthday
from jeveuxagir.common.clock import now, today
from jeveuxagir.territories.models import Commune, Department, Region
from missions.enums import MissionMode, SlotKind
from missions.enums import State as MissionState
from missions.models import Mission, MissionAddress, Slot
from missions.offers.models import Offer
from missions.pairings.models import Pairing
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Participation
from missions.proposals.models import PROPOSAL_DAYS, Proposal
from missions.resources.models import Need, Promise
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.models import Sponsorship
from organisations.companies.models import Employee, JoinCode, MailDomain, Site
from organisations.enums import HOSTING_KINDS, MemberRole
from organisations.enums import Kind as OrganisationKind
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation, Verification
from organisations.networks.models import Affiliation, MailInvitation, Template
from volunteers.requests.enums import State as RequestState
from volunteers.requests.groups import kind_of
from volunteers.requests.models import EngagementRequest

_numbers = itertools.count(1)

GUERET = "23096"  # Creuse, Nouvelle-Aquitaine
LILLE = "59350"  # Nord, Hauts-de-France
PARIS = "75056"


# --- people ---------------------------------------------------------------------------------------------------


def make_person(
    *,
    first_name: str = "Camille",
    last_name: str = "Durand",
    email: str | None = None,
    age: int | None = 30,
    commune: str | Commune | None = GUERET,
    guardian: str = "told",
    **fields: Any,
) -> Person:
    """A person without a login. `age=17` makes a minor, whose guardian is "told", "to_send", "objected" or "none"."""
    person = Person(
        first_name=first_name,
        last_name=last_name,
        email=f"personne{next(_numbers)}@exemple.fr" if email is None else email,
        commune=get_commune(commune),
        **fields,
    )
    if age is not None:
        person.set_birth_date(born_for(age))
    person.save()
    if age is not None and age < 18 and guardian != "none":
        make_guardian_notice(person, state=guardian)
    return person


def make_guardian_notice(
    person: Person, *, state: str = "told", email: str = "parent@exemple.fr"
) -> GuardianNotice:
    return GuardianNotice.objects.create(
        person=person,
        email=email,
        state=state,
        token_hash=f"{next(_numbers):064x}",
        told_at=now() if state == "told" else None,
        objected_at=now() if state == "objected" else None,
    )


def make_user(*, person: Person | None = None, password: str | None = None, **person_fields: Any) -> User:
    """A person with a login whose address is confirmed. `client.force_login(user)` signs in."""
    from jeveuxagir.accounts.services import create_user

    person = person or make_person(**person_fields)
    TermsAcceptance.objects.get_or_create(person=person, version=terms.current().code)
    return create_user(person, person.email, password=password)


def make_staff(
    role: str = "brigade_member",
    *,
    department: str | None = None,
    region: str | None = None,
    nation: bool = False,
    domain: Any = None,
    user: User | None = None,
    **person_fields: Any,
) -> User:
    """An account with one grant: a department (Creuse unless told), a region or the nation. See `sign_in_staff`."""
    user = user or make_user(**person_fields)
    if not (department or region or nation):
        nation = role in ("national", "operator", "technical")
        region = "75" if role == "regional" else None
        department = None if nation or region else "23"
    make_grant(user.person, role, department=department, region=region, nation=nation, domain=domain)
    return user


def make_grant(
    person: Person,
    role: str = "brigade_member",
    *,
    department: str | None = None,
    region: str | None = None,
    nation: bool = False,
    domain: Any = None,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> RoleGrant:
    return RoleGrant.objects.create(
        person=person,
        role=role,
        scope="nation" if nation else "region" if region else "department",
        department=Department.objects.get(pk=department) if department and not (nation or region) else None,
        region=Region.objects.get(pk=region) if region and not nation else None,
        domain=domain,
        starts_on=starts_on or today(),
        ends_on=ends_on,
    )


def sign_in_staff(client: Any, user: User) -> None:
    """Sign in with both factors, as a member of staff must."""
    from tests.support.sessions import mark_second_factor

    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    mark_second_factor(client, user)


def contact_fields(**changes: Any) -> dict[str, Any]:
    """What a stranger types in the fields of `accounts.forms.ContactFields`, hidden fields included."""
    from jeveuxagir.accounts.bots import stamp

    return {
        "first_name": "Camille",
        "email": f"inconnu{next(_numbers)}@exemple.fr",
        "birth_date": born_for(30).isoformat(),
        "guardian_email": "",
        "phone": "",
        "contact_by": "",
        "shown_at": stamp(age=30),
        "proof": "",
    } | changes


def born_for(age: int) -> datetime.date:
    """A birth date of somebody who turned this age about half a year ago."""
    return birthday(today(), -age) - datetime.timedelta(days=180)


def get_commune(commune: str | Commune | None) -> Commune | None:
    return Commune.objects.get(pk=commune) if isinstance(commune, str) else commune


# --- organisations --------------------------------------------------------------------------------------------


def make_organisation(
    *,
    kind: str = OrganisationKind.ASSOCIATION,
    name: str | None = None,
    state: str = OrganisationState.VALIDATED,
    commune: str | Commune | None = GUERET,
    owner: User | Person | None = None,
    **fields: Any,
) -> Organisation:
    """A validated association in Guéret, unless told otherwise."""
    fields.setdefault("may_host", kind in HOSTING_KINDS)
    fields.setdefault("description", "Nous aidons les habitants du quartier.")
    fields.setdefault("email", "contact@exemple.fr")
    organisation = Organisation.objects.create(
        kind=kind,
        name=name or f"Entraide numéro {next(_numbers)}",
        state=state,
        commune=get_commune(commune),
        state_reason="Raison donnée." if state in ("refused", "suspended") else "",
        **fields,
    )
    if owner is not None:
        make_member(organisation, person=owner if isinstance(owner, Person) else owner.person)
    return organisation


def make_member(
    organisation: Organisation,
    *,
    role: str = MemberRole.OWNER,
    person: Person | None = None,
    may_sign: bool = False,
) -> User:
    """A member with a login (made if `person` is not given)."""
    person = person or make_person()
    Membership.objects.create(organisation=organisation, person=person, role=role, may_sign=may_sign)
    return User.objects.filter(person=person).first() or make_user(person=person)


def make_sponsorship(
    *,
    association: Organisation | None = None,
    company: Organisation | None = None,
    need: SkillNeed | None = None,
    offer: Offer | None = None,
    state: str = "drafted",
    **fields: Any,
) -> Sponsorship:
    """Two days of a company's ten for an association's need."""
    if state not in ("drafted", "declined"):
        fields.setdefault("agreed_at", now())
    return Sponsorship.objects.create(
        need=need or make_skill_need(organisation=association),
        offer=offer or make_offer(company),
        state=state,
        **{
            "minutes": 840,
            "starts_on": today() - datetime.timedelta(days=30),
            "ends_on": today() + datetime.timedelta(days=60),
            "profile": "comptable",
        }
        | fields,
    )


def make_pairing(
    *, need: SkillNeed | None = None, offer: Offer | None = None, state: str = "proposed", **fields: Any
) -> Pairing:
    """A need and an offer that the engine proposes to each other."""
    return Pairing.objects.create(
        need=need or make_skill_need(),
        offer=offer or make_offer(),
        state=state,
        **{
            "origin": "engine",
            "engine_version": "1.0",
            "reasons": [{"code": "skills", "text": "Compétence demandée", "mail": "Compétence demandée"}],
            "expires_at": now() + datetime.timedelta(days=21),
        }
        | fields,
    )


def make_affiliation(
    *,
    head: Organisation | None = None,
    member: Organisation | None = None,
    state: str = "active",
    **fields: Any,
) -> Affiliation:
    """An association in the network of another."""
    if state == "active":
        fields.setdefault("joined_at", now())
    return Affiliation.objects.create(
        head=head or make_organisation(), member=member or make_organisation(), state=state, **fields
    )


def make_network_invitation(head: Organisation | None = None, **fields: Any) -> MailInvitation:
    """Sent by mail; its `token` is the link's."""
    from jeveuxagir.accounts.tokens import new_token

    token, token_hash = new_token()
    made = MailInvitation.objects.create(
        head=head or make_organisation(),
        **{
            "email": f"reseau{next(_numbers)}@exemple.fr",
            "token_hash": token_hash,
            "expires_at": now() + datetime.timedelta(days=30),
        }
        | fields,
    )
    made.token = token  # type: ignore[attr-defined]
    return made


def make_need_template(head: Organisation | None = None, **fields: Any) -> Template:
    """Words lent by a network."""
    defaults = {"title": "Refaire notre site", "deliverable": "Un site que nous savons tenir à jour."}
    return Template.objects.create(head=head or make_organisation(), **defaults | fields)


# --- employers ------------------------------------------------------------------------------------------------


def make_company(**fields: Any) -> Organisation:
    """A validated company in Guéret, whose SIREN the registry knows."""
    return make_organisation(
        **{"kind": OrganisationKind.COMPANY, "name": f"Filature numéro {next(_numbers)}"} | fields
    )


def make_site(organisation: Organisation | None = None, *, name: str | None = None, **fields: Any) -> Site:
    return Site.objects.create(
        organisation=organisation or make_company(),
        name=name or f"Atelier {next(_numbers)}",
        **{"commune": get_commune(GUERET)} | fields,
    )


def make_mail_domain(
    organisation: Organisation | None = None, domain: str = "filature.fr", **fields: Any
) -> MailDomain:
    """A confirmed domain, unless `confirmed_at=None`."""
    number = next(_numbers)
    values = {"token_hash": f"{number:064x}", "confirmed_at": now()} | fields
    return MailDomain.objects.create(organisation=organisation or make_company(), domain=domain, **values)


def make_join_code(organisation: Organisation | None = None, **fields: Any) -> JoinCode:
    """A code for ten people, good for a month."""
    values = {"most_uses": 10, "expires_at": now() + datetime.timedelta(days=30)} | fields
    code = f"{next(_numbers):010d}"
    return JoinCode.objects.create(**{"organisation": organisation or make_company(), "code": code} | values)


def make_employee(
    organisation: Organisation | None = None, *, person: Person | None = None, **fields: Any
) -> Employee:
    """Somebody who joined a company, and shows nothing of themselves; `until=` ends it."""
    if fields.get("until"):
        fields.setdefault("ended_by", "self")
    return Employee.objects.create(
        organisation=organisation or make_company(),
        person=person or make_person(),
        **{"joined_by": "code"} | fields,
    )


def make_api_key(organisation: Organisation | None = None, **fields: Any) -> Any:
    """A live key of a company; `secret` on it is what a program gives."""
    from organisations.api_keys import secret
    from organisations.api_keys.models import ApiKey

    typed = secret.new()
    values = {"name": f"Tableau {next(_numbers)}", "secret_hash": secret.hash_of(typed)} | fields
    key: Any = ApiKey.objects.create(
        organisation=organisation or make_company(), prefix=typed.prefix, **values
    )
    key.secret = typed.whole
    return key


def make_offer(
    organisation: Organisation | None = None,
    *,
    state: str = "open",
    days: float = 10,
    committed: float = 0,
    skills: Iterable[str] = ("comptabilite",),
    departments: Iterable[str] = (),
    communes: Iterable[str] = (),
    opened_days_ago: float = 10,
    **fields: Any,
) -> Offer:
    """An open offer of ten days of a company, old enough for all associations; `committed` days are held of it."""
    from jeveuxagir.taxonomies.models import Skill

    opened = state in ("open", "paused", "exhausted", "suspended", "expired")
    values: dict[str, Any] = {
        "title": f"Comptabilité et budget {next(_numbers)}",
        "formats": ["split"],
        "opened_at": now() - datetime.timedelta(days=opened_days_ago) if opened else None,
        "state_reason": "Raison donnée." if state == "refused" else "",
    }
    offer = Offer.objects.create(
        organisation=organisation or make_company(),
        state=state,
        total_minutes=round(days * 420),
        committed_minutes=round(committed * 420),
        **values | fields,
    )
    offer.skills.set(Skill.objects.filter(code__in=list(skills)))
    offer.departments.set(Department.objects.filter(code__in=list(departments)))
    offer.communes.set(Commune.objects.filter(code__in=list(communes)))
    return offer


# --- missions -------------------------------------------------------------------------------------------------


def make_mission(
    *,
    organisation: Organisation | None = None,
    title: str = "Lire avec des élèves",
    state: str = MissionState.OPEN,
    commune: str | Commune | None = GUERET,
    domain: Any = "education",
    mode: str = MissionMode.ON_SITE,
    slots: int = 1,
    capacity: int = 5,
    imported: bool = False,
    **fields: Any,
) -> Mission:
    """An open mission with an address in Guéret and one dated slot in ten days, unless told otherwise."""
    from jeveuxagir.taxonomies.models import Domain

    place = get_commune(commune)
    number = next(_numbers)
    if isinstance(domain, str):
        domain = Domain.objects.filter(pk=domain).first() or Domain.objects.first()
    if imported:
        fields = {
            "source": "partenaire",
            "source_name": "Partenaire d’essai",
            "source_id": f"m-{number}",
            "application_url": f"https://partenaire.example/missions/{number}",
        } | fields
    fields.setdefault("description", "Deux heures par semaine, avec une équipe accueillante.")
    fields.setdefault("department", place.department if place else None)
    fields.setdefault("minimum_age", 16)
    if state in (MissionState.OPEN, MissionState.CLOSED, MissionState.DONE, MissionState.SUSPENDED):
        fields.setdefault("published_at", now())
    mission = Mission.objects.create(
        organisation=organisation or make_organisation(commune=place),
        title=title,
        state=state,
        domain=domain,
        mode=mode,
        **fields,
    )
    if place is not None and mode != MissionMode.REMOTE:
        MissionAddress.objects.create(
            mission=mission, commune=place, latitude=place.latitude, longitude=place.longitude
        )
    for index in range(slots):
        if imported:
            make_slot(mission, kind=SlotKind.UNDATED, capacity=capacity, seatless=True)
        else:
            make_slot(mission, in_days=10 + index, capacity=capacity)
    return mission


def make_slot(
    mission: Mission,
    *,
    kind: str = SlotKind.DATED,
    in_days: int = 10,
    start: datetime.time = datetime.time(14),
    end: datetime.time = datetime.time(16),
    weekday: int = 2,
    capacity: int = 5,
    **fields: Any,
) -> Slot:
    """A slot: dated (in ten days, 14 h to 16 h), weekly (Wednesdays) or undated."""
    from zoneinfo import ZoneInfo

    zone = fields.setdefault("zone", "Europe/Paris")
    if kind == SlotKind.DATED:
        day = today() + datetime.timedelta(days=in_days)
        place = ZoneInfo(zone)
        fields = {
            "local_date": day,
            "start_time": start,
            "end_time": end,
            "starts_at": timezone.make_aware(datetime.datetime.combine(day, start), place),
            "ends_at": timezone.make_aware(datetime.datetime.combine(day, end), place),
            "half_days": _half_days(day.weekday(), start),
        } | fields
    elif kind == SlotKind.WEEKLY:
        fields = {
            "weekday": weekday,
            "start_time": start,
            "end_time": end,
            "half_days": _half_days(weekday, start),
        } | fields
    return Slot.objects.create(mission=mission, kind=kind, capacity=capacity, **fields)


def _half_days(weekday: int, start: datetime.time) -> int:
    part = 0 if start.hour < 12 else 1 if start.hour < 18 else 2
    return 1 << (weekday * 3 + part)


def make_participation(
    *,
    person: Person | None = None,
    mission: Mission | None = None,
    slot: Slot | None = None,
    state: str = ParticipationState.APPLIED,
    **fields: Any,
) -> Participation:
    """An application on the mission's first slot. `contact=` makes one that waits for confirmation."""
    if slot is None:
        slot = (mission or make_mission()).slots.order_by("pk")[0]
    if fields.get("contact"):
        state = ParticipationState.TO_CONFIRM
    else:
        person = person or make_person()
    if state != ParticipationState.TO_CONFIRM:
        fields.setdefault("applied_at", now())
    if state == ParticipationState.DECLINED:
        fields.setdefault("decline_reason", "full")
    if state not in (ParticipationState.TO_CONFIRM, ParticipationState.APPLIED, ParticipationState.IN_TALK):
        fields.setdefault("answered_at", now())
    return Participation.objects.create(
        person=person, mission_id=slot.mission_id, slot=slot, state=state, **fields
    )


def make_team_mission(
    *, teams: int = 2, smallest: int = 5, largest: int = 12, capacity: int = 24, slots: int = 1, **fields: Any
) -> Mission:
    """An open mission of a day that welcomes teams: 2 of 5 to 12 people, unless told otherwise."""
    mission = make_mission(
        slots=slots,
        capacity=capacity,
        team_places=teams,
        team_smallest=smallest,
        team_largest=largest,
        **{
            "title": "Remettre en état un jardin partagé",
            "description": "Bêcher, tailler les haies, réparer la clôture et repeindre la cabane, ensemble. "
            * 2,
            "team_preparation": "Gants et outils fournis.",
        }
        | fields,
    )
    mission.slots.filter(kind=SlotKind.DATED).update(team_places=teams)
    return mission


def make_team(
    organisation: Organisation | None = None,
    *,
    slot: Slot | None = None,
    state: str = ParticipationState.APPLIED,
    places: int = 8,
    **fields: Any,
) -> Participation:
    """A team of a company, registered by its owner."""
    organisation = organisation or make_company()
    owner = organisation.memberships.filter(ended_at__isnull=True).order_by("pk").first()
    if state == ParticipationState.REALISED:
        fields.setdefault("came", places)
    return make_participation(
        slot=slot or make_team_mission().slots.get(),
        person=fields.pop("person", None) or (owner.person if owner else make_member(organisation).person),
        state=state,
        places=places,
        as_team=True,
        group_kind=kind_of(organisation),
        group_name=organisation.name,
        group_organisation=organisation,
        contact_name=fields.pop("contact_name", "Zoé Martin"),
        contact_phone=fields.pop("contact_phone", "+33 6 11 22 33 44"),
        **fields,
    )


def registry_says(organisation: Organisation, outcome: str, number: str = "732829320") -> None:
    """Of the number that it now bears."""
    Organisation.objects.filter(pk=organisation.pk).update(siren=number)
    Verification.objects.create(
        organisation=organisation, number=number, source="sirene", outcome=outcome, checked_at=now()
    )


# --- requests and proposals -----------------------------------------------------------------------------------


def make_request(
    *,
    person: Person | None = None,
    state: str = RequestState.QUALIFIED,
    commune: str | Commune | None = None,
    domains: Any = (),
    **fields: Any,
) -> EngagementRequest:
    """A confirmed request in the person's town, any time, anything. `contact=` makes one to confirm."""
    if fields.get("contact"):
        state = RequestState.RECEIVED
    else:
        person = person or make_person()
        if state != RequestState.RECEIVED:
            fields.setdefault("confirmed_at", now())
    if state in (RequestState.WITHDRAWN, RequestState.REFUSED, RequestState.UNSERVED):
        fields.setdefault("closed_reason", "raison d’essai")
    if state in (RequestState.QUALIFIED, RequestState.UNSERVED):
        fields.setdefault("without_proposal_since", now())
    town = get_commune(commune) or (person.commune if person else None) or get_commune(GUERET)
    request = EngagementRequest.objects.create(
        person=person,
        state=state,
        commune=town,
        open_to_anything=fields.pop("open_to_anything", not domains),
        **fields,
    )
    request.domains.set(domains)
    return request


def make_proposal(
    *,
    request: EngagementRequest | None = None,
    mission: Mission | None = None,
    state: str = "proposed",
    **fields: Any,
) -> Proposal:
    """An open proposal with one reason. Its request is *proposed*."""
    request = request or make_request(state=RequestState.PROPOSED)
    mission = mission or make_mission()
    if state in ("interested", "declined"):
        fields.setdefault("answered_at", now())
    if state == "declined":
        fields.setdefault("decline_reason", "too_far")
    fields.setdefault("reasons", [{"code": "distance", "text": "À 4 km", "mail": "Près de chez vous"}])
    return Proposal.objects.create(
        request=request,
        mission=mission,
        slot=mission.slots.order_by("pk").first(),
        state=state,
        score=fields.pop("score", 100),
        expires_at=fields.pop("expires_at", now() + datetime.timedelta(days=PROPOSAL_DAYS)),
        **fields,
    )


# --- ideas ----------------------------------------------------------------------------------------------------


def make_idea(
    *, person: Person | None = None, commune: str = GUERET, state: str = "received", **fields: Any
) -> Idea:
    """An idea of somebody with an account, received today."""
    return Idea.objects.create(
        person=person or make_user().person,
        commune=Commune.objects.get(pk=commune),
        state=state,
        received_at=now(),
        **{"what": "Un atelier vélo", "why": "Pour les jeunes du quartier."} | fields,
    )


def make_statement(
    *, person: Person | None = None, commune: str = GUERET, state: str = "published", **fields: Any
) -> Statement:
    """What somebody with an account lives through in a commune."""
    if state == "published":
        fields.setdefault("published_at", now())
    if state == "refused":
        fields.setdefault("answer", "Ce texte nomme quelqu’un.")
    fields.setdefault("text", f"Le dernier car part à {next(_numbers)} heures.")
    return Statement.objects.create(
        person=person or make_user().person, commune=Commune.objects.get(pk=commune), state=state, **fields
    )


# --- common problems ------------------------------------------------------------------------------------------


def make_pledge(organisation: Any = None, **fields: Any) -> Any:
    """Public and under way, of a validated association, unless told otherwise."""
    from alliances.programme.models import Measure, Pledge

    values: dict[str, Any] = {
        "measure": Measure.objects.get(number=1),
        "organisation": organisation or make_organisation(),
        "what": "Former vingt élus du département",
        "until": today() + datetime.timedelta(days=90),
        "state": "open",
        "opened_at": now(),
    }
    return Pledge.objects.create(**values | fields)


def make_challenge(
    *, commune: str = GUERET, state: str = "open", ready: bool = False, **fields: Any
) -> Challenge:
    """A common problem that is open, stated by a person; `ready` once three worlds support it."""
    fields.setdefault("statement", f"Des collégiens ne déjeunent pas le midi {next(_numbers)}")
    fields.setdefault("who", "Une trentaine de familles du quartier, surtout en fin de mois.")
    if "person" not in fields:
        fields["person"] = make_user().person
    town = Commune.objects.get(pk=commune)
    challenge = Challenge.objects.create(
        commune=town, department=town.department, state=state, opened_at=now(), **fields
    )
    if ready:
        for kind in ("association", "company", "local_authority"):
            make_support(challenge, organisation=make_organisation(kind=kind))
        challenge.ready_at = now()
        challenge.save(update_fields=["ready_at"])
    challenge.refresh_from_db()
    return challenge


def make_skill_need(
    *,
    organisation: Organisation | None = None,
    commune: str = GUERET,
    state: str = "open",
    skills: Iterable[str] = ("developpement-web",),
    **fields: Any,
) -> SkillNeed:
    """An open need of an association in Guéret: two and a half days, for in two months."""
    town = Commune.objects.get(pk=commune)
    fields.setdefault("title", f"Refaire notre site internet {next(_numbers)}")
    fields.setdefault("deliverable", "Un site de six pages en ligne, que deux bénévoles savent tenir.")
    fields.setdefault("minutes", 1050)
    fields.setdefault("deadline", today() + datetime.timedelta(days=60))
    fields.setdefault("domain_id", "education")
    if state not in ("draft", "pending", "refused"):
        fields.setdefault("opened_at", now())
    need = SkillNeed.objects.create(
        organisation=organisation or make_organisation(commune=town),
        commune=town,
        department=town.department,
        state=state,
        **fields,
    )
    need.skills.set(skills)
    need.refresh_from_db()
    return need


def make_method(*, state: str = "published", **fields: Any) -> Method:
    """A method of the library, written by a person."""
    fields.setdefault("title", f"Le tour de table inversé {next(_numbers)}")
    fields.setdefault("summary", "Chacun dit ce dont il a besoin avant de dire ce qu’il apporte.")
    fields.setdefault("steps", ["Chacun écrit un besoin.", "On lit tout haut.", "On relie les besoins."])
    if "person" not in fields:
        fields["person"] = make_user().person
    if state in ("published", "to_confirm"):
        fields.setdefault("published_at", now())
        fields.setdefault("reviewed_at", fields["published_at"])
    method = Method.objects.create(state=state, **fields)
    method.refresh_from_db()
    return method


def make_example(*, state: str = "published", commune: str | None = "23096", **fields: Any) -> Example:
    """A whole inspiring example, written by a person, in Guéret."""
    fields.setdefault("title", f"Rouvrir l’épicerie du village, à trois {next(_numbers)}")
    fields.setdefault("summary", "Une mairie, une association et un grossiste ont rouvert l’épicerie.")
    fields.setdefault("steps", ["Compter les besoins.", "Trouver le local.", "Ouvrir trois matinées."])
    fields.setdefault("results", "Quarante familles y achètent chaque semaine.")
    fields.setdefault(
        "pitfalls", "Le premier grossiste livrait trop tard.\nPersonne ne tenait la caisse le samedi."
    )
    fields.setdefault("cost", "moyen")
    fields.setdefault("ground", "rural")
    fields.setdefault("size", "moyenne")
    fields.setdefault("leader", "elu")
    fields.setdefault("colleges", ["public", "associations"])
    from jeveuxagir.taxonomies.models import PartnershipCategory

    fields.setdefault("category", PartnershipCategory.objects.get(pk="cooperation-economique"))
    fields["commune"] = get_commune(commune)
    if fields["commune"] is not None:
        fields.setdefault("department", fields["commune"].department)
    if "person" not in fields:
        fields["person"] = make_user().person
    if state in ("published", "to_confirm"):
        fields.setdefault("published_at", now())
        fields.setdefault("reviewed_at", fields["published_at"])
    example = Example.objects.create(state=state, **fields)
    example.refresh_from_db()
    return example


def make_consent(party: Party, *, example: Example, **fields: Any) -> Consent:
    """A party that is asked whether it agrees with the example of its alliance."""
    return Consent.objects.create(example=example, party=party, name=party.name, **fields)


def make_resource(*, state: str = "published", **fields: Any) -> Resource:
    """A tool of the library, which exists elsewhere."""
    fields.setdefault("title", f"Le carnet des partenaires {next(_numbers)}")
    fields.setdefault("summary", "Un tableau simple pour savoir qui fait quoi, et jusqu’à quand.")
    fields.setdefault("link", f"https://outils.example/carnet-{next(_numbers)}")
    if "person" not in fields:
        fields["person"] = make_user().person
    if state in ("published", "to_confirm"):
        fields.setdefault("published_at", now())
        fields.setdefault("reviewed_at", fields["published_at"])
    resource = Resource.objects.create(state=state, **fields)
    resource.refresh_from_db()
    return resource


def make_network(*, state: str = "published", **fields: Any) -> Network:
    """A network that helps with sponsorship, everywhere unless told otherwise."""
    fields.setdefault("title", f"Le Réseau des mécènes {next(_numbers)}")
    fields.setdefault("summary", "Association qui aide les entreprises à donner.")
    fields.setdefault("modes", ["mecenat"])
    if "person" not in fields:
        fields["person"] = make_user().person
    if state in ("published", "to_confirm"):
        fields.setdefault("published_at", now())
        fields.setdefault("reviewed_at", fields["published_at"])
    return Network.objects.create(state=state, **fields)


def make_guided_step(alliance: Alliance, **fields: Any) -> GuidedStep:
    """A step that a method added to the journey of an alliance."""
    given = {"key": "constat", "source": "Le tour des envies", "source_url": "/bibliotheque/methodes/1-tour/"}
    return GuidedStep.objects.create(
        alliance=alliance, **{**given, "position": 1, "title": "Chacun écrit une envie."} | fields
    )


def make_assessment(**fields: Any) -> Assessment:
    """What a person answered one day, kept."""
    if "person" not in fields and "organisation" not in fields:
        fields["person"] = make_user().person
    return Assessment.objects.create(**{"answers": [1] * 10, "score": 10, "level": "2"} | fields)


def make_support(
    challenge: Challenge,
    *,
    organisation: Organisation | None = None,
    person: Person | None = None,
    **fields: Any,
) -> Support:
    """« Nous aussi », by an organisation or a person."""
    return Support.objects.create(
        challenge=challenge,
        organisation=organisation,
        person=person,
        college=Party.college_for(organisation),
        **fields,
    )


# --- alliances ------------------------------------------------------------------------------------------------


def make_alliance(*, parties: int = 2, department: str = "23", **fields: Any) -> Alliance:
    """An emerging alliance with `parties` organisations, the first of which animates it."""
    fields.setdefault("name", f"Alliance {next(_numbers)}")
    fields.setdefault("purpose", "Que chaque enfant lise avec quelqu’un, une fois par semaine.")
    alliance = Alliance.objects.create(department=Department.objects.get(pk=department), **fields)
    for number in range(parties):
        make_party(alliance, is_animator=number == 0)
    alliance.refresh_from_db()
    return alliance


def make_party(
    alliance: Alliance,
    *,
    organisation: Organisation | None = None,
    person: Person | None = None,
    **fields: Any,
) -> Party:
    """An organisation (or a citizen) in an alliance."""
    if organisation is None and person is None:
        organisation = make_organisation(kind=fields.pop("kind", OrganisationKind.ASSOCIATION))
    if fields.get("is_trusted_third"):
        fields = {
            "mandate": "Relire les comptes.",
            "independence": "Ne reçoit rien de l’alliance.",
            "mandate_from": today() - datetime.timedelta(days=30),
            "mandate_until": today() + datetime.timedelta(days=335),
        } | fields
    party = Party.objects.create(
        alliance=alliance,
        organisation=organisation,
        person=person,
        college=Party.college_for(organisation),
        name=organisation.name if organisation else str(person),
        **fields,
    )
    party.refresh_from_db()
    return party


def make_signatory(party: Party) -> User:
    """Somebody who acts and signs for a party."""
    if party.organisation is None:
        return make_user(person=party.person)
    return make_member(party.organisation, may_sign=True)


def make_meeting(alliance: Alliance, **fields: Any) -> Meeting:
    """A meeting to come."""
    said = {"title": f"Réunion {next(_numbers)}", "starts_at": now() + datetime.timedelta(days=5)}
    return Meeting.objects.create(alliance=alliance, **said | {"agenda": ["Le bilan"]} | fields)


def make_decision(alliance: Alliance, **fields: Any) -> Decision:
    """A decision at the vote."""
    said = {"title": f"Décision {next(_numbers)}", "closes_at": now() + datetime.timedelta(days=5)}
    return Decision.objects.create(alliance=alliance, **said | {"rule": alliance.rule} | fields)


def make_task(alliance: Alliance, **fields: Any) -> Task:
    """A task of the first party."""
    said = {"title": f"Action {next(_numbers)}", "due_on": today() + datetime.timedelta(days=5)}
    return Task.objects.create(
        alliance=alliance, **said | {"party": alliance.parties.order_by("pk").first()} | fields
    )


def make_function(alliance: Alliance, **fields: Any) -> Function:
    return Function.objects.create(alliance=alliance, **{"name": f"Fonction {next(_numbers)}"} | fields)


def make_text(alliance: Alliance, *, kind: str = "charter", **fields: Any) -> Version:
    """The first version of a charter or an agreement, from the national template."""
    title = "Charte de l’alliance" if kind == "charter" else f"Convention {next(_numbers)}"
    text = Text.objects.create(alliance=alliance, kind=kind, title=title)
    return make_version(text, **fields)


def make_version(text: Text, *, number: int = 1, state: str = "draft", **fields: Any) -> Version:
    """A version in that state; once its words are fixed a party has adopted it, and in force it has its document."""
    model = templates.latest(text.kind)
    version = Version.objects.create(
        text=text, number=number, articles=model.blank(), template=model.code, **fields
    )
    if state in ("adopting", "in_force", "superseded"):
        version.state = "adopting"
        version.text_hash = canonical.hash_of(f"{version.pk}")
        version.save()
        Adoption.objects.create(
            version=version,
            party=text.alliance.parties.order_by("pk")[0],
            signatory_name="Jeanne Martin",
            capacity="présidente",
            text_hash=version.text_hash,
        )
    version.state = state
    if state in ("in_force", "superseded"):
        version.in_force_at = now()
    version.save()
    if state == "in_force":
        content = f"%PDF {version.pk}".encode()
        code = f"AAAA-BBBB-{version.pk % 10_000:04}"
        sha256 = hashlib.sha256(content).hexdigest()
        Document.objects.create(version=version, code=code, sha256=sha256, content=content, adopted=1)
    version.refresh_from_db()
    return version


def make_alliance_invitation(alliance: Alliance, **fields: Any) -> AllianceInvitation:
    """An invitation sent to an association; its `token` is the link's."""
    from jeveuxagir.accounts.tokens import new_token

    token, token_hash = new_token()
    invitation = AllianceInvitation.objects.create(
        alliance=alliance,
        token_hash=token_hash,
        **{
            "name": "La Recyclerie",
            "college": "associations",
            "email": f"invitee{next(_numbers)}@exemple.fr",
            "expires_at": now() + INVITATION_LIFE,
        }
        | fields,
    )
    invitation.refresh_from_db()
    invitation.token = token  # type: ignore[attr-defined]
    return invitation


def make_introduction(
    *,
    first: Organisation | None = None,
    second: Organisation | None = None,
    accepted: bool = False,
    **fields: Any,
) -> Introduction:
    """Two worlds that the brigade proposes to present; `tokens` are the links' of its two sides.

    `accepted`: both said yes.
    """
    from jeveuxagir.accounts.tokens import new_token

    pair = (first or make_organisation(), second or make_organisation(kind="company"))
    if "host" not in fields:
        fields.setdefault("by_brigade", True)
    defaults = {
        "reason": "L’une cherche des lecteurs, l’autre des salariés qui veulent aider.",
        "expires_at": now() + INTRODUCTION_LIFE,
    }
    introduction = Introduction.objects.create(first=pair[0], second=pair[1], **defaults | fields)
    links = []
    for organisation in pair:
        token, token_hash = new_token()
        links.append(token)
        number = next(_numbers)
        given = (
            {
                "answer": "accepted",
                "answered_at": now(),
                "contact_name": f"Contact {number}",
                "contact_email": f"contact{number}@exemple.fr",
            }
            if accepted
            else {}
        )
        Side.objects.create(
            introduction=introduction, organisation=organisation, token_hash=token_hash, **given
        )
    if accepted:
        introduction.state, introduction.accepted_at = "accepted", now()
        introduction.save()
    introduction.refresh_from_db()
    introduction.tokens = links  # type: ignore[attr-defined]
    return introduction


def make_contribution(party: Party, **fields: Any) -> Contribution:
    """Two hundred books that a party will bring."""
    contribution = Contribution.objects.create(
        alliance=party.alliance,
        party=party,
        **{"kind": "goods", "what": "Des livres", "unit": "livres", "planned": 200} | fields,
    )
    contribution.refresh_from_db()
    return contribution


def make_delivery(contribution: Contribution, **fields: Any) -> Delivery:
    return Delivery.objects.create(contribution=contribution, **{"quantity": 10, "on": today()} | fields)


def make_funding(alliance: Alliance, **fields: Any) -> FundingLine:
    """Money asked from somebody outside."""
    line = FundingLine.objects.create(
        alliance=alliance,
        **{"funder": "Conseil départemental", "amount": 5000, "requested_on": today()} | fields,
    )
    line.refresh_from_db()
    return line


def make_indicator(party: Party, **fields: Any) -> Indicator:
    """An indicator of a party's alliance that it is responsible for, counted each quarter."""
    indicator = Indicator.objects.create(
        alliance=party.alliance,
        owner=party,
        **{
            "name": f"Indicateur {next(_numbers)}",
            "definition": "Les enfants venus trois fois au moins.",
            "unit": "enfants",
            "method": "Les listes d’appel.",
            "baseline": 12,
            "baseline_on": today() - datetime.timedelta(days=800),
            "target": 100,
            "target_on": today() + datetime.timedelta(days=400),
        }
        | fields,
    )
    indicator.refresh_from_db()
    return indicator


def make_value(indicator: Indicator, **fields: Any) -> Value:
    """What its owner counted for the last quarter that is over."""
    value = Value.objects.create(
        indicator=indicator,
        **{
            "party": indicator.owner,
            "period": last_ended(indicator.rhythm, today()),
            "amount": 40,
            "author_name": "Léa Martin",
            "proof": "Listes d’appel",
        }
        | fields,
    )
    value.refresh_from_db()
    return value


def make_result(organisation: Organisation, **fields: Any) -> Result:
    result = Result.objects.create(
        organisation=organisation,
        **{
            "name": "Repas servis",
            "unit": "repas",
            "period": last_ended("yearly", today()),
            "rhythm": "yearly",
            "quantity": 100,
            "proof": "Registre de la cuisine",
        }
        | fields,
    )
    result.refresh_from_db()
    return result


def said_of(score: int = 4, words: str = "Nous tenons parole.") -> dict[str, tuple[int | None, str]]:
    """The same number and sentence for every question of an evaluation."""
    return {question.value: (score, words) for question in Question}


def make_round(
    alliance: Alliance, *, answered: Iterable[Party] = (), revealed: bool = False, **fields: Any
) -> Round:
    """An evaluation that asks the live parties; `revealed`: they all answered, from one to five in turn."""
    made = Round.objects.create(
        alliance=alliance,
        **{"label": f"Évaluation {next(_numbers)}", "due_on": today() + datetime.timedelta(days=14)} | fields,
    )
    parties = list(alliance.parties.live().order_by("pk"))
    sent = {party.pk for party in (parties if revealed else answered)}
    for number, party in enumerate(parties):
        answer = Answer.objects.create(round=made, party=party)
        if party.pk in sent:
            sealed.write(answer, said_of(1 + number % 5))
            who = {"author_name": "Léa Martin", "capacity": "présidente"}
            Answer.objects.filter(pk=answer.pk).update(state="sent", sent_at=now(), **who)
    if revealed:
        Round.objects.filter(pk=made.pk).update(state="revealed", state_changed_at=now())
    made.refresh_from_db()
    return made


def make_evidence(alliance: Alliance, **fields: Any) -> Evidence:
    said = {"axis": "trust", "statement": "On s’appelle", "link": "https://exemple.fr/journal"}
    return Evidence.objects.create(alliance=alliance, **said | fields)


def make_document(party: Party, *, public: bool = False, **fields: Any) -> SharedDocument:
    """A document that a party brought, with its one version."""
    from jeveuxagir.common import private_files

    content = b"%PDF-1.7 un budget"
    with private_files.incoming() as file:
        file.write(content)
        file.flush()
        name = private_files.keep(file.name)
    document = SharedDocument.objects.create(
        alliance=party.alliance, party=party, **{"title": f"Document {next(_numbers)}"} | fields
    )
    version = FileVersion.objects.create(
        document=document,
        number=1,
        stored=name,
        kind="pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        party=party,
        author_name="Léa",
    )
    if public:
        document.reading, document.published_at = "public", now()
        document.published_title, document.published_version = document.title, version
        document.save()
    document.refresh_from_db()
    return document


def make_topic(alliance: Alliance, **fields: Any) -> Topic:
    """A topic of the first party, without a message yet."""
    party = alliance.parties.order_by("pk").first()
    topic = Topic.objects.create(
        alliance=alliance, **{"title": f"Sujet {next(_numbers)}", "party": party} | fields
    )
    topic.refresh_from_db()
    return topic


def make_post(topic: Topic, *, author: User | None = None, **fields: Any) -> Post:
    """A message by the topic's party."""
    said = {"party": topic.party, "body": "Qui apporte les chaises ?"}
    if author is not None:
        said |= {"author": author.person, "author_name": author.person.first_name}
    post = Post.objects.create(topic=topic, **said | fields)
    post.refresh_from_db()
    return post


# --- events ---------------------------------------------------------------------------------------------------


def make_resource_need(
    organisation: Any = None, *, state: str = "open", commune: str = GUERET, in_days: int = 60, **fields: Any
) -> Need:
    """An open need of 5,000 € for health in Guéret, in two months, unless told otherwise."""
    organisation = organisation or make_organisation()
    town = get_commune(commune)
    assert town is not None
    need = Need(
        organisation=organisation,
        state=state,
        commune=town,
        department=town.department,
        deadline=fields.pop("deadline", today() + datetime.timedelta(days=in_days)),
        **{
            "title": f"Un appareil de dépistage numéro {next(_numbers)}",
            "kind": "money",
            "quantity": Decimal(5000),
            "unit": "€",
            "purpose": "Dépister plus tôt, dans les villages où personne ne consulte plus depuis dix ans.",
            "domain_id": "sante",
            "opened_at": now() if state in ("open", "met") else None,
            "reason": "La salle est prêtée." if state == "closed" else "",
            "search_extra": f"{organisation.name} {town.name}",
        }
        | fields,
    )
    need.save()
    need.refresh_from_db()
    return need


def make_promise(need: Need | None = None, *, organisation: Any = None, **fields: Any) -> Promise:
    """200 meals a week, promised by a company, unless told otherwise."""
    if fields.get("state") == "received":
        fields = {"real": Decimal(180), "received_on": today()} | fields
    return Promise.objects.create(
        need=need or make_resource_need(),
        organisation=organisation or make_organisation(kind="company"),
        **{
            "kind": "goods",
            "what": "Des repas du soir",
            "quantity": Decimal(200),
            "unit": "repas",
            "per": "week",
        }
        | fields,
    )


def make_event(
    *,
    organisation: Organisation | None = None,
    mode: str = "on_site",
    state: str = "published",
    in_days: float = 10,
    hours: float = 2,
    commune: str | Commune | None = GUERET,
    **fields: Any,
) -> Event:
    """A published event in Guéret, in ten days, without a limit of places, unless told otherwise."""
    organisation = organisation or make_organisation()
    town = get_commune(commune) if mode != "online" else None
    starts_at = fields.pop("starts_at", now() + datetime.timedelta(days=in_days))
    seat = organisation.commune
    event = Event(
        organisation=organisation,
        mode=mode,
        state=state,
        commune=town,
        department=(town or seat).department if (town or seat) else None,
        starts_at=starts_at,
        ends_at=fields.pop("ends_at", starts_at + datetime.timedelta(hours=hours)),
        **{
            "title": f"Réparer son vélo {next(_numbers)}",
            "description": "On apprend à changer une chambre à air, puis chacun répare le sien.",
            "place": "Maison des associations" if mode != "online" else "",
            "published_at": now() if state in ("published", "done", "cancelled") else None,
            "reason": "Trop peu de monde." if state in ("cancelled", "refused") else "",
            "search_extra": f"{organisation.name} {town.name if town else ''}",
        }
        | fields,
    )
    event.save()
    event.refresh_from_db()
    return event


def make_registration(
    event: Event | None = None, *, person: Person | None = None, state: str = "registered", **fields: Any
) -> Registration:
    """Somebody with an account has a place (or waits for one)."""
    event = event or make_event()
    if "contact" not in fields:
        person = person or make_user().person
    if state == "waiting":
        fields.setdefault("queued_at", now())
    fields.setdefault("how", "online" if event.mode == "online" else "on_site")
    return Registration.objects.create(event=event, person=person, state=state, **fields)
