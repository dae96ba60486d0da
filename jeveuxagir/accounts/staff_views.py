"""Who holds which staff role in one's territory: given, offered by mail and taken back by those above."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken

from . import grants, roles, services, staff_invitations
from .forms import GrantForm, NewAgentForm
from .models import RoleGrant, StaffInvitation, User
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
    unknown = False
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
            unknown = broken.code == "no_account"
            form.add_error("email" if unknown else None, broken.message)
        else:
            messages.success(
                request, f"Le rôle est donné à {person.first_name}. Vous en êtes prévenus tous les deux."
            )
            return redirect("accounts:team")
    return _page(request, actor, form, status=422, unknown=unknown)


def _page(
    request: HttpRequest, actor: User, form: GrantForm, status: int = 200, *, unknown: bool = False
) -> HttpResponse:
    """`unknown`: the person typed has no account, and may be invited with what was typed."""
    given = grants.given_below(actor).order_by("department", "region", "role", "person__first_name", "pk")
    context = {
        "form": form,
        "given": given[:500],
        "unknown": unknown,
        "invitations": staff_invitations.pending(actor)[:200],
        "resendable_before": now() - staff_invitations.RESEND_AFTER,
        "days": staff_invitations.INVITATION_DAYS,
    }
    return render(request, "accounts/team.html", context, status=status)


@require_POST
@reauthentication_required(app="allauth.mfa")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _giver(request)
    given = get_object_or_404(grants.given_below(actor), pk=pk)
    grants.revoke(given, actor=actor)
    messages.success(request, "Le rôle est retiré. Vous en êtes prévenus tous les deux.")
    return redirect("accounts:team")


# --- invitations ----------------------------------------------------------------------------------------------


@require_POST
@reauthentication_required(app="allauth.mfa")
def invite(request: HttpRequest) -> HttpResponse:
    """Offer by mail what the form of the page would have given."""
    actor = _giver(request)
    form = GrantForm(request.POST, actor=actor)
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            sent = staff_invitations.invite(
                actor=actor,
                email=wanted["email"],
                role=wanted["role"],
                domain=wanted["domain"],
                ends_on=wanted["ends_on"],
                **form.scope(),
            )
        except RuleBroken as broken:
            form.add_error("email", broken.message)
        else:
            messages.success(
                request,
                f"L’invitation est partie vers {sent.email}. Elle est valable "
                f"{staff_invitations.INVITATION_DAYS} jours ; vous serez prévenu quand elle sera acceptée.",
            )
            return redirect("accounts:team")
    return _page(request, actor, form, status=422)


def _act(request: HttpRequest, pk: int, verb: Callable[..., StaffInvitation], told: str) -> HttpResponse:
    """On an invitation one could have sent oneself; any other does not exist."""
    actor = _giver(request)
    found = get_object_or_404(staff_invitations.pending(actor), pk=pk)
    try:
        verb(found, actor=actor)
        messages.success(request, told.format(found.email))
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("accounts:team")


@require_POST
@reauthentication_required(app="allauth.mfa")
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    told = "L’invitation est repartie vers {}, avec un nouveau lien."
    return _act(request, pk, staff_invitations.resend, told)


@require_POST
@reauthentication_required(app="allauth.mfa")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, staff_invitations.cancel, "L’invitation de {} est annulée.")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered, and a button to accept: signed in with that address, or by opening an account there."""
    found = staff_invitations.of_token(token)
    if found is None:
        raise Http404
    is_known = services.known_address(found.email)
    form = NewAgentForm(request.POST if request.method == "POST" else None)
    refused = None
    if request.method == "POST":
        try:
            if request.user.is_authenticated:
                staff_invitations.accept(found, actor=user_of(request))
                return _welcome(request, user_of(request), found)
            if is_known:
                return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
            if form.is_valid():
                user = staff_invitations.accept_with_new_account(found, request=request, **form.names())
                return _welcome(request, user, found)
        except RuleBroken as broken:
            refused = broken
            found = staff_invitations.of_token(token) or found
    is_mine = request.user.is_authenticated and staff_invitations.is_for(found, request.user)
    if is_mine and found.accepted_at and found.accepted_by_id == user_of(request).person_id:
        return redirect(_next_step(user_of(request), found))  # a second click, or the link opened again
    context = {
        "invitation": found,
        "is_mine": is_mine,
        "is_known": is_known,
        "form": form,
        "refused": refused,
        "next": request.path,
    }
    status = 409 if refused else 422 if form.errors and not request.user.is_authenticated else 200
    return render(request, "accounts/staff_invitation.html", context, status=status)


def _welcome(request: HttpRequest, user: User, invitation: StaffInvitation) -> HttpResponse:
    sentence = f"Bienvenue. Votre rôle : {invitation.get_role_display()}."
    if not _has_second_factor(user):
        sentence += " Il reste une étape, la double vérification : sans elle, il ne sert pas."
    messages.success(request, sentence)
    return redirect(_next_step(user, invitation))


def _next_step(user: User, invitation: StaffInvitation) -> str:
    """The place of work; before it the second factor, without which the role opens nothing."""
    brigade, administration = settings.STAFF_PATHS
    place = reverse("accounts:my_space")
    if not user.is_staff:  # taken back since
        return place
    if invitation.role in roles.BRIGADE_ROLES:
        place = brigade
    elif invitation.role == RoleGrant.RoleName.TECHNICAL:
        place = administration
    return (
        place if _has_second_factor(user) else f"{reverse('mfa_activate_totp')}?{urlencode({'next': place})}"
    )


def _has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
