"""« Nous écrire »: one mail to the help desk, one acknowledgement, both through the outbox."""

import uuid

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.bots import BotCheck, count_sending
from jeveuxagir.accounts.forms import EmailField, FirstNameField, NonceMixin
from jeveuxagir.accounts.services import require_mail_allowed
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import clean
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.services import send

TOPICS = [
    ("volunteer", "Trouver une mission, suivre une candidature"),
    ("organisation", "Inscrire une organisation, publier une mission"),
    ("account", "Mon compte, mes données personnelles"),
    ("access", "Une page difficile à utiliser (accessibilité)"),
    ("other", "Autre chose"),
]


class ContactForm(NonceMixin, BotCheck):
    topic = forms.ChoiceField(label="À propos de quoi ?", choices=[("", "Choisir…"), *TOPICS])
    first_name = FirstNameField(label="Votre prénom")
    email = EmailField(label="Votre adresse électronique", help_text="Pour vous répondre.")
    message = forms.CharField(
        label="Votre message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="Dites ce que vous vouliez faire et ce qui s’est passé. N’écrivez rien sur votre santé.",
    )

    def clean_message(self) -> str:
        return clean(self.cleaned_data["message"])


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    status = 200
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        _send(request, form)
                        sent.outcome = reverse("web:contact_sent")
                return redirect(sent.outcome)
            except RuleBroken as refusal:
                form.add_error(None, refusal.message)
        status = 422
    else:
        form = ContactForm(initial=_initial(request))
    context = {"form": form, "address": settings.HELP_CONTACT, "phone": settings.HELP_PHONE}
    return render(request, "web/contact.html", context, status=status)


@login_not_required
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "web/contact_sent.html")


def _initial(request: HttpRequest) -> dict[str, str]:
    """What is known of whoever is signed in, and the page's topic."""
    known = {"topic": request.GET.get("sujet", "")}
    if request.user.is_authenticated:
        known |= {"first_name": request.user.person.first_name, "email": request.user.email}
    return known


@transaction.atomic
def _send(request: HttpRequest, form: ContactForm) -> None:
    """The acknowledgement repeats nothing of what was typed: it may reach somebody else's address."""
    typed = form.cleaned_data
    count_sending(request, typed["proof"])
    own = request.user.is_authenticated and typed["email"] == request.user.email
    if not own:
        require_mail_allowed(typed["email"])
    number = uuid.uuid4()
    values = {
        "topic": dict(TOPICS)[typed["topic"]],
        "name": typed["first_name"],
        "email": typed["email"],
        "message": typed["message"],
    }
    send("web.contact", to=settings.HELP_CONTACT, dedupe_key=f"web.contact:{number}", context=values)
    send(
        "web.contact_received",
        to=request.user.person if own else typed["email"],  # type: ignore[union-attr]
        dedupe_key=f"web.contact_received:{number}",
        context={"url": reverse("web:help")},
    )


def register() -> None:
    """The two kinds of messages."""
    kinds: tuple[tuple[str, catalogue.Audience, str, str], ...] = (
        (
            "contact",
            "staff",
            "Message d’un visiteur",
            "Cette boîte reçoit les messages envoyés depuis la page Contact.",
        ),
        (
            "contact_received",
            "person",
            "Mon message est bien reçu",
            "Cette adresse a été donnée sur notre page Contact.",
        ),
    )
    for code, audience, label, why in kinds:
        catalogue.register(
            Kind(f"web.{code}", label, why, f"emails/web/{code}.txt", can_stop=False, audience=audience)
        )
