"""What a member has to do today, in figures and in the oldest lines first."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from jeveuxagir.accounts import roles
from jeveuxagir.moderation.models import ModerationItem, held_by, late
from missions.feeds.models import FeedRun
from missions.participations.models import Participation

from . import cells, scopes

SHOWN = 8
#: each queue: the kinds of items it holds, and the name of its list
QUEUES = {
    "organisations": ((ModerationItem.Kind.ORGANISATION,), "brigade:brigades_organisationcase"),
    "missions": (
        (ModerationItem.Kind.MISSION, ModerationItem.Kind.ATTACHMENT),
        "brigade:brigades_missioncase",
    ),
    "follow_up": (
        (ModerationItem.Kind.CLAIM, ModerationItem.Kind.CHECK),
        "brigade:brigades_followupcase",
    ),
    "reports": ((ModerationItem.Kind.REPORT,), "brigade:brigades_reportcase"),
    "ideas": ((ModerationItem.Kind.IDEA,), "brigade:brigades_ideacase"),
    "alliances": (
        (
            *(ModerationItem.Kind.ALLIANCE, ModerationItem.Kind.DOCUMENT, ModerationItem.Kind.SILENCE),
            *(ModerationItem.Kind.CHALLENGE, ModerationItem.Kind.READY),
        ),
        "brigade:brigades_alliancecase",
    ),
    "programme": (
        (ModerationItem.Kind.TERM, ModerationItem.Kind.PLEDGE),
        "brigade:brigades_programmecase",
    ),
    "library": (
        (
            *(ModerationItem.Kind.EXAMPLE, ModerationItem.Kind.SHEET),
            *(ModerationItem.Kind.EVENT, ModerationItem.Kind.STATEMENT),
        ),
        "brigade:brigades_librarycase",
    ),
    "needs": (
        (
            *(ModerationItem.Kind.SKILL_NEED, ModerationItem.Kind.OFFER),
            ModerationItem.Kind.RESOURCE_NEED,
        ),
        "brigade:brigades_needcase",
    ),
}
LABELS = {
    "organisations": "Organisations à valider",
    "missions": "Missions à valider",
    "follow_up": "Organisations à suivre",
    "reports": "Signalements",
    "ideas": "Idées à trier",
    "alliances": "Alliances à suivre",
    "programme": "Glossaire et programme",
    "library": "Textes à relire",
    "needs": "Besoins et offres",
}


def queue_of(item: ModerationItem) -> str:
    return next(name for name, (kinds, _) in QUEUES.items() if item.kind in kinds)


def case_url(item: ModerationItem) -> str:
    return reverse(f"{QUEUES[queue_of(item)][1]}_change", args=[item.pk])


def counts(items: "QuerySet[Any]", user: Any) -> dict[str, int]:
    """One query: open, late, mine, nobody's."""
    return items.open().aggregate(  # type: ignore[attr-defined]
        open=Count("pk"),
        late=Count("pk", filter=late()),
        mine=Count("pk", filter=held_by(user)),
        nobody=Count("pk", filter=Q(state="new")),
    )


def territory(user: Any) -> str:
    """Where this member works, in words."""
    codes = roles.departments_of(user)
    if codes is roles.EVERYWHERE:
        return "France entière"
    names = list(scopes.departments(user).values_list("name", flat=True))
    return ", ".join(names[:3]) + (f" et {len(names) - 3} autres" if len(names) > 3 else "")


def of(user: Any) -> dict[str, Any]:
    """The context of the first page."""
    items = ModerationItem.objects.visible_to(user)
    queues = []
    for name, (kinds, url_name) in QUEUES.items():
        queues.append(
            {
                "label": LABELS[name],
                "url": reverse(f"{url_name}_changelist"),
                **counts(items.filter(kind__in=kinds), user),
            }
        )
    urgent = (
        items.open()
        .filter(Q(owner__isnull=True) | held_by(user))
        .select_related("department", "owner__person")
        .order_by("created_at", "id")[:SHOWN]
    )
    held = scopes.feed_runs(user).filter(state=FeedRun.State.HELD).count()
    return {
        "queues": queues,
        "urgent": [
            {
                "item": item,
                "url": case_url(item),
                "clock": cells.clock(item),
                "is_mine": item.owner_id == user.pk,
            }
            for item in urgent
        ],
        "waiting": scopes.waiting_requests(user).count(),
        "waiting_url": reverse("brigade:brigades_waitingrequest_changelist"),
        "unanswered": scopes.unanswered(user).count(),
        "unanswered_url": reverse(f"brigade:{_name(Participation)}_changelist") + "?etat=attente",
        "held": held,
        "held_url": reverse(f"brigade:{_name(FeedRun)}_changelist"),
    }


def _name(model: Any) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
