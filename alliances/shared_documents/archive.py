"""The documents in the archive of their alliance: each version to the byte."""

from functools import partial

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User
from jeveuxagir.common import private_files

from .models import FileVersion


def _write(folder: Folder, alliance: Alliance, reader: User) -> None:
    rows = (
        FileVersion.objects.filter(document__alliance=alliance)
        .select_related("document", "party")
        .order_by("document", "number")
    )
    versions = list(rows)
    folder.table(
        "documents",
        "Documents",
        (
            *(
                "Document",
                "Description",
                "Lecture",
                "Version",
                "Ce qui change",
                "Fichier",
                "Taille en octets",
            ),
            *("Empreinte (SHA-256)", "Déposé par", "Prénom", "Le"),
        ),
        [
            (
                *(one.document.title, one.document.description, one.document.get_reading_display()),
                *(one.number, one.note, one.file_name, one.size, one.sha256),
                *(one.party.name, one.author_name, one.added_at),
            )
            for one in versions
        ],
    )
    for one in versions:
        try:
            content = private_files.open_file(one.stored)
        except FileNotFoundError:  # somebody removes this document at the same instant
            continue
        with content:
            pieces = iter(partial(content.read, private_files.CHUNK), b"")
            folder.file(one.file_name, f"{one.document.title}, version {one.number}", pieces)


def register() -> None:
    parts.register("documents", Part("Documents", _write, order=80))
