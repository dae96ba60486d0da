"""The one mail of a proposal."""

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind


def register() -> None:
    for code, template in (("proposals.confirm", "confirm"), ("proposals.confirm_known", "confirm_known")):
        catalogue.register(
            Kind(
                code=code,
                label="Confirmer mon adresse",
                why="Cette adresse a été donnée sur Jeveuxagir. Si ce n’est pas vous, ne faites rien.",
                template=f"emails/proposals/{template}.txt",
                can_stop=False,
                audience="person",
                confirms=True,
            )
        )
    catalogue.register(
        Kind(
            code="proposals.new",
            label="Une mission m’est proposée",
            why="Vous avez déposé une demande d’engagement sur Jeveuxagir.",
            template="emails/proposals/new.txt",
            can_stop=True,
            audience="person",
        )
    )
