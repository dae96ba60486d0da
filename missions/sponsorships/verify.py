"""What « Vérifier un document » says of a signed convention: whether it is ours, and whether it still holds."""

from jeveuxagir.common.registries import KnownFile, known_files
from jeveuxagir.ui.dates import day_of

from . import wording
from .enums import ConventionState, State
from .models import Convention

AUTHENTIC = "Ce document est authentique"
_ENDED = {
    State.CLOSED: "La mise à disposition est terminée.",
    State.BROKEN: "La mise à disposition s’est arrêtée avant la fin.",
}


def known(sha256: str) -> KnownFile | None:
    """By the hash of its PDF, which stays when names were taken out. Who has the file has read its words: nobody is
    named here."""
    rows = Convention.objects.filter(document_hash=sha256).exclude(document_hash="").defer("document")
    convention = rows.select_related(
        "sponsorship__need__organisation", "sponsorship__offer__organisation"
    ).first()
    if convention is None or convention.in_force_at is None:
        return None
    sponsorship = convention.sponsorship
    facts = (
        ("Texte", wording.title_of(convention)),
        ("Version", str(convention.number)),
        ("Entre", f"{sponsorship.employer.name} et {sponsorship.association.name}"),
        ("En vigueur depuis le", day_of(convention.in_force_at)),
    )
    if convention.state == ConventionState.SUPERSEDED:
        return KnownFile(
            "warning", f"{AUTHENTIC}, mais remplacé", "Un avenant plus récent est en vigueur.", facts
        )
    if sponsorship.is_ended:
        return KnownFile("success", AUTHENTIC, _ENDED.get(State(sponsorship.state), ""), facts)
    return KnownFile("success", f"{AUTHENTIC} et à jour", wording.NO_EFFECT, facts)


def register() -> None:
    known_files.register("sponsorships", known)
