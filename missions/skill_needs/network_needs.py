"""Open skill needs, as a network reads those of its members; the words that a network lends begin one."""

from collections.abc import Iterable

from django.db.models import Count

from organisations.models import Organisation
from organisations.networks.models import Template
from organisations.networks.sources import OpenNeed, Source, open_needs

from .models import SkillNeed


def lent_to(organisation: Organisation) -> list[Template]:
    """What an association may begin with."""
    return list(Template.objects.lent_to(organisation).select_related("head"))


def _found(organisations: Iterable[int], limit: int) -> list[OpenNeed]:
    rows = SkillNeed.objects.seeking().filter(organisation__in=list(organisations)).defer("search")
    return [
        OpenNeed(
            "besoin de compétences",
            row.title,
            row.get_absolute_url(),
            row.organisation_id,
            row.deadline,
            "skill_needs:pass_on",
            row.pk,
        )
        for row in rows.order_by("deadline", "pk")[:limit]
    ]


def _counted(organisations: Iterable[int]) -> dict[int, int]:
    rows = SkillNeed.objects.seeking().filter(organisation__in=list(organisations)).order_by()
    return dict(rows.values_list("organisation").annotate(n=Count("pk")))


def register() -> None:
    open_needs.register("skill_needs", Source("besoins de compétences ouverts", _found, _counted))
