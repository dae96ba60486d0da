"""What the alliance itself tells in its activity."""

from django.urls import reverse

from . import activity
from .activity import Named, Sort
from .models import Alliance


def _parties(alliance: Alliance, numbers: set[int]) -> Named:
    url = reverse("alliances:parties", args=[alliance.pk, alliance.slug])
    return {party.pk: (party.name, url) for party in alliance.parties.filter(pk__in=numbers)}


def _missions(alliance: Alliance, numbers: set[int]) -> Named:
    carried = alliance.carried.filter(mission__in=numbers).select_related("mission")
    return {row.mission_id: (row.mission.title, row.mission.get_absolute_url()) for row in carried}


def register() -> None:
    activity.sorts.register(
        "alliance",
        Sort(
            "La vie de l’alliance",
            {
                "alliance.started": "L’alliance commence",
                "alliance.edited": "L’alliance est modifiée",
                "alliance.classified": "La forme du partenariat est choisie",
                "alliance.stage_moved": "L’alliance change d’étape",
                "alliance.step_set": "Une étape du parcours est cochée",
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
        ),
    )
    activity.sorts.register(
        "parties",
        Sort(
            "Les parties",
            {
                "alliance.invited": "Une invitation part",
                "alliance.invitation_answered": "Une invitation a sa réponse",
                "alliance.invitation_cancelled": "Une invitation est retirée",
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
