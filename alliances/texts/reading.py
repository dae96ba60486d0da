"""What pages and panels read of texts: how far adoptions are, what a version is compared with, the balance."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch

from alliances.models import Alliance, Party
from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.common.text import NBSP

from . import services
from .balance import MOST_SHARE, Balance, Held, balance
from .enums import ObligationState, State
from .models import Adoption, Obligation, Text, Version


@dataclass(frozen=True)
class Progress:
    """Who adopted a version, and who has not yet."""

    adoptions: list[Adoption]
    missing: list[Party]

    @property
    def done(self) -> int:
        """Of the parties of today."""
        return sum(adoption.party.is_live for adoption in self.adoptions)

    @property
    def total(self) -> int:
        return self.done + len(self.missing)


def progress(version: Version) -> Progress:
    adoptions = list(version.adoptions.select_related("party"))
    return Progress(adoptions, services.missing_adoptions(version))


def shown_version(text: Text) -> Version | None:
    """What its page opens on: the version being prepared, else the one in force, else the latest."""
    versions = list(text.versions.order_by("-number"))
    for wanted in (lambda one: one.is_under_way, lambda one: one.state == State.IN_FORCE):
        found = next(filter(wanted, versions), None)
        if found is not None:
            return found
    return versions[0] if versions else None


def base_of(version: Version) -> Version | None:
    """What it is compared with: the version in force that it is to replace, else the one before."""
    earlier = version.text.versions.filter(number__lt=version.number)
    in_force = earlier.filter(state=State.IN_FORCE).first() if version.is_under_way else None
    return in_force or earlier.exclude(state=State.ABANDONED).order_by("-number").first() or earlier.first()


def charter_of(alliance: Alliance) -> Text | None:
    return alliance.texts.filter(kind="charter").first()


def charter_in_force(alliance: Alliance) -> Version | None:
    found = Version.objects.in_force().filter(text__alliance=alliance, text__kind="charter")
    adoptions = Prefetch("adoptions", Adoption.objects.select_related("party"))
    return found.select_related("text__alliance").prefetch_related(adoptions).first()


# --- the balance ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weighed:
    """The balance of an agreement, with names instead of keys."""

    balance: Balance
    names: dict[str, str]
    titles: dict[str, str]

    @property
    def bars(self) -> list[tuple[str, int]]:
        """For the chart: who holds how many."""
        return [(_short(self.names[share.party]), share.count) for share in self.balance.shares]

    @property
    def idle(self) -> list[str]:
        return [self.names[party] for party in self.balance.idle] if self.balance.total else []

    @property
    def sentence(self) -> str:
        """Names the party that holds too much and the clauses that make it so; empty when none does."""
        heavy = self.balance.heaviest
        if heavy is None:
            return ""
        clauses = ", ".join(
            f"«{NBSP}{self.titles.get(clause, clause)}{NBSP}» ({number})" for clause, number in heavy.clauses
        )
        return (
            f"{self.names[heavy.party]} porte {round(heavy.share * 100)}{NBSP}% des obligations "
            f"({heavy.count} sur {self.balance.total}), plus que les {round(MOST_SHARE * 100)}{NBSP}% conseillés "
            f"au plus. Cela vient de{NBSP}: {clauses}."
        )


def weigh(version: Version) -> Weighed:
    """Of the live parties, and of those that left while they still hold something."""
    obligations = [
        one for one in version.obligations.select_related("party") if one.state != ObligationState.DROPPED
    ]
    parties = {str(party.pk): party.name for party in version.text.alliance.parties.live().in_order()}
    for one in obligations:
        parties.setdefault(str(one.party_id), one.party.name)
    found = balance(parties, [Held(str(one.party_id), one.clause) for one in obligations])
    return Weighed(found, parties, {one["key"]: one["title"] for one in version.articles})


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39].rstrip()}…"


# --- what is owed ---------------------------------------------------------------------------------------------


def owed_obligations(alliance: Alliance) -> list[Obligation]:
    """Open, of the agreements in force, the most urgent first."""
    found = Obligation.objects.owed().filter(version__text__alliance=alliance)
    return list(found.select_related("party", "version__text__alliance"))


def is_late(due_on: datetime.date | None) -> bool:
    return due_on is not None and due_on < today()


def day_of(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(PARIS).date()
