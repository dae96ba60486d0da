"""What verbs share on something of an organisation that the brigade reads: a mission, a need, an offer."""

from collections.abc import Callable, Mapping
from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations import policies
from organisations.models import Organisation


def refuse_own(actor: User | None, organisation: Organisation) -> None:
    """Staff do not decide on an organisation they belong to."""
    if actor is not None and (conflict := policies.conflict(actor, organisation)):
        raise RuleBroken(conflict, code="own_organisation")


def diff_of(row: Any, data: Any, labels: Mapping[str, str]) -> dict[str, Any]:
    """The sensitive values ({name: label}) that differ from the published ones, as a moderation item keeps them."""
    diff: dict[str, Any] = {}
    for name, label in labels.items():
        before, after = getattr(row, name), getattr(data, name)
        after = clean(after) if isinstance(after, str) else after
        if before != after:
            diff[name] = {"label": label, "before": str(before), "after": str(after), "value": after}
    return diff


def moderate_edit(
    kind: str, row: Any, diff: dict[str, Any], *, actor: User | None, open_item: Callable[..., None]
) -> None:
    """The new values wait; none any more, and nothing does; the same as before, and nobody is disturbed.

    `open_item(row, actor, cause=…, diff=…)` says what its item holds.
    """
    waiting = moderation.open_items(kind, row).first()
    if waiting is not None and diff == waiting.diff:
        return
    if diff:
        open_item(row, actor, cause=ModerationItem.Cause.EDIT, diff=diff)
    else:
        moderation.withdraw(kind, row, actor=actor)
