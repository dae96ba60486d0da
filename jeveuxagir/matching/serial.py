"""Rows as plain JSON values, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A dataclass becomes a dict, a date its ISO text, a set a sorted list, an enum its number."""
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, IntEnum):
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    return value


def from_json(kind: type[T], data: Mapping[str, Any]) -> T:
    """The row `to_json` was given. A missing field keeps its default; an unknown one is refused."""
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable
    if unknown := data.keys() - hints.keys():
        raise ValueError(f"{kind.__name__}: unknown {', '.join(sorted(unknown))}")
    return kind(**{name: _typed(hints[name], value) for name, value in data.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(hint: Any, value: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if value is None else _typed(next(a for a in arguments if a is not NoneType), value)
    if origin is tuple:
        kinds = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_typed(item_kind, item) for item_kind, item in zip(kinds, value, strict=True))
    if origin is frozenset:
        return frozenset(value)
    if origin is not None and issubclass(origin, Mapping):
        return {int(key): item for key, item in value.items()}
    if hint is date:
        return date.fromisoformat(value)
    if is_dataclass(hint):
        return from_json(hint, value)  # type: ignore[arg-type]
    return hint(value)
