"""Writing a version article by article, opening it, commenting it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alliances.spaces import AllianceRequest, party_required
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.text import slugify

from . import services, templates
from .forms import ArticleForm, CommentForm, DaysForm, SummaryForm
from .models import Comment, Text, Version
from .views import refused, show, text_context, version_of

#: verb of the address → (what does it, what is said then)
ACTS: dict[str, tuple[Callable[..., Version], str]] = {
    "commenter": (
        services.open_to_comment,
        "Les parties sont prévenues : elles commentent article par article.",
    ),
    "adopter": (
        services.open_to_adoption,
        "Le texte est ouvert à l’adoption : ses mots ne changent plus. Les parties sont prévenues.",
    ),
    "amender": (
        services.amend,
        "Une nouvelle version part de ces mots. Chaque partie l’adoptera de nouveau.",
    ),
    "abandonner": (
        services.abandon,
        "Cette version est abandonnée. Ses adoptions restent dans l’historique.",
    ),
}

WAYS = ("monter", "descendre")


# --- words ----------------------------------------------------------------------------------------------------


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def article(request: AllianceRequest, pk: int, slug: str, version_pk: int, article: str) -> HttpResponse:
    """One article: its words, a variant of the model, or out."""
    version = version_of(request.alliance, version_pk)
    found = next((one for one in version.articles if one["key"] == article), None)
    if found is None:
        raise Http404
    template = templates.by_code(version.template)
    model = template.article(article) if template else None
    initial = {"title": found["title"], "text": found["text"], "revision": version.revision}
    form = ArticleForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"article": found, "model": model, "is_new": False}
    if request.method != "POST":
        return _page(request, version, form, context)
    posted = ArticleForm.base_fields["revision"].clean(_digits(request.POST.get("revision")))
    others = [one for one in version.articles if one["key"] != article]
    variant = request.POST.get("variant", "")
    if "remove" in request.POST:
        return _write(request, version, ArticleForm(initial=initial), context, posted, others)
    if variant and model and variant in {one.key for one in model.variants}:
        chosen = {**found, "text": model.variant(variant).text, "variant": variant}
        articles = [chosen if one["key"] == article else one for one in version.articles]
        return _write(request, version, ArticleForm(initial=initial), context, posted, articles)
    if not form.is_valid():
        return _page(request, version, form, context, 422)
    typed = {**found, "title": form.cleaned_data["title"], "text": form.cleaned_data["text"]}
    articles = [typed if one["key"] == article else one for one in version.articles]
    return _write(request, version, form, context, posted, articles)


@party_required(act=True, animate=True)
@require_POST
def move_article(
    request: AllianceRequest, pk: int, slug: str, version_pk: int, article: str, way: str
) -> HttpResponse:
    """One place up or down; the page comes back to where the article now stands."""
    version = version_of(request.alliance, version_pk)
    if article not in {one["key"] for one in version.articles} or way not in WAYS:
        raise Http404
    revision = ArticleForm.base_fields["revision"].clean(_digits(request.POST.get("revision")))
    try:
        services.move_article(
            version, actor=request.user, revision=revision or 0, key=article, up=way == "monter"
        )
        messages.success(request, "L’article a changé de place.")
    except RuleBroken as refusal:
        refused(request, refusal)
    return redirect(f"{version.page_url}#article-{article}")


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_article(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    """One article more, before the last one: the model's last word is on the effect of the text."""
    version = version_of(request.alliance, version_pk)
    form = ArticleForm(request.POST or None, initial={"revision": version.revision})
    context = {"article": None, "model": None, "is_new": True}
    if request.method != "POST":
        return _page(request, version, form, context)
    if not form.is_valid():
        return _page(request, version, form, context, 422)
    made = {
        "key": _new_key(version, form.cleaned_data["title"]),
        "title": form.cleaned_data["title"],
        "text": form.cleaned_data["text"],
        "variant": "",
    }
    articles = [*version.articles[:-1], made, *version.articles[-1:]]
    return _write(request, version, form, context, form.cleaned_data["revision"], articles)


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    """What changes in this version, in a sentence or two."""
    version = version_of(request.alliance, version_pk)
    form = SummaryForm(
        request.POST or None, initial={"summary": version.summary, "revision": version.revision}
    )
    context = {"article": None, "model": None, "is_summary": True}
    if request.method != "POST":
        return _page(request, version, form, context)
    if not form.is_valid():
        return _page(request, version, form, context, 422)
    values = form.cleaned_data
    return _write(
        request, version, form, context, values["revision"], version.articles, summary=values["summary"]
    )


def _write(
    request: AllianceRequest,
    version: Version,
    form: Any,
    context: dict[str, Any],
    revision: int | None,
    articles: list[dict[str, str]],
    summary: str | None = None,
) -> HttpResponse:
    """Save, or show the page again with what was typed; when somebody saved meanwhile, with their words beside."""
    try:
        services.write(
            version,
            actor=request.user,
            revision=revision or 0,
            articles=articles,
            summary=version.summary if summary is None else summary,
        )
    except RuleBroken as broken:
        version.refresh_from_db()
        if not form.is_bound:
            refused(request, broken)
            return redirect(request.path)
        form.add_error(None, broken.message)
        if isinstance(broken, Stale):
            form.data = form.data.copy()
            form.data["revision"] = str(version.revision)
            key = (context["article"] or {}).get("key")
            context["saved"] = next((one for one in version.articles if one["key"] == key), None)
        return _page(request, version, form, context, 409)
    messages.success(request, "C’est enregistré.")
    anchor = (context["article"] or {}).get("key", "")
    return redirect(f"{version.page_url}#article-{anchor}" if anchor else version.page_url)


def _page(
    request: AllianceRequest, version: Version, form: Any, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {**text_context(request, version), **context, "form": form}
    return render(request, "texts/article.html", context, status=status)


def _digits(value: Any) -> Any:
    return value if str(value or "").isdecimal() and len(str(value)) < 9 else None


def _new_key(version: Version, title: str) -> str:
    taken = {one["key"] for one in version.articles}
    stem = slugify(title, 30) or "article"
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 100))) if key not in taken)


# --- states ---------------------------------------------------------------------------------------------------


@party_required(act=True, animate=True)
@require_POST
def act(request: AllianceRequest, pk: int, slug: str, version_pk: int, verb: str) -> HttpResponse:
    """Open to comment, open to adoption, amend, abandon."""
    version = version_of(request.alliance, version_pk)
    if verb not in ACTS:
        raise Http404
    do, said = ACTS[verb]
    given: dict[str, Any] = {}
    if verb == "commenter":
        form = DaysForm(request.POST)
        if not form.is_valid():
            return show(request, version, status=422, days_form=form)
        given = {"days": form.cleaned_data["days"]}
    try:
        version = do(version, actor=request.user, **given)
        messages.success(request, said)
    except RuleBroken as refusal:
        refused(request, refusal)
    return redirect(version.page_url)


@party_required(act=True, animate=True)
@require_POST
def new_version(request: AllianceRequest, pk: int, slug: str, text_pk: int) -> HttpResponse:
    """Prepare the next version: the one in force stays so until the parties adopt the other."""
    text = get_object_or_404(Text.objects.select_related("alliance"), alliance=request.alliance, pk=text_pk)
    latest = text.versions.order_by("-number").select_related("text__alliance")[0]
    form = SummaryForm(request.POST, auto_id="nouvelle-%s")
    if not form.is_valid():
        return show(request, latest, status=422, new_form=form)
    try:
        made = services.new_version(text, actor=request.user, summary=form.cleaned_data["summary"])
        messages.success(request, "La nouvelle version est prête à être écrite. L’ancienne reste en vigueur.")
    except RuleBroken as refusal:
        refused(request, refusal)
        made = latest
    return redirect(made.page_url)


# --- comments -------------------------------------------------------------------------------------------------


@party_required(act=True)
@require_POST
def comment(request: AllianceRequest, pk: int, slug: str, version_pk: int, article: str) -> HttpResponse:
    version = version_of(request.alliance, version_pk)
    if article not in {one["key"] for one in version.articles}:
        raise Http404
    form = CommentForm(request.POST, parties=request.acting, auto_id=f"commentaire-{article}-%s")
    status = 422
    if form.is_valid():
        try:
            services.comment(
                version,
                actor=request.user,
                party=form.chosen,
                article=article,
                body=form.cleaned_data["body"],
            )
            messages.success(request, "Votre commentaire est ajouté.")
            return redirect(f"{version.page_url}#article-{article}")
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = 409
            version.refresh_from_db()
    return show(request, version, commented=article, form=form, status=status)


@party_required(act=True, animate=True)
@require_POST
def resolve(request: AllianceRequest, pk: int, slug: str, comment_pk: int) -> HttpResponse:
    found = get_object_or_404(
        Comment.objects.of_alliance(request.alliance).select_related("version__text__alliance"), pk=comment_pk
    )
    services.resolve(found, actor=request.user)
    return redirect(f"{found.version.page_url}#article-{found.article}")
