"""A round of evaluation, who answered it, what they answered; and the evidence of the axes an alliance claims.

What a party answered is sealed until all have: nobody else reads it, staff included. `Score.objects` gives only the
scores of revealed rounds; the others are in `Score.sealed`, which one file opens (sealed.py). The database refuses to
reveal a round too soon, to change an answer afterwards, and to keep the answers of a round that was abandoned.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from alliances.governance.models import Decision
from alliances.indicators.enums import Axis
from alliances.indicators.models import Value
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import today
from jeveuxagir.common.models import LineField, ProseField, personal

from .enums import SILENT, AnswerState, Question, RoundState

#: what an answer that counts holds for each question
_WHOLE = "score.score IS NOT NULL AND score.sentence <> ''"


class RoundQuerySet(models.QuerySet["Round"]):
    def open(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.OPEN)

    def revealed(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.REVEALED)

    def overdue(self) -> "RoundQuerySet":
        return self.open().filter(due_on__lt=today())


class Round(models.Model):
    """The parties that are there when it opens answer once each; it is shown to all when the last one has."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="evaluations")
    label = LineField("évaluation", max_length=120)
    due_on = models.DateField("répondre avant le")
    state = models.CharField("état", max_length=10, choices=RoundState, default=RoundState.OPEN)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    #: why it was abandoned
    reason = ProseField("raison", max_length=1000, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField("ouverte le", db_default=Now())
    reminded_on = models.DateField("rappelée le", null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance"],
                condition=Q(state=RoundState.OPEN),
                name="evaluation_one_open",
                violation_error_message="Une évaluation est déjà en cours dans cette alliance.",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.ABANDONED) | ~Q(reason=""),
                name="evaluation_abandoned_with_reason",
                violation_error_message="Dites pourquoi vous arrêtez cette évaluation : les parties le liront.",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="evaluation_named"),
        ]
        indexes = [models.Index(fields=["due_on"], name="evaluation_due", condition=Q(state="open"))]
        triggers = [
            pgtrigger.Trigger(
                name="starts_open",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state__df=RoundState.OPEN.value),
                func="""
                    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_starts_open',
                        MESSAGE = 'an evaluation starts open';
                """,
            ),
            pgtrigger.Trigger(
                name="ends_once",
                operation=pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func=f"""
                    IF OLD.state <> 'open' THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_ended',
                            MESSAGE = 'this evaluation has ended';
                    END IF;
                    IF NEW.state = 'revealed' AND (
                        (SELECT count(*) FROM evaluations_answer answer
                            WHERE answer.round_id = NEW.id AND answer.state = 'sent') < 2
                        OR EXISTS (
                            SELECT 1 FROM evaluations_answer answer
                            JOIN alliances_party party ON party.id = answer.party_id
                            WHERE answer.round_id = NEW.id AND CASE
                                WHEN answer.state = 'gone' THEN EXISTS (
                                    SELECT 1 FROM evaluations_score score WHERE score.answer_id = answer.id
                                )
                                ELSE party.left_at IS NOT NULL OR answer.state <> 'sent' OR (
                                    SELECT count(*) FROM evaluations_score score
                                    WHERE score.answer_id = answer.id AND {_WHOLE}
                                ) < {len(Question)}
                            END
                        )
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_all_answered',
                            MESSAGE = 'the answers are shown when all parties have answered';
                    END IF;
                    IF NEW.state = 'abandoned' AND EXISTS (
                        SELECT 1 FROM evaluations_score score
                        JOIN evaluations_answer answer ON answer.id = score.answer_id
                        WHERE answer.round_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_destroyed',
                            MESSAGE = 'the answers of an abandoned evaluation are destroyed first';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own words)
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    @property
    def is_revealed(self) -> bool:
        return self.state == RoundState.REVEALED

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on < today()

    @property
    def page_url(self) -> str:
        from django.urls import reverse

        return reverse("evaluations:round", args=[self.alliance_id, self.alliance.slug, self.pk])


class AnswerQuerySet(models.QuerySet["Answer"]):
    def awaited(self) -> "AnswerQuerySet":
        """Those still to come: of live parties, in an open round."""
        return self.filter(state__in=SILENT, party__left_at=None, round__state=RoundState.OPEN)


class Answer(models.Model):
    """That a party is asked, and whether it answered: by whom, in what capacity, when. Not what."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="answers")
    party = models.ForeignKey(Party, models.PROTECT, related_name="evaluation_answers")
    state = models.CharField("état", max_length=8, choices=AnswerState, default=AnswerState.AWAITED)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = personal(LineField("répondu par", max_length=160, blank=True))
    capacity = personal(LineField("qualité", max_length=120, blank=True))
    saved_at = models.DateTimeField("enregistrée le", null=True, blank=True)
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse à une évaluation"
        verbose_name_plural = "réponses aux évaluations"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "party"], name="evaluation_answer_once"),
            models.CheckConstraint(
                condition=~Q(state=AnswerState.SENT)
                | (Q(sent_at__isnull=False) & ~Q(author_name="") & ~Q(capacity="")),
                name="evaluation_answer_signed",
                violation_error_message="Dites en quelle qualité vous répondez : présidente, directeur, maire…",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="answers_in_time",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "round_id", "party_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM evaluations_round round
                        JOIN alliances_party party ON party.id = NEW.party_id
                            AND party.alliance_id = round.alliance_id
                        WHERE round.id = NEW.round_id AND round.state = 'open'
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_answer_in_time',
                            MESSAGE = 'this evaluation has ended, or this is no party of the alliance';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"réponse {self.pk}"

    @property
    def is_sent(self) -> bool:
        return self.state == AnswerState.SENT

    @property
    def is_waited_for(self) -> bool:
        return self.state in SILENT and self.party.is_live


class RevealedManager(models.Manager["Score"]):
    """The scores that all parties may read. Related managers and the admin go through it too."""

    def get_queryset(self) -> "models.QuerySet[Score]":
        return super().get_queryset().filter(answer__round__state=RoundState.REVEALED)


class SealedManager(models.Manager["Score"]):
    """All scores, those of sealed rounds too."""


class Score(models.Model):
    """What a party answers to one question: a number from one to five, and a sentence."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="scores")
    question = models.CharField("question", max_length=12, choices=Question)
    #: empty in a draft
    score = models.PositiveSmallIntegerField("note", null=True, blank=True)
    sentence = personal(ProseField("en une phrase", max_length=600, blank=True))

    objects = RevealedManager()
    #: every one: opened by sealed.py alone (tests/evaluations/test_sealed.py)
    sealed = SealedManager()

    class Meta:
        verbose_name = "note d’une évaluation"
        verbose_name_plural = "notes des évaluations"
        constraints = [
            models.UniqueConstraint(fields=["answer", "question"], name="evaluation_score_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(1, 5)),
                name="evaluation_score_range",
                violation_error_message="Une note va de 1 à 5.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="scores_in_time",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("answer_id", "question", "score"),
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM evaluations_answer answer
                        JOIN evaluations_round round ON round.id = answer.round_id AND round.state = 'open'
                        JOIN alliances_party party ON party.id = answer.party_id AND party.left_at IS NULL
                        WHERE answer.id = NEW.answer_id AND answer.state <> 'gone'
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evaluation_score_in_time',
                            MESSAGE = 'this evaluation has ended, or this party is not asked any more';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Evidence(models.Model):
    """What proves an axis: innovation, performance, confiance. An alliance claims an axis by proving it, and only so.

    A link, a confirmed value of an indicator, an adopted decision, or an evaluation that was revealed: one of them.
    """

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="evidence")
    axis = models.CharField("axe", max_length=12, choices=Axis)
    statement = LineField("ce qui change", max_length=300)
    link = models.URLField("lien vers la preuve", max_length=300, blank=True)
    value = models.ForeignKey(
        Value, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="valeur d’un indicateur"
    )
    decision = models.ForeignKey(
        Decision, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="décision"
    )
    evaluation = models.ForeignKey(
        Round, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="évaluation"
    )
    created_at = models.DateTimeField("donnée le", db_default=Now())

    class Meta:
        verbose_name = "preuve d’un axe"
        verbose_name_plural = "preuves des axes"
        ordering = ["axis", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(statement="")
                & (
                    (~Q(link="") & Q(value=None, decision=None, evaluation=None))
                    | Q(link="", value__isnull=False, decision=None, evaluation=None)
                    | Q(link="", value=None, decision__isnull=False, evaluation=None)
                    | Q(link="", value=None, decision=None, evaluation__isnull=False)
                ),
                name="evidence_with_proof",
                violation_error_message=(
                    "Un axe se montre avec une preuve, et une seule à la fois : un lien, une valeur confirmée, "
                    "une décision adoptée ou une évaluation révélée."
                ),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="proves_with_what_holds",
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("alliance_id", "value_id", "decision_id", "evaluation_id"),
                when=pgtrigger.Before,
                func="""
                    IF NOT (
                        (NEW.value_id IS NULL OR EXISTS (
                            SELECT 1 FROM indicators_value value
                            JOIN indicators_indicator indicator ON indicator.id = value.indicator_id
                            WHERE value.id = NEW.value_id AND indicator.alliance_id = NEW.alliance_id
                                AND value.replaced_at IS NULL))
                        AND (NEW.decision_id IS NULL OR EXISTS (
                            SELECT 1 FROM governance_decision decision
                            WHERE decision.id = NEW.decision_id AND decision.alliance_id = NEW.alliance_id
                                AND decision.state = 'adopted'))
                        AND (NEW.evaluation_id IS NULL OR EXISTS (
                            SELECT 1 FROM evaluations_round round
                            WHERE round.id = NEW.evaluation_id AND round.alliance_id = NEW.alliance_id
                                AND round.state = 'revealed'))
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_holds',
                            MESSAGE = 'this proof is not of this alliance, or does not hold';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.statement
