"""The messages to the brigade: what waits, what is late, whom one stands in for. And to whoever reported a page."""

from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.catalogue import register as register_kind
from jeveuxagir.notifications.enums import Rhythm


def register() -> None:
    register_kind(
        Kind(
            code="moderation.arrived",
            label="De nouvelles décisions attendent ma brigade",
            why="Vous êtes membre d’une brigade de Jeveuxagir.",
            template="emails/moderation/arrived.txt",
            audience="staff",
            digestible=True,
        )
    )
    register_kind(
        Kind(
            code="moderation.late",
            label="Des décisions sont en retard",
            why="Vous êtes membre d’une brigade de Jeveuxagir.",
            template="emails/moderation/late.txt",
            audience="staff",
            digestible=True,
        )
    )
    register_kind(
        Kind(
            code="moderation.deputy",
            label="Je remplace un membre de la brigade",
            why="Vous êtes membre d’une brigade de Jeveuxagir.",
            template="emails/moderation/deputy.txt",
            can_stop=False,
            audience="staff",
            digestible=True,
            default=Rhythm.IMMEDIATE,
        )
    )
    register_kind(
        Kind(
            code="moderation.report_decided",
            label="Ce qu’a donné mon signalement",
            why="Vous avez signalé une page de Jeveuxagir.",
            template="emails/moderation/report_decided.txt",
            can_stop=False,
        )
    )
