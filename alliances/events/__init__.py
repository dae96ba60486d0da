"""Events: proposed by organisations, read by the brigade, with places, a waiting list, a replay and a report."""
