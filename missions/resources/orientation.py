"""Which instruments fit a need, and why; which do not, and by which rule. Pure: rows in, sentences out.

An amount above what an instrument gives does not rule it out: it then covers a part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from jeveuxagir.common.text import NBSP, amount, spaced


@dataclass(frozen=True)
class Asked:
    """A need, or what somebody tries. `quantity` is in euros, for money alone; codes have their words beside, as
    the sentence wants them (« aux associations »)."""

    kind: str
    audience: str
    audience_words: str
    quantity: Decimal | None = None
    domain: str = ""
    domain_words: str = ""
    department: str = ""
    department_words: str = ""


@dataclass(frozen=True)
class Sheet:
    """What is compared of an instrument. Empty `domains` or `departments`: all."""

    name: str
    gives: Sequence[str]
    gives_words: str
    audiences: Sequence[str]
    audience_words: str
    link: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    domains: Sequence[str] = ()
    domain_words: str = ""
    departments: Sequence[str] = ()
    without: Sequence[str] = ()
    within: str = ""
    rule_links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """One rule, what it says of this need, and the address of its source."""

    rule: str
    text: str
    link: str


@dataclass(frozen=True)
class Verdict:
    sheet: Sheet
    met: list[Reason]
    failed: list[Reason]
    #: what was asked of the place and of the domain: unsaid, what is for all comes first
    by_place: bool = True
    by_domain: bool = True

    @property
    def fits(self) -> bool:
        return not self.failed

    @property
    def distance(self) -> tuple[bool, int, bool]:
        """What was made for such needs comes before what is for all: by place, by domain, by amount."""
        sheet = self.sheet
        elsewhere = not sheet.departments if self.by_place else bool(sheet.departments)
        width = (len(sheet.domains) or ALL_DOMAINS) if self.by_domain else bool(sheet.domains)
        return elsewhere, width, sheet.maximum is None


#: further than any list of domains
ALL_DOMAINS = 1000
#: rule → its name, for who reads why an instrument does not fit
RULES = {
    "gives": "ce qu’il donne",
    "audience": "pour qui",
    "amount": "montant",
    "domain": "domaine",
    "territory": "territoire",
}


def euros(value: Decimal) -> str:
    return f"{amount(value)}{NBSP}€"


def judge(asked: Asked, sheet: Sheet) -> Verdict:
    """Every rule of one sheet, whatever the others say."""
    met: list[Reason] = []
    failed: list[Reason] = []
    for rule, holds, text in _rules(asked, sheet):
        (met if holds else failed).append(Reason(rule, spaced(text), sheet.rule_links.get(rule, sheet.link)))
    return Verdict(sheet, met, failed, by_place=bool(asked.department), by_domain=bool(asked.domain))


def _rules(asked: Asked, sheet: Sheet) -> Iterable[tuple[str, bool, str]]:
    words = {"money": "de l’argent", "goods": "des biens"}[asked.kind]
    if asked.kind in sheet.gives:
        yield "gives", True, f"Il donne {words}."
    else:
        yield "gives", False, f"Il ne donne pas {_not(words)} (il donne : {sheet.gives_words})."
    if asked.audience in sheet.audiences:
        yield "audience", True, f"Il est ouvert {asked.audience_words}."
    else:
        yield "audience", False, f"Il est réservé {sheet.audience_words}."
    if asked.kind == "money" and asked.quantity is not None and "money" in sheet.gives:
        yield from _amount(asked.quantity, sheet)
    if sheet.domains and asked.domain:
        if asked.domain in sheet.domains:
            yield "domain", True, f"Il aide ce domaine : {asked.domain_words}."
        else:
            yield "domain", False, f"Il est réservé à ces domaines : {sheet.domain_words}."
    elif sheet.domains:
        yield "domain", True, f"Il n’aide que ces domaines : {sheet.domain_words}."
    else:
        yield "domain", True, "Il aide tous les domaines."
    if asked.department:
        yield from _territory(asked, sheet)


def _not(words: str) -> str:
    return {"de l’argent": "d’argent", "des biens": "de biens"}[words]


def _amount(wanted: Decimal, sheet: Sheet) -> Iterable[tuple[str, bool, str]]:
    low, high = sheet.minimum, sheet.maximum
    if low is not None and wanted < low:
        yield "amount", False, f"Il commence à {euros(low)}, et le besoin est de {euros(wanted)}."
    elif high is not None and wanted > high:
        yield "amount", True, f"Il donne au plus {euros(high)} : une part des {euros(wanted)}."
    elif low is not None and high is not None:
        yield (
            "amount",
            True,
            f"{euros(wanted)} : entre son minimum ({euros(low)}) et son maximum ({euros(high)}).",
        )
    elif low is not None:
        yield "amount", True, f"{euros(wanted)} : au-dessus de son minimum ({euros(low)})."
    elif high is not None:
        yield "amount", True, f"{euros(wanted)} : sous son maximum ({euros(high)})."


def _territory(asked: Asked, sheet: Sheet) -> Iterable[tuple[str, bool, str]]:
    where = asked.department_words
    inside = (not sheet.departments or asked.department in sheet.departments) and (
        asked.department not in sheet.without
    )
    if not inside:
        yield "territory", False, f"Il n’agit pas dans ce département : {where}."
    elif sheet.within:
        yield "territory", True, f"Il agit seulement {sheet.within} : vérifiez l’adresse."
    elif sheet.departments:
        yield "territory", True, f"Il agit dans ce département : {where}."
    elif sheet.without:
        yield "territory", True, f"Ce département en fait partie : {where}."
    else:
        yield "territory", True, "Il agit partout en France."


def orient(asked: Asked, sheets: Iterable[Sheet]) -> tuple[list[Verdict], list[Verdict]]:
    """(those that fit, the closest first; those that do not, the fewest failed rules first)."""
    verdicts = [judge(asked, sheet) for sheet in sheets]
    fitting = sorted((one for one in verdicts if one.fits), key=lambda v: (v.distance, v.sheet.name))
    others = sorted((one for one in verdicts if not one.fits), key=lambda v: (len(v.failed), v.sheet.name))
    return fitting, others
