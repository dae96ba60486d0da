"""Each morning, what came into a member's queues since the day before, and what is late there.

Two messages a day at most, with counts and no title: who chose nothing reads them in the digest of the day, which
leaves after them (notifications/digests.py).
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import RoleGrant, User
from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.text import plural
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from .models import ModerationItem, held_by

#: before the digest of the day
HOUR = 6
Kind = ModerationItem.Kind
WORDS = {
    Kind.ORGANISATION: ("organisation à valider", "organisations à valider"),
    Kind.MISSION: ("mission à valider", "missions à valider"),
    Kind.ATTACHMENT: ("rattachement d’un flux", "rattachements d’un flux"),
    Kind.CLAIM: ("organisation revendiquée", "organisations revendiquées"),
    Kind.REPORT: ("signalement", "signalements"),
    Kind.IDEA: ("idée à trier", "idées à trier"),
    Kind.CHECK: ("organisation à suivre", "organisations à suivre"),
    Kind.ALLIANCE: ("page d’une alliance", "pages d’alliances"),
    Kind.DOCUMENT: ("document d’une alliance", "documents d’alliances"),
    Kind.SILENCE: ("alliance silencieuse", "alliances silencieuses"),
    Kind.CHALLENGE: ("problème commun à lire", "problèmes communs à lire"),
    Kind.READY: ("problème commun prêt pour une alliance", "problèmes communs prêts pour une alliance"),
    Kind.TERM: ("terme du glossaire contesté", "termes du glossaire contestés"),
    Kind.EXAMPLE: ("exemple inspirant à relire", "exemples inspirants à relire"),
    Kind.SHEET: ("fiche de la bibliothèque à relire", "fiches de la bibliothèque à relire"),
    Kind.EVENT: ("événement à relire", "événements à relire"),
    Kind.PLEDGE: ("engagement sur une mesure à relire", "engagements sur une mesure à relire"),
    Kind.STATEMENT: ("témoignage à relire", "témoignages à relire"),
    Kind.SKILL_NEED: ("besoin de compétences à relire", "besoins de compétences à relire"),
    Kind.OFFER: ("offre de mécénat de compétences à relire", "offres de mécénat de compétences à relire"),
    Kind.RESOURCE_NEED: ("besoin de moyens à relire", "besoins de moyens à relire"),
}


@transaction.atomic
def tell_all() -> dict[str, int]:
    """Write the messages of the day; returns how many of each. Done twice, nothing more leaves."""
    told = {"arrived": 0, "late": 0}
    for user in _members():
        for what, items in (("arrived", _arrived(user)), ("late", _late(user))):
            told[what] += _tell(user, what, items)
    return told


def _members() -> list[User]:
    held = RoleGrant.objects.active().filter(role__in=roles.BRIGADE_ROLES)
    people = User.objects.filter(is_active=True, person__in=held.values("person"))
    return list(people.select_related("person").order_by("pk"))


def _of(user: User) -> Any:
    """The open items of a member's territory. The nation's own are those that have none."""
    items = ModerationItem.objects.visible_to(user).open()
    if roles.departments_of(user) is roles.EVERYWHERE:
        items = items.filter(Q(department__isnull=True) | held_by(user))
    return items


def _arrived(user: User) -> Any:
    """Since the reminder of the day before."""
    morning = datetime.datetime.combine(today(), datetime.time(HOUR), tzinfo=PARIS)
    last = min(morning, now()) - datetime.timedelta(days=1)
    return _of(user).nobodys().filter(created_at__gte=last)


def _late(user: User) -> Any:
    """Theirs, or nobody's: what a colleague holds is the colleague's."""
    return _of(user).late().filter(Q(owner__isnull=True) | held_by(user))


def _tell(user: User, what: str, items: Any) -> bool:
    counts = items.order_by().values_list("kind").annotate(rows=Count("pk")).order_by("kind")
    found = [(plural(rows, *WORDS[Kind(kind)]), rows) for kind, rows in counts]
    if not found:
        return False
    kind = f"moderation.{what}"
    message = send(
        kind,
        to=user.person,
        dedupe_key=f"{kind}:{user.person_id}:{today().isoformat()}",
        context={
            "lines": [words for words, _ in found],
            "count": sum(rows for _, rows in found),
            "url": absolute(settings.STAFF_PATHS[0]),
        },
    )
    return message is not None
