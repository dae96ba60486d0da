"""« Qui fait quoi »: pledged by an organisation, read by the brigade, asked for news once, ended with a word."""

import datetime
import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from alliances.programme import services, tasks
from alliances.programme.models import Measure, Pledge
from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.moderation import reports
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

NEW = "/mesures/3/engagements/nouveau/"
SOON = today() + datetime.timedelta(days=30)
DAY = datetime.timedelta(days=1)


def association(role: str = "manager") -> tuple[Organisation, User]:
    organisation = f.make_organisation()
    return organisation, f.make_member(organisation, role=role)


def pledged() -> tuple[Pledge, User]:
    organisation, user = association()
    measure = Measure.objects.get(number=3)
    made = services.pledge(
        measure, actor=user, organisation=organisation, what="Ouvrir nos données", until=SOON
    )
    return made, user


def decide(made: Pledge, decision: str, reason: str = "") -> Pledge:
    item = ModerationItem.objects.open().get(kind="pledge", subject_id=made.pk)
    moderation.decide(
        item, actor=f.make_staff("national"), decision=decision, reason=reason, version=item.version
    )
    return Pledge.objects.get(pk=made.pk)


def opened() -> tuple[Pledge, User]:
    made, user = pledged()
    return decide(made, "accept"), user


def late(made: Pledge, days: int = 3) -> Pledge:
    Pledge.objects.filter(pk=made.pk).update(until=today() - days * DAY)
    return Pledge.objects.get(pk=made.pk)


def test_an_organisation_pledges_the_brigade_reads_it_then_everybody_does(client: Client) -> None:
    organisation, user = association()
    assert client.get(NEW).status_code == 302
    client.force_login(user)
    nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(NEW).content.decode())
    assert nonce is not None
    typed: dict[str, Any] = {
        "organisation": organisation.pk, "what": "Ouvrir nos données", "until": SOON.isoformat(), "nonce": nonce[1]
    }  # fmt: skip
    first, again = client.post(NEW, typed), client.post(NEW, typed)
    made = Pledge.objects.get()  # two clicks, one pledge
    assert first.url == again.url == made.get_absolute_url()
    assert (made.state, made.measure_id, made.person) == ("pending", 3, user.person)
    stranger = Client()
    assert stranger.get(made.get_absolute_url()).status_code == 404
    assert "Ouvrir nos données" not in stranger.get("/mesures/3/").content.decode()
    assert "Ouvrir nos données" in client.get("/mesures/3/").content.decode()
    item = ModerationItem.objects.get(kind="pledge", subject_id=made.pk)
    assert item.department_id == organisation.department_id
    decide(made, "accept")
    page = stranger.get("/mesures/3/").content.decode()
    assert "Ouvrir nos données" in page
    assert organisation.name in page
    assert "1 engagement" in stranger.get("/mesures/").content.decode().replace("\u00a0", " ")
    assert Message.objects.get(kind="programme.opened").person == user.person


def test_who_holds_no_organisation_is_told_how_to(client: Client) -> None:
    client.force_login(f.make_user())
    page = client.get(NEW).content.decode()
    assert "Un engagement est celui d’une organisation" in page
    assert "<form method" not in page[page.index("<main") : page.index("</main")]


def test_only_who_handles_a_validated_organisation_pledges() -> None:
    measure = Measure.objects.get(number=3)
    organisation, _user = association()
    for actor in (f.make_user(), f.make_member(organisation, role="reader")):
        with pytest.raises(NotAllowed):
            services.pledge(measure, actor=actor, organisation=organisation, what="x", until=SOON)
    waiting = f.make_organisation(state="pending")
    with pytest.raises(RuleBroken, match="validée"):
        services.pledge(measure, actor=f.make_member(waiting), organisation=waiting, what="x", until=SOON)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"until": "2020-01-01"}, "date à venir"),
        ({"until": "2090-01-01"}, "dans les 5 ans"),
        ({"until": "hier"}, "date"),
        ({"what": ""}, "Dites ce que vous ferez"),
        ({"what": "x" * 100_000}, "200"),
        ({"organisation": "0"}, "choix"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: Client, wrong: dict[str, str], words: str
) -> None:
    organisation, user = association()
    client.force_login(user)
    good = {"organisation": str(organisation.pk), "what": "Ouvrir nos données", "until": SOON.isoformat()}
    response = client.post(NEW, good | wrong)
    assert response.status_code in (409, 422)
    page = response.content.decode()
    assert words in page
    assert "what" in wrong or "Ouvrir nos données" in page
    assert not Pledge.objects.exists()


def test_the_brigade_sends_it_back_it_is_mended_and_goes_again(client: Client) -> None:
    made, user = pledged()
    made = decide(made, "ask", "Quelles données ?")
    assert made.state == "draft"
    assert "Quelles données ?" in Message.objects.get(kind="programme.to_mend").text
    client.force_login(user)
    assert "Quelles données ?" in client.get(made.get_absolute_url()).content.decode()
    assert "est à corriger" in client.get("/mon-espace/").content.decode()
    typed = {"what": "Ouvrir nos données de fréquentation", "until": SOON.isoformat()}
    assert client.post(f"{made.get_absolute_url()}modifier/", typed).status_code == 302
    made = decide(made, "accept")
    assert (made.state, made.what) == ("open", typed["what"])


def test_a_refused_or_withdrawn_pledge_never_shows(client: Client) -> None:
    refused, _ = pledged()
    decide(refused, "refuse", "Sans rapport.")
    withdrawn, user = pledged()
    services.withdraw(withdrawn, actor=user)
    assert not ModerationItem.objects.open().filter(kind="pledge").exists()
    assert "Ouvrir nos données" not in client.get("/mesures/3/").content.decode()
    with pytest.raises(WrongState):
        services.withdraw(withdrawn, actor=user)


# --- news -------------------------------------------------------------------------------------------------------


def test_a_suspended_organisation_is_asked_for_news_once_it_is_back() -> None:
    made, _user = opened()
    late(made)
    staff = f.make_staff()
    organisations.suspend(made.organisation, actor=staff, reason="Une plainte.")
    assert services.ask_for_news() == 0
    organisations.lift(made.organisation, actor=staff)
    assert services.ask_for_news() == 1


def test_past_its_date_its_author_is_asked_for_news_once_then_the_page_says_since_when_there_are_none(
    client: Client,
) -> None:
    made, user = opened()
    assert services.ask_for_news() == 0
    made = late(made)
    tasks.ask_for_news()
    tasks.ask_for_news()
    assert services.ask_for_news() == 0
    mail = Message.objects.get(kind="programme.news")
    assert mail.person == user.person
    assert made.get_absolute_url() in mail.text
    made.refresh_from_db()
    assert made.silent_since == made.opened_at
    page = client.get(made.get_absolute_url()).content.decode()
    assert "Pas de nouvelles depuis le" in page
    assert "fr-badge--warning" in page
    client.force_login(user)
    assert "On attend des nouvelles" in client.get("/mon-espace/").content.decode()
    client.post(f"{made.get_absolute_url()}nouvelles/", {"news": "La moitié est faite."})
    page = Client().get(made.get_absolute_url()).content.decode()
    assert "La moitié est faite." in page
    assert "Pas de nouvelles" not in page
    assert "Échéance dépassée" in page
    assert services.ask_for_news() == 0, "once, whatever comes"


def test_who_left_the_organisation_is_not_asked_its_owners_are() -> None:
    made, user = opened()
    owner = f.make_member(made.organisation, role="owner")
    user.person.memberships.update(ended_at=now())
    late(made)
    services.ask_for_news()
    asked = set(Message.objects.filter(kind="programme.news").values_list("person", flat=True))
    assert owner.person_id in asked
    assert user.person_id not in asked


@pytest.mark.parametrize(
    ("end", "state", "word"), [("tenu", "kept", "Tenu"), ("abandonne", "abandoned", "Abandonné")]
)
def test_it_ends_kept_or_abandoned_with_a_word(client: Client, end: str, state: str, word: str) -> None:
    made, user = opened()
    client.force_login(user)
    closing = f"{made.get_absolute_url()}terminer/"
    refused = client.post(closing, {"end": end, "outcome": ""})
    assert refused.status_code == 422
    assert "Dites un mot de ce qui s’est passé" in refused.content.decode()
    client.post(closing, {"end": end, "outcome": "Nos données sont ouvertes."})
    made.refresh_from_db()
    assert made.state == state
    page = Client().get("/mesures/3/").content.decode()
    assert word in page
    assert "Nos données sont ouvertes." in Client().get(made.get_absolute_url()).content.decode()
    late(made)
    assert services.ask_for_news() == 0
    with pytest.raises(WrongState):
        services.close(made, actor=user, kept=True, outcome="Encore")
    with pytest.raises(RuleBroken):
        services.give_news(made, actor=user, news="Encore")


def test_nobody_else_gives_news_or_ends_it(client: Client) -> None:
    made, _user = opened()
    for act in (
        lambda actor: services.give_news(made, actor=actor, news="x"),
        lambda actor: services.close(made, actor=actor, kept=True, outcome="x"),
        lambda actor: services.withdraw(made, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act(f.make_user())
    client.force_login(f.make_user())
    assert (
        client.post(f"{made.get_absolute_url()}terminer/", {"end": "tenu", "outcome": "x"}).status_code == 404
    )


# --- elsewhere --------------------------------------------------------------------------------------------------


def test_a_suspended_organisation_s_pledges_no_longer_show(client: Client) -> None:
    made, _user = opened()
    assert "Ouvrir nos données" in client.get(made.organisation.get_absolute_url()).content.decode()
    Organisation.objects.filter(pk=made.organisation_id).update(state="suspended")
    assert client.get(made.get_absolute_url()).status_code == 404
    assert "Ouvrir nos données" not in client.get("/mesures/3/").content.decode()


def test_its_page_may_be_reported_and_taken_down() -> None:
    made, _user = opened()
    report = reports.report(reports.subject_of(made.get_absolute_url()), why="misleading")
    item = ModerationItem.objects.get(pk=report.item_id)
    assert (item.subject_type, item.subject_id) == ("programme.Pledge", made.pk)
    moderation.decide(
        item, actor=f.make_staff("national"), decision="refuse", reason="Trompeur.", version=item.version
    )
    made.refresh_from_db()
    assert made.state == "refused"


def test_two_decisions_at_once_make_one() -> None:
    made, _user = pledged()
    item = ModerationItem.objects.get(kind="pledge", subject_id=made.pk)
    staff = f.make_staff("national")
    moderation.decide(item, actor=staff, decision="accept", reason="", version=item.version)
    with pytest.raises(RuleBroken), transaction.atomic():
        moderation.decide(item, actor=staff, decision="refuse", reason="Non.", version=item.version)
    made.refresh_from_db()
    assert made.state == "open"


def test_erasing_an_account_leaves_the_pledge_to_its_organisation() -> None:
    made, user = opened()
    services.forget_person(user.person)
    made.refresh_from_db()
    assert (made.person, made.state) == (None, "open")
