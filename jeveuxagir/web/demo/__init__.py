"""The invented world of the demo: real towns, invented people and texts, one coherent history up to today.

    seed.py            what `manage.py seed_demo` runs
    ground.py          the dice, the calendar and the rows to write
    people.py …        one module per kind of thing, in the order they are made
    data/              names and texts, written by hand

Everything is written in bulk, past the services, in one transaction; the same constraints and triggers hold.
"""
