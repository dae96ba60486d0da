"""Who holds which staff role in one's territory: given and taken back by those above, after a fresh second factor."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jeveuxagir.common.errors import RuleBroken

from . import grants
from .forms import GrantForm
from .models import User
from .services import user_of


def _giver(request: HttpRequest) -> User:
    user = user_of(request)
    if not grants.may_give_any(user):
        raise Http404
    return user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """The roles in force below the reader's own, and a form to give one."""
    actor = _giver(request)
    if request.method == "POST":
        return _give(request, actor)
    return _page(request, actor, GrantForm(actor=actor))


@reauthentication_required(app="allauth.mfa")
def _give(request: HttpRequest, actor: User) -> HttpResponse:
    form = GrantForm(request.POST, actor=actor)
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            person = grants.person_of_address(wanted["email"])
            grants.grant(
                person,
                wanted["role"],
                actor=actor,
                domain=wanted["domain"],
                ends_on=wanted["ends_on"],
                **form.scope(),
            )
        except RuleBroken as broken:
            form.add_error("email" if broken.code == "no_account" else None, broken.message)
        else:
            messages.success(
                request, f"Le rôle est donné à {person.first_name}. Vous en êtes prévenus tous les deux."
            )
            return redirect("accounts:team")
    return _page(request, actor, form, status=422)


def _page(request: HttpRequest, actor: User, form: GrantForm, status: int = 200) -> HttpResponse:
    given = grants.given_below(actor).order_by("department", "region", "role", "person__first_name", "pk")
    return render(request, "accounts/team.html", {"form": form, "given": given[:500]}, status=status)


@require_POST
@reauthentication_required(app="allauth.mfa")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _giver(request)
    given = get_object_or_404(grants.given_below(actor), pk=pk)
    grants.revoke(given, actor=actor)
    messages.success(request, "Le rôle est retiré. Vous en êtes prévenus tous les deux.")
    return redirect("accounts:team")
