"""Self-check on the conditions that a bill of February 2021, never debated, proposed. No legal effect at all."""

from dataclasses import dataclass

from .enums import College, Condition
from .models import Alliance, Party


@dataclass(frozen=True)
class Checked:
    condition: Condition
    met: bool
    #: whether the platform counts it, or the parties say it
    counted: bool
    missing: str

    @property
    def label(self) -> str:
        label = str(self.condition.label)
        return label[:1].upper() + label[1:]


def check(alliance: Alliance) -> list[Checked]:
    """Each condition, met or not, and what is missing."""
    colleges = set(Party.objects.live().filter(alliance=alliance).values_list("college", flat=True))
    bodies = College.ASSOCIATIONS in colleges and College.COMPANIES in colleges
    checked = [Checked(Condition.BODIES, bodies, True, "" if bodies else _missing(colleges))]
    for condition in list(Condition)[1:]:
        met = condition in alliance.declared
        if condition == Condition.SHARED_INTEREST:
            met = met and bool(alliance.shared_interest)
        checked.append(Checked(condition, met, False, "" if met else _TO_SAY[condition]))
    return checked


_TO_SAY = {
    Condition.SHARED_INTEREST: "Écrivez l’intérêt que chacun y trouve, et confirmez-le.",
    Condition.PARITY: "Vérifiez qui siège là où l’alliance décide.",
    Condition.DISINTERESTED: "La convention doit le dire.",
    Condition.NO_PROFIT: "La convention doit le dire.",
}


def _missing(colleges: set[str]) -> str:
    lacks = []
    if College.ASSOCIATIONS not in colleges:
        lacks.append("un organisme d’intérêt général")
    if College.COMPANIES not in colleges:
        lacks.append("une entreprise")
    return f"Il manque {' et '.join(lacks)}."
