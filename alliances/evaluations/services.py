"""Every write on an evaluation, and on what proves an axis.

Alliance → round → answer: locked in this order, so that one last answer reveals it.

When one party never answers, nothing is ever shown: who runs the round abandons it and the answers are destroyed, or
the party itself leaves and is waited for no more. No role, clock or rule opens the others' answers.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from alliances import policies as alliance_policies
from alliances import services as alliances
from alliances.governance.models import Decision
from alliances.indicators.enums import Axis
from alliances.indicators.models import Value
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean, of

from . import axes, policies, sealed
from . import notifications as mails
from .enums import ASKED, ROUNDS, AnswerState, Question, RoundState
from .models import Answer, Evidence, Round

LONGEST = datetime.timedelta(days=180)
REMIND_EVERY = datetime.timedelta(days=7)
FEWEST = 2
MOST_EVIDENCE = 60
SOMEBODY = "une personne"
ALONE = "Il reste moins de deux parties à répondre : il n’y a plus rien à comparer."
CLOSED = "L’alliance est close."
ENDED = "Cette évaluation est terminée : on n’y répond plus."

_REFUSED = {
    "evaluation_score_in_time": ENDED,
    "evaluation_answer_in_time": ENDED,
    "evaluation_ended": ENDED,
}


@transaction.atomic
def open_round(alliance: Alliance, *, actor: User, label: str, due_on: datetime.date) -> Round:
    """Ask every party that is there now. One at a time: the database holds it."""
    alliance = alliances.locked(alliance)
    allow(policies.can_run(actor, alliance))
    if not clean(label):
        raise RuleBroken("Donnez un nom à cette évaluation.", code="label")
    if not today() < due_on <= today() + LONGEST:
        raise RuleBroken("Choisissez une date à venir, dans les six mois.", code="due_on")
    parties = list(alliance.parties.live().order_by("pk"))
    if len(parties) < FEWEST:
        raise RuleBroken(
            "Il faut deux parties au moins : on compare des réponses. Invitez quelqu’un d’abord.",
            code="alone",
        )
    with refusals():
        made = Round.objects.create(alliance=alliance, label=label, due_on=due_on, opened_by=actor)
    Answer.objects.bulk_create([Answer(round=made, party=party) for party in parties])
    alliances.acted(alliance, actor=actor)
    record("evaluation.opened", alliance, actor=actor, round=made.pk, parties=len(parties))
    mails.tell(made, "opened", parties, besides=actor.person_id)
    return made


@transaction.atomic
def answer(
    round_: Round,
    *,
    actor: User,
    party: Party,
    said: Mapping[str, tuple[int | None, str]],
    capacity: str = "",
    send: bool = True,
    version: int | None = None,
) -> Answer:
    """Keep a draft, or send: it may change until the last party has answered, which shows all of them at once.

    Once sent, an answer is changed whole. `version` is what the form showed: Stale when a colleague wrote meanwhile.
    """
    alliance, round_ = _locked(round_)
    party = lock(Party.objects.select_related("organisation", "person"), pk=party.pk)
    if party.alliance_id != alliance.pk:
        raise NotAllowed
    allow(policies.can_answer(actor, party))
    if not round_.is_open:
        raise RuleBroken(ENDED, code="ended")
    row = (
        Answer.objects.select_for_update(of=("self",), no_key=True).filter(round=round_, party=party).first()
    )
    if row is None or row.state == AnswerState.GONE:
        raise RuleBroken(
            "Votre partie est arrivée après l’ouverture de cette évaluation : elle répondra à la prochaine.",
            code="not_asked",
        )
    if version is not None and version != row.version:
        raise Stale("Quelqu’un de votre partie a répondu entre-temps. Relisez, puis recommencez.")
    row.round, row.party = round_, party
    kept = _checked(said)
    send = send or row.is_sent
    if send:
        _require_whole(kept, capacity)
        row.state, row.sent_at = AnswerState.SENT, row.sent_at or now()
    else:
        row.state = AnswerState.DRAFT
    row.person, row.author_name = actor.person, clean(actor.person.full_name) or SOMEBODY
    row.capacity, row.saved_at = clean(capacity), now()
    row.version += 1
    with refusals(_REFUSED):
        sealed.write(row, kept)
        row.save()
    if send:
        alliances.acted(alliance, actor=actor)
        record("evaluation.answered", alliance, actor=actor, round=round_.pk, party=party.pk)
        _settle(alliance, round_)
    return row


@transaction.atomic
def abandon(round_: Round, *, actor: User, reason: str) -> Round:
    """Stop without showing anything: the answers are destroyed, unread, and every party is told why."""
    alliance, round_ = _locked(round_)
    allow(policies.can_run(actor, alliance))
    if not clean(reason):
        raise RuleBroken(
            "Dites pourquoi vous arrêtez cette évaluation : les parties le liront.", code="reason"
        )
    _abandon(alliance, round_, actor=actor, reason=clean(reason))
    alliances.acted(alliance, actor=actor)
    return round_


@transaction.atomic
def settle(alliance: Alliance) -> None:
    """A party left: its answers are destroyed, and the round may have waited only for it. Safe to run twice."""
    alliance = alliances.locked(alliance, even_closed=True)
    found = alliance.evaluations.open().first()
    if found is None:
        return
    round_ = lock(Round.objects.all(), pk=found.pk)
    round_.alliance = alliance
    if alliance.is_closed:
        _abandon(alliance, round_, actor=None, reason=CLOSED)
    else:
        _settle(alliance, round_)


def keeps(party: Party) -> str:
    """Nobody puts out a party whose answer is awaited: that would open the others' answers. For `spaces.keeps`."""
    if not Answer.objects.awaited().filter(party=party).exists():
        return ""
    return (
        f"Une évaluation attend la réponse {of(party.name)} : la remplacer montrerait les réponses des autres. "
        "Arrêtez d’abord cette évaluation."
    )


def remind_due() -> int:
    """Rounds past their date: the parties that have not answered are reminded, once a week. Safe to run twice."""
    day, done = today(), 0
    waiting = Round.objects.overdue().exclude(reminded_on__gt=day - REMIND_EVERY)
    for found in waiting.filter(alliance__activity="active").order_by("pk")[:500]:
        with transaction.atomic():
            alliance = lock(Alliance.objects.all(), pk=found.alliance_id)
            round_ = lock(Round.objects.all(), pk=found.pk)
            if not round_.is_late or (round_.reminded_on and day - round_.reminded_on < REMIND_EVERY):
                continue
            round_.alliance = alliance
            round_.reminded_on = day
            round_.save(update_fields=["reminded_on"])
            silent = Answer.objects.awaited().filter(round=round_).values("party")
            parties = list(alliance.parties.filter(pk__in=silent).select_related("person").order_by("pk"))
            mails.tell(round_, "late", parties, once=day.isoformat())
            done += 1
    return done


# --- the axes that the alliance claims ------------------------------------------------------------------------


@transaction.atomic
def prove(
    alliance: Alliance,
    *,
    actor: User,
    axis: str,
    statement: str,
    link: str = "",
    value: Value | None = None,
    decision: Decision | None = None,
    evaluation: Round | None = None,
) -> Evidence:
    """Claim an axis by proving it. Without a proof that holds there is no claim (K66)."""
    alliance = alliances.locked(alliance)
    allow(alliance_policies.can_act(actor, alliance))
    if axis not in Axis.values:
        raise RuleBroken("Choisissez un axe.", code="axis")
    if not clean(statement):
        raise RuleBroken("Dites ce qui change.", code="statement")
    proofs = [link, value, decision, evaluation]
    if sum(bool(one) for one in proofs) != 1:
        raise RuleBroken(axes.ONE_PROOF if any(proofs) else axes.NO_PROOF, code="proof")
    if link and not link.startswith(("https://", "http://")):
        raise RuleBroken("Un lien commence par https://.", code="link")
    if value is not None and not axes.confirms(value):
        raise RuleBroken("Cette valeur n’est pas confirmée par une autre partie.", code="evidence_holds")
    if alliance.evidence.count() >= MOST_EVIDENCE:
        raise RuleBroken(f"{MOST_EVIDENCE} preuves au plus.", code="too_many")
    with refusals({"evidence_holds": "Cette preuve n’est pas de l’alliance, ou ne tient plus."}):
        made = Evidence.objects.create(
            alliance=alliance,
            axis=axis,
            statement=statement,
            link=link,
            value=value,
            decision=decision,
            evaluation=evaluation,
        )
    alliances.acted(alliance, actor=actor)
    record("evidence.given", alliance, actor=actor, evidence=made.pk, axis=axis)
    return made


@transaction.atomic
def withdraw_proof(evidence: Evidence, *, actor: User) -> None:
    """With its last proof, the axis is claimed no more. A second click finds nothing left to withdraw."""
    alliance = alliances.locked(evidence.alliance)
    allow(alliance_policies.can_act(actor, alliance))
    removed, _ = Evidence.objects.filter(pk=evidence.pk).delete()
    if removed:
        alliances.acted(alliance, actor=actor)
        record("evidence.withdrawn", alliance, actor=actor, axis=evidence.axis)


def forget_person(person: Person) -> None:
    """Erasure: that the party answered stays, and its scores; neither who, nor in what words."""
    sealed.forget(person)
    mine = Answer.objects.filter(person=person)
    mine.filter(state=AnswerState.SENT).update(person=None, author_name=SOMEBODY, capacity="—")
    mine.exclude(state=AnswerState.SENT).update(person=None, author_name="", capacity="")


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(round_: Round) -> tuple[Alliance, Round]:
    alliance = alliances.locked(round_.alliance)
    found = lock(Round.objects.all(), pk=round_.pk)
    found.alliance = alliance
    return alliance, found


def _settle(alliance: Alliance, round_: Round) -> None:
    """Show the round if nobody is waited for any more. Both rows are locked by the caller."""
    if not round_.is_open:
        return
    gone = list(round_.answers.filter(party__left_at__isnull=False).exclude(state=AnswerState.GONE))
    if gone:
        sealed.destroy(gone)
        round_.answers.filter(pk__in=[row.pk for row in gone]).update(
            state=AnswerState.GONE, person=None, author_name="", capacity="", saved_at=None, sent_at=None
        )
    asked = round_.answers.exclude(state=AnswerState.GONE)
    if asked.count() < FEWEST:
        _abandon(alliance, round_, actor=None, reason=ALONE)
    elif not asked.exclude(state=AnswerState.SENT).exists():
        _move(round_, "reveal")
        record("evaluation.revealed", alliance, round=round_.pk)
        mails.tell(round_, "revealed", _live(alliance))


def _abandon(alliance: Alliance, round_: Round, *, actor: User | None, reason: str) -> None:
    if round_.is_open:
        sealed.destroy(list(round_.answers.all()))
    round_.reason = reason
    _move(round_, "abandon")
    record("evaluation.abandoned", alliance, actor=actor, round=round_.pk)
    mails.tell(round_, "abandoned", _live(alliance), besides=actor.person_id if actor else None)


def _move(round_: Round, verb: str) -> None:
    round_.state = ROUNDS.target(verb, round_.state, label=RoundState(round_.state).label)
    round_.state_changed_at = now()
    with refusals(_REFUSED):
        round_.save(update_fields=["state", "state_changed_at", "reason"])


def _live(alliance: Alliance) -> list[Party]:
    return list(alliance.parties.live().select_related("person").order_by("pk"))


def _checked(said: Mapping[str, tuple[int | None, str]]) -> dict[str, tuple[int | None, str]]:
    if set(said) - set(Question.values):
        raise RuleBroken("Répondez aux questions de la page.", code="question")
    kept: dict[str, Any] = {}
    for question, (score, sentence) in said.items():
        if score is not None and not 1 <= score <= 5:
            raise RuleBroken("Une note va de 1 à 5.", code="score")
        kept[question] = (score, clean(sentence))
    return kept


def _require_whole(said: Mapping[str, tuple[int | None, str]], capacity: str) -> None:
    lacking = [
        ASKED[question].title.lower()
        for question in Question
        if said.get(question, (None, ""))[0] is None or not said[question][1]
    ]
    if lacking:
        raise RuleBroken(
            f"Avant d’envoyer, donnez une note et une phrase sur : {', '.join(lacking)}.", code="whole"
        )
    if not clean(capacity):
        raise RuleBroken(
            "Dites en quelle qualité vous répondez : présidente, directeur, maire…", code="capacity"
        )
