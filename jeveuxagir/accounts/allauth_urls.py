"""allauth's views under French paths, with the names it expects. Only the ones we use."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.http import HttpRequest, HttpResponse
from django.urls import path

from . import views


def ours(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """allauth puts Django's `site` into the context, where our base page has its own."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        context = getattr(response, "context_data", None)
        if context:
            context.pop("site", None)
        return response

    return page


urlpatterns = [
    path("connexion/", ours(account.login), name="account_login"),
    path("connexion/code/", ours(account.confirm_login_code), name="account_confirm_login_code"),
    path("connexion/recevoir-un-code/", views.ask_for_code, name="account_request_login_code"),
    path("deconnexion/", ours(account.logout), name="account_logout"),
    path("inscription/", ours(account.signup), name="account_signup"),
    path("ferme/", ours(account.account_inactive), name="account_inactive"),
    path("verifier/", ours(account.reauthenticate), name="account_reauthenticate"),
    path("adresse/", ours(account.email), name="account_email"),
    path("adresse/confirmer/", ours(account.email_verification_sent), name="account_email_verification_sent"),
    path("mot-de-passe/", ours(account.password_change), name="account_change_password"),
    path("mot-de-passe/choisir/", ours(account.password_set), name="account_set_password"),
    path("mot-de-passe/oublie/", ours(account.password_reset), name="account_reset_password"),
    path(
        "mot-de-passe/oublie/code/",
        ours(account.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path(
        "mot-de-passe/oublie/nouveau/",
        ours(account.complete_password_reset),
        name="account_complete_password_reset",
    ),
    path(
        "mot-de-passe/oublie/fait/",
        ours(account.password_reset_from_key_done),
        name="account_password_reset_completed",
    ),
    path("double-verification/", ours(mfa.index), name="mfa_index"),
    path("double-verification/code/", ours(mfa.authenticate), name="mfa_authenticate"),
    path("double-verification/verifier/", ours(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("double-verification/activer/", ours(totp.activate_totp), name="mfa_activate_totp"),
    path("double-verification/retirer/", ours(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("double-verification/secours/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "double-verification/secours/nouveaux/",
        ours(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("appareils/", ours(sessions.list_usersessions), name="usersessions_list"),
]
