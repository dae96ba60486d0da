"""The filters that lists of public things share: by the same name in an address, in the same words, read once a minute
for all of them.

    class ListForm(SeveralMixin, forms.Form):
        domaine = domains()
        odd = sdgs()
"""

from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Department, Region
from jeveuxagir.ui.facets import SeveralField, by_key

_domains = by_key(lambda: Domain.objects.active().order_by("position"))
_sdgs = by_key(lambda: Sdg.objects.order_by("number"))
_regions = by_key(lambda: Region.objects.order_by("name"))
_departments = by_key(lambda: Department.objects.order_by("code"))


def domains() -> SeveralField:
    return SeveralField(_domains, label="Domaine", wrong="Nous ne connaissons pas ce domaine.")


def sdgs() -> SeveralField:
    return SeveralField(
        _sdgs, label="Objectif de développement durable", wrong="Nous ne connaissons pas cet objectif."
    )


def regions() -> SeveralField:
    return SeveralField(_regions, label="Région", wrong="Nous ne connaissons pas cette région.")


def departments() -> SeveralField:
    return SeveralField(_departments, label="Département", wrong="Nous ne connaissons pas ce département.")
