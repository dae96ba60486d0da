"""The skill needs that anybody may read: the list with its filters, and the page of each."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.dates import day_of
from jeveuxagir.ui.facets import address
from missions.enums import MissionMode
from organisations.models import Organisation
from organisations.policies import is_member
from organisations.spaces import panels_of

from . import directory, policies, scoping, structured
from .enums import Format
from .facets import facets
from .forms import DirectoryForm
from .models import SkillNeed

PAGE = 24
OTHERS = 3
#: the filters that one types
TYPED = {"q", "ou"}


@login_not_required
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """What associations look for now, the first date first."""
    form = DirectoryForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    page = Paginator(directory.found(wanted).for_cards(), PAGE).get_page(request.GET.get("page", "1")[:12])
    fields, data = form.fields, request.GET.copy()
    if wanted.commune is not None:
        data["ou"] = wanted.commune.label  # as it was chosen among several, not as it was typed
    context = {
        "form": form,
        "page_obj": page,
        "facets": facets(form, wanted),
        "tags": [
            (
                words,
                address(fields, data, without=(name,))
                if name in TYPED
                else address(fields, data, drop=(name, value)),
            )
            for name, value, words in form.chosen()
        ],
        "filter_errors": bool(set(form.errors) - TYPED),
        "spaces": _spaces(request),
        "feed_url": reverse("api:skill_needs_atom"),
    }
    return render(request, "skill_needs/list.html", context)


@login_not_required
@never_cache
@require_safe
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One need. Before it is published, its association and the brigade alone see it, as others will."""
    need = (
        get_object_or_404(SkillNeed.objects.public().for_cards(), pk=pk)
        if not _may_preview(request, pk)
        else _previewed(request, pk)
    )
    is_public = need.has_page and need.organisation.is_verified
    if slug != need.slug:
        return redirect(need, permanent=is_public)
    kind = scoping.type_of(need.project_type)
    context = {
        "need": need,
        "facts": _facts(need),
        "kind": kind,
        "skills": list(need.skills.all()),
        "sdgs": list(need.sdgs.all()),
        "is_preview": not is_public,
        "back_url": _back_url(request, need),
        "others": directory.others_of(need, OTHERS),
        "panels": panels_of("skill_need.page", request, need) if is_public else [],
        "canonical": absolute(need.get_absolute_url()),
        "back_here": urlencode({"next": need.get_absolute_url()}),
        "report_url": f"/signaler/?{urlencode({'page': need.get_absolute_url()})}",
        "structured": structured.script_of(need) if is_public and need.is_seeking else "",
        "indexed": is_public and need.is_seeking,
    }
    return render(request, "skill_needs/public.html", context)


def _facts(need: SkillNeed) -> list[tuple[str, Any]]:
    where = (
        "" if need.mode == MissionMode.REMOTE else getattr(need.place, "label", None) or str(need.place or "")
    )
    mode = need.get_mode_display()
    facts = [
        ("Temps", "" if need.format == Format.FLASH else need.volume),
        ("Forme", need.get_format_display()),
        ("Pour le", day_of(need.deadline) if need.deadline else ""),
        ("Où", f"{where}, {mode}" if where else mode),
        ("Domaine", need.domain.name if need.domain else ""),
    ]
    return [(label, value[:1].upper() + value[1:]) for label, value in facts if value]


def _may_preview(request: HttpRequest, pk: int) -> bool:
    return request.user.is_authenticated and SkillNeed.objects.visible_to(request.user).filter(pk=pk).exists()


def _previewed(request: HttpRequest, pk: int) -> SkillNeed:
    need = SkillNeed.objects.visible_to(request.user).for_cards().filter(pk=pk).first()
    if need is None:
        raise Http404
    return need


def _back_url(request: HttpRequest, need: SkillNeed) -> str:
    """For its members, the page where they go on."""
    if not is_member(request.user, need.organisation):
        return ""
    return reverse("skill_needs:manage", args=[need.organisation_id, need.organisation.slug, need.pk])


def _spaces(request: HttpRequest) -> list[tuple[str, str]]:
    """Where whoever is signed in may say a need: (name of the association, address)."""
    if not request.user.is_authenticated:
        return []
    mine = Organisation.objects.of_person(request.user.person).filter(memberships__role__in=policies.HANDLERS)
    return [
        (one.name, reverse("skill_needs:create", args=[one.pk, one.slug]))
        for one in mine.order_by("name").distinct()[:6]
        if policies.may_state(one)
    ]
