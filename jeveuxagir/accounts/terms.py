"""The terms of use, by version: what changed, who accepted which. Their texts are `templates/web/terms/<version>.html`.

A new version is one more line here and one more file; people are asked again when they next sign in.
"""

import datetime
from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jeveuxagir.audit.services import record
from jeveuxagir.ui.context import TERMS_DUE

from .models import Person, TermsAcceptance, User


@dataclass(frozen=True)
class Version:
    code: str
    since: datetime.date
    changes: tuple[str, ...]


#: the newest first
VERSIONS = (Version("2026-11", datetime.date(2026, 11, 25), ("Première version.",)),)


def current() -> Version:
    return VERSIONS[0]


def find(code: str) -> Version | None:
    return next((version for version in VERSIONS if version.code == code), None)


@transaction.atomic
def accept(person: Person, *, actor: User, version: str = "") -> TermsAcceptance:
    """This person agrees to a version (today's). Said twice, the first time counts."""
    accepted, is_new = TermsAcceptance.objects.get_or_create(person=person, version=version or current().code)
    if is_new:
        record("terms.accepted", accepted, actor=actor, person=person.pk, version=accepted.version)
    return accepted


def accepted(person: Person) -> bool:
    """Whether this person agreed to today's version."""
    return TermsAcceptance.objects.filter(person=person, version=current().code).exists()


# --- asked again at sign-in, without standing in the way ------------------------------------------------------


def note_sign_in(request: HttpRequest, user: User) -> None:
    """Asked once per session, when it begins: no page pays for it."""
    request.session[TERMS_DUE] = not accepted(user.person)


def is_due(request: HttpRequest) -> bool:
    """Whether the page reminds this person; reads the session only."""
    return bool(request.user.is_authenticated and request.session.get(TERMS_DUE))


def note_accepted(request: HttpRequest) -> None:
    request.session.pop(TERMS_DUE, None)


# --- in forms -------------------------------------------------------------------------------------------------


def _label() -> SafeString:
    return format_html(
        'J’accepte les <a href="{}" target="_blank" title="Conditions d’utilisation – nouvelle fenêtre">conditions '
        "d’utilisation</a>",
        reverse("web:terms"),
    )


class TermsField(forms.BooleanField):
    """An unticked box: nobody agrees by accident."""

    def __init__(self) -> None:
        super().__init__(
            label=lazy(_label, SafeString)(),
            error_messages={"required": "Cochez la case pour accepter les conditions d’utilisation."},
        )


class TermsForm(forms.Form):
    terms = TermsField()
