"""What the core of an alliance adds to « qui doit quoi »: answers awaited, what a party has not said of itself."""

import datetime

from django.urls import reverse

from jeveuxagir.common.clock import PARIS, today

from .enums import InvitationState
from .models import Alliance
from .spaces import Owed, owed

#: an invitation is chased after this
ANSWER_WITHIN = datetime.timedelta(days=10)

#: how long before its date an evaluation is spoken of
EVALUATED_SOON = datetime.timedelta(days=30)


def _lines(alliance: Alliance) -> list[Owed]:
    if alliance.is_closed:
        return []
    page = reverse("alliances:parties", args=[alliance.pk, alliance.slug])
    lines = []
    for row in alliance.invitations.filter(state=InvitationState.SENT).order_by("sent_at")[:5]:
        due = (row.sent_at + ANSWER_WITHIN).astimezone(PARIS).date()
        late = due < today()
        what = "toujours pas de réponse à l’invitation, à relancer" if late else "répondre à l’invitation"
        lines.append(Owed(row.name, what, page, None if late else due))
    lines += [
        Owed(row.name, "rejoindre l’alliance, après avoir dit oui", page)
        for row in alliance.invitations.filter(state=InvitationState.INTERESTED).order_by("answered_at")[:5]
    ]
    if alliance.evaluate_on and alliance.evaluate_on <= today() + EVALUATED_SOON:
        who = alliance.parties.live().filter(is_animator=True).order_by("joined_at", "pk").first()
        conditions = reverse("alliances:conditions", args=[alliance.pk, alliance.slug])
        passed = " (la date est passée)" if alliance.evaluate_on < today() else ""
        lines.append(
            Owed(
                who.name if who else "Qui anime",
                f"évaluer l’alliance{passed}",
                conditions,
                alliance.evaluate_on,
            )
        )
    for party in alliance.parties.live().filter(brings="").order_by("joined_at", "pk")[:5]:
        own = reverse("alliances:party", args=[alliance.pk, alliance.slug, party.pk])
        lines.append(Owed(party.name, "préciser ses apports", own))
    return lines


def register() -> None:
    owed.register("alliances", _lines)
