"""Registers everything: Django finds this file by itself."""

from . import ideas, queues, records, reports, technical

__all__ = ["ideas", "queues", "records", "reports", "technical"]
