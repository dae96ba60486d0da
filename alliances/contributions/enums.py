"""Kinds of contributions, and how a funding line moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Kind(TextChoices):
    MONEY = "money", "argent"
    DAYS = "days", "jours de travail"
    GOODS = "goods", "biens"
    PREMISES = "premises", "locaux"
    DATA = "data", "données"


class State(TextChoices):
    PLANNED = "planned", "prévu"
    UNDER_WAY = "under_way", "en cours"
    DONE = "done", "apporté"
    DROPPED = "dropped", "abandonné"


class FundingState(TextChoices):
    REQUESTED = "requested", "demandé"
    OBTAINED = "obtained", "obtenu"
    REFUSED = "refused", "refusé"
    PAID = "paid", "versé"


#: The unit of a kind that has only one.
FIXED_UNITS = {Kind.MONEY: "€", Kind.DAYS: "jours"}

FUNDING = Transitions(
    {
        "obtain": ([FundingState.REQUESTED], FundingState.OBTAINED),
        "refuse": ([FundingState.REQUESTED], FundingState.REFUSED),
        "pay": ([FundingState.OBTAINED], FundingState.PAID),
        "reopen": ([FundingState.REFUSED, FundingState.OBTAINED], FundingState.REQUESTED),
    }
)
