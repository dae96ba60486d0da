"""The staff's entries of the space switcher."""

from collections.abc import Iterator

from django.conf import settings

from jeveuxagir.ui.spaces import Space

from .models import RoleGrant, User
from .roles import BRIGADE_ROLES


def staff_spaces(user: User) -> Iterator[Space]:
    held = set(RoleGrant.objects.filter(person_id=user.person_id).active().values_list("role", flat=True))
    if not held:
        return
    brigade, administration = settings.STAFF_PATHS
    if held & BRIGADE_ROLES:
        yield Space("Brigade", brigade, "fr-icon-government-line")
    if RoleGrant.RoleName.TECHNICAL in held:
        yield Space("Administration technique", administration, "fr-icon-settings-5-line")
