"""What makes long days bearable: saved filters, texts of answers, the next case, doubles, thousands of rows."""

import re

import pytest

from brigades import answers, batches, saved
from brigades.models import AnswerTemplate, Desk, SavedFilter
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations.models import Organisation
from tests import factories as f
from tests.brigades.test_queues import case, url
from tests.brigades.test_scope import staff_client

pytestmark = pytest.mark.django_db

LIST = "/brigade/organisations-a-valider/"
FILTERS = "/brigade/filtres/"


def save(client, name="En retard", query="vue=retard", **more):
    data = {"queue": "brigades_organisationcase", "name": name, "query": query, **more}
    return client.post(FILTERS, data, follow=True)


# --- saved filters ---------------------------------------------------------------------------------------------


def test_a_filter_is_saved_shown_as_a_tab_and_deleted(client):
    staff_client(client)
    assert "est enregistré" in save(client).text
    row = SavedFilter.objects.get()
    assert 'href="?vue=retard"' in client.get(f"{LIST}?vue=").text
    client.post(f"{FILTERS}{row.pk}/supprimer/")
    assert not SavedFilter.objects.exists()


def test_a_saved_filter_keeps_only_what_its_list_knows(client):
    staff_client(client)
    save(client, query="vue=retard&p=3&person__email=a&q=lire&e=1")
    assert SavedFilter.objects.get().query == "vue=retard&q=lire"
    assert "au moins un filtre" in save(client, name="Vide", query="p=2").text
    assert save(client, queue="nulle_part").status_code == 404


def test_the_default_filter_opens_first_and_the_whole_list_stays_in_reach(client):
    staff_client(client)
    save(client, is_default="on")
    assert client.get(LIST)["Location"] == f"{LIST}?vue=retard"
    assert client.get(f"{LIST}?vue=").status_code == 200
    save(client, name="Les miennes", query="vue=miennes", is_default="on")
    assert list(SavedFilter.objects.filter(is_default=True).values_list("name", flat=True)) == ["Les miennes"]
    client.post(f"{FILTERS}{SavedFilter.objects.get(is_default=True).pk}/ouvrir-d-abord/", {"premier": "non"})
    assert client.get(LIST).status_code == 200


def test_a_filter_is_shared_with_ones_own_department_only(client):
    staff_client(client)
    save(client, name="Partagé", department="23")
    save(client, name="Ailleurs", department="59")
    assert [row.name for row in SavedFilter.objects.all()] == ["Partagé"]
    client.logout()
    staff_client(client)
    assert "Partagé" in client.get(f"{LIST}?vue=").text
    assert client.post(f"{FILTERS}{SavedFilter.objects.get().pk}/supprimer/").status_code == 404
    client.logout()
    staff_client(client, department="59")
    assert "Partagé" not in client.get(f"{LIST}?vue=").text


def test_twenty_filters_are_enough(client):
    user = staff_client(client)
    for number in range(saved.MAX_FILTERS):
        saved.keep(actor=user, queue="missions_mission", name=str(number), query="etat=open")
    saved.keep(actor=user, queue="missions_mission", name="3", query="etat=closed")  # replaces
    with pytest.raises(RuleBroken, match="supprimez-en"):
        saved.keep(actor=user, queue="missions_mission", name="de trop", query="etat=open")


# --- texts of answers --------------------------------------------------------------------------------------------


def test_a_text_is_inserted_with_the_names_of_the_case_and_nothing_is_lost_or_decided(client):
    item = case("Les Jardins {mission}")
    staff_client(client)
    answer = AnswerTemplate.objects.create(
        kind="organisation", decision="refuse", title="Hors sujet", text="« {nom} » n’est pas là. {inconnu}"
    )
    data = {"inserer": "1", "reponse": answer.pk, "reason": "Bonjour Nadia,", "version": item.version}
    response = client.post(url(item, "decider"), data)
    assert response.status_code == 200
    assert "Bonjour Nadia,\n\n« Les Jardins {mission} » n’est pas là. {inconnu}" in response.text
    assert re.search(r'value="refuse"[^>]* checked', response.text)
    assert Organisation.objects.get().state == "pending"
    assert "Choisissez une réponse type" in client.post(url(item, "decider"), data | {"reponse": "x"}).text


def test_the_first_texts_are_there_and_every_word_in_them_is_known():
    rows = AnswerTemplate.objects.filter(department=None)
    assert rows.count() >= 10
    assert not [row.title for row in rows if answers.unknown_words(row.text)]


def test_a_lead_writes_for_their_department_and_the_nation_for_everybody(client):
    fields = {"decision": "ask", "title": "Statuts", "text": "Envoyez les statuts de {nom}.", "kind": ""}
    staff_client(client)
    assert client.post("/brigade/reponses-types/", fields).status_code == 403
    client.logout()
    staff_client(client, "brigade_lead")
    assert client.post("/brigade/reponses-types/", fields).status_code == 422
    assert client.post("/brigade/reponses-types/", fields | {"department": "59"}).status_code == 422
    wrong = client.post("/brigade/reponses-types/", fields | {"department": "23", "text": "Cher {client},"})
    assert "{client} ne sera pas remplacé" in wrong.text
    assert client.post("/brigade/reponses-types/", fields | {"department": "23"}).status_code == 302
    mine = AnswerTemplate.objects.get(title="Statuts")
    national = AnswerTemplate.objects.filter(department=None).first()
    assert client.get(f"/brigade/reponses-types/{national.pk}/").status_code == 404
    client.post(f"/brigade/reponses-types/{mine.pk}/", fields | {"department": "23", "title": "Vos statuts"})
    assert "Vos statuts" in client.get("/brigade/reponses-types/").text
    client.logout()
    staff_client(client, department="59")
    assert "Vos statuts" not in client.get("/brigade/reponses-types/").text


# --- doubles -----------------------------------------------------------------------------------------------------


def test_an_organisation_that_looks_like_another_is_hinted_and_its_refusal_prepared(client):
    twin = f.make_organisation(name="Jardins partagés de Guéret", rna="W231234567")
    item = case("Jardins partagés de Guéret")
    staff_client(client)
    page = client.get(url(item)).text
    assert "Peut-être en double" in page
    data = {"doublon": twin.pk, "reason": "Bonjour,", "version": item.version}
    prepared = client.post(url(item, "decider"), data).text
    assert "Bonjour,\n\n« Jardins partagés de Guéret » est déjà inscrite" in prepared
    assert ModerationItem.objects.get().state == "new"


def test_the_same_number_a_near_name_and_the_distance_are_hinted_the_surest_first(client):
    numbers = {"rna": "W231234567", "siren": "123456782"}
    refused = f.make_organisation(name="Bons plans", state="refused", commune=f.LILLE, **numbers)
    near = f.make_organisation(name="Les jardins partagés Guéret", commune="23013")
    far = f.make_organisation(name="Jardins partagés de Gueret", commune=f.LILLE)
    f.make_organisation(name="Jardins du quartier", commune=f.LILLE)
    item = case("Jardins partagés de Guéret", **numbers)
    staff_client(client)
    response = client.get(url(item))
    twins = {twin["pk"]: twin["reasons"] for twin in response.context["duplicates"]}
    assert next(iter(twins)) == refused.pk
    assert twins[refused.pk][:2] == ["même SIREN", "même RNA"]
    assert twins[far.pk][0] == "même nom"
    assert {near.pk, far.pk, refused.pk} == set(twins)
    assert all(reasons[-1].startswith("à ") and reasons[-1].endswith("km") for reasons in twins.values())
    prepared = client.post(url(item, "decider"), {"doublon": refused.pk, "version": item.version}).text
    assert "nous ne l’avons pas acceptée" in prepared, "nobody is sent to a page that does not exist"


def test_what_an_edit_asks_for_is_compared_too(client):
    twin = f.make_organisation(name="Jardins partagés de Guéret")
    organisation = f.make_organisation(name="Autre chose")
    change = {"label": "nom", "before": "Autre chose", "after": twin.name, "value": twin.name}
    item = moderation.open_item(
        "organisation",
        organisation,
        title=organisation.name,
        department=organisation.commune.department,
        cause="edit",
        diff={"name": change},
    )
    staff_client(client)
    assert [found["pk"] for found in client.get(url(item)).context["duplicates"]] == [twin.pk]


def test_a_mission_sent_twice_is_hinted_with_why(client):
    organisation = f.make_organisation(owner=f.make_user())
    first = f.make_mission(title="Aide aux devoirs du mercredi", organisation=organisation)
    second = f.make_mission(title="Aide aux devoirs le mercredi", organisation=organisation, state="pending")
    f.make_mission(title="Aide aux devoirs du mercredi", organisation=f.make_organisation())
    item = moderation.open_item("mission", second, title=second.title, department=second.department)
    staff_client(client)
    response = client.get(url(item))
    assert [twin["pk"] for twin in response.context["duplicates"]] == [first.pk]
    assert "titre" in response.context["duplicates"][0]["reasons"][0]


# --- one after the other -------------------------------------------------------------------------------------------


def test_the_next_case_is_the_next_of_the_same_filtered_list(client):
    chosen = [case(f"Jardin {number}") for number in range(3)]
    case("Autre chose")
    staff_client(client)
    page = client.get(f"{LIST}?q=jardin").text
    assert f'href="{url(chosen[0])}?file=q%3Djardin"' in page
    middle = client.get(f"{url(chosen[1])}?file=q%3Djardin")
    assert (middle.context["position"], middle.context["of"]) == (2, 3)
    data = {"decision": "accept", "version": 1, "suivant": "1", "file": "q=jardin"}
    for item, following in ((chosen[1], chosen[2]), (chosen[2], chosen[0])):
        response = client.post(url(item, "decider"), data)
        assert response["Location"] == f"{url(following)}?file=q%3Djardin"
    assert client.post(url(chosen[0], "decider"), data)["Location"] == f"{LIST}?q=jardin"


@pytest.mark.parametrize("file", ["p=abc", "person__email=a", "departement=%27", "x" * 9000, "%00", "o=99"])
def test_a_broken_list_in_the_address_never_breaks_a_case(client, file):
    item = case()
    staff_client(client)
    assert client.get(url(item), {"file": file}).status_code == 200


def test_the_departments_are_counted_for_those_who_have_several(client):
    case("Ici"), case("Là-bas", commune=f.LILLE)
    staff_client(client, "national")
    page = client.get(f"{LIST}?vue=")
    assert [(label, number) for label, _, number in page.context["places"]] == [
        ("Creuse (23)", 1),
        ("Nord (59)", 1),
    ]
    client.logout()
    staff_client(client)
    assert client.get(f"{LIST}?vue=").context["places"] == []


# --- thousands of rows ---------------------------------------------------------------------------------------------


@pytest.fixture
def three_thousand(client):
    department = f.make_organisation().commune.department
    ModerationItem.objects.bulk_create(
        ModerationItem(
            kind="organisation",
            subject_type="organisations.Organisation",
            subject_id=10_000 + number,
            title=f"Organisation {number}",
            department=department,
        )
        for number in range(3000)
    )
    return staff_client(client)


def confirm(client, job):
    data = {"selection": job["token"], "debut": job["at"]}
    return client.post(f"{LIST}lot/appliquer/", data, follow=True)


def test_three_thousand_rows_are_asked_about_then_done_in_batches_once_each(client, three_thousand):
    page = client.post(f"{LIST}lot/", {"tous": "1", "decision": "take", "file": "vue="}, follow=True)
    assert "3\u202f000" in page.text
    assert not ModerationItem.objects.filter(state="owned").exists()
    first = dict(client.session["brigade_bulk"])
    page = confirm(client, first)
    assert ModerationItem.objects.filter(owner=three_thousand).count() == batches.BATCH
    assert "Continuer" in page.text
    confirm(client, first)  # sent twice: nothing more
    assert ModerationItem.objects.filter(owner=three_thousand).count() == batches.BATCH
    confirm(client, client.session["brigade_bulk"])
    assert ModerationItem.objects.filter(owner=three_thousand).count() == 2 * batches.BATCH


def test_a_row_that_fails_does_not_stop_the_others_and_says_why(client, three_thousand):
    taken = ModerationItem.objects.order_by("created_at", "pk").first()
    moderation.take(taken, actor=f.make_staff(first_name="Marc"))
    client.post(f"{LIST}lot/", {"tous": "1", "decision": "take"})
    page = confirm(client, client.session["brigade_bulk"])
    assert "Marc s’en occupe" in page.text
    assert f"{batches.BATCH - 1}\xa0lignes traitées, 1\xa0ligne refusée" in page.text


def test_three_thousand_ticked_boxes_are_never_an_error_of_the_server(client, three_thousand):
    rows = [f"{pk}:1" for pk in ModerationItem.objects.values_list("pk", flat=True)]
    response = client.post(f"{LIST}lot/", {"items": rows, "decision": "take"}, follow=True)
    assert response.status_code == 200
    assert "3\u202f000" in response.text


def test_a_list_of_three_thousand_asks_no_more_queries_than_one_of_fifty(client, three_thousand):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(f"{LIST}?vue=")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{LIST}?vue=")
    ModerationItem.objects.filter(pk__gt=ModerationItem.objects.order_by("pk")[60].pk).delete()
    with CaptureQueriesContext(connection) as few:
        client.get(f"{LIST}?vue=")
    assert len(many) == len(few)


# --- my desk -------------------------------------------------------------------------------------------------------


def test_a_member_switches_the_keys_off_and_on(client):
    staff_client(client)
    assert 'data-shortcuts="on"' in client.get("/brigade/").text
    client.post("/brigade/mon-poste/", {"quoi": "touches", "touches": "non"})
    assert 'data-shortcuts="off"' in client.get("/brigade/").text
    client.post("/brigade/mon-poste/", {"quoi": "touches", "touches": "oui"})
    assert Desk.objects.get().shortcuts


def test_a_member_says_when_they_are_away_and_the_queue_names_the_deputy(client):
    deputy = f.make_staff(first_name="Marc")
    user = staff_client(client, first_name="Inès")
    item = moderation.take(case(), actor=user)
    fields = {"starts_on": "2020-01-01", "ends_on": "2099-01-01", "deputy": deputy.pk}
    assert client.post("/brigade/mon-poste/", fields).status_code == 422
    from jeveuxagir.common.clock import today

    fields |= {"starts_on": today().isoformat(), "ends_on": today().isoformat()}
    assert client.post("/brigade/mon-poste/", fields).status_code == 302
    assert "remplacement : Marc" in client.get(f"{LIST}?vue=").text
    f.sign_in_staff(client, deputy)
    assert item.title in client.get(f"{LIST}?vue=miennes").text
    client.post(url(item, "prendre"))
    assert ModerationItem.objects.get().owner == deputy
