"""What a key looks like: « jva_ », twelve signs that name it, then 256 bits that prove it. Only a hash is kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
PREFIX_LENGTH = 12
SECRET_BYTES = 32

_KEY = re.compile(
    rf"jva_(?P<prefix>[{ALPHABET}]{{{PREFIX_LENGTH}}})_(?P<secret>[0-9a-f]{{{2 * SECRET_BYTES}}})"
)
#: compared with when no key has this prefix, so that an unknown one takes as long as a wrong one
_NOBODYS = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Typed:
    """A key as a program gives it. It is never written anywhere: its repr says nothing."""

    prefix: str
    secret: str

    def __repr__(self) -> str:
        return f"jva_{self.prefix}_…"

    __str__ = __repr__

    @property
    def whole(self) -> str:
        return f"jva_{self.prefix}_{self.secret}"


def new() -> Typed:
    prefix = "".join(secrets.choice(ALPHABET) for _ in range(PREFIX_LENGTH))
    return Typed(prefix, secrets.token_hex(SECRET_BYTES))


def read(text: str) -> Typed | None:
    """None when it does not look like a key."""
    found = _KEY.fullmatch(text)
    return Typed(found["prefix"], found["secret"]) if found else None


def hash_of(typed: Typed) -> str:
    """Of the whole key. The secret is random and as long as the hash: nothing slower is needed."""
    return hashlib.sha256(typed.whole.encode()).hexdigest()


def proves(typed: Typed, kept: str | None) -> bool:
    """Whether this key has this hash, in a time that does not say how near it is."""
    return hmac.compare_digest(hash_of(typed), kept or _NOBODYS) and kept is not None
