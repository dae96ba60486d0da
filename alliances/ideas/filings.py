"""An idea brought without an account waits for its address to be confirmed."""

from jeveuxagir.accounts.models import UnconfirmedContact, User
from jeveuxagir.common.registries import Filing, filings
from jeveuxagir.moderation.clocks import DAYS_TO_TRIAGE

from . import services


def _lines(contact: UnconfirmedContact) -> list[str]:
    ideas = contact.ideas.select_related("commune")
    return [f"Vous avez déposé une idée pour {idea.commune.label} : « {idea.what} »." for idea in ideas]


def _confirm(contact: UnconfirmedContact, user: User) -> list[tuple[str, str]]:
    sentence = (
        "Votre adresse est confirmée et votre idée est reçue. La brigade vous répond sous "
        f"{DAYS_TO_TRIAGE} jours."
    )
    return [(sentence, idea.get_absolute_url()) for idea in services.confirm_contact(contact, user)]


def register() -> None:
    filings.register("ideas", Filing(_lines, _confirm))
