"""What allauth tells us, turned into our services. Connected in AppConfig.ready(); no signal of our own."""

from typing import Any

from django.http import HttpRequest

from . import services, terms
from .models import User

#: where the session keeps which account was signed up in this browser
SIGNED_UP = "signed_up"


def address_confirmed(sender: Any, *, request: HttpRequest, email_address: Any, **kwargs: Any) -> None:
    typed_here = request.session.get(SIGNED_UP) == email_address.user_id
    services.confirm_address(email_address.user, email_address.email, typed_here=typed_here)


def device_added(sender: Any, *, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """The code typed to add the device also proves the second factor in this session."""
    from allauth.account.internal.flows.login import record_authentication
    from allauth.mfa.models import Authenticator

    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
        )


def signed_in(sender: Any, *, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    user = User.objects.select_related("person").get(pk=user.pk)  # its person may have changed meanwhile
    services.touch(user.person)  # the two years before erasure start again
    terms.note_sign_in(request, user)


def connect() -> None:
    from allauth.account.signals import email_confirmed
    from allauth.mfa.signals import authenticator_added
    from django.contrib.auth.signals import user_logged_in

    user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")
    email_confirmed.connect(address_confirmed, dispatch_uid="accounts.address_confirmed")
    authenticator_added.connect(device_added, dispatch_uid="accounts.device_added")
