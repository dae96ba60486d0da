"""The axes that an alliance claims, each with what proves it, and whether that still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from alliances.enums import Section
from alliances.governance.enums import DecisionState
from alliances.governance.models import Decision
from alliances.indicators.board import standing_of
from alliances.indicators.enums import Axis, Standing
from alliances.indicators.models import Value
from alliances.indicators.periods import label
from alliances.models import Alliance
from jeveuxagir.common.text import NBSP, amount
from jeveuxagir.ui.dates import day_of

from .models import Evidence, Round

NO_PROOF = (
    "Un axe se montre avec une preuve : un lien, une valeur confirmée, une décision adoptée ou une évaluation "
    "révélée."
)
ONE_PROOF = "Choisissez une seule preuve à la fois : vous pourrez en ajouter d’autres."


@dataclass(frozen=True)
class Proof:
    """An evidence with its proof in words; `url` is for anybody when it is a link, else for the parties."""

    row: Evidence
    words: str
    url: str
    holds: bool

    @property
    def is_public_link(self) -> bool:
        return bool(self.row.link)


def _held(values: Iterable[Value]) -> set[int]:
    """Of these values, those that are current and confirmed: one query for their periods."""
    wanted = list(values)
    rows = Value.objects.current().filter(indicator__in=[value.indicator_id for value in wanted])
    periods: dict[tuple[int, Any], list[Value]] = {}
    for row in rows.prefetch_related("reviews").order_by("pk"):
        periods.setdefault((row.indicator_id, row.period), []).append(row)
    return {
        value.pk
        for value in wanted
        if value.replaced_at is None
        and standing_of(periods.get((value.indicator_id, value.period), [])) == Standing.CONFIRMED
    }


def confirms(value: Value) -> bool:
    """Whether the other parties confirm it, as it stands."""
    return value.pk in _held([value])


def _words(row: Evidence, *, public: bool) -> tuple[str, str]:
    """(the proof in words, where it is read). `public`: nothing of the pages that the parties do not show."""
    if public and (words := _plain_words(row)):
        return words, ""
    if row.value is not None:
        one = row.value.indicator
        one.alliance = row.alliance
        when = label(one.rhythm, row.value.period)
        words = f"{one.name}, {when}{NBSP}: {amount(row.value.amount)}{NBSP}{one.unit}, confirmé par une autre partie"
        return words, f"{row.alliance.space_url}indicateurs/{one.pk}/"
    if row.decision is not None:
        row.decision.alliance = row.alliance
        words = (
            f"décision «{NBSP}{row.decision.title}{NBSP}», adoptée le {day_of(row.decision.state_changed_at)}"
        )
        return words, row.decision.page_url
    if row.evaluation is not None:
        row.evaluation.alliance = row.alliance
        words = (
            f"évaluation «{NBSP}{row.evaluation.label}{NBSP}», où chaque partie a répondu, "
            f"révélée le {day_of(row.evaluation.state_changed_at)}"
        )
        return words, row.evaluation.page_url
    return row.link, row.link


def _plain_words(row: Evidence) -> str:
    """What anybody may be told of a proof that stands in a page which the public does not read."""
    if row.value is not None and not row.alliance.shows(Section.INDICATORS):
        when = label(row.value.indicator.rhythm, row.value.period)
        return f"une valeur d’un indicateur partagé, {when}, confirmée par une autre partie"
    if row.decision is not None and not row.alliance.shows(Section.DECISIONS):
        return f"une décision des parties, adoptée le {row.decision.state_changed_at:%d/%m/%Y}"
    if row.evaluation is not None:
        return f"une évaluation où chaque partie a répondu, révélée le {row.evaluation.state_changed_at:%d/%m/%Y}"
    return ""


def claimed(
    alliance: Alliance, *, holding: bool = False, public: bool = False
) -> list[tuple[Axis, list[Proof]]]:
    """Axis by axis. `holding`: without the values corrected or disputed since. `public`: as anybody reads it."""
    rows = list(alliance.evidence.select_related("value__indicator", "decision", "evaluation").order_by("pk"))
    held = _held([row.value for row in rows if row.value is not None])
    proofs = []
    for row in rows:
        row.alliance = alliance
        words, url = _words(row, public=public)
        proofs.append(Proof(row, words, url, row.value_id is None or row.value_id in held))
    if holding or public:
        proofs = [proof for proof in proofs if proof.holds]
    return [(axis, found) for axis in Axis if (found := [one for one in proofs if one.row.axis == axis])]


def texts_shown(alliance: Alliance) -> list[tuple[str, str]]:
    """For the brigade: what the public page says of the axes."""
    return [
        (f"Axe {axis.label}", f"{proof.row.statement}\nPreuve{NBSP}: {proof.words}")
        for axis, proofs in claimed(alliance, public=True)
        for proof in proofs
    ]


# --- what may be chosen -------------------------------------------------------------------------------------------


def values_to_choose(alliance: Alliance) -> list[tuple[Value, str]]:
    """The confirmed values, the latest first."""
    rows = Value.objects.current().filter(indicator__alliance=alliance).select_related("indicator")
    found = list(rows.order_by("indicator__position", "indicator", "-period")[:400])
    held = _held(found)
    return [
        (
            value,
            f"{value.indicator.name}, {label(value.indicator.rhythm, value.period)}{NBSP}: "
            f"{amount(value.amount)}{NBSP}{value.indicator.unit}",
        )
        for value in found
        if value.pk in held
    ]


def decisions_to_choose(alliance: Alliance) -> list[Decision]:
    return list(alliance.decisions.filter(state=DecisionState.ADOPTED).order_by("-state_changed_at")[:100])


def rounds_to_choose(alliance: Alliance) -> list[Round]:
    return list(alliance.evaluations.revealed()[:50])
