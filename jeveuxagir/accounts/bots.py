"""Holding bots off forms open to everybody, without a third party and without a dead end.

Three cheap signs: a field nobody sees must stay empty, a form is not filled in within a blink, and a browser with
JavaScript solves a small proof of work (ALTCHA) while one types. Without JavaScript there is no proof: such
sendings only meet a lower limit per address (limits.py).
"""

import base64
import binascii
import datetime
import json
import time
from typing import Any

import altcha
from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken

from . import limits

MAX_NUMBER = 60_000  # about a second on a phone
VALID_HOURS = 12
_SALT = "accounts.bots"


def _key() -> str:
    return salted_hmac(_SALT, "altcha", algorithm="sha256").hexdigest()


def new_challenge() -> dict[str, Any]:
    """A challenge for the page's worker: algorithm, challenge, maxNumber, salt, signature."""
    expires = now() + datetime.timedelta(hours=VALID_HOURS)
    options = altcha.ChallengeOptionsV1(max_number=MAX_NUMBER, hmac_key=_key(), expires=expires)
    return altcha.create_challenge_v1(options).to_dict()


def is_proved(payload: str) -> bool:
    """Whether this proof is right and was not used before."""
    if not payload or len(payload) > 2000:
        return False
    try:
        proof = json.loads(base64.b64decode(payload, validate=True))
        right, _ = altcha.verify_solution_v1(payload, _key())
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return False
    if not right:
        return False
    try:
        return cache.add(f"altcha:{proof['signature']}", 1, VALID_HOURS * 3600)
    except Exception:  # the store is down: a right proof counts
        return True


def stamp(age: float = 0) -> str:
    """When the form was shown, signed. `age` is for tests."""
    return signing.dumps(int((time.time() - age) * 1000), salt=_SALT)


def seconds_since(stamped: str) -> float | None:
    """How long ago the form was shown; None for a stamp that is not ours or too old."""
    try:
        shown = signing.loads(stamped, salt=_SALT, max_age=7 * 24 * 3600)
    except signing.BadSignature:
        return None
    return time.time() - float(shown) / 1000


def count_sending(request: HttpRequest, proof: str) -> None:
    """One more sending from this visitor's address, with or without a proof; refuses the one too many."""
    name = "form_address" if is_proved(proof) else "form_address_unproved"
    if not limits.hit(name, client_address(request)):
        raise RuleBroken(
            "Beaucoup d’envois viennent de votre connexion. Attendez quelques minutes, puis envoyez de nouveau.",
            code="too_many",
        )


class Trap(forms.TextInput):
    """A field no person sees or reaches; drawn among the hidden ones."""

    is_hidden = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="fr-hidden" aria-hidden="true"><label for="id_{0}">Ne remplissez pas ce champ</label>'
            '<input type="text" name="{0}" id="id_{0}" value="{1}" tabindex="-1" autocomplete="off"></div>',
            name,
            value or "",
        )


class Proof(forms.HiddenInput):
    """The challenge for the page's script, always fresh; stays empty without JavaScript."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<input type="hidden" name="{}" value="" data-proof="{}" data-proof-worker="{}">'
            '<script defer src="{}"></script>',
            name,
            json.dumps(new_challenge()),
            static("accounts/proof-worker.js"),
            static("accounts/proof.js"),
        )


class BotCheck(forms.Form):
    """Mixin of every form that anybody may send. With `request=` it counts the sending; else call `count_sending`."""

    contact_by = forms.CharField(required=False, widget=Trap, label="Ne remplissez pas ce champ")
    shown_at = forms.CharField(required=False, widget=forms.HiddenInput)
    proof = forms.CharField(required=False, widget=Proof)

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)
        self.fields["shown_at"].initial = stamp

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_sender(cleaned)
        return cleaned

    def _check_sender(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("contact_by"):
            raise forms.ValidationError(
                "Un champ qui doit rester vide a été rempli. Rechargez la page, puis recommencez.", code="bot"
            )
        waited = seconds_since(cleaned.get("shown_at", ""))
        if waited is None or waited < settings.BOT_MINIMUM_SECONDS:
            self._show_again()
            if self.errors:  # it comes back anyway, for what the person can mend
                return
            raise forms.ValidationError(
                "Votre envoi est arrivé très vite. Relisez vos réponses, puis envoyez de nouveau.",
                code="too_fast",
            )
        if self.request is not None and not self.errors:
            try:
                count_sending(self.request, cleaned.get("proof", ""))
            except RuleBroken as broken:
                raise forms.ValidationError(broken.message, code=broken.code) from broken

    def _show_again(self) -> None:
        """A missing or stale stamp is replaced, so that sending again works."""
        if seconds_since(self.data.get(self.add_prefix("shown_at"), "")) is None:
            data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, or a dict in tests
            data[self.add_prefix("shown_at")] = stamp()
            self.data = data
