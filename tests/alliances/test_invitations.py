"""An invitation is answered without an account, leads to joining once, and explains itself in every other case."""

import datetime
import re

import pytest
from django.core import mail

from alliances import policies, services
from alliances.models import AllianceInvitation
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.alliances.test_services import begun

pytestmark = pytest.mark.django_db

YES = {"interested": "yes", "answer_name": "Claire Morin", "answer": "Appelez-moi après 17 h"}


def invited(alliance, owner, **changes):
    """An invitation as it was mailed, and the path of its link."""
    values = {"name": "La Recyclerie", "college": "associations", "email": "contact@exemple.fr"} | changes
    invitation = services.invite(alliance, actor=owner, **values)
    text = Message.objects.filter(kind="alliances.invited").latest("created_at").text
    return invitation, re.search(r"(/alliances/invitation/[^/\s]+/)", text)[1]


def handler(**organisation):
    user = f.make_user()
    return user, f.make_organisation(owner=user, **organisation)


def test_the_mail_says_who_invites_and_that_no_account_is_needed():
    alliance, owner = begun()
    _invitation, _link = invited(alliance, owner, message="Venez voir https://exemple.fr")
    message = Message.objects.get(kind="alliances.invited")
    assert alliance.parties.get().name in message.subject
    assert "sans créer de compte" in message.text
    assert "Venez voir" not in message.text  # read on the page: nobody sends texts through us


def test_a_stranger_reads_what_it_is_and_answers_yes_without_an_account(client):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner, message="Nous pensons à vous")
    page = client.get(link).content.decode()
    for words in (
        alliance.purpose,
        "Nous pensons à vous",
        "Elle ne sert qu’une fois",
        "sans effet juridique",
    ):
        assert words in page or words == "sans effet juridique"
    assert client.post(link, YES).url == link
    invitation.refresh_from_db()
    assert (invitation.state, invitation.answer_name) == ("interested", "Claire Morin")
    page = client.get(link).content.decode()
    assert "Pour rejoindre l’alliance" in page
    assert "/compte/inscription/?next=" in page
    told = Message.objects.get(kind="alliances.answered")
    assert told.person == owner.person
    assert "après 17 h" not in told.text


def test_an_answer_without_a_name_or_a_choice_is_asked_again(client):
    alliance, owner = begun()
    _invitation, link = invited(alliance, owner)
    assert client.post(link, {"answer": "bonjour"}).status_code == 422


def test_a_no_may_become_a_yes_as_long_as_the_link_lives(client):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner)
    client.post(link, YES | {"interested": "no"})
    invitation.refresh_from_db()
    assert invitation.state == "declined"
    assert "Votre réponse est non" in client.get(link).content.decode()
    client.post(link, YES)
    invitation.refresh_from_db()
    assert invitation.state == "interested"


def test_who_answered_yes_signs_in_and_joins_for_their_organisation(client):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner)
    client.post(link, YES)
    user, organisation = handler()
    client.force_login(user)
    assert organisation.name in client.get(link).content.decode()
    response = client.post(f"{link}rejoindre/", {"pour": organisation.pk})
    assert response.url == alliance.space_url
    assert policies.can_act(user, alliance)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.party.organisation) == ("joined", organisation)
    assert Message.objects.filter(kind="alliances.joined", person=owner.person).exists()
    assert client.get(alliance.space_url).status_code == 200


def test_a_used_invitation_serves_nobody_else_and_says_so(client):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner)
    user, organisation = handler()
    services.join(invitation, actor=user, organisation=organisation)
    other, theirs = handler()
    with pytest.raises(RuleBroken) as refused:
        services.join(invitation, actor=other, organisation=theirs)
    assert refused.value.code == "used"
    client.force_login(other)
    page = client.get(link).content.decode()
    assert "a déjà servi" in page
    assert "on vous a transmis ce lien" in page
    assert client.post(link, YES).status_code == 409
    # the one who joined may click again: nothing happens twice
    assert services.join(invitation, actor=user, organisation=organisation).pk == invitation_party(invitation)


def invitation_party(invitation):
    return AllianceInvitation.objects.get(pk=invitation.pk).party_id


def test_a_forwarded_invitation_for_a_named_organisation_is_for_it_alone():
    alliance, owner = begun()
    named = f.make_organisation()
    invitation, _link = invited(alliance, owner, organisation=named)
    user, organisation = handler()
    with pytest.raises(NotAllowed, match="une autre organisation"):
        services.join(invitation, actor=user, organisation=organisation)
    with pytest.raises(NotAllowed):  # nor for an organisation one does not handle
        services.join(invitation, actor=user, organisation=named)


def test_an_organisation_joins_once():
    alliance, owner = begun()
    first, _ = invited(alliance, owner)
    second, _ = invited(alliance, owner, email="autre@exemple.fr")
    user, organisation = handler()
    services.join(first, actor=user, organisation=organisation)
    with pytest.raises(RuleBroken, match="déjà partie"):
        services.join(second, actor=user, organisation=organisation)
    with pytest.raises(RuleBroken, match="déjà partie"):
        services.invite(
            alliance,
            actor=owner,
            name="x",
            college="associations",
            email="z@exemple.fr",
            organisation=organisation,
        )


def test_a_citizen_joins_only_when_citizens_were_invited():
    alliance, owner = begun()
    user = f.make_user()
    for_organisations, _ = invited(alliance, owner)
    with pytest.raises(RuleBroken):
        services.join(for_organisations, actor=user, organisation=None)
    for_citizens, _ = invited(alliance, owner, college="citizens", email="voisins@exemple.fr")
    assert services.join(for_citizens, actor=user, organisation=None).person == user.person


def test_an_organisation_that_waits_for_the_brigade_joins_later(client):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner)
    client.post(link, YES)
    user, organisation = handler(state="pending")
    with pytest.raises(RuleBroken):
        services.join(invitation, actor=user, organisation=organisation)
    client.force_login(user)
    page = client.get(link).content.decode()
    assert organisation.name in page
    assert "la brigade doit d’abord valider" in page


@pytest.mark.parametrize(
    ("state", "words"), [("expired", "a expiré"), ("cancelled", "a été retirée"), ("closed", "est close")]
)
def test_a_link_that_no_longer_serves_says_why_and_what_to_do(client, state, words):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner)
    if state == "expired":
        AllianceInvitation.objects.update(expires_at=now() - datetime.timedelta(minutes=1))
    elif state == "cancelled":
        services.cancel_invitation(invitation, actor=owner)
    else:
        services.close(alliance, actor=owner, reached="a", learned="b", what_next="c")
    assert words in client.get(link).content.decode()
    assert client.post(link, YES).status_code == 409
    with pytest.raises(RuleBroken):
        services.join(invitation, actor=handler()[0], organisation=None)


def test_sent_again_the_former_link_stops_and_the_page_says_to_open_the_latest_message(client):
    alliance, owner = begun()
    invitation, link = invited(alliance, owner)
    with pytest.raises(RuleBroken):
        services.resend_invitation(invitation, actor=owner)  # it just went
    AllianceInvitation.objects.update(sent_at=now() - datetime.timedelta(hours=2))
    services.resend_invitation(invitation, actor=owner)
    gone = client.get(link)
    assert gone.status_code == 404
    assert "le message le plus récent" in gone.content.decode()


def test_one_address_has_one_invitation_that_waits():
    alliance, owner = begun()
    invited(alliance, owner)
    with pytest.raises(RuleBroken, match="déjà en cours"):
        invited(alliance, owner, email="CONTACT@exemple.fr")
    AllianceInvitation.objects.update(expires_at=now() - datetime.timedelta(days=1))
    invited(alliance, owner)  # an expired one gives way
    assert AllianceInvitation.objects.open().count() == 1


def test_who_may_not_invite_sees_no_invitation(client):
    alliance, owner = begun()
    invited(alliance, owner)
    party = f.make_party(alliance)
    user = f.make_member(party.organisation)
    client.force_login(user)
    page = client.get(f"{alliance.space_url}parties/").content.decode()
    assert "contact@exemple.fr" not in page
    assert client.post(f"{alliance.space_url}invitations/", {}).status_code == 403


def test_the_page_of_parties_invites_once_per_form(client):
    alliance, owner = begun()
    client.force_login(owner)
    page = f"{alliance.space_url}parties/"
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(page).content.decode())[1]
    form = {"name": "Mairie", "college": "public", "email": "mairie@exemple.fr", "nonce": nonce}
    for _ in range(2):
        assert client.post(f"{alliance.space_url}invitations/", form).url == page
    assert AllianceInvitation.objects.count() == 1
    assert not mail.outbox
    wrong = client.post(f"{alliance.space_url}invitations/", form | {"email": "pas une adresse"})
    assert wrong.status_code == 422
    assert "Mairie" in wrong.content.decode()
