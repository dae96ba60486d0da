"""An introduction of two organisations, and its two sides. What a side gives of itself is read by nobody before both
accepted: the mail that exchanges it is written then."""

import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Least, Now

from alliances.colleges import college_of
from alliances.enums import College
from alliances.models import Alliance
from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField, personal
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import Answer, GoesOn, State

#: how long both may answer
LIFE = datetime.timedelta(days=21)
#: how long after both accepted they are asked what came of it
ASKED_AFTER = datetime.timedelta(days=30)


#: what a side gives as its contact
CONTACT = ("contact_name", "contact_email", "contact_phone")


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def of_organisation(self, organisation: Organisation) -> "IntroductionQuerySet":
        """Those that concern it, whatever its part: presented, or the one that proposes."""
        return self.filter(Q(first=organisation) | Q(second=organisation) | Q(host=organisation))

    def between(self, one: Organisation, other: Organisation) -> "IntroductionQuerySet":
        """Those of this pair, in either order."""
        return self.filter(Q(first=one, second=other) | Q(first=other, second=one))

    def visible_to(self, user: Any) -> "IntroductionQuerySet":
        """Staff: a pair is seen from both territories."""
        return self.filter(
            scope_filter(user, "first__commune__department")
            | scope_filter(user, "second__commune__department")
        )

    def waiting(self) -> "IntroductionQuerySet":
        return self.filter(state=State.PROPOSED)

    def overdue(self) -> "IntroductionQuerySet":
        return self.waiting().filter(expires_at__lte=now())

    def to_ask(self) -> "IntroductionQuerySet":
        """Both accepted a month ago or more, and nobody asked them yet what came of it."""
        return self.filter(
            state=State.ACCEPTED, accepted_at__lte=now() - ASKED_AFTER, outcome_asked_at__isnull=True
        )


class Introduction(models.Model):
    first = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name="organisation")
    second = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name="autre organisation"
    )
    reason = ProseField("pourquoi elles devraient se rencontrer", max_length=1000)
    #: the organisation that proposes; empty for the brigade
    host = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="proposée par"
    )
    by_brigade = models.BooleanField("proposée par la brigade", default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    created_at = models.DateTimeField("proposée le", db_default=Now())
    expires_at = models.DateTimeField("expire le")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    outcome_asked_at = models.DateTimeField("suite demandée le", null=True, blank=True)
    alliance = models.ForeignKey(
        Alliance, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="alliance"
    )

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = "mise en relation"
        verbose_name_plural = "mises en relation"
        constraints = [
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="introduction_of_two",
                violation_error_message="Choisissez deux organisations différentes.",
            ),
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                condition=Q(state=State.PROPOSED),
                name="introduction_pair_once",
                violation_error_message="Une mise en relation de ces deux organisations est déjà proposée.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ACCEPTED, accepted_at__isnull=False)
                | (~Q(state=State.ACCEPTED) & Q(accepted_at__isnull=True)),
                name="introduction_accepted_dated",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ACCEPTED) | Q(outcome_asked_at__isnull=True, alliance__isnull=True),
                name="introduction_outcome_of_accepted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="introduction_waiting", condition=Q(state=State.PROPOSED)
            ),
            models.Index(
                fields=["accepted_at"], name="introduction_to_ask", condition=Q(outcome_asked_at=None)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="both_accepted_first",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                func="""
                    IF NEW.state = 'accepted' AND 2 <> (
                        SELECT count(*) FROM introductions_side
                        WHERE introduction_id = NEW.id AND answer = 'accepted'
                            AND organisation_id IN (NEW.first_id, NEW.second_id)
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introduction_both_accepted',
                            MESSAGE = 'both sides must accept first';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.first.name} et {self.second.name}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()

    @property
    def is_waiting(self) -> bool:
        return self.state == State.PROPOSED

    @property
    def is_accepted(self) -> bool:
        return self.state == State.ACCEPTED

    @property
    def proposer(self) -> str:
        """Who thinks they should meet, in words that stand after « par »."""
        return "la brigade" if self.by_brigade else self.host.name if self.host else "une organisation"

    def other_than(self, organisation: Organisation) -> Organisation:
        return self.second if organisation.pk == self.first_id else self.first


class SideQuerySet(models.QuerySet["Side"]):
    def of_person(self, person: Person) -> "SideQuerySet":
        """Those of the organisations that this person handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Exists(handled))

    def of_organisation(self, organisation: Organisation) -> "SideQuerySet":
        return self.filter(organisation=organisation)

    def visible_to(self, user: Any) -> "SideQuerySet":
        """Staff: those of the introductions of their territory. What a side gives as its contact is not theirs."""
        seen = Introduction.objects.visible_to(user)
        return self.filter(introduction__in=seen.values("pk")).defer(*CONTACT)

    def with_pair(self) -> "SideQuerySet":
        return self.select_related(
            "organisation__commune",
            "introduction__first__commune",
            "introduction__second__commune",
            "introduction__host",
            "introduction__alliance",
        )


class Side(models.Model):
    """One of the two: its answer, whom the other may write to, and later what came of it."""

    introduction = models.ForeignKey(Introduction, models.CASCADE, related_name="sides")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name="organisation"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    answer = models.CharField("réponse", max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    #: empty when it was answered by the link, without an account
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    #: whom the other side may write to, once both accepted
    contact_name = personal(LineField("nom du contact", max_length=120, blank=True))
    contact_email = personal(models.EmailField("adresse du contact", blank=True))
    contact_phone = personal(models.CharField("téléphone du contact", max_length=20, blank=True))
    #: why not; the brigade alone reads it
    reason = personal(ProseField("raison", max_length=1000, blank=True))
    #: a month later
    told_at = models.DateTimeField("suite donnée le", null=True, blank=True)
    met = models.BooleanField("se sont rencontrées", null=True, blank=True)
    goes_on = models.CharField("continuent", max_length=8, choices=GoesOn, blank=True)
    wants_alliance = models.BooleanField("veut une alliance", null=True, blank=True)
    note = personal(ProseField("un mot", max_length=1000, blank=True))

    objects = SideQuerySet.as_manager()

    class Meta:
        verbose_name = "côté d’une mise en relation"
        verbose_name_plural = "côtés des mises en relation"
        constraints = [
            models.UniqueConstraint(fields=["introduction", "organisation"], name="introduction_side_once"),
            models.CheckConstraint(
                condition=Q(answer=Answer.WAITING, answered_at__isnull=True)
                | (~Q(answer=Answer.WAITING) & Q(answered_at__isnull=False)),
                name="introduction_side_answered_dated",
            ),
            models.CheckConstraint(
                condition=Q(answer=Answer.ACCEPTED)
                | Q(contact_email="", contact_phone="", told_at__isnull=True),
                name="introduction_side_gives_on_yes",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, met__isnull=True, wants_alliance__isnull=True, goes_on="")
                | (
                    Q(told_at__isnull=False, met__isnull=False, wants_alliance__isnull=False) & ~Q(goes_on="")
                ),
                name="introduction_side_told_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"côté {self.pk} d’une mise en relation"

    @property
    def is_waiting(self) -> bool:
        return self.answer == Answer.WAITING

    @property
    def other(self) -> Organisation:
        """Whom it would meet."""
        return self.introduction.other_than(self.organisation)

    @property
    def college(self) -> College:
        return college_of(self.organisation)

    @property
    def may_answer(self) -> bool:
        return self.is_waiting and self.introduction.is_waiting and not self.introduction.has_expired

    @property
    def may_tell(self) -> bool:
        """Once asked, it says what came of it; a second answer takes the place of the first."""
        return self.introduction.outcome_asked_at is not None
