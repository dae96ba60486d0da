"""What the brigade does: take, decide, decide several, note, propose, suspend."""

import datetime

import pytest

from brigades import cockpit
from brigades.verbs import VERBS
from jeveuxagir.accounts import guardians
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from missions.models import Mission
from missions.proposals.models import Proposal
from organisations import joining
from organisations.models import Invitation, Membership, Organisation
from tests import factories as f
from tests.brigades.test_scope import staff_client, waiting_request

pytestmark = pytest.mark.django_db


def case(name="Les Jardins partagés", **fields):
    organisation = f.make_organisation(name=name, state="pending", owner=f.make_user(), **fields)
    return moderation.open_item(
        "organisation", organisation, title=organisation.name, department=organisation.commune.department
    )


def url(item, act=""):
    queue = "organisations" if item.kind == "organisation" else "missions"
    return f"/brigade/{queue}-a-valider/{item.pk}/" + (f"{act}/" if act else "")


def decide(client, item, decision, reason="", version=None, **more):
    data = {"decision": decision, "reason": reason, "version": version or item.version, **more}
    return client.post(url(item, "decider"), data, follow=True)


def test_the_queue_says_what_who_since_when_and_what_next(client):
    item = case()
    ModerationItem.objects.update(created_at=now() - datetime.timedelta(days=20))
    staff_client(client)
    page = client.get("/brigade/organisations-a-valider/").text
    for words in (
        "Les Jardins partagés",
        "Creuse (23)",
        "première demande",
        "personne",
        "À prendre",
        "en retard",
    ):
        assert words in page, words
    client.post(url(item, "prendre"))
    page = client.get("/brigade/organisations-a-valider/?vue=miennes").text
    assert "À décider" in page
    assert "Les Jardins partagés" not in client.get("/brigade/organisations-a-valider/?vue=libres").text


def test_the_oldest_come_first(client):
    first, second = case("Ancienne"), case("Récente")
    ModerationItem.objects.filter(pk=second.pk).update(created_at=now() + datetime.timedelta(minutes=1))
    del first
    staff_client(client)
    page = client.get("/brigade/organisations-a-valider/").text
    assert page.index("Ancienne") < page.index("Récente")


def test_a_case_is_whole_on_one_page(client):
    item = case(rna="W231234567", website="https://exemple.fr")
    user = staff_client(client, first_name="Inès")
    moderation.add_note(item, actor=user, text="Appelée hier.")
    page = client.get(url(item)).text
    for words in (
        "W231234567",
        "https://exemple.fr",
        "Guéret (23)",
        "Appelée hier.",
        "Inès",
        "Arrivée dans la file",
    ):
        assert words in page, words


def test_an_edit_shows_the_difference_first(client):
    owner = f.make_user()
    organisation = f.make_organisation(
        owner=owner, name="Ancien nom", rna="W231234567", description="Bonjour " * 10
    )
    from organisations import services

    data = services.OrganisationData(
        **{**services.data_of(organisation).__dict__, "name": "Nouveau <b>nom</b>"}
    )
    services.update(organisation, actor=owner, version=None, data=data)
    staff_client(client)
    page = client.get(url(ModerationItem.objects.get())).text
    assert "<del>Ancien nom</del>" in page
    assert "<ins>Nouveau &lt;b&gt;nom&lt;/b&gt;</ins>" in page


def test_accepting_publishes_and_tells_the_owner(client):
    item = case()
    user = staff_client(client)
    response = decide(client, item, "accept")
    assert "L’organisation est prévenue" in response.text
    assert Organisation.objects.get().state == "validated"
    assert Event.objects.filter(verb="organisation.validated", actor=user).exists()
    assert Message.objects.count() == 1
    assert "Acceptée" in client.get("/brigade/organisations-a-valider/?vue=decidees").text


def test_refusing_needs_a_reason_and_keeps_what_was_typed(client):
    item = case()
    staff_client(client)
    response = decide(client, item, "refuse")
    assert "Donnez la raison" in response.text
    assert Organisation.objects.get().state == "pending"
    response = decide(client, item, "", reason="Déjà inscrite.")
    assert "Déjà inscrite." in response.text
    decide(client, item, "refuse", reason="Déjà inscrite.")
    assert Organisation.objects.get().state_reason == "Déjà inscrite."


def test_the_second_moderator_reads_who_decided_and_loses_nothing(client):
    item = case()
    moderation.decide(item, actor=f.make_staff(first_name="Marc"), decision="accept", version=item.version)
    staff_client(client)
    response = decide(client, item, "refuse", reason="Un long motif.")
    assert response.status_code == 409
    assert "Marc a accepté" in response.text
    assert "Un long motif." in response.text


def test_values_that_came_meanwhile_are_shown_with_the_typed_reason(client):
    item = case()
    moderation.open_item(
        "organisation", Organisation.objects.get(), title="Nouveau titre", department=item.department
    )
    staff_client(client)
    response = decide(client, item, "ask", reason="Un long motif.", version=1)
    assert response.status_code == 409
    assert "de nouvelles valeurs sont arrivées" in response.text
    assert "Un long motif." in response.text
    assert f'name="version" value="{ModerationItem.objects.get().version}"' in response.text


def test_deciding_then_next_opens_the_following_case(client):
    first, second = case("Une"), case("Deux")
    staff_client(client)
    response = decide(client, first, "accept", suivant="1")
    assert response.redirect_chain[-1][0] == url(second)


def test_a_bulk_decision_gives_a_result_for_each_row(client):
    good, taken, changed = case("Bonne"), case("Prise"), case("Changée")
    moderation.take(taken, actor=f.make_staff(first_name="Marc"))
    foreign = case("Ailleurs", commune=f.LILLE)
    staff_client(client)
    taken.refresh_from_db()
    items = [f"{good.pk}:1", f"{taken.pk}:{taken.version}", f"{changed.pk}:7", f"{foreign.pk}:1", "x:y", ""]
    response = client.post(
        "/brigade/organisations-a-valider/lot/",
        {"items": items, "decision": "accept", "reason": ""},
        follow=True,
    )
    assert "1\xa0ligne traitée, 2\xa0lignes refusées" in response.text
    assert "Marc s’en occupe" in response.text
    assert "Ailleurs" not in response.text
    states = dict(Organisation.objects.values_list("name", "state"))
    assert states == {"Bonne": "validated", "Prise": "pending", "Changée": "pending", "Ailleurs": "pending"}


def test_a_bulk_refusal_without_a_reason_refuses_each_row(client):
    item = case()
    staff_client(client)
    path = "/brigade/organisations-a-valider/lot/"
    response = client.post(path, {"items": [f"{item.pk}:1"], "decision": "refuse"}, follow=True)
    assert "Donnez la raison" in response.text
    assert "Cochez au moins une ligne" in client.post(path, {"decision": "accept"}, follow=True).text
    assert Organisation.objects.get().state == "pending"


def test_a_mission_is_decided_in_its_queue(client):
    mission = f.make_mission(state="pending", organisation=f.make_organisation(owner=f.make_user()))
    item = moderation.open_item("mission", mission, title=mission.title, department=mission.department)
    staff_client(client)
    assert "Lire avec des élèves" in client.get("/brigade/missions-a-valider/").text
    decide(client, item, "accept")
    assert Mission.objects.get().state == "open"


def test_hostile_text_is_shown_escaped_and_too_long_text_is_told(client):
    item = case("<script>alert(1)</script>")
    staff_client(client)
    for page in ("/brigade/", "/brigade/organisations-a-valider/", url(item)):
        text = client.get(page).text
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text
    response = client.post(url(item, "noter"), {"text": "a" * 100_000})
    assert response.status_code == 200
    assert "2000" in response.text.replace("\u202f", "").replace("\xa0", "")
    response = client.post(url(item, "noter"), {"text": "zéro\x00"})
    assert response.status_code == 200
    assert not item.notes.exists()


def test_get_changes_nothing_on_the_acts(client):
    item = case()
    staff_client(client)
    for act in ("prendre", "liberer", "decider", "noter", "prouver", "accueil"):
        assert client.get(url(item, act)).status_code == 405
    assert client.post("/brigade/organisations-a-valider/").status_code == 403


def test_staff_confirm_the_proof_and_decide_the_hosting_of_another_kind(client):
    item = case(kind="other")
    staff_client(client)
    client.post(url(item, "prouver"))
    client.post(url(item, "accueil"), {"may_host": "oui"})
    organisation = Organisation.objects.get()
    assert (organisation.proof_level, organisation.may_host) == ("person", True)


# --- proposing --------------------------------------------------------------------------------------------------


def test_proposing_records_who_why_and_the_alternatives_shown(client):
    request = waiting_request(f.GUERET)
    missions = [f.make_mission(title=f"Mission {number}", description="x" * 120) for number in range(3)]
    user = staff_client(client, first_name="Inès")
    assert "Zoé" in client.get("/brigade/demandes-sans-proposition/").text
    page = client.get(f"/brigade/demandes-sans-proposition/{request.pk}/").text
    assert all(mission.title in page for mission in missions)
    response = client.post(
        f"/brigade/demandes-sans-proposition/{request.pk}/proposer/", {"mission": missions[1].pk}, follow=True
    )
    assert "est proposée" in response.text
    proposal = Proposal.objects.get()
    assert (proposal.proposed_by, proposal.mission) == (user, missions[1])
    assert proposal.reasons
    assert {line["mission"] for line in proposal.alternatives} == {mission.pk for mission in missions}
    assert "Zoé" not in client.get("/brigade/demandes-sans-proposition/").text
    page = client.get(f"/brigade/propositions/{proposal.pk}/").text
    assert "Inès" in page
    assert all(mission.title in page for mission in missions)
    assert all(reason["text"] in page for reason in proposal.reasons)


def test_a_mission_that_is_no_candidate_is_not_proposed(client):
    request = waiting_request(f.GUERET)
    far = f.make_mission(commune=f.LILLE)
    staff_client(client)
    for mission in (far.pk, 10**11, "x", ""):
        path = f"/brigade/demandes-sans-proposition/{request.pk}/proposer/"
        response = client.post(path, {"mission": mission}, follow=True)
        assert "Voici la liste à jour" in response.text
    assert not Proposal.objects.exists()


def test_a_request_is_in_the_queue_after_seven_days_only(client):
    f.make_request(
        person=f.make_person(first_name="Récente"), without_proposal_since=now() - datetime.timedelta(days=6)
    )
    waiting_request(f.GUERET)
    staff_client(client)
    page = client.get("/brigade/demandes-sans-proposition/").text
    assert "Zoé" in page
    assert "Récente" not in page


def test_applications_unanswered_for_over_five_days_are_counted(client):
    late = f.make_participation(applied_at=now() - datetime.timedelta(days=6))
    f.make_participation(applied_at=now() - datetime.timedelta(days=4))
    staff_client(client)
    assert client.get("/brigade/").context["unanswered"] == 1
    page = client.get("/brigade/participations/?etat=attente").text
    assert f"/brigade/participations/{late.pk}/" in page
    assert page.count("data-row") == 1


# --- organisations ----------------------------------------------------------------------------------------------


def test_suspending_needs_a_reason_and_lifting_undoes_it(client):
    organisation = f.make_organisation(owner=f.make_user())
    staff_client(client)
    path = f"/brigade/organisations/{organisation.pk}/"
    assert "Donnez la raison" in client.post(f"{path}suspendre/", follow=True).text
    client.post(f"{path}suspendre/", {"reason": "Plainte."})
    organisation.refresh_from_db()
    assert (organisation.state, organisation.state_reason) == ("suspended", "Plainte.")
    assert "Lever la suspension" in client.get(path).text
    client.post(f"{path}lever/")
    organisation.refresh_from_db()
    assert organisation.state == "validated"
    response = client.post(f"{path}lever/", follow=True)
    assert "n’est plus possible" in response.text


def test_staff_invite_a_first_owner(client):
    organisation = f.make_organisation()
    staff_client(client)
    path = f"/brigade/organisations/{organisation.pk}/inviter/"
    assert (
        "adresse électronique complète" in client.post(path, {"email": "pas une adresse"}, follow=True).text
    )
    client.post(path, {"email": "presidente@exemple.fr"})
    assert Invitation.objects.get().role == "owner"


def test_the_history_of_an_object_is_told_in_french(client):
    item = case()
    user = staff_client(client, first_name="Inès")
    moderation.decide(item, actor=user, decision="accept", version=item.version)
    page = client.get(f"/brigade/organisations/{item.subject_id}/historique/").text
    assert "Validée" in page
    assert "Inès" in page
    page = client.get(f"{url(item)}historique/").text
    assert "Décision : acceptée" in page


def test_the_case_of_a_reported_alliance_shows_nothing_of_what_its_parties_do(client):
    alliance = f.make_alliance(name="Un livre à soi")
    record("alliance.step_set", alliance, step="meet")
    item = moderation.open_item(
        "report",
        alliance,
        title=alliance.name,
        department=f.make_organisation().commune.department,
        cause="report",
    )
    staff_client(client)
    page = client.get(f"/brigade/signalements/{item.pk}/").text
    assert "alliance.step_set" not in page
    assert VERBS["alliance.step_set"] not in page


# --- feeds ------------------------------------------------------------------------------------------------------


def held_run(missions=1, **fields):
    from missions.feeds.models import FeedRun, Partner

    partner, _ = Partner.objects.get_or_create(slug="p", defaults={"name": "Partenaire d’essai"})
    gone = [f.make_mission(title=f"Mission disparue {n}", imported=True) for n in range(1, missions + 1)]
    held = [mission.pk for mission in gone]
    values = {"state": "held", "finished_at": now(), "held_closings": held, "seen": 12, "created": 3} | fields
    return gone[0], FeedRun.objects.create(partner=partner, **values)


@pytest.mark.parametrize(("act", "state"), [("confirmer", "closed"), ("garder", "open")])
def test_held_closings_wait_for_a_person_who_says_why(client, act, state):
    mission, run = held_run()
    user = staff_client(client, "national")
    assert "Flux à confirmer" in client.get("/brigade/").text
    page = client.get(f"/brigade/flux/{run.pk}/").text
    assert "Mission disparue 1" in page
    assert "3\u00a0nouvelles" in page
    asked = client.post(f"/brigade/flux/{run.pk}/{act}/", {"reason": " "})
    assert "Donnez la raison" in asked.text
    run.refresh_from_db()
    assert run.state == "held"
    answer = client.post(f"/brigade/flux/{run.pk}/{act}/", {"reason": "Vu avec lui"}, follow=True)
    assert answer.status_code == 200
    assert "Vu avec lui" in answer.text
    mission.refresh_from_db()
    assert mission.state == state
    response = client.post(f"/brigade/flux/{run.pk}/{act}/", {"reason": "Encore"}, follow=True)
    assert "attendent plus de décision" in response.text
    assert user.person.first_name in response.text
    assert "Encore" not in response.text
    assert "Raison de votre décision" not in response.text


def test_what_would_close_is_listed_page_by_page(client, django_assert_max_num_queries):
    _, run = held_run(missions=53)
    staff_client(client, "national")
    url = f"/brigade/flux/{run.pk}/"
    with django_assert_max_num_queries(30):
        first = client.get(url).text
    assert "53\u00a0fermetures à confirmer" in first
    assert "Mission disparue 50<" in first
    assert "Mission disparue 51<" not in first
    assert "Mission disparue 53<" in client.get(url, {"page": "2"}).text
    assert "Mission disparue 53<" in client.get(url, {"page": str(10**9)}).text
    assert "Mission disparue 1<" in client.get(url, {"page": "x"}).text
    asked = client.post(
        f"{url}garder/", {"reason": ""}
    ).text  # a page of another address: its links lead back
    assert f'href="{url}#fermetures"' in asked
    assert 'href="?page=2"' not in asked


def test_a_held_run_stands_beside_those_before_it(client):
    held_run(state="done", held_closings=[], seen=412)
    _, run = held_run(seen=98)
    held_run(state="done", held_closings=[], seen=777)
    staff_client(client, "national")
    page = client.get(f"/brigade/flux/{run.pk}/").text
    assert ">412<" in page
    assert ">98<" in page
    assert ">777<" not in page  # it came later


def test_an_attachment_is_accepted_or_refused_nothing_else(client):
    from missions.feeds.models import Partner, PartnerOrganisation

    organisation = f.make_organisation(owner=f.make_user())
    partner = Partner.objects.create(slug="p", name="Partenaire d’essai")
    identity = PartnerOrganisation.objects.create(
        partner=partner, external_id="x", organisation=organisation, state="awaiting"
    )
    item = moderation.open_item(
        "attachment",
        identity,
        title="Rattachement",
        department=organisation.commune.department,
        cause="import",
    )
    staff_client(client)
    assert "Rattachement" in client.get("/brigade/missions-a-valider/?sorte=attachment").text
    assert "Demander une correction" not in client.get(url(item)).text
    decide(client, item, "ask", reason="x")
    assert ModerationItem.objects.open().exists()
    decide(client, item, "accept")
    identity.refresh_from_db()
    assert identity.state == "linked"


def test_a_member_of_staff_does_not_decide_on_their_own_organisation(client):
    own, other = case("La mienne"), case("Une autre")
    user = staff_client(client)
    organisation = Organisation.objects.get(pk=own.subject_id)
    Membership.objects.create(organisation=organisation, person=user.person, role="reader")
    mission = f.make_mission(organisation=organisation, state="pending")
    mission_case = moderation.open_item(
        "mission", mission, title=mission.title, department=mission.department, domain=mission.domain
    )
    for item in (own, mission_case):
        page = client.get(url(item)).text
        assert "Vous êtes membre de La mienne" in page
        assert 'name="decision"' not in page
        assert "une autre personne de la brigade" in decide(client, item, "accept").text
        item.refresh_from_db()
        assert item.state != "decided"
    items = [f"{own.pk}:{own.version}", f"{other.pk}:{other.version}"]
    client.post("/brigade/organisations-a-valider/lot/", {"items": items, "decision": "accept", "reason": ""})
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.state, other.decision) == ("new", "accept")


def test_staff_record_that_a_guardian_was_told_otherwise(client):
    person = f.make_person(first_name="Zoé", age=17, guardian="to_send")
    request = f.make_request(person=person)
    page = f"/brigade/demandes/{request.pk}/"
    staff_client(client, department="59")
    assert client.post(f"{page}tuteur/").status_code == 404
    client.logout()
    user = staff_client(client)
    assert "Parent ou tuteur prévenu autrement" in client.get(page).text
    assert "le parent ou tuteur de Zoé est prévenu" in client.post(f"{page}tuteur/", follow=True).text
    assert "Parent ou tuteur prévenu autrement" not in client.get(page).text
    assert "Parent ou tuteur prévenu" in client.get(f"{page}historique/").text
    assert guardians.is_cleared(person)
    assert Event.objects.filter(verb="guardian.told", actor=user, data__person=person.pk).count() == 1


def test_the_page_of_an_adult_s_request_has_no_word_about_a_guardian(client):
    request = f.make_request()
    staff_client(client)
    assert "tuteur" not in client.get(f"/brigade/demandes/{request.pk}/").text
    answer = client.post(f"/brigade/demandes/{request.pk}/tuteur/", follow=True)
    assert "n’a plus besoin" in answer.text


def test_organisations_to_follow_are_counted_on_the_first_page_and_each_line_opens_its_case(client):
    organisation = f.make_organisation(name="Les Tricoteuses de la Creuse", imports_only=True)
    joining.ask(organisation, actor=f.make_user(), message="Je la préside.")
    staff_client(client)
    page = client.get("/brigade/")
    counted = {queue["label"]: queue["open"] for queue in page.context["queues"]}
    assert counted["Organisations à suivre"] == 1
    (line,) = page.context["urgent"]
    opened = client.get(line["url"])
    assert opened.status_code == 200
    assert "<h1" in opened.text
    assert "Les Tricoteuses de la Creuse" in opened.text


def test_every_kind_of_case_has_its_place_on_the_first_page():
    placed = [kind for kinds, _ in cockpit.QUEUES.values() for kind in kinds]
    assert sorted(placed) == sorted(ModerationItem.Kind)


def test_a_name_keeps_its_capitals_at_the_head_of_its_page(client):
    organisation = f.make_organisation(name="La Table Ouverte")
    staff_client(client)
    assert "La Table Ouverte</h1>" in client.get(f"/brigade/organisations/{organisation.pk}/").text
