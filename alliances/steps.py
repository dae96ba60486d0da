"""Where an alliance stands in its journey: the line of stages, and what is next.

A step is behind when somebody said so, or when what the alliance already holds shows it: a charter in force needs
nobody to tick « Adopter une charte ».
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from .enums import Stage
from .helps import Help, helps_of
from .journey import JOURNEY, STEPS, JourneyStage, JourneyStep
from .models import Alliance, GuidedStep, Step
from .spaces import route_to, signs

#: the stages of the line; a review and what spreads come after the last one
_ORDER = [stage.stage for stage in JOURNEY]
NEXT = 3
#: the state of a step that nobody ticked and that the alliance shows to be behind
SEEN = "seen"


@dataclass(frozen=True)
class StageMark:
    """One stop of the line: "past", "now" or "ahead"."""

    title: str
    mark: str
    done: int
    total: int


@dataclass(frozen=True)
class Guide:
    """A method that the parties follow, under the step it helps with."""

    title: str
    url: str
    steps: list[GuidedStep]

    @property
    def done(self) -> int:
        return sum(step.done_at is not None for step in self.steps)


@dataclass(frozen=True)
class StepMark:
    step: JourneyStep
    #: done, skipped, "seen" for what shows by itself, or "" for what is still to do
    state: str
    url: str
    row: Step | None = None
    #: what shows that it is behind, or that it has begun
    sign: str = ""
    helps: list[Help] = field(default_factory=list)
    guides: list[Guide] = field(default_factory=list)

    @property
    def is_behind(self) -> bool:
        return bool(self.state)


def position(alliance: Alliance) -> int:
    """The number of the present stage in the journey; past its end for a review and what follows."""
    return _ORDER.index(Stage(alliance.stage)) if alliance.stage in _ORDER else len(_ORDER)


def line(alliance: Alliance) -> list[StageMark]:
    """Envie → structurer → animer, with how many steps are behind."""
    settled = set(alliance.steps.values_list("key", flat=True))
    settled |= {key for key, (is_behind, _words) in seen(alliance).items() if is_behind}
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
    shown = seen(alliance)
    helps, guides = helps_of(STEPS), guides_of(alliance)
    return [
        (
            stage,
            [
                replace(
                    _mark(alliance, step, rows.get(step.key), *shown.get(step.key, (False, ""))),
                    helps=helps[step.key],
                    guides=guides[step.key],
                )
                for step in stage.steps
            ],
        )
        for stage in JOURNEY
    ]


def guides_of(alliance: Alliance) -> dict[str, list[Guide]]:
    """{key of a step: the methods that the parties follow there}, in the order they came."""
    methods: dict[tuple[str, str], Guide] = {}
    for row in alliance.guided_steps.order_by("pk"):
        methods.setdefault((row.key, row.source_url), Guide(row.source, row.source_url, [])).steps.append(row)
    found: dict[str, list[Guide]] = defaultdict(list)
    for (key, _url), guide in methods.items():
        found[key].append(guide)
    return found


def next_steps(alliance: Alliance) -> list[StepMark]:
    """The next three that are neither done nor skipped, from the present stage on."""
    here = min(position(alliance), len(_ORDER) - 1)
    ahead = [mark for _stage, found in marks(alliance)[here:] for mark in found]
    return [mark for mark in ahead if not mark.is_behind][:NEXT]


def seen(alliance: Alliance) -> dict[str, tuple[bool, str]]:
    """Step → whether it shows to be behind, and what shows it or that it has begun; in one statement."""
    asked = {f"done_{key}": sign.done for key, sign in signs.items()}
    asked |= {f"begun_{key}": sign.under_way for key, sign in signs.items() if sign.under_way is not None}
    asked = {name.replace("-", "_"): expression for name, expression in asked.items()}
    told = Alliance.objects.filter(pk=alliance.pk).annotate(**asked).values(*asked).get() if asked else {}
    found = {}
    for key, sign in signs.items():
        name = key.replace("-", "_")
        if told[f"done_{name}"]:
            found[key] = (True, sign.words)
        elif told.get(f"begun_{name}"):
            found[key] = (False, sign.under_way_words)
    return found


def _mark(alliance: Alliance, step: JourneyStep, row: Step | None, is_behind: bool, sign: str) -> StepMark:
    state = row.state if row is not None else SEEN if is_behind else ""
    return StepMark(step, state, route_to(alliance, step.route), row, "" if row is not None else sign)
