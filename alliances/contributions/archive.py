"""What the parties bring, and the funding plan, in the archive of their alliance."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from .board import contribution_rows, funding_rows
from .models import Delivery


def _write(folder: Folder, alliance: Alliance, reader: User) -> None:
    folder.table("contributions", "Ce que chacun apporte", *contribution_rows(alliance))
    deliveries = Delivery.objects.filter(contribution__alliance=alliance).select_related(
        "contribution__party"
    )
    folder.table(
        "apports",
        "Ce qui a été apporté",
        ("Partie", "Ce qui est apporté", "Quantité", "Unité", "Le", "Précision"),
        [
            (
                one.contribution.party.name,
                one.contribution.what,
                f"{one.quantity:.2f}".replace(".", ","),
                one.contribution.unit,
                one.on,
                one.note,
            )
            for one in deliveries.order_by("on", "pk")
        ],
    )
    folder.table("financement", "Plan de financement", *funding_rows(alliance))


def register() -> None:
    parts.register("contributions", Part("Moyens", _write, order=40))
