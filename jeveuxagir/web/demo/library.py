"""The library: methods and tools that organisations of the demo wrote, with their history."""

from typing import Any

from alliances.library import maturity, reference
from alliances.library.enums import State
from alliances.library.models import Assessment, Method, Network, Resource, Revision
from alliances.models import GuidedStep
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .alliances import Alliances
from .ground import Ground
from .organisations import Organisations

TABLES = (
    *(Method, Method.domains.through, Method.sdgs.through),
    *(Resource, Resource.domains.through, Resource.sdgs.through),
    *(Network, Network.domains.through, Network.sdgs.through),
    *(Revision, Assessment, GuidedStep),
)


class Library:
    def __init__(self, ground: Ground, organisations: Organisations, alliances: Alliances) -> None:
        self.ground, self.organisations, self.alliances = ground, organisations, alliances

    def build(self) -> None:
        written = texts.read("library")
        for spec in written["method"]:
            low, high = spec["people"]
            self._sheet(
                Method,
                spec,
                {name: spec[name] for name in ("when_to_use", "steps", "roles", "materials", "pitfalls")},
                duration_minutes=spec["duration"],
                people_min=low,
                people_max=high,
            )
        for spec in written["resource"]:
            fields = reference.resource_of({"access": "Gratuit", **spec})
            kept = ("shelf", "description", "owner", "link", "is_free")
            self._sheet(Resource, spec, {name: fields[name] for name in kept})
        for spec in written["waiting"]:
            self._waiting(spec)
        for spec in written["network"]:
            self.ground.new(
                Network,
                title=texts.typeset(spec["name"]),
                slug=slugify(spec["name"])[:80],
                modes=spec["modes"],
                region_id=spec["region"],
                summary=texts.typeset(spec["text"]),
                link=spec["link"],
                state=State.PUBLISHED,
                published_at=reference.READ_ON,
                reviewed_at=reference.READ_ON,
            )
        self._assessments()
        self._follow("chaleur", "constat", "La causerie des anciens", done=2)

    def _follow(self, alliance: str, key: str, title: str, *, done: int) -> None:
        """An alliance follows a method: its first steps are behind."""
        method = next(one for one in self.ground.rows(Method) if one.title == title)
        for position, step in enumerate(method.steps, start=1):
            added = self.ground.days_ago(30)
            self.ground.new(
                GuidedStep,
                alliance_id=self.alliances.all[alliance].alliance.pk,
                key=key,
                source=method.title,
                source_url=method.get_absolute_url(),
                position=position,
                title=step,
                added_at=added,
                done_at=self.ground.later(added, 1, 8) if position <= done else None,
            )

    def _assessments(self) -> None:
        """An association that came a long way in three years."""
        organisation = self.organisations.all["mots-passants"].organisation
        for days, answers in (
            (760, [1, 1, 0, 0, 0, 1, 0, 1, 0, 0]),
            (395, [2, 2, 1, 1, 1, 2, 1, 1, 1, 0]),
            (28, [3, 3, 2, 2, 3, 3, 3, 2, 2, 1]),
        ):
            result = maturity.assess(answers)
            self.ground.new(
                Assessment,
                organisation=organisation,
                answers=answers,
                score=result.score,
                level=result.rung.level,
                made_at=self.ground.days_ago(days),
            )

    def _sheet(self, model: Any, spec: dict[str, Any], fields: dict[str, Any], **more: Any) -> None:
        """Signed by an organisation of the demo, or by the team when none is named."""
        hosted = self.organisations.all[spec["author"]].organisation if "author" in spec else None
        at = self.ground.days_ago(spec.get("days") or self.ground.dice.randrange(20, 300))
        sheet = self.ground.new(
            model,
            title=spec["title"],
            slug=slugify(spec["title"]),
            summary=spec["summary"],
            organisation=hosted,
            department_id=hosted.commune.department_id if hosted and hosted.commune else None,
            state=spec.get("state", State.PUBLISHED),
            state_changed_at=at,
            created_at=at,
            updated_at=at,
            published_at=at,
            reviewed_at=at,
            **reference.sorting_of(spec),
            **fields,
            **more,
        )
        sheet.search_extra = " ".join(str(getattr(sheet, name)) for name in sheet.found_by())
        name = model._meta.model_name
        for code in spec.get("domains", []):
            self.ground.add(model.domains.through(**{f"{name}_id": sheet.pk}, domain_id=code))
        for number in spec.get("sdgs", []):
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
