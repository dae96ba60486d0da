"""One transition table per object: the server checks it, and the same table decides which buttons show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .errors import WrongState


@dataclass(frozen=True)
class Transitions:
    """`table[verb] = (states it starts from, state it leads to)`."""

    table: Mapping[str, tuple[Iterable[str], str]]

    def allows(self, verb: str, state: str) -> bool:
        return state in self.table[verb][0]

    def target(self, verb: str, state: str, *, label: str = "") -> str:
        """The state `verb` leads to from `state`; raises WrongState with a French sentence."""
        sources, target = self.table[verb]
        if state not in sources:
            raise WrongState(
                f"Cette action n’est plus possible : l’état est maintenant « {label or state} ».",
                code="wrong_state",
            )
        return target

    def verbs(self, state: str) -> list[str]:
        return [verb for verb in self.table if self.allows(verb, state)]
