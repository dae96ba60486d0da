"""« Je veux agir » without JavaScript, the confirmation of an address, the page of a request."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.clock import now
from jeveuxagir.notifications.models import Message
from missions.participations.models import Participation
from missions.proposals import policies, services
from missions.proposals.models import Proposal
from tests.factories import (
    born_for,
    make_mission,
    make_participation,
    make_proposal,
    make_request,
    make_slot,
    make_user,
)
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.django_db

TOWN = "Guéret (23)"


def _screen(client: Client, slug: str, **data: Any) -> Any:
    return client.post(reverse("proposals:screen", args=[slug]), data)


def _fill(client: Client, *, age: int | None = 30, email: str = "nouvelle@exemple.fr", **who: Any) -> None:
    _screen(client, "ou", commune=TOWN, mode="both", radius_km="20")
    _screen(client, "quand", commitment="")
    _screen(client, "quoi", open_to_anything="on")
    _screen(client, "savoir-faire")
    if age is not None:
        page = client.get(reverse("proposals:screen", args=["vous"]))
        hidden = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.content.decode()))
        born = born_for(age)
        hidden.pop("csrfmiddlewaretoken", None)
        _screen(
            client,
            "vous",
            **(hidden | {"first_name": "Nour", "email": email, "birth_date": f"{born:%d/%m/%Y}"} | who),
        )


def _send(client: Client) -> Any:
    page = client.get(reverse("proposals:screen", args=["verification"]))
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.content.decode())
    assert nonce, page.content.decode()[:500]
    return client.post(reverse("proposals:screen", args=["verification"]), {"nonce": nonce[1]})


def _link(kind: str) -> str:
    text = Message.objects.get(kind=kind).text
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found
    return found[1]


@pytest.fixture(autouse=True)
def _patient(settings: Any) -> None:
    """The minimum time to fill a form is somebody else's test."""
    settings.BOT_MINIMUM_SECONDS = 0


def test_a_stranger_files_a_request_confirms_the_address_and_is_searched_for(client: Client) -> None:
    make_mission(title="Lire avec des élèves")
    _fill(client)
    page = client.get(reverse("proposals:screen", args=["verification"]))
    assert "Lire avec des élèves" in page.content.decode()
    assert not Proposal.objects.exists()
    response = _send(client)
    assert response.url == reverse("proposals:sent")
    request = EngagementRequest.objects.get()
    assert request.state == RequestState.RECEIVED
    assert request.person is None
    assert not Person.objects.exists()
    link = _link("proposals.confirm")
    client.get(link)
    request.refresh_from_db()
    assert request.state == RequestState.RECEIVED, "opening the link changes nothing"
    response = client.post(link, {"terms": "on"})
    request.refresh_from_db()
    assert response.url == request.get_absolute_url()
    assert request.state == RequestState.QUALIFIED
    assert request.person is not None
    assert request.person.birth_year is not None
    assert not UnconfirmedContact.objects.exists()
    assert client.get(response.url).status_code == 200, "the confirming POST signs in"
    assert client.get(link).status_code == 410


def test_sending_twice_files_once(client: Client) -> None:
    _fill(client)
    page = client.get(reverse("proposals:screen", args=["verification"]))
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.content.decode())
    assert nonce
    for _ in range(2):
        client.post(reverse("proposals:screen", args=["verification"]), {"nonce": nonce[1]})
    assert EngagementRequest.objects.count() == 1


def test_a_known_address_sees_the_same_screen_and_is_asked_to_sign_in(client: Client) -> None:
    user = make_user()
    _fill(client, email=user.email)
    assert _send(client).url == reverse("proposals:sent")
    link = _link("proposals.confirm_known")
    response = client.post(link, {"terms": "on"})
    assert response.url.startswith(reverse("account_login"))
    assert EngagementRequest.objects.get().state == RequestState.RECEIVED
    client.force_login(user)
    client.post(link, {"terms": "on"})
    assert EngagementRequest.objects.get().person == user.person


def test_what_was_typed_is_kept_when_it_is_wrong(client: Client) -> None:
    response = _screen(client, "ou", commune="Nullepart-sur-Rien", mode="both", radius_km="20")
    assert response.status_code == 200
    assert "Nullepart-sur-Rien" in response.content.decode()
    response = _screen(client, "quand", given_dates="demain, 31/02/2027")
    assert "demain" in response.content.decode()
    assert "JJ/MM/AAAA" in response.content.decode()


@pytest.mark.parametrize("slug", ["ou", "quand", "quoi", "savoir-faire", "vous"])
@pytest.mark.parametrize("junk", ["\x00", "<script>alert(1)</script>" * 200, "9" * 8000, "🙂" * 500])
def test_junk_on_a_screen_is_answered_in_french_never_with_an_error_page(
    client: Client, slug: str, junk: str
) -> None:
    names = [
        "commune", "mode", "radius_km", "half_days", "commitment", "period_start", "period_end", "given_dates",
        "domains", "open_to_anything", "skills", "note", "first_name", "email", "birth_date", "phone",
    ]  # fmt: skip
    response = _screen(client, slug, **dict.fromkeys(names, junk))
    assert response.status_code in (200, 302)
    assert "<script>alert" not in response.content.decode()


def test_somebody_under_16_is_refused_kindly(client: Client) -> None:
    _fill(client, age=15)
    assert client.get(reverse("proposals:screen", args=["verification"])).url.endswith("/vous/")


def test_signed_in_the_request_is_searched_for_at_once(client: Client) -> None:
    client.force_login(make_user())
    _fill(client, age=None)
    response = _send(client)
    assert response.url == EngagementRequest.objects.get().get_absolute_url()
    assert EngagementRequest.objects.get().state == RequestState.QUALIFIED


def test_the_link_of_the_mail_shows_answers_and_withdraws_without_signing_in(client: Client) -> None:
    make_mission(title="Tenir un jardin partagé")
    request = make_request()
    services.match_request(request.pk, cause="confirmed")
    link = _link("proposals.new")
    page = client.get(link, follow=True)
    assert "Tenir un jardin partagé" in page.content.decode()
    proposal = Proposal.objects.get()
    response = client.post(reverse("proposals:accept", args=[request.pk, proposal.pk]))
    assert response.status_code == 302
    assert Participation.objects.get().person == request.person
    client.post(reverse("proposals:withdraw", args=[request.pk]))
    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN


def test_the_link_opens_one_request_only_and_nothing_else_without_signing_in(client: Client) -> None:
    proposal = make_proposal()
    other = make_request(person=proposal.request.person)
    client.get(policies.link_for_mail(proposal.request))
    assert client.get(reverse("proposals:request", args=[proposal.request_id])).status_code == 200
    assert client.get(reverse("proposals:request", args=[other.pk])).status_code == 404
    for name in ("pause", "renew", "resume"):
        response = client.post(reverse(f"proposals:{name}", args=[proposal.request_id]))
        assert response.url.startswith(reverse("account_login"))
    assert client.get(reverse("proposals:edit", args=[proposal.request_id])).status_code == 302
    assert client.get("/demandes/lien/faux/").status_code == 410


def test_a_link_stops_after_fourteen_days(client: Client, time_machine: Any) -> None:
    proposal = make_proposal()
    link = policies.link_for_mail(proposal.request)
    time_machine.move_to(now() + datetime.timedelta(days=15))
    assert client.get(link).status_code == 410


def test_a_stranger_and_another_person_get_404(client: Client) -> None:
    proposal = make_proposal()
    url = reverse("proposals:request", args=[proposal.request_id])
    assert client.get(url).status_code == 404
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    assert (
        client.post(reverse("proposals:accept", args=[proposal.request_id, proposal.pk])).status_code == 404
    )
    assert client.post(reverse("proposals:withdraw", args=[proposal.request_id])).status_code == 404


def test_the_request_page_shows_reasons_reservation_and_three_answers(client: Client) -> None:
    user = make_user()
    request = make_request(person=user.person, state=RequestState.PROPOSED)
    make_proposal(
        request=request,
        reservation={"code": "x", "text": "Horaires à convenir", "mail": "Horaires à convenir"},
    )
    client.force_login(user)
    page = client.get(request.get_absolute_url()).content.decode()
    for words in ("À 4 km", "Horaires à convenir", "Ça m’intéresse", "Pas pour moi", "Montrez-m’en d’autres"):
        assert words in page


def test_editing_shows_what_was_said_and_searches_again(client: Client) -> None:
    user = make_user()
    request = make_request(person=user.person, domains=["sport"])
    client.force_login(user)
    url = reverse("proposals:edit", args=[request.pk])
    assert "checked" in client.get(url).content.decode()
    response = client.post(
        url,
        {
            "version": request.version,
            "ou-commune": TOWN,
            "ou-mode": "on_site",
            "ou-radius_km": "50",
            "quand-half_days": ["1", "4"],
            "quand-commitment": "weekly",
            "quoi-domains": ["education"],
        },
    )
    assert response.status_code == 302
    request.refresh_from_db()
    assert (request.radius_km, request.half_days, request.commitment) == (50, 5, "weekly")
    response = client.post(url, {"version": 1, "ou-commune": TOWN, "ou-mode": "on_site", "ou-radius_km": "5"})
    assert response.status_code == 422
    assert "modifiée entre-temps" in response.content.decode()


def test_my_requests_lists_mine_only(client: Client) -> None:
    user = make_user()
    mine, other = make_request(person=user.person), make_request()
    client.force_login(user)
    page = client.get(reverse("proposals:mine")).content.decode()
    assert mine.get_absolute_url() in page
    assert other.get_absolute_url() not in page


# --- what should be known before accepting ------------------------------------------------------------------------


def _accept(client: Client, proposal: Proposal, **typed: Any) -> Any:
    url = reverse("proposals:accept", args=[proposal.request_id, proposal.pk])
    return client.post(url, {f"p{proposal.pk}-{name}": value for name, value in typed.items()})


def _expected_at_the_same_time(proposal: Proposal) -> None:
    slot = proposal.slot
    assert slot is not None
    other = make_mission(title="Tenir la buvette", slots=0)
    twin = make_slot(other, in_days=1)
    type(twin).objects.filter(pk=twin.pk).update(
        local_date=slot.local_date,
        start_time=slot.start_time,
        end_time=slot.end_time,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
    make_participation(slot=twin, person=proposal.request.person, state="accepted")


def test_accepting_a_time_that_is_taken_asks_for_a_second_click(client: Client) -> None:
    user = make_user()
    proposal = make_proposal(request=make_request(person=user.person, state=RequestState.PROPOSED))
    _expected_at_the_same_time(proposal)
    client.force_login(user)
    asked = _accept(client, proposal, message="Avec joie")
    html = asked.content.decode()
    assert "Tenir la buvette" in html
    assert "Avec joie" in html
    assert not Participation.objects.filter(mission=proposal.mission).exists()
    assert _accept(client, proposal, warned="overlap").status_code == 302
    assert Participation.objects.filter(mission=proposal.mission).count() == 1


def test_whoever_holds_the_mailed_link_does_not_learn_where_the_person_is_expected(client: Client) -> None:
    proposal = make_proposal()
    _expected_at_the_same_time(proposal)
    client.get(policies.link_for_mail(proposal.request))
    html = _accept(client, proposal).content.decode()
    assert "en même temps qu’une mission où l’on vous attend." in html
    assert "Tenir la buvette" not in html


def test_what_the_organisation_asks_is_read_before_a_proposal_is_accepted(client: Client) -> None:
    proposal = make_proposal(mission=make_mission(prerequisites="Savoir nager."))
    client.get(policies.link_for_mail(proposal.request))
    assert "Savoir nager." in _accept(client, proposal).content.decode()
    assert not Participation.objects.exists()
    assert _accept(client, proposal, warned="asked").status_code == 302
