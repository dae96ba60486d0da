"""A document of an alliance, its versions, and the room that an alliance has. The bytes are files (private_files)."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.enums import Publication, Section
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.file_kinds import KINDS
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import slugify

from .enums import FileKind, Reading

#: all the versions of all the documents of an alliance
ROOM = 200 * 1024 * 1024


class SharedDocumentQuerySet(models.QuerySet["SharedDocument"]):
    def public(self) -> "SharedDocumentQuerySet":
        """What anybody may read: published, on a page that is public and shows documents."""
        return self.filter(
            reading=Reading.PUBLIC,
            alliance__publication=Publication.PUBLIC,
            alliance__shown__contains=[Section.DOCUMENTS],
        )

    def of_alliance(self, alliance: Alliance) -> "SharedDocumentQuerySet":
        return self.filter(alliance=alliance)


class SharedDocument(models.Model):
    """What the parties see are its fields; what the public sees is what the brigade read, kept beside."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="shared_documents")
    #: who brought it; it stays the alliance's when that party leaves
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="partie")
    title = LineField("titre", max_length=160)
    description = ProseField("description", max_length=1000, blank=True)
    reading = models.CharField("lecture", max_length=8, choices=Reading, default=Reading.PRIVATE)
    published_title = LineField("titre publié", max_length=160, blank=True)
    published_description = ProseField("description publiée", max_length=1000, blank=True)
    published_version = models.ForeignKey(
        "FileVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="version publiée"
    )
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("déposé le", db_default=Now())
    changed_at = models.DateTimeField("modifié le", db_default=Now())
    version = models.PositiveIntegerField(default=1)

    objects = SharedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document d’une alliance"
        verbose_name_plural = "documents des alliances"
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="shared_document_titled",
                violation_error_message="Donnez un titre au document.",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(published_title=""),
                    reading=Reading.PUBLIC,
                    published_version__isnull=False,
                    published_at__isnull=False,
                )
                | Q(~Q(reading=Reading.PUBLIC), published_version__isnull=True),
                name="shared_document_public_was_read",
            ),
        ]
        indexes = [models.Index(fields=["alliance", "-changed_at"], name="shared_document_of_alliance")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        return self.reading == Reading.PUBLIC

    @property
    def page_url(self) -> str:
        alliance = self.alliance
        return reverse("shared_documents:document", args=[alliance.pk, alliance.slug, self.pk])

    @property
    def public_url(self) -> str:
        alliance = self.alliance
        return reverse("shared_documents:public_file", args=[alliance.pk, alliance.slug, self.pk])

    @property
    def latest(self) -> "FileVersion":
        return self.versions.order_by("-number")[0]


class FileVersion(models.Model):
    """One file. A new one keeps the old; nothing of it changes but its author, when they erase their account."""

    document = models.ForeignKey(SharedDocument, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("numéro")
    #: the name of the bytes in the private folder: random, never shown
    stored = models.CharField(max_length=32, unique=True, editable=False)
    kind = models.CharField("sorte", max_length=4, choices=FileKind)
    size = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte", max_length=64)
    note = LineField("ce qui change", max_length=200, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="partie")
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", verbose_name="auteur")
    author_name = personal(LineField("prénom de l’auteur", max_length=80, blank=True))
    added_at = models.DateTimeField("ajoutée le", db_default=Now())

    class Meta:
        verbose_name = "version d’un document"
        verbose_name_plural = "versions des documents"
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"],
                name="file_version_once",
                violation_error_message="Quelqu’un vient d’ajouter une version : relisez, puis recommencez.",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_version_not_empty"),
            models.CheckConstraint(
                condition=Q(stored__regex=r"^[0-9a-f]{32}$", sha256__regex=r"^[0-9a-f]{64}$"),
                name="file_version_named",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_room",
                operation=pgtrigger.Insert | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        INSERT INTO shared_documents_shelf (alliance_id, used)
                        SELECT alliance_id, NEW.size FROM shared_documents_shareddocument WHERE id = NEW.document_id
                        ON CONFLICT (alliance_id) DO UPDATE SET used = shared_documents_shelf.used + NEW.size;
                        RETURN NEW;
                    END IF;
                    UPDATE shared_documents_shelf SET used = used - OLD.size WHERE alliance_id = (
                        SELECT alliance_id FROM shared_documents_shareddocument WHERE id = OLD.document_id
                    );
                    RETURN OLD;
                """,
            ),
            pgtrigger.Trigger(
                name="bytes_are_fixed",
                operation=pgtrigger.UpdateOf("document_id", "number", "stored", "kind", "size", "sha256"),
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'a version of a document does not change';",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def file_name(self) -> str:
        """What whoever downloads it gets: from the title, never from what was sent."""
        return f"{slugify(self.document.title, 60)}-v{self.number}{KINDS[self.kind].suffix}"


class Shelf(models.Model):
    """How much room the files of an alliance take: kept by a trigger, bounded by a constraint."""

    alliance = models.OneToOneField(Alliance, models.CASCADE, related_name="shelf", primary_key=True)
    used = models.PositiveBigIntegerField("place prise, en octets", default=0)

    class Meta:
        verbose_name = "place des documents d’une alliance"
        verbose_name_plural = "place des documents des alliances"
        constraints = [
            models.CheckConstraint(
                condition=Q(used__lte=ROOM),
                name="shelf_has_room",
                violation_error_message=(
                    f"Il n’y a plus de place : les documents d’une alliance tiennent dans {ROOM // 1024**2} Mo. "
                    "Supprimez ce qui ne sert plus, puis recommencez."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"place de l’alliance {self.pk}"

    @classmethod
    def used_by(cls, alliance: Any) -> int:
        return cls.objects.filter(alliance=alliance).values_list("used", flat=True).first() or 0
