"""The queues of the brigade's admin: the same rows as elsewhere, seen as work to do. No table of their own."""

from jeveuxagir.moderation.models import ModerationItem
from volunteers.requests.models import EngagementRequest


class OrganisationCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "organisation à valider"
        verbose_name_plural = "organisations à valider"


class MissionCase(ModerationItem):
    class Meta:
        proxy = True
        verbose_name = "mission à valider"
        verbose_name_plural = "missions à valider"


class WaitingRequest(EngagementRequest):
    class Meta:
        proxy = True
        verbose_name = "demande sans proposition"
        verbose_name_plural = "demandes sans proposition"
