"""A request in lines a person recognises: (label, words, screen to correct it)."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms

from jeveuxagir.common.text import NBSP
from volunteers.requests.enums import Commitment, Mode
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import RequestData

from . import half_days
from .forms import request_data

Line = tuple[str, str, str]


def lines_of_forms(checked: list[forms.Form]) -> list[Line]:
    data = request_data(checked)
    lines = _lines(data, EngagementRequest(**data.group.columns()).group_in_words)
    for form in checked:
        cleaned = form.cleaned_data
        if "first_name" in cleaned:
            lines.append(("Votre prénom", cleaned["first_name"], "vous"))
            lines.append(("Votre adresse électronique", cleaned["email"], "vous"))
        if cleaned.get("birth_date"):
            lines.append(("Votre date de naissance", f"{cleaned['birth_date']:%d/%m/%Y}", "vous"))
        if cleaned.get("guardian_email"):
            lines.append(("Votre parent ou tuteur", cleaned["guardian_email"], "vous"))
    return lines


def lines_of_request(request: EngagementRequest) -> list[Line]:
    data = RequestData(
        commune=request.commune,
        radius_km=request.radius_km,
        mode=request.mode,
        half_days=request.half_days,
        period_start=request.period_start,
        period_end=request.period_end,
        given_dates=request.given_dates,
        commitment=request.commitment,
        domains=list(request.domains.all()),
        skills=list(request.skills.all()),
        open_to_anything=request.open_to_anything,
        note=request.note,
        group=request.group,
    )
    return _lines(data, request.group_in_words)


def _lines(data: RequestData, group: str) -> list[Line]:
    where = data.commune.label
    if data.mode != Mode.REMOTE:
        where += f", jusqu’à {data.radius_km}{NBSP}km"
    lines: list[Line] = [
        ("Où", where, "ou"),
        (
            "Comment",
            {Mode.ON_SITE: "sur place", Mode.REMOTE: "à distance", Mode.BOTH: "sur place ou à distance"}[
                Mode(data.mode)
            ],
            "ou",
        ),
        ("Avec qui", f"un {group}" if group else "sans autre personne", "ou"),
        ("Moments", half_days.in_words(data.half_days), "quand"),
        ("Rythme", Commitment(data.commitment).label if data.commitment else "peu importe", "quand"),
    ]
    if data.given_dates:
        lines.append(("Dates", _join(f"{d:%d/%m/%Y}" for d in data.given_dates), "quand"))
    elif data.period_start or data.period_end:
        lines.append(("Période", _period(data.period_start, data.period_end), "quand"))
    domains = _join(d.name for d in data.domains) or "peu importe"
    if data.domains and data.open_to_anything:
        domains += " (et d’autres si besoin)"
    lines.append(("Domaines", domains, "quoi"))
    lines.append(
        ("Savoir-faire", _join(s.name for s in data.skills) or "aucun en particulier", "savoir-faire")
    )
    if data.note:
        lines.append(("Précisions", data.note, "savoir-faire"))
    return lines


def _period(start: datetime.date | None, end: datetime.date | None) -> str:
    said = []
    if start:
        said.append(f"à partir du {start:%d/%m/%Y}")
    if end:
        said.append(f"jusqu’au {end:%d/%m/%Y}")
    return " ".join(said)


def _join(words: Iterable[Any]) -> str:
    return ", ".join(str(word) for word in words)
