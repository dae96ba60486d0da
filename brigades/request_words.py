"""A request in words, the same on each page of the brigade."""

from typing import Any

from missions.proposals.half_days import in_words
from volunteers.requests.models import EngagementRequest


def wants(row: EngagementRequest) -> str:
    """Its domains, prefetched; else anything."""
    names = [domain.name for domain in row.domains.all()]
    return ", ".join(names) or "peu importe"


def facts(row: EngagementRequest) -> list[tuple[str, Any]]:
    """What the person said, without contact details."""
    age = "adulte"
    if row.person is not None and row.person.eighteen_on is not None:
        from jeveuxagir.common.clock import today

        age = "16–17 ans" if row.person.is_minor_on(today()) else "adulte"
    dates = ", ".join(day.strftime("%d/%m/%Y") for day in row.given_dates)
    period = " – ".join(day.strftime("%d/%m/%Y") for day in (row.period_start, row.period_end) if day)
    return [
        ("Personne", f"{row.person.first_name}, {age}" if row.person else ""),
        ("Avec qui", row.group_in_words[:1].upper() + row.group_in_words[1:] or "sans autre personne"),
        ("Où", f"{row.commune.label}, jusqu’à {row.radius_km} km"),
        ("Sur place ou à distance", row.get_mode_display()),
        ("Quand", in_words(row.half_days)),
        ("Période", period),
        ("Dates", dates),
        ("Rythme", row.get_commitment_display() or "peu importe"),
        ("Domaines", wants(row)),
        ("Compétences", ", ".join(skill.name for skill in row.skills.all())),
        ("État", row.get_state_display()),
        ("Raison", row.closed_reason),
        ("En pause jusqu’au", row.paused_until.strftime("%d/%m/%Y") if row.paused_until else ""),
        ("Reçue par", row.get_channel_display()),
    ]
