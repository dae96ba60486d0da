"""Without an account: kept to confirm, confirmed once; and the guardian of a 16–17-year-old."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from jeveuxagir.accounts import guardians, nonces, services
from jeveuxagir.accounts.models import FormNonce, GuardianNotice, Person, UnconfirmedContact, User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.notifications.models import Message
from tests import factories as f

pytestmark = pytest.mark.django_db


def keep(**changes):
    fields = {"email": "Nina@Exemple.fr", "first_name": "Nina", "birth_date": f.born_for(30)} | changes
    return services.keep_contact(**fields)


def send_all():
    Message.objects.filter(state="pending").update(state="sent", sent_at=now())
    for message in Message.objects.filter(kind="accounts.guardian"):
        guardians.note_told(message)


def test_the_birth_date_is_asked_and_not_stored():
    contact, _ = keep(birth_date=datetime.date(1990, 5, 17))
    assert (contact.birth_year, contact.sixteen_on, contact.eighteen_on) == (1990, None, None)
    minor, _ = keep(birth_date=f.born_for(17), guardian_email="papa@exemple.fr")
    assert minor.eighteen_on is not None
    assert minor.guardian_email == "papa@exemple.fr"
    assert keep(guardian_email="inutile@exemple.fr")[0].guardian_email == ""


def test_the_link_opens_the_contact_for_48_hours():
    contact, token = keep()
    assert services.contact_of_token(token) == contact
    assert services.contact_of_token("autre") is None
    assert token not in str(contact.__dict__)
    with time_machine.travel(now() + datetime.timedelta(hours=49)):
        assert services.contact_of_token(token) is None
        services.erase_unconfirmed()
    assert not UnconfirmedContact.objects.exists()


def test_an_address_gets_three_confirmations_a_day():
    for _ in range(3):
        keep()
    with pytest.raises(RuleBroken) as refused:
        keep()
    assert refused.value.code == "too_many_mails"


def test_confirming_makes_a_person_and_an_account_without_a_password():
    contact, _ = keep(phone="+33 6 12 34 56 78")
    user = services.open_account(contact)
    assert (user.email, user.person.first_name, user.person.phone) == (
        "nina@exemple.fr",
        "Nina",
        "+33 6 12 34 56 78",
    )
    assert not user.has_usable_password()
    assert services.known_address("NINA@exemple.fr")


def test_confirming_twice_makes_one_account():
    contact, _ = keep()
    assert services.open_account(contact) == services.open_account(contact)
    assert Person.objects.count() == 1


def test_confirming_takes_over_a_sign_up_that_nobody_confirmed():
    services.sign_up(email="nina@exemple.fr", first_name="Pirate", birth_date=f.born_for(40))
    assert not services.known_address("nina@exemple.fr")
    user = services.open_account(keep()[0])
    assert User.objects.count() == 1
    assert (user.person.first_name, user.person.email) == ("Nina", "nina@exemple.fr")


def test_confirming_finds_the_file_that_staff_opened_on_the_phone():
    known = f.make_person(email="nina@exemple.fr", first_name="Nina-Rose")
    user = services.open_account(keep()[0])
    assert user.person == known
    assert user.person.first_name == "Nina-Rose"


def test_an_account_that_exists_keeps_what_it_says():
    before = f.make_user(email="nina@exemple.fr", first_name="Autre")
    user = services.open_account(keep()[0])
    assert user == before
    assert user.person.first_name == "Autre"


def test_sign_ups_that_nobody_confirms_are_erased_after_48_hours():
    services.sign_up(email="nina@exemple.fr", first_name="Nina", birth_date=f.born_for(40))
    kept = f.make_user()
    services.erase_unconfirmed()
    assert User.objects.count() == 2
    with time_machine.travel(now() + datetime.timedelta(hours=49)):
        services.erase_unconfirmed()
    assert list(User.objects.all()) == [kept]
    assert Person.objects.count() == 1


def test_at_18_the_two_dates_are_dropped():
    person = f.make_person(age=17)
    Person.objects.filter(pk=person.pk).update(eighteen_on=datetime.date(2020, 1, 1))
    services.forget_birthdays()
    person.refresh_from_db()
    assert (person.sixteen_on, person.eighteen_on) == (None, None)
    assert person.birth_year


# --- guardians ----------------------------------------------------------------------------------------------


def test_an_adult_needs_nobody():
    guardians.require_cleared(f.make_person(age=18))
    guardians.require_cleared(f.make_person(age=None))


def test_a_minor_waits_until_the_guardians_mail_is_sent_not_only_written():
    person = f.make_person(age=16, guardian="none")
    with pytest.raises(RuleBroken) as refused:
        guardians.require_cleared(person)
    assert refused.value.code == "guardian_missing"
    guardians.announce(person, email="papa@exemple.fr")
    guardians.announce(person, email="papa@exemple.fr")
    assert Message.objects.filter(kind="accounts.guardian").count() == 1
    with pytest.raises(RuleBroken) as refused:
        guardians.require_cleared(person)
    assert refused.value.code == "guardian_not_told"
    send_all()
    guardians.require_cleared(person)
    send_all()
    assert Event.objects.filter(verb="guardian.told", data__person=person.pk).count() == 1


def test_a_wrong_guardian_address_may_be_corrected():
    person = f.make_person(age=16, guardian="none")
    first = guardians.announce(person, email="faux@exemple.fr")
    second = guardians.announce(person, email="juste@exemple.fr")
    assert first == second
    assert list(Message.objects.order_by("created_at").values_list("address", flat=True)) == [
        "faux@exemple.fr",
        "juste@exemple.fr",
    ]


def test_a_mail_that_could_not_be_delivered_is_written_again_on_demand():
    person = f.make_person(age=16, guardian="none")
    guardians.announce(person, email="papa@exemple.fr")
    Message.objects.update(state="failed")
    assert guardians.was_refused(person.guardian_notices.get())
    guardians.announce(person, email="papa@exemple.fr")
    assert Message.objects.count() == 2


def test_a_minor_does_not_name_themselves_guardian():
    person = f.make_person(age=16, guardian="none", email="moi@exemple.fr")
    with pytest.raises(RuleBroken):
        guardians.announce(person, email="MOI@exemple.fr")


def test_opening_the_guardians_page_changes_nothing_objecting_does(client):
    person = f.make_person(age=17, guardian="none", first_name="Léo")
    guardians.announce(person, email="papa@exemple.fr")
    send_all()
    url = Message.objects.get().text.split("/tuteur/")[1].split("/")[0]
    page = client.get(f"/tuteur/{url}/")
    assert "Léo" in page.content.decode()
    assert person.last_name not in page.content.decode()
    assert guardians.is_cleared(person)
    for _ in range(2):
        assert client.post(f"/tuteur/{url}/").status_code == 302
    assert "opposition est enregistrée" in client.get(f"/tuteur/{url}/").content.decode()
    with pytest.raises(RuleBroken) as refused:
        guardians.require_cleared(person)
    assert refused.value.code == "guardian_objected"
    assert Event.objects.filter(verb="guardian.objected", data__person=person.pk).count() == 1
    assert client.get("/tuteur/inconnu/").status_code == 404


def test_after_an_objection_only_staff_may_record_an_agreement():
    person = f.make_person(age=17, guardian="objected")
    with pytest.raises(RuleBroken):
        guardians.announce(person, email="autre@exemple.fr")
    with pytest.raises(NotAllowed):
        guardians.record_by_staff(person, f.make_user())
    for other in (f.make_staff(department="59"), f.make_staff("technical")):
        with pytest.raises(NotAllowed):
            guardians.record_by_staff(person, other)
    guardians.record_by_staff(person, f.make_staff())
    guardians.require_cleared(person)


def test_the_brigade_of_the_request_hears_the_guardian_not_that_of_the_home():
    person = f.make_person(age=17, guardian="none")
    f.make_request(person=person, commune=f.LILLE)
    with pytest.raises(NotAllowed):
        guardians.record_by_staff(person, f.make_staff())
    guardians.record_by_staff(person, f.make_staff(department="59"))
    assert guardians.is_cleared(person)


def test_a_minor_gives_the_guardians_address_from_the_profile(client):
    user = f.make_user(age=17, guardian="none")
    client.force_login(user)
    assert "parent ou tuteur" in client.get("/mon-espace/").content.decode()
    response = client.post("/mon-espace/profil/tuteur/", {"guardian_email": user.email})
    assert "pas la vôtre" in response.content.decode()
    assert client.post("/mon-espace/profil/tuteur/", {"guardian_email": "papa@exemple.fr"}).status_code == 302
    assert GuardianNotice.objects.get().email == "papa@exemple.fr"
    assert client.get("/mon-espace/profil/").status_code == 200


# --- a form sent twice --------------------------------------------------------------------------------------


def test_a_form_sent_twice_shows_the_first_result():
    for expected in (True, False):
        with nonces.once("user:1", "abc") as sent:
            assert sent.first is expected
            if sent.first:
                sent.outcome = "/la/"
        assert sent.outcome == "/la/"
    with nonces.once("user:2", "abc") as sent:
        assert sent.first


def test_a_refused_form_may_be_sent_again():
    with pytest.raises(RuleBroken), nonces.once("user:1", "abc"):
        raise RuleBroken("non")
    assert not FormNonce.objects.exists()
    with nonces.once("user:1", "abc") as sent:
        assert sent.first


def test_a_stranger_who_goes_back_and_sends_again_files_once(client):
    mission = f.make_mission()
    page = f"/missions/{mission.pk}-{mission.slug}/candidater/"
    nonce = client.get(page).context["form"]["nonce"].value()
    typed = f.contact_fields(nonce=nonce, slot=mission.slots.get().pk, message="", email="nina@exemple.fr")
    places = {client.post(page, typed)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert UnconfirmedContact.objects.count() == 1


def test_old_sendings_are_forgotten():
    with nonces.once("user:1", "abc") as sent:
        sent.outcome = "/la/"
    assert nonces.forget_old() == 0
    with time_machine.travel(now() + datetime.timedelta(days=8)):
        assert nonces.forget_old() == 1


def test_a_form_without_a_nonce_is_simply_done():
    for _ in range(2):
        with nonces.once("user:1", "") as sent:
            assert sent.first
