"""Registers everything: Django finds this file by itself."""

from . import alliances, claims, ideas, queues, records, reports, technical

__all__ = ["alliances", "claims", "ideas", "queues", "records", "reports", "technical"]
