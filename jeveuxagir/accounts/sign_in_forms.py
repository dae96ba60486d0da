"""allauth's forms in our words, with our limits. Settings name them (ACCOUNT_FORMS, MFA_FORMS)."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.db import transaction
from django.http import HttpRequest

from jeveuxagir.common.errors import RuleBroken

from . import devices, limits
from .bots import BotCheck
from .forms import EmailField, FirstNameField, GuardianFields
from .models import User
from .terms import TermsField

ADDRESS_HELP = "Exemple : nom@exemple.fr"
CHOOSING_HELP = "12 caractères au moins. Quatre mots sans lien entre eux font un bon mot de passe."


def _password(
    label: str, help_text: str = "", autocomplete: str = "current-password", **options: Any
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **options,
    )


def _code(label: str, help_text: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    return forms.CharField(label=label, help_text=help_text, max_length=20, widget=widget)


def _require(check: Any, *args: Any) -> None:
    try:
        check(*args)
    except RuleBroken as broken:
        raise forms.ValidationError(broken.message, code=broken.code) from broken


def count_code_request(email: str, request: HttpRequest) -> None:
    """One more mailed code for this address: the same limits whether an account exists or not."""
    limits.require_address("code", request)
    limits.require_account("code_account", email, request)
    limits.require("code_account_day", devices.key_of(request, email))


# --- signing in and up --------------------------------------------------------------------------------------


class SignInForm(account_forms.LoginForm):
    """The address alone: a code is mailed. With the password, for those who chose one: signed in at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = EmailField(help_text=ADDRESS_HELP)
        self.fields["login"].widget.attrs["autocomplete"] = "email"
        self.fields["password"] = _password(
            "Mot de passe", "Laissez vide pour recevoir un code par courriel.", required=False
        )
        self.order_fields(["login", "password"])

    def _clean_without_password(self, email: str | None, phone: str | None) -> Any:
        _require(count_code_request, email, context.request)
        return super()._clean_without_password(email, phone)

    def _login_by_code(self, request: HttpRequest, redirect_url: str | None, credentials: Any) -> Any:
        if self.user is None:
            get_adapter().pretend_mail("account/email/login_code", credentials["email"])
        return super()._login_by_code(request, redirect_url, credentials)


class SignUpForm(BotCheck, GuardianFields, account_forms.SignupForm):
    """First name, address, birth date. Neutral: an address that has an account gets a mail, the page says the same."""

    first_name = FirstNameField()
    email = EmailField(help_text="Nous y envoyons un code pour confirmer qu’elle est à vous.")
    terms = TermsField()
    field_order = ["first_name", "email", "birth_date", "guardian_email", "terms"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=context.request, **kwargs)
        self.fields.pop("password1", None)
        self.fields["email"].label = "Adresse électronique"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        email = cleaned.get("email")
        if email and not self.errors and not limits.would_allow("unverified_mail", email):
            self.add_error(
                "email", "Plusieurs messages sont déjà partis vers cette adresse. Recommencez demain."
            )
        return cleaned

    @transaction.atomic
    def save(self, request: HttpRequest) -> Any:
        return super().save(request)


class LoginCodeForm(account_forms.ConfirmLoginCodeForm):
    code = _code("Code reçu par courriel", "8 chiffres. Regardez aussi dans les indésirables.")


class AddressCodeForm(account_forms.ConfirmEmailVerificationCodeForm):
    code = _code("Code reçu par courriel", "8 chiffres. Regardez aussi dans les indésirables.")


class ResetCodeForm(account_forms.ConfirmPasswordResetCodeForm):
    code = _code("Code reçu par courriel", "8 chiffres. Regardez aussi dans les indésirables.")


class NewAddressForm(account_forms.AddEmailForm):
    email = EmailField(label="Nouvelle adresse électronique", help_text=ADDRESS_HELP)

    def clean_email(self) -> str:
        email = super().clean_email()
        if not limits.would_allow("unverified_mail", email):
            raise forms.ValidationError(
                "Plusieurs messages sont déjà partis vers cette adresse. Recommencez demain."
            )
        return email


# --- password -----------------------------------------------------------------------------------------------


class _NewPassword(forms.Form):
    """One field, typed once: browsers show and keep passwords."""

    user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        self.fields["password1"] = _password("Nouveau mot de passe", CHOOSING_HELP, "new-password")

    def clean_password1(self) -> str:
        return get_adapter().clean_password(self.cleaned_data["password1"], user=self.user)


class SetPasswordForm(_NewPassword, account_forms.SetPasswordForm):
    pass


class ChangePasswordForm(_NewPassword, account_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = _password("Mot de passe actuel")
        self.order_fields(["oldpassword", "password1"])

    def clean_oldpassword(self) -> str:
        _require(limits.require, "login_account", f"user:{self.user.pk}" if self.user else "")
        return super().clean_oldpassword()


class NewPasswordForm(_NewPassword, account_forms.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(account_forms.ResetPasswordForm):
    email = EmailField(help_text=ADDRESS_HELP)

    def clean_email(self) -> str:
        _require(count_code_request, self.cleaned_data["email"], context.request)
        return super().clean_email()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            get_adapter().pretend_mail("account/email/password_reset_code", self.cleaned_data["email"])
        return super().save(request, **kwargs)


class ReauthenticateForm(account_forms.ReauthenticateForm):
    password = _password("Votre mot de passe")


# --- second factor ------------------------------------------------------------------------------------------

TOTP_HELP = "Les 6 chiffres que montre votre application, ou un code de secours."


class SecondFactorForm(mfa_forms.AuthenticateForm):
    code = _code("Code de votre application", TOTP_HELP)

    def clean_code(self) -> str:
        _require(limits.require, "factor_account", self.user.pk)
        return super().clean_code()


class SecondFactorAgainForm(mfa_forms.ReauthenticateForm):
    code = _code("Code de votre application", TOTP_HELP)

    def clean_code(self) -> str:
        _require(limits.require, "factor_account", self.user.pk)
        return super().clean_code()


class ActivateSecondFactorForm(totp_forms.ActivateTOTPForm):
    code = _code("Code de votre application", "Les 6 chiffres que montre maintenant votre application.")

    def clean_code(self) -> str:
        _require(limits.require, "factor_account", self.user.pk)
        return super().clean_code()
