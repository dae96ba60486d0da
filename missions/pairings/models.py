"""A need and an offer brought together: why, who proposed it, and what each side says. After two yes, the employer
describes the sponsorship (missions/sponsorships)."""

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import ProseField, personal
from missions.offers.models import Offer
from missions.skill_needs.enums import ContactConsent
from missions.skill_needs.models import SkillNeed
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import Answer, DeclineReason, Origin, Side, State, WithdrawnBecause

#: how long both sides may answer
LIFE = datetime.timedelta(days=21)
#: so many pairings at most wait for one offer's employer
MOST_PER_OFFER = 5


class PairingQuerySet(models.QuerySet["Pairing"]):
    def waiting(self) -> "PairingQuerySet":
        return self.filter(state=State.PROPOSED)

    def live(self) -> "PairingQuerySet":
        """Those that wait, or were agreed."""
        return self.filter(state__in=[State.PROPOSED, State.AGREED])

    def agreed(self) -> "PairingQuerySet":
        return self.filter(state=State.AGREED)

    def standing(self) -> "PairingQuerySet":
        """Those that keep people from proposing the same two again: all, but what ended after two yes."""
        return self.exclude(state=State.ENDED)

    def overdue(self) -> "PairingQuerySet":
        return self.waiting().filter(expires_at__lte=now())

    def of_organisation(self, organisation: Organisation) -> "PairingQuerySet":
        """Those that concern it, on either side."""
        return self.filter(Q(need__organisation=organisation) | Q(offer__organisation=organisation))

    def told(self) -> "PairingQuerySet":
        """As a list of them is read: what waits first, the newest first."""
        return self.live().with_both().order_by("-state", "-created_at", "-pk")

    def live_of(self, need: SkillNeed, offer: Offer) -> "Pairing | None":
        """The one that waits or was agreed, of these two."""
        return self.live().filter(need=need, offer=offer).first()

    def standing_of(self, need: SkillNeed, offer: Offer) -> "Pairing | None":
        return self.standing().filter(need=need, offer=offer).order_by("-pk").first()

    def of_need(self, need: SkillNeed) -> "PairingQuerySet":
        return self.filter(need=need)

    def of_offer(self, offer: Offer) -> "PairingQuerySet":
        return self.filter(offer=offer)

    def of_person(self, person: Person) -> "PairingQuerySet":
        """Those of the organisations this person handles, on either side."""
        handled = Membership.objects.live().filter(person=person, role__in=HANDLERS)
        return self.filter(
            Exists(handled.filter(organisation=OuterRef("need__organisation")))
            | Exists(handled.filter(organisation=OuterRef("offer__organisation")))
        )

    def visible_to(self, user: Any) -> "PairingQuerySet":
        """Staff: a pair is seen from both territories."""
        return self.filter(
            scope_filter(user, "need__department")
            | scope_filter(user, "offer__organisation__commune__department")
        )

    def with_both(self) -> "PairingQuerySet":
        return self.select_related(
            "need__organisation__commune__department",
            "need__commune",
            "need__department",
            "need__contact",
            "offer__organisation__commune__department",
        )


def _answered(side: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{side}_answer": Answer.WAITING, f"{side}_answered_at__isnull": True})
        | (~Q(**{f"{side}_answer": Answer.WAITING}) & Q(**{f"{side}_answered_at__isnull": False})),
        name=f"pairing_{side}_answer_dated",
    )


class Pairing(models.Model):
    need = models.ForeignKey(SkillNeed, models.CASCADE, related_name="pairings", verbose_name="besoin")
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="pairings", verbose_name="offre")
    origin = models.CharField("proposée par", max_length=12, choices=Origin)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    #: a few words of whoever proposes it; both sides and the brigade read them
    note = ProseField("un mot", max_length=1000, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    company_answer = models.CharField(
        "réponse de l’employeur", max_length=8, choices=Answer, default=Answer.WAITING
    )
    company_answered_at = models.DateTimeField(null=True, blank=True)
    company_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    association_answer = models.CharField(
        "réponse de l’association", max_length=8, choices=Answer, default=Answer.WAITING
    )
    association_answered_at = models.DateTimeField(null=True, blank=True)
    association_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decline_reason = models.CharField("raison", max_length=10, choices=DeclineReason, blank=True)
    #: the brigade alone reads it
    decline_note = personal(ProseField("précision", max_length=500, blank=True))
    withdrawn_because = models.CharField(
        "retirée parce que", max_length=8, choices=WithdrawnBecause, blank=True
    )
    # what the engine says of the pair, as it was when it was proposed
    engine_version = models.CharField("version du moteur", max_length=20)
    score = models.PositiveIntegerField("score", default=0)
    #: [{"code", "text", "mail"}], at most 4
    reasons = models.JSONField("raisons", default=list, blank=True)
    #: {"code", "text", "mail"} or None
    reservation = models.JSONField("réserve", null=True, blank=True)
    #: [sentence]: gates that a person went over
    obstacles = models.JSONField("ce qui ne correspond pas", default=list, blank=True)
    inputs = models.JSONField("données d’entrée", default=dict)
    created_at = models.DateTimeField("proposée le", db_default=Now())
    expires_at = models.DateTimeField("expire le")

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = "rapprochement d’un besoin et d’une offre"
        verbose_name_plural = "rapprochements de besoins et d’offres"
        constraints = [
            models.UniqueConstraint(
                fields=["need", "offer"],
                condition=Q(state__in=[State.PROPOSED, State.AGREED]),
                name="pairing_once",
                violation_error_message="Cette offre est déjà proposée pour ce besoin.",
            ),
            models.CheckConstraint(
                condition=Q(company_answer=Answer.YES, association_answer=Answer.YES)
                | ~Q(state__in=[State.AGREED, State.ENDED]),
                name="pairing_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DECLINED) | ~Q(decline_reason=""),
                name="pairing_declined_with_reason",
                violation_error_message="Dites pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(company_answered_by__isnull=True)
                | Q(association_answered_by__isnull=True)
                | ~Q(company_answered_by=F("association_answered_by")),
                name="pairing_answered_by_two",
                violation_error_message="Une même personne ne répond pas pour les deux organisations.",
            ),
            _answered("company"),
            _answered("association"),
        ]
        indexes = [
            models.Index(fields=["need", "state"], name="pairing_of_need"),
            models.Index(fields=["offer", "state"], name="pairing_of_offer"),
            models.Index(fields=["expires_at"], name="pairing_due", condition=Q(state=State.PROPOSED)),
        ]

    def __str__(self) -> str:
        return f"rapprochement {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == State.PROPOSED

    def organisation_of(self, side: str) -> Organisation:
        return self.offer.organisation if side == Side.COMPANY else self.need.organisation

    def side_of(self, organisation: Organisation) -> Side:
        return Side.COMPANY if organisation.pk == self.offer.organisation_id else Side.ASSOCIATION

    def answer_of(self, side: str) -> str:
        answer: str = getattr(self, f"{side}_answer")
        return answer

    @property
    def gives_contact(self) -> bool:
        """Whether the employer may read whom to write to: as the association wishes."""
        if self.state == State.AGREED:
            return True
        return (
            self.is_waiting
            and self.need.contact_consent == ContactConsent.AFTER_INTEREST
            and self.company_answer == Answer.YES
        )


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def of_organisation(self, organisation: Organisation) -> "AnnouncementQuerySet":
        return self.filter(organisation=organisation)


class Announcement(models.Model):
    """A need that an employer was told of in the mail of the week, an offer that an association was: never again."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="announcements", verbose_name="organisation"
    )
    need = models.ForeignKey(
        SkillNeed, models.CASCADE, null=True, blank=True, related_name="announcements", verbose_name="besoin"
    )
    offer = models.ForeignKey(
        Offer, models.CASCADE, null=True, blank=True, related_name="announcements", verbose_name="offre"
    )
    told_at = models.DateTimeField("annoncé le", db_default=Now())

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = "annonce de la semaine"
        verbose_name_plural = "annonces de la semaine"
        constraints = [
            models.CheckConstraint(
                condition=Q(need__isnull=False, offer__isnull=True)
                | Q(need__isnull=True, offer__isnull=False),
                name="announcement_of_one",
            ),
            models.UniqueConstraint(fields=["organisation", "need"], name="announcement_of_need_once"),
            models.UniqueConstraint(fields=["organisation", "offer"], name="announcement_of_offer_once"),
        ]

    def __str__(self) -> str:
        return f"annonce {self.pk}"
