"""Every write on the documents of an alliance. The alliance is locked first, then the document.

A file is kept before its row is written and removed after its row is gone: no row is ever without its bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from alliances import services as alliances
from alliances.models import Alliance, Party
from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common import private_files
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem

from . import notifications as mails
from . import policies
from .enums import READINGS, Reading
from .files import Checked
from .models import FileVersion, SharedDocument

KIND = ModerationItem.Kind.DOCUMENT
MOST_DOCUMENTS = 300
MOST_VERSIONS = 50


@transaction.atomic
def add(
    party: Party, *, actor: User, title: str, file: Checked, description: str = "", public: bool = False
) -> SharedDocument:
    """A document of the alliance, for its parties; `public` asks the brigade to read it."""
    alliance, party = alliances.locked_party(party)
    allow(policies.can_add(actor, party))
    limits.require("document_account", actor.pk)
    if alliance.shared_documents.count() >= MOST_DOCUMENTS:
        raise RuleBroken(f"Une alliance garde {MOST_DOCUMENTS} documents au plus.", code="too_many")
    with refusals():
        document = SharedDocument.objects.create(
            alliance=alliance, party=party, title=title, description=description, created_by=actor
        )
    _write_version(document, party, actor, file, number=1)
    alliances.acted(alliance, actor=actor)
    record("document.added", alliance, actor=actor, document=document.pk, party=party.pk)
    mails.tell(document, "added", once="1", besides=actor.person_id)
    if public:
        document = ask_publication(document, actor=actor)
    return document


@transaction.atomic
def add_version(
    document: SharedDocument, *, actor: User, party: Party, seen: int, file: Checked, note: str = ""
) -> FileVersion:
    """Another file of the same document; `seen` is the latest number that the actor was shown. The public one stays."""
    alliance, document = _locked(document)
    party = alliances.live_party(alliance, party)
    allow(policies.can_change(actor, document) and policies.can_add(actor, party))
    limits.require("document_account", actor.pk)
    latest = document.latest.number
    if seen != latest:
        raise Stale("Quelqu’un vient d’ajouter une version de ce document. Relisez-la, puis recommencez.")
    if document.versions.count() >= MOST_VERSIONS:
        raise RuleBroken(f"Un document garde {MOST_VERSIONS} versions au plus.", code="too_many")
    version = _write_version(document, party, actor, file, number=latest + 1, note=note)
    _save(document)
    alliances.acted(alliance, actor=actor)
    record("document.version_added", alliance, actor=actor, document=document.pk, number=version.number)
    mails.tell(document, "version", once=str(version.number), besides=actor.person_id)
    _moderate(document, actor)
    return version


@transaction.atomic
def edit(
    document: SharedDocument, *, actor: User, version: int, title: str, description: str
) -> SharedDocument:
    """Its title and what is said of it; on a public document the brigade reads them first."""
    alliance, document = _locked(document)
    allow(policies.can_change(actor, document))
    if version != document.version:
        raise Stale("Quelqu’un a modifié ce document entre-temps. Relisez, puis recommencez.")
    document.title, document.description = title, description
    _save(document)
    alliances.acted(alliance, actor=actor)
    record("document.edited", alliance, actor=actor, document=document.pk)
    _moderate(document, actor)
    return document


@transaction.atomic
def remove(document: SharedDocument, *, actor: User) -> None:
    """With every version and every byte. A second click finds nothing left."""
    alliance, document = _locked(document)
    allow(policies.can_change(actor, document))
    moderation.withdraw(KIND, document, actor=actor)
    _erase(document)
    alliances.acted(alliance, actor=actor)
    record("document.removed", alliance, actor=actor, document=document.pk)


# --- for anybody to read ----------------------------------------------------------------------------------------


@transaction.atomic
def ask_publication(document: SharedDocument, *, actor: User) -> SharedDocument:
    """The brigade of the alliance's department reads it before anybody else does."""
    alliance, document = _locked(document)
    allow(policies.can_change(actor, document))
    document.reading = READINGS.target("ask", document.reading, label=document.get_reading_display())
    _save(document)
    alliances.acted(alliance, actor=actor)
    _moderate(document, actor)
    record("document.publication_asked", alliance, actor=actor, document=document.pk)
    return document


@transaction.atomic
def withdraw_publication(document: SharedDocument, *, actor: User) -> SharedDocument:
    """For the parties alone again, at once; a closed alliance may do it too."""
    alliance, document = _locked(document, even_closed=True)
    allow(policies.can_change(actor, document))
    _hide(document, "withdraw")
    moderation.withdraw(KIND, document, actor=actor)
    record("document.unpublished", alliance, actor=actor, document=document.pk)
    return document


@transaction.atomic
def publish(document: SharedDocument, *, actor: User | None) -> SharedDocument:
    """The brigade's yes to what it read: the title, the description and the version as they are now."""
    alliance, document = _locked(document, even_closed=True)
    if document.reading == Reading.PRIVATE:
        raise RuleBroken(
            "Ce document n’est plus proposé au public : rien n’a été publié.", code="wrong_state"
        )
    document.reading = Reading.PUBLIC
    document.published_title, document.published_description = document.title, document.description
    document.published_version, document.published_at = document.latest, now()
    _save(document)
    record("document.published", alliance, actor=actor, document=document.pk)
    mails.tell_party(document, "published")
    return document


@transaction.atomic
def refuse_publication(document: SharedDocument, *, actor: User | None, reason: str) -> SharedDocument:
    """The brigade's no: the parties keep it; what was public before stays so."""
    alliance, document = _locked(document, even_closed=True)
    if document.reading == Reading.PENDING:
        _hide(document, "refuse")
    else:
        _save(document)
    record("document.publication_refused", alliance, actor=actor, document=document.pk)
    mails.tell_party(document, "refused", reason=clean(reason))
    return document


# --- erasure ----------------------------------------------------------------------------------------------------


def forget_person(person: Person) -> None:
    """The documents are the alliance's and stay; nothing says any more who brought them."""
    FileVersion.objects.filter(author=person).update(author=None, author_name="")
    SharedDocument.objects.filter(created_by__person=person).update(created_by=None)


# --- inside -----------------------------------------------------------------------------------------------------


def _locked(document: SharedDocument, *, even_closed: bool = False) -> tuple[Alliance, SharedDocument]:
    """Removed meanwhile: said in words."""
    alliance = alliances.locked(document.alliance, even_closed=even_closed)
    try:
        document = lock(SharedDocument.objects.select_related("party__organisation"), pk=document.pk)
    except SharedDocument.DoesNotExist as gone:
        raise RuleBroken("Ce document vient d’être supprimé.", code="gone") from gone
    document.alliance = alliance
    return alliance, document


@contextmanager
def _kept(file: Checked) -> Iterator[str]:
    """The bytes under their name; gone again when what follows fails."""
    name = private_files.keep(file.path)
    try:
        yield name
    except BaseException:
        private_files.forget(name)
        raise


def _write_version(
    document: SharedDocument, party: Party, actor: User, file: Checked, *, number: int, note: str = ""
) -> FileVersion:
    """The room of the alliance is the database's to count."""
    with _kept(file) as name, refusals():
        return FileVersion.objects.create(
            document=document,
            number=number,
            stored=name,
            kind=file.kind,
            size=file.size,
            sha256=file.sha256,
            note=note,
            party=party,
            author=actor.person,
            author_name=actor.person.first_name,
        )


def _save(document: SharedDocument) -> None:
    document.changed_at = now()
    document.version += 1
    with refusals():
        document.save()


def _hide(document: SharedDocument, verb: str) -> None:
    document.reading = READINGS.target(verb, document.reading, label=document.get_reading_display())
    document.published_title = document.published_description = ""
    document.published_version = document.published_at = None
    _save(document)


def _erase(document: SharedDocument) -> None:
    names = list(document.versions.values_list("stored", flat=True))
    SharedDocument.objects.filter(pk=document.pk).update(
        reading=Reading.PRIVATE,
        published_version=None,
        published_title="",
        published_description="",
        published_at=None,
    )
    number = document.pk
    document.delete()
    document.pk = number
    private_files.forget_after_commit(names)


def _moderate(document: SharedDocument, actor: User) -> None:
    """What the brigade is to read now: a first time, or what changed of something public. Nothing: nothing waits."""
    if document.reading == Reading.PRIVATE:
        return
    diff = _diff(document) if document.is_public else {}
    if document.is_public and not diff:
        moderation.withdraw(KIND, document, actor=actor)
        return
    alliance = document.alliance
    moderation.open_item(
        KIND,
        document,
        title=document.title,
        department=alliance.department,
        domain=alliance.domain,
        cause=ModerationItem.Cause.EDIT if document.is_public else ModerationItem.Cause.CREATION,
        diff=diff,
        actor=actor,
    )


def _diff(document: SharedDocument) -> dict[str, dict[str, str]]:
    pairs = {
        "title": ("titre", document.published_title, document.title),
        "description": ("description", document.published_description, document.description),
        "version": ("fichier", str(document.published_version), str(document.latest)),
    }
    return {
        name: {"label": label, "before": before, "after": after, "value": after}
        for name, (label, before, after) in pairs.items()
        if before != after
    }
