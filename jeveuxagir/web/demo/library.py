"""The library: methods and tools that organisations of the demo wrote, with their history."""

from typing import Any

from alliances.library.enums import State
from alliances.library.models import Method, Resource, Revision
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .ground import Ground
from .organisations import Organisations

TABLES = (
    *(Method, Method.domains.through, Method.sdgs.through),
    *(Resource, Resource.domains.through, Resource.sdgs.through),
    Revision,
)


class Library:
    def __init__(self, ground: Ground, organisations: Organisations) -> None:
        self.ground, self.organisations = ground, organisations

    def build(self) -> None:
        written = texts.read("library")
        for spec in written["method"]:
            low, high = spec["people"]
            self._sheet(
                Method,
                spec,
                *("when_to_use", "steps", "roles", "materials", "pitfalls"),
                duration_minutes=spec["duration"],
                people_min=low,
                people_max=high,
            )
        for spec in written["resource"]:
            self._sheet(Resource, spec, "shelf", "description", "owner", "link")
        for spec in written["waiting"]:
            self._waiting(spec)

    def _sheet(self, model: Any, spec: dict[str, Any], *names: str, **more: Any) -> None:
        hosted = self.organisations.all[spec["author"]]
        commune = hosted.organisation.commune
        at = self.ground.days_ago(spec["days"])
        sheet = self.ground.new(
            model,
            title=spec["title"],
            slug=slugify(spec["title"]),
            summary=spec["summary"],
            organisation=hosted.organisation,
            department_id=commune.department_id if commune else None,
            state=spec.get("state", State.PUBLISHED),
            state_changed_at=at,
            created_at=at,
            updated_at=at,
            published_at=at,
            reviewed_at=at,
            **{name: spec[name] for name in ("needs", "interests", "moments", "levels", *names)},
            **more,
        )
        sheet.search_extra = " ".join(str(getattr(sheet, name)) for name in sheet.found_by())
        name = model._meta.model_name
        for code in spec["domains"]:
            self.ground.add(model.domains.through(**{f"{name}_id": sheet.pk}, domain_id=code))
        for number in spec["sdgs"]:
            self.ground.add(model.sdgs.through(**{f"{name}_id": sheet.pk}, sdg_id=number))
        self.ground.new(
            Revision,
            subject_type=model._meta.label,
            subject_id=sheet.pk,
            number=1,
            values=sheet.worded(),
            what="Publication",
            at=at,
        )
        self.ground.event(f"{name}.published", sheet, at)

    def _waiting(self, spec: dict[str, Any]) -> None:
        """A tool that the brigade has not read yet."""
        hosted, at = self.organisations.all[spec["author"]], self.ground.days_ago(spec["days"])
        commune = hosted.organisation.commune
        names = ("title", "summary", "shelf", "description", "owner", "link", "needs", "interests", "levels")
        sheet = self.ground.new(
            Resource,
            **{name: spec[name] for name in names},
            slug=slugify(spec["title"]),
            organisation=hosted.organisation,
            department_id=commune.department_id if commune else None,
            state=State.REVIEW,
            state_changed_at=at,
            created_at=at,
            updated_at=at,
        )
        self.ground.event("resource.submitted", sheet, at)
        item = self.ground.new(
            ModerationItem,
            kind=Resource.KIND,
            subject_type=Resource._meta.label,
            subject_id=sheet.pk,
            title=sheet.title,
            department_id=sheet.department_id,
            created_at=at,
        )
        self.ground.event("moderation.opened", item, at, cause="creation", fields=[])
