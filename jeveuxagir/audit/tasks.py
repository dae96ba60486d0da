"""Placeholder written first; the outbox work completes it."""


def wake_deliveries() -> None:
    """Wake the sweep of deliveries after commit."""
