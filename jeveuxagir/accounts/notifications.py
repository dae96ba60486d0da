"""The messages about one's account. None of them can be stopped: they are asked for, or warn."""

from jeveuxagir.notifications.catalogue import Kind, register

from . import guardians

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
            "accounts.guardian",
            "Informer le parent ou tuteur",
            "Un jeune de 16 ou 17 ans a donné votre adresse comme parent ou tuteur.",
            "emails/accounts/guardian.txt",
            can_stop=False,
            on_sent=guardians.note_told,
        )
    )
