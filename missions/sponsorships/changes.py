"""What an amendment changes, term by term, beside the words its author chose."""

from dataclasses import dataclass

from jeveuxagir.ui.dates import day_of
from missions.skill_needs.durations import hours_in_words

from . import policies
from .models import Convention


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


def before(convention: Convention) -> Convention | None:
    """What was signed just before it; None for the first one."""
    if not convention.is_amendment:
        return None
    signed = convention.sponsorship.conventions.exclude(in_force_at=None).filter(number__lt=convention.number)
    former: Convention | None = signed.defer("document").order_by("-number").first()
    if former is not None:
        former.sponsorship = convention.sponsorship
    return former


def changes(convention: Convention, side: str, *, names: bool = True) -> list[Change]:
    """Every term that is not what it was, as `side` may read it. `names` False: for a mail."""
    former = before(convention)
    if former is None:
        return []
    pairs = [
        ("Métier", former.profile, convention.profile),
        ("Durée", former.volume, convention.volume),
        (
            "Une journée compte",
            hours_in_words(former.day_minutes),
            hours_in_words(convention.day_minutes),
        ),
        ("À partir du", day_of(former.starts_on), day_of(convention.starts_on)),
        ("Jusqu’au", day_of(former.ends_on), day_of(convention.ends_on)),
    ]
    if former.employee_name != convention.employee_name:
        pairs.insert(0, ("Qui vient", *_persons(former, convention, side, names)))
    return [Change(label, was, now) for label, was, now in pairs if was != now]


def _persons(former: Convention, convention: Convention, side: str, names: bool) -> tuple[str, str]:
    if not names:
        return "une personne", "une autre personne"
    said = [one.employee_name if policies.sees_name(side, one) else "" for one in (former, convention)]
    return said[0], said[1] or "une autre personne, nommée une fois l’avenant signé"
