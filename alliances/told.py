"""What the alliance itself tells in its activity."""

from django.urls import reverse

from . import activity
from .activity import Named, Sort
from .enums import Stage
from .journey import STEPS
from .models import Alliance


def _parties(alliance: Alliance, numbers: set[int]) -> Named:
    url = reverse("alliances:parties", args=[alliance.pk, alliance.slug])
    return {party.pk: (party.name, url) for party in alliance.parties.filter(pk__in=numbers)}


def _missions(alliance: Alliance, numbers: set[int]) -> Named:
    carried = alliance.carried.filter(mission__in=numbers).select_related("mission")
    return {row.mission_id: (row.mission.title, row.mission.get_absolute_url()) for row in carried}


def _steps(alliance: Alliance, keys: set[str]) -> Named:
    url = reverse("alliances:journey", args=[alliance.pk, alliance.slug])
    return {key: (STEPS[key].title, f"{url}#{key}") for key in keys if key in STEPS}


def register() -> None:
    activity.sorts.register(
        "alliance",
        Sort(
            "La vie de l’alliance",
            {
                "alliance.started": "L’alliance commence",
                "alliance.edited": "L’alliance est modifiée",
                "alliance.edited:name": "Le nom de l’alliance est modifié",
                "alliance.edited:purpose": "Le but de l’alliance est modifié",
                "alliance.edited:places": "Le territoire de l’alliance est modifié",
                "alliance.edited:themes": "Les thèmes de l’alliance sont modifiés",
                "alliance.edited:dates": "Les dates de l’alliance sont modifiées",
                "alliance.edited:rule": "La règle de décision est modifiée",
                "alliance.edited:cadence_days": "Le rythme des rencontres est modifié",
                "alliance.edited:derogation": "La dérogation demandée, ou la date de l’évaluation, est modifiée",
                "alliance.edited:declared": "Ce que l’alliance dit des cinq conditions est modifié",
                "alliance.classified": "La forme du partenariat est choisie",
                "alliance.guide_added": "Une méthode entre dans le parcours",
                "alliance.guide_ticked": "Une étape d’une méthode est cochée",
                "alliance.guide_dropped": "Une méthode sort du parcours",
                "alliance.fell_asleep": "L’alliance s’endort",
                "alliance.woken": "L’alliance se réveille",
                "alliance.closed": "L’alliance est close",
                "alliance.shown": "Ce que montre la page publique change",
                "alliance.publication_asked": "La brigade est invitée à relire la page publique",
                "alliance.published": "La page de l’alliance est publique",
                "alliance.unpublished": "La page de l’alliance n’est plus publique",
                "alliance.publication_refused": "La brigade demande de revoir la page publique",
                "alliance.edit_accepted": "La brigade accepte une modification de la page publique",
                "alliance.edit_refused": "La brigade n’accepte pas une modification de la page publique",
                "alliance.change_asked": "La brigade demande une correction de la page publique",
                "alliance.spread_agreed": "L’accord pour essaimer est donné ou repris",
                "alliance.spread": "Une alliance naît de celle-ci, ailleurs",
                "alliance.exported": "Une copie de toute l’alliance est téléchargée",
            },
            order=10,
            by="part",
        ),
    )
    activity.sorts.register(
        "journey",
        Sort(
            "Le parcours",
            {
                "alliance.step_set": "Une étape du parcours est faite",
                "alliance.step_set:skipped": "Une étape du parcours est passée",
                "alliance.step_set:": "Une étape du parcours est remise à faire",
            },
            order=12,
            key="step",
            named=_steps,
            by="state",
        ),
    )
    activity.sorts.register(
        "stages",
        Sort(
            "Les étapes",
            {
                "alliance.stage_moved": "L’alliance change d’étape",
                **{
                    f"alliance.stage_moved:{stage}": f"L’alliance est maintenant {stage.label}"
                    for stage in Stage
                },
            },
            order=11,
            by="stage",
        ),
    )
    activity.sorts.register(
        "invitations",
        Sort(
            "Les invitations",
            {
                "alliance.invited": "Une invitation part",
                "alliance.invitation_resent": "Une invitation repart",
                "alliance.invitation_answered": "Une invitation a sa réponse",
                "alliance.invitation_answered:True": "La réponse à une invitation est oui",
                "alliance.invitation_answered:False": "La réponse à une invitation est non",
                "alliance.invitation_cancelled": "Une invitation est retirée",
            },
            order=21,
            by="interested",
        ),
    )
    activity.sorts.register(
        "parties",
        Sort(
            "Les parties",
            {
                "alliance.party_joined": "Une partie rejoint l’alliance",
                "alliance.party_left": "Une partie quitte l’alliance",
                "alliance.party_edited": "Une partie dit ce qu’elle apporte",
                "alliance.roles_set": "Les rôles d’une partie changent",
                "alliance.third_recognised": "Les parties reconnaissent un tiers de confiance",
                "alliance.third_ended": "Un tiers de confiance n’a plus ce rôle",
            },
            order=20,
            key="party",
            named=_parties,
        ),
    )
    activity.sorts.register(
        "missions",
        Sort(
            "Missions",
            {
                "alliance.mission_added": "Une mission est portée par l’alliance",
                "alliance.mission_removed": "Une mission n’est plus portée par l’alliance",
            },
            order=100,
            key="mission",
            named=_missions,
        ),
    )
