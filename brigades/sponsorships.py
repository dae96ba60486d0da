"""Time lent in the territory, from either side: how far each is. Staff read no name of who comes and no amount."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from jeveuxagir.ui.dates import day_of
from missions.sponsorships.enums import Side, State
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.spaces import BADGES

from . import cells, filters
from .site import BrigadeAdmin, register


def _headed(words: str) -> Any:
    """Give a column its header."""

    def decorate(function: Any) -> Any:
        function.short_description = words
        return function

    return decorate


@register(Sponsorship)
class Sponsorships(BrigadeAdmin):
    path = "mises-a-disposition"
    menu_label = "Mises à disposition"
    menu_order = 62
    lead = (
        "Du temps de travail donné par un employeur à une association, pour un besoin. Une journée compte une fois "
        "validée des deux côtés."
    )
    empty = "Aucune mise à disposition dans votre territoire."
    search_words = ("need__title", "need__organisation__name", "offer__organisation__name")
    search_hint = "Besoin, employeur ou association"
    list_display = (
        "what",
        "employer_name",
        "association_name",
        "state_word",
        "volume_word",
        "counted",
        "since",
    )
    list_filter = (
        filters.choices("État", "etat", "state", State.choices),
        filters.territory(
            "need__organisation__commune__department", "offer__organisation__commune__department"
        ),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return Sponsorship.objects.visible_to(user).select_related(
            "need__organisation__commune__department", "offer__organisation__commune__department"
        )

    @_headed("Besoin")
    def what(self, row: Sponsorship) -> str:
        return row.need.title

    @_headed("Employeur")
    def employer_name(self, row: Sponsorship) -> str:
        return row.employer.name

    @_headed("Association")
    def association_name(self, row: Sponsorship) -> str:
        return row.association.name

    @_headed("État")
    def state_word(self, row: Sponsorship) -> SafeString:
        return cells.state(row.get_state_display(), BADGES[State(row.state)])

    @_headed("Durée")
    def volume_word(self, row: Sponsorship) -> str:
        return row.volume

    @_headed("Validé")
    def counted(self, row: Sponsorship) -> str:
        return row.validated_in_words if row.validated_minutes else "–"

    @_headed("Depuis")
    def since(self, row: Sponsorship) -> SafeString | str:
        return cells.when(row.state_changed_at)

    def title_of(self, obj: Sponsorship) -> str:
        return obj.need.title

    def describe(self, request: HttpRequest, obj: Sponsorship) -> dict[str, Any]:
        said = {one.side for one in obj.debriefs.all()}
        ended = f"{Side(obj.ended_by).label} : {obj.end_reason}" if obj.ended_by else ""
        texts = [("Ce qui sera rendu", obj.need.deliverable), ("Pourquoi cela s’arrête", ended)]
        return {
            "facts": [
                ("État", obj.get_state_display()),
                ("Employeur", obj.employer.name),
                ("Association", obj.association.name),
                ("Métier", obj.profile),
                ("Durée", obj.volume),
                ("Dates", f"du {day_of(obj.starts_on)} au {day_of(obj.ends_on)}"),
                ("Noté", obj.in_words(obj.logged_minutes) if obj.logged_minutes else ""),
                ("Validé des deux côtés", obj.validated_in_words if obj.validated_minutes else ""),
                ("Bilans faits", ", ".join(side.label for side in Side if side in said)),
            ],
            "texts": [(label, text) for label, text in texts if text],
        }

    def links(self, request: HttpRequest, obj: Sponsorship) -> list[tuple[str, str]]:
        return [
            (one.name, one.get_absolute_url()) for one in (obj.association, obj.employer) if one.is_verified
        ]
