"""What a person who filed a request is told about its life."""

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind

WHY = "Vous avez déposé une demande d’engagement sur Jeveuxagir."


def register() -> None:
    for code, label in (
        ("requests.refused", "Ma demande d’engagement est refusée"),
        ("requests.unserved", "Aucune mission trouvée en 30 jours"),
        ("requests.expiring", "Ma demande d’engagement va expirer"),
    ):
        name = code.split(".")[1]
        catalogue.register(
            Kind(
                code=code,
                label=label,
                why=WHY,
                template=f"emails/requests/{name}.txt",
                can_stop=code != "requests.refused",
                audience="person",
            )
        )
