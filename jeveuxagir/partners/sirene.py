"""The directory of companies and public bodies, by SIREN or SIRET: the API « Recherche d’entreprises »."""

from typing import Any

from django.conf import settings

from .registry import (
    Answer,
    RegistryRecord,
    ask,
    commune_code,
    day,
    postal_code,
    section,
    text,
    words,
)


def is_plugged_in() -> bool:
    return bool(settings.SIRENE_URL)


def look_up(number: str) -> Answer:
    """What it says of a SIREN (9 digits) or of one establishment (SIRET, 14 digits)."""
    return ask("sirene", settings.SIRENE_URL, number, read)


def read(entries: list[dict[str, Any]], number: str) -> RegistryRecord | None:
    """The company of this number; for a SIRET, the address and the state of that establishment."""
    for company in entries:
        if text(company.get("siren")) != number[:9]:
            continue
        place = _establishment(company, number)
        if place is None:
            return None
        ended = "C" in (text(company.get("etat_administratif")), text(place.get("etat_administratif")))
        return RegistryRecord(
            number=number,
            name=text(company.get("nom_complet")) or text(company.get("nom_raison_sociale")),
            street=words(
                place.get(part) for part in ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")
            )
            or _street(place),
            postal_code=postal_code(place.get("code_postal")),
            commune_code=commune_code(place.get("commune")),
            commune_name=text(place.get("libelle_commune"), 100),
            is_active=not ended,
            closed_on=(day(place.get("date_fermeture")) or day(company.get("date_fermeture")))
            if ended
            else None,
            legal_form=text(company.get("nature_juridique"), 10),
        )
    return None


def association_of(company: dict[str, Any]) -> str:
    """The RNA number that the directory gives to a company which is an association."""
    return text(section(company.get("complements")).get("identifiant_association"), 10).upper()


def _establishment(company: dict[str, Any], number: str) -> dict[str, Any] | None:
    seat = section(company.get("siege"))
    if len(number) == 9 or text(seat.get("siret")) == number:
        return seat
    others = company.get("matching_etablissements")
    for place in others if isinstance(others, list) else []:
        if text(section(place).get("siret")) == number:
            return section(place)
    return None


def _street(place: dict[str, Any]) -> str:
    """The street of a whole address: what stands before the postal code."""
    return text(place.get("adresse")).partition(text(place.get("code_postal")) or "\n")[0].strip(" ,")
