"""The messages about one's account. None of them can be stopped: they are asked for, or warn."""

from django.urls import reverse

from jeveuxagir.notifications.catalogue import Kind, register
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from . import guardians
from .models import StaffInvitation

ASKED = "Quelqu’un, sans doute vous, l’a demandé sur Jeveuxagir. Sinon, ne faites rien."


def register_kinds() -> None:
    for code, label, why in (
        ("login_code", "Mon code de connexion", ASKED),
        ("reset_code", "Mon code pour changer de mot de passe", ASKED),
        ("confirm_signup", "Confirmer mon adresse", ASKED),
        ("confirm_address", "Confirmer ma nouvelle adresse", ASKED),
        ("already_member", "Cette adresse a déjà un compte", ASKED),
        ("security", "La sécurité de mon compte", "Vous avez un compte sur Jeveuxagir."),
        ("erased", "Mon compte est effacé", "Vous aviez un compte sur Jeveuxagir."),
        ("inactive", "Mon compte va être effacé", "Vous avez un compte sur Jeveuxagir."),
    ):
        template = f"emails/accounts/{code}.txt"
        register(Kind(f"accounts.{code}", label, why, template, can_stop=False, confirms=why == ASKED))
    for code, label in (
        ("grant_given", "Des droits sont donnés"),
        ("grant_revoked", "Des droits sont retirés"),
    ):
        register(
            Kind(
                f"accounts.{code}",
                label,
                "Vous donnez ou recevez des droits sur Jeveuxagir.",
                f"emails/accounts/{code}.txt",
                can_stop=False,
                audience="staff",
            )
        )
    register(
        Kind(
            "accounts.staff_invitation",
            "On m’invite dans l’équipe d’une brigade",
            "Un agent a donné votre adresse pour vous inviter. Si ce n’est pas attendu, ne faites rien : l’invitation "
            "s’éteint d’elle-même.",
            "emails/accounts/staff_invitation.txt",
            can_stop=False,
            audience="staff",
        )
    )
    register(
        Kind(
            "accounts.read_quota",
            "Un agent a consulté trop de personnes en un jour",
            "Vous veillez à l’usage des données personnelles sur Jeveuxagir.",
            "emails/accounts/read_quota.txt",
            can_stop=False,
            audience="staff",
        )
    )
    register(
        Kind(
            "accounts.invariants",
            "Une vérification de la nuit a trouvé une anomalie",
            "Vous répondez du bon état de la plateforme Jeveuxagir.",
            "emails/accounts/invariants.txt",
            can_stop=False,
            audience="staff",
        )
    )
    register(
        Kind(
            "accounts.guardian",
            "Informer le parent ou tuteur",
            "Un jeune de 16 ou 17 ans a donné votre adresse comme parent ou tuteur.",
            "emails/accounts/guardian.txt",
            can_stop=False,
            on_sent=guardians.note_told,
        )
    )


def staff_invitation_key(invitation: StaffInvitation) -> str:
    """One message per link."""
    return f"accounts.staff_invitation:{invitation.pk}:{invitation.token_hash[:16]}"


def invite_staff(invitation: StaffInvitation, token: str, days: int) -> None:
    """To the bare address: it has no account."""
    inviter = invitation.invited_by
    send(
        "accounts.staff_invitation",
        to=invitation.email,
        dedupe_key=staff_invitation_key(invitation),
        context={
            "who": inviter.person.first_name if inviter else "",
            "role": invitation.get_role_display(),
            "place": invitation.place,
            "theme": invitation.domain,
            "ends_on": invitation.ends_on,
            "days": days,
            "url": absolute(reverse("accounts:staff_invitation", args=[token])),
        },
    )
