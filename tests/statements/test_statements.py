"""« Ce qu’on vit ici »: said with a confirmed address, read before it is public, taken back at will (K46)."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alliances.statements import services
from alliances.statements.models import Statement
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Commune
from tests import factories as f

pytestmark = pytest.mark.django_db
NEW = "/temoignages/nouveau/"
WORDS = "Le dernier car part à 17 h. Quand je finis plus tard, je dors chez ma sœur."
HERE = "/territoires/communes/23096-gueret/"


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(re.sub("[\u00a0\u202f]", " ", response.content.decode()).split())


def nonce(client):
    return re.search(r'name="nonce" value="([^"]+)"', client.get(NEW).content.decode())[1]


def say(client, **more):
    data = {"commune": "Guéret (23)", "text": WORDS, "signed": "on", "nonce": nonce(client)}
    return client.post(NEW, data | more)


@pytest.fixture
def rose(client):
    user = f.make_user(first_name="Rose", last_name="Lavigne", commune=f.get_commune(f.GUERET))
    client.force_login(user)
    return user


def decided(statement, decision="accept", reason=""):
    item = ModerationItem.objects.get(kind="statement", subject_id=statement.pk, state="new")
    moderation.decide(
        item, actor=f.make_staff(department="23"), decision=decision, reason=reason, version=item.version
    )
    statement.refresh_from_db()
    return statement


def test_it_is_read_by_the_brigade_then_shown_on_the_page_of_its_commune_and_of_what_is_wider(client, rose):
    asked = page(client, f"{NEW}?commune=23096")
    assert 'value="Guéret (23)"' in asked, "the commune one comes from is there already"
    answer = say(client)
    statement = Statement.objects.get()
    assert answer.url == statement.get_absolute_url()
    assert WORDS not in page(client, HERE)
    assert "en attente de relecture" in page(client, statement.get_absolute_url())
    decided(statement)
    client.logout()
    town = Commune.objects.select_related("epci").get(pk=f.GUERET)
    wider = ["departements/23-creuse", f"epci/{town.epci_id}-x", "regions/75-nouvelle-aquitaine"]
    for path in [HERE, *(f"/territoires/{path}/" for path in wider)]:
        response = client.get(path, follow=True)
        assert WORDS in response.content.decode(), path
    shown = page(client, statement.get_absolute_url())
    assert "Rose" in shown
    assert "Lavigne" not in shown
    assert "noindex" in shown
    assert Message.objects.filter(kind="statements.published").count() == 1


def test_without_a_signature_nobody_is_named_and_before_18_never(client, rose):
    say(client, signed="")
    assert Statement.objects.get().author == "Une personne d’ici"
    minor = f.make_user(age=17)
    made = services.write(
        actor=minor, commune=Commune.objects.get(pk=f.GUERET), text="Pas de car le soir.", signed=True
    )
    assert not made.signed


def test_an_address_that_is_not_confirmed_says_nothing(rose):
    EmailAddress.objects.filter(user=rose).update(verified=False)
    with pytest.raises(RuleBroken, match="Confirmez"):
        services.write(actor=rose, commune=Commune.objects.get(pk=f.GUERET), text=WORDS)


def test_a_refusal_says_why_to_its_author_alone(client, rose):
    say(client)
    statement = decided(Statement.objects.get(), "refuse", "Ce texte nomme quelqu’un.")
    assert "Ce texte nomme quelqu’un." in page(client, statement.get_absolute_url())
    assert Message.objects.filter(kind="statements.refused").count() == 1
    client.logout()
    assert client.get(statement.get_absolute_url()).status_code == 404
    assert WORDS not in page(client, HERE)


def test_words_of_somebody_are_not_corrected_by_another(client, rose):
    say(client)
    with pytest.raises(RuleBroken, match="On ne corrige pas"):
        decided(Statement.objects.get(), "ask", "Plus court")


@pytest.mark.parametrize("state", ["pending", "published"])
def test_its_author_takes_it_back_in_one_click(client, rose, state):
    say(client)
    statement = Statement.objects.get()
    if state == "published":
        decided(statement)
    assert client.post(f"{statement.get_absolute_url()}retirer/").status_code == 302
    statement.refresh_from_db()
    assert statement.state == "withdrawn"
    assert not ModerationItem.objects.open().exists()
    assert WORDS not in page(client, HERE)
    other = f.make_user()
    client.force_login(other)
    assert client.post(f"{statement.get_absolute_url()}retirer/").status_code == 404
    with pytest.raises(NotAllowed):
        services.withdraw(f.make_statement(), actor=other)


def test_a_report_takes_it_off_with_a_reason(client):
    statement = f.make_statement(text=WORDS)
    assert "/signaler/?page=%2Ftemoignages%2F" in page(client, statement.get_absolute_url())
    from jeveuxagir.moderation import reports

    made = reports.report(reports.subject_of(statement.get_absolute_url()), why="other", details="Il me vise")
    moderation.decide(
        made.item,
        actor=f.make_staff(department="23"),
        decision="refuse",
        reason="Ce texte vise quelqu’un.",
        version=ModerationItem.objects.get(pk=made.item_id).version,
    )
    statement.refresh_from_db()
    assert (statement.state, statement.answer) == ("refused", "Ce texte vise quelqu’un.")
    assert WORDS not in page(client, HERE)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": ""}, "deux phrases suffisent"),
        ({"text": "   \n "}, "deux phrases suffisent"),
        ({"text": "x" * 100_000}, "1000"),
        ({"commune": "Nulle-Part-sur-Rien"}, "Nous ne connaissons pas ce lieu"),
        ({"text": "a\x00b"}, "caractère"),
    ],
)
def test_bad_input_is_said_in_french_and_nothing_is_lost(client, rose, values, said):
    response = say(client, **values)
    assert response.status_code == 422
    html = re.sub("[\u00a0\u202f]", " ", response.content.decode())
    assert said in html.replace("1 000", "1000")
    if "commune" in values:
        assert "je dors chez ma sœur" in html
    assert not Statement.objects.exists()


def test_marks_and_addresses_are_shown_as_they_are_typed(client):
    f.make_statement(text="<script>alert(1)</script> https://ailleurs.example/")
    shown = page(client, HERE)
    assert "<script>alert(1)" not in shown
    assert 'href="https://ailleurs.example/' not in shown


def test_a_second_click_a_second_text_and_a_sixth_of_the_day(client, rose):
    data = {"commune": "Guéret (23)", "text": WORDS, "nonce": nonce(client)}
    first, again = client.post(NEW, data), client.post(NEW, data)
    assert first.url == again.url
    assert Statement.objects.count() == 1
    refused = say(client, text="Autre chose")
    assert refused.status_code == 409
    assert "déjà un témoignage sur cette commune" in refused.content.decode().replace("\u00a0", " ")
    towns = Commune.objects.filter(department="23").exclude(pk=f.GUERET).order_by("code")
    for town in towns[:3]:
        services.write(actor=rose, commune=town, text=WORDS)
    with pytest.raises(RuleBroken, match=r"trop|Trop"):
        services.write(actor=rose, commune=towns[3], text=WORDS)


@pytest.mark.parametrize(
    "fields",
    [{"state": "published", "published_at": None}, {"state": "refused", "answer": ""}, {"text": ""}],
)
def test_the_database_refuses_what_is_never_true(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        f.make_statement(**fields)


def test_the_list_is_of_a_place_by_pages_and_asks_as_many_statements_for_many(client):
    f.make_statement(text="Ici")
    f.make_statement(commune=f.LILLE, text="Ailleurs")
    assert "Ailleurs" in page(client, "/temoignages/")
    here = page(client, "/temoignages/?territoire=c23096")
    assert "Ici" in here
    assert "Ailleurs" not in here
    assert "Personne n’a encore témoigné" in page(client, "/temoignages/?territoire=c97411")
    for odd in ("territoire=zz", "territoire=%00", "page=999999999999", "page=x"):
        page(client, f"/temoignages/?{odd}")

    def asked(path):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            page(client, path)
        return len(queries)

    paths = ("/temoignages/?territoire=d23", HERE, "/territoires/departements/23-creuse/")
    few = [asked(path) for path in paths]
    for _ in range(19):
        f.make_statement()
    assert [asked(path) for path in paths] == few
    assert "/temoignages/?territoire=c23096" in page(client, HERE), "the rest is one click away"


def test_whoever_leaves_takes_their_words_along_and_old_ones_go(client, rose):
    say(client)
    statement = decided(Statement.objects.get())
    old = f.make_statement(published_at=now() - timedelta(days=3 * 365 + 1))
    assert list(services.outdated(now())) == [old]
    services.erase_rows(services.outdated(now()))
    services.forget_person(rose.person)
    assert not Statement.objects.filter(pk=statement.pk).exists()
    assert "effacé" in ModerationItem.objects.get(kind="statement", subject_id=statement.pk).title


# --- found with everything else --------------------------------------------------------------------------------


def test_it_is_found_by_the_one_search_and_followed_by_the_feed_of_its_place(client, rose):
    say(client)
    statement = decided(Statement.objects.get())
    index.refresh()
    client.logout()
    assert statement.get_absolute_url() in page(client, "/recherche/?q=dernier car")
    assert "Le dernier car part" in page(client, "/flux/territoires/d23.atom")
    assert "témoignage" in page(client, "/recherche/?territoire=c23096").lower()
    assert page(client, HERE).count("Le dernier car part") == 1, "said in full once, in its own part"


@pytest.mark.parametrize("end", ["withdraw", "refuse", "forget"])
def test_it_is_found_no_more_as_soon_as_it_is_taken_back_taken_off_or_erased(client, rose, end):
    say(client)
    statement = decided(Statement.objects.get())
    index.refresh()
    assert Entry.objects.of_kind("statement").count() == 1
    if end == "withdraw":
        services.withdraw(statement, actor=rose)
    elif end == "refuse":
        services.refuse(statement, actor=f.make_staff(department="23"), answer="Une autre commune.")
    else:
        services.forget_person(rose.person)
    assert not Entry.objects.of_kind("statement").exists()
    index.refresh()
    assert not Entry.objects.of_kind("statement").exists()
