"""The kinds of messages. Each app registers its own in `notifications.py`, loaded in `AppConfig.ready()`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from jeveuxagir.common.registries import Registry

from .enums import Rhythm
from .models import Message

Audience = Literal["person", "member", "staff"]
#: What the page of preferences calls the three audiences, in the order it shows them.
AUDIENCES: dict[Audience, str] = {
    "person": "Vos engagements",
    "member": "Vos organisations",
    "staff": "Votre travail d’agent",
}
#: The mail that holds the others of the day (digests.py).
DIGEST = "notifications.digest"
OnSent = Callable[[Message], None]


@dataclass(frozen=True)
class Kind:
    """One sort of message.

    `label` stands on the page of preferences, `why` at the end of each mail, `template` is one plain text file
    (see rendering.py). `on_sent(message)` runs in the commit that says the relay has accepted the message.

    A `digestible` kind may wait for the one mail of the day (digests.py): never a code, a confirmation or what must be
    answered within days. `default` is how it comes to who chose nothing; staff get digests.
    """

    code: str  # "proposals.new"
    label: str
    why: str
    template: str  # "emails/proposals/new.txt"
    can_stop: bool = True
    audience: Audience = "person"
    confirms: bool = False  # asked for by whoever owns the address: tried even if it refused mail before
    on_sent: OnSent | None = None
    digestible: bool = False
    default: Rhythm | None = None

    @property
    def usual(self) -> Rhythm:
        """How it comes to who chose nothing."""
        return self.default or (
            Rhythm.DAILY if self.digestible and self.audience == "staff" else Rhythm.IMMEDIATE
        )

    @property
    def choices(self) -> list[Rhythm]:
        """What a person may choose; one choice is none."""
        daily = [Rhythm.DAILY] if self.digestible else []
        return [Rhythm.IMMEDIATE, *daily, *([Rhythm.NEVER] if self.can_stop else [])]


_kinds: Registry[Kind] = Registry("kinds of messages")
_on_sent: dict[str, list[OnSent]] = {}


def register(kind: Kind) -> Kind:
    if kind.audience not in AUDIENCES:
        raise ValueError(f"{kind.code}: unknown audience « {kind.audience} »")
    if kind.usual not in kind.choices:
        raise ValueError(f"{kind.code}: its default is none of its choices")
    if kind.digestible and (kind.confirms or kind.on_sent):
        raise ValueError(f"{kind.code}: something hangs on its sending, it cannot wait for a digest")
    return _kinds.register(kind.code, kind)


def on_sent(code: str, handler: OnSent) -> None:
    """Let an upper app react to the sending of a lower app's kind. Must be safe to run twice."""
    handlers = _on_sent.setdefault(code, [])
    if handler not in handlers:
        handlers.append(handler)


def handlers_of(code: str) -> list[OnSent]:
    kind = find(code)
    own = [kind.on_sent] if kind and kind.on_sent else []
    return [*own, *_on_sent.get(code, ())]


def get(code: str) -> Kind:
    return _kinds[code]


def find(code: str) -> Kind | None:
    """The kind, or None if no app declares it any more (old rows)."""
    return next((kind for kind in _kinds if kind.code == code), None)


def kinds() -> Iterator[Kind]:
    return iter(_kinds)
