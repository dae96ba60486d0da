"""A kind of message for these tests, with a template of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jeveuxagir.accounts.models import Person, User
    from jeveuxagir.notifications.catalogue import Kind

TEMPLATE = """Une mission pour {{ first_name }}

{% if intro %}
{{ intro }}
{% endif %}

{% for reason in reasons %}
- {{ reason }}
{% endfor %}

→ Voir la mission : {{ url }}
"""


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> Iterator[Callable[[str], str]]:
    """Writes a mail template and returns its name."""
    from django.template import engines

    from jeveuxagir.notifications import rendering

    folder = tmp_path / "mails"
    folder.mkdir()
    names = iter(range(1000))
    rendering._engine.cache_clear()
    rendering._engine().loaders = [
        (f"{rendering.Loader.__module__}.Loader", [folder, *engines["django"].engine.dirs])
    ]

    def write(source: str) -> str:
        name = f"{next(names)}.txt"
        (folder / name).write_text(source)
        return name

    yield write
    rendering._engine.cache_clear()


@pytest.fixture
def kind(template: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Kind]:
    """Registers a kind for one test."""
    from jeveuxagir.notifications import catalogue
    from jeveuxagir.notifications.catalogue import Kind

    def register(code: str = "tests.news", *, source: str = TEMPLATE, **options: Any) -> Kind:
        monkeypatch.setattr(catalogue._kinds, "_entries", dict(catalogue._kinds._entries))
        values = {
            "label": "Les nouvelles",
            "why": "Vous êtes inscrit.",
            "template": template(source),
            **options,
        }
        return catalogue.register(Kind(code=code, **values))

    return register


@pytest.fixture
def person(db: None) -> Person:
    from jeveuxagir.accounts.models import Person

    return Person.objects.create(first_name="Camille", email="camille@example.org")


@pytest.fixture
def user(person: Person) -> User:
    from jeveuxagir.accounts.models import User

    return User.objects.create_user(person.email, person=person)
