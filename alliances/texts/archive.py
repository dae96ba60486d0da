"""Charters and agreements in the archive of their alliance: every version, who adopted it, its PDFs to the byte."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from .enums import Kind
from .models import Comment, Text, Version


def _charter(folder: Folder, alliance: Alliance, reader: User) -> None:
    _write(folder, list(alliance.texts.filter(kind=Kind.CHARTER)))


def _agreements(folder: Folder, alliance: Alliance, reader: User) -> None:
    _write(folder, list(alliance.texts.filter(kind=Kind.AGREEMENT).order_by("pk")))


def _write(folder: Folder, texts: list[Text]) -> None:
    versions = [
        version for text in texts for version in text.versions.select_related("text").order_by("number")
    ]
    for version in versions:
        folder.text(
            _title(version),
            "\n\n".join(
                f"{rank}. {one['title']}\n\n{one['text']}"
                for rank, one in enumerate(version.articles, start=1)
            ),
            [
                ("État", version.get_state_display()),
                ("Ce qui change", version.summary),
                ("En vigueur le", version.in_force_at),
                ("À relire le", version.renew_on),
                ("Empreinte du texte (SHA-256)", version.text_hash),
            ],
        )
    folder.table(
        "adoptions",
        "Adoptions",
        ("Texte", "Version", "Partie", "Signataire", "En qualité de", "Le", "Empreinte du texte"),
        [
            (
                version.text.title,
                version.number,
                one.party.name,
                one.signatory_name,
                one.capacity,
                one.adopted_at,
                one.text_hash,
            )
            for version in versions
            for one in version.adoptions.select_related("party")
        ],
    )
    if any(text.kind == Kind.AGREEMENT for text in texts):
        folder.table(
            "obligations",
            "Ce que chaque partie promet",
            ("Convention", "Version", "Partie", "Clause", "S’engage à", "Pour le", "État"),
            [
                (
                    version.text.title,
                    version.number,
                    one.party.name,
                    next((a["title"] for a in version.articles if a["key"] == one.clause), one.clause),
                    one.what,
                    one.due_on,
                    one.get_state_display(),
                )
                for version in versions
                for one in version.obligations.select_related("party")
            ],
        )
    comments = Comment.objects.filter(version__in=versions).select_related("version__text", "party", "author")
    folder.table(
        "commentaires",
        "Commentaires",
        ("Texte", "Version", "Article", "Partie", "Par", "Commentaire", "Le", "Traité le"),
        [
            (
                one.version.text.title,
                one.version.number,
                one.article,
                one.party.name,
                one.author.first_name if one.author else "",
                one.body,
                one.created_at,
                one.resolved_at,
            )
            for one in comments.order_by("version", "created_at", "pk")
        ],
    )
    for version in versions:
        for pk in version.documents.kept().order_by("made_at", "pk").values_list("pk", flat=True):
            document = version.documents.get(pk=pk)  # one at a time in memory
            folder.file(
                f"{version.text.title} version {version.number} {document.code}.pdf",
                f"{_title(version)}, document {document.code}",
                [bytes(document.content)],
            )


def _title(version: Version) -> str:
    return f"{version.text.title}, version {version.number}"


def register() -> None:
    parts.register("charter", Part("Charte", _charter, order=30))
    parts.register("agreements", Part("Conventions", _agreements, order=35))
