"""The message to whoever stands in for a member who is away, and to whoever reported a page."""

from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.catalogue import register as register_kind


def register() -> None:
    register_kind(
        Kind(
            code="moderation.deputy",
            label="Je remplace un membre de la brigade",
            why="Vous êtes membre d’une brigade de Jeveuxagir.",
            template="emails/moderation/deputy.txt",
            can_stop=False,
            audience="staff",
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
