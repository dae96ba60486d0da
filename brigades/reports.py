"""What visitors report: each subject once, with the number of reports; the brigade looks, asks or suspends."""

from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jeveuxagir.accounts.reads import Page
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import reports
from jeveuxagir.moderation.models import ModerationItem
from missions import services as missions
from missions.models import Mission
from organisations import services as organisations
from organisations.models import Membership, Organisation

from . import cells, filters, scopes
from .forms import DecisionForm
from .models import ReportCase
from .queues import Queue
from .site import Act, register

Decision = ModerationItem.Decision

OUTCOMES = [
    (Decision.ACCEPT.value, "Rien à signaler"),
    (Decision.ASK.value, "Demander une correction : la page reste en ligne"),
    (Decision.REFUSE.value, "Suspendre : la page n’est plus en ligne"),
]
#: sort of subject → word, in the list
SUBJECTS = {
    "missions.Mission": "mission",
    "organisations.Organisation": "organisation",
    "alliances.Alliance": "alliance",
    "challenges.Challenge": "problème commun",
    "exchanges.Post": "message",
    "introductions.Introduction": "mise en relation",
    "programme.Pledge": "engagement",
    "resources.Need": "besoin de moyens",
}
#: what asking and suspending mean, where it is not a page that stays or goes
ASKING = {
    "challenges.Challenge": "Demander une correction : la page n’est plus en ligne d’ici là",
    "programme.Pledge": "Demander une correction : l’engagement n’est plus en ligne d’ici là",
    "exchanges.Post": "Demander à qui l’a écrit de le changer : il reste lisible",
}
SUSPENDING = {
    "challenges.Challenge": "Fermer ce problème : la page n’est plus en ligne",
    "exchanges.Post": "Masquer le message",
    "programme.Pledge": "Retirer cet engagement",
    "resources.Need": "Retirer ce besoin : la page n’est plus en ligne",
    "introductions.Introduction": "Retirer la mise en relation et ces mots",
}
#: what cannot be corrected
AS_IT_IS = ("introductions.Introduction",)


def outcomes_for(item: ModerationItem) -> list[tuple[str, str]]:
    """What may be decided: nothing but words on a page of the site itself."""
    if item.subject_type not in SUBJECTS:
        return OUTCOMES[:1]
    words = {Decision.ASK.value: ASKING, Decision.REFUSE.value: SUSPENDING}
    return [
        (value, words.get(value, {}).get(item.subject_type, label))
        for value, label in OUTCOMES
        if value != Decision.ASK.value or item.subject_type not in AS_IT_IS
    ]


class ReportDecisionForm(DecisionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes: Any = self.fields["decision"]
        outcomes.choices = outcomes_for(kwargs["item"])
        self.fields["reason"].help_text = (
            "Obligatoire, sauf s’il n’y a rien à signaler : les personnes concernées la liront. "
            "Qui a signalé ne lit que la décision."
        )


@register(ReportCase)
class ReportQueue(Queue):
    path = "signalements"
    menu_label = "Signalements"
    lead = "Ce que des visiteurs signalent, les plus anciens d’abord. 2 jours ouvrés pour prendre, 5 pour décider."
    empty = "Aucun signalement n’attend de décision."
    kinds = (ModerationItem.Kind.REPORT,)
    list_filter = (filters.View, filters.territory("department"))
    decision_form = ReportDecisionForm
    told = "Les personnes qui ont signalé et donné une adresse sont prévenues."

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return super().scoped(user).annotate(made=Count("reports"), last_made=Max("reports__created_at"))

    def what(self, item: ModerationItem) -> SafeString | str:
        place = item.department.label if item.department else "sans territoire"
        return format_html(
            "{}<span class='br-sub'>{} · {} · le dernier {}</span>",
            item.title,
            place,
            SUBJECTS.get(item.subject_type, "page du site"),
            cells.when(item.last_made),  # type: ignore[attr-defined]
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each page is to be looked at."""
        return super().changelist_view(request, {"bulk": None, **(extra_context or {})})

    what.short_description = "Quoi"  # type: ignore[attr-defined]

    def acts(self) -> list[Act]:
        return [*super().acts(), Act("lever", self._lift)]

    def history_subjects(self, obj: Any) -> list[Any]:
        """Of an alliance, its messages or a common problem, the case alone: what is done inside is its people’s."""
        subjects = super().history_subjects(obj)
        theirs = obj.subject_type not in ("missions.Mission", "organisations.Organisation", reports.PAGE)
        return subjects[:1] if theirs else subjects

    def _lift(self, request: HttpRequest, item: ModerationItem) -> str:
        """The suspension ends: what was wrong is mended."""
        known = reports.reportable_of(item)
        if known is None:
            raise RuleBroken("Il n’y a rien à remettre en ligne.", code="page")
        _, found = known
        if isinstance(found, Mission):
            missions.lift(found, actor=request.user)  # type: ignore[arg-type]
        elif isinstance(found, Organisation):
            organisations.lift(found, actor=request.user)  # type: ignore[arg-type]
        return "De nouveau en ligne. L’organisation est prévenue."

    def subject_link(self, request: HttpRequest, item: ModerationItem) -> list[tuple[str, str]]:
        lists: dict[str, tuple[Any, str]] = {
            "missions.Mission": (scopes.missions, "brigade:missions_mission_change"),
            "organisations.Organisation": (
                scopes.organisations,
                "brigade:organisations_organisation_change",
            ),
        }
        rows, url_name = lists.get(item.subject_type, (None, ""))
        if rows is None or not rows(request.user).filter(pk=item.subject_id).exists():
            return []
        return [("Sa fiche", reverse(url_name, args=[item.subject_id]))]

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        """Those responsible for a reported organisation; who reported is never shown."""
        owners = Membership.objects.none()
        if obj.subject_type in SUBJECTS and SUBJECTS[obj.subject_type] == "organisation":
            owners = Membership.objects.owners().filter(organisation=obj.subject_id)
        return Page.ORGANISATION, list(owners.values_list("person", flat=True))

    def describe(self, request: HttpRequest, item: ModerationItem) -> dict[str, Any]:
        described = super().describe(request, item)
        known = reports.reportable_of(item)
        described["can_lift"] = known is not None and getattr(known[1], "state", "") == "suspended"
        return described
