"""People who come together: a family, an association, a company's team (product decision 14).

One person files for all. The same fields sit on a request and on an application.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q

from jeveuxagir.accounts.models import AgeMarks, Person
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.models import LineField, personal
from jeveuxagir.common.text import clean, of
from organisations.enums import Kind
from organisations.models import Organisation

from .enums import GroupKind

#: Beyond, a brigade organises the day with the association.
MOST_PLACES = 200
NAME_AT_MOST = 120
#: Kind of group → kinds of organisations it may come from.
_ORGANISATIONS = {
    GroupKind.ASSOCIATION: frozenset({Kind.ASSOCIATION, Kind.FOUNDATION}),
    GroupKind.COMPANY: frozenset({Kind.COMPANY}),
    GroupKind.OTHER: frozenset({Kind.LOCAL_AUTHORITY, Kind.STATE_SERVICE, Kind.PUBLIC_BODY, Kind.OTHER}),
}
#: groups that come from an organisation, not from a family
OF_ORGANISATIONS = (GroupKind.ASSOCIATION, GroupKind.COMPANY, GroupKind.OTHER)


@dataclass(frozen=True)
class Group:
    """Who comes; one person alone unless told otherwise. `under_16` are among `places`, and only counted."""

    kind: str = ""
    places: int = 1
    under_16: int = 0
    name: str = ""
    #: the organisation the filer is a member of; without it, `name` is what the filer says
    organisation: Organisation | None = None

    def columns(self) -> dict[str, Any]:
        return {
            "group_kind": self.kind,
            "places": self.places,
            "under_16": self.under_16,
            "group_name": self.organisation.name if self.organisation else clean(self.name)[:NAME_AT_MOST],
            "group_organisation": self.organisation,
        }

    def check(self, who: AgeMarks) -> None:
        """The rules of decision 14. Raises RuleBroken. A group is filed by an adult, whatever its kind."""
        if not self.kind:
            if self.places != 1 or self.under_16:
                raise RuleBroken("Dites avec qui vous venez.", code="group_kind")
            return
        if self.kind not in GroupKind.values:
            raise RuleBroken("Dites avec qui vous venez.", code="group_kind")
        if self.places < 2:
            raise RuleBroken(
                "À plusieurs, c’est au moins deux personnes, vous comprise ou compris. Si vous venez sans personne "
                "d’autre, choisissez « Seul ou seule ».",
                code="group_of_one",
            )
        if self.places > MOST_PLACES:
            raise RuleBroken(
                f"Un groupe compte {MOST_PLACES} personnes au plus. Au-delà, écrivez à la brigade de votre "
                "département.",
                code="group_too_big",
            )
        if who.is_minor_on(today()):
            raise RuleBroken("Un groupe est inscrit par une personne majeure.", code="group_adult")
        self._check_children()
        self._check_organisation(who)

    def _check_children(self) -> None:
        if self.under_16 and self.kind != GroupKind.FAMILY:
            raise RuleBroken(
                "Les moins de 16 ans viennent en famille, avec un adulte.", code="group_children"
            )
        if not 0 <= self.under_16 < self.places:
            raise RuleBroken(
                "Les moins de 16 ans sont comptés dans le groupe, avec au moins vous qui êtes majeur.",
                code="group_children",
            )

    def _check_organisation(self, who: AgeMarks) -> None:
        if self.kind == GroupKind.FAMILY:
            return
        if self.organisation is None:
            if not clean(self.name):
                raise RuleBroken(
                    "Donnez le nom de votre association, de votre entreprise ou de votre service.",
                    code="group_name",
                )
            return
        if self.organisation.kind not in _ORGANISATIONS[GroupKind(self.kind)]:
            raise RuleBroken(
                f"{self.organisation.name} n’est pas une {GroupKind(self.kind).label}.",
                code="group_organisation",
            )
        if not isinstance(who, Person) or not speaks_for(who).filter(pk=self.organisation.pk).exists():
            raise RuleBroken(
                f"Vous ne faites pas partie {of(self.organisation.name)} sur Jeveuxagir.", code="not_member"
            )


#: one person, with nobody else
ALONE = Group()


def kind_of(organisation: Organisation) -> GroupKind:
    """The kind of group that comes from this organisation."""
    return next(kind for kind, kinds in _ORGANISATIONS.items() if organisation.kind in kinds)


def speaks_for(person: Person) -> "models.QuerySet[Organisation]":
    """The organisations whose group this person may bring: a live member, of a validated one."""
    kinds = frozenset[str]().union(*_ORGANISATIONS.values())
    return Organisation.objects.of_person(person).validated().filter(kind__in=kinds).order_by("name")


class Grouped(models.Model):
    """The columns of a group, on whatever is filed for one."""

    places = models.PositiveSmallIntegerField("places", default=1)
    group_kind = models.CharField("vient avec", max_length=12, choices=GroupKind, blank=True)
    under_16 = models.PositiveSmallIntegerField("dont moins de 16 ans", default=0)
    group_name = personal(LineField("nom du groupe", max_length=NAME_AT_MOST, blank=True))
    group_organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="organisation du groupe",
    )

    class Meta:
        abstract = True

    @property
    def group(self) -> Group:
        return Group(self.group_kind, self.places, self.under_16, self.group_name, self.group_organisation)

    @property
    def group_in_words(self) -> str:
        """« groupe de 5 (famille, dont 2 de moins de 16 ans) »; nothing for one person alone.

        Says whether the organisation is on the platform or only named by the person: then staff verify it.
        """
        if not self.group_kind:
            return ""
        said = [GroupKind(self.group_kind).label + (f" {self.group_name}" if self.group_name else "")]
        if self.under_16:
            said.append(f"dont {self.under_16} de moins de 16 ans")
        if self.group_kind != GroupKind.FAMILY:
            member = self.group_organisation_id is not None
            said.append("la personne en est membre" if member else "non vérifiée")
        return f"groupe de {self.places} ({', '.join(said)})"


def whole_group() -> Q:
    """What the database holds of a group: alone is one place, a group at least two, under-16s only in a family."""
    return Q(group_kind="", places=1, under_16=0, group_organisation__isnull=True) | (
        Q(places__range=(2, MOST_PLACES))
        & (
            Q(group_kind=GroupKind.FAMILY, under_16__lt=F("places"), group_organisation__isnull=True)
            | Q(group_kind__in=OF_ORGANISATIONS, under_16=0)
        )
    )
