"""RNA, SIREN and SIRET: read as people type them, checked for their form only."""

import re

from stdnum.exceptions import ValidationError as BadNumber
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import clean

from .enums import Kind

_RNA = re.compile(r"^W[0-9][0-9A-Z][0-9]{7}$")
#: The kinds that may have an RNA number.
WITH_RNA = frozenset({Kind.ASSOCIATION, Kind.FOUNDATION, Kind.OTHER})


def compact(value: str) -> str:
    """Without the spaces, dots and hyphens people put in."""
    return re.sub(r"[\s.\-_/\u202f\u00a0]", "", clean(value)[:60]).upper()


def rna(value: str) -> str:
    """W and nine characters, or nothing. Raises RuleBroken (code "rna")."""
    number = compact(value)
    if number and not _RNA.match(number):
        raise RuleBroken(
            "Ce n’est pas un numéro RNA : il commence par W, suivi de 9 chiffres. Exemple : W751234567.",
            code="rna",
        )
    return number


def siren(value: str) -> str:
    """Nine digits with a right key, or nothing. A SIRET typed here gives its SIREN."""
    number = compact(value)
    if len(number) == 14 and number.isdigit():
        return siret(number)[:9]
    if number:
        _check(number, 9, "SIREN", siren_number.validate)
    return number


def is_siren_long(value: str) -> bool:
    """Nine digits: a SIREN, right or wrong."""
    number = compact(value)
    return len(number) == 9 and number.isascii() and number.isdigit()


def siret(value: str) -> str:
    """Fourteen digits with a right key, or nothing."""
    number = compact(value)
    if number:
        _check(number, 14, "SIRET", siret_number.validate)
    return number


def identity(*, kind: str, rna_typed: str, siren_typed: str, siret_typed: str) -> tuple[str, str, str]:
    """The three numbers, coherent; the SIREN follows from the SIRET, and may be typed in its place."""
    if is_siren_long(siret_typed) and not siren_typed:
        siren_typed, siret_typed = siret_typed, ""
    if len(compact(siret_typed)) not in (0, 14):
        raise RuleBroken(
            "Un numéro SIRET compte 14 chiffres, un SIREN 9 : vérifiez ce que vous avez écrit.", code="siret"
        )
    rna_number, siren_found, siret_found = rna(rna_typed), siren(siren_typed), siret(siret_typed)
    if siret_found and siren_found and not siret_found.startswith(siren_found):
        raise RuleBroken(
            "Le SIREN et le SIRET ne vont pas ensemble : les 9 premiers chiffres du SIRET sont le SIREN.",
            code="siret",
        )
    if rna_number and kind not in WITH_RNA:
        raise RuleBroken("Seules les associations et les fondations ont un numéro RNA.", code="rna")
    return rna_number, siren_found or siret_found[:9], siret_found


def missing(*, kind: str, rna: str, siren: str, siret: str) -> tuple[str, str] | None:
    """What this kind must still give before it is sent: (field, sentence), or None."""
    if kind in (Kind.ASSOCIATION, Kind.FOUNDATION) and not (rna or siren):
        return "rna", "Donnez le numéro RNA, ou le SIREN si vous n’avez pas de RNA (Alsace-Moselle)."
    if kind == Kind.COMPANY and not siren:
        return "siret", "Donnez le SIREN de l’entreprise, ou le SIRET de l’établissement."
    if kind in (Kind.LOCAL_AUTHORITY, Kind.STATE_SERVICE, Kind.PUBLIC_BODY) and not siren:
        return "siret", "Donnez le SIRET (ou le SIREN) de votre organisme."
    return None


def _check(number: str, digits: int, name: str, validate: object) -> None:
    code = name.lower()
    if not (number.isascii() and number.isdigit() and len(number) == digits):
        raise RuleBroken(
            f"Un numéro {name} compte {digits} chiffres : vérifiez ce que vous avez écrit.", code=code
        )
    try:
        validate(number)  # type: ignore[operator]
    except BadNumber:
        raise RuleBroken(
            f"Ce numéro {name} n’existe pas : un chiffre est sans doute faux. Recopiez-le depuis un papier officiel.",
            code=code,
        ) from None
