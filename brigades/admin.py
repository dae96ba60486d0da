"""Registers everything: Django finds this file by itself."""

from . import (
    alliance_records,
    alliances,
    claims,
    ideas,
    instruments,
    introductions,
    library,
    needs,
    pairings,
    programme,
    queues,
    records,
    reports,
    sponsorships,
    technical,
)

__all__ = [
    "alliance_records",
    "alliances",
    "claims",
    "ideas",
    "instruments",
    "introductions",
    "library",
    "needs",
    "pairings",
    "programme",
    "queues",
    "records",
    "reports",
    "sponsorships",
    "technical",
]
