"""Reading the charter and the agreements of an alliance: a version, what changed, the versions before."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliances import policies
from alliances.models import Alliance, Party
from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.ui.dates import day_of

from . import diff, reading, services, templates
from .enums import FIXED, TRANSITIONS, Kind, ObligationState, State
from .forms import CommentForm, DaysForm, SummaryForm, TitleForm
from .models import Text, Version

BADGES = {
    State.DRAFT: "neutral",
    State.COMMENT: "info",
    State.ADOPTING: "warning",
    State.IN_FORCE: "success",
    State.SUPERSEDED: "neutral",
    State.ABANDONED: "neutral",
}


# --- the two entries of the menu ------------------------------------------------------------------------------


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def charter(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The charter as it stands, or how to begin it."""
    found = reading.charter_of(request.alliance)
    shown = reading.shown_version(found) if found else None
    if request.method == "POST":
        return _begin(request, Kind.CHARTER)
    if shown is None:
        context = {**space_context(request), **_model_of(Kind.CHARTER)}
        return render(request, "texts/begin.html", context)
    return show(request, shown)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agreements(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The agreements with where each stands, and a new one for who animates."""
    form = TitleForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            return _begin(request, Kind.AGREEMENT, form.cleaned_data["title"])
        status = 422
    found = request.alliance.texts.filter(kind=Kind.AGREEMENT).order_by("pk").prefetch_related("versions")
    rows = []
    for one in found:
        version = reading.shown_version(one)
        if version is not None:
            rows.append((one, version, BADGES[State(version.state)]))
    context = {
        **space_context(request),
        **_model_of(Kind.AGREEMENT),
        "rows": rows,
        "form": form,
        "may_begin": len(rows) < services.MOST_AGREEMENTS,
        "most": services.MOST_AGREEMENTS,
        "owed": obligations_of(request, reading.owed_obligations(request.alliance)),
    }
    return render(request, "texts/agreements.html", context, status=status)


def _begin(request: AllianceRequest, kind: Kind, title: str = "") -> HttpResponse:
    try:
        made = services.begin(request.alliance, actor=request.user, kind=kind, title=title)
    except RuleBroken as refusal:
        if refusal.code == "not_allowed":
            raise
        messages.error(request, refusal.message)
        name = "texts:charter" if kind == Kind.CHARTER else "texts:agreements"
        return redirect(name, pk=request.alliance.pk, slug=request.alliance.slug)
    messages.success(request, "Le texte est commencé, à partir du modèle. Adaptez-le article par article.")
    return redirect(made.page_url)


def _model_of(kind: Kind) -> dict[str, Any]:
    return {"template": templates.latest(kind), "is_agreement": kind == Kind.AGREEMENT}


# --- one version ----------------------------------------------------------------------------------------------


@party_required()
@never_cache
@require_safe
def text(request: AllianceRequest, pk: int, slug: str, text_pk: int) -> HttpResponse:
    found = get_object_or_404(Text, alliance=request.alliance, pk=text_pk)
    shown = reading.shown_version(found)
    if shown is None:
        raise Http404
    return redirect(shown.page_url)


@party_required()
@never_cache
@require_safe
def version(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    return show(request, version_of(request.alliance, version_pk))


@party_required()
@never_cache
@require_safe
def differences(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    """What this version changes to the one in force, word by word."""
    one = version_of(request.alliance, version_pk)
    base = reading.base_of(one)
    if base is None:
        raise Http404
    before, after = promises(base), promises(one)
    changes = diff.compare(base.articles, one.articles)
    context = {
        **text_context(request, one),
        "base": base,
        "changes": [change for change in changes if change.kind != diff.SAME],
        "same": [change.title for change in changes if change.kind == diff.SAME],
        "promised": [line for line in after if line not in before],
        "no_more": [line for line in before if line not in after],
    }
    return render(request, "texts/differences.html", context)


def promises(version: Version) -> list[str]:
    """One line per obligation."""
    return [
        f"{one.party.name} : {one.what}" + (f", pour le {day_of(one.due_on)}" if one.due_on else "")
        for one in version.obligations.select_related("party")
    ]


def show(
    request: AllianceRequest,
    version: Version,
    *,
    commented: str = "",
    form: CommentForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of a version: its words, what may be done with it, who adopted it, the others.

    `commented` and `form`: the comment that was refused, kept under its article.
    """
    context = {**text_context(request, version), **version_context(request, version), **more}
    context["articles"] = articles_of(request, version, commented, form)
    return render(request, "texts/version.html", context, status=status)


def version_of(alliance: Alliance, pk: int) -> Version:
    return get_object_or_404(Version.objects.select_related("text__alliance"), text__alliance=alliance, pk=pk)


def text_context(request: AllianceRequest, version: Version) -> dict[str, Any]:
    """What every page of a text shows."""
    kind = Kind(version.text.kind)
    alliance = request.alliance
    entry = "charter" if kind == Kind.CHARTER else "agreements"
    may_write = any(party.is_animator for party in request.acting) and not alliance.is_closed
    return {
        **space_context(request),
        "here": reverse(f"texts:{entry}", args=[alliance.pk, alliance.slug]),
        "text": version.text,
        "version": version,
        "badge": BADGES[State(version.state)],
        "is_agreement": kind == Kind.AGREEMENT,
        "template": templates.by_code(version.template),
        "may_write": may_write,
        "is_writable": may_write and version.state not in FIXED,
    }


def version_context(request: AllianceRequest, version: Version) -> dict[str, Any]:
    versions = list(version.text.versions.order_by("-number").prefetch_related("adoptions"))
    under_way = any(one.is_under_way for one in versions)
    may_write = any(party.is_animator for party in request.acting) and not request.alliance.is_closed
    is_adoptable = version.state in (State.ADOPTING, State.IN_FORCE) and not request.alliance.is_closed
    progress = reading.progress(version) if version.text_hash else None
    missing = {party.pk for party in progress.missing} if progress else set()
    adopted = {one.party_id for one in progress.adoptions} if progress else set()
    verbs = TRANSITIONS.verbs(version.state) if may_write else []
    return {
        "versions": [(one, BADGES[State(one.state)]) for one in versions],
        "progress": progress,
        "mine_to_adopt": [p for p in signable(request) if p.pk in missing] if is_adoptable else [],
        "is_adoptable": is_adoptable,
        "adopted_by_mine": [party.name for party in request.acting if party.pk in adopted],
        "has_base": len(versions) > 1 and version.number > 1,
        "verbs": verbs,
        "may_amend": may_write and version.state == State.ADOPTING,
        "days_form": DaysForm(),
        "new_form": SummaryForm(auto_id="nouvelle-%s") if may_write and not under_way else None,
        "weighed": reading.weigh(version) if version.text.kind == Kind.AGREEMENT else None,
        "obligations": obligations_of(
            request, list(version.obligations.select_related("party", "version__text__alliance"))
        ),
        "has_document": version.documents.kept().exists(),
        "document": version.documents.kept().defer("content").first(),
    }


def articles_of(
    request: AllianceRequest, version: Version, commented: str = "", form: CommentForm | None = None
) -> list[dict[str, Any]]:
    """Each article with its guide, its comments and, while it is open to them, a form for one more."""
    template = templates.by_code(version.template)
    may_comment = version.state == State.COMMENT and request.acting and not request.alliance.is_closed
    comments: dict[str, list[Any]] = {}
    for one in version.comments.select_related("party", "author"):
        comments.setdefault(one.article, []).append(one)
    rows = []
    locked = [services.is_locked(version, article["key"]) for article in version.articles]
    for place, article in enumerate(version.articles):
        key = article["key"]
        model = template.article(key) if template else None
        own = form if key == commented else None
        if may_comment and own is None:
            own = CommentForm(parties=request.acting, auto_id=f"commentaire-{key}-%s")
        rows.append(
            {
                **article,
                "guide": model.guide if model else "",
                "locked": locked[place],
                "may_rise": place > 0 and not (locked[place] or locked[place - 1]),
                "may_sink": place + 1 < len(locked) and not (locked[place] or locked[place + 1]),
                "comments": comments.get(key, []),
                "waiting": sum(one.resolved_at is None for one in comments.get(key, [])),
                "form": own,
                "is_open": key == commented,
            }
        )
    return rows


def signable(request: AllianceRequest) -> list[Party]:
    """The parties in whose name the person may sign."""
    return [party for party in request.parties if policies.may_sign_for(request.user, party)]


def obligations_of(request: AllianceRequest, obligations: list[Any]) -> list[dict[str, Any]]:
    """Each with what this person may say of it."""
    acting = {party.pk for party in request.acting}
    animates = any(party.is_animator for party in request.acting)
    rows = []
    for one in obligations:
        binds = one.version.state == State.IN_FORCE and not request.alliance.is_closed
        mine = binds and (animates or one.party_id in acting)
        is_open = one.state == ObligationState.OPEN
        rows.append(
            {
                "row": one,
                "clause": next((a["title"] for a in one.version.articles if a["key"] == one.clause), ""),
                "is_late": is_open and binds_late(one),
                "may_settle": mine and is_open,
                "may_drop": mine and is_open and animates,
                "may_reopen": mine and not is_open,
            }
        )
    return rows


def binds_late(obligation: Any) -> bool:
    return obligation.version.state == State.IN_FORCE and reading.is_late(obligation.due_on)


def refused(request: HttpRequest, refusal: RuleBroken) -> None:
    """Said on the page one comes back to; a right that lacks is a page of its own."""
    if refusal.code == "not_allowed":
        raise refusal
    messages.error(request, refusal.message)
