"""What a coordinator and an employee see and do of an employer, by the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.notifications.models import Message
from organisations.companies.models import Employee, JoinCode, MailDomain, Site
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Organisation:
    return f.make_company(name="Isère Cuir")


@pytest.fixture
def rose(client: Client, company: Organisation) -> Client:
    client.force_login(f.make_member(company))
    return client


def url(name: str, company: Organisation, **more: Any) -> str:
    return reverse(f"companies:{name}", kwargs={"pk": company.pk, "slug": company.slug, **more})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_coordinator_opens_the_doors_and_reads_what_was_refused(rose, company):
    access = url("access", company)
    assert rose.get(access).status_code == 200
    refused = rose.post(url("declare_domain", company), {"email": "rose@gmail.com"})
    assert refused.status_code == 422
    assert "donne des adresses à tout le monde" in text_of(refused)
    assert "rose@gmail.com" in text_of(refused)
    rose.post(url("declare_domain", company), {"email": "accueil@isere-cuir.fr"})
    link = re.search(r"/mecenat/domaine/[\w-]+/", Message.objects.get(kind="companies.domain").text)
    assert link
    assert "@isere-cuir.fr" in text_of(rose.get(link[0]))
    assert MailDomain.objects.confirmed().count() == 0  # opening a link confirms nothing
    rose.post(link[0])
    assert MailDomain.objects.confirmed().count() == 1
    rose.post(url("make_code", company), {"most_uses": "20", "days": "90"})
    assert JoinCode.objects.get().in_words in text_of(rose.get(access))
    too_many = rose.post(url("make_code", company), {"most_uses": "99999999999999", "days": "-1"})
    assert too_many.status_code == 422
    rose.post(url("invite", company), {"email": "marie@exemple.fr"})
    assert Message.objects.filter(kind="companies.invitation").count() == 1
    assert "marie@exemple.fr" not in text_of(rose.get(access))


def test_the_link_of_a_domain_says_to_anybody_else_that_it_is_not_theirs(client, company):
    f.make_mail_domain(company, "isere-cuir.fr", confirmed_at=None)
    client.force_login(f.make_user())
    response = client.get("/mecenat/domaine/nimporte-quoi/")
    assert response.status_code == 404
    assert "Ce lien ne s’ouvre pas ici" in text_of(response)
    assert "Isère Cuir" not in text_of(response)


def test_an_employee_joins_with_a_code_sees_nothing_of_the_space_and_leaves(client, company):
    code = f.make_join_code(company)
    marie = f.make_user(first_name="Marie")
    client.force_login(marie)
    asked = client.get("/mecenat/rejoindre/", {"code": code.code.lower()})
    assert "Isère Cuir" in text_of(asked)
    assert not Employee.objects.exists()
    done = client.post("/mecenat/rejoindre/", {"code": code.code, "shown": "nothing"}, follow=True)
    assert "Vous avez rejoint Isère Cuir" in text_of(done)
    employee = Employee.objects.get()
    for name in ("people", "access", "sites"):
        assert client.get(url(name, company)).status_code == 404
    assert client.get(company.space_url).status_code == 404
    client.post(reverse("companies:choose", args=[employee.pk]), {"shown": "lune"})
    assert Employee.objects.get().shown == "nothing"
    client.post(reverse("companies:choose", args=[employee.pk]), {"shown": "name"})
    assert Employee.objects.get().shown == "name"
    client.post(reverse("companies:leave", args=[employee.pk]))
    assert not Employee.objects.live().exists()
    assert "à sa demande" in text_of(client.get("/mon-espace/employeurs/"))


@pytest.mark.parametrize("code", ["", "ZZZZZ-ZZZZZ", "\x00", "é" * 300, "' OR 1=1"])
def test_a_code_that_is_nothing_is_told_and_kept(client, code):
    client.force_login(f.make_user())
    response = client.get("/mecenat/rejoindre/", {"code": code})
    assert response.status_code == 422
    assert "fr-error-text" in response.content.decode() or "fr-message--error" in response.content.decode()


def test_a_work_address_shows_its_employer_and_no_other(client, company):
    f.make_mail_domain(company, "isere-cuir.fr")
    other = f.make_mail_domain(f.make_company(name="Autre maison"), "autre.fr").organisation
    client.force_login(f.make_user(person=f.make_person(email="marie@isere-cuir.fr")))
    page = text_of(client.get("/mecenat/rejoindre/"))
    assert "Isère Cuir" in page
    assert "Autre maison" not in page
    assert client.get(reverse("companies:join_by_domain", args=[other.pk])).status_code == 404
    client.post(reverse("companies:join_by_domain", args=[company.pk]), {"shown": "name"})
    assert Employee.objects.get().joined_by == "domain"


def test_the_employer_reads_what_each_chose_and_ends_a_link(rose, company):
    hidden = f.make_employee(company, person=f.make_person(first_name="Zzanna", last_name="Zzola"))
    f.make_employee(company, shown="name", person=f.make_person(first_name="Bela", last_name="Bartok"))
    page = text_of(rose.get(url("people", company)))
    assert "Zz" not in page
    assert hidden.person.email not in page
    assert "Une personne" in page
    assert "Bela Bartok" in page
    rose.post(url("end", company, employee=hidden.pk))
    assert "Une personne" not in text_of(rose.get(url("people", company)))
    assert Employee.objects.count() == 2


def test_a_list_of_people_asks_as_many_questions_for_one_as_for_forty(rose, company):
    counts = []
    for more in (1, 40):
        for _ in range(more):
            f.make_employee(company, shown="missions", site=None)
        rose.get(url("people", company))
        with CaptureQueriesContext(connection) as queries:
            rose.get(url("people", company))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_sites_are_added_corrected_and_closed(rose, company):
    sites = url("sites", company)
    rose.post(sites, {"name": "Atelier", "commune": "Guéret (23)", "siret": ""})
    site = Site.objects.get()
    again = rose.post(sites, {"name": "Atelier", "commune": "Guéret (23)"})
    assert "porte déjà ce nom" in text_of(again)
    assert rose.post(sites, {"name": "B", "commune": "Guéret (23)", "siret": "123"}).status_code == 422
    rose.post(url("site", company, site=site.pk), {"name": "Atelier des sacs", "commune": "Guéret (23)"})
    assert Site.objects.get().name == "Atelier des sacs"
    rose.post(url("close_site", company, site=site.pk))
    rose.get(sites)  # the message of the closing names it once
    assert "Atelier des sacs" not in text_of(rose.get(sites))
    assert Site.objects.get().closed_at


def test_an_association_has_no_such_part(client):
    association = f.make_organisation()
    client.force_login(f.make_member(association))
    answer = client.get(url("people", association), follow=True)
    assert answer.redirect_chain == [(association.space_url, 302)]
    assert "Cette page est celle d’un employeur" in text_of(answer)
    assert client.post(url("make_code", association)).status_code == 404
    assert (
        "mecenat/"
        not in text_of(client.get(f"{association.space_url}equipe/"))
        .split("<footer")[0]
        .split("org-menu")[1]
        .split("</nav>")[0]
    )


def test_a_public_employer_has_it_too(client):
    town = f.make_organisation(kind="local_authority")
    client.force_login(f.make_member(town))
    assert client.get(url("people", town)).status_code == 200
