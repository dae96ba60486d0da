"""PDFs: a convention as it is signed, and the statement of a year."""

import datetime
from typing import Any

from jeveuxagir.common.clock import now
from jeveuxagir.common.text import NBSP
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.dates import day_of
from jeveuxagir.ui.documents import pdf
from missions.skill_needs.durations import hours_in_words

from . import policies, rules, wording
from .enums import ConventionState, Side
from .models import Convention
from .statement import Statement

NO_TAX = (
    "Ce relevé compte du temps. Il n’est ni un reçu fiscal ni un conseil fiscal : voyez votre comptable ou "
    "l’administration."
)


def pdf_of(convention: Convention, *, side: str = Side.COMPANY) -> bytes:
    """As `side` may read it: the association learns who comes once both signed."""
    moment: Any = convention.in_force_at or convention.created_at
    return pdf("convention.typ", _convention(convention, side), made_at=moment)


def _convention(convention: Convention, side: str) -> dict[str, Any]:
    sponsorship = convention.sponsorship
    title = wording.title_of(convention)
    named = policies.sees_name(side, convention)
    signed = convention.state in (ConventionState.IN_FORCE, ConventionState.SUPERSEDED)
    signatures = []
    for each, signatory, at in (
        (Side.COMPANY, convention.company_signatory, convention.company_at),
        (Side.ASSOCIATION, convention.association_signatory, convention.association_at),
    ):
        signatures.append(
            {
                "organisation": sponsorship.organisation_of(each).name,
                "name": signatory,
                "on": day_of(at) if at else "pas encore signée",
            }
        )
    return {
        "title": title,
        "footer": f"{title} – modèle sans effet juridique propre",
        "need": sponsorship.need.title,
        "parties": f"{sponsorship.employer.name} et {sponsorship.association.name}",
        "state": _state(convention),
        "no_effect": wording.NO_EFFECT,
        "summary": convention.summary,
        "person": convention.employee_name if named else "nom donné une fois la convention signée",
        "profile": convention.profile,
        "volume": convention.volume,
        "day": hours_in_words(convention.day_minutes),
        "starts": day_of(convention.starts_on),
        "ends": day_of(convention.ends_on),
        "articles": [{"title": one["title"], "text": one["text"]} for one in convention.articles],
        "rules": [
            {"title": one.title, "text": one.cited} for one in rules.of_employer(sponsorship.employer.kind)
        ],
        "signatures": signatures,
        "version": wording.version_of(convention),
        "hash": convention.text_hash,
        # with the name, and not before it: who holds the paper can count the fingerprint again
        "salt": convention.salt if signed else "",
        "verify_url": absolute("/verifier/") if signed else "",
        "template": _template(convention),
    }


def _state(convention: Convention) -> str:
    if convention.state == ConventionState.IN_FORCE and convention.in_force_at:
        return f"En vigueur depuis le {day_of(convention.in_force_at)}"
    return str(convention.get_state_display()).capitalize()


def _template(convention: Convention) -> str:
    model = wording.template(convention.template)
    return (
        f"Écrite à partir du modèle «{NBSP}{model['name']}{NBSP}», relu par{NBSP}: {model['reviewed_by']} "
        f"({day_of(model['reviewed_on'])})."
    )


def siren_in_words(siren: str) -> str:
    """« 123 456 789 »."""
    return NBSP.join(siren[i : i + 3] for i in range(0, len(siren), 3))


def statement_pdf(statement: Statement, *, made_at: datetime.datetime | None = None) -> bytes:
    """The year of one side: by organisation of the other side and by need, and the sums."""
    title = f"Relevé {statement.year} des journées de mise à disposition"
    data = {
        "title": title,
        "footer": f"{title} – {statement.organisation.name}",
        "organisation": statement.organisation.name,
        "siren": siren_in_words(statement.organisation.siren),
        "made_on": day_of(made_at or now()),
        "other": statement.side.other.label.capitalize(),
        "total": statement.total_in_words,
        "hours": hours_in_words(statement.total) if statement.total else "0 h",
        "lines": [
            {
                "other": line.other.name,
                "need": line.sponsorship.need.title,
                "days": str(line.days),
                "time": line.in_words,
                "hours": hours_in_words(line.minutes),
            }
            for line in statement.lines
        ],
        "others": [
            {"other": one.other.name, "time": one.in_words, "hours": hours_in_words(one.minutes)}
            for one in (statement.others if 1 < len(statement.others) < len(statement.lines) else [])
        ],
        "no_tax": NO_TAX,
    }
    return pdf("statement.typ", data, made_at=made_at or now())
