"""The keys of an organisation: made, shown once, revoked."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import NBSP
from organisations.enums import EMPLOYERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import policies, services
from .forms import KeyForm
from .models import MOST, ApiKey

ENDED_SHOWN = 20


@never_cache
@membership_required(*policies.HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """The keys, and one more. A key just made is shown on this answer, and on no other page ever."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = None
        try:
            with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                if sent.first:
                    made = services.make(request.organisation, actor=request.user, **form.values())
                    sent.outcome = request.path
        except NotAllowed:
            raise
        except RuleBroken as broken:
            form.add_error("expires_on" if broken.code == "expires_on" else None, broken.message)
        else:
            if made is not None:
                shown = {"made": made.key, "secret": made.secret.whole, "url": reverse("api:documentation")}
                return render(request, "api_keys/made.html", space_context(request) | shown)
            messages.info(
                request,
                f"Cette clé est déjà faite. Elle n’est montrée qu’une fois{NBSP}: si vous ne l’avez pas copiée, "
                "retirez-la et faites-en une autre.",
            )
            return redirect("api_keys:keys", pk=pk, slug=slug)
    return render(
        request, "api_keys/keys.html", _context(request, form), status=422 if form.is_bound else 200
    )


def _context(request: SpaceRequest, form: KeyForm) -> dict[str, Any]:
    organisation = request.organisation
    rows = ApiKey.objects.of_organisation(organisation).select_related(
        "created_by__person", "revoked_by__person", "use"
    )
    live: list[Any] = list(rows.live())
    acting = policies.acting_for(organisation)
    for key in live:
        key.maker_has_left = key.created_by is None or key.created_by.person_id not in acting
    return {
        **space_context(request),
        "keys": live,
        "ended": rows.ended()[:ENDED_SHOWN],
        "form": form,
        "most": MOST,
        "may_make": organisation.is_verified and policies.may_have_keys(organisation) and len(live) < MOST,
        "gives": organisation.kind in EMPLOYERS,
        "may_have": policies.may_have_keys(organisation),
    }


@never_cache
@membership_required(*policies.HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: SpaceRequest, pk: int, slug: str, key: int) -> HttpResponse:
    """What revoking stops is said, then done."""
    mine = ApiKey.objects.of_organisation(request.organisation)
    found = get_object_or_404(mine.select_related("organisation", "use"), pk=key)
    if request.method != "POST":
        return render(request, "api_keys/revoke.html", space_context(request) | {"key": found})
    services.revoke(found, actor=request.user)
    messages.success(request, f"« {found.name} » est retirée{NBSP}: plus rien ne se lit avec cette clé.")
    return redirect("api_keys:keys", pk=pk, slug=slug)
