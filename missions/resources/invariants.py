"""What must always hold of needs of means."""

from typing import Any

from jeveuxagir.common.registries import Invariant, invariants

from .enums import PUBLIC
from .models import Need
from .policies import OWNERS


def of_companies() -> Any:
    """Public needs whose organisation may not say any: it changed its kind since."""
    return Need.objects.filter(state__in=PUBLIC).exclude(organisation__kind__in=OWNERS)


def register() -> None:
    invariants.register(
        "resources.no_company_asks",
        Invariant("Aucune entreprise n’a de besoin de moyens en ligne", of_companies),
    )
