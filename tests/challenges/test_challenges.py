"""Common problems: stated, read by the brigade, supported, ready for an alliance, started, closed, forgotten."""

import importlib
import re

import pytest
from django.apps import apps

from alliances.challenges import notifications as mails
from alliances.challenges import services
from alliances.challenges.enums import State
from alliances.challenges.models import Challenge, Support
from alliances.challenges.moderation import conflict
from alliances.composition import composition
from alliances.enums import College
from alliances.models import Alliance, AllianceInvitation
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.moderation import reminders, reports
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Commune, Department
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

LIST = "/problemes-communs/"
WORDS = {
    "statement": "Des collégiens ne déjeunent pas le midi",
    "who": "Une trentaine de familles du quartier, surtout en fin de mois.",
}
KINDS = ("association", "company", "local_authority")


def data(**changes):
    values = WORDS | {"commune": Commune.objects.get(pk=f.GUERET)} | changes
    return services.ChallengeData(**values)


def sent(organisation=None, user=None):
    user = user or (f.make_member(organisation) if organisation else f.make_user())
    challenge = services.state(actor=user, organisation=organisation, data=data())
    return services.submit(challenge, actor=user), user


def item_of(challenge, kind="challenge"):
    return ModerationItem.objects.open().get(kind=kind, subject_id=challenge.pk)


def decide(challenge, decision, reason="", kind="challenge"):
    item = item_of(challenge, kind)
    moderation.decide(item, actor=f.make_staff(), decision=decision, reason=reason, version=item.version)
    challenge.refresh_from_db()
    return challenge


def support(challenge, kind="association", **fields):
    organisation = f.make_organisation(kind=kind)
    user = f.make_member(organisation)
    return services.support(challenge, actor=user, organisation=organisation, **fields)


def ready():
    challenge = f.make_challenge()
    made = [support(challenge, kind, means="Une salle", may_invite=kind != "company") for kind in KINDS]
    challenge.refresh_from_db()
    return challenge, made


# --- stated, and read by the brigade --------------------------------------------------------------------------


def test_somebody_states_a_problem_and_nobody_reads_it_before_the_brigade_does(client):
    user = f.make_user()
    client.force_login(user)
    page = client.get(f"{LIST}nouveau/").content.decode()
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    typed = WORDS | {"commune": "Guéret (23)", "link": "www.exemple.fr/etude", "sdgs": ["2"], "nonce": nonce}
    response = client.post(f"{LIST}nouveau/", typed | {"send": "1"})
    again = client.post(f"{LIST}nouveau/", typed | {"send": "1"})
    challenge = Challenge.objects.get()  # two clicks, one problem
    assert response.url == again.url == challenge.get_absolute_url()
    assert (challenge.state, challenge.department_id, challenge.person) == ("pending", "23", user.person)
    assert challenge.link == "https://www.exemple.fr/etude"
    client.logout()
    assert client.get(challenge.get_absolute_url()).status_code == 404
    item = item_of(challenge)
    assert (item.department_id, item.title) == ("23", WORDS["statement"])
    decide(challenge, "accept")
    assert WORDS["statement"] in client.get(challenge.get_absolute_url()).content.decode()
    assert WORDS["statement"] in client.get(LIST).content.decode()
    assert Message.objects.get(kind="challenges.opened").person == user.person


def test_a_draft_is_seen_by_those_who_look_after_it_only(client):
    organisation = f.make_organisation()
    manager = f.make_member(organisation, role="manager")
    challenge = services.state(actor=manager, organisation=organisation, data=data())
    for user, status in (
        (f.make_member(organisation), 200),
        (f.make_member(organisation, role="reader"), 404),
        (f.make_user(), 404),
    ):
        client.force_login(user)
        assert client.get(challenge.get_absolute_url()).status_code == status
    with pytest.raises(NotAllowed):
        services.submit(challenge, actor=f.make_user())


def test_who_left_an_organisation_speaks_no_more_in_its_name(client):
    organisation = f.make_organisation()
    user = f.make_member(organisation)
    challenge = services.state(actor=user, organisation=organisation, data=data())
    user.person.memberships.update(ended_at=now())
    for act in (services.submit, services.take_back):
        with pytest.raises(NotAllowed):
            act(challenge, actor=user)
    with pytest.raises(NotAllowed):
        services.edit(challenge, actor=user, data=data(statement="Dit par qui n’en est plus"))
    client.force_login(user)
    assert client.get(challenge.get_absolute_url()).status_code == 404
    colleague = f.make_member(organisation)
    assert services.submit(challenge, actor=colleague).state == "pending"


def test_its_author_does_not_decide_on_it_having_left_the_organisation_either():
    organisation = f.make_organisation()
    user = f.make_member(organisation)
    challenge, _user = sent(organisation, user)
    user.person.memberships.update(ended_at=now())
    assert conflict(item_of(challenge), user)


def test_an_organisation_that_is_not_validated_states_nothing():
    organisation = f.make_organisation(state="pending")
    with pytest.raises(RuleBroken, match="validée"):
        services.state(actor=f.make_member(organisation), organisation=organisation, data=data())


def test_a_correction_is_asked_with_a_reason_then_it_is_sent_again(client):
    challenge, user = sent()
    decide(challenge, "ask", "Ne nommez pas le collège.")
    assert challenge.state == State.DRAFT
    assert "Ne nommez pas le collège." in Message.objects.get(kind="challenges.to_mend").text
    client.force_login(user)
    url = challenge.get_absolute_url()
    assert "Ne nommez pas le collège." in client.get(url).content.decode()
    assert (
        client.post(f"{url}modifier/", WORDS | {"who": "Des familles", "commune": "Guéret (23)"}).status_code
        == 302
    )
    client.post(f"{url}envoyer/")
    challenge.refresh_from_db()
    assert (challenge.who, challenge.state) == ("Des familles", State.PENDING)
    client.post(f"{url}reprendre/")
    assert not ModerationItem.objects.open().exists()


def test_a_refusal_closes_with_its_reason():
    challenge, _ = sent()
    decide(challenge, "refuse", "C’est une publicité.")
    assert (challenge.state, challenge.reason) == (State.CLOSED, "C’est une publicité.")
    assert "publicité" in Message.objects.get(kind="challenges.refused").text


def test_what_others_support_does_not_change_under_their_eyes():
    challenge = f.make_challenge()
    with pytest.raises(RuleBroken, match="brouillon"):
        services.edit(challenge, actor=challenge.person.user, data=data())


def test_the_place_is_a_commune_or_a_department(client):
    user = f.make_user()
    client.force_login(user)
    refused = client.post(f"{LIST}nouveau/", WORDS)
    assert refused.status_code == 422
    assert "une commune, ou un département" in refused.content.decode()
    client.post(f"{LIST}nouveau/", WORDS | {"department": "23"})
    challenge = Challenge.objects.get()
    assert (challenge.commune, challenge.department_id, challenge.state) == (None, "23", State.DRAFT)


@pytest.mark.parametrize(
    "bad",
    [
        {"statement": "x" * 8000},
        {"who": "x" * 8000},
        {"who": "a\0b"},
        {"evidence": "x" * 8000},
        {"link": "javascript:alert(1)"},
        {"link": "ftp://exemple.fr/x"},
        {"sdgs": ["99"]},
        {"domain": "rien"},
        {"pour": "1"},
        {"commune": "Nullepart-sur-Rien"},
    ],
)
def test_what_is_badly_typed_is_refused_in_words(client, bad):
    client.force_login(f.make_user())
    response = client.post(f"{LIST}nouveau/", WORDS | {"commune": "Guéret (23)"} | bad)
    assert response.status_code == 422
    assert not Challenge.objects.exists()


def test_one_list_filtered_by_department_domain_and_goal(client):
    here = f.make_challenge(statement="Ici", domain_id="education")
    here.sdgs.set([4])
    f.make_challenge(statement="Ailleurs", commune="26281")
    f.make_challenge(statement="Secret", state="draft")
    for query in ("departement=23", "domaine=education", "odd=4", "departement=23&odd=4"):
        html = client.get(f"{LIST}?{query}").content.decode()
        assert "Ici" in html
        assert "Ailleurs" not in html
    html = client.get(f"{LIST}?departement=zz&odd=%00&page=x").content.decode()
    assert "Ici" in html
    assert "Ailleurs" in html
    assert "Secret" not in html


def test_several_values_of_one_filter_add_up_and_each_says_how_many_it_finds(client):
    here = f.make_challenge(statement="Ici", domain_id="education")
    here.sdgs.set([4])
    f.make_challenge(statement="Prêt ailleurs", commune="26281", ready=True).sdgs.set([4, 13])
    f.make_challenge(statement="Secret", state="draft").sdgs.set([4])

    def counts(query=""):
        facets = client.get(f"{LIST}{query}").context["facets"]
        return {
            one.name: {choice.value: choice.count for choice in (*one.shown, *one.folded)} for one in facets
        }

    assert counts()["odd"] == {"4": 2, "13": 1}
    assert counts()["etat"] == {"seeking": 1, "ready": 1}
    # a filter does not narrow its own choices; the others do
    assert counts("?departement=23")["departement"] == {"23": 1, "26": 1}
    assert counts("?departement=23")["odd"] == {"4": 1}
    html = client.get(f"{LIST}?departement=23&departement=26&odd=13").content.decode()
    assert "Prêt ailleurs" in html
    assert ">Ici<" not in html


# --- « nous aussi » -------------------------------------------------------------------------------------------


def test_three_worlds_of_organisations_make_it_ready_and_the_brigade_is_told_once(client):
    challenge = f.make_challenge()
    services.support(challenge, actor=f.make_user(), organisation=None, means="Du temps")
    support(challenge, "association")
    support(challenge, "foundation")  # the same world as an association
    support(challenge, "company")
    challenge.refresh_from_db()
    assert challenge.ready_at is None
    assert "Il en manque 1" in client.get(challenge.get_absolute_url()).content.decode()
    support(challenge, "local_authority")
    challenge.refresh_from_db()
    first = challenge.ready_at
    assert first is not None
    item = item_of(challenge, "ready")
    assert (item.department_id, item.cause) == ("23", "ready")
    support(challenge, "state_service")
    challenge.refresh_from_db()
    assert challenge.ready_at == first
    assert ModerationItem.objects.filter(kind="ready").count() == 1
    assert Event.objects.filter(verb="challenge.ready").count() == 1
    told = Message.objects.filter(kind="challenges.ready")
    assert told.count() == 6  # the author and those who support it by then, each once
    html = client.get(challenge.get_absolute_url()).content.decode()
    assert "Prêt pour une alliance" in html
    assert f"{challenge.get_absolute_url()}alliance/" in html


def test_each_supports_once_and_may_withdraw(client):
    challenge = f.make_challenge()
    user = f.make_user()
    client.force_login(user)
    url = challenge.get_absolute_url()
    assert client.post(f"{url}nous-aussi/", {"means": "Mon camion"}).status_code == 302
    again = client.post(f"{url}nous-aussi/", {"means": "Encore"})
    assert again.status_code == 409
    assert "Vous soutenez déjà" in again.content.decode()
    made = Support.objects.get()
    assert (made.person, made.college) == (user.person, College.CITIZENS)
    html = client.get(url).content.decode()
    assert "Mon camion" in html
    assert user.person.first_name not in html.split("<main", 1)[1].split("</main>", 1)[0]
    client.force_login(f.make_user())
    assert client.post(f"{url}nous-aussi/{made.pk}/retirer/").status_code == 404
    client.force_login(user)
    client.post(f"{url}nous-aussi/{made.pk}/retirer/")
    assert not Support.objects.exists()


def test_one_speaks_only_for_an_organisation_one_handles():
    challenge = f.make_challenge()
    organisation = f.make_organisation()
    for user in (f.make_user(), f.make_member(organisation, role="reader")):
        with pytest.raises(NotAllowed):
            services.support(challenge, actor=user, organisation=organisation)


def test_the_thermometer_counts_each_world_in_its_chart_and_its_table(client):
    challenge, _ = ready()
    html = client.get(challenge.get_absolute_url()).content.decode()
    assert dict(challenge.thermometer())["Entreprises"] == 1
    table = re.search(r"<table.*?</table>", html, re.S)[0]
    for world in ("Associations", "Entreprises", "Acteurs publics", "Recherche", "Citoyens"):
        assert world in table


def test_the_organisation_that_states_it_is_its_first_support():
    organisation = f.make_organisation(kind="company")
    challenge, _ = sent(organisation)
    decide(challenge, "accept")
    assert challenge.supports.get().organisation == organisation


def test_nobody_supports_what_is_not_open():
    for state in ("draft", "pending"):
        with pytest.raises(RuleBroken):
            services.support(f.make_challenge(state=state), actor=f.make_user(), organisation=None)


@pytest.mark.parametrize("bad", [{"means": "x" * 8000}, {"means": "a\0b"}, {"pour": "999999"}])
def test_a_support_that_is_badly_typed_is_refused_in_words(client, bad):
    challenge = f.make_challenge()
    client.force_login(f.make_user())
    assert client.post(f"{challenge.get_absolute_url()}nous-aussi/", bad).status_code == 422
    assert not Support.objects.exists()


# --- reworded after it was open -------------------------------------------------------------------------------


def reported(challenge, decision):
    item = reports.report(reports.subject_of(challenge.get_absolute_url()), why="money").item
    moderation.decide(
        item, actor=f.make_staff(), decision=decision, reason="Un nom est cité.", version=item.version
    )
    challenge.refresh_from_db()


def sent_back_and_sent_again(challenge, **words):
    author = challenge.person.user
    reported(challenge, "ask")
    services.edit(challenge, actor=author, data=data(**words))
    services.submit(challenge, actor=author)
    return decide(challenge, "accept")


def test_who_supported_other_words_is_shown_and_counted_no_more_until_they_confirm(client):
    challenge, made = ready()
    assert item_of(challenge, "ready")
    challenge = sent_back_and_sent_again(challenge, statement="Les collégiens manquent de vélos")
    assert challenge.ready_at is None
    html = client.get(challenge.get_absolute_url()).content.decode()
    assert made[0].name not in html
    assert "Il en manque 3" in html
    told = Message.objects.filter(kind="challenges.reworded")
    assert {message.person_id for message in told} == {one.by.person_id for one in made}
    assert list(Challenge.objects.counted().values_list("supported", flat=True)) == [0]
    assert not Challenge.objects.supported_by(made[0].organisation).exists()

    for one in made:
        client.force_login(one.by)
        page = client.get(challenge.get_absolute_url()).content.decode()
        assert "Le texte a changé depuis" in page
        url = f"{challenge.get_absolute_url()}nous-aussi/{one.pk}/dire/"
        assert client.post(url, {"means": "x" * 1001}).status_code == 422
        assert client.post(url, {"means": "Deux salles", "may_invite": "on"}).status_code == 302
    challenge.refresh_from_db()
    assert challenge.ready_at is not None
    assert item_of(challenge, "ready")
    assert "Deux salles" in client.get(challenge.get_absolute_url()).content.decode()


def test_sent_again_in_the_same_words_it_keeps_its_supports_and_is_still_to_be_followed_up(client):
    challenge, made = ready()
    same = {"statement": challenge.statement, "who": challenge.who}
    challenge = sent_back_and_sent_again(challenge, **same)
    assert challenge.may_become_alliance
    assert item_of(challenge, "ready")
    assert made[0].name in client.get(challenge.get_absolute_url()).content.decode()
    assert not Message.objects.filter(kind="challenges.reworded").exists()


def test_the_organisation_that_states_it_says_what_it_brings(client):
    organisation = f.make_organisation(name="Mots passants")
    challenge, user = sent(organisation)
    decide(challenge, "accept")
    made = challenge.supports.get()
    client.force_login(user)
    assert "Dire ce que vous apportez" in client.get(challenge.get_absolute_url()).content.decode()
    client.post(f"{challenge.get_absolute_url()}nous-aussi/{made.pk}/dire/", {"means": "Trois animatrices"})
    client.logout()
    assert "Trois animatrices" in client.get(challenge.get_absolute_url()).content.decode()


def test_the_brigade_reads_and_takes_away_what_a_support_says_and_nothing_else(client):
    challenge = f.make_challenge()
    made = support(challenge, means="Achetez mes poêles")
    item = reports.report(reports.subject_of(challenge.get_absolute_url()), why="money").item
    url = f"{challenge.get_absolute_url()}nous-aussi/{made.pk}/mots/"
    f.sign_in_staff(client, f.make_staff("brigade_member", department="26"))
    assert "Retirer ces mots" not in client.get(challenge.get_absolute_url()).content.decode()
    assert client.post(url).status_code == 404
    f.sign_in_staff(client, f.make_staff("brigade_member", department="23"))
    assert "Achetez mes poêles" in client.get(f"/brigade/signalements/{item.pk}/").content.decode()
    assert "Retirer ces mots" in client.get(challenge.get_absolute_url()).content.decode()
    assert client.post(url).status_code == 302
    html = client.get(challenge.get_absolute_url()).content.decode()
    assert "Achetez" not in html
    assert made.name in html
    assert Message.objects.get(kind="challenges.words_removed").person_id == made.by.person_id


def test_a_whole_department_is_chosen_over_the_commune_that_was_filled_in(client):
    client.force_login(f.make_user())
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(f"{LIST}nouveau/").content.decode())[1]
    typed = WORDS | {"commune": "Guéret (23)", "department": "23", "nonce": nonce}
    assert client.post(f"{LIST}nouveau/", typed).status_code == 302
    assert Challenge.objects.get().commune is None


# --- the alliance ---------------------------------------------------------------------------------------------


def test_anybody_starts_the_alliance_and_invites_only_whom_they_choose(client):
    challenge, made = ready()
    starter = f.make_user()
    mayor = f.make_organisation(owner=starter, kind="local_authority")
    client.force_login(starter)
    url = f"{challenge.get_absolute_url()}alliance/"
    page = client.get(url).content.decode()
    assert WORDS["who"][:20] in page
    assert made[1].name not in page, "who did not accept to be invited is not proposed"
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    typed = {"pour": mayor.pk, "name": "Bien manger", "purpose": "Que chaque enfant déjeune.", "nonce": nonce}
    response = client.post(url, typed | {"supports": [made[0].pk]})
    alliance = Alliance.objects.get()
    assert response.url == alliance.space_url
    assert alliance.places.get().commune_id == f.GUERET
    challenge.refresh_from_db()
    assert (challenge.state, challenge.alliance) == (State.IN_ALLIANCE, alliance)
    assert AllianceInvitation.objects.get().organisation == made[0].organisation
    assert not ModerationItem.objects.open().exists()
    assert challenge.statement in client.get(alliance.space_url).content.decode()
    assert Message.objects.filter(kind="challenges.allied").count() == 4
    client.force_login(f.make_user())
    assert client.get(url).url == challenge.get_absolute_url()
    with pytest.raises(WrongState):
        services.start_alliance(challenge, actor=f.make_user(), organisation=None, name="Bis", purpose="Bis")


def test_who_supports_twice_at_one_address_is_asked_once_for_their_organisation():
    challenge, made = ready()
    both = made[0].by
    services.support(challenge, actor=both, organisation=None, means="Mes samedis", may_invite=True)
    Organisation.objects.filter(pk=made[0].organisation_id).update(
        email=""
    )  # written to at its member's address
    alliance = services.start_alliance(
        challenge,
        actor=f.make_user(),
        organisation=None,
        name="Bien manger",
        purpose="Que chaque enfant déjeune.",
        supports=list(Support.objects.filter(by=both).order_by("-pk")),
    )
    assert alliance.invitations.get().organisation == made[0].organisation


def test_the_brigade_is_led_to_its_own_screen_where_it_is_no_party(client):
    challenge, _ = ready()
    url = f"{challenge.get_absolute_url()}alliance/"
    led = f"/brigade/alliances/commencer/?probleme={challenge.pk}"
    f.sign_in_staff(client, f.make_staff("brigade_member", department="59"))
    assert led not in client.get(url).content.decode()
    f.sign_in_staff(client, f.make_staff("brigade_member"))
    assert led in client.get(url).content.decode()
    assert 'value="brigade"' not in client.get(url).content.decode()


def test_an_invitation_that_fails_undoes_the_whole_start(client):
    challenge, _ = ready()
    client.force_login(f.make_user())
    typed = {"name": "Bien manger", "purpose": "Que chaque enfant déjeune."}
    typed |= {"company_name": "A", "company_email": "a@exemple.fr", "authority_name": "B"}
    url = f"{challenge.get_absolute_url()}alliance/"
    assert client.post(url, typed).status_code == 422  # a name without its address
    assert client.post(url, typed | {"authority_email": "a@exemple.fr"}).status_code == 409  # twice the same
    assert not Alliance.objects.exists()
    challenge.refresh_from_db()
    assert challenge.may_become_alliance


def test_it_starts_only_once_it_is_ready(client):
    challenge = f.make_challenge()
    with pytest.raises(RuleBroken, match="3 mondes"):
        services.start_alliance(
            challenge, actor=f.make_user(), organisation=None, name="Bien manger", purpose="Manger"
        )
    client.force_login(f.make_user())
    assert client.get(f"{challenge.get_absolute_url()}alliance/").url == challenge.get_absolute_url()


# --- closed, reported, forgotten ------------------------------------------------------------------------------


def test_its_author_closes_it_with_a_reason_that_its_supports_read(client):
    challenge, made = ready()
    author = challenge.person.user
    client.force_login(author)
    url = f"{challenge.get_absolute_url()}fermer/"
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "La mairie s’en charge."}).status_code == 302
    challenge.refresh_from_db()
    assert challenge.state == State.CLOSED
    assert not ModerationItem.objects.open().exists()
    assert Message.objects.filter(kind="challenges.closed").count() == len(made)
    client.logout()
    assert client.get(challenge.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("decision", "state"), [("ask", State.DRAFT), ("refuse", State.CLOSED)])
def test_a_report_sends_it_back_or_closes_it(decision, state):
    challenge = f.make_challenge()
    reported = reports.report(reports.subject_of(challenge.get_absolute_url()), why="money")
    item = ModerationItem.objects.get(pk=reported.item_id)
    assert item.department_id == "23"
    moderation.decide(
        item, actor=f.make_staff(), decision=decision, reason="Un nom est cité.", version=item.version
    )
    challenge.refresh_from_db()
    assert challenge.state == state


def test_the_brigade_closes_from_its_page_a_problem_that_was_reported(client):
    challenge = f.make_challenge()
    item = reports.report(reports.subject_of(challenge.get_absolute_url()), why="money").item
    f.sign_in_staff(client, f.make_staff("brigade_member", department="23"))
    page = f"/brigade/signalements/{item.pk}/"
    html = client.get(page).content.decode()
    assert "Demander une correction" in html
    assert "Fermer ce problème" in html
    answer = {"decision": "refuse", "reason": "Une publicité.", "version": item.version}
    assert client.post(f"{page}decider/", answer).status_code == 302
    challenge.refresh_from_db()
    assert challenge.state == State.CLOSED


def test_its_author_does_not_decide_on_it():
    staff = f.make_staff()
    challenge, _ = sent(user=staff)
    item = item_of(challenge)
    with pytest.raises(RuleBroken, match="Vous avez exposé"):
        moderation.decide(item, actor=staff, decision="accept", version=item.version)


def test_an_erased_author_leaves_what_is_public_and_takes_the_rest():
    person = f.make_user().person
    kept = f.make_challenge(person=person)
    f.make_challenge(person=person, state="draft")
    f.make_support(kept, person=person)
    services.forget_person(person)
    kept.refresh_from_db()
    assert Challenge.objects.get() == kept
    assert kept.person is None


def test_every_kind_of_case_has_its_words_in_the_reminders():
    assert set(reminders.WORDS) >= set(ModerationItem.Kind)


@pytest.mark.parametrize("name", mails.KINDS)
def test_a_mail_says_which_problem_and_where_to_go(name):
    challenge = f.make_challenge(reason="Une raison.")
    mails.tell(challenge, name)
    message = Message.objects.get()
    assert challenge.statement in message.subject
    assert absolute(LIST) in message.text
    assert message.html
    assert bool(message.link) == mails.KINDS[name][1]


# --- ideas ----------------------------------------------------------------------------------------------------


def test_an_idea_kept_as_a_common_problem_is_a_draft_that_its_author_sends(client):
    idea = f.make_idea(what="Un atelier vélo")
    moderation.open_item("idea", idea, title=idea.what, department=idea.commune.department, cause="idea")
    decide(idea, "accept", kind="idea")
    challenge = idea.challenge
    assert (challenge.statement, challenge.who) == (idea.what, idea.why)
    assert (challenge.state, challenge.person) == (State.DRAFT, idea.person)
    assert challenge.get_absolute_url() in Message.objects.get(kind="ideas.kept").text
    client.force_login(idea.person.user)
    assert challenge.get_absolute_url() in client.get(idea.get_absolute_url()).content.decode()


def test_ideas_kept_before_get_their_problem():
    mine = f.make_idea(state="problem")
    orphan = f.make_idea(state="problem", what="Sans auteur")
    type(orphan).objects.filter(pk=orphan.pk).update(person=None)
    other = f.make_idea(state="received")
    migration = importlib.import_module("alliances.ideas.migrations.0003_kept_ideas")
    migration.make_challenges(apps)
    migration.make_challenges(apps)  # twice does no more
    for idea in (mine, orphan, other):
        idea.refresh_from_db()
    assert Challenge.objects.count() == 2
    assert (mine.challenge.state, mine.challenge.person) == (State.DRAFT, mine.person)
    assert mine.challenge.get_absolute_url().endswith(f"-{mine.challenge.slug}/")
    assert orphan.challenge.state == State.PENDING
    assert item_of(orphan.challenge).title == "Sans auteur"
    assert other.challenge is None
    decide(orphan.challenge, "accept")
    assert orphan.challenge.is_public


def test_the_panels_and_the_department_say_where(client):
    department = Department.objects.get(pk="23")
    challenge = f.make_challenge(ready=True)
    Challenge.objects.filter(pk=challenge.pk).update(commune=None)
    html = client.get(challenge.get_absolute_url()).content.decode()
    assert department.label in html
    author = challenge.person.user
    client.force_login(author)
    assert challenge.statement in client.get("/mon-espace/").content.decode()
    assert Organisation.objects.count() == 3


def test_who_said_so_too_is_the_first_that_its_alliance_could_ask():
    alliance = f.make_alliance()
    challenge = f.make_challenge(state="in_alliance", alliance=alliance, ready_at=now())
    others = [f.make_organisation(kind="company") for _ in range(4)]
    f.make_support(challenge, organisation=others[3])
    [chair] = [chair for chair in composition(alliance).missing if chair.college == College.COMPANIES]
    first = chair.proposed[0]
    assert first.organisation == others[3]
    assert first.candidate.reasons[0].code == "supports"
