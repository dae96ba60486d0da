"""What a decision of the brigade does to a document that the parties want to show, and what its case holds."""

from typing import Any

from django.urls import reverse

from alliances.moderation import conflict_of
from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.file_kinds import KINDS
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem

from . import services
from .models import SharedDocument
from .reading import weight

GONE = "Ce document a été supprimé par l’alliance."


def _found(item: ModerationItem) -> SharedDocument | None:
    rows = SharedDocument.objects.select_related("alliance__department", "alliance__domain", "party")
    return rows.filter(pk=item.subject_id).first()


def _document(item: ModerationItem) -> SharedDocument:
    document = _found(item)
    if document is None:
        raise RuleBroken(GONE, code="gone")
    return document


def accept(item: ModerationItem, actor: User | None) -> None:
    services.publish(_document(item), actor=actor)


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.refuse_publication(_document(item), actor=actor, reason=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    document = _found(item)
    if document is None:
        return {"warnings": [GONE]}
    latest = document.latest
    alliance = document.alliance
    links = [
        ("Télécharger le fichier à relire", reverse("shared_documents:review", args=[document.pk])),
    ]
    if alliance.is_public:
        links.append(("La page publique de l’alliance", alliance.get_absolute_url()))
    return {
        "facts": [
            ("Alliance", alliance.name),
            ("Déposé par", document.party.name),
            ("Fichier", f"{KINDS[latest.kind].label}, {weight(latest.size)}, version {latest.number}"),
            ("Lecture", document.get_reading_display()),
        ],
        "texts": [("Titre", document.title), ("Description", document.description)],
        "warnings": ["Le fichier vient de l’alliance : ouvrez-le comme une pièce jointe, avec prudence."],
        "links": links,
    }


def conflict(item: ModerationItem, actor: User) -> str:
    document = _found(item)
    return conflict_of(document.alliance, actor) if document else ""


def register() -> None:
    registry.register(
        ModerationItem.Kind.DOCUMENT.value,
        registry.Handler(accept=accept, ask=refuse, refuse=refuse, describe=describe, conflict=conflict),
    )
