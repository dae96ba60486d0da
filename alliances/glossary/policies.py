"""Anybody with an account contests a definition; only its author withdraws it."""

from typing import Any

from jeveuxagir.accounts.models import actor_person_id

from .models import Contest


def is_author(actor: Any, contest: Contest) -> bool:
    person = actor_person_id(actor)
    return person is not None and contest.person_id == person
