"""How a domain plugs its objects into moderation: it registers a Handler for a kind of item in `ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jeveuxagir.common.registries import Registry

if TYPE_CHECKING:
    from jeveuxagir.accounts.models import User

    from .models import ModerationItem

Decide = Callable[["ModerationItem", "User | None"], None]


def _nothing(item: "ModerationItem") -> dict[str, Any]:
    return {}


def _nowhere(item: "ModerationItem") -> str:
    return ""


def _no_conflict(item: "ModerationItem", actor: "User") -> str:
    return ""


@dataclass(frozen=True)
class Handler:
    """What a decision does to the subject, and what the case's page shows of it.

    `accept`, `ask` and `refuse` run inside the decision's transaction with `item.decision` and `item.reason` set;
    they lock the subject, move it, record its event and write the mails. A RuleBroken of theirs undoes all.
    `describe(item)` gives what the page shows, each key optional:
    `facts` [(label, value)], `texts` [(label, long text)], `warnings` [sentence], `links` [(label, url)].
    `url(item)` is the subject's page.
    `outcomes` says each decision in the past, where the usual word (acceptée, refusée…) does not.
    `conflict(item, actor)` says, in a sentence, why this member of staff may not be the one who decides.
    """

    accept: Decide
    ask: Decide
    refuse: Decide
    describe: Callable[["ModerationItem"], dict[str, Any]] = field(default=_nothing)
    url: Callable[["ModerationItem"], str] = field(default=_nowhere)
    conflict: Callable[["ModerationItem", "User"], str] = field(default=_no_conflict)
    outcomes: Mapping[str, str] = field(default_factory=dict)


#: kind of item → Handler
handlers: Registry[Handler] = Registry("moderation handlers")


def outcome_of(kind: str, decision: str) -> str:
    """A decision on this kind of item in its own words; "" where the usual ones do."""
    return handlers[kind].outcomes.get(decision, "") if kind in handlers else ""


def register(kind: str, handler: Handler) -> Handler:
    return handlers.register(kind, handler)
