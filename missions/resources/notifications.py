"""What is said to the organisation that states a need, and to those that promise."""

from typing import Any

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of

from .enums import Promised
from .models import Need, Promise

WHY = "Vous gérez les besoins de moyens d’une organisation sur Jeveuxagir."
WHY_GIVER = "Votre organisation contribue à un besoin de moyens sur Jeveuxagir."
#: name → label, whether it may be stopped (and wait for the mail of the day)
TO_MEMBERS = {
    "opened": ("Mon besoin de moyens est en ligne", True),
    "to_mend": ("Mon besoin de moyens est à corriger", False),
    "refused": ("Mon besoin de moyens n’est pas publié", False),
    "edit_accepted": ("La modification de mon besoin de moyens est publiée", True),
    "edit_refused": ("La modification de mon besoin de moyens n’est pas publiée", False),
    "page_to_mend": ("La page de mon besoin de moyens est à corriger", False),
    "removed": ("Mon besoin de moyens est retiré par la brigade", False),
    "promised": ("Une organisation promet une contribution", False),
}
TO_GIVERS = {
    "received": ("Ma contribution est reçue", True),
    "dropped": ("Une contribution promise est abandonnée", False),
    "met": ("Un besoin auquel je contribue est satisfait", True),
    "closed": ("Un besoin auquel je contribue est fermé", False),
}


def register() -> None:
    for kinds, why in ((TO_MEMBERS, WHY), (TO_GIVERS, WHY_GIVER)):
        for name, (label, stops) in kinds.items():
            catalogue.register(
                Kind(
                    f"resources.{name}",
                    label,
                    why,
                    f"emails/resources/{name}.txt",
                    can_stop=stops,
                    audience="member",
                    digestible=stops,
                )
            )


def _about(need: Need) -> dict[str, Any]:
    return {
        "title": need.title,
        "asked": need.asked,
        "organisation": need.organisation.name,
        "need_url": absolute(need.get_absolute_url()),
    }


def tell_members(need: Need, name: str, *, reason: str = "") -> None:
    """Each owner and manager once for this version of the need."""
    for person in handlers_of(need.organisation_id):
        send(
            f"resources.{name}",
            to=person,
            dedupe_key=f"resources.{name}:{need.pk}:{need.version}:{person.pk}",
            context={**_about(need), "reason": reason, "url": absolute(need.manage_url)},
        )


def tell_givers(need: Need, name: str) -> None:
    """Those who promised something that has not come: each organisation once."""
    rows = need.promises.filter(state=Promised.PLANNED).select_related("organisation").order_by("pk")
    givers = {row.organisation_id: row.organisation for row in rows}
    for giver in givers.values():
        for person in handlers_of(giver.pk):
            send(
                f"resources.{name}",
                to=person,
                dedupe_key=f"resources.{name}:{need.pk}:{need.version}:{person.pk}",
                context={
                    **_about(need),
                    "reason": need.reason,
                    "url": absolute(reverse("resources:space", args=[giver.pk, giver.slug])),
                },
            )


def tell_of_promise(made: Promise, name: str, organisation_id: int) -> None:
    """One side of a promise is told what the other did."""
    need = made.need
    theirs = organisation_id == need.organisation_id
    page = (
        need.manage_url
        if theirs
        else reverse("resources:space", args=[made.organisation_id, made.organisation.slug])
    )
    for person in handlers_of(organisation_id):
        send(
            f"resources.{name}",
            to=person,
            dedupe_key=f"resources.{name}:{made.pk}:{made.version}:{person.pk}",
            context={
                **_about(need),
                "giver": made.organisation.name,
                "contact": made.organisation.email if name == "promised" else "",
                "what": made.what,
                "promised": made.promised_words,
                "real": made.real_words,
                "note": made.note if name == "promised" else "",
                "reason": made.reason,
                "theirs": theirs,
                "url": absolute(page),
            },
        )
