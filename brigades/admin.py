"""Registers everything: Django finds this file by itself."""

from . import ideas, queues, records, technical

__all__ = ["ideas", "queues", "records", "technical"]
