"""A key: made by those who act for the organisation, shown once, kept as a hash, ended for good."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.tasks import deliver_events
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from organisations.api_keys import secret, services
from organisations.api_keys.models import MOST, ApiKey
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
KEY = re.compile(r"jva_[a-z2-9]{12}_[0-9a-f]{64}")


@pytest.fixture
def company() -> Organisation:
    return f.make_company(name="Isère Cuir")


@pytest.fixture
def rose(client: Client, company: Organisation) -> Client:
    client.force_login(f.make_member(company))
    return client


def url(name: str, organisation: Organisation, *args: Any) -> str:
    return reverse(f"api_keys:{name}", args=[organisation.pk, organisation.slug, *args])


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def refused(text: str) -> str:
    with pytest.raises(RuleBroken) as told:
        services.holder(text)
    return told.value.code


def test_a_key_is_made_shown_once_and_found_again_by_its_hash_alone(rose, company, caplog):
    page = url("keys", company)
    assert "Faire une clé" in text_of(rose.get(page))
    answer = rose.post(page, {"name": "Tableau RSE", "nonce": "un"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (shown,) = set(KEY.findall(answer.content.decode()))
    key = ApiKey.objects.get()
    assert services.holder(shown) == key
    kept = shown.rsplit("_", 1)[1]
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    told = [str(row), caplog.text, text_of(rose.get(page))]
    told += [str(event.data) for event in Event.objects.all()]
    told += [f"{mail.subject} {mail.text} {mail.html} {mail.link}" for mail in Message.objects.all()]
    assert not [where for where in told if kept in where], "the secret is on one answer, nowhere else"
    assert "Tableau RSE" in told[2]


def test_a_double_click_makes_one_key_and_says_it_is_shown_once(rose, company):
    page = url("keys", company)
    rose.post(page, {"name": "Tableau RSE", "nonce": "un"})
    again = rose.post(page, {"name": "Tableau RSE", "nonce": "un"}, follow=True)
    assert ApiKey.objects.count() == 1
    assert not KEY.search(again.content.decode())
    assert "montrée qu’une fois" in text_of(again)


def test_what_is_refused_stays_typed(rose, company):
    page = url("keys", company)
    past = rose.post(page, {"name": "Tableau", "expires_on": (today() - DAY).isoformat()})
    assert past.status_code == 422
    assert "Ce jour est passé" in text_of(past)
    assert "Tableau" in text_of(past)
    far = rose.post(page, {"name": "Tableau", "expires_on": "9999-12-31"})
    assert far.status_code == 422
    assert "dans cinq ans" in text_of(far)
    assert rose.post(page, {"name": "  \x07 "}).status_code == 422
    assert ApiKey.objects.count() == 0


def test_every_coordinator_is_told_and_nobody_else(rose, company):
    f.make_member(company, role="manager")
    reader = f.make_member(company, role="reader")
    rose.post(url("keys", company), {"name": "Tableau RSE"})
    mails = Message.objects.filter(kind="api_keys.made")
    assert mails.count() == 2
    assert not mails.filter(person=reader.person).exists()
    key = ApiKey.objects.get()
    confirm = rose.get(url("revoke", company, key.pk))
    assert "cessera tout de suite" in text_of(confirm)
    assert ApiKey.objects.live().count() == 1, "opening the page revokes nothing"
    for _ in range(2):
        rose.post(url("revoke", company, key.pk))
    assert Message.objects.filter(kind="api_keys.revoked").count() == 2
    assert ApiKey.objects.live().count() == 0
    assert list(
        Event.objects.filter(verb__startswith="api_key.").order_by("pk").values_list("verb", flat=True)
    ) == [
        "api_key.made",
        "api_key.revoked",
    ]
    page = text_of(rose.get(url("keys", company)))
    assert "Ne servent plus" in page


def test_readers_strangers_and_employees_make_and_revoke_nothing(company):
    key = f.make_api_key(company)
    employee = f.make_user()
    f.make_employee(company, person=employee.person)
    for who in (f.make_member(company, role="reader"), f.make_user(), employee):
        with pytest.raises(NotAllowed):
            services.make(company, actor=who, name="x")
        with pytest.raises(NotAllowed):
            services.revoke(key, actor=who)
    assert ApiKey.objects.live().count() == 1


def test_an_association_has_keys_too_in_the_menu_of_its_needs(client):
    association = f.make_organisation()
    client.force_login(f.make_member(association, role="manager"))
    every = client.get(reverse("sponsorships:all", args=[association.pk, association.slug]))
    assert url("keys", association) in every.content.decode()
    client.post(url("keys", association), {"name": "Notre tableau"})
    assert ApiKey.objects.get().organisation == association


def test_an_organisation_that_is_not_validated_makes_no_key_and_may_revoke(client):
    company = f.make_company()
    owner = f.make_member(company)
    key = f.make_api_key(company)
    Organisation.objects.filter(pk=company.pk).update(state="suspended")
    with pytest.raises(RuleBroken, match="suspendue"):
        services.make(company, actor=owner, name="x")
    client.force_login(owner)
    assert "Vos clés ne servent pas" in text_of(client.get(url("keys", company)))
    client.post(url("revoke", company, key.pk))
    assert ApiKey.objects.live().count() == 0


def test_ten_keys_live_at_most_even_past_the_service(rose, company):
    owner = company.memberships.get().person.user
    for _ in range(MOST):
        f.make_api_key(company)
    with pytest.raises(RuleBroken, match="10 clés"):
        services.make(company, actor=owner, name="x")
    page = text_of(rose.post(url("keys", company), {"name": "Une de trop"}))
    assert "Retirez-en une" in page
    with pytest.raises(IntegrityError, match="enough keys"), transaction.atomic():
        f.make_api_key(company)
    services.revoke(ApiKey.objects.first(), actor=owner)
    services.make(company, actor=owner, name="x")


def test_a_key_is_found_or_refused_in_the_same_words_to_who_does_not_hold_it(company):
    key = f.make_api_key(company)
    assert services.holder(key.secret) == key
    prefix, good = key.secret[4:16], key.secret[17:]
    wrong = "0" * 64
    garbage = ["", "jva_", "Bearer", key.secret[:-1], key.secret + "0", key.secret.upper(), f" {key.secret}"]
    garbage += ["é" * 81, "jva_" + "\x00" * 77, f"jva_{prefix}_{wrong}", f"jva_{'z' * 12}_{good}"]
    assert {refused(text) for text in garbage} == {"unknown"}


def test_a_key_dies_by_its_end_its_revocation_or_its_organisation(company):
    owner = f.make_member(company)
    last = f.make_api_key(company, expires_on=today())
    assert services.holder(last.secret) == last, "its last day is whole"
    assert refused(f.make_api_key(company, expires_on=today() - DAY).secret) == "expired"
    revoked = f.make_api_key(company)
    services.revoke(revoked, actor=owner)
    assert refused(revoked.secret) == "revoked"
    for state in ("suspended", "refused", "pending", "draft", "closed"):
        Organisation.objects.filter(pk=company.pk).update(state=state)
        assert refused(last.secret) == "state"
    Organisation.objects.filter(pk=company.pk).update(state="validated")
    assert services.holder(last.secret) == last, "a suspension that is lifted gives it back"


def test_closing_the_organisation_revokes_its_keys(company):
    owner = f.make_member(company)
    key = f.make_api_key(company)
    organisations.close(company, actor=owner)
    deliver_events()
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_key_never_changes_hands_and_never_comes_back(company):
    key = f.make_api_key(company, revoked_at=datetime.datetime.now(datetime.UTC))
    other = f.make_company()
    for change in (
        {"organisation": other},
        {"secret_hash": "0" * 64},
        {"revoked_at": None},
        {"expires_on": today() + DAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.filter(pk=key.pk).update(**change)


def test_who_made_it_leaves_the_key_stays_and_the_others_are_told(company):
    rose, paul = f.make_member(company), f.make_member(company)
    made = services.make(company, actor=paul, name="Tableau RSE")
    organisations.leave(company, actor=paul)
    deliver_events()
    assert services.holder(made.secret.whole) == made.key
    (mail,) = Message.objects.filter(kind="api_keys.maker_left")
    assert mail.person == rose.person
    client = Client()
    client.force_login(rose)
    page = text_of(client.get(url("keys", company)))
    assert "n’agit plus pour votre organisation" in page


def test_its_day_is_written_once_a_day(company, django_assert_num_queries):
    key = f.make_api_key(company)
    fresh = services.holder(key.secret)
    with django_assert_num_queries(1):
        services.used(fresh)
    again = services.holder(key.secret)
    assert again.last_used_on == today()
    with django_assert_num_queries(0):
        services.used(again)
    again.use.on = today() - DAY
    services.used(again)
    assert ApiKey.objects.get().last_used_on == today()


def test_a_secret_says_nothing_when_it_is_printed():
    typed = secret.new()
    made = services.Made(ApiKey(prefix=typed.prefix), typed)
    for shown in (str(typed), repr(typed), repr(made), f"{made}"):
        assert typed.secret not in shown
