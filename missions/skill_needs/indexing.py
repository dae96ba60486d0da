"""Skill needs that may still be met, in the index of the whole site."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source
from missions.enums import MissionMode

from .models import SkillNeed


def _found(need: Any) -> Found:
    skills = list(need.skills.all())
    place = need.place
    return Found(
        title=need.title,
        url=need.get_absolute_url(),
        summary=need.deliverable,
        words=" ".join([need.organisation.name, *map(str, skills)]),
        note=f"{need.organisation.name}, {need.volume}",
        places=[place] if place else [],
        everywhere=need.mode != MissionMode.ON_SITE,
        domains=[need.domain_id] if need.domain_id else [],
        sdgs=[sdg.pk for sdg in need.sdgs.all()],
        published_at=need.opened_at,
    )


def register() -> None:
    registry.register(
        Source(
            kind="skill_need",
            model="skill_needs.SkillNeed",
            label="besoin de compétences",
            plural="besoins de compétences",
            order=15,
            rows=lambda: (
                SkillNeed.objects.seeking()
                .select_related("organisation", "commune__department", "department")
                .defer("search")
            ),
            prefetch=("skills", "sdgs"),
            found=_found,
            list_url="/besoins/",
        )
    )
