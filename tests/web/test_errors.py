"""Error pages: French, with a way on, and what was typed kept."""

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def _routes(settings):
    settings.ROOT_URLCONF = "tests.web.broken_urls"


@pytest.fixture
def visitor(db):
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def test_a_missing_page_offers_a_search_with_the_words_of_its_address(visitor):
    html = visitor.get("/missions/12-lire-avec-des-eleves/inconnue/").content.decode()
    assert "Cette page n’existe pas ou n’existe plus" in html
    assert 'action="/missions/"' in html
    assert "lire avec des eleves" in html


def test_a_missing_page_is_not_indexed(visitor):
    assert 'content="noindex"' in visitor.get("/rien/").content.decode()


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("crash", "Quelque chose n’a pas marché de notre côté"),
        ("denied", "Vous n’avez pas accès à cette page"),
        ("bad", "Nous n’avons pas compris cette demande"),
        ("state", "La mission est déjà fermée."),
        ("right", "Vous n’avez pas le droit de faire cela."),
        ("busy", "Le site est très demandé en ce moment"),
        ("limit", "4\u00a0minutes"),
    ],
)
def test_each_error_says_in_french_what_happened(visitor, how, sentence):
    assert sentence in visitor.get(f"/casse/{how}/").content.decode()


def test_too_many_tries_say_when_to_come_back(visitor):
    assert visitor.get("/casse/limit/").headers["Retry-After"] == "240"


def test_an_expired_form_shows_what_was_typed_and_sends_it_again(visitor):
    typed = {"message": "Bonjour à <tous>", "csrfmiddlewaretoken": "x"}
    response = visitor.post("/formulaire/?etape=2", typed, headers={"origin": "http://testserver"})
    html = response.content.decode()
    assert response.status_code == 403
    assert 'action="/formulaire/?etape=2"' in html
    assert 'name="message" value="Bonjour à &lt;tous&gt;"' in html
    assert "Envoyer de nouveau" in html


def test_an_expired_form_never_gives_a_password_back(visitor):
    response = visitor.post(
        "/formulaire/", {"password1": "très secret"}, headers={"origin": "http://testserver"}
    )
    assert "très secret" not in response.content.decode()


@pytest.mark.parametrize("origin", ["https://ailleurs.example", "null", None])
def test_a_foreign_form_is_never_offered_again(visitor, origin):
    headers = {"origin": origin} if origin else {}
    response = visitor.post("/formulaire/", {"message": "Bonjour"}, headers=headers)
    assert response.status_code == 403
    assert "Envoyer de nouveau" not in response.content.decode()


def test_the_error_page_stands_when_the_database_is_away(settings):
    """No `db` mark: any query fails, as it would with PostgreSQL away."""
    visitor = Client(raise_request_exception=False)
    visitor.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    response = visitor.get("/casse/crash/")
    assert response.status_code == 500
    assert "Revenir à l’accueil" in response.content.decode()
