"""How many missions people realised: for their employer, of those who show it."""

from django.db.models import Count

from organisations.companies import seen

from .enums import State
from .models import Participation


def counts(people: list[int]) -> dict[int, int]:
    """Person → missions realised; one query."""
    rows = Participation.objects.alone().filter(person__in=people, state=State.REALISED)
    return dict(rows.values_list("person").annotate(count=Count("mission", distinct=True)).order_by())


def register() -> None:
    seen.realised.register("participations", counts)
