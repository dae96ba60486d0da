"""Two years of indicators of the alliances: values, what is disputed, results that several may count."""

import datetime
from decimal import Decimal
from typing import Any

from alliances.indicators.enums import Rhythm, Verdict
from alliances.indicators.models import Claim, Indicator, Result, Review, Value
from alliances.indicators.periods import after, last_ended
from alliances.models import Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import PARIS

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground
from .organisations import Organisations


class Indicators:
    def __init__(self, ground: Ground, alliances: Alliances, organisations: Organisations) -> None:
        self.ground, self.alliances, self.organisations = ground, alliances, organisations
        self.rows: dict[tuple[str, str], Indicator] = {}

    def build(self) -> None:
        said = texts.read("indicators")
        for position, spec in enumerate(said["indicator"]):
            self._define(self.alliances.all[spec["alliance"]], spec, position)
        for spec in said["result"]:
            self._result(spec)

    def _define(self, allied: Allied, spec: dict[str, Any], position: int) -> None:
        ground, alliance, rhythm = self.ground, allied.alliance, spec["rhythm"]
        last = last_ended(rhythm, ground.today)
        if alliance.is_closed:  # nobody counts any more
            last = last_ended(rhythm, alliance.activity_changed_at.date())
        periods = [last]
        while len(periods) < len(spec["values"]):
            periods.append(last_ended(rhythm, periods[-1]))
        periods.reverse()
        owner = allied.parties[spec["who"]]
        row = ground.new(
            Indicator,
            alliance=alliance,
            name=spec["name"],
            definition=spec["definition"],
            unit=spec["unit"],
            method=spec["method"],
            owner=None if spec.get("orphan") else owner,
            rhythm=rhythm,
            wanted=spec.get("wanted", "up"),
            baseline=Decimal(str(spec["baseline"])),
            baseline_on=periods[0],
            target=Decimal(str(spec["target"])),
            target_on=max(alliance.ends_on or last, ground.today) + datetime.timedelta(days=30),
            sdg_id=spec.get("sdg"),
            axis=spec.get("axis", ""),
            position=position,
            archived_at=self._noon(ground.today - datetime.timedelta(days=20))
            if spec.get("archived")
            else None,
            created_at=self._noon(periods[0]),
        )
        self.rows[spec["alliance"], spec["name"]] = row
        held: list[Value] = []
        for index, (period, number) in enumerate(zip(periods, spec["values"], strict=True)):
            if number == "":
                continue
            held.append(self._value(row, owner, period, number, spec, first=index == 0))
        if len(held) > 5:  # one was corrected the day after
            self._corrected(held[2])
        self._say(allied, row, held, spec)

    def _value(
        self,
        row: Indicator,
        party: Party,
        period: datetime.date,
        number: Any,
        spec: dict[str, Any],
        *,
        first: bool,
    ) -> Value:
        person = self._person(party)
        return self.ground.new(
            Value,
            indicator=row,
            period=period,
            amount=Decimal(str(number)),
            party=party,
            author=person,
            author_name=person.full_name if person else texts.typeset("une personne"),
            proof=spec["proof"],
            proof_url="",
            note=spec.get("note", "") if period.month in (7, 8) or first else "",
            entered_at=self._entered(row.rhythm, period),
        )

    def _corrected(self, value: Value) -> None:
        self.ground.new(
            Value,
            indicator=value.indicator,
            period=value.period,
            amount=value.amount + 9,
            party=value.party,
            author=value.author,
            author_name=value.author_name,
            proof=value.proof,
            proof_url="",
            note=texts.typeset("Une liste était comptée deux fois."),
            entered_at=value.entered_at,
            replaced_at=value.entered_at + datetime.timedelta(days=1),
        )

    def _say(self, allied: Allied, row: Indicator, held: list[Value], spec: dict[str, Any]) -> None:
        """What the other parties said: confirmed, disputed, or another number."""
        said = [(ago, who, Verdict.CONFIRMED, "") for ago, who in spec.get("confirmed", ())]
        said += [(ago, who, Verdict.DISPUTED, why) for ago, who, why in spec.get("disputed", ())]
        for ago, who, verdict, why in said:
            value, party = held[-ago], allied.parties[who]
            self.ground.new(
                Review,
                value=value,
                party=party,
                person=self._person(party),
                verdict=verdict,
                reason=why,
                at=self._later(value.entered_at),
            )
        if "conflict" in spec:
            ago, who, number = spec["conflict"]
            other = {"proof": texts.typeset("Cahier de l'association")}
            self._value(row, allied.parties[who], held[-ago].period, number, other, first=False)

    def _result(self, spec: dict[str, Any]) -> None:
        """Of last year; the claims are summed by the database."""
        ground = self.ground
        period = last_ended(Rhythm.YEARLY, ground.today)
        result = ground.new(
            Result,
            organisation=self.organisations.all[spec["who"]].organisation,
            name=spec["name"],
            unit=spec["unit"],
            period=period,
            rhythm=Rhythm.YEARLY,
            quantity=Decimal(spec["quantity"]),
            proof=spec["proof"],
            created_at=self._entered(Rhythm.YEARLY, period),
        )
        for key, quantity, how in spec["claims"]:
            ground.new(
                Claim,
                result=result,
                alliance=self.alliances.all[key].alliance,
                quantity=Decimal(quantity),
                how=how,
                created_at=self._entered(Rhythm.YEARLY, period),
            )

    def _person(self, party: Party) -> Person | None:
        """Who speaks for the party: its signatory, its citizen, else an owner of its organisation."""
        if party.signatory or party.person:
            return party.signatory or party.person
        hosted = next(
            (one for one in self.organisations.all.values() if one.organisation is party.organisation), None
        )
        return hosted.owner if hosted else None

    def _entered(self, rhythm: str, period: datetime.date) -> datetime.datetime:
        """A week after the period ended, at the latest an hour ago."""
        return min(
            self._noon(after(rhythm, period) + datetime.timedelta(days=6)),
            self.ground.now - datetime.timedelta(hours=1),
        )

    def _later(self, moment: datetime.datetime) -> datetime.datetime:
        return min(moment + datetime.timedelta(days=4), self.ground.now - datetime.timedelta(minutes=30))

    def _noon(self, day: datetime.date) -> datetime.datetime:
        return datetime.datetime.combine(day, datetime.time(12), tzinfo=PARIS)


#: in the order they are written
TABLES = (Indicator, Value, Review, Result, Claim)
