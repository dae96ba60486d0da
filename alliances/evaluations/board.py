"""What the pages of evaluations show: who answered, and once it is shown to all, the gaps side by side."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q
from django.urls import reverse

from alliances.enums import Activity
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import ToDo
from jeveuxagir.common.text import NBSP, amount, plural
from jeveuxagir.ui.charts import Spread
from organisations.models import Membership
from organisations.policies import HANDLERS

from .enums import ASKED, SCALE, AnswerState, Asked, Question
from .models import Answer, Round, Score


@dataclass(frozen=True)
class Line:
    """What one party answered to one question, and the time before."""

    party: Party
    score: int
    sentence: str
    before: int | None = None

    @property
    def words(self) -> str:
        return SCALE[self.score]


@dataclass(frozen=True)
class Gap:
    """One question, side by side: the lowest first."""

    question: str
    asked: Asked
    lines: list[Line]
    #: (gap, mean) of the time before, if there was one
    before: tuple[int, Decimal] | None = None

    @property
    def low(self) -> int:
        return self.lines[0].score

    @property
    def high(self) -> int:
        return self.lines[-1].score

    @property
    def size(self) -> int:
        return self.high - self.low

    @property
    def mean(self) -> Decimal:
        return mean_of([line.score for line in self.lines])

    @property
    def words(self) -> str:
        """« 3 points d’écart : 2 pour la mairie, 5 pour l’association »."""
        if not self.size:
            return f"Aucun écart{NBSP}: toutes les parties donnent {self.low}."
        return (
            f"{plural(self.size, 'point')} d’écart{NBSP}: {self.low} pour {_names(self.lines, self.low)}, "
            f"{self.high} pour {_names(self.lines, self.high)}."
        )

    @property
    def since(self) -> str:
        """What changed since the time before, in words."""
        if self.before is None:
            return ""
        gap, mean = self.before
        moved = self.mean - mean
        level = (
            f"la moyenne reste à {amount(self.mean)}"
            if not moved
            else f"la moyenne {'monte' if moved > 0 else 'baisse'} de {amount(mean)} à {amount(self.mean)}"
        )
        if gap == self.size:
            return f"Depuis la fois d’avant, {level}, et l’écart est le même."
        verb = "se réduit" if self.size < gap else "se creuse"
        return f"Depuis la fois d’avant, {level}, et l’écart {verb} ({gap} puis {self.size})."

    @property
    def spread(self) -> Spread:
        return Spread(self.asked.title, [line.score for line in self.lines])


def mean_of(scores: Sequence[int]) -> Decimal:
    return round(Decimal(sum(scores)) / max(len(scores), 1), 1)


def _names(lines: Iterable[Line], score: int) -> str:
    names = [line.party.name for line in lines if line.score == score]
    return names[0] if len(names) == 1 else plural(len(names), "partie")


def _scores(round_: Round) -> dict[str, dict[int, Score]]:
    """question → party → score; nothing before the round is revealed."""
    found: dict[str, dict[int, Score]] = {}
    rows = Score.objects.filter(answer__round=round_, answer__state=AnswerState.SENT)
    for row in rows.select_related("answer__party").order_by("answer__party__name", "pk"):
        found.setdefault(row.question, {})[row.answer.party_id] = row
    return found


def before(round_: Round) -> Round | None:
    """The round that was shown to all before this one."""
    shown = round_.alliance.evaluations.revealed().filter(opened_at__lt=round_.opened_at)
    return shown.order_by("-opened_at", "-pk").first()


def gaps(round_: Round) -> list[Gap]:
    """The biggest first; empty while the answers are sealed."""
    now = _scores(round_)
    previous = before(round_) if now else None
    then = _scores(previous) if previous else {}
    found = []
    for question in Question:
        rows = now.get(question, {})
        if not rows:
            continue
        old = {party: row.score or 0 for party, row in then.get(question, {}).items()}
        lines = [
            Line(row.answer.party, row.score or 0, row.sentence, old.get(party))
            for party, row in rows.items()
        ]
        lines.sort(key=lambda line: line.score)
        past = (max(old.values()) - min(old.values()), mean_of(list(old.values()))) if old else None
        found.append(Gap(question, ASKED[question], lines, past))
    return sorted(found, key=lambda gap: -gap.size)


def summary(sizes: Sequence[tuple[str, int]]) -> str:
    """The biggest gap in words, for the home and the list, of (title of the question, gap) pairs."""
    biggest = max((size for _, size in sizes), default=0)
    if not sizes:
        return ""
    if not biggest:
        return "Sur chaque question, les parties donnent la même note."
    titles = [title.lower() for title, size in sizes if size == biggest]
    words = "Plus grand écart" if len(titles) == 1 else "Plus grands écarts"
    return f"{words}, {plural(biggest, 'point')} entre les parties{NBSP}: {', '.join(titles)}."


def summaries(rounds: Iterable[Round]) -> dict[int, str]:
    """round → its biggest gap in words, in one query; nothing for those that are sealed."""
    rows = Score.objects.filter(answer__round__in=[row.pk for row in rounds], answer__state=AnswerState.SENT)
    spans = rows.values("answer__round", "question").annotate(low=Min("score"), high=Max("score"))
    found: dict[int, list[tuple[str, int]]] = {}
    order = Question.values
    for span in sorted(spans, key=lambda one: order.index(one["question"])):
        size = span["high"] - span["low"]
        found.setdefault(span["answer__round"], []).append((ASKED[span["question"]].title, size))
    return {pk: summary(sizes) for pk, sizes in found.items()}


def answers_of(round_: Round) -> list[Answer]:
    """Who is asked and who answered, those waited for first; never what."""
    rows = list(
        round_.answers.select_related("party__organisation", "party__person").order_by("party__name", "pk")
    )
    return sorted(rows, key=lambda row: not row.is_waited_for)


def csv_of(round_: Round, found: Sequence[Gap]) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Header and lines of a revealed round's file."""
    header = ("Évaluation", "Question", "Partie", "Note", "La fois d’avant", "Phrase", "Écart", "Moyenne")
    rows = [
        (round_.label, gap.asked.title, line.party.name, line.score, line.before, line.sentence, gap.size,
         amount(gap.mean))
        for gap in found
        for line in gap.lines
    ]  # fmt: skip
    return header, rows


# --- who should act ---------------------------------------------------------------------------------------------


def answer_url(round_: Round, party: int) -> str:
    alliance = round_.alliance
    return reverse("evaluations:answer", args=[alliance.pk, alliance.slug, round_.pk, party])


def to_do_of(person: Person) -> Iterator[ToDo]:
    """The evaluations that wait for a party this person acts for."""
    member = Membership.objects.live().filter(
        organisation=OuterRef("party__organisation"), person=person, role__in=HANDLERS
    )
    mine = Answer.objects.awaited().filter(Q(party__person=person) | Exists(member))
    going = mine.exclude(round__alliance__activity=Activity.CLOSED)
    for row in going.select_related("round__alliance", "party").order_by("round__due_on", "pk")[:10]:
        late = " (en retard)" if row.round.is_late else ""
        yield ToDo(
            f"Répondre à l’évaluation «{NBSP}{row.round.label}{NBSP}»{NBSP}: {row.round.alliance.name}{late}",
            answer_url(row.round, row.party_id),
            row.round.opened_at,
            "Répondre",
        )


def opened_of(alliance: Alliance) -> Round | None:
    found = alliance.evaluations.open().first()
    if found is not None:
        found.alliance = alliance
    return found


def others_waited_for(round_: Round, party: Party) -> bool:
    """Whether anybody else is still to answer: if not, one's own answer shows all of them."""
    return Answer.objects.awaited().filter(round=round_).exclude(party=party).exists()
