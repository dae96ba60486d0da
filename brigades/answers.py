"""Texts that the brigade often writes: chosen while deciding, filled in with the case's names, then reread."""

import re
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Department
from missions.feeds.models import PartnerOrganisation
from missions.models import Mission
from organisations.models import Organisation

from . import scopes
from .models import AnswerTemplate

MAX_ANSWERS = 200
#: what a text may hold, and what stands there once it is inserted
WORDS = {
    "nom": "le nom de l’organisation",
    "mission": "le titre de la mission",
    "departement": "le département du dossier",
    "prenom": "votre prénom",
}
_WORD = re.compile(r"\{([a-z]+)\}")


def unknown_words(text: str) -> list[str]:
    """The words between braces that nothing would replace."""
    return [word for word in _WORD.findall(text) if word not in WORDS]


def fill(text: str, values: dict[str, str]) -> str:
    """Replace the known words once; what a name holds is never read as a word in its turn."""
    return _WORD.sub(lambda found: values.get(found[1], found[0]), text)


def values_of(item: ModerationItem, user: Any) -> dict[str, str]:
    """What the words stand for in this case."""
    name = mission = item.title
    if item.subject_type == Mission._meta.label:
        row = Mission.objects.filter(pk=item.subject_id).select_related("organisation").first()
        if row is not None:
            mission, name = row.title, row.organisation.name
    elif item.subject_type == PartnerOrganisation._meta.label:
        identity = (
            PartnerOrganisation.objects.filter(pk=item.subject_id).select_related("organisation").first()
        )
        if identity is not None and identity.organisation is not None:
            name = identity.organisation.name
    elif item.subject_type == Organisation._meta.label:
        name = Organisation.objects.filter(pk=item.subject_id).values_list("name", flat=True).first() or name
    return {
        "nom": name,
        "mission": mission,
        "departement": item.department.label if item.department else "votre département",
        "prenom": user.person.first_name,
    }


def visible(user: Any) -> "QuerySet[AnswerTemplate]":
    """Those for everybody, and those of the member's departments."""
    rows = AnswerTemplate.objects.filter(
        Q(department__isnull=True) | Q(department__in=scopes.departments(user))
    )
    return rows.select_related("department", "written_by__person")


def offered(item: ModerationItem, user: Any) -> list[dict[str, Any]]:
    """The texts for this kind of case, filled in."""
    values = values_of(item, user)
    rows = visible(user).filter(
        Q(kind="") | Q(kind=item.kind), Q(department__isnull=True) | Q(department=item.department_id)
    )
    if item.kind == ModerationItem.Kind.ATTACHMENT:
        rows = rows.filter(decision=ModerationItem.Decision.REFUSE)
    return [
        {
            "pk": row.pk,
            "title": row.title,
            "decision": row.decision,
            "text": fill(row.text, values),
            "group": "Demander une correction" if row.decision == "ask" else "Refuser",
        }
        for row in rows[:MAX_ANSWERS]
    ]


def inserted(typed: str, text: str) -> str:
    """What was typed stays, the text comes after it."""
    typed = typed.strip()
    return f"{typed}\n\n{text}" if typed else text


# --- who writes them ------------------------------------------------------------------------------------------


def can_write(actor: User, department: Department | None) -> bool:
    """Leads for their departments; the nation for everybody."""
    codes = roles.departments_of(actor, *roles.LEAD_ROLES)
    if department is None:
        return codes is roles.EVERYWHERE
    return department.pk in codes


def writable_departments(actor: Any) -> "QuerySet[Department]":
    codes = roles.departments_of(actor, *roles.LEAD_ROLES)
    rows = Department.objects.order_by("code")
    return rows if codes is roles.EVERYWHERE else rows.filter(code__in=list(codes))


def writes_any(actor: Any) -> bool:
    return roles.has(actor, *roles.LEAD_ROLES)


@transaction.atomic
def write(
    *,
    actor: User,
    kind: str,
    decision: str,
    title: str,
    text: str,
    department: Department | None,
    answer: AnswerTemplate | None = None,
) -> AnswerTemplate:
    """Write a text, or change one."""
    allowed = can_write(actor, department) and (answer is None or can_write(actor, answer.department))
    if not allowed:
        raise NotAllowed("Vous écrivez les réponses types de votre département.")
    if wrong := unknown_words(text):
        known = ", ".join(f"{{{word}}}" for word in WORDS)
        raise RuleBroken(f"{{{wrong[0]}}} ne sera pas remplacé. Les mots possibles : {known}.", code="text")
    if answer is None and AnswerTemplate.objects.filter(department=department).count() >= MAX_ANSWERS:
        raise RuleBroken(f"Il y a déjà {MAX_ANSWERS} réponses types ici.", code="too_many")
    row = answer or AnswerTemplate()
    row.kind, row.decision, row.title, row.text, row.department = kind, decision, title, text, department
    row.written_by, row.updated_at = actor, Now()
    row.save()
    record("brigade.answer_written", row, actor=actor, decision=decision)
    return row


@transaction.atomic
def forget(answer: AnswerTemplate, *, actor: User) -> None:
    if not can_write(actor, answer.department):
        raise NotAllowed("Vous écrivez les réponses types de votre département.")
    record("brigade.answer_deleted", answer, actor=actor)
    answer.delete()
