"""The two vocabularies of the founding report that tag what is shared: the 4 categories of partnership, the 4
functions of a catalyst. One filter for every list that carries them, one page for each word (`web:category`,
`web:function`)."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from jeveuxagir.taxonomies.models import CatalystFunction, PartnershipCategory
from jeveuxagir.ui.facets import SeveralField, by_key

Terms = Callable[[], dict[str, Any]]

#: {code: row}, in the order of the report
CATEGORIES: Terms = by_key(lambda: PartnershipCategory.objects.order_by("position"))
FUNCTIONS: Terms = by_key(lambda: CatalystFunction.objects.order_by("position"))


def category_field() -> SeveralField:
    return SeveralField(
        CATEGORIES,
        label="Catégorie de partenariat",
        wrong="Nous ne connaissons pas cette catégorie de partenariat.",
    )


def function_field() -> SeveralField:
    return SeveralField(
        FUNCTIONS,
        label="Fonction de catalyseur",
        wrong="Nous ne connaissons pas cette fonction de catalyseur.",
    )


def choices_of(terms: Terms) -> list[tuple[str, str]]:
    """For a form that gives codes."""
    return [(code, str(row)) for code, row in terms().items()]


def terms_of(terms: Terms, codes: Iterable[str]) -> list[Any]:
    """The words of these codes, in the order of the report; an unknown code is left out."""
    kept = set(codes)
    return [row for code, row in terms().items() if code in kept]


def linked(rows: Iterable[Any]) -> SafeString:
    """Words that lead to their pages; "" without any."""
    return format_html_join(", ", '<a href="{}">{}</a>', ((row.get_absolute_url(), str(row)) for row in rows))
