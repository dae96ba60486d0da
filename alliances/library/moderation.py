"""What a decision of the brigade does to a sheet, and what its case shows: the same for every shelf."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem

from . import editing, policies
from .sheets import Sheet

ERASED = "Cette fiche a été effacée par la personne qui l’avait écrite."
#: label of a model (« library.Method ») → the model
_shelves: dict[str, type[Sheet]] = {}


def sheet_of(item: ModerationItem) -> Sheet | None:
    """The sheet behind a case; None once it is erased."""
    rows = _shelves[item.subject_type]._default_manager.select_related("organisation", "department", "person")
    return rows.filter(pk=item.subject_id).first()


def _sheet(item: ModerationItem) -> Sheet:
    sheet = sheet_of(item)
    if sheet is None:
        raise RuleBroken(ERASED, code="erased")
    return sheet


def accept(item: ModerationItem, actor: User | None) -> None:
    sheet = _sheet(item)
    if item.diff:
        editing.apply_edit(sheet, actor=actor, diff=item.diff)
    elif sheet.is_imported and sheet.is_public:
        editing.mark_read(sheet, actor=actor)
    else:
        editing.publish(sheet, actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        editing.refuse_edit(_sheet(item), actor=actor, reason=item.reason)
    else:
        editing.send_back(_sheet(item), actor=actor, reason=item.reason, decided=True)


def refuse(item: ModerationItem, actor: User | None) -> None:
    sheet = _sheet(item)
    if item.diff:
        editing.refuse_edit(sheet, actor=actor, reason=item.reason)
    elif sheet.is_imported and sheet.is_public:
        editing.suspend(sheet, actor=actor, reason=item.reason, decided=True)
    else:
        editing.refuse(sheet, actor=actor, reason=item.reason)


def facts_of(sheet: Sheet) -> list[tuple[str, Any]]:
    return [
        ("Ce que c’est", sheet.NOUN),
        ("Écrite par", sheet.by),
        ("Licence", sheet.get_licence_display()),
        ("Domaines", ", ".join(map(str, sheet.domains.all()))),
        ("Objectifs de développement durable", ", ".join(map(str, sheet.sdgs.all()))),
        ("État", sheet.get_state_display()),
    ]


def texts_of(sheet: Sheet) -> list[tuple[str, str]]:
    """What is worded, each under its label."""
    worded = sheet.worded().items()
    return [(sheet.WORDED[name].capitalize(), sheet.in_words(name, value)) for name, value in worded if value]


def describe(item: ModerationItem) -> dict[str, Any]:
    sheet = sheet_of(item)
    if sheet is None:
        return {"warnings": [ERASED]}
    url = sheet.get_absolute_url()  # type: ignore[attr-defined]  # each shelf has its pages
    links = [("La page publique", url)] if sheet.is_public else []
    return {
        "facts": facts_of(sheet),
        "texts": texts_of(sheet),
        "warnings": [] if item.diff else sheet.missing(),
        "links": links,
    }


def conflict(item: ModerationItem, actor: User) -> str:
    sheet = sheet_of(item)
    if sheet is None:
        return ""
    if item.diff and sheet.KEPT_BY_STAFF and _asked_by(item) == actor.pk:
        return "Vous avez demandé ce changement : une autre personne de la brigade doit décider."
    return conflict_of(sheet, actor)


def _asked_by(item: ModerationItem) -> int | None:
    """Whose words wait."""
    facts = Event.objects.filter(
        subject_type=item._meta.label,
        subject_id=str(item.pk),
        verb__in=["moderation.opened", "moderation.updated"],
    )
    return facts.order_by("-pk").values_list("actor", flat=True).first()


def conflict_of(sheet: Sheet, actor: User) -> str:
    if policies.is_author(actor, sheet) or policies.looks_after(actor, sheet):
        return "Vous avez écrit cette fiche : une autre personne de la brigade doit décider."
    return ""


_handler = registry.Handler(accept=accept, ask=ask, refuse=refuse, describe=describe, conflict=conflict)


def register(model: type[Sheet]) -> None:
    """The brigade decides on the sheets of this shelf. Several shelves share a kind of item."""
    _shelves[model._meta.label] = model
    registry.register(model.KIND, _handler)
