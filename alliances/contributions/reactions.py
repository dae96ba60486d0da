"""When a party leaves: what it had still to bring is its successor's, or is dropped."""

from alliances.departures import when_a_party_leaves

from . import services


def register() -> None:
    when_a_party_leaves("contributions", services.pass_on)
