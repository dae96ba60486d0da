"""The mails about skill needs, to the members who handle the association."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of

if TYPE_CHECKING:
    from .models import SkillNeed

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
