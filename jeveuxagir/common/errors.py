"""Refusals that a person reads, in French. Views show them; nothing typed is lost."""


class RuleBroken(Exception):
    """A rule of the domain refuses this act. `message` is a French sentence, `code` is stable for tests and API."""

    def __init__(self, message: str, *, code: str = "refused") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class NotAllowed(RuleBroken):
    """The actor may see the object but not do this."""

    def __init__(
        self, message: str = "Vous n’avez pas le droit de faire cela.", *, code: str = "not_allowed"
    ) -> None:
        super().__init__(message, code=code)


class WrongState(RuleBroken):
    """The object's state does not allow this verb (any more)."""


class Stale(RuleBroken):
    """Somebody changed the object since the form was shown; the form keeps what was typed."""


def allow(allowed: bool) -> None:
    """The answer of a policy, in a service: raises NotAllowed when it is no."""
    if not allowed:
        raise NotAllowed
