"""The one door to answers that are not shown yet. Nothing else reads or writes `Score.sealed`.

Whoever opens it acts for the very party whose answers they are, or destroys them unread.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from alliances import policies as alliance_policies
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.errors import NotAllowed

from .enums import Question
from .models import Answer, Round, Score

#: what an erased person wrote becomes
ERASED = "(phrase effacée)"

#: question → (score, sentence)
Said = Mapping[str, tuple[int | None, str]]


def own(actor: Any, answer: Answer) -> dict[str, Score]:
    """What one's own party has answered so far, by question. For no other party (NotAllowed)."""
    if not alliance_policies.acts_for(actor, answer.party):
        raise NotAllowed("Vous ne répondez que pour votre partie.")
    return {row.question: row for row in Score.sealed.filter(answer=answer)}


def write(answer: Answer, said: Said) -> None:
    """Keep what was said; the caller has locked the answer and asked the policy."""
    for question in Question:
        score, sentence = said.get(question, (None, ""))
        Score.sealed.update_or_create(
            answer=answer, question=question, defaults={"score": score, "sentence": sentence}
        )


def destroy(answers: Iterable[Answer]) -> int:
    """For good, unread."""
    return Score.sealed.filter(answer__in=answers).delete()[0]


def written_by(person: Person) -> QuerySet[Score]:
    """Their own words, for the export of their own data: the answers that they were the last to write."""
    mine = Score.sealed.filter(answer__person=person).exclude(score=None, sentence="")
    return mine.select_related("answer__round", "answer__party").order_by("answer", "pk")


def forget(person: Person) -> None:
    """Erasure: the party's score stays, without the sentence that a person wrote."""
    Score.sealed.filter(answer__person=person).exclude(sentence="").update(sentence=ERASED)


def left_in_abandoned() -> QuerySet[Round]:
    """For the invariants: abandoned rounds in which something is left. No score is loaded."""
    return Round.objects.filter(state="abandoned", pk__in=Score.sealed.values("answer__round"))


def incomplete_revealed() -> QuerySet[Answer]:
    """For the invariants: answers sent in a revealed round that lack a score."""
    whole = Score.sealed.exclude(score=None).exclude(sentence="")
    rows = Answer.objects.filter(round__state="revealed", state="sent")
    lacking = [row.pk for row in rows if whole.filter(answer=row).count() < len(Question)]
    return Answer.objects.filter(pk__in=lacking)
