"""When a party leaves: the indicators it was responsible for find another party, or wait for one."""

from alliances.departures import when_a_party_leaves

from . import services


def register() -> None:
    when_a_party_leaves("indicators", services.pass_on)
