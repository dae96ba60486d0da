"""What the database refuses, told in the words of the constraint it refused by."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from django.apps import apps
from django.db import IntegrityError, transaction

from .errors import RuleBroken


@lru_cache(maxsize=1)
def messages() -> dict[str, str]:
    """Name of each constraint with a French message of its own → that message."""
    return {
        constraint.name: str(constraint.violation_error_message)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint (or of the trigger's rule) that refused."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


@contextmanager
def refusals(others: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn the IntegrityError of a known constraint into a RuleBroken whose code is the constraint's name.

    `others`: messages of constraints that have none of their own (triggers). Anything unknown stays an error.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = constraint_of(error)
        message = (others or {}).get(name) or messages().get(name)
        if not message:
            raise
        raise RuleBroken(message, code=name) from error
