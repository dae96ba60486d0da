"""A form sent twice (double click, back button, retry) is done once; the second time shows the first result."""

import datetime
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from jeveuxagir.common.clock import now

from .models import FormNonce
from .tokens import hash_token

#: Nobody goes back to a form after so long.
KEPT_DAYS = 7


LONGEST = 64


@dataclass
class Sent:
    """`first`: do it now and say where the result is; else `outcome` is where the first one led."""

    first: bool
    outcome: str = ""


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def actor_key(request: HttpRequest) -> str:
    """Who sends the form: the account, else the browser (its session may only begin with the first sending)."""
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"visitor:{hash_token(request.META.get('CSRF_COOKIE') or '')[:32]}"


def forget_old() -> int:
    """Drop the sendings nobody will repeat."""
    before = now() - datetime.timedelta(days=KEPT_DAYS)
    return FormNonce.objects.filter(created_at__lt=before).delete()[0]


@contextmanager
def once(actor_key: str, nonce: str) -> Iterator[Sent]:
    """Run the body in a transaction, once per (actor, nonce). A refusal forgets the nonce: it may be sent again.

    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            sent.outcome = services.apply(…).get_absolute_url()
    return redirect(sent.outcome)
    """
    with transaction.atomic():
        if not nonce or len(nonce) > LONGEST or not nonce.isprintable():  # not one of ours: simply done
            yield Sent(first=True)
            return
        # A second sending waits here until the first has committed or given up.
        FormNonce.objects.bulk_create([FormNonce(actor_key=actor_key, nonce=nonce)], ignore_conflicts=True)
        kept = FormNonce.objects.select_for_update(no_key=True).get(actor_key=actor_key, nonce=nonce)
        if kept.outcome:
            yield Sent(first=False, outcome=kept.outcome)
            return
        sent = Sent(first=True)
        yield sent
        if sent.outcome:
            FormNonce.objects.filter(pk=kept.pk).update(outcome=sent.outcome[:300])
