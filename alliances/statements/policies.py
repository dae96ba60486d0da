"""Anybody whose address is confirmed says what they live through; only its author withdraws it."""

from typing import Any

from allauth.account.models import EmailAddress

from jeveuxagir.accounts.models import User, actor_person_id

from .models import Statement


def may_testify(actor: User) -> bool:
    return EmailAddress.objects.filter(user=actor, verified=True).exists()


def is_author(actor: Any, statement: Statement) -> bool:
    person = actor_person_id(actor)
    return person is not None and statement.person_id == person
