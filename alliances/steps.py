"""Where an alliance stands in its journey: the line of stages, and what is next."""

from dataclasses import dataclass

from .enums import Stage, StepState
from .journey import JOURNEY, JourneyStage, JourneyStep
from .models import Alliance, Step
from .spaces import route_to

#: the stages of the line; a review and what spreads come after the last one
_ORDER = [stage.stage for stage in JOURNEY]
NEXT = 3


@dataclass(frozen=True)
class StageMark:
    """One stop of the line: "past", "now" or "ahead"."""

    title: str
    mark: str
    done: int
    total: int


@dataclass(frozen=True)
class StepMark:
    step: JourneyStep
    #: done, skipped, or "" for what is still to do
    state: str
    url: str
    row: Step | None = None


def position(alliance: Alliance) -> int:
    """The number of the present stage in the journey; past its end for a review and what follows."""
    return _ORDER.index(Stage(alliance.stage)) if alliance.stage in _ORDER else len(_ORDER)


def line(alliance: Alliance) -> list[StageMark]:
    """Envie → structurer → animer, with how many steps are behind."""
    settled = set(alliance.steps.values_list("key", flat=True))
    here = position(alliance)
    return [
        StageMark(
            stage.title,
            "past" if index < here else "now" if index == here else "ahead",
            sum(step.key in settled for step in stage.steps),
            len(stage.steps),
        )
        for index, stage in enumerate(JOURNEY)
    ]


def marks(alliance: Alliance) -> list[tuple[JourneyStage, list[StepMark]]]:
    """The whole journey, each step with what became of it."""
    rows = {row.key: row for row in alliance.steps.select_related("by__person")}
    return [
        (
            stage,
            [
                StepMark(
                    step,
                    rows[step.key].state if step.key in rows else "",
                    route_to(alliance, step.route),
                    rows.get(step.key),
                )
                for step in stage.steps
            ],
        )
        for stage in JOURNEY
    ]


def next_steps(alliance: Alliance) -> list[StepMark]:
    """The next three that are neither done nor skipped, from the present stage on."""
    here = min(position(alliance), len(_ORDER) - 1)
    ahead = [mark for _stage, found in marks(alliance)[here:] for mark in found]
    return [mark for mark in ahead if mark.state not in StepState.values][:NEXT]
