"""A need, an offer and what comes of them: rows written directly, and a story played by the services."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.clock import now, today
from jeveuxagir.taxonomies.models import Skill
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from missions.sponsorships.services import Terms
from organisations.companies.models import Employee
from organisations.models import Organisation
from tests import factories as f

DAY = 420


def make_need(association: Organisation | None = None, **fields: Any) -> SkillNeed:
    need = SkillNeed.objects.create(
        organisation=association or f.make_organisation(),
        **{
            "title": "Refaire notre budget",
            "deliverable": "Un budget sur trois ans",
            "minutes": 8 * DAY,
            "state": "open",
            "opened_at": now(),
        }
        | fields,
    )
    need.skills.add(Skill.objects.order_by("pk")[0])
    return need


def make_offer(company: Organisation | None = None, **fields: Any) -> Offer:
    return Offer.objects.create(
        organisation=company or f.make_organisation(kind="company", siren=""),
        **{
            "title": "Dix jours de comptabilité",
            "total_minutes": 10 * DAY,
            "state": "open",
            "opened_at": now(),
        }
        | fields,
    )


@dataclass
class Story:
    """Two organisations, one coordinator each (both may sign), a worker with an account."""

    company: Organisation
    association: Organisation
    coordinator: User
    manager: User
    worker: User
    need: SkillNeed
    offer: Offer

    def terms(self, days: float = 8, **changes: Any) -> Terms:
        said = {
            "minutes": int(days * DAY),
            "day_minutes": DAY,
            "starts_on": today() - datetime.timedelta(days=60),
            "ends_on": today() + datetime.timedelta(days=60),
            "profile": "comptable",
        } | changes
        return Terms(**said)

    def drafted(self, days: float = 8, **changes: Any) -> Sponsorship:
        return services.draft(
            actor=self.coordinator,
            need=self.need,
            offer=self.offer,
            terms=self.terms(days, **changes),
            format="split",
        )

    def agreed(self, days: float = 8, **changes: Any) -> Sponsorship:
        row = services.employer_agree(self.drafted(days, **changes), actor=self.coordinator)
        return services.association_agree(row, actor=self.manager)

    def proposed(self, row: Sponsorship, **changes: Any) -> Convention:
        said: dict[str, Any] = {
            "actor": self.coordinator,
            "side": Side.COMPANY,
            "employee": self.worker.person,
            "employee_name": "Zoé Martin",
            "ethics_checked": True,
            "terms": Terms(row.minutes, row.day_minutes, row.starts_on, row.ends_on, row.profile),
        } | changes
        return services.propose_convention(row, **said)

    def signed_by_both(self, convention: Convention) -> Convention:
        for side, who in ((Side.COMPANY, self.coordinator), (Side.ASSOCIATION, self.manager)):
            services.sign(
                convention, actor=who, side=side, seen_hash=convention.text_hash, capacity="directrice"
            )
        convention.refresh_from_db()
        return convention

    def signed(self, days: float = 8, **changes: Any) -> Sponsorship:
        row = self.agreed(days, **changes)
        self.signed_by_both(self.proposed(row))
        row.refresh_from_db()
        return row

    def day(self, row: Sponsorship, ago: int = 1, **changes: Any) -> DayEntry:
        said: dict[str, Any] = {
            "actor": self.coordinator,
            "on": today() - datetime.timedelta(days=ago),
            "part": "whole",
        } | changes
        return services.log_day(row, **said)

    def validated(self, row: Sponsorship, ago: int = 1, **changes: Any) -> DayEntry:
        return services.validate_day(self.day(row, ago, **changes), actor=self.manager, side=Side.ASSOCIATION)

    def debriefed(self, row: Sponsorship) -> None:
        for side, who in ((Side.COMPANY, self.coordinator), (Side.ASSOCIATION, self.manager)):
            services.debrief(row, actor=who, side=side, delivered="yes", went_well="Le budget est prêt.")


def story(*, need: SkillNeed | None = None, offer: Offer | None = None, kind: str = "company") -> Story:
    company = offer.organisation if offer else f.make_organisation(kind=kind)
    association = need.organisation if need else f.make_organisation()
    worker: Person = f.make_person(first_name="Zoé", last_name="Martin")
    Employee.objects.create(organisation=company, person=worker, joined_by="invitation", shown="name")
    return Story(
        company,
        association,
        f.make_member(company, may_sign=True),
        f.make_member(association, may_sign=True),
        f.make_user(person=worker),
        need or make_need(association),
        offer or make_offer(company),
    )
