"""Both sides' pages: who sees what, what is asked again, what stays typed, and how many queries."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation.clocks import is_working_day
from jeveuxagir.notifications.models import Message
from missions.offers.policies import never_served
from missions.sponsorships import services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import DayEntry, Sponsorship
from missions.sponsorships.services import Terms
from missions.sponsorships.statement import statement_of
from organisations.companies import services as companies
from organisations.companies.models import Employee
from organisations.models import Organisation
from tests import factories as f

from .builders import DAY, Story, make_need, make_offer, story

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, organisation: Organisation, *args: Any) -> str:
    return reverse(f"sponsorships:{name}", args=[organisation.pk, organisation.slug, *args])


def working_day(ago: int) -> datetime.date:
    day = today() - datetime.timedelta(days=ago)
    while not is_working_day(day):
        day -= datetime.timedelta(days=1)
    return day


def read(row: Sponsorship) -> dict[str, int]:
    """What the page of a sponsorship sends with its buttons."""
    row.refresh_from_db()
    return {"version": row.version}


def sides(s: Story) -> tuple[Client, Client]:
    return client_of(s.coordinator), client_of(s.manager)


def test_the_whole_story_by_its_pages() -> None:
    s = story()
    company, association = sides(s)
    start, end = (
        (today() - datetime.timedelta(days=30)).isoformat(),
        (today() + datetime.timedelta(days=60)).isoformat(),
    )
    typed = {
        "need": s.need.pk,
        "offer": s.offer.pk,
        "format": "split",
        "minutes": "2,5",
        "day_minutes": "420",
        "starts_on": start,
        "ends_on": end,
        "profile": "comptable",
    }
    page = company.post(url("prepare", s.company), typed | {"minutes": "beaucoup"})
    assert page.status_code == 422
    assert "comptable" in page.content.decode(), "what was typed stays"
    company.post(url("prepare", s.company), typed)
    row = Sponsorship.objects.get()
    assert row.minutes == int(2.5 * DAY)
    assert association.get(url("one", s.association, row.pk)).status_code == 404, (
        "nothing is said before the employer agreed"
    )
    company.post(url("employer_agree", s.company, row.pk), read(row))
    assert "À vous de dire oui ou non" in association.get(url("one", s.association, row.pk)).content.decode()
    association.post(url("association_agree", s.association, row.pk), read(row))
    company.post(
        url("propose", s.company, row.pk),
        typed | read(row) | {"employee_name": "Zoé Martin", "employee_email": s.worker.email},
    )
    text = row.conventions.get()
    assert text.employee == s.worker.person
    page = association.get(url("convention", s.association, row.pk, text.pk)).content.decode()
    assert "Zoé Martin" not in page, "the name is given once both signed"
    assert b"%PDF" in association.get(url("document", s.association, row.pk, text.pk)).content[:8]
    for client, organisation in ((company, s.company), (association, s.association)):
        client.post(
            url("convention", organisation, row.pk, text.pk),
            {"seen_hash": text.text_hash, "capacity": "directrice"},
        )
    page = association.get(url("one", s.association, row.pk)).content.decode()
    assert "Zoé Martin" in page
    day = working_day(3)
    company.post(url("log_day", s.company, row.pk), {"on": day.isoformat(), "part": "whole"})
    entry = DayEntry.objects.get()
    association.post(url("refuse_day", s.association, row.pk, entry.pk), {"reason": "Le matin seulement."})
    page = company.get(url("one", s.company, row.pk)).content.decode()
    assert "Le matin seulement." in page
    company.post(
        f"{url('log_day', s.company, row.pk)}?corrige={entry.pk}", {"on": day.isoformat(), "part": "morning"}
    )
    other = working_day(10)
    company.post(
        url("log_day", s.company, row.pk), {"on": other.isoformat(), "part": "hours", "minutes": "1 h 30"}
    )
    waiting = list(DayEntry.objects.waiting().values_list("pk", flat=True))
    association.post(url("validate_days", s.association, row.pk), {"jour": waiting})
    row.refresh_from_db()
    assert row.validated_minutes == 210 + 90
    page = company.get(url("statement", s.company) + f"?annee={other.year}").content.decode()
    assert "Refaire notre budget" in page
    assert company.get(url("statement_pdf", s.company, other.year)).content[:4] == b"%PDF"
    csv = "".join(
        company.get(url("statement_csv", s.company, year)).content.decode() for year in {day.year, other.year}
    )
    assert sum(int(line.split(";")[5]) for line in csv.splitlines() if line.startswith("Total")) == 300
    for client, organisation in ((company, s.company), (association, s.association)):
        client.post(
            url("debrief", organisation, row.pk),
            {"delivered": "yes", "went_well": f"Vu de {organisation.name}"},
        )
    page = association.get(url("one", s.association, row.pk)).content.decode()
    assert f"Vu de {s.company.name}" in page
    association.post(url("close", s.association, row.pk), read(row))
    row.refresh_from_db()
    assert row.state == "closed"


def test_a_debrief_is_read_by_the_other_side_after_its_own() -> None:
    s = story()
    row = s.signed(2)
    s.validated(row, 1)
    services.debrief(
        row, actor=s.coordinator, side=Side.COMPANY, delivered="yes", went_well="Secret de l’employeur"
    )
    association = client_of(s.manager)
    page = association.get(url("one", s.association, row.pk)).content.decode()
    assert "Secret de l’employeur" not in page
    assert "vous le lirez après le vôtre" in page


def test_a_sunday_is_asked_again_and_the_future_refused() -> None:
    s = story()
    row = s.signed(2)
    company = client_of(s.coordinator)
    sunday = today() - datetime.timedelta(days=today().isoweekday() % 7 or 7)
    typed = {"on": sunday.isoformat(), "part": "morning", "note": "Le bilan"}
    page = company.post(url("log_day", s.company, row.pk), typed)
    assert page.status_code == 422
    assert "Cochez si c’est bien ce jour-là" in page.content.decode()
    company.post(url("log_day", s.company, row.pk), typed | {"off_day": "on"})
    assert DayEntry.objects.count() == 1
    ahead = {"on": (today() + datetime.timedelta(days=3)).isoformat(), "part": "whole", "off_day": "on"}
    page = company.post(url("log_day", s.company, row.pk), ahead)
    assert "pas à l’avance" in page.content.decode()
    page = company.post(url("log_day", s.company, row.pk), {"on": "01/01/0201", "part": "whole"})
    assert "Vérifiez l’année" in page.content.decode()
    for bad in (
        {"on": "hier", "part": "whole"},
        {"on": sunday.isoformat(), "part": "nuit"},
        {"part": "hours", "minutes": "x"},
    ):
        assert company.post(url("log_day", s.company, row.pk), bad).status_code == 422


def test_who_is_lent_notes_their_days_and_sees_nothing_of_the_employers_space() -> None:
    s = story()
    row = s.signed(2)
    worker = client_of(s.worker)
    assert "Refaire notre budget" in worker.get(reverse("sponsorships:mine")).content.decode()
    assert worker.get(url("one", s.company, row.pk)).status_code == 404
    worker.post(
        reverse("sponsorships:my_log", args=[row.pk]), {"on": working_day(2).isoformat(), "part": "whole"}
    )
    day = DayEntry.objects.get()
    assert (day.company_at, day.logged_by) == (None, s.worker)
    stranger = client_of(f.make_user())
    assert stranger.get(reverse("sponsorships:my_log", args=[row.pk])).status_code == 404
    assert stranger.post(reverse("sponsorships:my_withdraw", args=[day.pk])).status_code == 404
    worker.post(reverse("sponsorships:my_withdraw", args=[day.pk]))
    day.refresh_from_db()
    assert day.state == "withdrawn"


def test_an_address_of_nobody_there_is_said_and_what_was_typed_stays() -> None:
    s = story()
    row = s.agreed(2)
    company, _association = sides(s)
    hidden = f.make_user(person=f.make_employee(s.company).person)
    gone = f.make_user(person=f.make_employee(s.company, until=now(), shown="name").person)
    elsewhere = f.make_user(person=f.make_employee(shown="name").person)
    said = read(row) | {
        "minutes": "2",
        "day_minutes": "420",
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "profile": "comptable",
        "employee_name": "Zoé Martin",
    }
    for address in ("personne@exemple.fr", hidden.email, gone.email, elsewhere.email):
        page = company.post(url("propose", s.company, row.pk), said | {"employee_email": address})
        text = page.content.decode()
        assert page.status_code == 422
        assert "Laissez vide" in text, "the same words, whoever it is of"
        assert "Mes employeurs" in text
        assert f'value="{address}"' in text
        assert 'value="Zoé Martin"' in text
    assert not row.conventions.exists()
    company.post(url("propose", s.company, row.pk), said | {"employee_email": s.worker.email.upper()})
    assert row.conventions.get().employee == s.worker.person


def test_an_amendment_with_an_address_asks_for_the_name() -> None:
    s = story()
    row = s.signed(2)
    company, _association = sides(s)
    said = read(row) | {
        "minutes": "2",
        "day_minutes": "420",
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "profile": "comptable",
        "summary": "Une autre personne.",
        "employee_email": s.worker.email,
    }
    page = company.post(url("propose", s.company, row.pk), said)
    assert page.status_code == 422
    assert "Dites aussi son prénom et son nom" in page.content.decode()


def test_who_is_lent_says_that_it_is_not_them_in_one_click() -> None:
    s = story()
    row = s.signed(2)
    worker = client_of(s.worker)
    mine, unlink = reverse("sponsorships:mine"), reverse("sponsorships:my_unlink", args=[row.pk])
    assert unlink in worker.get(mine).content.decode()
    assert client_of(f.make_user()).post(unlink).status_code == 404
    assert worker.get(unlink).status_code == 405
    page = worker.post(unlink, follow=True).content.decode()
    assert "n’est plus reliée à votre compte" in page
    assert unlink not in page
    assert worker.post(unlink).status_code == 404
    company, _association = sides(s)
    assert "Zoé Martin" in company.get(url("one", s.company, row.pk)).content.decode()


def test_an_amendment_leaves_their_days_to_who_works_them() -> None:
    s = story()
    row = s.signed(4)
    waiting, refused = s.day(row, 1, actor=s.worker), s.day(row, 2, actor=s.worker)
    services.refuse_day(refused, actor=s.manager, side=Side.ASSOCIATION, reason="Le matin seulement.")
    s.signed_by_both(_amended(s, row, ends_on=row.ends_on + datetime.timedelta(days=9)))
    worker, mine = client_of(s.worker), reverse("sponsorships:mine")
    withdraw = reverse("sponsorships:my_withdraw", args=[waiting.pk])
    correct = f"{reverse('sponsorships:my_log', args=[row.pk])}?corrige={refused.pk}"
    page = worker.get(mine).content.decode()
    assert withdraw in page
    assert correct in page
    assert "La journée est retirée" in worker.post(withdraw, follow=True).content.decode()
    said = {"on": refused.on.isoformat(), "part": "morning", "note": "Le matin.", "off_day": "on"}
    assert worker.post(correct, said).status_code == 302
    assert row.days.get(corrects=refused).part == "morning"
    last = s.day(row, 3, actor=s.worker)
    companies.leave(Employee.objects.get(person=s.worker.person), actor=s.worker)
    page = worker.get(mine).content.decode()
    assert reverse("sponsorships:my_withdraw", args=[last.pk]) not in page, (
        "nothing is offered that is refused"
    )


def test_what_waits_stands_first_in_the_space_of_each_organisation() -> None:
    s = story()
    row = s.signed(2)
    s.day(row, 1)
    company, association = sides(s)
    waits = "1\u00a0journée à valider"
    assert waits in association.get(s.association.space_url).content.decode()
    assert waits not in company.get(s.company.space_url).content.decode(), (
        "noted by them, it is theirs already"
    )
    elsewhere = f.make_organisation()
    f.make_member(elsewhere, person=s.manager.person)
    assert waits not in association.get(elsewhere.space_url).content.decode(), "each space its own"


def test_stopping_says_before_what_becomes_of_the_need_and_both_debriefs_what_is_left_to_do() -> None:
    s = story()
    row = s.signed(2)
    s.validated(row, 1)
    company, association = sides(s)
    for client, organisation in ((company, s.company), (association, s.association)):
        assert (
            "cherche de nouveau quelqu’un"
            in client.get(url("break_off", organisation, row.pk)).content.decode()
        )
    s.debriefed(row)
    mails = dict(Message.objects.filter(kind="sponsorships.debriefed").values_list("person", "text"))
    assert "Faire notre bilan" in mails[s.manager.person.pk]
    assert "Lire les deux bilans" in mails[s.coordinator.person.pk], (
        "who had written theirs is not asked again"
    )
    page = association.get(url("one", s.association, row.pk)).content.decode()
    assert "Il reste à terminer" in page
    assert "Terminer" in page


def test_amounts_show_to_the_employer_alone() -> None:
    s = story()
    row = s.signed(2)
    day = s.validated(row, 1)
    company, association = sides(s)
    company.post(url("amount", s.company, day.on.year, row.pk), {"amount": "1234,50"})
    page = company.get(url("statement", s.company) + f"?annee={day.on.year}").content.decode()
    assert "234,5" in page
    assert (
        association.post(url("amount", s.association, day.on.year, row.pk), {"amount": "9"}).status_code
        == 404
    )
    for path in (
        f"{url('statement', s.association)}?annee={day.on.year}",
        url("statement_csv", s.association, day.on.year),
    ):
        assert "234" not in association.get(path).content.decode().replace(str(row.pk), "")
    assert "234" not in association.get(url("one", s.association, row.pk)).content.decode().replace(
        str(row.pk), ""
    )
    assert "1234" not in company.get(url("statement_csv", s.company, day.on.year)).content.decode()


def test_what_waits_is_said_in_ones_own_space() -> None:
    s = story()
    row = services.employer_agree(s.drafted(2), actor=s.coordinator)
    association = client_of(s.manager)
    home = reverse("accounts:my_space")
    assert "Un employeur propose du temps" in association.get(home).content.decode()
    services.association_agree(row, actor=s.manager)
    text = s.proposed(row)
    assert "À lire et signer" in association.get(home).content.decode()
    s.signed_by_both(text)
    s.day(row, 1)
    assert "1\u00a0journée à valider" in association.get(home).content.decode()


def test_lists_ask_the_same_number_of_queries_for_one_row_and_for_many() -> None:
    s = story()
    row = s.signed(8)
    s.day(row, 20)
    company = client_of(s.coordinator)
    paths = [url("all", s.company), url("one", s.company, row.pk), reverse("accounts:my_space")]
    counted = []
    for many in (False, True):
        if many:
            for ago in range(1, 8):
                s.day(row, ago)
            for _ in range(3):
                story(offer=s.offer).drafted(0.5)
        found = []
        for path in paths:
            company.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert company.get(path).status_code == 200
            found.append(len(queries))
        counted.append(found)
    assert counted[0] == counted[1]


def test_the_rules_say_their_source_and_when_they_were_read(client: Client) -> None:
    page = client.get(reverse("sponsorships:rules")).content.decode()
    assert "L. 8241-3" in page
    assert "27 décembre 2027" in page


def test_who_leaves_their_employer_keeps_their_history_and_has_no_access() -> None:
    s = story()
    row = s.signed(2)
    s.day(row, 1, actor=s.worker)
    companies.end(Employee.objects.get(person=s.worker.person), actor=s.coordinator)
    worker = client_of(s.worker)
    assert worker.get(reverse("sponsorships:my_log", args=[row.pk])).status_code == 404
    assert "Refaire notre budget" in worker.get(reverse("sponsorships:mine")).content.decode(), (
        "the day stays"
    )
    with pytest.raises(NotAllowed):
        s.day(row, 2, actor=s.worker)
    assert s.day(row, 2).convention.employee_name == "Zoé Martin", "the employer goes on, or amends"


def test_an_association_once_signed_with_is_served() -> None:
    s = story()
    other = f.make_organisation()
    both = Organisation.objects.filter(pk__in=[s.association.pk, other.pk])
    assert never_served(both).count() == 2
    s.signed(2)
    assert list(never_served(both)) == [other]


def test_both_sides_read_the_same_days_and_the_association_no_amount() -> None:
    """Two employers and one association: each employer's total is its line in the association's statement."""
    s = story()
    old = make_offer(opened_at=now() - datetime.timedelta(days=5))
    other = story(need=make_need(s.association, title="Refaire notre site"), offer=old)
    other.manager = s.manager
    rows = [s.signed(4), other.signed(2)]
    years = set()
    for told, row, agos in ((s, rows[0], (1, 2, 3)), (other, rows[1], (4,))):
        years |= {told.validated(row, ago).on.year for ago in agos}
        told.day(row, 5)  # waits: in no statement
    client = client_of(s.manager)
    read: dict[str, int] = {}
    for year in years:
        received = statement_of(s.association, year, side=Side.ASSOCIATION)
        for one in received.others:
            read[one.other.name] = read.get(one.other.name, 0) + one.minutes
            assert one.minutes == statement_of(one.other, year).total
        assert sum(one.minutes for one in received.others) == received.total
        page = client.get(f"{url('statement', s.association)}?annee={year}").content.decode()
        for one in received.others:
            assert one.other.name in page
        assert received.total_in_words.capitalize() in page
        assert "montant" not in page
        csv = client.get(url("statement_csv", s.association, year)).content.decode()
        lines = [line.split(";") for line in csv.splitlines()]
        assert lines[0][1].endswith("Employeur")
        assert [int(line[5]) for line in lines if line[0] == "Total"] == [received.total]
        subtotals = {line[1]: int(line[5]) for line in lines if line[0] == "Sous-total"}
        if len(received.others) > 1:
            assert subtotals == {one.other.name: one.minutes for one in received.others}
        assert client.get(url("statement_pdf", s.association, year)).content[:4] == b"%PDF"
    assert read == {s.company.name: 3 * DAY, other.company.name: DAY}


def test_who_gives_and_receives_reads_each_apart() -> None:
    s = story(kind="local_authority")
    day = s.validated(s.signed(2), 1)
    Organisation.objects.filter(pk=s.company.pk).update(may_host=True)
    page = client_of(s.coordinator).get(f"{url('statement', s.company)}?annee={day.on.year}")
    assert page.context["statement"].total == DAY
    page = client_of(s.coordinator).get(f"{url('statement', s.company)}?sens=recu&annee={day.on.year}")
    assert page.context["statement"].total == 0
    assert "Ce que nous recevons" in page.content.decode()
    page = client_of(s.manager).get(f"{url('statement', s.association)}?sens=recu&annee={day.on.year}")
    assert page.context["statement"].total == DAY
    assert "Choisir un côté" not in page.content.decode(), "an association only receives"


def test_an_offer_and_a_need_list_what_comes_of_them() -> None:
    s = story()
    row = s.signed(8)
    s.validated(row, 1)
    s.day(row, 2)
    offer = reverse("offers:manage", args=[s.company.pk, s.company.slug, s.offer.pk])
    need = reverse("skill_needs:manage", args=[s.association.pk, s.association.slug, s.need.pk])
    for client, address, organisation, other in (
        (client_of(s.coordinator), offer, s.company, s.association),
        (client_of(s.manager), need, s.association, s.company),
    ):
        page = client.get(address).content.decode().replace("\u00a0", " ")
        assert url("one", organisation, row.pk) in page
        assert other.name in page
        for words in (
            "Convenu : 8 jours",
            "validé des deux côtés : 1 jour",
            "à valider : 1 jour",
            "reste à faire : 6 jours",
        ):
            assert words in page
    reader = client_of(f.make_member(s.association, role="reader"))
    assert "Convenu" not in reader.get(need).content.decode(), "who may not open them reads no list of them"


def test_an_association_is_told_of_nothing_before_the_employer_agreed() -> None:
    s = story()
    row = s.drafted(2)
    offer = reverse("offers:manage", args=[s.company.pk, s.company.slug, s.offer.pk])
    need = reverse("skill_needs:manage", args=[s.association.pk, s.association.slug, s.need.pk])
    assert url("one", s.company, row.pk) in client_of(s.coordinator).get(offer).content.decode()
    assert s.company.name not in client_of(s.manager).get(need).content.decode()


def test_both_sides_read_the_contact_of_the_other_once_both_agreed() -> None:
    s = story()
    row = services.employer_agree(s.drafted(), actor=s.coordinator)
    company, association = sides(s)
    page = url("one", s.association, row.pk)
    assert s.coordinator.email not in association.get(page).content.decode()
    s.need.contact = s.manager.person
    s.need.save()
    services.association_agree(row, actor=s.manager)
    html = association.get(page).content.decode()
    assert s.coordinator.email in html
    assert s.company.get_absolute_url() in html
    assert s.manager.email in company.get(url("one", s.company, row.pk)).content.decode()
    Organisation.objects.filter(pk=s.company.pk).update(state="suspended")
    assert s.manager.email not in company.get(url("one", s.company, row.pk)).content.decode()
    assert s.coordinator.email in association.get(page).content.decode(), "who is not suspended still writes"


def _amended(s: Story, row: Sponsorship, **changes: Any) -> Any:
    said = {"minutes": row.minutes, "ends_on": row.ends_on} | changes
    terms = Terms(said["minutes"], row.day_minutes, row.starts_on, said["ends_on"], row.profile)
    return s.proposed(row, terms=terms, summary="Nous continuons un peu.", employee=None, employee_name="")


def test_an_amendment_says_what_was_and_what_will_be() -> None:
    s = story()
    row = s.signed(2)
    later = row.ends_on + datetime.timedelta(days=20)
    text = _amended(s, row, minutes=4 * DAY, ends_on=later)
    for client, organisation in zip(sides(s), (s.company, s.association), strict=True):
        page = client.get(url("convention", organisation, row.pk, text.pk)).content.decode()
        said = page.replace("\u00a0", " ")
        table = said[said.index("<table") : said.index("</table>")]
        for words in ("2 jours", "4 jours", "Jusqu’au"):
            assert words in table
        assert "Métier" not in table, "what stays is not listed"
        assert "Zoé Martin" in page, "both know already who comes"
        assert "nom donné une fois la convention signée" not in page
    Message.objects.all().delete()
    s.signed_by_both(text)
    mail = Message.objects.filter(kind="sponsorships.in_force").first()
    assert mail is not None
    assert "2 jours → 4 jours" in mail.text.replace("\u00a0", " ")
    assert "Zoé" not in mail.text


def test_a_mail_to_sign_opens_the_text() -> None:
    s = story()
    row = s.agreed(2)
    text = s.proposed(row)
    mail = Message.objects.get(kind="sponsorships.to_sign", person=s.manager.person)
    assert url("convention", s.association, row.pk, text.pk) in mail.text


def test_a_convention_signed_after_its_start_says_that_the_days_already_worked_may_count() -> None:
    s = story()
    late = s.proposed(s.agreed(3))
    page = client_of(s.manager).get(url("convention", s.association, late.sponsorship_id, late.pk)).text
    assert "commence avant sa signature" in page
    other = story()
    row = other.agreed(3, starts_on=today() + datetime.timedelta(days=3))
    early = other.proposed(row)
    page = client_of(other.manager).get(url("convention", other.association, row.pk, early.pk)).text
    assert "commence avant sa signature" not in page


def test_an_amount_that_is_none_is_given_back_to_who_typed_it() -> None:
    s = story()
    row = s.signed(3)
    company, year = client_of(s.coordinator), today().year
    said = company.post(url("amount", s.company, year, row.pk), {"amount": "mille"}, follow=True).text
    assert "mille" in said
    assert "Écrivez un montant" in said
    for typed in ("-1", "999999999999"):
        said = company.post(url("amount", s.company, year, row.pk), {"amount": typed}, follow=True).text
        assert typed in said
        assert "Écrivez un montant" not in said, "each wrong amount for its own reason"
    said = company.post(url("amount", s.company, year, row.pk), {"amount": ""}, follow=True).text
    assert "Le montant est retiré." in said


def test_a_convention_is_not_said_in_force_after_an_early_end() -> None:
    s = story()
    row = s.signed(2)
    services.break_off(row, actor=s.manager, side=Side.ASSOCIATION, reason="Le projet s’arrête.")
    page = client_of(s.manager).get(url("one", s.association, row.pk)).content.decode()
    assert "en vigueur" not in page
    text = row.conventions.get()
    page = client_of(s.manager).get(url("convention", s.association, row.pk, text.pk)).content.decode()
    assert "arrêtée avant la fin" in page


def test_who_is_lent_corrects_a_refused_day_and_reads_what_was_agreed() -> None:
    s = story()
    row = s.signed(4)
    worker = client_of(s.worker)
    menu = worker.get("/mon-espace/").content.decode()
    assert "Mes journées" in menu
    assert "Mes employeurs" in menu
    day = working_day(3)
    worker.post(
        reverse("sponsorships:my_log", args=[row.pk]), {"on": working_day(9).isoformat(), "part": "whole"}
    )
    entry = DayEntry.objects.get()
    services.refuse_day(entry, actor=s.manager, side=Side.ASSOCIATION, reason="Le matin seulement.")
    html = worker.get(reverse("sponsorships:mine")).content.decode()
    correct = f"{reverse('sponsorships:my_log', args=[row.pk])}?corrige={entry.pk}"
    assert correct in html
    assert row.need.deliverable in html
    assert s.coordinator.email in html
    html = worker.get(correct).content.decode()
    assert "Corriger une journée" in html
    assert "Le matin seulement." in html
    worker.post(correct, {"on": day.isoformat(), "part": "morning"})
    assert DayEntry.objects.get(state="waiting").corrects == entry
    assert correct not in worker.get(reverse("sponsorships:mine")).content.decode()
    document = reverse("sponsorships:my_document", args=[row.pk])
    assert worker.get(document).content[:4] == b"%PDF"
    assert client_of(f.make_user()).get(document).status_code == 404


def test_a_coordinator_reads_the_reason_where_they_correct() -> None:
    s = story()
    row = s.signed(4)
    day = s.day(row, 3)
    services.refuse_day(day, actor=s.manager, side=Side.ASSOCIATION, reason="Le matin seulement.")
    page = client_of(s.coordinator).get(f"{url('log_day', s.company, row.pk)}?corrige={day.pk}")
    assert "Le matin seulement." in page.content.decode()


def test_no_day_is_noted_before_the_convention_begins() -> None:
    s = story()
    row = s.signed(
        4, starts_on=today() + datetime.timedelta(days=3), ends_on=today() + datetime.timedelta(days=30)
    )
    company = client_of(s.coordinator)
    noting = url("log_day", s.company, row.pk)
    assert noting not in company.get(url("one", s.company, row.pk)).content.decode()
    assert company.get(noting).status_code == 302
    assert client_of(s.worker).get(reverse("sponsorships:my_log", args=[row.pk])).status_code == 302


def test_the_second_debrief_says_that_both_are_read() -> None:
    s = story()
    row = s.signed(4)
    s.validated(row)
    company, association = sides(s)
    said = {"delivered": "yes", "went_well": "Tout."}
    for client, organisation, words in (
        (company, s.company, "quand les deux seront faits"),
        (association, s.association, "Les deux bilans se lisent maintenant"),
    ):
        page = client.post(url("debrief", organisation, row.pk), said, follow=True)
        assert words in page.content.decode()


def test_the_statement_says_whose_need_who_gives_and_how_many_days() -> None:
    s = story()
    day = s.validated(s.signed(4))
    client = client_of(s.coordinator)
    page = client.get(f"{url('statement', s.company)}?annee={day.on.year}").content.decode()
    assert "Nombre de dates" in page
    assert f"« {s.need.title} »" in page.replace("\u00a0", " ")
    lines = client.get(url("statement_csv", s.company, day.on.year)).content.decode().splitlines()
    assert lines[0].endswith(";Jours")
    assert lines[-1].endswith(";1,00")


def test_an_immersion_is_short_and_each_side_says_what_it_learnt() -> None:
    s = story()
    with pytest.raises(RuleBroken, match="demi-journée à dix jours"):
        services.draft(
            actor=s.coordinator,
            need=s.need,
            offer=make_offer(s.company, total_minutes=30 * DAY),
            terms=s.terms(11),
            format="immersion",
        )
    row = services.draft(
        actor=s.coordinator, need=s.need, offer=s.offer, terms=s.terms(2), format="immersion"
    )
    row = services.association_agree(services.employer_agree(row, actor=s.coordinator), actor=s.manager)
    with pytest.raises(RuleBroken, match="demi-journée à dix jours"):
        s.proposed(row, terms=s.terms(12))
    with pytest.raises(IntegrityError, match="sponsorship_immersion_short"), transaction.atomic():
        Sponsorship.objects.filter(pk=row.pk).update(minutes=60)
    s.signed_by_both(s.proposed(row))
    s.validated(row, 1)
    asked = {
        Side.COMPANY: "Ce que la personne venue a appris",
        Side.ASSOCIATION: "Ce que cette venue vous a apporté",
    }
    for client, organisation, side in zip(sides(s), (s.company, s.association), Side, strict=True):
        page = client.get(url("debrief", organisation, row.pk)).content.decode()
        assert asked[side] in page
        assert "Ce qui était demandé est-il fait" not in page
        client.post(
            url("debrief", organisation, row.pk), {"delivered": "yes", "went_well": f"Vu de {side.value}"}
        )
    page = client_of(s.manager).get(url("one", s.association, row.pk)).content.decode()
    assert "L’immersion a eu lieu comme prévu" in page
    assert "Vu de company" in page
