"""Registers everything: Django finds this file by itself."""

from . import claims, ideas, queues, records, reports, technical

__all__ = ["claims", "ideas", "queues", "records", "reports", "technical"]
