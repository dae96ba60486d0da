"""What an alliance can tell of itself: what it cost, what it changed, what proves it. Apps above add to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jeveuxagir.common.registries import Registry

from .models import Alliance


@dataclass(frozen=True)
class Lesson:
    """One app's part; lines are French, without an end mark."""

    euros: Decimal | None = None
    costs: Sequence[str] = ()
    results: Sequence[str] = ()
    proof: str = ""
    proof_url: str = ""


#: name → function(alliance) → Lesson, from what its parties wrote; never a sealed answer
lessons: Registry[Callable[[Alliance], Lesson]] = Registry("what an alliance can tell of itself")
