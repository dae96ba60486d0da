"""The mails about skill needs, to the members who handle the association."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of

if TYPE_CHECKING:
    from jeveuxagir.accounts.models import Person

    from .models import PassedOn, SkillNeed

WHY = "Vous gérez les besoins d’une association sur Jeveuxagir."
#: name → label, whether it may wait for the mail of the day (and be stopped)
KINDS = {
    "published": ("Notre besoin de compétences est publié", True),
    "to_mend": ("Notre besoin de compétences est à corriger", False),
    "refused": ("Notre besoin de compétences n’est pas publié", False),
    "edit_accepted": ("La modification de notre besoin est publiée", True),
    "edit_refused": ("La modification de notre besoin n’est pas publiée", False),
    "suspended": ("Notre besoin de compétences est suspendu par la brigade", False),
    "lifted": ("Notre besoin de compétences n’est plus suspendu", True),
    "deadline_passed": ("La date de notre besoin est passée", False),
    "no_taker": ("Notre besoin n’a trouvé personne", True),
}


def register() -> None:
    for name, (label, can_wait) in KINDS.items():
        catalogue.register(
            Kind(
                code=f"skill_needs.{name}",
                label=label,
                why=WHY,
                template=f"emails/skill_needs/{name}.txt",
                can_stop=can_wait,
                audience="member",
                digestible=can_wait,
            )
        )
    catalogue.register(
        Kind(
            code="skill_needs.passed_on",
            label="Un réseau transmet un besoin à mon organisation",
            why="Vous gérez une organisation sur Jeveuxagir.",
            template="emails/skill_needs/passed_on.txt",
            audience="member",
            digestible=True,
        )
    )
    catalogue.register(
        Kind(
            code="skill_needs.passed_to_brigade",
            label="Un réseau transmet un besoin à ma brigade",
            why="Vous êtes membre d’une brigade de Jeveuxagir.",
            template="emails/skill_needs/passed_on.txt",
            audience="staff",
            digestible=True,
        )
    )


def space_url(need: "SkillNeed") -> str:
    organisation = need.organisation
    return reverse("skill_needs:manage", args=[organisation.pk, organisation.slug, need.pk])


def tell_members(need: "SkillNeed", name: str, *, reason: str = "") -> None:
    """Each owner and manager, once for this version of the need."""
    for member in handlers_of(need.organisation_id):
        send(
            f"skill_needs.{name}",
            to=member,
            dedupe_key=f"skill_needs.{name}:{need.pk}:{need.version}:{member.pk}",
            context={"need": need, "reason": reason, "url": absolute(space_url(need))},
        )


def tell_passed_on(passed: "PassedOn", brigade: "Sequence[Person] | None") -> None:
    """Those who handle the receiver; for the brigade, its people."""
    name = "passed_on" if passed.to else "passed_to_brigade"
    people = handlers_of(passed.to.pk) if passed.to else brigade or ()
    for person in people:
        send(
            f"skill_needs.{name}",
            to=person,
            dedupe_key=f"skill_needs.{name}:{passed.pk}:{person.pk}",
            context={
                "network": passed.network.name,
                "receiver": passed.to.name if passed.to else "la brigade",
                "association": passed.need.organisation.name,
                "need": passed.need.title,
                "note": passed.note,
                "url": absolute(passed.need.get_absolute_url()),
            },
        )
