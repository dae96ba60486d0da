"""A text of an alliance, its versions, and what the parties say of each: comments, adoptions, obligations.

From the opening to adoption on, the words of a version never change: a trigger refuses it. No effect of its own in law.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField, personal

from .enums import FIXED, UNDER_WAY, Kind, ObligationState, State

_FIXED = ", ".join(f"'{state.value}'" for state in FIXED)
_OPEN_TO_ADOPTION = f"'{State.ADOPTING.value}', '{State.IN_FORCE.value}'"


class Text(models.Model):
    """The charter of an alliance (one), or one of its agreements."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="texts")
    kind = models.CharField("sorte", max_length=10, choices=Kind)
    title = LineField("titre", max_length=160)
    created_at = models.DateTimeField("commencé le", db_default=Now())

    class Meta:
        verbose_name = "texte"
        constraints = [
            models.UniqueConstraint(
                fields=["alliance"],
                condition=Q(kind=Kind.CHARTER),
                name="text_one_charter",
                violation_error_message="Cette alliance a déjà sa charte.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class VersionQuerySet(models.QuerySet["Version"]):
    def under_way(self) -> "VersionQuerySet":
        return self.filter(state__in=UNDER_WAY)

    def in_force(self) -> "VersionQuerySet":
        return self.filter(state=State.IN_FORCE)


class Version(models.Model):
    text = models.ForeignKey(Text, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("numéro")
    #: [{"key": "objet", "title": "Notre objet commun", "text": "…", "variant": "…"}], in order
    articles = models.JSONField("articles", default=list)
    #: which national template, and which version of it
    template = models.CharField("modèle", max_length=60, blank=True)
    #: what changed, said by whoever opens it
    summary = ProseField("ce qui change", max_length=1000, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    comment_until = models.DateField("commentaires jusqu’au", null=True, blank=True)
    renew_on = models.DateField("à relire le", null=True, blank=True)
    #: SHA-256 of the canonical words (canonical.py), from the opening to adoption on
    text_hash = models.CharField("empreinte", max_length=64, blank=True)
    in_force_at = models.DateTimeField("en vigueur le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("commencée le", db_default=Now())
    #: compared on saving: two members who edit at once lose nothing
    revision = models.PositiveIntegerField(default=1)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version d’un texte"
        verbose_name_plural = "versions des textes"
        ordering = ["text", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["text"],
                condition=Q(state__in=UNDER_WAY),
                name="version_one_under_way",
                violation_error_message="Une nouvelle version est déjà en préparation.",
            ),
            models.UniqueConstraint(
                fields=["text"], condition=Q(state=State.IN_FORCE), name="version_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.COMMENT, State.ABANDONED])
                | Q(text_hash__regex=r"^[0-9a-f]{64}$"),
                name="version_fixed_with_hash",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.IN_FORCE, State.SUPERSEDED]) | Q(in_force_at__isnull=False),
                name="version_in_force_dated",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="words_are_fixed",
                operation=pgtrigger.UpdateOf("articles", "text_hash", "number", "text_id"),
                when=pgtrigger.Before,
                func=f"""
                    IF OLD.state IN ({_FIXED}) AND (
                        NEW.articles IS DISTINCT FROM OLD.articles OR NEW.text_hash <> OLD.text_hash
                        OR NEW.number <> OLD.number OR NEW.text_id <> OLD.text_id
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'version_words_are_fixed',
                            MESSAGE = 'the words of this version are fixed';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def page_url(self) -> str:
        """Where the parties read it."""
        return self._url("version")

    @property
    def adopt_url(self) -> str:
        """Where it is read whole, then adopted."""
        return self._url("adopt")

    def _url(self, name: str) -> str:
        alliance = self.text.alliance
        return reverse(f"texts:{name}", args=[alliance.pk, alliance.slug, self.pk])

    @property
    def is_fixed(self) -> bool:
        return self.state in FIXED

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class CommentQuerySet(models.QuerySet["Comment"]):
    def of_alliance(self, alliance: Alliance) -> "CommentQuerySet":
        return self.filter(version__text__alliance=alliance)


class Comment(models.Model):
    """What somebody of a party says of an article while it is open to comment."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="comments")
    article = models.SlugField("article", max_length=40)
    party = models.ForeignKey(Party, models.CASCADE, related_name="+")
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="text_comments")
    body = personal(ProseField("commentaire", max_length=2000))
    created_at = models.DateTimeField("le", db_default=Now())
    resolved_at = models.DateTimeField("traité le", null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "commentaire"
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["version", "created_at"], name="comment_of_version")]

    def __str__(self) -> str:
        return f"commentaire {self.pk}"


class Adoption(models.Model):
    """A party adopts a version: who, in what capacity, when, and the hash of the words they read."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="adoptions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="adoptions")
    signatory = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="adoptions")
    signatory_name = personal(LineField("signataire", max_length=160))
    capacity = personal(LineField("qualité", max_length=120))
    text_hash = models.CharField("empreinte", max_length=64)
    adopted_at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "adoption"
        ordering = ["adopted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party"],
                name="adoption_once",
                violation_error_message="Votre organisation a déjà adopté cette version.",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="adopts_the_words_read",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("version_id", "party_id", "text_hash"),
                when=pgtrigger.Before,
                func=f"""
                    IF NOT EXISTS (
                        SELECT 1 FROM texts_version version
                        JOIN texts_text text ON text.id = version.text_id
                        JOIN alliances_party party ON party.id = NEW.party_id
                            AND party.alliance_id = text.alliance_id
                        WHERE version.id = NEW.version_id AND version.text_hash = NEW.text_hash
                            AND version.state IN ({_OPEN_TO_ADOPTION})
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'adoption_of_words_read',
                            MESSAGE = 'these are not the words of that version, or not a party of that alliance';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own states)
            )
        ]

    def __str__(self) -> str:
        return f"adoption {self.pk}"


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def open(self) -> "ObligationQuerySet":
        return self.filter(state=ObligationState.OPEN)

    def owed(self) -> "ObligationQuerySet":
        """Open, of an agreement that binds today."""
        return self.open().filter(version__state=State.IN_FORCE)


class Obligation(models.Model):
    """What one party must do under a clause of an agreement, and by when."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="obligations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="obligations")
    clause = models.SlugField("clause", max_length=40)
    what = LineField("engagement", max_length=300)
    due_on = models.DateField("pour le", null=True, blank=True)
    state = models.CharField("état", max_length=8, choices=ObligationState, default=ObligationState.OPEN)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    #: the party that left, when another took it over
    taken_over_from = models.ForeignKey(Party, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = "obligation"
        ordering = [F("due_on").asc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party", "clause", "what"],
                name="obligation_once",
                violation_error_message="Cette obligation est déjà dans la liste.",
            )
        ]
        indexes = [models.Index(fields=["party", "state"], name="obligation_of_party")]
        triggers = [
            pgtrigger.Trigger(
                name="promised_before_adoption",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("version_id", "clause", "what", "due_on"),
                when=pgtrigger.Before,
                func=f"""
                    IF EXISTS (SELECT 1 FROM texts_version
                               WHERE id = NEW.version_id AND state IN ({_FIXED})) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'version_words_are_fixed',
                            MESSAGE = 'the words of this version are fixed';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own states)
            )
        ]

    def __str__(self) -> str:
        return self.what


class DocumentQuerySet(models.QuerySet["Document"]):
    def kept(self) -> "DocumentQuerySet":
        """Those whose bytes are still here."""
        return self.filter(withdrawn_at=None)


class Document(models.Model):
    """The PDF of a version, made once: its bytes are kept, so that the file and its hash stay the same.

    Withdrawn once somebody named in it erased their account: the bytes are gone, its code and its hash stay, so that
    a file given before is still recognised.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="documents")
    code = models.CharField("code de vérification", max_length=14, unique=True)
    sha256 = models.CharField("empreinte du fichier", max_length=64, unique=True)
    content = models.BinaryField()
    #: how many parties had adopted when it was made
    adopted = models.PositiveSmallIntegerField("adoptions")
    made_at = models.DateTimeField("fait le", db_default=Now())
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "adopted"],
                condition=Q(withdrawn_at=None),
                name="document_once_per_adoptions",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(content=b""), name="document_withdrawn_is_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.code
