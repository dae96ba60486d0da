"""What must always hold of events and registrations."""

from jeveuxagir.common.registries import Invariant, invariants

from . import registering


def register() -> None:
    invariants.register(
        "events.counted_places",
        Invariant("Les places prises d’un événement sont celles des inscriptions", registering.wrong_counts),
    )
    invariants.register(
        "events.nobody_waits_in_vain",
        Invariant("Personne n’attend une place quand il en reste", registering.waiting_while_free),
    )
