"""A word with its definition and what each world means by it, its revisions, and who contests it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import clean, fold
from jeveuxagir.territories.text import FrenchQuery, Unaccent

from .enums import State

LICENCE = "Licence Ouverte 2.0"
DEFINITION = 2000


def first_sentence(text: str) -> str:
    """What stands beside a word in a text: up to the first full stop that ends a sentence."""
    first = text.split("\n")[0]
    head, point, _rest = first.partition(". ")
    return head + "." if point else first


class TermQuerySet(models.QuerySet["Term"]):
    def public(self) -> "TermQuerySet":
        """In use, in the order of the alphabet."""
        return self.filter(active=True).order_by("position", "slug")

    def found(self, words: str) -> "TermQuerySet":
        """Those whose name, spellings, definition or variants answer these words; all of them for none."""
        words = clean(words)[:100]
        if not words:
            return self
        plain = Unaccent(models.Value(words))
        forms = Func(
            F("forms"), models.Value(" · "), function="array_to_string", output_field=models.TextField()
        )
        rows = self.alias(plain_name=Unaccent(F("name")), plain_forms=Unaccent(forms))
        known = Q(plain_name__icontains=plain) | Q(plain_forms__icontains=plain)
        return rows.filter(Q(search=FrenchQuery(words)) | known)


class Term(models.Model):
    """Seeded by `load_reference`; changed by a contest that the national team accepts (its words are cleaned there)."""

    slug = models.SlugField("mots de l’adresse", max_length=80, unique=True)
    name = models.CharField("terme", max_length=120)
    #: as it is written in texts, the longest first; empty: never linked by itself
    forms = ArrayField(
        models.CharField(max_length=80), verbose_name="formes reconnues", default=list, blank=True
    )
    definition = models.TextField("définition", max_length=DEFINITION)
    associations = models.TextField("pour les associations", max_length=1000, blank=True)
    companies = models.TextField("pour les entreprises", max_length=1000, blank=True)
    public_bodies = models.TextField("pour les acteurs publics", max_length=1000, blank=True)
    #: one by line
    sources = models.TextField("sources", max_length=2000, blank=True)
    licence = models.CharField("licence", max_length=60, default=LICENCE)
    #: its place in the alphabet
    position = models.PositiveSmallIntegerField("ordre", default=0)
    related = models.ManyToManyField("self", verbose_name="termes voisins", blank=True)
    active = models.BooleanField("en usage", default=True)
    #: the number of its last revision
    number = models.PositiveSmallIntegerField("révision", default=1)
    revised_at = models.DateTimeField("révisé le", db_default=Now())
    search = models.GeneratedField(
        expression=SearchVector("name", weight="A", config="french_unaccent")
        + SearchVector("definition", weight="B", config="french_unaccent")
        + SearchVector("associations", "companies", "public_bodies", weight="C", config="french_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "terme du glossaire"
        verbose_name_plural = "termes du glossaire"
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="term_numbered"),
            models.CheckConstraint(
                condition=~Q(definition=""),
                name="term_defined",
                violation_error_message="Un terme a une définition.",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="term_search")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("glossary:term", args=[self.slug])

    @property
    def short(self) -> str:
        return first_sentence(self.definition)

    @property
    def letter(self) -> str:
        return fold(self.name)[:1].upper()

    @property
    def variants(self) -> list[tuple[str, str]]:
        """What each world means by it, or how it says it; those that say nothing of their own left out."""
        worlds = (
            ("Pour les associations", self.associations),
            ("Pour les entreprises", self.companies),
            ("Pour les acteurs publics", self.public_bodies),
        )
        return [(label, text) for label, text in worlds if text]

    @property
    def source_lines(self) -> list[str]:
        return [line for line in self.sources.splitlines() if line.strip()]


class Revision(models.Model):
    """A definition as it stood from a day on: never changed afterwards."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="revisions", verbose_name="terme")
    number = models.PositiveSmallIntegerField("révision")
    definition = models.TextField("définition", max_length=DEFINITION)
    sources = models.TextField("sources", max_length=2000, blank=True)
    #: why it changed; empty for the first
    why = models.TextField("pourquoi", max_length=1000, blank=True)
    created_at = models.DateTimeField("du", db_default=Now())

    class Meta:
        verbose_name = "révision d’un terme"
        verbose_name_plural = "révisions de termes"
        constraints = [models.UniqueConstraint(fields=["term", "number"], name="revision_numbered_once")]

    def __str__(self) -> str:
        return f"révision {self.number}"


class ContestQuerySet(models.QuerySet["Contest"]):
    def of_person(self, person: Person) -> "ContestQuerySet":
        return self.filter(person=person)


class Contest(models.Model):
    """Somebody says that a definition is wrong, and how they would word it."""

    term = models.ForeignKey(Term, models.CASCADE, related_name="contests", verbose_name="terme")
    #: the revision that was read
    number = models.PositiveSmallIntegerField("révision contestée")
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    why = personal(ProseField("pourquoi", max_length=1000))
    proposed = ProseField("définition proposée", max_length=DEFINITION)
    source = LineField("source", max_length=300, blank=True)
    #: the same idea in better words, prepared by the national team; empty: as proposed
    reworded = ProseField("définition reformulée", max_length=DEFINITION, blank=True)
    state = models.CharField("état", max_length=12, choices=State, default=State.PENDING)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    answer = ProseField("réponse", max_length=2000, blank=True)
    created_at = models.DateTimeField("contesté le", db_default=Now())
    #: what it became
    revision = models.OneToOneField(
        Revision, models.SET_NULL, null=True, blank=True, related_name="contest", verbose_name="révision"
    )

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = "contestation d’un terme"
        verbose_name_plural = "contestations de termes"
        constraints = [
            models.UniqueConstraint(
                fields=["term", "person"],
                condition=Q(state=State.PENDING),
                name="contest_once_at_a_time",
                violation_error_message="Vous contestez déjà ce terme : attendez la réponse, ou retirez votre demande.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REFUSED) | ~Q(answer=""),
                name="contest_refused_with_reason",
                violation_error_message="Dites pourquoi cette contestation n’est pas retenue.",
            ),
        ]
        indexes = [models.Index(fields=["state", "state_changed_at"], name="contest_state")]

    def __str__(self) -> str:
        return f"« {self.term.name} » contesté"

    @property
    def wording(self) -> str:
        """What becomes the definition if it is accepted."""
        return self.reworded or self.proposed

    @property
    def is_pending(self) -> bool:
        return self.state == State.PENDING
