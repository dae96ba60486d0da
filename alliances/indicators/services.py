"""Every write on the dictionary, the values and what the parties say of them, shared results.

Alliance → indicator or result: locked in this order.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from alliances import policies as alliance_policies
from alliances import services as alliances
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, amount, clean
from jeveuxagir.taxonomies.models import Sdg

from . import notifications as mails
from . import policies
from .enums import Axis, Rhythm, Verdict, Wanted
from .models import MOST, Claim, Indicator, Result, Review, Value
from .periods import last_ended, start_of

MOST_INDICATORS = 40
ERASED = "(raison effacée)"
SOMEBODY = "une personne"


@dataclass(frozen=True)
class IndicatorData:
    """What the form of an indicator holds."""

    name: str
    definition: str
    unit: str
    method: str
    baseline: Decimal
    baseline_on: datetime.date
    target: Decimal
    target_on: datetime.date
    owner: Party | None = None
    rhythm: str = Rhythm.QUARTERLY
    wanted: str = Wanted.UP
    sdg: Sdg | None = None
    axis: str = ""


# --- the dictionary -------------------------------------------------------------------------------------------


@transaction.atomic
def define(alliance: Alliance, *, actor: User, data: IndicatorData) -> Indicator:
    """A new entry of the dictionary, with one party responsible for it."""
    alliance = alliances.locked(alliance)
    _check_owner(alliance, data.owner)
    allow(policies.can_define(actor, alliance, data.owner))
    if data.owner is None:
        raise RuleBroken("Dites quelle partie saisit cet indicateur.", code="owner")
    if alliance.indicators.filter(archived_at=None).count() >= MOST_INDICATORS:
        raise RuleBroken(f"{MOST_INDICATORS} indicateurs au plus : arrêtez-en un d’abord.", code="too_many")
    indicator = Indicator(alliance=alliance, position=alliance.indicators.count())
    _write(indicator, data)
    alliances.acted(alliance, actor=actor)
    record("indicator.defined", alliance, actor=actor, indicator=indicator.pk)
    return indicator


def definitions_of(origin: Alliance, *, whole: bool) -> QuerySet[Indicator]:
    """What may be taken over: all that are followed, or for a stranger those that the public page shows."""
    rows = origin.indicators.filter(archived_at=None)
    return rows if whole else rows.filter(Exists(Value.objects.current().filter(indicator=OuterRef("pk"))))


def copy_definitions(origin: Alliance, made: Alliance, actor: User, whole: bool) -> None:
    """The entries of another alliance's dictionary, for its first party; the starting point and the aim are its own."""
    owner = made.parties.live().order_by("pk").first()
    for row in definitions_of(origin, whole=whole):
        data = IndicatorData(
            **{name: getattr(row, name) for name in ("name", "definition", "unit", "method")},
            **{name: getattr(row, name) for name in ("rhythm", "wanted", "sdg", "axis")},
            owner=owner,
            baseline=Decimal(0),
            baseline_on=today(),
            target=Decimal(0),
            target_on=today() + datetime.timedelta(days=365),
        )
        taken = define(made, actor=actor, data=data)
        taken.is_measured = False
        taken.save(update_fields=["is_measured"])


@transaction.atomic
def edit(indicator: Indicator, *, actor: User, version: int, data: IndicatorData) -> Indicator:
    """Once values are in, the unit and the rhythm stay: former values would mean something else."""
    alliance, indicator = _locked(indicator)
    _check_owner(alliance, data.owner)
    allow(policies.can_edit(actor, indicator))
    if version != indicator.version:
        raise Stale("Quelqu’un a modifié cet indicateur entre-temps. Relisez, puis recommencez.")
    changed = clean(data.unit) != indicator.unit or data.rhythm != indicator.rhythm
    if changed and indicator.values.exists():
        raise RuleBroken(
            "Des valeurs sont déjà saisies : l’unité et le rythme ne changent plus. Arrêtez cet indicateur "
            "et définissez-en un autre.",
            code="counted",
        )
    indicator.version += 1
    _write(indicator, data)
    alliances.acted(alliance, actor=actor)
    record("indicator.edited", alliance, actor=actor, indicator=indicator.pk)
    return indicator


@transaction.atomic
def archive(indicator: Indicator, *, actor: User, back: bool = False) -> Indicator:
    """No more values are awaited; its history stays. `back` takes it up again."""
    alliance, indicator = _locked(indicator)
    allow(policies.can_edit(actor, indicator))
    indicator.archived_at = None if back else indicator.archived_at or now()
    indicator.version += 1
    indicator.save()
    alliances.acted(alliance, actor=actor)
    verb = "indicator.taken_up" if back else "indicator.archived"
    record(verb, alliance, actor=actor, indicator=indicator.pk)
    return indicator


@transaction.atomic
def take_over(indicator: Indicator, *, actor: User, party: Party) -> Indicator:
    """A party becomes responsible for what nobody is responsible for any more."""
    alliance, indicator = _locked(indicator)
    party = alliances.live_party(alliance, party)
    allow(alliance_policies.acts_for(actor, party))
    if indicator.owner_id is not None:
        raise RuleBroken("Une partie est déjà responsable de cet indicateur.", code="owned")
    indicator.owner = party
    indicator.version += 1
    indicator.save()
    alliances.acted(alliance, actor=actor)
    record("indicator.taken_over", alliance, actor=actor, indicator=indicator.pk, party=party.pk)
    return indicator


@transaction.atomic
def pass_on(alliance: Alliance, party: Party, successor: Party | None) -> int:
    """The indicators of a party that left go to its successor, else wait to be taken over. Safe to run twice."""
    alliance = alliances.locked(alliance, even_closed=True)
    return Indicator.objects.filter(alliance=alliance, owner=party).update(owner=successor)


# --- values ---------------------------------------------------------------------------------------------------


@transaction.atomic
def enter(
    indicator: Indicator,
    *,
    actor: User,
    party: Party,
    period: datetime.date | None,
    amount: Decimal,
    proof: str,
    proof_url: str = "",
    note: str = "",
) -> Value:
    """What a party counted for a period that is over, with its author and its proof."""
    alliance, indicator = _locked(indicator)
    party = alliances.live_party(alliance, party)
    allow(alliance_policies.acts_for(actor, party))
    if indicator.archived_at:
        raise RuleBroken("Cet indicateur est arrêté.", code="archived")
    if not indicator.is_measured:
        raise RuleBroken("Fixez d’abord le point de départ et la cible de cet indicateur.", code="baseline")
    if period is None:
        raise RuleBroken("Dites la période.", code="period")
    if period != start_of(indicator.rhythm, period):
        raise RuleBroken("Cette période n’est pas celle de l’indicateur.", code="period")
    if period > last_ended(indicator.rhythm, today()):
        raise RuleBroken("Cette période n’est pas terminée.", code="period")
    if period < start_of(indicator.rhythm, indicator.baseline_on):
        raise RuleBroken("Cette période précède le point de départ.", code="period")
    value = _value(indicator, party, actor, period, amount, proof, proof_url, note)
    alliances.acted(alliance, actor=actor)
    record("indicator.value_entered", alliance, actor=actor, indicator=indicator.pk, value=value.pk)
    return value


@transaction.atomic
def correct(
    value: Value, *, actor: User, amount: Decimal, proof: str, proof_url: str = "", note: str = ""
) -> Value:
    """Another number for the same period: the former one stays, marked as replaced, with what was said of it.

    A party that left corrects nothing any more: who is responsible for the indicator does, in its own name.
    """
    alliance, indicator = _locked(value.indicator)
    value = lock(Value.objects.select_related("party__organisation"), pk=value.pk)
    value.indicator = indicator
    party = policies.answers(value)
    allow(party is not None and alliance_policies.acts_for(actor, party))
    assert party is not None
    if value.replaced_at is not None:
        raise Stale("Cette valeur a été corrigée entre-temps. Relisez, puis recommencez.")
    replaced = indicator.values.current().filter(period=value.period, party__in=[value.party, party])
    replaced.update(replaced_at=now())
    new = _value(indicator, party, actor, value.period, amount, proof, proof_url, note)
    alliances.acted(alliance, actor=actor)
    record(
        "indicator.value_corrected",
        alliance,
        actor=actor,
        indicator=indicator.pk,
        value=new.pk,
        former=value.pk,
    )
    return new


@transaction.atomic
def review(value: Value, *, actor: User, party: Party, verdict: str, reason: str = "") -> Review:
    """Another party confirms a value, or disputes it and says why; it may change its mind."""
    alliance, indicator = _locked(value.indicator)
    value = lock(Value.objects.all(), pk=value.pk)
    party = alliances.live_party(alliance, party)
    allow(alliance_policies.acts_for(actor, party))
    if party.pk == value.party_id:
        raise RuleBroken("Une autre partie confirme ou conteste : pas celle qui a compté.", code="own")
    if value.replaced_at is not None:
        raise Stale("Cette valeur a été corrigée entre-temps : relisez la nouvelle.")
    if verdict not in Verdict.values:
        raise RuleBroken("Confirmez ou contestez.", code="choice")
    former = Review.objects.filter(value=value, party=party).first()
    with refusals():
        made, _new = Review.objects.update_or_create(
            value=value,
            party=party,
            defaults={
                "person": actor.person,
                "verdict": verdict,
                "reason": clean(reason) if verdict == Verdict.DISPUTED else "",
                "at": now(),
            },
        )
    alliances.acted(alliance, actor=actor)
    record(
        "indicator.value_reviewed",
        alliance,
        actor=actor,
        indicator=indicator.pk,
        value=value.pk,
        verdict=verdict,
    )
    said = (former.verdict, former.reason) if former else None
    if verdict == Verdict.DISPUTED and said != (made.verdict, made.reason):
        value.indicator = indicator
        mails.tell_disputed(made, value, besides=actor.person_id)
    return made


# --- shared results -------------------------------------------------------------------------------------------


@transaction.atomic
def note_result(
    party: Party,
    *,
    actor: User,
    name: str,
    unit: str,
    rhythm: str,
    period: datetime.date,
    quantity: Decimal,
    proof: str,
) -> Result:
    """What an organisation did over a period, once for all the alliances that will count a part of it."""
    alliance, party = alliances.locked_party(party)
    allow(alliance_policies.acts_for(actor, party))
    if party.organisation is None:
        raise RuleBroken("Un résultat partagé est celui d’une organisation.", code="organisation")
    _check_number(quantity)
    if quantity <= 0:
        raise RuleBroken("La quantité est un nombre au-dessus de zéro.", code="number")
    if not (clean(name) and clean(unit) and clean(proof)):
        raise RuleBroken("Un résultat a un nom, une unité et une preuve.", code="proof")
    if (
        rhythm not in Rhythm.values
        or period != start_of(rhythm, period)
        or period > last_ended(rhythm, today())
    ):
        raise RuleBroken("Choisissez une période terminée.", code="period")
    with refusals():
        result = Result.objects.create(
            organisation=party.organisation,
            name=name,
            unit=unit,
            rhythm=rhythm,
            period=period,
            quantity=quantity,
            proof=proof,
        )
    alliances.acted(alliance, actor=actor)
    record("result.noted", alliance, actor=actor, result=result.pk)
    return result


@transaction.atomic
def claim(result: Result, *, alliance: Alliance, actor: User, quantity: Decimal, how: str) -> Claim:
    """The part of a result that this alliance counts: all alliances together never count more than it is."""
    alliance = alliances.locked(alliance)
    result = lock(Result.objects.select_related("organisation"), pk=result.pk)
    allow(policies.can_claim(actor, alliance, result.organisation))
    _check_number(quantity)
    if not clean(how):
        raise RuleBroken("Dites en quoi l’alliance y a contribué.", code="how")
    former = Claim.objects.filter(result=result, alliance=alliance).first()
    left = result.quantity - result.claimed + (former.quantity if former else 0)
    if quantity > left:
        raise RuleBroken(
            f"Ce résultat serait compté deux fois : il en reste {amount(left)}{NBSP}{result.unit} à compter.",
            code="result_not_counted_twice",
        )
    with refusals():
        made, _new = Claim.objects.update_or_create(
            result=result, alliance=alliance, defaults={"quantity": quantity, "how": how}
        )
    alliances.acted(alliance, actor=actor)
    record("result.claimed", alliance, actor=actor, result=result.pk, claim=made.pk)
    return made


@transaction.atomic
def unclaim(made: Claim, *, actor: User) -> None:
    """The alliance counts it no more: others may. Also once the organisation has left the alliance."""
    alliance = alliances.locked(made.alliance)
    result = lock(Result.objects.select_related("organisation"), pk=made.result_id)
    allow(policies.can_unclaim(actor, alliance, result.organisation))
    Claim.objects.filter(pk=made.pk).delete()
    alliances.acted(alliance, actor=actor)
    record("result.unclaimed", alliance, actor=actor, result=result.pk)


def forget_person(person: Person) -> None:
    """Erasure: values and verdicts stay, without who gave them."""
    Value.objects.filter(author=person).update(author=None, author_name=SOMEBODY)
    Review.objects.filter(person=person, verdict=Verdict.DISPUTED).update(person=None, reason=ERASED)
    Review.objects.filter(person=person).update(person=None, reason="")


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(indicator: Indicator) -> tuple[Alliance, Indicator]:
    alliance = alliances.locked(indicator.alliance)
    found = lock(Indicator.objects.select_related("owner__organisation"), pk=indicator.pk)
    found.alliance = alliance
    return alliance, found


def _check_owner(alliance: Alliance, owner: Party | None) -> None:
    if owner is not None and not alliance.parties.live().filter(pk=owner.pk).exists():
        raise RuleBroken("Choisissez une partie qui est dans l’alliance.", code="owner")


def _check_number(number: Decimal) -> None:
    """Finite, of a size that means something, in hundredths: the column would round the rest without a word."""
    if not number.is_finite() or abs(number) > MOST:
        raise RuleBroken("Ce nombre n’est pas possible : vérifiez-le.", code="number")
    if number != round(number, 2):
        raise RuleBroken("Deux chiffres après la virgule au plus.", code="number")


def _write(indicator: Indicator, data: IndicatorData) -> None:
    _check_number(data.baseline)
    _check_number(data.target)
    if not clean(data.name):
        raise RuleBroken("Donnez un nom à l’indicateur.", code="name")
    if data.rhythm not in Rhythm.values or data.wanted not in Wanted.values:
        raise RuleBroken("Choisissez dans les listes.", code="choice")
    if data.axis not in ("", *Axis.values):
        raise RuleBroken("Choisissez dans les listes.", code="choice")
    if data.baseline_on > today():
        raise RuleBroken("Le point de départ est mesuré, pas prévu.", code="baseline")
    for name, value in data.__dict__.items():
        setattr(indicator, name, value)
    indicator.is_measured = True
    with refusals():
        indicator.save()


def _value(
    indicator: Indicator,
    party: Party,
    actor: User,
    period: datetime.date,
    number: Decimal,
    proof: str,
    proof_url: str,
    note: str,
) -> Value:
    _check_number(number)
    if not clean(proof):
        raise RuleBroken("Dites d’où vient ce nombre : une preuve est demandée.", code="proof")
    with refusals():
        return Value.objects.create(
            indicator=indicator,
            period=period,
            amount=number,
            party=party,
            author=actor.person,
            author_name=clean(actor.person.full_name) or SOMEBODY,
            proof=proof,
            proof_url=proof_url,
            note=note,
        )
