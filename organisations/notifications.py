"""The mails of an organisation's life, to its owners and to the people it invites."""

from collections.abc import Sequence

from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from .models import Invitation, JoinRequest, Membership, Organisation

#: what happened → the label of its kind on the page of preferences
_DECISIONS = {
    "validated": "Mon organisation est validée",
    "refused": "L’inscription de mon organisation est refusée",
    "correction": "Une correction est demandée",
    "edit_accepted": "Une modification est acceptée",
    "edit_refused": "Une modification est refusée",
    "edit_correction": "Une modification est à corriger",
    "to_mend": "La page de mon organisation est à corriger",
    "suspended": "Mon organisation est suspendue",
    "lifted": "La suspension de mon organisation est levée",
    "closed": "Mon organisation est fermée",
}
_TEAM = {
    "joined": ("Une personne rejoint l’équipe", "Vous avez invité cette personne sur Jeveuxagir."),
    "left": ("Une personne quitte l’équipe", "Vous êtes responsable de cette organisation sur Jeveuxagir."),
}
_MEMBER = {
    "role_changed": ("Mon rôle change", "Vous êtes membre de cette organisation sur Jeveuxagir."),
    "removed": ("Je ne suis plus membre", "Vous étiez membre de cette organisation sur Jeveuxagir."),
}


def register() -> None:
    for what, label in _DECISIONS.items():
        catalogue.register(
            Kind(
                code=f"organisations.{what}",
                label=label,
                why="Vous êtes responsable de cette organisation sur Jeveuxagir.",
                template=f"emails/organisations/{what}.txt",
                can_stop=False,
                audience="member",
            )
        )
    for what, (label, why) in _TEAM.items():
        catalogue.register(
            Kind(
                code=f"organisations.{what}",
                label=label,
                why=why,
                template=f"emails/organisations/{what}.txt",
                can_stop=True,
                audience="member",
                digestible=True,
            )
        )
    for what, (label, why) in _MEMBER.items():
        catalogue.register(
            Kind(
                code=f"organisations.{what}",
                label=label,
                why=why,
                template=f"emails/organisations/{what}.txt",
                can_stop=False,
                audience="member",
            )
        )
    catalogue.register(
        Kind(
            code="organisations.join_asked",
            label="Quelqu’un demande à rejoindre l’équipe",
            why="Vous êtes responsable de cette organisation sur Jeveuxagir.",
            template="emails/organisations/join_asked.txt",
            can_stop=False,
            audience="member",
            digestible=True,
        )
    )
    catalogue.register(
        Kind(
            code="organisations.join_answered",
            label="La réponse à ma demande de rejoindre une organisation",
            why="Vous avez demandé à rejoindre cette organisation sur Jeveuxagir.",
            template="emails/organisations/join_answered.txt",
            can_stop=False,
            audience="member",
        )
    )
    catalogue.register(
        Kind(
            code="organisations.invitation",
            label="Une organisation m’invite",
            why="Une organisation a donné votre adresse pour vous inviter. Si ce n’est pas attendu, ne faites rien.",
            template="emails/organisations/invitation.txt",
            can_stop=False,
            audience="member",
        )
    )


def tell_owners(
    organisation: Organisation, what: str, *, reason: str = "", fields: Sequence[str] = ()
) -> None:
    """One message to each owner about a decision of the brigade."""
    owners = Membership.objects.owners().filter(organisation=organisation).select_related("person")
    for membership in owners:
        send(
            f"organisations.{what}",
            to=membership.person,
            dedupe_key=f"organisations.{what}:{organisation.pk}:{organisation.version}:{membership.person_id}",
            context={
                "name": organisation.name,
                "reason": reason,
                "fields": list(fields),
                "may_host": organisation.may_host,
                "url": absolute(organisation.space_url),
                "settings_url": absolute(f"{organisation.space_url}reglages/"),
            },
        )


def invite(invitation: Invitation, token: str, days: int) -> None:
    """To the bare address: whether it has an account is nobody's business."""
    send(
        "organisations.invitation",
        to=invitation.email,
        dedupe_key=f"organisations.invitation:{invitation.pk}:{token[-8:]}",
        context={
            "name": invitation.organisation.name,
            "role": invitation.get_role_display(),
            "days": days,
            "url": absolute(reverse("organisations:invitation", args=[token])),
        },
    )


def joined(invitation: Invitation, person: Person) -> None:
    assert invitation.invited_by is not None
    send(
        "organisations.joined",
        to=invitation.invited_by.person,
        dedupe_key=f"organisations.joined:{invitation.pk}",
        context={
            "name": invitation.organisation.name,
            "first_name_of_member": person.first_name,
            "role": invitation.get_role_display(),
            "url": absolute(f"{invitation.organisation.space_url}equipe/"),
        },
    )


def asked_to_join(request: JoinRequest) -> None:
    """To each owner, once for each asking."""
    owners = Membership.objects.owners().filter(organisation=request.organisation).select_related("person")
    for owner in owners:
        send(
            "organisations.join_asked",
            to=owner.person,
            dedupe_key=f"organisations.join_asked:{request.pk}:{owner.person_id}",
            context={
                "name": request.organisation.name,
                "first_name_of_member": request.person.first_name,
                "url": absolute(f"{request.organisation.space_url}equipe/"),
            },
        )


def join_answered(request: JoinRequest, *, role: str = "") -> None:
    """To whoever asked: yes and the role, no and the reason, or that nobody answered."""
    send(
        "organisations.join_answered",
        to=request.person,
        dedupe_key=f"organisations.join_answered:{request.pk}",
        context={
            "name": request.organisation.name if role else request.organisation.name_for_strangers,
            "role": role,
            "reason": request.reason,
            "state": request.state,
            "url": absolute(request.organisation.space_url if role else reverse("organisations:directory")),
        },
    )


def role_changed(membership: Membership) -> None:
    send(
        "organisations.role_changed",
        to=membership.person,
        dedupe_key=f"organisations.role:{membership.pk}:{membership.role}:{_stamp()}",
        context={
            "name": membership.organisation.name,
            "role": membership.get_role_display(),
            "url": absolute(membership.organisation.space_url),
        },
    )


def removed(membership: Membership) -> None:
    send(
        "organisations.removed",
        to=membership.person,
        dedupe_key=f"organisations.removed:{membership.pk}",
        context={"name": membership.organisation.name},
    )


def left(organisation: Organisation, person: Person, membership: Membership) -> None:
    """To the owners who stay."""
    for owner in Membership.objects.owners().filter(organisation=organisation).select_related("person"):
        send(
            "organisations.left",
            to=owner.person,
            dedupe_key=f"organisations.left:{membership.pk}:{owner.person_id}",
            context={
                "name": organisation.name,
                "first_name_of_member": person.first_name,
                "url": absolute(f"{organisation.space_url}equipe/"),
            },
        )


def _stamp() -> str:
    from jeveuxagir.common.clock import now

    return now().isoformat(timespec="microseconds")
