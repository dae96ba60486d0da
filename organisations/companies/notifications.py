"""The mails of an employer: to an address of its domain, to whom it invites, to whom it lets go."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Employee, JoinCode, MailDomain

_KINDS = {
    "domain": (
        "Confirmer le domaine de messagerie de mon organisation",
        "Un employeur a donné cette adresse pour confirmer son domaine. Si ce n’est pas attendu, ne faites rien.",
    ),
    "invitation": (
        "Mon employeur m’invite",
        "Un employeur a donné votre adresse pour vous inviter. Si ce n’est pas attendu, ne faites rien.",
    ),
    "ended": ("Mon employeur met fin à notre lien", "Vous aviez rejoint votre employeur sur Jeveuxagir."),
}


def register() -> None:
    for name, (label, why) in _KINDS.items():
        catalogue.register(
            Kind(
                code=f"companies.{name}",
                label=label,
                why=why,
                template=f"emails/companies/{name}.txt",
                can_stop=False,
                audience="member",
            )
        )


def confirm_domain(mail_domain: "MailDomain", email: str, token: str) -> None:
    send(
        "companies.domain",
        to=email,
        dedupe_key=f"companies.domain:{mail_domain.pk}:{token[-8:]}",
        context={
            "name": mail_domain.organisation.name,
            "domain": mail_domain.domain,
            "url": absolute(reverse("companies:confirm_domain", args=[token])),
        },
    )


def invite(code: "JoinCode", email: str) -> None:
    send(
        "companies.invitation",
        to=email,
        dedupe_key=f"companies.invitation:{code.pk}",
        context={
            "name": code.organisation.name,
            "until": code.expires_at,
            "url": absolute(reverse("companies:join") + f"?code={code.code}"),
        },
    )


def ended(employee: "Employee") -> None:
    send(
        "companies.ended",
        to=employee.person,
        dedupe_key=f"companies.ended:{employee.pk}",
        context={
            "name": employee.organisation.name,
            "url": absolute(reverse("companies:mine")),
        },
    )
