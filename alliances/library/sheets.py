"""What every sheet of the library is, whatever its shelf: written by somebody, read by the brigade, then public.

A shelf makes a model of its own:

    class Method(Sheet):
        KIND, NOUN = ModerationItem.Kind.SHEET.value, "méthode"
        WORDED = {**Sheet.WORDED, "when_to_use": "quand s’en servir"}
        when_to_use = ProseField("quand s’en servir", max_length=2000, blank=True)

        class Meta(Sheet.Meta):
            verbose_name = "méthode"

`editing` holds its verbs; `moderation.register(Method)` lets the brigade decide on it, `reports.register(Method, "…")`
lets readers report it.
"""

from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.common.text import slugify
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Department
from jeveuxagir.territories.text import SEARCH_CONFIG, FrenchQuery
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import PUBLIC, State


def in_the_vocabulary(table: str, column: str, codes: Collection[str]) -> models.CheckConstraint:
    """A column of codes holds those of the founding report, and no other."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__contained_by": list(codes)}),
        name=f"{table}_known_{column}",
        violation_error_message="Ce mot n’est pas l’un de ceux du rapport.",
    )


class SheetQuerySet(models.QuerySet):
    def public(self) -> Self:
        """What anybody may read: not what a suspended organisation signs."""
        suspended = Organisation.objects.filter(state=OrganisationState.SUSPENDED)
        signed = Exists(suspended.filter(pk=OuterRef("organisation")))
        return self.filter(~signed, state__in=PUBLIC)

    def of_person(self, person: Person) -> Self:
        """Those this person looks after: their own, and those of an organisation they handle."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Q(person=person, organisation=None) | Exists(handled))

    def of_organisation(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def saying(self, text: str) -> Self:
        """Those whose words match a search as people type it."""
        return self.filter(search=FrenchQuery(text)) if text else self

    def trusted_first(self) -> Self:
        """Read by the brigade before imported, confirmed before to confirm, then the last published (K95)."""
        unread = models.Case(
            models.When(reviewed_at__isnull=True, then=2),
            models.When(state=State.TO_CONFIRM, then=1),
            default=0,
            output_field=models.SmallIntegerField(),
        )
        return self.annotate(trust=unread).order_by("trust", "-published_at", "-pk")


class Sheet(models.Model):
    """A sheet: one author (a person, or an organisation whose members handle it), one licence, one history."""

    #: the kind of its moderation items, and what it is called
    KIND: ClassVar[str]
    NOUN: ClassVar[str]
    #: field → French label, of all that is worded: published, a change of these waits for the brigade
    WORDED: ClassVar[dict[str, str]] = {"title": "titre", "summary": "en deux phrases"}
    #: whether the brigade's leads propose corrections of it too; another person decides on them
    KEPT_BY_STAFF: ClassVar[bool] = False

    title = LineField("titre", max_length=140)
    slug = models.SlugField(max_length=80, editable=False)
    summary = ProseField("en deux phrases", max_length=500, blank=True)
    domains = models.ManyToManyField(Domain, blank=True, related_name="+", verbose_name="domaines")
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="+", verbose_name="ODD")
    licence = models.CharField("licence", max_length=20, choices=Licence, default=Licence.OPEN)
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    #: whose brigade reads it; none, and national staff do
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    #: where it was taken from, when nobody wrote it here
    source = LineField("source", max_length=120, blank=True)
    source_url = models.URLField("lien vers la source", max_length=300, blank=True)
    external_id = models.CharField("numéro chez la source", max_length=120, blank=True)
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    reason = ProseField("raison", max_length=2000, blank=True)
    created_at = models.DateTimeField("écrite le", db_default=Now())
    updated_at = models.DateTimeField("modifiée le", db_default=Now())
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    #: the brigade has read it; imported sheets wait for that, publicly, below the others
    reviewed_at = models.DateTimeField("relue le", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    draft_step = models.PositiveSmallIntegerField(default=0, editable=False)
    #: what else it is found by: filled on saving
    search_extra = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=SEARCH_CONFIG)
        + SearchVector("summary", weight="B", config=SEARCH_CONFIG)
        + SearchVector("search_extra", weight="C", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = SheetQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | Q(published_at__isnull=False),
                name="%(class)s_published_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | ~Q(licence=""),
                name="%(class)s_with_a_licence",
                violation_error_message="Choisissez une licence : rien n’est publié sans elle.",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
                name="%(class)s_imported_once",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="%(class)s_search"),
            models.Index(fields=["state", "-published_at"], name="%(class)s_public"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = slugify(self.title)[:80]
        self.search_extra = " ".join(str(getattr(self, name)) for name in self.found_by())[:20_000]
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = {*kwargs["update_fields"], "slug", "search_extra"}
        super().save(*args, **kwargs)

    @classmethod
    def found_by(cls) -> list[str]:
        """The worded fields that a search reads besides the title and the summary."""
        return [name for name in cls.WORDED if name not in ("title", "summary")]

    def missing(self) -> list[str]:
        """French sentences: what it still lacks to be sent to the brigade, and so to be published."""
        return [] if self.summary else ["Dites en deux phrases de quoi il s’agit."]

    @property
    def is_public(self) -> bool:
        """Needs its organisation."""
        return self.is_out and not self.is_paused

    @property
    def is_paused(self) -> bool:
        """Hidden as long as its organisation is suspended. Needs its organisation."""
        return self.organisation is not None and self.organisation.state == OrganisationState.SUSPENDED

    @property
    def is_out(self) -> bool:
        """The brigade let it out, even if something hides it now: its words change through the brigade."""
        return self.state in PUBLIC

    def reworded(self, names: Collection[str]) -> None:
        """Called before it is saved with new words that the brigade accepted."""

    @property
    def is_imported(self) -> bool:
        return bool(self.external_id)

    @property
    def is_read(self) -> bool:
        """The brigade has read it."""
        return self.reviewed_at is not None

    @property
    def by(self) -> str:
        """Who signs it: an organisation by its name; a person stays « une personne »."""
        if self.organisation is not None:
            return self.organisation.name
        return self.source or ("une personne" if self.person_id else "l’équipe de Jeveuxagir")

    @property
    def licence_url(self) -> str:
        return Licence(self.licence).url

    def worded(self) -> dict[str, Any]:
        """All that is worded, as a revision and a moderation item keep it."""
        return {name: getattr(self, name) for name in self.WORDED}

    def in_words(self, name: str, value: Any) -> str:
        """A worded value as people read it in a diff; lists by line."""
        return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
