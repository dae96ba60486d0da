"""Two worlds are presented once both said yes: contacts never before, a polite no, what came of it a month later."""

import datetime
import itertools
import re

import pytest
from django.db import IntegrityError, transaction

from alliances.introductions import notifications as mails
from alliances.introductions import reactions, services, tasks
from alliances.introductions.models import ASKED_AFTER, Introduction, Side
from alliances.models import Alliance, AllianceInvitation
from jeveuxagir.accounts import privacy, retention
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.registries import invariants, personal_data
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from tests import factories as f

pytestmark = pytest.mark.django_db

REASON = "L’une cherche des lecteurs, l’autre des salariés qui veulent aider."
YES = {
    "answer": "yes",
    "contact_name": "Claire Morin",
    "contact_email": "claire@exemple.fr",
    "contact_phone": "06 12 34 56 78",
}
NO = {"answer": "no", "reason": "Nous nous méfions d’eux."}
OUTCOME = {"met": "yes", "goes_on": "yes", "wants_alliance": "no", "note": ""}
_numbers = itertools.count(1)


def world(kind="association", **fields):
    """A validated organisation with an address of its own, and who handles it."""
    organisation = f.make_organisation(kind=kind, email=f"contact{next(_numbers)}@orga.fr", **fields)
    return organisation, f.make_member(organisation)


def proposed(**changes):
    """The brigade of Creuse proposes an association and a company; the paths of their two links."""
    first, owner = world()
    second, other = world("company")
    values = {"actor": f.make_staff(), "host": None, "first": first, "second": second, "reason": REASON}
    introduction = services.propose(**values | changes)
    return introduction, owner, other


def link_of(organisation, kind="asked"):
    text = Message.objects.filter(kind=f"introductions.{kind}", address=organisation.email).latest("pk").text
    return re.search(r"(/mises-en-relation/reponse/[^/\s]+/)", text)[1]


def side(introduction, organisation):
    return Side.objects.get(introduction=introduction, organisation=organisation)


def accept(introduction, organisation, name="Claire Morin", actor=None):
    contact = services.Contact(name, f"{name.split()[0].lower()}@exemple.fr")
    return services.accept(side(introduction, organisation), contact=contact, actor=actor)


def accepted(**fields):
    introduction = f.make_introduction(accepted=True)
    if fields:
        Introduction.objects.filter(pk=introduction.pk).update(**fields)
        introduction.refresh_from_db()
    return introduction


def all_that_is_written():
    return "\n".join(f"{m.subject} {m.text} {m.html}" for m in Message.objects.all())


def broken_invariants():
    return [
        name
        for name, rule in invariants.items()
        if name.startswith("introductions") and list(rule.offenders())
    ]


# --- proposing ------------------------------------------------------------------------------------------------


def test_a_brigade_member_chooses_two_organisations_by_name_and_says_why(client):
    first, _ = world(name="Mots passants")
    second, _ = world("company", name="Isère Cuir")
    staff = f.make_staff()
    f.sign_in_staff(client, staff)
    page = client.get("/mises-en-relation/nouvelle/", {"qa": "mots"}).content.decode()
    assert f"?a={first.pk}" in page
    near = client.get("/mises-en-relation/nouvelle/", {"a": first.pk}).content.decode()
    assert "Isère Cuir" in near  # of the same commune, of another world
    path = f"/mises-en-relation/nouvelle/?a={first.pk}&b={second.pk}"
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(path).content.decode())[1]
    typed = {"pour": "brigade", "reason": REASON, "nonce": nonce}
    response, again = client.post(path, typed), client.post(path, typed)
    made = Introduction.objects.get()  # two clicks, one proposal
    assert response.url == again.url == f"/brigade/mises-en-relation/{made.pk}/"
    assert client.get(response.url).status_code == 200
    asked = Message.objects.filter(kind="introductions.asked")
    assert {mail.address for mail in asked} == {first.email, second.email}
    assert all(REASON not in mail.text for mail in asked)  # read on the page: nobody sends texts through us


def test_what_was_typed_stays_when_it_is_refused(client):
    first, owner = world()
    second, _ = world()  # the same world
    client.force_login(owner)
    response = client.post(f"/mises-en-relation/nouvelle/?a={first.pk}&b={second.pk}", {"reason": REASON})
    page = response.content.decode()
    assert response.status_code == 409
    assert "sont du même monde" in page
    assert "cherche des lecteurs" in page


def test_an_organisation_that_proposes_itself_has_said_yes_and_the_other_alone_is_asked():
    first, owner = world()
    second, _ = world("company")
    introduction = services.propose(actor=owner, host=first, first=first, second=second, reason=REASON)
    assert side(introduction, first).answer == "accepted"
    assert Message.objects.get().address == second.email
    assert owner.person.email not in all_that_is_written()
    accept(introduction, second)
    introduction.refresh_from_db()
    assert introduction.state == "accepted"
    assert owner.person.email in Message.objects.get(kind="introductions.contacts", address=second.email).text


def test_who_may_propose():
    first, _ = world()
    second, _ = world("company")
    third, handler = world("local_authority")
    pair = {"first": first, "second": second, "reason": REASON}
    for actor, host in (
        (f.make_user(), None),
        (f.make_user(), third),
        (f.make_staff(department="59"), None),
        (f.make_member(third, role="reader"), third),
    ):
        with pytest.raises(NotAllowed):
            services.propose(actor=actor, host=host, **pair)
    assert services.propose(actor=handler, host=third, **pair).host == third


def test_a_member_of_the_brigade_of_one_of_the_two_departments_proposes_and_follows_it():
    first, _ = world(commune=f.LILLE)
    introduction, *_ = proposed(first=first)
    assert Introduction.objects.visible_to(f.make_staff(department="59")).get() == introduction
    assert not Introduction.objects.visible_to(f.make_staff(department="26")).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "Voilà."}, "reason"),
        ({"state": "pending"}, "state"),
        ({"kind": "association"}, "college"),
        ({"email": ""}, "address"),
    ],
)
def test_what_cannot_be_proposed(changes, code):
    first, _ = world()
    values = {"kind": "company", "email": "autre@orga.fr"} | changes
    reason = values.pop("reason", REASON)
    second = f.make_organisation(**values)
    with pytest.raises(RuleBroken) as refused:
        proposed(first=first, second=second, reason=reason)
    assert refused.value.code == code
    assert not Introduction.objects.exists()


def test_the_same_pair_is_not_proposed_twice_in_either_order():
    introduction, *_ = proposed()
    pair = {"first": introduction.second, "second": introduction.first}
    with pytest.raises(RuleBroken) as refused:
        proposed(**pair)
    assert refused.value.code == "introduction_pair_once"
    with pytest.raises(IntegrityError, match="introduction_pair_once"), transaction.atomic():
        f.make_introduction(**pair)
    services.decline(side(introduction, introduction.first))
    with pytest.raises(RuleBroken, match="six derniers mois"):  # whoever said no is left in peace
        proposed(**pair)
    Introduction.objects.update(created_at=now() - services.REST)
    assert proposed(**pair)


def test_those_who_already_work_together_in_a_public_alliance_are_not_presented():
    first, owner = world()
    second, _ = world("company")
    alliance = f.make_alliance(parties=0, publication="public", published_at=now())
    for number, one in enumerate((first, second)):
        f.make_party(alliance, organisation=one, is_animator=not number)
    with pytest.raises(RuleBroken, match="travaillent déjà ensemble"):
        services.propose(actor=owner, host=first, first=first, second=second, reason=REASON)


def test_nobody_is_overwhelmed():
    first, _ = world()
    for _ in range(services.MOST_WAITING):
        f.make_introduction(first=first)
    with pytest.raises(RuleBroken) as refused:
        proposed(first=first)
    assert refused.value.code == "too_many_waiting"


def test_whoever_handles_no_validated_organisation_is_told_how_to(client):
    client.force_login(f.make_user())
    assert "organisation validée" in client.get("/mises-en-relation/nouvelle/").content.decode()


# --- answering ------------------------------------------------------------------------------------------------


def test_contacts_are_exchanged_only_after_both_accepted(client):
    introduction, _, other = proposed()
    first, second = introduction.first, introduction.second
    link = link_of(first)
    page = client.get(link).content.decode()
    assert "cherche des lecteurs" in page
    assert second.name in page
    assert client.post(link, YES).url == link
    space = f"/espace/{second.pk}-{second.slug}/mises-en-relation/{introduction.pk}/"
    staff = f.make_staff(department="23")
    f.sign_in_staff(client, staff)
    seen = [client.get(f"/brigade/mises-en-relation/{introduction.pk}/").content.decode()]
    seen.append(client.get("/brigade/mises-en-relation/").content.decode())
    client.force_login(other)
    seen += [
        client.get(space).content.decode(),
        client.get("/mon-espace/").content.decode(),
        all_that_is_written(),
    ]
    entry = personal_data["introductions.Side"]
    seen.append(str([entry.export(row) for row in entry.rows(other.person)]))
    for text in seen:
        assert "claire@exemple.fr" not in text
        assert "Claire Morin" not in text
    client.logout()
    client.post(link_of(second), YES | {"contact_name": "Paul Roy", "contact_email": "paul@exemple.fr"})
    introduction.refresh_from_db()
    assert introduction.state == "accepted"
    told = {m.address: m.text for m in Message.objects.filter(kind="introductions.contacts")}
    assert set(told) == {first.email, second.email}
    assert "paul@exemple.fr" in told[first.email]
    assert "claire@exemple.fr" in told[second.email]
    shown = client.get(link).content.decode()  # the link, which may be forwarded, never shows them
    assert not re.search(r"\b0[1-9](\W?\d\d){4}\b|@exemple\.fr", shown)
    client.force_login(other)
    assert "claire@exemple.fr" in client.get(space).content.decode()
    f.sign_in_staff(client, staff)
    assert (
        "claire@exemple.fr"
        not in client.get(f"/brigade/mises-en-relation/{introduction.pk}/").content.decode()
    )
    assert not broken_invariants()


def test_the_database_refuses_what_was_not_accepted_by_both():
    introduction, *_ = proposed()
    accept(introduction, introduction.first)
    with pytest.raises(IntegrityError, match="both sides"), transaction.atomic():
        Introduction.objects.update(state="accepted", accepted_at=now())


def test_a_side_answers_in_its_space_and_it_is_to_do_there(client):
    introduction, owner, _ = proposed()
    first = introduction.first
    client.force_login(owner)
    assert "Répondre" in client.get("/mon-espace/").content.decode()
    space = f"/espace/{first.pk}-{first.slug}/mises-en-relation/"
    assert "à vous de répondre" in client.get(space).content.decode()
    response = client.post(f"{space}{introduction.pk}/", YES | {"contact_email": ""})
    assert response.status_code == 422
    assert "Claire Morin" in response.content.decode()  # what was typed stays
    assert client.post(f"{space}{introduction.pk}/", YES).status_code == 302
    assert side(introduction, first).answered_by == owner
    assert "propose de mettre" not in client.get("/mon-espace/").content.decode()


def test_the_other_side_is_told_politely_and_never_why(client):
    introduction, *_ = proposed()
    first, second = introduction.first, introduction.second
    accept(introduction, first)
    client.post(link_of(second), NO)
    introduction.refresh_from_db()
    assert introduction.state == "declined"
    told = Message.objects.get(kind="introductions.ended")
    assert told.address == first.email
    assert "Cela ne dit rien de votre organisation" in told.text
    assert "méfions" not in all_that_is_written()
    assert "méfions" not in client.get(link_of(first)).content.decode()
    assert Message.objects.get(kind="introductions.not_made").person == introduction.proposed_by.person
    assert side(introduction, first).contact_email == ""  # nobody will read it
    f.sign_in_staff(client, f.make_staff())
    assert "méfions" in client.get(f"/brigade/mises-en-relation/{introduction.pk}/").content.decode()
    history = client.get(f"/brigade/mises-en-relation/{introduction.pk}/historique/").content.decode()
    assert "Une organisation dit non" in history
    assert "l’organisation, sans compte" in history
    assert "introduction." not in history
    assert not broken_invariants()


def test_one_may_decline_without_a_reason(client):
    introduction, *_ = proposed()
    client.post(link_of(introduction.second), {"answer": "no"})
    assert side(introduction, introduction.second).answer == "declined"


def test_one_that_is_asked_reports_why_and_the_brigade_takes_it_away(client):
    host, proposer = world()
    introduction, _, other = proposed(actor=proposer, host=host, reason="Achetez mes poêles, à ce numéro.")
    path = link_of(introduction.first)
    assert f"{path}signaler/" in client.get(path).content.decode()
    assert "Achetez mes poêles" in client.get(f"{path}signaler/").content.decode()
    assert client.post(f"{path}signaler/", {"why": "other"}).status_code == 422
    assert client.post(f"{path}signaler/", {"why": "misleading"}).url == path
    client.force_login(other)  # the other side too, in its space: one case
    space = mails.space_url(side(introduction, introduction.second))
    assert client.post(f"{space}signaler/", {"why": "money"}).status_code == 302
    item = ModerationItem.objects.get(kind="report")
    f.sign_in_staff(client, f.make_staff("brigade_member", department="23"))
    case = f"/brigade/signalements/{item.pk}/"
    html = client.get(case).content.decode()
    assert "Achetez mes poêles" in html
    assert "Demander une correction" not in html
    decision = {"decision": "refuse", "reason": "Une publicité.", "version": item.version}
    assert client.post(f"{case}decider/", decision).status_code == 302
    introduction.refresh_from_db()
    assert (introduction.state, introduction.reason) == ("withdrawn", "")
    assert "Achetez" not in client.get(path).content.decode()
    assert "Une publicité." in Message.objects.get(kind="introductions.removed").text
    assert Message.objects.get(kind="introductions.removed").person_id == proposer.person_id
    assert "Une publicité." not in "".join(
        message.text for message in Message.objects.exclude(kind="introductions.removed")
    )


def test_nobody_reports_what_they_proposed_nor_what_is_over(client):
    introduction, owner, _ = proposed()
    for_itself = Introduction.objects.create(
        first=introduction.first,
        second=f.make_organisation(kind="local_authority"),
        reason=REASON,
        host=introduction.first,
        expires_at=introduction.expires_at,
    )
    own = Side.objects.create(introduction=for_itself, organisation=introduction.first, token_hash="x" * 64)
    with pytest.raises(RuleBroken, match="rien"):
        services.report(own, actor=owner, why="money")
    services.withdraw(introduction, actor=f.make_staff())
    with pytest.raises(RuleBroken, match="rien"):
        services.report(side(introduction, introduction.first), actor=None, why="money")


def test_an_answer_that_comes_too_late_or_twice_says_so(client):
    introduction, *_ = proposed()
    link = link_of(introduction.first)
    client.post(link, YES)
    assert client.post(link, NO).status_code == 409
    Introduction.objects.update(expires_at=now())
    late = client.post(link_of(introduction.second), YES)
    assert late.status_code == 409
    assert "Le temps de répondre est passé" in late.content.decode()
    assert not Message.objects.filter(kind="introductions.contacts").exists()


def test_a_link_that_nobody_was_sent_explains_itself(client):
    response = client.get("/mises-en-relation/reponse/inconnu/")
    assert response.status_code == 404
    assert "Ce lien ne marche pas" in response.content.decode()


def test_nobody_answers_for_an_organisation_they_do_not_handle(client):
    introduction, _, other = proposed()
    with pytest.raises(NotAllowed):
        accept(introduction, introduction.first, actor=other)
    first = introduction.first
    client.force_login(other)
    assert (
        client.get(f"/espace/{first.pk}-{first.slug}/mises-en-relation/{introduction.pk}/").status_code == 404
    )
    client.force_login(f.make_member(first, role="reader"))
    assert client.get(f"/espace/{first.pk}-{first.slug}/mises-en-relation/").status_code == 403
    third, handler = world()
    client.force_login(handler)
    path = f"/espace/{third.pk}-{third.slug}/mises-en-relation/{introduction.pk}/"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}retirer/").status_code == 404


def test_who_proposed_takes_it_back_and_those_asked_have_nothing_to_do(client):
    introduction, *_ = proposed()
    accept(introduction, introduction.first)
    f.sign_in_staff(client, f.make_staff())
    client.post(f"/brigade/mises-en-relation/{introduction.pk}/retirer/")
    introduction.refresh_from_db()
    assert introduction.state == "withdrawn"
    assert Message.objects.filter(kind="introductions.ended").count() == 2
    with pytest.raises(RuleBroken):
        accept(introduction, introduction.second)


def test_an_organisation_that_closes_meets_nobody():
    introduction, owner, _ = proposed()
    organisations.close(introduction.first, actor=owner, reason="Nous arrêtons.")
    reactions._organisation_closed(Event.objects.get(verb="organisation.closed"))
    introduction.refresh_from_db()
    assert introduction.state == "withdrawn"
    assert Message.objects.get(kind="introductions.ended").address == introduction.second.email


# --- time -----------------------------------------------------------------------------------------------------


def test_what_nobody_answered_expires_and_is_said_once():
    introduction, *_ = proposed()
    Introduction.objects.update(expires_at=now())
    for _ in range(2):
        services.follow()
    introduction.refresh_from_db()
    assert introduction.state == "expired"
    assert Message.objects.filter(kind="introductions.ended").count() == 2


def test_thirty_days_after_both_are_asked_what_came_of_it_once_even_after_an_outage(client):
    soon = accepted(accepted_at=now() - ASKED_AFTER + datetime.timedelta(hours=1))
    late = accepted(accepted_at=now() - ASKED_AFTER - datetime.timedelta(days=9))
    former = late.tokens[0]
    Message.objects.all().delete()
    tasks.follow_introductions()
    tasks.follow_introductions()
    services.follow()
    soon.refresh_from_db()
    late.refresh_from_db()
    assert soon.outcome_asked_at is None
    assert late.outcome_asked_at is not None
    asked = Message.objects.filter(kind="introductions.outcome")
    assert asked.count() == 2
    assert client.get(f"/mises-en-relation/reponse/{former}/").status_code == 404
    link = re.search(r"(/mises-en-relation/reponse/[^/\s]+/)", asked.first().text)[1]
    assert client.post(link, {"met": "yes"}).status_code == 422
    assert client.post(link, OUTCOME).url == link
    told = Side.objects.get(told_at__isnull=False)
    assert (told.met, told.goes_on, told.wants_alliance) == (True, "yes", False)
    client.post(link, OUTCOME | {"goes_on": "later"})  # one may think better of it
    told.refresh_from_db()
    assert told.goes_on == "later"


def test_what_came_of_it_is_not_said_before_it_is_asked():
    introduction = accepted()
    outcome = services.Outcome(True, "yes", True)
    with pytest.raises(RuleBroken):
        services.tell_outcome(introduction.sides.first(), outcome=outcome)


def test_the_brigade_reads_how_many_end_well(client):
    met = accepted(outcome_asked_at=now())
    for one in met.sides.all():
        services.tell_outcome(one, outcome=services.Outcome(True, "yes", True, "Nous nous voyons mardi."))
    accepted()
    f.make_introduction()
    f.make_introduction(
        first=f.make_organisation(commune=f.LILLE),
        second=f.make_organisation(commune=f.LILLE, kind="company"),
    )
    f.sign_in_staff(client, f.make_staff())
    page = client.get("/brigade/mises-en-relation/").content.decode().replace("\xa0", " ")
    assert "Sur 2 mises en relation faites : 1 rencontre, 1 qui continue, 0 alliance." in page
    assert re.search(r"Toutes\s*<span[^>]*>3<", page)
    assert "Nous nous voyons mardi." in client.get(f"/brigade/mises-en-relation/{met.pk}/").content.decode()
    filtered = client.get("/brigade/mises-en-relation/", {"etat": "accepted"}).content.decode()
    assert "2 lignes" in filtered.replace("\xa0", " ")


# --- the alliance ---------------------------------------------------------------------------------------------


def test_an_alliance_begins_from_it_once_and_the_other_is_invited_at_the_address_it_gave(client):
    introduction = accepted()
    first, second = introduction.first, introduction.second
    owner = f.make_member(first)
    client.force_login(owner)
    path = f"/espace/{first.pk}-{first.slug}/mises-en-relation/{introduction.pk}/alliance/"
    page = client.get(path).content.decode()
    assert "cherche des lecteurs" in page
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    response = client.post(path, {"name": "Lire ensemble", "purpose": REASON, "nonce": nonce})
    alliance = Alliance.objects.get()
    assert response.url == alliance.space_url
    assert alliance.parties.get().organisation == first
    invitation = AllianceInvitation.objects.get()
    assert (invitation.organisation, invitation.email) == (second, side(introduction, second).contact_email)
    introduction.refresh_from_db()
    assert introduction.alliance == alliance
    parties = client.get(f"{alliance.space_url}parties/").content.decode()
    assert second.name in parties
    assert invitation.email not in parties  # given to who met, not to whoever animates one day
    with pytest.raises(RuleBroken, match="déjà née"):
        services.start_alliance(introduction, actor=owner, organisation=first, name="Encore", purpose=REASON)


def test_no_alliance_begins_before_both_accepted_nor_by_a_stranger():
    introduction, owner, _ = proposed()
    values = {"organisation": introduction.first, "name": "Lire", "purpose": REASON}
    with pytest.raises(RuleBroken, match="aient accepté"):
        services.start_alliance(introduction, actor=owner, **values)
    stranger, handler = world()
    with pytest.raises(NotAllowed):
        services.start_alliance(accepted(), actor=handler, **values | {"organisation": stranger})


# --- personal data --------------------------------------------------------------------------------------------


def test_what_somebody_gave_of_themself_goes_with_their_account():
    introduction, owner, _ = proposed()
    person = owner.person
    accept(introduction, introduction.first, actor=owner)
    Side.objects.filter(answered_by=owner).update(contact_email=person.email)
    privacy.erase(person, actor=owner)
    left = side(introduction, introduction.first)
    assert (left.contact_name, left.contact_email, left.answered_by) == ("", "", None)
    introduction.refresh_from_db()
    assert introduction.state == "withdrawn", "the other would give its contact for nothing"


def test_who_left_the_organisation_is_sent_no_contact():
    introduction, _owner, _other = proposed()
    handler = f.make_member(introduction.first)
    accept(introduction, introduction.first, actor=handler)
    handler.person.memberships.update(ended_at=now())
    accept(introduction, introduction.second, "Paul Roy")
    sent = Message.objects.filter(kind="introductions.contacts")
    assert not sent.filter(person=handler.person).exists()
    assert sent.count() == 2


def test_an_introduction_is_kept_a_year_after_it_ended():
    old = f.make_introduction(state="declined")
    recent = f.make_introduction(state="declined")
    waiting = f.make_introduction()
    year = services.KEPT + datetime.timedelta(days=1)
    Introduction.objects.filter(pk=old.pk).update(state_changed_at=now() - year)
    retention.run()
    assert set(Introduction.objects.all()) == {recent, waiting}
    assert not Side.objects.filter(introduction=old.pk).exists()


# --- mails ----------------------------------------------------------------------------------------------------


def test_every_mail_says_where_to_go():
    introduction, *_ = proposed()
    accept(introduction, introduction.first)
    accept(introduction, introduction.second, "Paul Roy")
    Introduction.objects.update(accepted_at=now() - ASKED_AFTER)
    services.follow()
    another, *_ = proposed()
    services.decline(side(another, another.first))
    third, *_ = proposed()
    services.remove(third, actor=None, reason="Une publicité.")
    told = {message.kind for message in Message.objects.all()}
    kinds = {f"introductions.{name}" for name in (*mails.TO_SIDES, *mails.TO_PROPOSER)}
    assert kinds == told
    for message in Message.objects.all():
        assert "→" in message.text or "http" in message.text
        assert len(message.subject) <= 150
        assert message.html
        assert catalogue.get(message.kind).why in message.text


def test_what_happened_is_remembered_without_anybodys_details():
    introduction, *_ = proposed()
    accept(introduction, introduction.first)
    accept(introduction, introduction.second, "Paul Roy")
    verbs = set(
        Event.objects.filter(subject_type="introductions.Introduction").values_list("verb", flat=True)
    )
    assert {"introduction.proposed", "introduction.side_accepted", "introduction.accepted"} <= verbs
    assert "exemple.fr" not in str(list(Event.objects.values_list("data", flat=True)))
