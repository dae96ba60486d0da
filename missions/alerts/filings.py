"""An alert asked without an account waits for its address to be confirmed."""

from django.urls import reverse

from jeveuxagir.accounts.models import UnconfirmedContact, User
from jeveuxagir.common.registries import Filing, filings

from . import services


def _lines(contact: UnconfirmedContact) -> list[str]:
    return [
        f"Vous avez demandé une alerte sur les nouvelles missions : {alert.label}."
        for alert in contact.saved_searches.all()
    ]


def _confirm(contact: UnconfirmedContact, user: User) -> list[tuple[str, str]]:
    if not contact.saved_searches.exists():
        return []
    given = services.confirm_contact(contact, user)
    sentence = (
        "Votre adresse est confirmée et votre alerte est en route : nous vous écrirons dès qu’une mission paraît."
        if given
        else "Votre adresse est confirmée. Cette alerte existait déjà, ou vous en avez déjà "
        f"{services.AT_MOST} : rien n’est ajouté."
    )
    return [(sentence, reverse("mission_alerts:mine"))]


def register() -> None:
    filings.register("mission_alerts", Filing(_lines, _confirm))
