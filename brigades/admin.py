"""Registers everything: Django finds this file by itself."""

from . import queues, records, technical

__all__ = ["queues", "records", "technical"]
