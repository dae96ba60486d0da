"""The organisations' pages: directory, public page, sign-up, space, team, settings, invitations."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.common.clock import now
from jeveuxagir.moderation.models import ModerationItem
from organisations import forms, services
from organisations.models import Invitation, Membership, Organisation
from tests import factories as f
from tests.organisations.test_members import token_of
from tests.organisations.test_services import SIREN, SIRET, TEXT

pytestmark = pytest.mark.django_db


def sign_in(client, user):
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


@pytest.fixture
def owner(client):
    return sign_in(client, f.make_user(first_name="Nadia"))


@pytest.fixture
def organisation(owner):
    return f.make_organisation(owner=owner, name="Entraide", rna="W231234567", description=TEXT)


def settings_of(organisation, **changes):
    organisation.refresh_from_db()
    values = {name: getattr(organisation, name) for name in (*services.SENSITIVE, "email", "phone", "street")}
    return {**values, "commune": organisation.commune.label, "version": organisation.version, **changes}


# --- public -----------------------------------------------------------------------------------------------------


def test_the_directory_shows_validated_organisations_only(client):
    shown = f.make_organisation(name="Visible")
    for state in ("draft", "pending", "refused", "suspended", "closed"):
        hidden = f.make_organisation(name=f"Cachée {state}", state=state)
        assert client.get(hidden.get_absolute_url()).status_code == 404
    page = client.get("/organisations/").text
    assert "Visible" in page
    assert "Cachée" not in page
    assert client.get(shown.get_absolute_url()).status_code == 200


def test_the_directory_is_searched_by_name_kind_and_department(client):
    f.make_organisation(name="Épicerie solidaire de l’Œuvre")
    f.make_organisation(name="Mairie de Lille", kind="local_authority", commune=f.LILLE)

    def found(query):
        return [
            organisation.name for organisation in client.get(f"/organisations/?{query}").context["page_obj"]
        ]

    assert found("nom=epicerie+oeuvre") == ["Épicerie solidaire de l’Œuvre"]
    assert found("type=local_authority") == ["Mairie de Lille"]
    assert found("departement=23") == ["Épicerie solidaire de l’Œuvre"]
    assert found("nom=inconnue") == []
    assert len(found("nom=")) == 2


@pytest.mark.parametrize(
    "query", ["nom=%00", "type=pirate", "departement=zz", "page=-5", "page=x", "nom=" + "a" * 5000]
)
def test_a_broken_search_shows_a_page(client, query):
    f.make_organisation()
    assert client.get(f"/organisations/?{query}").status_code == 200


def test_an_old_slug_leads_to_the_page(client):
    organisation = f.make_organisation(name="Entraide")
    response = client.get(f"/organisations/{organisation.pk}-ancien-nom/?x=1")
    assert response.status_code == 301
    assert response.url == organisation.get_absolute_url()
    assert client.get(f"/organisations/{10**30}-x/").status_code == 404


def test_text_is_escaped_and_the_proof_level_is_said(client):
    organisation = f.make_organisation(
        description="<script>alert(1)</script> https://exemple.fr", rna="W231234567"
    )
    page = client.get(organisation.get_absolute_url()).text
    assert "<script>alert(1)" not in page
    assert 'rel="nofollow"' in page
    assert "Déclarée" in page


def test_a_company_s_page_says_why_it_hosts_nobody(client):
    company = f.make_organisation(kind="company")
    assert "n’accueille pas de bénévoles" in client.get(company.get_absolute_url()).text


@pytest.mark.parametrize("path", ["/organisations/", "public"])
def test_public_pages_ask_as_many_queries_for_twenty_rows_as_for_one(client, path):
    organisation = f.make_organisation(name="Une")
    url = organisation.get_absolute_url() if path == "public" else path

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    f.make_mission(organisation=organisation)
    before = cost()
    for number in range(19):
        f.make_mission(organisation=organisation)
        f.make_organisation(name=f"Autre {number}")
    assert cost() == before


# --- sign-up ----------------------------------------------------------------------------------------------------


def test_the_first_step_is_public_and_explains_each_kind(client):
    page = client.get("/organisations/inscription/").text
    assert "Une entreprise n’accueille pas de bénévoles" in page
    assert "du mécénat de compétences" in page
    response = client.get("/organisations/inscription/?type=association")
    assert response.url == "/organisations/inscription/identite/?type=association"
    assert client.get(response.url).url.startswith("/compte/")
    assert "Choisissez le type" in client.get("/organisations/inscription/?type=").text


def test_an_association_signs_up_from_the_first_step_to_the_queue(client, owner):
    step = "/organisations/inscription/identite/?type=association"
    nonce = client.get(step).context["form"]["nonce"].value()
    data = {"name": "Les Jardins partagés", "rna": "W231234567", "siren": "", "nonce": nonce}
    response = client.post(step, data)
    organisation = Organisation.objects.get()
    assert response.url == f"/organisations/inscription/{organisation.pk}/adresse/"
    assert client.post(step, data).url == response.url  # a double click makes one draft
    assert Organisation.objects.count() == 1
    response = client.post(
        response.url, {"commune": "Guéret", "street": "1 rue Haute", "email": "", "phone": ""}
    )
    response = client.post(response.url, {"description": TEXT, "website": "exemple.fr"})
    summary = f"/organisations/inscription/{organisation.pk}/resume/"
    assert response.url == summary
    page = client.get(summary).text
    assert all(words in page for words in ("W231234567", "Guéret (23)", "1 rue Haute", "https://exemple.fr"))
    response = client.post(summary, follow=True)
    assert "Votre inscription est envoyée" in response.text
    organisation.refresh_from_db()
    assert organisation.state == "pending"
    assert ModerationItem.objects.get().department_id == "23"


def test_a_company_signs_up_with_its_siret(client, owner):
    step = "/organisations/inscription/identite/?type=company"
    assert "mécénat de compétences" in client.get(step).text
    assert client.post(step, {"name": "Moulin SARL", "siret": ""}).status_code == 200
    client.post(step, {"name": "Moulin SARL", "siret": SIRET})
    company = Organisation.objects.get()
    assert (company.siren, company.may_host, company.proof_level) == (SIREN, False, "form_checked")
    assert (
        "n’accueille pas de bénévoles" not in client.get(company.space_url).text
    )  # a draft: first things first


def test_what_the_database_refuses_stands_beside_its_field(client, owner):
    """Two sign-ups at once: the second is refused by the constraint, not by what was read before."""
    form = forms.IdentityForm({"name": "Moulin", "siret": SIREN}, kind="company")
    codes = ("organisation_siren_once", "siren_known", "siren", "siret")
    assert [forms.field_for(form, code) for code in codes] == ["siret"] * 4
    assert forms.field_for(form, "organisation_rna_once") is None


@pytest.mark.parametrize("kind", ["company", "public_body"])
def test_a_siren_is_enough_where_a_siret_is_asked(client, owner, kind):
    step = f"/organisations/inscription/identite/?type={kind}"
    assert "Numéro SIREN ou SIRET" in client.get(step).text
    client.post(step, {"name": "Moulin", "siret": "732 829 320"})
    made = Organisation.objects.get()
    assert (made.siren, made.siret, made.proof_level) == (SIREN, "", "form_checked")
    again = client.get(f"/organisations/inscription/{made.pk}/identite/")
    assert again.context["form"]["siret"].value() == SIREN
    empty = client.post(f"/organisations/inscription/identite/?type={kind}", {"name": "Vide", "siret": " "})
    assert len(empty.context["form"].errors["siret"]) == 1
    refused = client.post(step, {"name": "Encore", "siret": SIREN})
    assert "porte déjà ce numéro SIREN" in refused.context["form"].errors["siret"][0]


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("association", {"rna": "1234"}, "rna"),
        ("association", {"rna": "", "siren": ""}, "rna"),
        ("association", {"siren": "123456789"}, "siren"),
        ("company", {"siret": "12345678901234"}, "siret"),
        ("company", {"siret": "732829321"}, "siret"),
        ("company", {"siret": ""}, "siret"),
        ("public_body", {"siret": "1"}, "siret"),
        ("association", {"name": "<img src=x>"}, "name"),
        ("association", {"name": "x" * 5000}, "name"),
        ("association", {"name": "zéro\x00"}, "name"),
        ("association", {"rna": "W" * 100_000}, "rna"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(client, owner, kind, changes, field):
    data = {"name": "Un nom à garder", "rna": "W231234567", "siren": "", "siret": SIRET, **changes}
    response = client.post(f"/organisations/inscription/identite/?type={kind}", data)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    if "name" not in changes:
        assert "Un nom à garder" in response.text
    assert not Organisation.objects.exists()


def test_a_known_number_is_told_beside_the_number(client, owner):
    f.make_organisation(name="Déjà là", rna="W231234567", owner=f.make_user())
    response = client.post(
        "/organisations/inscription/identite/?type=association",
        {"name": "Encore", "rna": "W231234567", "siren": ""},
    )
    assert "Déjà là" in response.context["form"].errors["rna"][0]


def test_an_incomplete_summary_says_what_is_missing(client, owner):
    organisation = f.make_organisation(
        owner=owner, state="draft", commune=None, rna="W231234567", description=TEXT
    )
    response = client.post(f"/organisations/inscription/{organisation.pk}/resume/")
    assert response.status_code == 409
    assert "Indiquez la commune" in response.text


def test_the_draft_of_somebody_else_is_not_found(client, owner):
    draft = f.make_organisation(state="draft", owner=f.make_user())
    manager = f.make_organisation(state="draft")
    f.make_member(manager, role="manager", person=owner.person)
    for pk in (draft.pk, manager.pk, 10**30):
        for step in ("identite", "adresse", "presentation", "resume"):
            assert client.get(f"/organisations/inscription/{pk}/{step}/").status_code == 404


# --- space ------------------------------------------------------------------------------------------------------


def test_the_space_is_for_members_and_opens_on_what_to_do(client, organisation):
    page = client.get(organisation.space_url).text
    assert "À faire" in page
    sign_in(client, f.make_user())
    for path in ("", "equipe/", "reglages/", "reglages/fermer/"):
        assert client.get(organisation.space_url + path).status_code == 404
    client.logout()
    assert client.get(organisation.space_url).status_code == 302


def test_a_former_member_finds_nothing_more(client, owner, organisation):
    Membership.objects.update(ended_at=now())
    assert client.get(organisation.space_url).status_code == 404


def test_readers_and_managers_see_the_team_but_neither_settings_nor_acts(client, organisation):
    for role in ("manager", "reader"):
        sign_in(client, f.make_member(organisation, role=role))
        page = client.get(f"{organisation.space_url}equipe/").text
        assert "Nadia" in page
        assert "Inviter quelqu’un" not in page
        assert client.get(f"{organisation.space_url}reglages/").status_code == 403
        for path in ("equipe/inviter/", "reglages/fermer/"):
            assert client.post(organisation.space_url + path).status_code == 403
        member = Membership.objects.owners().get()
        assert (
            client.post(f"{organisation.space_url}equipe/{member.pk}/role/", {"role": "reader"}).status_code
            == 403
        )
        assert client.post(f"{organisation.space_url}equipe/{member.pk}/retirer/").status_code == 403


def test_an_old_slug_of_the_space_redirects(client, organisation):
    response = client.get(f"/espace/{organisation.pk}-ancien/equipe/?a=1")
    assert response.url == f"{organisation.space_url}equipe/?a=1"


def test_an_address_of_the_space_written_with_zeros_redirects_once(client, organisation):
    client.force_login(f.make_member(organisation))
    answer = client.get(f"/espace/00{organisation.pk}-ancien/equipe/?de=mail")
    assert answer["Location"] == f"{organisation.space_url}equipe/?de=mail"


@pytest.mark.parametrize("kind", ["company", "other"])
def test_who_cannot_host_is_told_what_it_can_do(client, owner, kind):
    organisation = f.make_organisation(kind=kind, owner=owner)
    page = client.get(organisation.space_url).text
    assert ("Proposer une équipe" if kind == "company" else "Ce que vous pouvez faire ici") in page


# --- settings ---------------------------------------------------------------------------------------------------


def test_a_sensitive_change_is_shown_as_waiting(client, organisation):
    url = f"{organisation.space_url}reglages/"
    response = client.post(url, settings_of(organisation, name="Nouveau nom"), follow=True)
    assert "Envoyé à la brigade : nom" in response.text
    assert "En attente de la brigade" in response.text
    assert response.context["form"]["name"].value() == "Nouveau nom"
    assert "Entraide" in client.get(organisation.get_absolute_url()).text


def test_a_free_change_applies_at_once(client, organisation):
    client.post(f"{organisation.space_url}reglages/", settings_of(organisation, email="nouveau@exemple.fr"))
    organisation.refresh_from_db()
    assert organisation.email == "nouveau@exemple.fr"
    assert not ModerationItem.objects.exists()


def test_a_concurrent_edit_is_told_with_the_difference_and_nothing_is_lost(client, organisation):
    url = f"{organisation.space_url}reglages/"
    data = settings_of(organisation, description="Mon long texte, à garder absolument. " * 3)
    Organisation.objects.filter(pk=organisation.pk).update(version=9, email="autre@exemple.fr")
    response = client.post(url, data)
    assert response.status_code == 409
    assert "Mon long texte, à garder absolument." in response.text
    assert "Maintenant enregistré" in response.text
    assert "autre@exemple.fr" in response.text
    again = {name: response.context["form"][name].value() for name in data}
    assert client.post(url, again).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"siret": "1"}, "siret"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"description": "a" * 100_000}, "description"),
        ({"commune": "Nulle part"}, "commune"),
        ({"phone": "12"}, "phone"),
        ({"version": "x"}, "version"),
        ({"kind": "pirate"}, "kind"),
    ],
)
def test_bad_settings_are_told_and_nothing_changes(client, organisation, changes, field):
    response = client.post(f"{organisation.space_url}reglages/", settings_of(organisation, **changes))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert Organisation.objects.get(pk=organisation.pk).version == organisation.version


def test_closing_asks_first_and_says_what_it_ends(client, organisation):
    url = f"{organisation.space_url}reglages/fermer/"
    mission = f.make_mission(organisation=organisation)
    for state in ("applied", "applied", "accepted"):
        f.make_participation(mission=mission, state=state)
    page = client.get(url).text.replace("\u00a0", " ")
    for ends in (
        "1 mission ferme.",
        "2 candidatures en attente sont refusées",
        "1 venue acceptée reste prévue",
    ):
        assert ends in page
    client.post(url)
    organisation.refresh_from_db()
    assert organisation.state == "closed"
    assert "Cette organisation est fermée" in client.get(organisation.space_url).text
    assert client.post(url).status_code == 409


# --- team and invitations -----------------------------------------------------------------------------------------


def test_inviting_from_the_team_page(client, organisation):
    url = f"{organisation.space_url}equipe/inviter/"
    response = client.post(url, {"email": "amie@exemple.fr", "role": "manager"}, follow=True)
    assert "Invitation envoyée à amie@exemple.fr" in response.text
    response = client.post(url, {"email": "amie@exemple.fr", "role": "manager"})
    assert "déjà en cours" in response.context["form"].errors["email"][0]
    response = client.post(url, {"email": "pas-une-adresse", "role": "manager"})
    assert "email" in response.context["form"].errors
    response = client.post(
        f"{organisation.space_url}equipe/invitations/{Invitation.objects.get().pk}/annuler/", follow=True
    )
    assert "est annulée" in response.text


def test_what_a_removed_member_handled_is_told_and_stays_with_the_team(client, organisation):
    manager = f.make_member(organisation, role="manager")
    mission = f.make_mission(organisation=organisation, created_by=manager)
    row = Membership.objects.get(person=manager.person)
    said = client.post(f"{organisation.space_url}equipe/{row.pk}/retirer/", follow=True).text
    assert "À reprendre : 1 mission en cours" in said.replace("\u00a0", " ")
    mission.refresh_from_db()
    assert (mission.organisation_id, mission.state) == (organisation.pk, "open")
    assert client.get(f"{organisation.space_url}missions/{mission.pk}/").status_code == 200


def test_the_last_owner_is_told_why_leaving_is_not_possible(client, organisation):
    response = client.post(f"{organisation.space_url}equipe/quitter/", follow=True)
    assert "seule personne responsable" in response.text
    f.make_member(organisation)
    client.post(f"{organisation.space_url}equipe/quitter/")
    assert client.get(organisation.space_url).status_code == 404


def test_a_member_of_another_organisation_is_not_changed_from_here(client, organisation):
    other = f.make_organisation()
    f.make_member(other)
    member = Membership.objects.get(organisation=other)
    for act in ("role", "retirer"):
        url = f"{organisation.space_url}equipe/{member.pk}/{act}/"
        assert client.post(url, {"role": "reader"}).status_code == 404


def test_an_invitation_leads_through_signing_in_and_is_accepted_by_a_button(client, owner, organisation):
    services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    url = reverse("organisations:invitation", args=[token_of("amie@exemple.fr")])
    client.logout()
    page = client.get(url).text
    assert f"?next={url}" in page
    assert client.post(url).url.startswith("/compte/")
    sign_in(client, f.make_user())
    assert "une autre adresse" in client.get(url).text
    assert client.post(url).status_code == 409
    sign_in(client, f.make_user(email="amie@exemple.fr"))
    assert "Accepter l’invitation" in client.get(url).text
    assert not Membership.objects.filter(role="reader").exists()  # a link opened by a scanner does nothing
    assert client.post(url).url == organisation.space_url
    assert Membership.objects.filter(role="reader").exists()
    assert "déjà membre" in client.get(url).text


def test_an_expired_or_false_link_is_told(client, owner, organisation):
    services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    url = reverse("organisations:invitation", args=[token_of("amie@exemple.fr")])
    Invitation.objects.update(expires_at=now() - datetime.timedelta(seconds=1))
    client.logout()
    assert "a expiré" in client.get(url).text
    assert client.get("/invitations/faux/").status_code == 404
    assert client.get("/invitations/" + "a" * 5000 + "/").status_code == 404


def test_declining_an_invitation_closes_it(client, owner, organisation):
    services.invite(organisation, actor=owner, email="amie@exemple.fr", role="reader")
    url = reverse("organisations:invitation", args=[token_of("amie@exemple.fr")])
    sign_in(client, f.make_user(email="amie@exemple.fr"))
    client.post(url, {"decline": "1"})
    assert "a été annulée" in client.get(url).text


def test_the_team_page_asks_as_many_queries_for_twenty_members_as_for_one(client, organisation):
    url = f"{organisation.space_url}equipe/"
    client.get(url)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    before = cost()
    for number in range(19):
        f.make_member(organisation, role="reader")
        Invitation.objects.create(
            organisation=organisation,
            email=f"a{number}@exemple.fr",
            role="reader",
            token_hash=str(number),
            expires_at=now(),
        )
    assert cost() == before
