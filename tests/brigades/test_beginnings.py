"""The brigade begins an alliance from a group (K18): detected, chosen in its list, ready as a common problem, or
presented and willing. One screen, prefilled; each answers without an account."""

import re

import pytest

from alliances.challenges import services as challenges
from alliances.challenges.models import Challenge
from alliances.models import Alliance, AllianceInvitation
from brigades import groups
from jeveuxagir.common.clock import now
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune
from tests import factories as f

pytestmark = pytest.mark.django_db

START = "/brigade/alliances/commencer/"
WORDS = {
    "name": "Bien manger à Guéret",
    "purpose": "Que chacun mange à sa faim.",
    "message": "Je pense à vous.",
}
WHERE = {"department": "23", "commune": "Guéret (23)"}


@pytest.fixture
def brigade(client):
    f.sign_in_staff(client, f.make_staff("brigade_member", department="23"))
    return client


def of_world(kind, name, domain=None, **fields):
    """An organisation that acts in a domain: by a mission, or by an alliance of its own."""
    slug = name.lower().replace(" ", "")
    organisation = f.make_organisation(kind=kind, name=name, email=f"{slug}@orga.fr", **fields)
    if domain:
        alliance = f.make_alliance(parties=0, domain=Domain.objects.get(pk=domain))
        f.make_party(alliance, organisation=organisation, is_animator=True)
    return organisation


def three(domain="education"):
    return (
        of_world("association", "Mots passants", domain),
        of_world("company", "Isère Cuir", domain),
        of_world("local_authority", "Deux Collines"),
    )


def send(client, query, **changes):
    page = client.get(f"{START}?{query}").content.decode()
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    return client.post(f"{START}?{query}", WORDS | {"nonce": nonce} | changes)


def asked():
    return {(one.name, one.email) for one in AllianceInvitation.objects.all()}


# --- detected -------------------------------------------------------------------------------------------------


def detected(**scope):
    return groups.detected(f.make_staff("brigade_member", **scope or {"department": "23"}))


def test_three_worlds_of_one_commune_that_share_a_domain_are_a_group_with_its_reasons(brigade):
    organisations = three()
    [group] = detected()
    assert set(group.organisations) == set(organisations)
    said = " ".join(group.reasons)
    for words in ("Guéret (23)", "Mots passants et Isère Cuir", "Éducation", "Aucune alliance en commun"):
        assert words.lower() in said.lower()
    page = brigade.get("/brigade/alliances/groupes/").content.decode()
    assert "Mots passants" in page
    assert "même domaine" in page
    assert not Message.objects.exists()  # a hint: nobody is told


def test_a_common_problem_or_a_goal_they_share_counts_too():
    first, second, _third = three(domain=None)
    assert detected() == []
    challenge = f.make_challenge()
    challenge.sdgs.add(Sdg.objects.get(number=4))
    for organisation in (first, second):
        f.make_support(challenge, organisation=organisation)
    [group] = detected()
    assert any("ODD 4" in reason for reason in group.reasons)


def test_those_who_work_together_already_are_no_group():
    organisations = three()
    alliance = f.make_alliance(parties=0)
    for number, organisation in enumerate(organisations):
        f.make_party(alliance, organisation=organisation, is_animator=not number)
    assert detected() == []
    third = alliance.parties.get(organisation=organisations[2])
    third.left_at = now()
    third.save()
    [group] = detected()
    assert "Mots passants et Isère Cuir se connaissent déjà d’une alliance" in group.reasons
    third.left_at = None
    third.save()
    Alliance.objects.filter(pk=alliance.pk).update(
        activity="closed", reached="Oui", learned="Oui", what_next="Oui"
    )
    assert len(detected()) == 1


@pytest.mark.parametrize("changes", [{"state": "pending"}, {"commune": f.LILLE}, {"kind": "association"}])
def test_a_world_that_is_missing_elsewhere_or_not_validated_makes_no_group(changes):
    of_world("association", "Mots passants", "education")
    of_world("company", "Isère Cuir", "education")
    of_world(**{"kind": "local_authority", "name": "Deux Collines"} | changes)
    assert detected() == []


def test_a_group_is_of_the_member_s_territory():
    three()
    assert detected(department="59") == []


def test_the_statements_do_not_grow_with_the_organisations(django_assert_max_num_queries):
    three()
    user = f.make_staff("brigade_member", department="23")
    groups.detected(user)
    for number in range(6):
        of_world("association", f"Encore {number}", "education")
    with django_assert_max_num_queries(6):
        groups.detected(user)


def test_a_detected_group_prefills_the_screen_and_each_is_asked_at_its_address(brigade, client):
    three()
    [group] = detected()
    page = brigade.get(f"{START}?{group.query}").content.decode()
    assert page.count(" checked") == 3
    assert "Guéret (23)" in page
    keys = [one.pk for one in group.organisations]
    response = send(brigade, group.query, **WHERE, invited=keys)
    alliance = Alliance.objects.get(name=WORDS["name"])
    assert response.url == f"/brigade/alliances/{alliance.pk}/"
    assert not alliance.parties.exists()
    assert asked() == {
        ("Mots passants", "motspassants@orga.fr"),
        ("Isère Cuir", "isèrecuir@orga.fr"),
        ("Deux Collines", "deuxcollines@orga.fr"),
    }
    brigade.logout()
    text = Message.objects.filter(kind="alliances.invited").latest("pk").text
    link = re.search(r"(/alliances/invitation/[^/\s]+/)", text)[1]
    assert "Je pense à vous." in client.get(link).content.decode()
    assert client.post(link, {"interested": "yes", "answer_name": "Zoé"}).status_code == 302


# --- chosen ---------------------------------------------------------------------------------------------------


def test_organisations_ticked_in_the_list_begin_together_and_another_may_be_added(brigade):
    first, second, third = three(domain=None)
    page = brigade.get("/brigade/organisations/").content.decode()
    assert f'name="org" value="{first.pk}"' in page
    query = f"org={first.pk}&org={second.pk}&org={third.pk}"
    added = {"authority_name": "Ville de Guéret", "authority_email": "mairie@exemple.fr"}
    assert send(brigade, query, **WHERE, invited=[first.pk], **added).status_code == 302
    assert asked() == {("Mots passants", first.email), ("Ville de Guéret", "mairie@exemple.fr")}


def test_one_world_alone_is_not_enough_and_what_was_typed_stays(brigade):
    first, second, _ = three(domain=None)
    response = send(brigade, f"org={first.pk}&org={second.pk}", **WHERE, invited=[first.pk])
    assert response.status_code == 422
    page = response.content.decode()
    assert "deux mondes au moins" in page
    assert WORDS["purpose"] in page
    assert not AllianceInvitation.objects.exists()


@pytest.mark.parametrize("query", ["org=x", "org=999999", "probleme=", "mise=0", "org=99999999999999999999"])
def test_what_does_not_exist_is_not_found(brigade, query):
    assert brigade.get(f"{START}?{query}").status_code == 404


def test_what_is_of_another_territory_is_not_found(brigade):
    lille = Commune.objects.get(pk=f.LILLE)
    elsewhere = f.make_organisation(commune=f.LILLE)
    other = f.make_organisation(commune=f.LILLE, kind="company")
    problem = f.make_challenge(commune=lille.pk, ready=True)
    introduction = f.make_introduction(first=elsewhere, second=other, accepted=True)
    for query in (f"org={elsewhere.pk}", f"probleme={problem.pk}", f"mise={introduction.pk}"):
        assert brigade.get(f"{START}?{query}").status_code == 404


# --- a common problem, an introduction ------------------------------------------------------------------------


def test_a_problem_that_is_ready_becomes_the_alliance_that_the_brigade_begins(brigade):
    challenge = f.make_challenge(ready=True)
    made = challenge.supports.first()
    made.may_invite = True
    made.save()
    query = f"probleme={challenge.pk}"
    page = brigade.get(f"{START}?{query}").content.decode()
    assert challenge.statement in page
    assert 'name="department"' not in page  # where it is follows the problem
    added = {"company_name": "Isère Cuir", "company_email": "cuir@exemple.fr"}
    response = send(brigade, query, invited=[made.pk], **added)
    alliance = Alliance.objects.get()
    assert response.url == f"/brigade/alliances/{alliance.pk}/"
    challenge = Challenge.objects.get()
    assert (challenge.state, challenge.alliance) == ("in_alliance", alliance)
    assert {one.college for one in AllianceInvitation.objects.all()} == {"associations", "companies"}
    assert not alliance.parties.exists()
    assert brigade.get(f"{START}?{query}").status_code == 404  # it is carried now


def test_an_accepted_introduction_becomes_the_alliance_of_the_two_and_nobody_sees_an_address(brigade):
    introduction = f.make_introduction(accepted=True)
    addresses = set(introduction.sides.values_list("contact_email", flat=True))
    query = f"mise={introduction.pk}"
    page = brigade.get(f"{START}?{query}").content.decode()
    assert not any(address in page for address in addresses)
    assert query in brigade.get(f"/brigade/mises-en-relation/{introduction.pk}/").content.decode()
    assert send(brigade, query).status_code == 302
    assert {email for _, email in asked()} == addresses
    introduction.refresh_from_db()
    assert introduction.alliance == Alliance.objects.get()
    waiting = f.make_introduction()
    assert brigade.get(f"{START}?mise={waiting.pk}").status_code == 404


def test_a_refused_invitation_leaves_no_alliance_behind(brigade):
    first, second, _ = three(domain=None)
    added = {"authority_name": "Mairie", "authority_email": first.email}  # asked twice at one address
    response = send(
        brigade, f"org={first.pk}&org={second.pk}", **WHERE, invited=[first.pk, second.pk], **added
    )
    assert response.status_code == 409
    assert not Alliance.objects.exists()
    assert not AllianceInvitation.objects.exists()


def test_the_case_of_a_ready_problem_leads_to_the_screen(brigade):
    challenge = f.make_challenge(state="open")
    for kind in ("association", "company", "local_authority"):
        organisation = f.make_organisation(kind=kind)
        challenges.support(challenge, actor=f.make_member(organisation), organisation=organisation)
    page = brigade.get("/brigade/alliances-a-suivre/").content.decode()
    path = re.search(r"/brigade/alliances-a-suivre/\d+/", page)[0]
    assert f"{START}?probleme={challenge.pk}" in brigade.get(path).content.decode()
