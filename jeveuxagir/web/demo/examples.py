"""Inspiring examples of the demo: of all regions and sizes, one to confirm, some imported, two that wait."""

from typing import Any

from alliances.examples.enums import size_of
from alliances.examples.models import Consent, Example, ImportRun
from alliances.library.enums import State
from alliances.library.models import Revision
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.territories.models import Department

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground
from .organisations import Organisations

#: `Revision` is written with the library's
TABLES = (Example, Example.domains.through, Example.sdgs.through, Consent, ImportRun)
BASE = "Carrefour des initiatives (base inventée)"


class Examples:
    def __init__(self, ground: Ground, organisations: Organisations, alliances: Alliances) -> None:
        self.alliances = alliances.all
        self.ground, self.organisations = ground, organisations
        self.regions = dict(Department.objects.values_list("pk", "region"))

    def build(self) -> None:
        specs = texts.read("examples")["example"]
        for place, spec in enumerate(specs):
            rank = len(specs) - place - 1
            if spec.get("state"):
                state = spec["state"]
            elif spec["days"] > 365 and "confirmed" not in spec:
                state = State.TO_CONFIRM
            else:
                state = State.PUBLISHED
            example = self._example(spec, state, imported=spec.get("imported", False), rank=rank)
            if "alliance" in spec:
                self._consents(example, self.alliances[spec["alliance"]])
        self.ground.new(
            ImportRun,
            source=BASE,
            at=self.ground.days_ago(40),
            by=None,
            created=sum(spec.get("imported", False) for spec in specs),
            updated=0,
            same=0,
            refused=[[5, "Les pièges manquent : aucun exemple n’est publié sans eux."]],
            refused_count=1,
        )

    def _example(self, spec: dict[str, Any], state: str, *, imported: bool, rank: int) -> Example:
        ground = self.ground
        hosted = self.organisations.all.get(spec.get("author", ""))
        commune = ground.commune(spec["commune"]) if "commune" in spec else None
        department = commune.department_id if commune else spec["county"]
        region = commune.department.region_id if commune else self.regions[spec["county"]]
        size = spec.get("size") or (size_of(commune.population) if commune else None) or "moyenne"
        at = ground.days_ago(spec["days"])
        out = state in (State.PUBLISHED, State.TO_CONFIRM)
        example = ground.new(
            Example,
            title=spec["title"],
            slug=slugify(spec["title"]),
            summary=spec["summary"],
            context=spec["context"],
            parties=spec["parties"],
            colleges=spec["colleges"],
            category_id=spec["category"],
            functions=spec.get("functions", []),
            leader=spec["leader"],
            commune_id=commune.pk if commune else None,
            county_id=spec.get("county"),
            region_id=region,
            department_id=department,
            ground=spec["ground"],
            size=str(size),
            cost=spec["cost"],
            cost_detail=spec["cost_detail"],
            duration_months=spec["months"],
            steps=spec["steps"],
            results=spec["results"],
            proof=spec["proof"],
            proof_url=spec.get("proof_url", ""),
            pitfalls="\n".join(spec["pitfalls"]),
            may_contact=hosted is not None,
            licence=Licence.OPEN,
            organisation=hosted.organisation if hosted else None,
            person=None,
            source=BASE if imported else "",
            external_id=f"CDI-{rank:03}" if imported else "",
            state=state,
            state_changed_at=at,
            created_at=at,
            updated_at=at,
            published_at=at if out else None,
            reviewed_at=None if imported or not out else at,
            asked_at=ground.days_ago(spec["days"] - 365) if state == State.TO_CONFIRM else None,
            confirmed_at=ground.days_ago(spec["confirmed"]) if "confirmed" in spec else None,
        )
        example.search_extra = " ".join(str(getattr(example, name)) for name in example.found_by())
        for code in spec["domains"]:
            ground.add(Example.domains.through(example_id=example.pk, domain_id=code))
        for number in spec["sdgs"]:
            ground.add(Example.sdgs.through(example_id=example.pk, sdg_id=number))
        if imported or state == State.REVIEW:
            self._case(example, at)
        if state == State.DRAFT:
            ground.event("example.written", example, at)
            return example
        if imported:
            ground.event("example.imported", example, at, digest="")
        elif out:
            ground.new(
                Revision,
                subject_type=Example._meta.label,
                subject_id=example.pk,
                number=1,
                values=example.worded(),
                what="Publication",
                at=at,
            )
            ground.event("example.published", example, at)
        else:
            ground.event("example.submitted", example, at)
        return example

    def _consents(self, example: Example, allied: Allied) -> None:
        """Its parties are asked: the first agrees, the others have not answered yet."""
        example.alliance_id = allied.alliance.pk
        at = self.ground.days_ago(3)
        for place, party in enumerate(allied.parties.values()):
            if party.left_at is None:
                self.ground.new(
                    Consent,
                    example=example,
                    party=party,
                    name=party.name,
                    asked_at=at,
                    agreed_at=at if place == 0 else None,
                    refused_at=None,
                )

    def _case(self, example: Example, at: Any) -> None:
        item = self.ground.new(
            ModerationItem,
            kind=Example.KIND,
            subject_type=Example._meta.label,
            subject_id=example.pk,
            title=example.title,
            department_id=example.department_id,
            created_at=at,
        )
        self.ground.event("moderation.opened", item, at, cause="creation", fields=[])
