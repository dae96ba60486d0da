"""The kit « L’ODD 17 en pratique »: its list, its four sheets, their PDF."""

from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import kit
from .illustrations import Profile


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "library/kit.html", {"kit": kit.about(), "sheets": list(kit.sheets().values())})


@login_not_required
@require_safe
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """One sheet; `profil` keeps one reader's objections alone."""
    if code not in kit.sheets():
        raise Http404
    one = kit.sheets()[code]
    profile = request.GET.get("profil", "")
    profiles = one.get("profile", [])
    chosen = next((each for each in profiles if each["code"] == profile), None)
    context: dict[str, Any] = {
        "kit": kit.about(),
        "sheet": one,
        "total": len(kit.sheets()),
        "others": [other for other in kit.sheets().values() if other["code"] != code],
        "profiles": [(each["code"], each["title"]) for each in profiles],
        "chosen": chosen,
        "shown": [chosen] if chosen else profiles,
        "pdf_query": f"?profil={chosen['code']}" if chosen else "",
        "rows": kit.illustrated() if code == "illustrations" else [],
        "moments": kit.moments() if code == "methodes" else [],
        "propose_url": _propose_url(),
        "map": kit.tool_map() if code == "outils" else [],
    }
    return render(request, "library/kit_sheet.html", context)


def _propose_url() -> str:
    """Where an example is proposed: a page of the app of the examples, which stands above; the shelf's without it."""
    path = "/bibliotheque/exemples/"
    return path if apps.is_installed("alliances.examples") else "/bibliotheque/proposer/"


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def document(request: HttpRequest, code: str) -> HttpResponse:
    if code not in kit.sheets():
        raise Http404
    asked = request.GET.get("profil", "")
    profile = asked if asked in Profile.values else ""
    answer = HttpResponse(kit.document(code, profile=profile), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="odd-17-{code}.pdf"'
    return answer
