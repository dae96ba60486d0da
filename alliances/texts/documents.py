"""The PDF of a version, and whether a code or a file is one of ours.

Each document is made once for what it says (the version and how many parties had adopted it) and its bytes are kept:
the file that people hold and the hash that we keep stay the same for ever. A file sent to be checked is only hashed.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from alliances import services as alliances
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.registries import KnownFile, known_files
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.dates import day_of
from jeveuxagir.ui.documents import pdf

from . import templates
from .enums import FIXED, Kind, State
from .models import Document, Version

#: no letter or digit that is read as another
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MOST_BYTES = 10 * 1024 * 1024
NO_EFFECT = {
    Kind.CHARTER: "Cette charte n’a pas d’effet juridique propre. Elle dit ce que les parties veulent faire ensemble.",
    Kind.AGREEMENT: (
        "Ce modèle de convention n’a pas d’effet juridique propre. Les parties qui veulent s’engager en droit le "
        "font relire et signer par ailleurs."
    ),
}


@dataclass(frozen=True)
class Checked:
    """What a code or a file turned out to be: `document` is None when it is no text of an alliance; `other` is what
    another part of the platform made."""

    document: Document | None
    other: KnownFile | None = None

    @property
    def in_force(self) -> Version | None:
        """The version of that text in force today."""
        if self.document is None:
            return None
        return Version.objects.in_force().filter(text=self.document.version.text_id).first()

    @property
    def is_current(self) -> bool:
        """Whether the version it shows is the one in force, with no adoption since."""
        if self.document is None:
            return False
        version = self.document.version
        return version.state == State.IN_FORCE and self.document.adopted == version.adoptions.count()


@transaction.atomic
def document_of(version: Version) -> Document:
    """The document of this version as it stands: the one already made, or a new one. Words still changing have none."""
    alliance = alliances.locked(version.text.alliance, even_closed=True)
    version = lock(Version.objects.select_related("text__alliance"), pk=version.pk)
    if version.state not in FIXED or not version.text_hash:
        raise RuleBroken("Le document se fait une fois le texte ouvert à l’adoption.", code="wrong_state")
    adopted = version.adoptions.count()
    known = version.documents.kept().filter(adopted=adopted).first()
    if known is not None:
        return known
    code, moment = _new_code(), now()
    content = pdf("text.typ", _data(version, code), made_at=moment)
    document = Document.objects.create(
        version=version,
        code=code,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        adopted=adopted,
        made_at=moment,
    )
    record("text.document_made", alliance, text=version.text_id, number=version.number, document=document.pk)
    return document


def withdraw(versions: Iterable[Version]) -> None:
    """Somebody named in these documents erased their account: their bytes go, new ones are made by a reaction.

    The rows of their alliances are locked by the caller: none is being made meanwhile.
    """
    for version in versions:
        if version.documents.kept().update(content=b"", withdrawn_at=now()):
            record(
                "text.document_withdrawn", version.text.alliance, text=version.text_id, number=version.number
            )


def check_code(typed: str) -> Checked:
    """By the code printed on it, whatever the case, the spaces and the hyphens."""
    letters = "".join(letter for letter in typed.upper()[:60] if letter in _ALPHABET)
    code = "-".join(letters[start : start + 4] for start in range(0, 12, 4)) if len(letters) == 12 else ""
    return _checked(code=code)


def check_hash(sha256: str) -> Checked:
    """By the SHA-256 of a file, hashed on its way (uploads.py): altered, even by a space, it is none of ours."""
    checked = _checked(sha256=sha256)
    if checked.document is not None:
        return checked
    return Checked(None, next(filter(None, (known(sha256) for known in known_files)), None))


def _checked(**where: str) -> Checked:
    found = Document.objects.filter(**where).select_related("version__text__alliance").defer("content")
    return Checked(found.first())


def _new_code() -> str:
    """Twelve letters out of 32: 60 bits, not to be guessed."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _data(version: Version, code: str) -> dict[str, object]:
    text = version.text
    template = templates.by_code(version.template)
    return {
        "title": text.title,
        "alliance": text.alliance.name,
        "number": version.number,
        "state": _state(version),
        "no_effect": NO_EFFECT[Kind(text.kind)],
        "footer": f"{text.title}, version {version.number} – sans effet juridique propre",
        "articles": [{"title": one["title"], "text": one["text"]} for one in version.articles],
        "obligations": [
            {
                "party": one.party.name,
                "what": one.what,
                "due": day_of(one.due_on) if one.due_on else "",
            }
            for one in version.obligations.select_related("party").order_by("pk")
        ],
        "adoptions": [
            {
                "party": one.party.name,
                "name": one.signatory_name,
                "capacity": one.capacity,
                "on": day_of(one.adopted_at),
            }
            for one in version.adoptions.select_related("party")
        ],
        "code": code,
        "verify_url": absolute("/verifier/"),
        "hash": version.text_hash,
        "template": (
            f"Écrit à partir du modèle « {template.name} », relu par : {template.reviewed_by} "
            f"({day_of(template.reviewed_on)})."
            if template
            else ""
        ),
    }


def _state(version: Version) -> str:
    if version.state == State.IN_FORCE and version.in_force_at:
        return f"En vigueur depuis le {day_of(version.in_force_at)}"
    label = str(version.get_state_display())
    return label[:1].upper() + label[1:]
