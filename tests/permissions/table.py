"""The role × route table, written by hand as a second source beside the policies.

Each route names its rule and, if its address has parameters, where to find the object. A new route fails the
suite until it is here. `foreign` gives parameters that mix an own address with somebody else's object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests import factories as f
from tests.permissions.world import ANONYMOUS, BRIGADE, CITIZEN, GRANTS, KINDS, ROLES, World

#: what a role gets: the page (or its refusal in words), the sign-in page, "not for your role", "no such thing"
ALLOWED, LOGIN, FORBIDDEN, MISSING = "allowed", "login", "forbidden", "missing"
#: what the API answers to whoever gives no key, signed in or not
KEYLESS = "keyless"

#: who gives the roles of a department
LEADS = ("brigade_lead", "regional", "national")

Rule = Callable[[str, str], str]
Args = Callable[[World, str], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    rule: Rule
    args: Args | None = None
    method: str = "get"
    data: dict[str, Any] | None = None
    kinds: tuple[str, ...] = ("",)
    foreign: Args | None = None
    #: for a route without a name
    path: str = ""
    #: the roles asked, where many are alike
    roles: tuple[str, ...] = ROLES


# --- rules ----------------------------------------------------------------------------------------------------


def public(role: str, kind: str) -> str:
    return ALLOWED


def sign_in_page(role: str, kind: str) -> str:
    """What leads to the sign-in page, whoever one is (it sends on who is signed in)."""
    return LOGIN


def hidden_from_all(role: str, kind: str) -> str:
    """A public address with nothing to show here, visitors included."""
    return MISSING


def asks_a_key(role: str, kind: str) -> str:
    """A session opens nothing there: only a key does."""
    return KEYLESS


def signed_in(role: str, kind: str) -> str:
    return LOGIN if role == ANONYMOUS else ALLOWED


def hidden(role: str, kind: str) -> str:
    """There is no such thing for anybody here."""
    return LOGIN if role == ANONYMOUS else MISSING


def nothing_to_give_again(role: str, kind: str) -> str:
    """Nobody here has a password or a device to prove again who they are."""
    return LOGIN if role == ANONYMOUS else FORBIDDEN


def own(role: str, kind: str) -> str:
    """The citizen's thing, behind a sign-in."""
    return LOGIN if role == ANONYMOUS else ALLOWED if role == CITIZEN else MISSING


def own_or_by_link(role: str, kind: str) -> str:
    """The citizen's thing, also open to who holds its mailed link; nobody here does."""
    return ALLOWED if role == CITIZEN else MISSING


def members(*allowed: str) -> Rule:
    """A page of an organisation's space. Its other members are told; everybody else finds nothing, staff included."""

    def rule(role: str, kind: str) -> str:
        if role == ANONYMOUS:
            return LOGIN
        member, _, where = role.partition(" of ")
        if where != kind:
            return MISSING
        return ALLOWED if member in allowed else FORBIDDEN

    return rule


def staff(*allowed: str) -> Rule:
    """A page of the brigade's or the technical team's site; all others find nothing there, other staff included."""

    def rule(role: str, kind: str) -> str:
        if role == ANONYMOUS:
            return LOGIN
        return ALLOWED if role in allowed else MISSING

    return rule


def brigade(role: str, kind: str) -> str:
    """A thing in Creuse ("here") is seen by the brigade and those above; one in the Nord by the nation alone."""
    return staff("national")(role, kind) if kind == "there" else staff(*BRIGADE)(role, kind)


def leads(role: str, kind: str) -> str:
    """Those who give the roles of a department: in Creuse those above it, in the Nord the nation alone."""
    return staff("national")(role, kind) if kind == "there" else staff(*LEADS)(role, kind)


everyone = members("owner", "manager", "reader")
handlers = members("owner", "manager")
owners = members("owner")

# --- parameters -----------------------------------------------------------------------------------------------

ALL = tuple(KINDS)
HOSTS = ("association", "authority")
SIDES = ("association", "company")
EMPLOYERS = ("company", "authority")


def this_year(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, year=2026)


def space(world: World, kind: str, **more: Any) -> dict[str, Any]:
    organisation = world.organisation(kind)
    return {"pk": organisation.pk, "slug": organisation.slug, **more}


def challenge(world: World, kind: str, **more: Any) -> dict[str, Any]:
    return {"pk": world.challenge.pk, "slug": world.challenge.slug, **more}


def drafted(world: World, kind: str) -> dict[str, Any]:
    return {"pk": world.drafted_challenge.pk, "slug": world.drafted_challenge.slug}


def pledged(world: World, kind: str) -> dict[str, Any]:
    return {"number": 1, "pk": world.pledge.pk}


def pledging(role: str, kind: str) -> str:
    """Those who handle the association whose pledge it is; for all others there is no such thing to change."""
    if role == ANONYMOUS:
        return LOGIN
    return ALLOWED if role in ("owner of association", "manager of association") else MISSING


def event_page(world: World, kind: str) -> dict[str, Any]:
    event = world.event("association")
    return {"pk": event.pk, "slug": event.slug}


def event_of(state: str = "published") -> Args:
    """In the space of an organisation, one of its events."""
    return lambda world, kind: space(world, kind, event_pk=world.event(kind, state).pk)


def event_of_another(world: World, kind: str) -> dict[str, Any]:
    other = "company" if kind != "company" else "association"
    return space(world, kind, event_pk=world.event(other).pk)


def affiliated(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, affiliation_pk=world.affiliation(kind).pk, verb="decliner")


def affiliated_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, affiliation_pk=world.affiliation_elsewhere.pk, verb="decliner")


def mailed(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, invitation_pk=world.network_invitation(kind).pk)


def mailed_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, invitation_pk=world.network_invitation_elsewhere.pk)


def passed_on(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, need_pk=world.need_of_member(kind).pk)


def passed_on_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, need_pk=world.need_of_member_elsewhere.pk)


def lent(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, template_pk=world.need_template(kind).pk)


def lent_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, template_pk=world.need_template_elsewhere.pk)


def means_page(world: World, kind: str) -> dict[str, Any]:
    need = world.resource_need("association")
    return {"pk": need.pk, "slug": need.slug}


def means_of(state: str = "open") -> Args:
    """In the space of an organisation, one of its needs of means."""
    return lambda world, kind: space(world, kind, need_pk=world.resource_need(kind, state).pk)


def means_of_another(world: World, kind: str) -> dict[str, Any]:
    other = "authority" if kind != "authority" else "association"
    return space(world, kind, need_pk=world.resource_need(other).pk)


def promised_by(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, promise_pk=world.resource_promise(kind).pk)


def promised_elsewhere(world: World, kind: str) -> dict[str, Any]:
    other = "company" if kind != "company" else "association"
    return space(world, kind, promise_pk=world.resource_promise(other).pk)


def no_company(role: str, kind: str) -> str:
    """Who handles a company is told that it says no need."""
    if kind == "company" and handlers(role, kind) == ALLOWED:
        return FORBIDDEN
    return handlers(role, kind)


def paired(*names: str) -> Args:
    """The pairing of the association and the company, in the space of either."""

    def args(world: World, kind: str) -> dict[str, Any]:
        return space(world, kind, **_of_pairing(world.pairing, names))

    return args


def paired_elsewhere(*names: str) -> Args:
    def args(world: World, kind: str) -> dict[str, Any]:
        return space(world, kind, **_of_pairing(world.pairing_elsewhere, names))

    return args


def _of_pairing(pairing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    known = {"pairing_pk": pairing.pk, "offer_pk": pairing.offer_id, "need_pk": pairing.need_id}
    return {name: known[name] for name in names}


def introduced(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, introduction_pk=world.introduction(kind).pk)


def introduced_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, introduction_pk=world.introduction_elsewhere.pk)


def on_loan(*, day: bool = False, convention: bool = False, **more: Any) -> Args:
    """The sponsorship from the company to the association, a day and the convention of it."""

    def args(world: World, kind: str) -> dict[str, Any]:
        row = world.sponsorship
        found = space(world, kind, row_pk=row.pk, **more)
        found |= {"day_pk": row.days.get().pk} if day else {}
        return found | ({"convention_pk": row.conventions.get().pk} if convention else {})

    return args


def on_loan_elsewhere(*, day: bool = False, convention: bool = False, **more: Any) -> Args:
    """One of others, or something of theirs."""

    def args(world: World, kind: str) -> dict[str, Any]:
        other = world.sponsorship_elsewhere
        row = world.sponsorship if day or convention else other
        found = space(world, kind, row_pk=row.pk, **more)
        found |= {"day_pk": other.days.get().pk} if day else {}
        return found | ({"convention_pk": other.conventions.get().pk} if convention else {})

    return args


def alliance(world: World, kind: str, **more: Any) -> dict[str, Any]:
    return {"pk": world.alliance.pk, "slug": world.alliance.slug, **more}


def in_alliance(*allowed: str) -> Rule:
    """A page of an alliance's space: its parties are told what is not for them; for all others it does not exist."""

    def rule(role: str, kind: str) -> str:
        if role == ANONYMOUS:
            return LOGIN
        if not role.endswith((" of association", " of company")):
            return MISSING
        return ALLOWED if role in allowed else FORBIDDEN

    return rule


def party_of(**more: Any) -> Args:
    return lambda world, kind: alliance(world, kind, party_pk=world.party(kind).pk, **more)


def party_of_another(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, party_pk=world.another_alliance.parties.first().pk)


def asked_to_join(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, invitation_pk=world.alliance_invitation(world.alliance).pk)


def asked_to_join_another(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, invitation_pk=world.alliance_invitation(world.another_alliance).pk)


def carried(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, mission_pk=world.carried(world.alliance).pk)


def carried_by_another(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, mission_pk=world.carried(world.another_alliance).pk)


def steered(what: str, **more: Any) -> Args:
    """A meeting, a decision, a task or a function of the alliance."""
    return lambda world, kind: alliance(
        world, kind, **{f"{what}_pk": world.steered(what, world.alliance).pk}, **more
    )


def steered_elsewhere(what: str, **more: Any) -> Args:
    return lambda world, kind: alliance(
        world, kind, **{f"{what}_pk": world.steered(what, world.another_alliance).pk}, **more
    )


def voice_of(world: World, kind: str) -> dict[str, Any]:
    return steered("decision", party_pk=world.party(kind).pk)(world, kind)


def voice_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return steered("decision", party_pk=world.another_alliance.parties.first().pk)(world, kind)


def brought(*, delivery: bool = False, **more: Any) -> Args:
    def args(world: World, kind: str) -> dict[str, Any]:
        row = world.contribution(world.alliance, kind)
        found = alliance(world, kind, contribution_pk=row.pk, **more)
        return found | ({"delivery_pk": row.deliveries.first().pk} if delivery else {})

    return args


def in_text(name: str, **more: Any) -> Args:
    """A version of the alliance's: "charter", "charter_next", "agreement", "another_agreement" (not its own)."""

    def args(world: World, kind: str) -> dict[str, Any]:
        version = world.charter if name.startswith("charter") else getattr(world, name)
        if name == "charter_next":
            version = version.text.versions.get(number=2)
        return alliance(world, kind, version_pk=version.pk, **more)

    return args


def brought_to_another(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, contribution_pk=world.contribution(world.another_alliance).pk)


def delivery_of_another(world: World, kind: str) -> dict[str, Any]:
    other = world.contribution(world.another_alliance).deliveries.first()
    return alliance(
        world, kind, contribution_pk=world.contribution(world.alliance, kind).pk, delivery_pk=other.pk
    )


def counted(*, value: bool = False, **more: Any) -> Args:
    """The indicator that the company is responsible for (a dictionary has each name once), and a value of it."""

    def args(world: World, kind: str) -> dict[str, Any]:
        row = world.indicator(world.alliance, kind)
        found = alliance(world, kind, indicator_pk=row.pk, **more)
        return found | ({"value_pk": row.values.first().pk} if value else {})

    return args


def counted_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, indicator_pk=world.indicator(world.another_alliance).pk)


def value_of_another(world: World, kind: str) -> dict[str, Any]:
    other = world.indicator(world.another_alliance).values.first()
    return alliance(world, kind, indicator_pk=world.indicator(world.alliance, kind).pk, value_pk=other.pk)


def resulted(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, result_pk=world.result(world.party(kind).organisation).pk)


def resulted_elsewhere(world: World, kind: str) -> dict[str, Any]:
    other = world.another_alliance.parties.order_by("pk").first().organisation
    return alliance(world, kind, result_pk=world.result(other).pk)


def backed(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, evidence_pk=world.evidence(world.alliance).pk)


def backed_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, evidence_pk=world.evidence(world.another_alliance).pk)


def evaluated(*, revealed: bool = False) -> Args:
    """An evaluation of the alliance, open or revealed."""
    return lambda world, kind: alliance(
        world, kind, round_pk=world.round(world.alliance, revealed=revealed).pk
    )


def evaluated_elsewhere(*, revealed: bool = False) -> Args:
    return lambda world, kind: alliance(
        world, kind, round_pk=world.round(world.another_alliance, revealed=revealed).pk
    )


def answered_by(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, round_pk=world.round(world.alliance).pk, party_pk=world.party(kind).pk)


def answered_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return alliance(
        world,
        kind,
        round_pk=world.round(world.alliance).pk,
        party_pk=world.another_alliance.parties.first().pk,
    )


def funded(**more: Any) -> Args:
    return lambda world, kind: alliance(world, kind, line_pk=world.funding(world.alliance).pk, **more)


def funded_elsewhere(**more: Any) -> Args:
    return lambda world, kind: alliance(world, kind, line_pk=world.funding(world.another_alliance).pk, **more)


def kept_document(**more: Any) -> Args:
    """The document of the party of this kind."""
    return lambda world, kind: alliance(
        world, kind, document_pk=world.document(world.alliance, kind).pk, **more
    )


def document_elsewhere(**more: Any) -> Args:
    return lambda world, kind: alliance(
        world, kind, document_pk=world.document(world.another_alliance).pk, **more
    )


def public_document(world: World, kind: str) -> dict[str, Any]:
    return alliance(world, kind, document_pk=world.document(world.alliance, public=True).pk)


def said_in(topic: str = "alliance", post: str = "", **more: Any) -> Args:
    """A topic (of "alliance" or "another_alliance"), and a message of one or the other."""

    def args(world: World, kind: str) -> dict[str, Any]:
        found = alliance(world, kind, topic_pk=world.post(getattr(world, topic)).topic_id, **more)
        return found | ({"post_pk": world.post(getattr(world, post)).pk} if post else {})

    return args


def of_text(name: str, **more: Any) -> Args:
    return lambda world, kind: alliance(world, kind, text_pk=getattr(world, name).text_id, **more)


def detail_of(name: str, table: str, key: str) -> Args:
    return lambda world, kind: alliance(
        world, kind, **{key: getattr(getattr(world, name), table).order_by("pk")[0].pk}
    )


def about_text(rule: Rule, name: str, method: str = "get", data: Any = None, **more: Any) -> Route:
    return Route(rule, in_text(name, **more), method, data, foreign=in_text("another_agreement", **more))


ANIMATORS = ("owner of association", "manager of association")
ACTORS = (*ANIMATORS, "owner of company", "manager of company")
all_parties = in_alliance(*ACTORS, "reader of association", "reader of company")
actors = in_alliance(*ACTORS)
animators = in_alliance(*ANIMATORS)
#: the party that owes in the world's agreement is the one that animates
animators_or_debtor = animators


def in_text_public(world: World, kind: str) -> dict[str, Any]:
    assert world.charter.documents.exists()
    return alliance(world, kind)


def own_party(role: str, kind: str) -> str:
    return in_alliance(f"owner of {kind}", f"manager of {kind}")(role, kind)


def own_party_or_animators(role: str, kind: str) -> str:
    return in_alliance(*ANIMATORS, f"owner of {kind}", f"manager of {kind}")(role, kind)


PARTIES = ("association", "company")


def other(kind: str) -> str:
    return "authority" if kind == "association" else "association"


def public_mission(world: World, kind: str) -> dict[str, Any]:
    mission = world.mission("association")
    return {"pk": mission.pk, "slug": mission.slug}


def dated_slot(world: World) -> int:
    return world.mission("association").slots.exclude(kind="undated").first().pk


def mission_of(state: str = "open", **more: Any) -> Args:
    return lambda world, kind: space(world, kind, mission_pk=world.mission(kind, state).pk, **more)


def mission_of_another(**more: Any) -> Args:
    return lambda world, kind: space(world, kind, mission_pk=world.mission(other(kind)).pk, **more)


def need_of(state: str = "open", **more: Any) -> Args:
    return lambda world, kind: space(world, kind, need_pk=world.need(kind, state).pk, **more)


def need_of_another(**more: Any) -> Args:
    return lambda world, kind: space(world, kind, need_pk=world.need(other(kind)).pk, **more)


def public_need(world: World, kind: str) -> dict[str, Any]:
    need = world.need("association")
    return {"pk": need.pk, "slug": need.slug}


def slot_of(world: World, kind: str) -> dict[str, Any]:
    mission = world.mission(kind)
    return space(world, kind, mission_pk=mission.pk, slot_pk=mission.slots.first().pk)


def slot_of_another(world: World, kind: str) -> dict[str, Any]:
    foreign = world.mission(other(kind)).slots.first()
    return space(world, kind, mission_pk=world.mission(kind).pk, slot_pk=foreign.pk)


def application_at(**more: Any) -> Args:
    return lambda world, kind: space(world, kind, participation_pk=world.participation_at(kind).pk, **more)


def application_elsewhere(**more: Any) -> Args:
    return lambda world, kind: space(
        world, kind, participation_pk=world.participation_at(other(kind)).pk, **more
    )


def team_at(**more: Any) -> Args:
    return lambda world, kind: space(world, kind, participation_pk=world.team_of(kind).pk, **more)


def team_elsewhere(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, participation_pk=world.team_of(other(kind)).pk)


def slot_at() -> Args:
    return lambda world, kind: space(world, kind, slot_pk=world.mission(kind).slots.order_by("pk")[0].pk)


def slot_elsewhere() -> Args:
    return lambda world, kind: space(
        world, kind, slot_pk=world.mission(other(kind)).slots.order_by("pk")[0].pk
    )


def member_of(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, member=world.membership(kind).pk)


def member_of_another(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, member=world.membership(other(kind)).pk)


def invitation_of(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, invitation=world.invitation(kind).pk)


def invitation_of_another(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, invitation=world.invitation(other(kind)).pk)


def staff_invitation_at(world: World, kind: str) -> dict[str, Any]:
    return {"pk": world.staff_invitation(kind).pk}


def asked_of(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, asked=world.join_request(kind).pk)


def asked_of_another(world: World, kind: str) -> dict[str, Any]:
    return space(world, kind, asked=world.join_request(other(kind)).pk)


def request(world: World, kind: str) -> dict[str, Any]:
    return {"pk": world.request.pk}


def proposal(world: World, kind: str) -> dict[str, Any]:
    return {"pk": world.request.pk, "proposal": world.proposal.pk}


EMPLOYER_KINDS = ("company", "authority")


def another_kind(kind: str) -> str:
    return "company" if kind != "company" else "association"


def employers(what: str, make: Any, **fields: Any) -> Args:
    """In the « Mécénat » part of an employer's space, a row of its own."""

    def args(world: World, kind: str) -> dict[str, Any]:
        return space(world, kind, **{what: world.employers_own(kind, make, **fields).pk})

    return args


def employers_of_another(what: str, make: Any, **fields: Any) -> Args:
    def args(world: World, kind: str) -> dict[str, Any]:
        other = "company" if kind == "authority" else "authority"
        return space(world, kind, **{what: world.employers_own(other, make, **fields).pk})

    return args


def confirming(world: World, kind: str) -> dict[str, Any]:
    from jeveuxagir.accounts.tokens import hash_token

    number = {"company": "1", "authority": "2"}[kind]
    world.employers_own(
        kind, f.make_mail_domain, domain=f"essai{number}.fr", confirmed_at=None, token_hash=hash_token(number)
    )
    return {"token": number}


def coordinators_only(role: str, kind: str) -> str:
    """Those who handle the employer; for all others there is no such thing."""
    if role == ANONYMOUS:
        return LOGIN
    return ALLOWED if role in (f"owner of {kind}", f"manager of {kind}") else MISSING


def offer_staff(role: str, kind: str) -> str:
    """Staff act on an offer; everybody reads it, and may not."""
    return LOGIN if role == ANONYMOUS else ALLOWED if role in BRIGADE else FORBIDDEN


def companys_offer(state: str = "open") -> Args:
    return lambda world, kind: {"pk": world.employers_own("company", f.make_offer, state=state).pk}


def companys_offer_page(world: World, kind: str) -> dict[str, Any]:
    offer = world.employers_own("company", f.make_offer, state="open")
    return {"pk": offer.pk, "slug": offer.slug}


def fixed(**values: Any) -> Args:
    return lambda world, kind: values


# --- the table ------------------------------------------------------------------------------------------------

ROUTES: dict[str, Route] = {
    # public pages
    "web:home": Route(public),
    "web:accessibility": Route(public),
    "web:how_we_match": Route(public),
    "web:how_we_match_skills": Route(public),
    "web:help": Route(public),
    "web:privacy": Route(public),
    "web:legal": Route(public),
    "web:needs": Route(public),
    "web:terms": Route(public),
    "web:terms_version": Route(public, fixed(version="2026-11")),
    "web:contact": Route(public),
    "web:contact_sent": Route(public),
    "web:site_map": Route(public),
    "web:territories": Route(public),
    "web:vocabulary": Route(public),
    "web:sdgs": Route(public),
    "web:sdg": Route(public, fixed(number=4, slug="education-de-qualite")),
    "web:categories": Route(public),
    "web:category": Route(public, fixed(code="mecenat")),
    "web:functions": Route(public),
    "web:function": Route(public, fixed(code="gestion-lieu")),
    "web:region": Route(public, fixed(code="75", slug="nouvelle-aquitaine")),
    "web:department": Route(public, fixed(code="23", slug="creuse")),
    "web:epci": Route(public, fixed(code="242300135", slug="x")),
    "web:find": Route(public),
    "web:find_suggestions": Route(public),
    "web:commune": Route(public, fixed(code="23096", slug="gueret")),
    "web:favicon": Route(public),
    "web:robots": Route(public),
    "web:security_txt": Route(public),
    "web:sitemaps": Route(public),
    "web:sitemap": Route(public, fixed(section="missions")),
    "health_alive": Route(public),
    "health_ready": Route(public),
    "territories:sources": Route(public),
    "territories:lookup": Route(public),
    # signing in (allauth sends who is signed in already to their space)
    "account_login": Route(public),
    "account_confirm_login_code": Route(signed_in),
    "account_request_login_code": Route(sign_in_page),
    "account_logout": Route(public, method="post"),
    "account_signup": Route(public),
    "account_inactive": Route(public),
    "account_reauthenticate": Route(nothing_to_give_again),
    "account_email": Route(signed_in),
    "account_email_verification_sent": Route(signed_in),
    "account_change_password": Route(signed_in),
    "account_set_password": Route(signed_in),
    "account_reset_password": Route(public),
    "account_confirm_password_reset_code": Route(sign_in_page),
    "account_complete_password_reset": Route(public),
    "account_password_reset_completed": Route(public),
    "mfa_index": Route(signed_in),
    "mfa_authenticate": Route(signed_in),
    "mfa_reauthenticate": Route(nothing_to_give_again),
    "mfa_activate_totp": Route(signed_in),
    "mfa_deactivate_totp": Route(hidden),  # nobody here has one
    "mfa_view_recovery_codes": Route(signed_in),
    "mfa_generate_recovery_codes": Route(signed_in),
    "usersessions_list": Route(signed_in),
    # one's own space
    "accounts:my_space": Route(signed_in),
    "accounts:profile": Route(signed_in),
    "accounts:end_session": Route(hidden, lambda world, kind: {"pk": 0}, "post"),
    "accounts:guardian_address": Route(signed_in, method="post"),
    "accounts:accept_terms": Route(signed_in),
    "accounts:my_data": Route(signed_in),
    "accounts:export_data": Route(signed_in, method="post"),
    "accounts:erase_account": Route(signed_in, method="post"),
    "accounts:team": Route(leads),
    "accounts:revoke": Route(
        leads,
        lambda world, kind: {"pk": world.users["brigade_member"].person.grants.get().pk},
        "post",
    ),
    "accounts:invite": Route(leads, method="post", data={"email": "recrue@exemple.fr"}),
    "accounts:resend_invitation": Route(
        leads,
        staff_invitation_at,
        "post",
        kinds=("here", "there"),
    ),
    "accounts:cancel_invitation": Route(
        leads,
        staff_invitation_at,
        "post",
        kinds=("here", "there"),
    ),
    "accounts:staff_invitation": Route(
        public, lambda world, kind: {"token": world.staff_invitation("here").token}
    ),
    "accounts:retention": Route(staff("national", "technical")),
    "accounts:rules": Route(staff("national", "technical")),
    "accounts:guardian": Route(public, lambda world, kind: {"token": world.guardian_token}),
    "notifications:preferences": Route(signed_in),
    "notifications:history": Route(signed_in),
    "mission_alerts:new": Route(public),
    "mission_alerts:sent": Route(public),
    "mission_alerts:mine": Route(signed_in),
    "mission_alerts:edit": Route(own, lambda world, kind: {"pk": world.alert.pk}, "post"),
    "mission_alerts:act": Route(own, lambda world, kind: {"pk": world.alert.pk, "verb": "pause"}, "post"),
    "mission_alerts:stop": Route(public, lambda world, kind: {"token": world.alert_token}),
    "notifications:stop": Route(public, lambda world, kind: {"token": world.stop_token}),
    # the API
    "api:documentation": Route(public),
    "api:openapi": Route(public),
    "api:missions": Route(public),
    "api:mission": Route(public, lambda world, kind: {"pk": world.mission("association").pk}),
    "api:organisations": Route(public),
    "api:organisation": Route(public, lambda world, kind: {"pk": world.organisation("association").pk}),
    "api:alliances": Route(public),
    "api:index": Route(public),
    "api:challenges": Route(public),
    "api:skill_needs": Route(public),
    "api:skill_needs_atom": Route(public),
    "api:offers": Route(public),
    "api:offers_atom": Route(public),
    "api:events": Route(public),
    "api:event": Route(public, lambda world, kind: {"pk": world.event("association").pk}),
    "api:events_atom": Route(public),
    "api:events_diary": Route(public),
    "api:resource_needs": Route(public),
    "api:resource_needs_atom": Route(public),
    "api:resource_need": Route(public, lambda world, kind: {"pk": world.resource_need("association").pk}),
    "api:instruments": Route(public),
    "api:instrument": Route(public, fixed(slug="leader")),
    "api:examples": Route(public),
    "api:example": Route(public, lambda world, kind: {"pk": world.example.pk}),
    "api:examples_atom": Route(public),
    "api:methods": Route(public),
    "api:method": Route(public, lambda world, kind: {"pk": world.method.pk}),
    "api:tools": Route(public),
    "api:tool": Route(public, lambda world, kind: {"pk": world.resource.pk}),
    "api:library_atom": Route(public),
    "api:skill_need": Route(public, lambda world, kind: {"pk": world.need("association").pk}),
    "api:offer": Route(public, lambda world, kind: {"pk": companys_offer_page(world, kind)["pk"]}),
    "api:challenge": Route(public, lambda world, kind: {"pk": world.challenge.pk}),
    "api:alliance": Route(public, lambda world, kind: {"pk": world.alliance.pk}),
    "api:glossary": Route(public),
    "api:glossary_term": Route(public, fixed(slug="alliance")),
    "api:measures": Route(public),
    "api:measure": Route(public, fixed(pk=1)),
    "api:communes": Route(public),
    "api:commune": Route(public, fixed(code="23096")),
    "api:departments": Route(public),
    "api:regions": Route(public),
    "api:domains": Route(public),
    "api:activities": Route(public),
    "api:skills": Route(public),
    "api:sdgs": Route(public),
    "api:categories": Route(public),
    "api:functions": Route(public),
    "api:atom": Route(public),
    "api:territory_atom": Route(public, fixed(code="d23")),
    "api:domain_atom": Route(public, fixed(code="education")),
    "api:diary": Route(public),
    "api:partners": Route(public),
    "api:own": Route(asks_a_key),
    "api:own_offers": Route(asks_a_key),
    "api:own_offer": Route(asks_a_key, companys_offer()),
    "api:own_sponsorships": Route(asks_a_key),
    "api:own_sponsorship": Route(asks_a_key, lambda world, kind: {"pk": world.sponsorship.pk}),
    "api:own_days": Route(asks_a_key, lambda world, kind: {"pk": world.sponsorship.pk}),
    "api:own_statement": Route(asks_a_key, fixed(year=2026)),
    "api:own_statement_csv": Route(asks_a_key, fixed(year=2026)),
    "api:nothing": Route(lambda role, kind: MISSING, path="/api/v1/rien/"),
    # requests and their proposals
    "proposals:new": Route(public),
    "proposals:screen": Route(public, fixed(slug="ou")),
    "proposals:sent": Route(public),
    "proposals:by_link": Route(public, fixed(token="faux")),
    "proposals:request": Route(own_or_by_link, request),
    "proposals:edit": Route(own, request),
    "proposals:others": Route(own_or_by_link, request, "post"),
    "proposals:pause": Route(own, request, "post"),
    "proposals:resume": Route(own, request, "post"),
    "proposals:renew": Route(own, request, "post"),
    "proposals:withdraw": Route(own_or_by_link, request, "post"),
    "proposals:accept": Route(own_or_by_link, proposal, "post"),
    "proposals:decline": Route(own_or_by_link, proposal, "post"),
    "proposals:mine": Route(signed_in),
    "proposals:confirm": Route(public, lambda world, kind: {"token": world.contact_token}),
    # organisations
    "organisations:directory": Route(public),
    "organisations:sign_up": Route(public),
    "organisations:sign_up_identity": Route(signed_in),
    "organisations:sign_up_step": Route(
        hidden,  # only a draft of one's own has steps
        lambda world, kind: {"pk": world.organisation("association").pk, "step": "adresse"},
    ),
    "organisations:sign_up_summary": Route(
        hidden,
        lambda world, kind: {"pk": world.organisation("association").pk},
    ),
    "organisations:public": Route(public, space, kinds=ALL),
    "organisations:invitation": Route(public, lambda world, kind: {"token": world.invitation().token}),
    "organisations:space": Route(everyone, space, kinds=ALL),
    # employers: their sites, domains, codes, people and offers
    "companies:people": Route(handlers, space, kinds=EMPLOYER_KINDS),
    "companies:end": Route(
        handlers,
        employers("employee", f.make_employee),
        "post",
        kinds=EMPLOYER_KINDS,
        foreign=employers_of_another("employee", f.make_employee),
    ),
    # keys by which a program reads what they read
    "api_keys:keys": Route(handlers, space, kinds=ALL),
    "api_keys:revoke": Route(
        handlers,
        lambda world, kind: space(world, kind, key=world.employers_own(kind, f.make_api_key).pk),
        "post",
        kinds=ALL,
        foreign=lambda world, kind: space(
            world, kind, key=world.employers_own(another_kind(kind), f.make_api_key).pk
        ),
    ),
    "companies:access": Route(handlers, space, kinds=EMPLOYER_KINDS),
    "companies:declare_domain": Route(handlers, space, "post", kinds=EMPLOYER_KINDS),
    "companies:release_domain": Route(
        handlers,
        lambda world, kind: employers("mail_domain", f.make_mail_domain, domain=f"{kind}.fr")(world, kind),
        "post",
        kinds=EMPLOYER_KINDS,
    ),
    "companies:make_code": Route(handlers, space, "post", kinds=EMPLOYER_KINDS),
    "companies:revoke_code": Route(
        handlers,
        employers("code", f.make_join_code),
        "post",
        kinds=EMPLOYER_KINDS,
        foreign=employers_of_another("code", f.make_join_code),
    ),
    "companies:invite": Route(handlers, space, "post", kinds=EMPLOYER_KINDS),
    "companies:sites": Route(handlers, space, kinds=EMPLOYER_KINDS),
    "companies:site": Route(
        handlers,
        employers("site", f.make_site),
        kinds=EMPLOYER_KINDS,
        foreign=employers_of_another("site", f.make_site),
    ),
    "companies:close_site": Route(
        handlers,
        employers("site", f.make_site),
        "post",
        kinds=EMPLOYER_KINDS,
        foreign=employers_of_another("site", f.make_site),
    ),
    "companies:confirm_domain": Route(coordinators_only, confirming, kinds=EMPLOYER_KINDS),
    "companies:join": Route(signed_in),
    "companies:join_by_domain": Route(
        hidden, lambda world, kind: {"organisation": world.organisations["association"].pk}
    ),
    "companies:mine": Route(signed_in),
    "companies:choose": Route(own, lambda world, kind: {"employee": world.employee.pk}, "post"),
    "companies:leave": Route(own, lambda world, kind: {"employee": world.employee.pk}, "post"),
    "offers:entry": Route(public),
    "offers:list": Route(public),
    "offers:page": Route(public, companys_offer_page),
    "offers:suspend": Route(offer_staff, companys_offer(), "post"),
    "offers:lift": Route(offer_staff, companys_offer(), "post"),
    "offers:space": Route(handlers, space, kinds=EMPLOYER_KINDS),
    "offers:create": Route(handlers, space, kinds=EMPLOYER_KINDS),
    "offers:manage": Route(
        handlers,
        employers("offer_pk", f.make_offer, state="open"),
        kinds=EMPLOYER_KINDS,
        foreign=employers_of_another("offer_pk", f.make_offer, state="open"),
    ),
    "offers:review": Route(
        handlers,
        employers("offer_pk", f.make_offer, state="draft"),
        kinds=EMPLOYER_KINDS,
        foreign=employers_of_another("offer_pk", f.make_offer, state="draft"),
    ),
    "offers:edit": Route(
        handlers,
        lambda world, kind: (
            employers("offer_pk", f.make_offer, state="draft")(world, kind) | {"section": "competences"}
        ),
        kinds=EMPLOYER_KINDS,
        foreign=lambda world, kind: (
            employers_of_another("offer_pk", f.make_offer, state="draft")(world, kind)
            | {"section": "competences"}
        ),
    ),
    **{
        f"offers:{verb}": Route(
            handlers,
            employers("offer_pk", f.make_offer, state="refused"),
            "post",
            kinds=EMPLOYER_KINDS,
            foreign=employers_of_another("offer_pk", f.make_offer, state="refused"),
        )
        for verb in ("submit", "take_back", "pause", "resume", "end")
    },
    "organisations:team": Route(everyone, space, kinds=ALL),
    "organisations:invite": Route(owners, space, "post", kinds=ALL),
    "organisations:change_role": Route(
        owners, member_of, "post", {"role": "manager"}, kinds=ALL, foreign=member_of_another
    ),
    "organisations:remove_member": Route(owners, member_of, "post", kinds=ALL, foreign=member_of_another),
    "organisations:leave": Route(everyone, space, "post", kinds=ALL),
    "organisations:cancel_invitation": Route(
        owners, invitation_of, "post", kinds=ALL, foreign=invitation_of_another
    ),
    "organisations:resend_invitation": Route(
        owners, invitation_of, "post", kinds=ALL, foreign=invitation_of_another
    ),
    "organisations:join": Route(signed_in, space, kinds=ALL),
    "organisations:accept_join": Route(
        owners, asked_of, "post", {"role": "reader"}, kinds=ALL, foreign=asked_of_another
    ),
    "organisations:decline_join": Route(
        owners, asked_of, "post", {"reason": "Inconnu ici."}, kinds=ALL, foreign=asked_of_another
    ),
    "organisations:settings": Route(owners, space, kinds=ALL),
    "organisations:close": Route(owners, space, "post", kinds=ALL),
    # missions
    "missions:list": Route(public),
    "missions:suggestions": Route(public),
    "missions:page": Route(public, public_mission),
    "missions:calendar": Route(
        public, lambda world, kind: public_mission(world, kind) | {"slot": dated_slot(world)}
    ),
    "moderation:report": Route(public),
    "moderation:reported": Route(public),
    "missions:space": Route(everyone, space, kinds=ALL),
    "missions:create": Route(handlers, space, kinds=HOSTS),
    "missions:manage": Route(everyone, mission_of(), kinds=HOSTS, foreign=mission_of_another()),
    "missions:review": Route(handlers, mission_of(), kinds=HOSTS, foreign=mission_of_another()),
    "missions:cancel_slots": Route(handlers, mission_of(), "post", kinds=HOSTS, foreign=mission_of_another()),
    "missions:withdraw_edit": Route(
        handlers, mission_of(), "post", kinds=HOSTS, foreign=mission_of_another()
    ),
    "missions:slots": Route(handlers, mission_of(), kinds=HOSTS, foreign=mission_of_another()),
    "missions:slot": Route(handlers, slot_of, kinds=HOSTS, foreign=slot_of_another),
    "missions:submit": Route(
        handlers, mission_of("draft"), "post", kinds=HOSTS, foreign=mission_of_another()
    ),
    "missions:close": Route(handlers, mission_of(), "post", kinds=HOSTS, foreign=mission_of_another()),
    "missions:reopen": Route(
        handlers, mission_of("closed"), "post", kinds=HOSTS, foreign=mission_of_another()
    ),
    "missions:duplicate": Route(handlers, mission_of(), "post", kinds=HOSTS, foreign=mission_of_another()),
    "missions:cancel": Route(handlers, mission_of(), "post", kinds=HOSTS, foreign=mission_of_another()),
    "missions:edit": Route(
        handlers, mission_of(section="titre"), kinds=HOSTS, foreign=mission_of_another(section="titre")
    ),
    # skill needs
    "skill_needs:list": Route(public),
    "skill_needs:public": Route(public, public_need),
    "skill_needs:space": Route(everyone, space, kinds=ALL),
    "skill_needs:create": Route(handlers, space, kinds=HOSTS),
    "skill_needs:manage": Route(everyone, need_of(), kinds=HOSTS, foreign=need_of_another()),
    "skill_needs:review": Route(handlers, need_of("draft"), kinds=HOSTS, foreign=need_of_another()),
    "skill_needs:edit": Route(
        handlers, need_of(section="projet"), kinds=HOSTS, foreign=need_of_another(section="projet")
    ),
    **{
        f"skill_needs:{verb}": Route(handlers, need_of(state), "post", kinds=HOSTS, foreign=need_of_another())
        for verb, state in (
            ("submit", "draft"),
            ("take_back", "pending"),
            ("discard", "draft"),
            ("finish", "open"),
            ("give_up", "open"),
            ("reopen", "no_taker"),
            ("withdraw_edit", "open"),
        )
    },
    # ideas
    "ideas:new": Route(public),
    "ideas:sent": Route(public),
    "ideas:mine": Route(own, lambda world, kind: {"pk": world.idea.pk}),
    "ideas:tell": Route(own, lambda world, kind: {"pk": world.idea.pk}, "post"),
    "ideas:withdraw": Route(own, lambda world, kind: {"pk": world.idea.pk}, "post"),
    # lived statements
    "statements:list": Route(public),
    "statements:new": Route(signed_in),
    "statements:public": Route(public, lambda world, kind: {"pk": world.statement.pk}),
    "statements:withdraw": Route(own, lambda world, kind: {"pk": world.statement.pk}, "post"),
    # common problems
    "challenges:list": Route(public),
    "challenges:new": Route(signed_in),
    "challenges:public": Route(public, challenge),
    "challenges:edit": Route(own, challenge),
    "challenges:submit": Route(own, drafted, "post"),
    "challenges:take_back": Route(own, challenge, "post"),
    "challenges:close": Route(own, challenge),
    "challenges:support": Route(signed_in, challenge, "post"),
    "challenges:withdraw_support": Route(
        own, lambda world, kind: challenge(world, kind, support_pk=world.support.pk), "post"
    ),
    "challenges:renew_support": Route(
        own, lambda world, kind: challenge(world, kind, support_pk=world.support.pk), "post"
    ),
    "challenges:remove_words": Route(
        staff("brigade_member", "brigade_lead", "regional", "national"),
        lambda world, kind: challenge(world, kind, support_pk=world.support.pk),
        "post",
    ),
    "challenges:start": Route(signed_in, challenge),
    # the glossary
    "glossary:list": Route(public),
    "glossary:term": Route(public, fixed(slug="alliance")),
    "glossary:contest": Route(signed_in, fixed(slug="alliance")),
    "glossary:withdraw": Route(
        own, lambda world, kind: {"slug": world.contest.term.slug, "pk": world.contest.pk}, "post"
    ),
    # the library
    "library:method": Route(public, lambda world, kind: {"pk": world.method.pk, "slug": world.method.slug}),
    "library:resource": Route(
        public, lambda world, kind: {"pk": world.resource.pk, "slug": world.resource.slug}
    ),
    # the report and its measures
    "programme:report": Route(public),
    "programme:chantier": Route(public, fixed(chantier="droit")),
    "programme:item": Route(public, fixed(chantier="droit", item="charte")),
    "programme:measures": Route(public),
    "programme:pledges": Route(public),
    "programme:spreadsheet": Route(public),
    "programme:feed": Route(public),
    "programme:measure": Route(public, fixed(number=1)),
    "programme:new_pledge": Route(signed_in, fixed(number=1)),
    "programme:pledge": Route(public, pledged),
    "programme:edit_pledge": Route(pledging, pledged),
    "programme:withdraw_pledge": Route(pledging, pledged, "post"),
    "programme:give_news": Route(pledging, pledged, "post"),
    "programme:close_pledge": Route(pledging, pledged, "post"),
    "library:home": Route(public),
    "library:shelf": Route(public, lambda world, kind: {"shelf": "methodes"}),
    "library:interest": Route(public, lambda world, kind: {"interest": "innovation"}),
    "library:networks": Route(public),
    "library:kit": Route(public),
    "library:kit_sheet": Route(
        public,
        lambda world, kind: {"code": kind},
        kinds=("argumentaire", "illustrations", "methodes", "outils"),
    ),
    "library:kit_document": Route(public, lambda world, kind: {"code": "argumentaire"}),
    "library:maturity": Route(public),
    "library:assessments": Route(signed_in),
    "library:assessment": Route(own, lambda world, kind: {"pk": world.assessment.pk}),
    "library:forget_assessment": Route(own, lambda world, kind: {"pk": world.assessment.pk}, "post"),
    "library:propose": Route(signed_in),
    "library:new": Route(signed_in, lambda world, kind: {"sort": kind}, kinds=("methode", "outil", "reseau")),
    "library:correct": Route(own, lambda world, kind: {"sort": "methode", "pk": world.method.pk}),
    "library:withdraw": Route(own, lambda world, kind: {"sort": "methode", "pk": world.method.pk}),
    "library:act": Route(
        own, lambda world, kind: {"sort": "methode", "pk": world.method.pk, "verb": "take_back"}, "post"
    ),
    "library:write": Route(
        own,
        lambda world, kind: {"sort": "methode", "pk": world.drafted_method.pk, "step": kind},
        kinds=("essentiel", "deroule", "preparation", "classement", "relire"),
    ),
    "library:method_history": Route(
        public, lambda world, kind: {"pk": world.method.pk, "slug": world.method.slug}
    ),
    "library:network": Route(
        public, lambda world, kind: {"pk": world.network.pk, "slug": world.network.slug}
    ),
    "library:network_history": Route(
        public, lambda world, kind: {"pk": world.network.pk, "slug": world.network.slug}
    ),
    "library:resource_history": Route(
        public, lambda world, kind: {"pk": world.resource.pk, "slug": world.resource.slug}
    ),
    "library:to_alliance": Route(
        signed_in, lambda world, kind: {"pk": world.method.pk, "slug": world.method.slug}, "post"
    ),
    # inspiring examples
    "examples:list": Route(public),
    "examples:one": Route(public, lambda world, kind: {"pk": world.example.pk, "slug": world.example.slug}),
    "examples:history": Route(
        public, lambda world, kind: {"pk": world.example.pk, "slug": world.example.slug}
    ),
    "examples:here": Route(public, lambda world, kind: {"pk": world.example.pk, "slug": world.example.slug}),
    "examples:still_true": Route(lambda role, kind: MISSING, lambda world, kind: {"token": "rien"}),
    "examples:new": Route(signed_in),
    "examples:write": Route(
        own,
        lambda world, kind: {"pk": world.drafted_example.pk, "step": kind},
        kinds=("essentiel", "ou-et-qui", "comment", "bilan", "relire"),
    ),
    "examples:correct": Route(own, lambda world, kind: {"pk": world.example.pk}),
    "examples:withdraw": Route(own, lambda world, kind: {"pk": world.example.pk}),
    "examples:act": Route(
        own, lambda world, kind: {"pk": world.drafted_example.pk, "verb": "take_back"}, "post"
    ),
    "examples:ask_parties": Route(own, lambda world, kind: {"pk": world.drafted_example.pk}, "post"),
    "examples:consent": Route(
        own, lambda world, kind: {"pk": world.asked_example.pk, "slug": world.asked_example.slug}
    ),
    "examples:of_alliance": Route(actors, alliance),
    # evaluations
    "evaluations:rounds": Route(all_parties, alliance),
    "evaluations:open": Route(animators, alliance),
    "evaluations:round": Route(all_parties, evaluated(), foreign=evaluated_elsewhere()),
    "evaluations:gaps_file": Route(
        all_parties, evaluated(revealed=True), foreign=evaluated_elsewhere(revealed=True)
    ),
    "evaluations:answer": Route(own_party, answered_by, kinds=PARTIES, foreign=answered_elsewhere),
    "evaluations:abandon": Route(animators, evaluated(), foreign=evaluated_elsewhere()),
    "evaluations:axes": Route(all_parties, alliance),
    "evaluations:prove": Route(actors, alliance),
    "evaluations:withdraw_proof": Route(actors, backed, "post", foreign=backed_elsewhere),
    # networks
    "networks:space": Route(everyone, space, kinds=ALL),
    "networks:needs": Route(everyone, space, kinds=ALL),
    "networks:figures": Route(everyone, space, kinds=ALL),
    "networks:templates": Route(everyone, space, kinds=ALL),
    "networks:invite": Route(handlers, space, kinds=ALL),
    "networks:invite_by_mail": Route(handlers, space, kinds=ALL),
    "networks:cancel_mail": Route(handlers, mailed, "post", kinds=ALL, foreign=mailed_elsewhere),
    "networks:act": Route(handlers, affiliated, "post", kinds=ALL, foreign=affiliated_elsewhere),
    "networks:new_template": Route(handlers, space, kinds=ALL),
    "networks:template": Route(handlers, lent, kinds=ALL, foreign=lent_elsewhere),
    "networks:retire_template": Route(handlers, lent, "post", kinds=ALL, foreign=lent_elsewhere),
    "skill_needs:pass_on": Route(handlers, passed_on, kinds=ALL, foreign=passed_on_elsewhere),
    "networks:invitation": Route(
        signed_in, lambda world, kind: {"token": world.network_invitation("association").token}
    ),
    # needs and offers brought together, and what an employer gave
    "pairings:of_organisation": Route(handlers, space, kinds=ALL),
    "pairings:by_brigade": Route(staff(*BRIGADE), lambda world, kind: {"need_pk": world.pairing.need_id}),
    "pairings:one": Route(
        handlers, paired("pairing_pk"), kinds=SIDES, foreign=paired_elsewhere("pairing_pk")
    ),
    "pairings:withdraw": Route(
        handlers, paired("pairing_pk"), "post", kinds=SIDES, foreign=paired_elsewhere("pairing_pk")
    ),
    "pairings:for_offer": Route(
        handlers, paired("offer_pk"), kinds=("company",), foreign=paired_elsewhere("offer_pk")
    ),
    "pairings:for_need": Route(
        handlers, paired("need_pk"), kinds=("association",), foreign=paired_elsewhere("need_pk")
    ),
    "pairings:help_need": Route(handlers, paired("need_pk"), kinds=("company",)),
    "pairings:ask_offer": Route(
        handlers,
        paired("need_pk", "offer_pk"),
        kinds=("association",),
        foreign=paired_elsewhere("need_pk", "offer_pk"),
    ),
    "impact:public": Route(hidden_from_all, space, kinds=("company",)),
    "impact:own": Route(handlers, space, kinds=EMPLOYER_KINDS),
    "impact:publish": Route(handlers, space, "post", kinds=EMPLOYER_KINDS),
    "impact:unpublish": Route(handlers, space, "post", kinds=EMPLOYER_KINDS),
    # introductions
    "introductions:new": Route(signed_in),
    "introductions:answer_link": Route(
        public, lambda world, kind: {"token": world.introduction("association").tokens[0]}
    ),
    "introductions:report_link": Route(
        public, lambda world, kind: {"token": world.introduction("association").tokens[0]}
    ),
    "introductions:report": Route(handlers, introduced, kinds=ALL, foreign=introduced_elsewhere),
    "introductions:of_organisation": Route(handlers, space, kinds=ALL),
    "introductions:one": Route(handlers, introduced, kinds=ALL, foreign=introduced_elsewhere),
    "introductions:withdraw": Route(handlers, introduced, "post", kinds=ALL, foreign=introduced_elsewhere),
    "introductions:start": Route(handlers, introduced, kinds=ALL, foreign=introduced_elsewhere),
    # time lent by the company to the association; the citizen is who comes
    "sponsorships:rules": Route(public),
    "sponsorships:all": Route(handlers, space, kinds=ALL),
    "sponsorships:prepare": Route(handlers, space, kinds=EMPLOYERS),
    "sponsorships:one": Route(handlers, on_loan(), kinds=SIDES, foreign=on_loan_elsewhere()),
    "sponsorships:rework": Route(handlers, on_loan(), kinds=("company",), foreign=on_loan_elsewhere()),
    "sponsorships:employer_agree": Route(
        handlers, on_loan(), "post", kinds=("company",), foreign=on_loan_elsewhere()
    ),
    "sponsorships:association_agree": Route(
        handlers, on_loan(), "post", kinds=("association",), foreign=on_loan_elsewhere()
    ),
    "sponsorships:decline": Route(handlers, on_loan(), kinds=SIDES, foreign=on_loan_elsewhere()),
    "sponsorships:break_off": Route(handlers, on_loan(), kinds=SIDES, foreign=on_loan_elsewhere()),
    "sponsorships:debrief": Route(handlers, on_loan(), kinds=SIDES, foreign=on_loan_elsewhere()),
    "sponsorships:close": Route(handlers, on_loan(), "post", kinds=SIDES, foreign=on_loan_elsewhere()),
    "sponsorships:propose": Route(handlers, on_loan(), kinds=SIDES, foreign=on_loan_elsewhere()),
    "sponsorships:convention": Route(
        handlers, on_loan(convention=True), kinds=SIDES, foreign=on_loan_elsewhere(convention=True)
    ),
    "sponsorships:document": Route(
        handlers, on_loan(convention=True), kinds=SIDES, foreign=on_loan_elsewhere(convention=True)
    ),
    "sponsorships:drop_convention": Route(
        handlers, on_loan(convention=True), "post", kinds=SIDES, foreign=on_loan_elsewhere(convention=True)
    ),
    "sponsorships:log_day": Route(handlers, on_loan(), kinds=("company",), foreign=on_loan_elsewhere()),
    "sponsorships:validate_days": Route(
        handlers, on_loan(), "post", kinds=SIDES, foreign=on_loan_elsewhere()
    ),
    "sponsorships:validate_day": Route(
        handlers, on_loan(day=True), "post", kinds=SIDES, foreign=on_loan_elsewhere(day=True)
    ),
    "sponsorships:refuse_day": Route(
        handlers, on_loan(day=True), kinds=SIDES, foreign=on_loan_elsewhere(day=True)
    ),
    "sponsorships:withdraw_day": Route(
        handlers, on_loan(day=True), "post", kinds=SIDES, foreign=on_loan_elsewhere(day=True)
    ),
    "sponsorships:statement": Route(handlers, space, kinds=ALL),
    "sponsorships:statement_pdf": Route(handlers, this_year, kinds=ALL),
    "sponsorships:statement_csv": Route(handlers, this_year, kinds=ALL),
    "sponsorships:amount": Route(
        handlers, on_loan(year=2026), "post", kinds=("company",), foreign=on_loan_elsewhere(year=2026)
    ),
    "sponsorships:mine": Route(signed_in),
    "sponsorships:my_log": Route(own, lambda world, kind: {"row_pk": world.sponsorship.pk}),
    "sponsorships:my_document": Route(own, lambda world, kind: {"row_pk": world.sponsorship.pk}),
    "sponsorships:my_unlink": Route(own, lambda world, kind: {"row_pk": world.sponsorship.pk}, "post"),
    "sponsorships:my_withdraw": Route(
        own, lambda world, kind: {"day_pk": world.sponsorship.days.get().pk}, "post"
    ),
    # events
    "events:list": Route(public),
    "events:propose": Route(signed_in),
    "events:public": Route(public, event_page),
    "events:calendar": Route(public, event_page),
    "events:register": Route(public, event_page),
    "events:sent": Route(public, event_page),
    "events:ticket": Route(public, lambda world, kind: {"token": world.ticket_token}),
    "events:mine": Route(signed_in),
    "events:cancel_mine": Route(own, lambda world, kind: {"pk": world.registration().pk}, "post"),
    "events:space": Route(everyone, space, kinds=ALL),
    "events:create": Route(handlers, space, kinds=ALL),
    "events:manage": Route(everyone, event_of(), kinds=ALL, foreign=event_of_another),
    "events:edit": Route(handlers, event_of(), kinds=ALL, foreign=event_of_another),
    "events:submit": Route(handlers, event_of("draft"), "post", kinds=ALL, foreign=event_of_another),
    "events:take_back": Route(handlers, event_of(), "post", kinds=ALL, foreign=event_of_another),
    "events:delete": Route(handlers, event_of("draft"), "post", kinds=ALL, foreign=event_of_another),
    "events:cancel": Route(handlers, event_of(), "post", kinds=ALL, foreign=event_of_another),
    "events:withdraw_edit": Route(handlers, event_of(), "post", kinds=ALL, foreign=event_of_another),
    "events:attendance": Route(handlers, event_of("done"), "post", kinds=ALL, foreign=event_of_another),
    "events:strike_off": Route(
        handlers,
        lambda world, kind: event_of()(world, kind) | {"registration_pk": world.registration(kind).pk},
        "post",
        kinds=ALL,
        foreign=lambda world, kind: (
            event_of_another(world, kind) | {"registration_pk": world.registration(kind).pk}
        ),
    ),
    "events:follow_up": Route(handlers, event_of("done"), "post", kinds=ALL, foreign=event_of_another),
    "events:write": Route(handlers, event_of(), "post", kinds=ALL, foreign=event_of_another),
    "events:export": Route(handlers, event_of("done"), "post", kinds=ALL, foreign=event_of_another),
    # needs of means
    "resources:list": Route(public),
    "resources:orient": Route(public),
    "resources:instruments": Route(public),
    "resources:instrument": Route(public, fixed(slug="leader")),
    "resources:propose": Route(signed_in),
    "resources:public": Route(public, means_page),
    "resources:contribute": Route(signed_in, means_page),
    "resources:space": Route(everyone, space, kinds=ALL),
    "resources:create": Route(no_company, space, kinds=ALL),
    "resources:manage": Route(everyone, means_of(), kinds=HOSTS, foreign=means_of_another),
    "resources:edit": Route(handlers, means_of(), kinds=HOSTS, foreign=means_of_another),
    "resources:submit": Route(handlers, means_of("draft"), "post", kinds=HOSTS, foreign=means_of_another),
    "resources:take_up": Route(handlers, means_of(), "post", kinds=HOSTS, foreign=means_of_another),
    "resources:delete": Route(handlers, means_of("draft"), "post", kinds=HOSTS, foreign=means_of_another),
    "resources:withdraw_edit": Route(handlers, means_of(), "post", kinds=HOSTS, foreign=means_of_another),
    "resources:meet": Route(handlers, means_of("met"), "post", kinds=HOSTS, foreign=means_of_another),
    "resources:close": Route(handlers, means_of(), "post", kinds=HOSTS, foreign=means_of_another),
    "resources:receive": Route(handlers, promised_by, "post", kinds=ALL, foreign=promised_elsewhere),
    "resources:drop": Route(handlers, promised_by, "post", kinds=ALL, foreign=promised_elsewhere),
    # alliances
    "alliances:list": Route(public),
    "alliances:new": Route(public),
    "alliances:new_step": Route(public, fixed(step="but")),
    "alliances:invitation": Route(
        public, lambda world, kind: {"token": world.alliance_invitation(world.alliance).token}
    ),
    "alliances:join": Route(
        signed_in, lambda world, kind: {"token": world.alliance_invitation(world.alliance).token}, "post"
    ),
    "alliances:of_organisation": Route(everyone, space, kinds=ALL),
    "alliances:public": Route(public, alliance),
    "alliances:spread": Route(signed_in, alliance),
    "alliances:spreading": Route(all_parties, alliance),
    "alliances:home": Route(all_parties, alliance),
    "alliances:journey": Route(all_parties, alliance),
    "alliances:set_step": Route(
        actors, lambda world, kind: alliance(world, kind, key="constat"), "post", {"state": "done"}
    ),
    "alliances:tick_guided": Route(
        actors,
        lambda world, kind: alliance(world, kind, guided_pk=world.guided_step.pk),
        "post",
        {"done": "oui"},
        foreign=lambda world, kind: alliance(world, kind, guided_pk=world.foreign_guided_step.pk),
    ),
    "alliances:drop_guide": Route(actors, alliance, "post", {"methode": "/rien/"}),
    "alliances:move_stage": Route(
        animators, lambda world, kind: alliance(world, kind, verb="structure"), "post"
    ),
    "alliances:parties": Route(all_parties, alliance),
    "alliances:party": Route(own_party, party_of(), kinds=PARTIES, foreign=party_of_another),
    "alliances:roles": Route(animators, party_of(), kinds=PARTIES, foreign=party_of_another),
    "alliances:renounce_third": Route(own_party, party_of(), "post", kinds=PARTIES, foreign=party_of_another),
    "alliances:leave": Route(own_party_or_animators, party_of(), kinds=PARTIES, foreign=party_of_another),
    "alliances:composition": Route(all_parties, alliance),
    "alliances:invite_proposed": Route(
        animators,
        lambda world, kind: alliance(world, kind, organisation=world.organisations["association"].pk),
        "post",
    ),
    "alliances:invite": Route(animators, alliance, "post"),
    "alliances:resend_invitation": Route(animators, asked_to_join, "post", foreign=asked_to_join_another),
    "alliances:cancel_invitation": Route(animators, asked_to_join, "post", foreign=asked_to_join_another),
    "alliances:missions": Route(all_parties, alliance),
    "alliances:drop_mission": Route(animators, carried, "post", foreign=carried_by_another),
    "alliances:settings": Route(all_parties, alliance),
    "alliances:section": Route(animators, lambda world, kind: alliance(world, kind, section="but")),
    "alliances:category": Route(all_parties, alliance),
    "alliances:conditions": Route(all_parties, alliance),
    "alliances:publication": Route(animators, alliance),
    "alliances:activity": Route(all_parties, alliance),
    "alliances:export": Route(all_parties, alliance, "post"),
    "alliances:wake": Route(actors, alliance, "post"),
    "alliances:close": Route(actors, alliance),
    # how an alliance is steered
    "governance:meetings": Route(all_parties, alliance),
    "governance:convene": Route(animators, alliance),
    "governance:meeting": Route(all_parties, steered("meeting"), foreign=steered_elsewhere("meeting")),
    "governance:calendar": Route(all_parties, steered("meeting"), foreign=steered_elsewhere("meeting")),
    "governance:answer_meeting": Route(
        all_parties, steered("meeting"), "post", {"coming": "yes"}, foreign=steered_elsewhere("meeting")
    ),
    "governance:change_meeting": Route(animators, steered("meeting"), foreign=steered_elsewhere("meeting")),
    "governance:cancel_meeting": Route(
        animators, steered("meeting"), "post", foreign=steered_elsewhere("meeting")
    ),
    "governance:minutes": Route(animators, steered("meeting"), foreign=steered_elsewhere("meeting")),
    "governance:decisions": Route(all_parties, alliance),
    "governance:propose": Route(actors, alliance),
    "governance:third": Route(actors, party_of(), kinds=("company",), foreign=party_of_another),
    "governance:decision": Route(all_parties, steered("decision"), foreign=steered_elsewhere("decision")),
    "governance:vote": Route(own_party, voice_of, "post", kinds=PARTIES, foreign=voice_elsewhere),
    "governance:withdraw": Route(
        animators, steered("decision"), "post", foreign=steered_elsewhere("decision")
    ),
    "governance:tasks": Route(all_parties, alliance),
    "governance:give": Route(actors, alliance),
    "governance:task": Route(all_parties, steered("task"), foreign=steered_elsewhere("task")),
    "governance:roles": Route(all_parties, alliance),
    "governance:start_roles": Route(animators, alliance, "post"),
    "governance:add_function": Route(animators, alliance, "post"),
    "governance:roles_pdf": Route(all_parties, alliance),
    "governance:function": Route(animators, steered("function"), foreign=steered_elsewhere("function")),
    "governance:drop_function": Route(
        animators, steered("function"), "post", foreign=steered_elsewhere("function")
    ),
    "contributions:means": Route(all_parties, alliance),
    "contributions:add": Route(actors, alliance),
    "contributions:contributions_file": Route(all_parties, alliance),
    "contributions:funding_file": Route(all_parties, alliance),
    "contributions:contribution": Route(all_parties, brought(), kinds=PARTIES, foreign=brought_to_another),
    "contributions:edit": Route(own_party_or_animators, brought(), kinds=PARTIES, foreign=brought_to_another),
    "contributions:drop": Route(
        own_party_or_animators, brought(), "post", kinds=PARTIES, foreign=brought_to_another
    ),
    "contributions:resume": Route(
        own_party_or_animators, brought(), "post", kinds=PARTIES, foreign=brought_to_another
    ),
    "contributions:undo_delivery": Route(
        own_party_or_animators, brought(delivery=True), "post", kinds=PARTIES, foreign=delivery_of_another
    ),
    "contributions:ask": Route(actors, alliance),
    "contributions:line": Route(all_parties, funded(), foreign=funded_elsewhere()),
    "contributions:move_line": Route(
        animators, funded(verb="refuse"), "post", foreign=funded_elsewhere(verb="refuse")
    ),
    # documents: any member of a party reads, who acts for their party changes them, nobody else finds them
    "shared_documents:documents": Route(all_parties, alliance),
    "shared_documents:add": Route(actors, alliance),
    "shared_documents:document": Route(
        all_parties, kept_document(), kinds=PARTIES, foreign=document_elsewhere()
    ),
    "shared_documents:file": Route(
        all_parties, kept_document(number=1), kinds=PARTIES, foreign=document_elsewhere(number=1)
    ),
    **{
        f"shared_documents:{name}": Route(
            own_party_or_animators, kept_document(), method, kinds=PARTIES, foreign=document_elsewhere()
        )
        for name, method in (
            ("edit", "get"),
            ("add_version", "get"),
            ("ask_publication", "post"),
            ("withdraw_publication", "post"),
            ("remove", "post"),
        )
    },
    "shared_documents:public_file": Route(
        public,
        public_document,
        foreign=lambda world, kind: kept_document()(world, "company"),
    ),
    "shared_documents:review": Route(
        staff(*BRIGADE),
        lambda world, kind: {"document_pk": world.document_to_read.pk},
        foreign=lambda world, kind: {"document_pk": world.document(world.alliance, "company").pk},
    ),
    "exchanges:topics": Route(all_parties, alliance),
    "exchanges:open_topic": Route(actors, alliance),
    "exchanges:topic": Route(all_parties, said_in(), foreign=said_in("another_alliance")),
    "exchanges:edit": Route(
        in_alliance("owner of company"),
        said_in(post="alliance"),
        foreign=said_in("another_alliance", "another_alliance"),
    ),
    "exchanges:withdraw": Route(
        in_alliance("owner of company"),
        said_in(post="alliance"),
        "post",
        foreign=said_in(post="another_alliance"),
    ),
    "exchanges:report": Route(
        all_parties, said_in(post="alliance"), foreign=said_in("another_alliance", "alliance")
    ),
    "indicators:dictionary": Route(all_parties, alliance),
    "indicators:define": Route(actors, alliance),
    "indicators:indicator": Route(all_parties, counted(), kinds=("company",), foreign=counted_elsewhere),
    "indicators:values_file": Route(all_parties, counted(), kinds=("company",), foreign=counted_elsewhere),
    "indicators:edit": Route(
        own_party_or_animators, counted(), kinds=("company",), foreign=counted_elsewhere
    ),
    "indicators:archive": Route(
        own_party_or_animators, counted(), "post", kinds=("company",), foreign=counted_elsewhere
    ),
    "indicators:take_over": Route(actors, counted(), "post", kinds=("company",), foreign=counted_elsewhere),
    "indicators:enter": Route(actors, counted(), kinds=("company",), foreign=counted_elsewhere),
    "indicators:correct": Route(own_party, counted(value=True), kinds=("company",), foreign=value_of_another),
    "indicators:review": Route(
        actors,
        counted(value=True),
        "post",
        {"verdict": "confirmed"},
        kinds=("company",),
        foreign=value_of_another,
    ),
    "indicators:results": Route(all_parties, alliance),
    "indicators:note_result": Route(actors, alliance),
    "indicators:claim": Route(own_party_or_animators, resulted, kinds=PARTIES, foreign=resulted_elsewhere),
    "indicators:unclaim": Route(
        own_party_or_animators, resulted, "post", kinds=PARTIES, foreign=resulted_elsewhere
    ),
    # charters and agreements
    "texts:charter": Route(all_parties, alliance),
    "texts:agreements": Route(all_parties, alliance),
    "texts:text": Route(all_parties, of_text("agreement"), foreign=of_text("another_agreement")),
    "texts:new_version": Route(animators, of_text("charter"), "post", foreign=of_text("another_agreement")),
    "texts:version": about_text(all_parties, "agreement"),
    "texts:differences": Route(all_parties, in_text("charter_next"), foreign=in_text("another_agreement")),
    "texts:article": about_text(animators, "agreement", article="apports"),
    "texts:move_article": about_text(animators, "agreement", "post", article="apports", way="descendre"),
    "texts:add_article": about_text(animators, "agreement"),
    "texts:summary": about_text(animators, "agreement"),
    "texts:act": about_text(animators, "charter_next", "post", verb="amender"),
    "texts:comment": about_text(actors, "agreement", "post", article="objet"),
    "texts:resolve": Route(
        animators,
        detail_of("agreement", "comments", "comment_pk"),
        "post",
        foreign=detail_of("another_agreement", "comments", "comment_pk"),
    ),
    "texts:adopt": about_text(all_parties, "charter_next"),
    "texts:document": about_text(all_parties, "charter"),
    "texts:obligations": about_text(all_parties, "agreement"),
    "texts:remove_obligation": Route(
        animators,
        detail_of("agreement", "obligations", "obligation_pk"),
        "post",
        foreign=detail_of("another_agreement", "obligations", "obligation_pk"),
    ),
    "texts:settle_obligation": Route(
        animators_or_debtor,
        detail_of("agreement", "obligations", "obligation_pk"),
        "post",
        {"state": "done"},
        foreign=detail_of("another_agreement", "obligations", "obligation_pk"),
    ),
    "texts:public_document": Route(public, in_text_public),
    "texts:verify": Route(public),
    # applications
    "missions:apply": Route(public, public_mission),
    "missions:applied": Route(public, public_mission),
    "missions:alert": Route(signed_in, public_mission, "post"),
    "missions:depart": Route(
        public,
        lambda world, kind: {"pk": world.imported_mission.pk, "slug": world.imported_mission.slug},
        "post",
    ),
    "participations:leaving": Route(public, lambda world, kind: {"pk": world.imported_mission.pk}),
    "participations:departure": Route(public, fixed(token="faux")),
    "participations:all_mine": Route(signed_in),
    "participations:mine": Route(own, lambda world, kind: {"pk": world.participation.pk}),
    "participations:calendar": Route(own, lambda world, kind: {"pk": world.accepted.pk}),
    "participations:still_coming": Route(own, lambda world, kind: {"pk": world.participation.pk}, "post"),
    "participations:cancel": Route(own, lambda world, kind: {"pk": world.participation.pk}, "post"),
    "participations:forget_alert": Route(own, lambda world, kind: {"pk": world.place_alert.pk}, "post"),
    "participations:space": Route(handlers, space, kinds=ALL),
    "participations:answer_many": Route(handlers, space, "post", kinds=ALL),
    "participations:participants": Route(handlers, slot_at(), "post", kinds=HOSTS, foreign=slot_elsewhere()),
    "participations:answer": Route(handlers, application_at(), kinds=HOSTS, foreign=application_elsewhere()),
    "participations:act": Route(
        handlers,
        application_at(verb="accepter"),
        "post",
        kinds=HOSTS,
        foreign=application_elsewhere(verb="accepter"),
    ),
    # teams
    "teams:register": Route(
        signed_in,
        lambda world, kind: {"pk": world.team_mission.pk, "slug": world.team_mission.slug},
    ),
    "teams:all": Route(handlers, space, kinds=ALL),
    "teams:one": Route(handlers, team_at(), kinds=ALL, foreign=team_elsewhere),
    "teams:change": Route(handlers, team_at(), "post", kinds=ALL, foreign=team_elsewhere),
    "teams:cancel": Route(handlers, team_at(), "post", kinds=ALL, foreign=team_elsewhere),
    "teams:still_coming": Route(handlers, team_at(), "post", kinds=ALL, foreign=team_elsewhere),
}

# --- the brigade's site: lists are scoped, rows outside the territory do not exist -------------------------------


def row_of(model: str) -> Args:
    return lambda world, kind: {"object_id": world.staff_row(model, kind).pk}


#: model → the acts (each a POST) on one row
BRIGADE_MODELS: dict[str, tuple[str, ...]] = {
    "brigades_organisationcase": ("prendre", "liberer", "decider", "noter", "prouver", "accueil"),
    "brigades_missioncase": ("prendre", "liberer", "decider", "noter"),
    "brigades_ideacase": ("prendre", "liberer", "decider", "noter", "organisation", "exemple"),
    "brigades_alliancecase": ("prendre", "liberer", "decider", "noter"),
    "brigades_programmecase": ("prendre", "liberer", "decider", "noter", "reformuler"),
    "brigades_needcase": ("prendre", "liberer", "decider", "noter"),
    "brigades_librarycase": ("prendre", "liberer", "decider", "noter"),
    "introductions_introduction": ("retirer",),
    "pairings_pairing": ("retirer",),
    "sponsorships_sponsorship": (),
    "brigades_reportcase": ("prendre", "liberer", "decider", "noter", "lever"),
    "brigades_followupcase": ("prendre", "liberer", "decider", "noter"),
    "brigades_waitingrequest": ("proposer", "refuser"),
    "organisations_organisation": ("suspendre", "lever", "fermer", "inviter", "prouver"),
    "missions_mission": ("suspendre", "lever"),
    "alliances_alliance": (),
    "requests_engagementrequest": ("tuteur",),
    "proposals_proposal": (),
    "participations_participation": (),
    "participations_departure": (),
}
PLACES = ("here", "there")

ROUTES["brigade:index"] = Route(brigade)
for model, acts in BRIGADE_MODELS.items():
    ROUTES[f"brigade:{model}_changelist"] = Route(brigade)
    for page in ("change", "history"):
        ROUTES[f"brigade:{model}_{page}"] = Route(brigade, row_of(model), kinds=PLACES)
    for act in acts:
        ROUTES[f"brigade:{model}_{act}"] = Route(brigade, row_of(model), "post", kinds=PLACES)
for model in (
    "brigades_organisationcase",
    "brigades_missioncase",
    "brigades_reportcase",
    "brigades_ideacase",
    "brigades_alliancecase",
    "brigades_programmecase",
    "brigades_librarycase",
    "brigades_needcase",
    "brigades_followupcase",
):
    ROUTES[f"brigade:{model}_bulk"] = Route(brigade, method="post")
    ROUTES[f"brigade:{model}_bulk_apply"] = Route(brigade, method="post")
    for page in ("bulk_confirm", "bulk_result"):
        ROUTES[f"brigade:{model}_{page}"] = Route(brigade)

# a member's tools: the texts of answers are read by all and written by leads, filters are one's own
LEADS = ("brigade_lead", "regional", "national")
ROUTES["brigade:start_alliance"] = Route(brigade)
ROUTES["brigade:groups"] = Route(brigade)
ROUTES["brigade:import_examples"] = Route(staff("national"))
ROUTES["brigade:import_template"] = Route(staff("national"))
ROUTES["brigade:import_report"] = Route(staff("national"), lambda world, kind: {"pk": world.examples_run.pk})
ROUTES["brigade:desk"] = Route(brigade)
ROUTES["brigade:filters"] = Route(brigade, method="post", data={"queue": "missions_mission"})
for name in ("filter_delete", "filter_first"):
    ROUTES[f"brigade:{name}"] = Route(
        staff("brigade_member"), lambda world, kind: {"pk": world.saved_filter.pk}, "post"
    )
ROUTES["brigade:answers"] = Route(brigade)
ROUTES["brigade:answer"] = Route(staff(*LEADS), lambda world, kind: {"pk": world.answer.pk})
ROUTES["brigade:answer_delete"] = Route(staff(*LEADS), lambda world, kind: {"pk": world.answer.pk}, "post")

# the measures of the programme are the nation's
ROUTES["brigade:programme_measure_changelist"] = Route(brigade)
ROUTES["brigade:programme_measure_change"] = Route(staff("national"), fixed(object_id=1))
ROUTES["brigade:programme_measure_history"] = Route(staff("national"), fixed(object_id=1))
ROUTES["brigade:programme_measure_noter"] = Route(staff("national"), fixed(object_id=1), "post")
ROUTES["brigade:programme_measure_retirer"] = Route(
    staff("national"), fixed(object_id=1), "post", data={"preuve": "0"}
)

# the sheets of instruments are the nation's too
ROUTES["brigade:resources_instrument_changelist"] = Route(brigade)
for page in ("change", "history"):
    ROUTES[f"brigade:resources_instrument_{page}"] = Route(
        staff("national"), lambda world, kind: {"object_id": world.instrument.pk}
    )
for act in ("verifier", "corriger", "cacher", "montrer"):
    ROUTES[f"brigade:resources_instrument_{act}"] = Route(
        staff("national"), lambda world, kind: {"object_id": world.instrument.pk}, "post"
    )

# a feed has no territory: its runs are the nation's
ROUTES["brigade:feeds_feedrun_changelist"] = Route(brigade)
ROUTES["brigade:feeds_feedrun_change"] = Route(staff("national"), row_of("feeds_feedrun"))
ROUTES["brigade:feeds_feedrun_history"] = Route(staff("national"), row_of("feeds_feedrun"))
for act in ("confirmer", "garder"):
    ROUTES[f"brigade:feeds_feedrun_{act}"] = Route(staff("national"), row_of("feeds_feedrun"), "post")

# --- the technical team's site: every table to read, nothing to write ---------------------------------------------

technical = staff("technical")
#: members of any organisation are alike there
SOME = (ANONYMOUS, CITIZEN, "owner of association", *GRANTS)

TECHNICAL_MODELS = {
    "alliances": (
        "alliance",
        "allianceinvitation",
        "alliancemission",
        "guidedstep",
        "party",
        "place",
        "step",
    ),
    "accounts": (
        *("formnonce", "guardiannotice", "person", "readlog", "rolegrant", "staffinvitation"),
        *("termsacceptance", "unconfirmedcontact", "user"),
    ),
    "audit": ("canary", "delivery", "event", "jobrun", "tally"),
    "feeds": ("feedissue", "feedmission", "feedrun", "partner", "partnerorganisation"),
    "challenges": ("challenge", "support"),
    "events": ("event", "note", "registration", "series"),
    "ideas": ("idea",),
    "missions": ("mission", "missionaddress", "slot"),
    "moderation": ("absence", "moderationitem", "moderationnote", "report"),
    "notifications": ("message", "preference", "suppression"),
    "organisations": ("invitation", "joinrequest", "membership", "organisation", "verification"),
    "participations": ("departure", "participation", "placealert"),
    "proposals": ("matchdue", "matchrun", "proposal"),
    "requests": ("engagementrequest",),
    "taxonomies": (
        *("activity", "catalystfunction", "domain", "partnershipcategory"),
        *("sdg", "skill", "skillgroup"),
    ),
    "offers": ("offer",),
    "pairings": ("announcement", "pairing"),
    "skill_needs": ("passedon", "skillneed"),
    "sponsorships": ("convention", "dayentry", "debrief", "due", "sponsorship", "valuation"),
    "territories": (
        *("arrondissement", "commune", "department", "epci"),
        *("oldcommune", "region", "source"),
    ),
}
ROUTES["admin:index"] = Route(technical)
ROUTES["admin:jsi18n"] = Route(technical)
ROUTES["admin:app_list"] = Route(technical, fixed(app_label="missions"))
ROUTES["admin:<(?P<url>.*)$>"] = Route(
    lambda role, kind: LOGIN if role == ANONYMOUS else MISSING, path="/administration/nulle/part/"
)
for app, names in TECHNICAL_MODELS.items():
    for name in names:
        ROUTES[f"admin:{app}_{name}_changelist"] = Route(technical, roles=SOME)
        ROUTES[f"admin:{app}_{name}_change"] = Route(technical, fixed(object_id="0"), roles=SOME)
