"""« Échanges »: topics, the messages of one by pages, and what one may do with one's own."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation.forms import InsideReportForm

from . import policies, services
from .forms import AnswerForm, EditForm, TopicForm
from .models import Post, Topic
from .reading import words_for

TOPICS, POSTS = 20, 30


@party_required()
@never_cache
@require_safe
def topics(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The topics, the last answered first."""
    rows = request.alliance.topics.select_related("party").order_by("-last_at", "-pk")
    context = {
        **space_context(request),
        "page_obj": Paginator(rows, TOPICS).get_page(request.GET.get("page")),
        "may_write": _may_write(request),
    }
    return render(request, "exchanges/topics.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_topic(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """A new topic with its first message."""
    form = TopicForm(request.POST or None, parties=_mine(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("title", "body")}
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        made = services.open_topic(form.cleaned_data["party"], actor=request.user, **said)
                        sent.outcome = made.page_url
                messages.success(request, "Le sujet est ouvert.")
                return redirect(sent.outcome)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = _status(broken)
    return _form(request, form, "Ouvrir un sujet", "Ouvrir le sujet", status, "")


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def topic(request: AllianceRequest, pk: int, slug: str, topic_pk: int) -> HttpResponse:
    """Its messages by pages, the last page first, or the one that holds `?message=`; and the answer."""
    row = _topic(request, topic_pk)
    may_write = _may_write(request)
    form = AnswerForm(request.POST or None, parties=_mine(request))
    status = 200
    if request.method == "POST":
        if not request.acting:
            raise NotAllowed("Vous lisez cette alliance, sans y agir : demandez à un responsable.")
        status = 422
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("party", "body")}
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        sent.outcome = services.answer(row, actor=request.user, **said).page_url
                return redirect(sent.outcome)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = _status(broken)
    page = _page(request, row)
    context = {
        **space_context(request),
        "topic": row,
        "page_obj": page,
        "posts": [_shown(request, post) for post in page],
        "form": form if may_write else None,
    }
    return render(request, "exchanges/topic.html", context, status=status)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AllianceRequest, pk: int, slug: str, topic_pk: int, post_pk: int) -> HttpResponse:
    row = _own(request, topic_pk, post_pk)
    form = EditForm(request.POST or None, initial={"body": row.body})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.edit(row, actor=request.user, **form.cleaned_data)
                messages.success(request, "Le message est modifié. Son ancien texte reste lisible.")
                return redirect(row.page_url)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = _status(broken)
    return _form(request, form, "Modifier votre message", "Enregistrer", status, row.page_url)


@party_required()
@require_POST
def withdraw(request: AllianceRequest, pk: int, slug: str, topic_pk: int, post_pk: int) -> HttpResponse:
    row = _own(request, topic_pk, post_pk)
    services.withdraw(row, actor=request.user)
    messages.success(request, "Le message est retiré.")
    return redirect(row.page_url)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: AllianceRequest, pk: int, slug: str, topic_pk: int, post_pk: int) -> HttpResponse:
    """Ask the brigade to read this message."""
    row = _post(request, topic_pk, post_pk)
    form = InsideReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.report(row, actor=request.user, **form.cleaned_data)
                messages.success(
                    request, "Merci. La brigade lit ce message sous 5 jours ouvrés, et vous écrit."
                )
                return redirect(row.page_url)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = _status(broken)
    quoted = words_for(row, request.user)
    return _form(request, form, "Signaler ce message", "Envoyer le signalement", status, row.page_url, quoted)


# --- inside -------------------------------------------------------------------------------------------------------


def _topic(request: AllianceRequest, pk: int) -> Topic:
    return get_object_or_404(request.alliance.topics.select_related("party", "alliance"), pk=pk)


def _post(request: AllianceRequest, topic_pk: int, pk: int) -> Post:
    rows = Post.objects.of_alliance(request.alliance).filter(topic=topic_pk)
    return get_object_or_404(rows.select_related("topic__alliance", "party"), pk=pk)


def _own(request: AllianceRequest, topic_pk: int, pk: int) -> Post:
    row = _post(request, topic_pk, pk)
    if not policies.can_change(request.user, row):
        raise NotAllowed("Seul l’auteur d’un message le modifie ou le retire.")
    return row


def _page(request: AllianceRequest, row: Topic) -> Any:
    posts = row.posts.select_related("party").prefetch_related("former").order_by("posted_at", "pk")
    pages = Paginator(posts, POSTS)
    asked = request.GET.get("message", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        wanted = row.posts.filter(pk=int(asked)).first()
        if wanted is not None:
            before = row.posts.filter(posted_at__lt=wanted.posted_at).count()
            return pages.get_page(before // POSTS + 1)
    return pages.get_page(request.GET.get("page") or pages.num_pages)


def _shown(request: AllianceRequest, post: Post) -> dict[str, Any]:
    own = policies.is_author(request.user, post)
    hidden = post.is_hidden and not own
    return {
        "row": post,
        "words": words_for(post, request.user),
        "is_quiet": post.is_gone or hidden,
        "is_hidden_own": post.is_hidden and own,
        "former": [] if post.is_gone or hidden else list(post.former.all()),
        "may_edit": own and post.may_still_change() and not request.alliance.is_closed,
        "may_withdraw": own and not post.is_gone,
        "may_report": not own and not post.is_gone and not post.is_hidden,
    }


def _mine(request: AllianceRequest) -> QuerySet[Party]:
    return (
        request.alliance.parties.live().filter(pk__in=[party.pk for party in request.acting]).order_by("pk")
    )


def _may_write(request: AllianceRequest) -> bool:
    return bool(request.acting) and not request.alliance.is_closed


def _status(broken: RuleBroken) -> int:
    return 429 if broken.code == "too_many" else 409


def _form(
    request: AllianceRequest,
    form: Form,
    title: str,
    button: str,
    status: int,
    back: str,
    quoted: str = "",
) -> HttpResponse:
    context = {
        **space_context(request),
        "form": form,
        "title": title,
        "button": button,
        "back": back,
        "quoted": quoted,
    }
    return render(request, "exchanges/form.html", context, status=status)
