"""How long invitations to an alliance are kept."""

import datetime
from typing import Any

from jeveuxagir.common.registries import Retention

from .models import AllianceInvitation

KEPT = datetime.timedelta(days=180)


def invitations() -> Retention:
    return Retention(
        kept_for=KEPT,
        counted_from="après l’envoi",
        then="puis effacées",
        expired=_expired,
        forget=lambda rows: rows.delete(),
        since="sent_at",
    )


def _expired(moment: datetime.datetime) -> Any:
    """Even what led to a party: the party says enough."""
    return AllianceInvitation.objects.filter(sent_at__lt=moment - KEPT)
