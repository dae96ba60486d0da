"""The self-assessment of maturity (K10): ten answers give a level and the sheets that help now, with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db import transaction

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.text import NBSP
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from . import reference
from .directory import Shelved, for_cards
from .enums import Level
from .models import Assessment, Method, Resource

ADVISED = 6
LEAST = 3
LOOKED_AT = 200
ANSWERS = 4


@dataclass(frozen=True)
class Question:
    code: str
    text: str
    answers: tuple[str, ...]
    #: what is lacking, said for each answer but the last
    lacks: tuple[str, ...]
    #: the steps of the journey whose sheets help with it
    journey: tuple[str, ...]
    #: answered by its first words, the level stays the first
    gate: bool = False


@dataclass(frozen=True)
class Rung:
    """A level: from so many points on."""

    level: Level
    name: str
    text: str
    points: int


@dataclass(frozen=True)
class Result:
    rung: Rung
    score: int
    #: (question, what its answer lacks), the weakest first
    weak: list[tuple[Question, str]]

    @property
    def top(self) -> int:
        return len(questions()) * (ANSWERS - 1)


@dataclass(frozen=True)
class Advice:
    sheet: Shelved
    reason: str


@cache
def questions() -> tuple[Question, ...]:
    return tuple(
        Question(
            one["code"],
            one["text"],
            tuple(one["answers"]),
            tuple(one["lacks"]),
            tuple(one["journey"]),
            one.get("gate", False),
        )
        for one in reference.read("maturity")["question"]
    )


@cache
def rungs() -> tuple[Rung, ...]:
    return tuple(
        Rung(Level(str(one["number"])), one["name"], one["text"], one["from"])
        for one in reference.read("maturity")["level"]
    )


def assess(answers: Sequence[int]) -> Result:
    """The level of these answers (the place of each, 0 to 3, in the order of the questions)."""
    asked = questions()
    if len(answers) != len(asked) or not all(0 <= answer < ANSWERS for answer in answers):
        raise RuleBroken("Répondez aux dix questions.", code="answers")
    score = sum(answers)
    closed = any(question.gate and answer == 0 for question, answer in zip(asked, answers, strict=True))
    rung = rungs()[0] if closed else [one for one in rungs() if one.points <= score][-1]
    ranked = sorted(zip(answers, range(len(asked)), strict=True))
    weak = [(asked[place], asked[place].lacks[answer]) for answer, place in ranked if answer < ANSWERS - 1]
    return Result(rung, score, weak)


def advise(result: Result) -> list[Advice]:
    """Three sheets at least, of the level or the next one, for what is weakest; a tool and a method in turn."""
    level = int(result.rung.level)
    near = [str(one) for one in (level, min(level + 1, len(rungs())))]
    kept: dict[tuple[str, int], Advice] = {}

    def take(sheets: Sequence[Shelved], reason: str, most: int) -> None:
        for sheet in sheets[:most]:
            kept.setdefault((sheet._meta.label, sheet.pk), Advice(sheet, reason))

    tools = list(
        for_cards(Resource.objects.public().filter(levels__overlap=near).trusted_first())[:LOOKED_AT]
    )
    methods = list(
        for_cards(Method.objects.public().filter(levels__overlap=near).trusted_first())[:LOOKED_AT]
    )
    for question, lacks in result.weak:
        if len(kept) >= ADVISED:
            break
        for rows in (tools, methods):
            helping = [
                sheet
                for sheet in rows
                if set(sheet.journey) & set(question.journey) and (sheet._meta.label, sheet.pk) not in kept
            ]
            helping.sort(key=lambda sheet: result.rung.level not in sheet.levels)
            take(helping, lacks, 1)
    if len(kept) < LEAST:
        take([*tools, *methods], f"Utile au niveau «{NBSP}{result.rung.name}{NBSP}».", LEAST)
    return list(kept.values())[:ADVISED]


@transaction.atomic
def keep(*, actor: User, organisation: Organisation | None, answers: Sequence[int]) -> Assessment:
    """Kept for oneself, or for an organisation one handles, beside the former ones."""
    if organisation is not None:
        allow(can_handle_missions(actor, organisation))
    limits.require("assessment_account", actor.pk)
    result = assess(answers)
    made = Assessment.objects.create(
        person=actor.person,
        organisation=organisation,
        answers=list(answers),
        score=result.score,
        level=result.rung.level,
    )
    record("assessment.kept", made, actor=actor, organisation=organisation and organisation.pk)
    return made


@transaction.atomic
def forget(made: Assessment, *, actor: User) -> None:
    """Nobody keeps what they do not want any more."""
    organisation = made.organisation
    allow(can_handle_missions(actor, organisation) if organisation else made.person_id == actor.person_id)
    record("assessment.forgotten", made, actor=actor)
    Assessment.objects.filter(pk=made.pk).delete()
