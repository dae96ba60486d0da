"""What the page of engagement adds: a link on the employer's public page."""

from typing import Any

from jeveuxagir.common.registries import Panel, panels
from organisations.companies.policies import is_employer
from organisations.companies.spaces import add_section
from organisations.models import Organisation

from .models import Publication


def _of_organisation(request: Any, organisation: Organisation) -> dict[str, Any] | None:
    if not is_employer(organisation):
        return None
    published = Publication.objects.public().of_organisation(organisation).exists()
    return {"organisation": organisation} if published else None


def register() -> None:
    panels.register("organisation.public", Panel("impact/_of_organisation.html", _of_organisation, order=30))
    add_section(40, "Ce que nous donnons", "engagement/")
