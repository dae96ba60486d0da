"""One's own space, profile and data; the guardian's page; the recovery codes."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.registries import panels

from . import guardians, limits, privacy, reads, services, terms, todo
from .forms import EraseForm, GuardianForm, ProfileForm
from .models import GuardianNotice, Person
from .services import user_of

#: what one's own space opens on; the rest behind « Voir tout »
TO_DO_SHOWN = 5


def draw_panels(page: str, request: HttpRequest, obj: Any) -> list[SafeString]:
    """The page's panels that have something to say, in order."""
    found = ((panel, panel.context(request, obj)) for panel in panels.of(page))
    return [
        render_to_string(panel.template, context, request) for panel, context in found if context is not None
    ]


@require_safe
def my_space(request: HttpRequest) -> HttpResponse:
    """What is to do first, the oldest before; then what one has going on, each app its own panel ("my_space")."""
    person = user_of(request).person
    waiting = todo.of(request)
    shown = waiting if "tout" in request.GET else waiting[:TO_DO_SHOWN]
    return render(
        request,
        "accounts/my_space.html",
        {
            "person": person,
            "to_do": shown,
            "waiting": len(waiting),
            "panels": draw_panels("my_space", request, person),
            "objected": guardians.has_objection(person),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = user_of(request).person
    initial = {name: getattr(person, name) for name in ("first_name", "last_name", "phone", "commune")}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.update_profile(person, actor=user_of(request), **form.cleaned_data)
        messages.success(request, "Votre profil est à jour.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, **_profile_context(request, person)})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one sign-in of one's own, device by device. The present one is closed by signing out."""
    user = user_of(request)
    current = UserSession.objects.filter(user=user, session_key=request.session.session_key).first()
    if current is not None and current.pk == pk:
        messages.info(request, "C’est la connexion où vous êtes : déconnectez-vous pour la fermer.")
    elif services.end_session(user, pk):
        messages.success(request, "Cette connexion est fermée.")
    else:
        raise Http404
    return redirect("usersessions_list")


@require_http_methods(["GET", "HEAD", "POST"])
def accept_terms(request: HttpRequest) -> HttpResponse:
    """What changed in the terms, and a box to agree. Nothing is closed to who answers later."""
    user = user_of(request)
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("accounts:my_space")
    form = terms.TermsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        terms.accept(user.person, actor=user)
        terms.note_accepted(request)
        messages.success(request, "C’est noté. Merci d’avoir pris le temps de les lire.")
        return redirect(target)
    context = {
        "form": form,
        "version": terms.current(),
        "already": terms.accepted(user.person),
        "target": target,
    }
    return render(request, "accounts/terms.html", context)


@require_POST
def guardian_address(request: HttpRequest) -> HttpResponse:
    """A 16–17-year-old gives (or corrects) the guardian's address."""
    person = user_of(request).person
    form = GuardianForm(request.POST)
    if form.is_valid():
        address = form.cleaned_data["guardian_email"]
        try:
            services.require_mail_allowed(address)
            guardians.announce(person, email=address)
        except RuleBroken as broken:
            form.add_error("guardian_email", broken.message)
        else:
            messages.success(request, "Nous écrivons à votre parent ou tuteur.")
            return redirect("accounts:profile")
    initial = {name: getattr(person, name) for name in ("first_name", "last_name", "phone", "commune")}
    context = {
        "form": ProfileForm(initial=initial),
        **_profile_context(request, person),
        "guardian_form": form,
    }
    return render(request, "accounts/profile.html", context)


def _profile_context(request: HttpRequest, person: Person) -> dict[str, Any]:
    notice = person.guardian_notices.order_by("-pk").first()
    is_minor = guardians.needs_guardian(person)
    return {
        "person": person,
        "is_minor": is_minor,
        "refused": notice is not None and guardians.was_refused(notice),
        "notice": notice,
        "guardian_form": GuardianForm(initial={"guardian_email": notice.email if notice else ""})
        if is_minor and (notice is None or notice.state == GuardianNotice.State.TO_SEND)
        else None,
        "has_password": user_of(request).has_usable_password(),
        "has_second_factor": Authenticator.objects.filter(user=request.user).exists(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """What is held, for how long; who looked; a copy; what erasing does, then erasure."""
    return render(request, "accounts/my_data.html", _data_context(request, EraseForm()))


def _data_context(request: HttpRequest, form: EraseForm) -> dict[str, Any]:
    person = user_of(request).person
    held = [section for section in privacy.held_about(person) if section["rows"]]
    return {
        "held": held,
        "erased": [section for section in held if not section["erasing"]],
        "staying": [section for section in held if section["erasing"]],
        "readings": reads.by_month(person),
        "year": today().year,
        "form": form,
        "person": person,
    }


@require_POST
@reauthentication_required(app="allauth.account")
def export_data(request: HttpRequest) -> HttpResponse:
    limits.require("export_account", request.user.pk)
    packed = privacy.export(user_of(request).person, actor=user_of(request))
    name = f"mes-donnees-jeveuxagir-{today().isoformat()}.zip"
    return HttpResponse(
        packed,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )


@require_POST
@reauthentication_required(app="allauth.account")
def erase_account(request: HttpRequest) -> HttpResponse:
    form = EraseForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/my_data.html", _data_context(request, form))
    privacy.erase(user_of(request).person, actor=user_of(request))
    logout(request)
    messages.success(request, "Votre compte est effacé. Merci pour ce que vous avez fait.")
    return redirect("/")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """The guardian's page: what it is about, and a button to object. Opening it changes nothing."""
    notice = guardians.of_token(token)
    if notice is None:
        raise Http404
    if request.method == "POST":
        guardians.object_to(token)
        return redirect("accounts:guardian", token=token)
    context = {"notice": notice, "child": notice.person.first_name, "objected": notice.state == "objected"}
    return render(request, "accounts/guardian.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes for a lost phone, shown on demand, after the second factor was given again."""
    kept = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    if kept is None:
        return redirect("mfa_index")
    if request.method == "POST":
        return _shown_codes(request, kept)
    left = len(RecoveryCodes(kept).get_unused_codes())
    return render(request, "mfa/recovery_codes/index.html", {"left": left, "codes": None})


@reauthentication_required(app="allauth.mfa")
def _shown_codes(request: HttpRequest, kept: Authenticator) -> HttpResponse:
    codes = RecoveryCodes(kept).get_unused_codes()
    return render(request, "mfa/recovery_codes/index.html", {"left": len(codes), "codes": codes})


@login_not_required
@require_GET
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Signing in without a password starts on the one sign-in page."""
    query = request.GET.urlencode()
    response = redirect("account_login")
    if query:
        response["Location"] += f"?{query}"
    return response
