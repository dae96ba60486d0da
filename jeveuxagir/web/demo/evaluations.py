"""How the demo's alliances judge themselves: evaluations open, revealed and abandoned; what proves the axes."""

import datetime
from typing import Any

from django.db.models import Model

from alliances.evaluations.enums import AnswerState, Question, RoundState
from alliances.evaluations.models import Answer, Evidence, Round, Score
from alliances.governance.models import Decision
from alliances.indicators.models import Value
from jeveuxagir.accounts.models import Person

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground


class Evaluations:
    """`build` makes the rows, all open; `write` writes them and ends those that have ended, an alliance's in turn."""

    def __init__(self, ground: Ground, alliances: Alliances) -> None:
        self.ground, self.alliances = ground, alliances
        #: the first round of every alliance with what it holds, then the second ones…
        self._waves: list[list[Model]] = []
        self._ends: dict[int, tuple[RoundState, datetime.datetime, str]] = {}
        self._rounds: dict[tuple[str, str], Round] = {}

    def build(self) -> None:
        said = texts.read("evaluations")
        for spec in said["round"]:
            self._round(self.alliances.all[spec["alliance"]], spec)
        for spec in said["evidence"]:
            self._evidence(self.alliances.all[spec["alliance"]], spec)

    def write(self) -> None:
        """One round is open at a time in an alliance, and the tables take no answer once it has ended."""
        for wave in self._waves:
            for row in wave:
                self.ground.add(row)
            self.ground.write(Round, Answer, Score)
            for row in wave:
                if isinstance(row, Round) and row.pk in self._ends:
                    row.state, row.state_changed_at, row.reason = self._ends[row.pk]
                    row.save()
        self.ground.write(Evidence)

    # --- rows -------------------------------------------------------------------------------------------------

    def _speaker(self, allied: Allied, who: str) -> Person:
        party = allied.parties[who]
        if party.person is not None:
            return party.person
        owner = self.alliances.organisations.all[who].owner
        assert owner is not None, f"{who} answers for a party: somebody must own it"
        return owner

    def _round(self, allied: Allied, spec: dict[str, Any]) -> None:
        ground, alliance = self.ground, allied.alliance
        opened = ground.days_ago(spec["days"])
        before = sum(key == spec["alliance"] for key, _label in self._rounds)
        if before == len(self._waves):
            self._waves.append([])
        wave = self._waves[before]
        row = Round(
            pk=ground.number(Round),
            alliance=alliance,
            label=spec["label"],
            due_on=ground.day(spec["due"]),
            state=RoundState.OPEN,
            state_changed_at=opened,
            reason="",
            opened_by=allied.actor,
            opened_at=opened,
            reminded_on=None,
        )
        wave.append(row)
        self._rounds[spec["alliance"], spec["label"]] = row
        ground.event(
            "evaluation.opened",
            alliance,
            opened,
            actor=allied.actor,
            round=row.pk,
            parties=len(allied.parties),
        )
        told = {one["who"]: one for one in spec.get("answer", ())}
        last = opened
        for who in allied.parties:
            sent, rows = self._answer(allied, row, who, told.get(who), abandoned="reason" in spec)
            last = max(last, sent)
            wave.extend(rows)
        if "reason" in spec:
            self._end(allied, row, RoundState.ABANDONED, ground.days_ago(spec["ended"]), spec["reason"])
        elif all(who in told and not told[who].get("draft") for who in allied.parties):
            self._end(allied, row, RoundState.REVEALED, last, "")

    def _answer(
        self, allied: Allied, row: Round, who: str, said: dict[str, Any] | None, *, abandoned: bool
    ) -> tuple[datetime.datetime, list[Model]]:
        """When it was sent, and its rows; what an abandoned round held is destroyed."""
        ground, at = self.ground, row.opened_at
        party = allied.parties[who]
        person = self._speaker(allied, who) if said else None
        draft = bool(said and said.get("draft"))
        sent = None if said is None or draft else ground.later(at, 1, 8)
        answer = Answer(
            pk=ground.number(Answer),
            round=row,
            party=party,
            state=AnswerState.AWAITED if said is None else AnswerState.DRAFT if draft else AnswerState.SENT,
            person=person,
            author_name=person.full_name if person else "",
            capacity=said.get("capacity", "") if said else "",
            saved_at=sent or (ground.later(at, 1, 3) if draft else None),
            sent_at=sent,
            version=1 if said is None else 2,
        )
        rows: list[Model] = [answer]
        if said is not None and not abandoned:
            for index, question in enumerate(Question):
                score = said["scores"][index] if index < len(said["scores"]) else None
                words = said["words"][index] if index < len(said["words"]) else ""
                number = ground.number(Score)
                rows.append(Score(pk=number, answer=answer, question=question, score=score, sentence=words))
        if sent is not None:
            ground.event("evaluation.answered", allied.alliance, sent, round=row.pk, party=party.pk)
        return sent or at, rows

    def _end(self, allied: Allied, row: Round, state: RoundState, at: datetime.datetime, reason: str) -> None:
        self._ends[row.pk] = (state, at, reason)
        self.ground.event(f"evaluation.{state.value}", allied.alliance, at, round=row.pk)

    def _evidence(self, allied: Allied, spec: dict[str, Any]) -> None:
        self.ground.new(
            Evidence,
            alliance=allied.alliance,
            axis=spec["axis"],
            statement=spec["statement"],
            link=spec.get("link", ""),
            value=self._value(allied, *spec["value"]) if "value" in spec else None,
            decision=self._decision(allied, spec["decision"]) if "decision" in spec else None,
            evaluation=self._rounds[spec["alliance"], spec["round"]] if "round" in spec else None,
            created_at=self.ground.days_ago(spec.get("days", 12)),
        )

    def _value(self, allied: Allied, name: str, ago: int) -> Value:
        """The value of so many periods ago, that another party confirmed (see indicators.toml)."""
        held = [
            row
            for row in self.ground.rows(Value)
            if row.indicator.alliance is allied.alliance and row.indicator.name == name
            if row.replaced_at is None
        ]
        return sorted(held, key=lambda row: row.period)[-ago]

    def _decision(self, allied: Allied, title: str) -> Decision:
        return next(
            row
            for row in self.ground.rows(Decision)
            if row.alliance is allied.alliance and row.title == title
        )
