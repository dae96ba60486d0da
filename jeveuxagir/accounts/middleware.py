"""Staff rights count only in a session that passed the second factor, and such a session does not last.

Nothing in the settings turns this off. What is checked is the session, not whether the account has a device.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

SINCE, SEEN = "staff_since", "staff_seen"


def second_factor_at(request: HttpRequest) -> float | None:
    """When this session last passed the second factor."""
    records = get_authentication_records(request, request.user)
    return max((record["at"] for record in records if record.get("method") == "mfa"), default=None)


class SignInFirst(LoginRequiredMiddleware):
    """Who sent something after their session ended comes back to the page they sent it from, not to its address."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        sent_from = request.META.get("HTTP_REFERER", "")
        is_ours = url_has_allowed_host_and_scheme(sent_from, allowed_hosts={request.get_host()})
        if request.method in ("GET", "HEAD") or not is_ours:
            return super().handle_no_permission(request, view_func)
        messages.info(request, "Rien n’a été enregistré : connectez-vous, puis recommencez.")
        page = urlsplit(sent_from)
        return redirect_to_login(
            (page.path or "/") + (f"?{page.query}" if page.query else ""), settings.LOGIN_URL
        )


class SecondFactor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            if self._is_over(request):
                return self._end(request)
            request.user.second_factor_passed = second_factor_at(request) is not None  # type: ignore[union-attr]
        if request.path_info.startswith(settings.STAFF_PATHS):
            refused = self._guard(request)
            if refused is not None:
                return refused
        return self.get_response(request)

    def _is_over(self, request: HttpRequest) -> bool:
        """A staff session ends after 30 minutes of silence, and 10 hours after the code was given."""
        since = request.session.get(SINCE)
        if since is None:
            return False
        now = time.time()
        if now - since >= settings.STAFF_SESSION_SECONDS:
            return True
        seen = request.session.get(SEEN, since)
        if now - seen >= settings.STAFF_IDLE_SECONDS:
            return True
        if now - seen > 60:
            request.session[SEEN] = now
        return False

    def _end(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        messages.info(request, "Par sécurité, votre session d’agent a pris fin. Connectez-vous de nouveau.")
        return redirect_to_login(
            request.get_full_path() if request.method == "GET" else "/", settings.LOGIN_URL
        )

    def _guard(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if not user.is_active or not user.is_staff:
            raise Http404
        passed_at = second_factor_at(request)
        if passed_at is None:
            return self._ask_second_factor(request)
        if SINCE not in request.session:
            request.session[SINCE], request.session[SEEN] = passed_at, time.time()
        root = next(path for path in settings.STAFF_PATHS if request.path_info.startswith(path))
        if request.path_info == f"{root}login/":  # the admin's own login form is never shown
            return redirect(root)
        return None

    def _ask_second_factor(self, request: HttpRequest) -> HttpResponse:
        devices = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP)
        if devices.exists():
            page = reverse("mfa_reauthenticate")
        else:
            page = reverse("mfa_activate_totp")
            messages.info(
                request, "Vos droits d’agent demandent la double vérification : activez-la pour continuer."
            )
        wanted = request.get_full_path() if request.method == "GET" else "/"
        return HttpResponseRedirect(f"{page}?{urlencode({'next': wanted})}")
