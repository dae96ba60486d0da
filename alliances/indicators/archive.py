"""Indicators in the archive of their alliance: the dictionary, each one's values, shared results."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from .models import Review
from .periods import label
from .shared import results_of, value_file


def _write(folder: Folder, alliance: Alliance, reader: User) -> None:
    indicators = list(alliance.indicators.select_related("owner", "sdg").order_by("position", "pk"))
    folder.table(
        "dictionnaire",
        "Dictionnaire",
        (
            *(
                "Indicateur",
                "Définition",
                "Unité",
                "Comment on compte",
                "Partie responsable",
                "Rythme",
                "Sens",
            ),
            *("Départ", "Mesuré le", "Cible", "Pour le", "Axe", "ODD", "Arrêté le"),
        ),
        [
            (
                *(
                    one.name,
                    one.definition,
                    one.unit,
                    one.method,
                    one.owner.name if one.owner else "à reprendre",
                ),
                *(one.get_rhythm_display(), one.get_wanted_display()),
                *(
                    (_number(one.baseline), one.baseline_on, _number(one.target), one.target_on)
                    if one.is_measured
                    else ("", "", "", "")
                ),
                *(one.get_axis_display() if one.axis else "", str(one.sdg or ""), one.archived_at),
            )
            for one in indicators
        ],
    )
    for one in indicators:
        values = list(
            one.values.select_related("party").prefetch_related("reviews__party").order_by("period", "pk")
        )
        folder.table(f"valeurs {one.name}", f"Valeurs : {one.name}", *value_file(one, values))
    reviews = Review.objects.filter(value__indicator__in=indicators).select_related(
        "value__indicator", "party"
    )
    folder.table(
        "avis",
        "Avis sur les valeurs",
        ("Indicateur", "Période", "Valeur", "Partie", "Avis", "Raison", "Le"),
        [
            (
                one.value.indicator.name,
                label(one.value.indicator.rhythm, one.value.period),
                _number(one.value.amount),
                one.party.name,
                one.get_verdict_display(),
                one.reason,
                one.at,
            )
            for one in reviews.order_by("pk")
        ],
    )
    folder.table(
        "resultats",
        "Résultats partagés",
        (
            "Organisation",
            "Résultat",
            "Période",
            "Quantité",
            "Unité",
            "Compté ici",
            "En quoi",
            "Compté ailleurs",
        ),
        [
            (
                *(line.result.organisation.name, line.result.name, line.label),
                *(_number(line.result.quantity), line.result.unit),
                *((_number(line.mine.quantity), line.mine.how) if line.mine else ("", "")),
                _number(line.elsewhere),
            )
            for line in results_of(alliance, reader)
        ],
    )


def _number(value: object) -> str:
    """As a French spreadsheet reads it."""
    return f"{value:.2f}".replace(".", ",")


def register() -> None:
    parts.register("indicators", Part("Indicateurs", _write, order=50))
