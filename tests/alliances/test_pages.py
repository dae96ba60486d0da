"""The pages: starting one without an account, the home, the journey, settings, parties, one's own space."""

import datetime
import re

import pytest

from alliances import services
from alliances.models import Alliance
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.text import NBSP
from jeveuxagir.ui.dates import day_of
from tests import factories as f
from tests.alliances.test_services import ANSWERS, begun, data, dated, long_silent, with_another

pytestmark = pytest.mark.django_db

NEW = "/alliances/nouvelle/"
BUT = {"name": "Lire ensemble", "purpose": "Que chaque enfant lise une heure par semaine avec un adulte."}


def write(client, first):
    """Through the pages to the summary."""
    client.post(NEW, first)
    client.post(f"{NEW}but/", BUT)
    client.post(f"{NEW}ou/", {"commune": "Guéret (23)", "go": "add"})
    client.post(f"{NEW}ou/", {"commune": "", "onward": "1"})
    client.post(f"{NEW}themes/", {"domain": "education", "sdgs": ["4"]})
    return client.post(f"{NEW}cadre/", {"rule": "consent", "cadence_days": "30"})


def send(client):
    page = client.get(f"{NEW}relire/").content.decode()
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    return client.post(f"{NEW}relire/", {"nonce": nonce})


# --- starting -------------------------------------------------------------------------------------------------


def test_for_one_s_organisation_in_five_pages(client):
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    client.force_login(owner)
    assert organisation.name in client.get(NEW).content.decode()
    assert write(client, {"pour": organisation.pk}).url == f"{NEW}relire/"
    assert not Alliance.objects.exists()  # nothing is written before the last page
    page = client.get(f"{NEW}relire/").content.decode()
    for words in ("Lire ensemble", "Guéret (23)", f"tous les 30{NBSP}jours", organisation.name):
        assert words in page
    response = send(client)
    alliance = Alliance.objects.get()
    assert response.url == alliance.space_url
    assert alliance.parties.get().organisation == organisation
    assert (alliance.domain_id, alliance.cadence_days, alliance.places.get().commune_id) == (
        "education",
        30,
        "23096",
    )
    assert client.get(f"{NEW}but/").url == NEW  # the draft is gone


def test_a_stranger_writes_first_and_signs_in_at_the_end(client):
    write(client, {})
    page = client.get(f"{NEW}relire/").content.decode()
    assert "connectez-vous ou créez un compte" in page
    assert "Créer l’alliance" not in page
    client.force_login(f.make_user())
    send(client)
    assert Alliance.objects.get().parties.get().person is not None


def test_after_signing_in_who_handles_an_organisation_says_for_whom(client):
    write(client, {})
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    client.force_login(owner)
    assert client.get(f"{NEW}relire/").url == NEW
    assert client.post(NEW, {"pour": organisation.pk}).url == f"{NEW}relire/"
    send(client)
    assert Alliance.objects.get().parties.get().organisation == organisation


def test_a_double_click_begins_one_alliance(client):
    user = f.make_user()
    client.force_login(user)
    write(client, {"pour": "moi"})
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(f"{NEW}relire/").content.decode())[1]
    kept = dict(client.session["alliance_draft"])
    first = client.post(f"{NEW}relire/", {"nonce": nonce})
    session = client.session
    session["alliance_draft"] = kept
    session.save()
    assert client.post(f"{NEW}relire/", {"nonce": nonce}).url == first.url
    assert Alliance.objects.count() == 1


def test_somebody_else_s_organisation_is_not_a_choice(client):
    client.force_login(f.make_user())
    assert client.post(NEW, {"pour": f.make_organisation().pk}).status_code == 422
    assert client.post(NEW, {"pour": "x"}).status_code == 422


def test_an_organisation_that_waits_is_told_why_it_cannot_yet(client):
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner, state="pending")
    client.force_login(owner)
    page = client.get(NEW).content.decode()
    assert f"{organisation.name} pourra commencer" in page


def test_a_page_refuses_what_is_wrong_and_keeps_what_was_typed(client):
    client.force_login(f.make_user())
    client.post(NEW, {"pour": "moi"})
    assert client.post(f"{NEW}but/", {"name": "", "purpose": "Un but"}).content.decode().count("Un but")
    assert client.post(f"{NEW}ou/", {"commune": "", "onward": "1"}).status_code == 422
    wrong = client.post(f"{NEW}ou/", {"commune": "Nullepartville", "onward": "1"})
    assert wrong.status_code == 422
    assert "Nullepartville" in wrong.content.decode()
    page = client.post(
        f"{NEW}cadre/", {"rule": "consent", "starts_on": "2030-05-02", "ends_on": "2030-05-01"}
    )
    assert "finit après avoir commencé" in page.content.decode()
    assert client.get(f"{NEW}inconnue/").status_code == 404


def test_places_are_added_widened_and_removed(client):
    client.force_login(f.make_user())
    client.post(NEW, {"pour": "moi"})
    where = f"{NEW}ou/"
    client.post(where, {"commune": "Guéret (23)", "go": "add"})
    page = client.get(where).content.decode()
    assert 'value="departement:23"' in page  # proposed: wider than the commune
    client.post(where, {"add": "departement:23"})
    client.post(where, {"region": "75", "go": "add"})
    client.post(where, {"remove": "commune:23096"})
    assert client.session["alliance_draft"]["places"] == ["departement:23", "region:75"]
    client.post(where, {"add": "departement:inconnu"})
    assert len(client.session["alliance_draft"]["places"]) == 2


def test_an_organisation_s_space_leads_there_with_the_choice_made(client):
    owner = f.make_user()
    organisation = f.make_organisation(owner=owner)
    client.force_login(owner)
    page = client.get(f"{organisation.space_url}alliances/").content.decode()
    assert f"{NEW}?pour={organisation.pk}" in page
    assert client.get(f"{NEW}?pour={organisation.pk}").url == f"{NEW}but/"


# --- the space ------------------------------------------------------------------------------------------------


def test_the_home_says_where_we_are_what_is_next_and_who_owes_what(client):
    alliance, owner = begun()
    party, _ = with_another(alliance)
    f.make_alliance_invitation(alliance, name="La Recyclerie")
    client.force_login(owner)
    page = client.get(alliance.space_url).content.decode()
    for words in (
        "Faire naître l’envie",
        "Réunir le tour de table",
        "une date de début et une date de fin",
        "La Recyclerie",
        "répondre à l’invitation",
        party.name,
        "préciser ses apports",
        alliance.purpose,
        "consentement",
    ):
        assert words in page, words


def test_strangers_and_staff_find_no_space(client):
    alliance, _owner = begun()
    f.sign_in_staff(client, f.make_staff())
    for page in ("", "parties/", "parcours/", "reglages/", "clore/"):
        assert client.get(f"{alliance.space_url}{page}").status_code == 404


def test_an_old_name_in_the_address_redirects(client):
    alliance, owner = begun()
    client.force_login(owner)
    assert (
        client.get(f"/alliances/{alliance.pk}-vieux-nom/espace/parties/").url
        == f"{alliance.space_url}parties/"
    )


def test_the_journey_marks_skips_and_takes_back(client):
    alliance, owner = begun()
    client.force_login(owner)
    step = f"{alliance.space_url}parcours/constat/"
    client.post(step, {"state": "skipped", "note": "Déjà fait ailleurs"})
    page = client.get(f"{alliance.space_url}parcours/").content.decode()
    assert "Déjà fait ailleurs" in page
    assert "1 sur 4" in page
    client.post(step, {"state": ""})
    assert not alliance.steps.exists()
    assert client.post(f"{alliance.space_url}parcours/inconnue/", {"state": "done"}).status_code == 404


def test_every_step_of_the_journey_leads_to_its_page(client):
    from alliances import spaces, steps

    alliance, owner = begun()
    assert all(mark.url for _stage, marks in steps.marks(alliance) for mark in marks)
    assert spaces.route_to(alliance, "a page that no app has") == ""
    for key in ("rythme", "actions", "indicateurs"):
        services.set_step(alliance, actor=owner, key=key, state="done")
    type(alliance).objects.update(stage="animated", starts_on="2026-01-01", ends_on="2027-01-01")
    client.force_login(owner)
    page = client.get(alliance.space_url).content.decode()
    assert f'href="{alliance.space_url}evaluations/">Évaluer le partenariat' in page
    assert 'href=""' not in page


def test_the_next_stage_is_offered_once_nothing_is_missing(client):
    alliance, owner = begun(**dated())
    client.force_login(owner)
    journey = f"{alliance.space_url}parcours/"
    move = f"{alliance.space_url}etape/structure/"
    assert move not in client.get(journey).content.decode()
    client.post(move)
    with_another(alliance)
    assert move in client.get(journey).content.decode()
    client.post(move)
    alliance.refresh_from_db()
    assert alliance.stage == "structured"


def test_settings_change_one_thing_at_a_time_and_refuse_what_is_stale(client):
    alliance, owner = begun()
    client.force_login(owner)
    section = f"{alliance.space_url}reglages/cadre/"
    version = alliance.version
    form = {"rule": "unanimity", "cadence_days": "60", "version": version}
    assert client.post(section, form).url == f"{alliance.space_url}reglages/"
    alliance.refresh_from_db()
    assert (alliance.rule, alliance.cadence_days) == ("unanimity", 60)
    stale = client.post(section, form | {"rule": "majority"})
    assert stale.status_code == 409
    assert "Vos réponses sont dans le formulaire" in stale.content.decode()
    shown = stale.content.decode().replace("\u00a0", " ")
    assert "Valeur actuelle : « unanimité »" in shown
    assert shown.count("Valeur actuelle") == 2  # in the summary, and under its field: 60 days are the same
    client.post(f"{alliance.space_url}reglages/derogation/", {"derogation": "Ouvrir le dimanche"})
    alliance.refresh_from_db()
    assert (alliance.derogation, alliance.rule) == ("Ouvrir le dimanche", "unanimity")
    assert "Ouvrir le dimanche" in client.get(f"{alliance.space_url}reglages/").content.decode()


def test_the_territory_is_saved_at_each_act(client):
    alliance, owner = begun()
    client.force_login(owner)
    section = f"{alliance.space_url}reglages/territoire/"
    client.post(section, {"add": "departement:23"})
    client.post(section, {"remove": "commune:23096"})
    assert [place.label for place in alliance.places.all()] == ["Creuse (23)"]


def test_a_member_without_the_right_reads_the_settings_and_changes_none(client):
    alliance, _owner = begun()
    _party, other = with_another(alliance)
    client.force_login(other)
    page = client.get(f"{alliance.space_url}reglages/").content.decode()
    assert "reglages/but/" not in page
    assert client.get(f"{alliance.space_url}reglages/but/").status_code == 403
    assert client.post(f"{alliance.space_url}categorie/", {}).status_code in (403, 422)
    refused = client.post(f"{alliance.space_url}conditions/", {"declared": ["parity"]})
    assert refused.status_code == 403


def test_the_category_is_found_by_three_answers(client):
    alliance, owner = begun()
    client.force_login(owner)
    page = f"{alliance.space_url}categorie/"
    assert client.post(page, {"return": "nothing"}).status_code == 422
    client.post(page, {"return": "nothing", "product": "support", "risk": "giver"})
    alliance.refresh_from_db()
    assert alliance.category_id == "mecenat"
    assert alliance.category.name in client.get(page).content.decode()


def test_the_conditions_are_counted_and_said_without_legal_effect(client):
    alliance, owner = begun()
    client.force_login(owner)
    page = f"{alliance.space_url}conditions/"
    shown = client.get(page).content.decode()
    assert "sans effet juridique" in shown
    assert "Il manque une entreprise." in shown
    client.post(page, {"shared_interest": "Chacun y gagne", "declared": ["shared_interest"]})
    shown = client.get(page).content.decode()
    assert "1 sur 5" in shown
    assert shown.count(": réunie") == 1
    assert shown.count(": pas encore") == 4


def test_the_derogation_asked_and_the_date_of_its_evaluation_are_said_and_reminded(client):
    alliance, owner = begun()
    client.force_login(owner)
    page = f"{alliance.space_url}conditions/"
    settings = f"{alliance.space_url}reglages/derogation/"
    client.post(settings, {"derogation": "Prêter un minibus municipal le dimanche.", "evaluate_on": ""})
    assert "une dérogation s’évalue, fixez-en une" in client.get(page).content.decode()
    soon = today() + datetime.timedelta(days=20)
    said = {"derogation": "Prêter un minibus municipal le dimanche.", "evaluate_on": soon.isoformat()}
    assert client.post(settings, said).status_code == 302
    shown = client.get(page).content.decode()
    assert "Prêter un minibus" in shown
    assert day_of(soon) in shown
    assert "sans effet juridique propre" in shown
    home = client.get(alliance.space_url).content.decode()
    assert "évaluer l’alliance" in home


def test_an_evaluation_before_the_start_is_refused_and_what_was_typed_stays(client):
    alliance, owner = begun()
    Alliance.objects.filter(pk=alliance.pk).update(starts_on=today(), ends_on=today() + datetime.timedelta(9))
    client.force_login(owner)
    said = {"derogation": "Un minibus", "evaluate_on": (today() - datetime.timedelta(days=1)).isoformat()}
    refused = client.post(f"{alliance.space_url}reglages/derogation/", said)
    assert refused.status_code == 409
    assert "vient après le début" in refused.content.decode()
    assert "Un minibus" in refused.content.decode()


def test_a_party_says_what_it_brings_and_who_signs(client):
    alliance, owner = begun()
    party = alliance.parties.get()
    signatory = f.make_member(party.organisation, may_sign=True)
    client.force_login(owner)
    page = f"{alliance.space_url}parties/{party.pk}/"
    form = {"brings": "Des livres", "signatory": signatory.person_id}
    assert client.post(page, form).status_code == 422  # in what capacity?
    client.post(page, form | {"capacity": "présidente"})
    shown = client.get(f"{alliance.space_url}parties/").content.decode()
    assert "Des livres" in shown
    assert "présidente" in shown


def test_who_animates_says_who_facilitates_and_funds(client):
    alliance, owner = begun()
    town, _ = with_another(alliance, "local_authority")
    client.force_login(owner)
    page = f"{alliance.space_url}parties/{town.pk}/roles/"
    assert "Proposer" in client.get(page).content.decode()
    client.post(page, {"is_facilitator": "on", "is_funder": "on"})
    shown = client.get(f"{alliance.space_url}parties/").content.decode()
    assert "facilite" in shown
    assert "finance" in shown
    page = client.get(page).content.decode()
    assert "ne peut pas en être le tiers de confiance" in page
    assert "Proposer" not in page


def test_the_trusted_third_party_is_shown_inside_and_in_public_and_may_renounce(client):
    alliance = f.make_alliance(publication="public", published_at=now(), shown=["parties"])
    third = f.make_party(alliance, is_trusted_third=True, mandate="Relit les comptes.")
    person = f.make_signatory(third)
    for url in (alliance.get_absolute_url(), f"{alliance.space_url}parties/"):
        client.force_login(person)
        shown = client.get(url).content.decode()
        assert "Relit les comptes." in shown
        assert "Ne reçoit rien de l’alliance." in shown
    assert client.post(f"{alliance.space_url}parties/{third.pk}/renoncer/").status_code == 302
    third.refresh_from_db()
    assert not third.is_trusted_third
    assert "Relit les comptes." not in client.get(alliance.get_absolute_url()).content.decode()


def test_leaving_lists_what_is_owed_first(client, monkeypatch):
    from alliances import spaces

    monkeypatch.setitem(spaces.owes._entries, "tests", lambda party: ["2 obligations", "1 indicateur"])
    alliance, owner = begun()
    mine = alliance.parties.get()
    party, other = with_another(alliance)
    client.force_login(owner)
    page = f"{alliance.space_url}parties/{mine.pk}/quitter/"
    shown = client.get(page).content.decode()
    assert "2 obligations" in shown
    assert client.post(page, {}).status_code == 422  # the only animator says who follows
    response = client.post(page, {"successor": party.pk, "reason": "Nous déménageons"})
    assert response.url == "/mon-espace/"
    assert client.get(alliance.space_url).status_code == 404
    client.force_login(other)
    assert "Nous déménageons" in client.get(f"{alliance.space_url}parties/").content.decode()


def test_who_animates_is_told_first_why_a_party_keeps_its_place(client):
    alliance, owner = begun()
    party, _other = with_another(alliance)
    client.force_login(owner)
    page = f"{alliance.space_url}parties/{party.pk}/quitter/"
    shown = client.get(page).content.decode()
    assert "Cette partie garde sa place" in shown
    assert "Confirmer le remplacement" not in shown
    mine = alliance.parties.exclude(pk=party.pk).get()
    assert client.post(page, {"successor": mine.pk}).status_code == 409
    long_silent(party)
    assert "Confirmer le remplacement" in client.get(page).content.decode()
    client.post(page, {"successor": mine.pk})
    assert "sa place est reprise par" in client.get(f"{alliance.space_url}parties/").content.decode()


def test_closing_asks_three_questions_then_several_parties_decide(client):
    alliance, owner = begun()
    _party, other = with_another(alliance)
    page = f"{alliance.space_url}clore/"
    client.force_login(other)
    assert client.post(page, ANSWERS).status_code == 403
    client.force_login(owner)
    assert client.post(page, {"reached": "Cent"}).status_code == 422
    vote = client.post(page, ANSWERS).url
    client.force_login(other)
    assert vote in client.get(page).content.decode()
    assert "Cent enfants." in client.get(vote).content.decode()
    alliance.refresh_from_db()
    assert not alliance.is_closed


def test_alone_one_closes_at_once(client):
    alliance, owner = begun()
    client.force_login(owner)
    client.post(f"{alliance.space_url}clore/", ANSWERS)
    alliance.refresh_from_db()
    assert alliance.is_closed


def test_a_closed_alliance_is_read_by_its_parties_and_changed_by_nobody(client):
    alliance, owner = begun()
    services.close_alone(alliance, actor=owner, **ANSWERS)
    client.force_login(owner)
    for page in ("", "parties/", "parcours/", "reglages/", "clore/", "categorie/", "conditions/"):
        assert client.get(f"{alliance.space_url}{page}").status_code == 200, page
    assert client.post(f"{alliance.space_url}parcours/constat/", {"state": "done"}).status_code == 409
    assert "Cent enfants." in client.get(f"{alliance.space_url}clore/").content.decode()


def test_the_home_says_first_what_i_owe_and_keeps_every_other_line_at_hand(client):
    alliance = f.make_alliance(parties=2)
    theirs, mine = alliance.parties.order_by("pk")
    for day in range(1, 9):
        f.make_task(alliance, title=f"Chez les autres {day}", due_on=today() + datetime.timedelta(days=day))
    f.make_task(alliance, title="Chez nous", party=mine, due_on=today() + datetime.timedelta(days=9))
    client.force_login(f.make_signatory(mine))
    page = client.get(alliance.space_url).content.decode()
    assert f"{mine.name}</span> (vous)" in page
    assert f"{theirs.name}</span> (vous)" not in page
    assert page.index("Chez nous") < page.index("Chez les autres 1")
    assert "autres lignes</summary>" in page
    assert page.index("autres lignes</summary>") < page.index("Chez les autres 7")


# --- elsewhere ------------------------------------------------------------------------------------------------


def test_my_space_and_my_organisation_show_my_alliances(client):
    alliance, owner = begun()
    organisation = alliance.parties.get().organisation
    client.force_login(owner)
    assert alliance.space_url in client.get("/mon-espace/").content.decode()
    assert alliance.space_url in client.get(organisation.space_url).content.decode()
    assert alliance.space_url in client.get(f"{organisation.space_url}alliances/").content.decode()
    client.force_login(f.make_user())
    assert alliance.space_url not in client.get("/mon-espace/").content.decode()


def test_the_public_page_of_an_organisation_shows_public_alliances_only(client):
    alliance, _owner = begun()
    organisation = alliance.parties.get().organisation
    assert alliance.name not in client.get(organisation.get_absolute_url()).content.decode()
    Alliance.objects.update(publication="public", published_at=now(), name=data().name)
    assert data().name in client.get(organisation.get_absolute_url()).content.decode()
