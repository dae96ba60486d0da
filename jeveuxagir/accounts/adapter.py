"""What allauth asks us: which words, which mails (through the outbox), which limits, how secrets are kept."""

import base64
import io
import uuid
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac

from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from . import devices, limits, roles, services, terms
from .models import User
from .signals import SIGNED_UP

TOO_MANY = "Vous avez essayé trop de fois. Attendez quelques minutes, puis recommencez."

#: allauth's template prefix → (our kind, whether the address may be a stranger's)
MAILS = {
    "account/email/login_code": ("accounts.login_code", False),
    "account/email/password_reset_code": ("accounts.reset_code", False),
    "account/email/email_confirmation_signup": ("accounts.confirm_signup", True),
    "account/email/email_confirmation": ("accounts.confirm_address", True),
    "account/email/account_already_exists": ("accounts.already_member", True),
}
#: allauth's template prefix → what happened, said in the "security" mail
SECURITY = {
    "account/email/email_changed": "l’adresse électronique de votre compte a été changée",
    "account/email/email_deleted": "une adresse électronique a été retirée de votre compte",
    "account/email/password_changed": "le mot de passe de votre compte a été changé",
    "account/email/password_reset": "le mot de passe de votre compte a été remplacé",
    "account/email/password_set": "un mot de passe a été ajouté à votre compte",
    "mfa/email/totp_activated": "la double vérification a été activée sur votre compte",
    "mfa/email/totp_deactivated": "la double vérification a été retirée de votre compte",
    "mfa/email/recovery_codes_generated": "de nouveaux codes de secours ont été créés pour votre compte",
}


def display_name(user: User) -> str:
    return user.person.first_name


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "Ce compte est fermé.",
        "duplicate_email": "C’est déjà l’adresse de votre compte.",
        "email_password_mismatch": (
            "L’adresse ou le mot de passe ne va pas. Vérifiez-les, ou laissez le mot de passe vide "
            "pour recevoir un code."
        ),
        "email_taken": "Cette adresse ne peut pas être utilisée.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_code": "Ce code ne va pas. Vérifiez-le, ou demandez-en un nouveau.",
        "incorrect_password": "Ce mot de passe ne va pas.",
        "invalid_login": "Donnez votre adresse électronique.",
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "same_as_current": "C’est déjà l’adresse de votre compte.",
        "unverified_primary_email": "Confirmez d’abord l’adresse de votre compte.",
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "127.0.0.1"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count before any password is hashed; the same for a known and an unknown address."""
        try:
            limits.require_address("login", request)
            limits.require_account("login_account", credentials.get("email", ""), request)
        except RuleBroken as broken:
            raise self.validation_error("too_many_login_attempts") from broken

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Once signed in: the terms, if they changed since this person agreed; then where one was going."""
        response: HttpResponse = super().post_login(request, user, **details)
        if terms.is_due(request) and isinstance(response, HttpResponseRedirect):
            response = redirect(f"{reverse('accounts:accept_terms')}?{urlencode({'next': response.url})}")
        devices.remember(request, response, user.email)
        return response

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        data = form.cleaned_data
        new = services.sign_up(
            email=data["email"],
            first_name=data["first_name"],
            birth_date=data["birth_date"],
            guardian_email=data.get("guardian_email", ""),
        )
        terms.accept(new.person, actor=new)
        request.session[SIGNED_UP] = new.pk
        return new

    @transaction.atomic
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix in SECURITY:
            kind, values = "accounts.security", {"sentence": SECURITY[template_prefix]}
        elif template_prefix in MAILS:
            kind, stranger = MAILS[template_prefix]
            if stranger:
                services.require_mail_allowed(email)
            values = {"code": context.get("code", "")}
        else:
            raise ValueError(f"no mail for {template_prefix}")
        values["url"] = absolute(reverse("account_login"))
        user = User.objects.select_related("person").filter(person__email__iexact=email).first()
        send(kind, to=user.person if user else email, dedupe_key=f"{kind}:{uuid.uuid4()}", context=values)

    @transaction.atomic
    def pretend_mail(self, template_prefix: str, email: str) -> None:
        """The work of a mail without the mail: an unknown address takes as long to answer as a known one."""
        self.send_mail(template_prefix, email, {"code": self.generate_login_code()})
        transaction.set_rollback(True)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Vos droits demandent la double vérification : elle ne peut pas être retirée.",
        "incorrect_code": "Ce code ne va pas, ou il a déjà servi. Attendez le suivant, puis recommencez.",
        "unverified_email": "Confirmez d’abord l’adresse de votre compte.",
    }

    def build_totp_svg(self, url: str) -> str:
        """On a white ground: the page may be dark."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        drawn = io.BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise RuntimeError(
                "a second factor was kept with another SECRET_KEY (see SECRET_KEY_FALLBACKS)"
            ) from error

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not roles.is_staff(User.objects.get(pk=authenticator.user_id))


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(
                base64.urlsafe_b64encode(
                    salted_hmac("accounts.totp", "key", key, algorithm="sha256").digest()
                )
            )
            for key in keys
        ]
    )
