"""The history of an object: its audit events, in plain French."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from jeveuxagir.audit.models import Event
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import outcome_of

SHOWN = 100

VERBS = {
    "organisation.imported": "Connue par un partenaire",
    "organisation.created": "Inscription commencée",
    "organisation.submitted": "Envoyée à la brigade",
    "organisation.validated": "Validée",
    "organisation.refused": "Refusée",
    "organisation.correction_asked": "Correction demandée",
    "organisation.updated": "Modifiée",
    "organisation.edit_refused": "Modification refusée",
    "organisation.change_asked": "Correction demandée après un signalement",
    "organisation.suspended": "Suspendue",
    "organisation.lifted": "Suspension levée",
    "organisation.closed": "Fermée",
    "organisation.hosting_decided": "Accueil de bénévoles décidé",
    "organisation.proved": "Existence vérifiée par une personne",
    "organisation.invited": "Une personne invitée",
    "organisation.invitation_cancelled": "Une invitation annulée",
    "organisation.invitation_declined": "Une invitation refusée",
    "organisation.invitation_resent": "Une invitation renvoyée",
    "organisation.checked": "Numéro vérifié dans le registre",
    "organisation.followed_up": "Suivie par la brigade",
    "organisation.join_asked": "Une personne demande à rejoindre l’équipe",
    "organisation.join_declined": "Une demande à rejoindre l’équipe refusée",
    "organisation.join_expired": "Une demande à rejoindre l’équipe restée sans réponse",
    "organisation.join_withdrawn": "Une demande à rejoindre l’équipe retirée",
    "organisation.claimed": "Reprise par une personne responsable",
    "organisation.joined": "Une personne rejoint l’équipe",
    "organisation.left": "Une personne quitte l’équipe",
    "organisation.member_removed": "Une personne retirée de l’équipe",
    "organisation.role_changed": "Un rôle changé",
    "mission.created": "Créée",
    "mission.submitted": "Envoyée à la brigade",
    "mission.published": "Publiée",
    "mission.changed": "Modifiée",
    "mission.edit_refused": "Modification refusée",
    "mission.correction_asked": "Correction demandée",
    "mission.change_asked": "Correction demandée après un signalement",
    "mission.refused": "Refusée",
    "mission.closed": "Fermée",
    "mission.reopened": "Rouverte",
    "mission.suspended": "Suspendue",
    "mission.lifted": "Suspension levée",
    "mission.cancelled": "Annulée",
    "mission.done": "Terminée",
    "mission.slot_cancelled": "Un ou plusieurs créneaux annulés",
    "mission.slot_moved": "Un créneau déplacé",
    "mission.participants_exported": "Liste des personnes acceptées téléchargée",
    "mission.edit_withdrawn": "Modification retirée par l’organisation",
    "mission.imported": "Importée d’un partenaire",
    "mission.import_updated": "Modifiée chez le partenaire",
    "mission.import_published": "Publiée par l’import",
    "mission.import_reopened": "Revenue dans le flux : rouverte",
    "mission.import_returned": "Revenue dans le flux : en attente",
    "moderation.prepared": "Changement préparé par la brigade",
    "moderation.opened": "Arrivée dans la file",
    "moderation.updated": "De nouvelles valeurs sont arrivées",
    "moderation.reported": "Signalée par un visiteur",
    "moderation.taken": "Prise en charge",
    "moderation.released": "Remise dans la file",
    "moderation.decided": "Décision",
    "moderation.noted": "Note ajoutée",
    "moderation.withdrawn": "Retirée de la file",
    "guardian.announced": "Message écrit au parent ou tuteur",
    "guardian.told": "Parent ou tuteur prévenu",
    "guardian.objected": "Opposition du parent ou tuteur",
    "request.filed": "Déposée",
    "request.confirmed": "Confirmée",
    "request.edited": "Modifiée",
    "request.paused": "Mise en pause",
    "request.resumed": "Reprise",
    "request.withdrawn": "Retirée",
    "request.renewed": "Relancée",
    "request.refused": "Refusée par la brigade",
    "request.unserved": "Sans proposition, avec une raison",
    "proposal.made": "Proposée",
    "proposal.accepted": "Acceptée : « ça m’intéresse »",
    "proposal.declined": "Déclinée : « pas pour moi »",
    "proposal.expired": "Expirée sans réponse",
    "proposal.withdrawn": "Retirée",
    "participation.still_coming": "Vient toujours, au nouvel horaire",
    "participation.filed": "Déposée, adresse à confirmer",
    "participation.waits": "Déposée, en attente du parent ou tuteur",
    "participation.applied": "Candidature",
    "participation.in_talk": "Échange commencé",
    "participation.accepted": "Acceptée",
    "participation.declined": "Refusée",
    "participation.cancelled": "Annulée",
    "participation.realised": "Réalisée",
    "participation.absent": "Absence notée",
    "idea.filed": "Déposée",
    "idea.confirmed": "Adresse confirmée",
    "idea.kept": "Gardée comme problème commun",
    "idea.became_organisation": "Devenue une organisation",
    "idea.told": "Racontée : un exemple en est écrit",
    "idea.became_example": "Devenue un exemple",
    "idea.closed": "Classée",
    "idea.withdrawn": "Retirée",
    "measure.evidence_added": "Preuve notée",
    "measure.evidence_withdrawn": "Preuve retirée",
    "pledge.made": "Engagement pris",
    "pledge.sent_again": "Envoyé de nouveau",
    "pledge.withdrawn": "Retiré",
    "pledge.news": "Nouvelles données",
    "pledge.kept": "Tenu",
    "pledge.abandoned": "Abandonné",
    "pledge.asked_for_news": "Nouvelles demandées",
    "pledge.opened": "Publié",
    "pledge.to_mend": "Correction demandée",
    "pledge.refused": "Refusé",
    "statement.written": "Témoignage écrit",
    "statement.published": "Témoignage publié",
    "statement.refused": "Témoignage non publié",
    "statement.withdrawn": "Témoignage retiré",
    "resource_need.drafted": "Écrit",
    "resource_need.edited": "Modifié par l’organisation",
    "resource_need.submitted": "Envoyé à la brigade",
    "resource_need.taken_up": "Repris par l’organisation",
    "resource_need.deleted": "Brouillon supprimé",
    "resource_need.edit_withdrawn": "Modification retirée par l’organisation",
    "resource_need.met": "Satisfait",
    "resource_need.closed": "Fermé",
    "resource_need.opened": "Publié",
    "resource_need.sent_back": "Correction demandée",
    "resource_need.refused": "Refusé",
    "resource_need.changed": "Modification publiée",
    "resource_need.edit_refused": "Modification refusée",
    "resource_need.to_mend": "Correction demandée après un signalement",
    "resource_need.promised": "Une contribution promise",
    "resource_need.received": "Une contribution reçue",
    "resource_need.promise_dropped": "Une contribution abandonnée",
    "instrument.checked": "Fiche vérifiée à sa source",
    "instrument.edited": "Fiche corrigée",
    "instrument.shown": "Fiche montrée de nouveau",
    "instrument.hidden": "Fiche cachée",
    "event.drafted": "Écrit",
    "event.submitted": "Envoyé à la brigade",
    "event.taken_back": "Repris pour être modifié",
    "event.edited": "Modifié",
    "event.edit_withdrawn": "Modification reprise",
    "event.edit_refused": "Modification refusée",
    "event.changed": "Modification publiée",
    "event.published": "Publié",
    "event.to_mend": "Correction demandée après un signalement",
    "event.sent_back": "Correction demandée",
    "event.refused": "Refusé",
    "event.removed": "Retiré après un signalement",
    "event.moved": "Date, lieu ou lien changé : les inscrits sont prévenus",
    "event.cancelled": "Annulé",
    "event.deleted": "Brouillon supprimé",
    "event.done": "Terminé",
    "event.attendance": "Présences notées",
    "event.followed": "Suites publiées",
    "event.noted": "Message envoyé aux inscrits",
    "term.contested": "Contesté",
    "term.contest_withdrawn": "Contestation retirée",
    "term.contest_reworded": "Contestation reformulée par l’équipe nationale",
    "term.contest_refused": "Contestation refusée",
    "term.revised": "Définition révisée",
    "departure.recorded": "Départ vers le partenaire",
    "departure.answered": "Réponse à « Avez-vous candidaté ? »",
    "introduction.proposed": "Proposée aux deux organisations",
    "introduction.side_accepted": "Une organisation dit oui",
    "introduction.side_declined": "Une organisation dit non",
    "introduction.accepted": "Les deux ont dit oui : coordonnées échangées entre elles",
    "introduction.declined": "Sans suite",
    "introduction.withdrawn": "Retirée",
    "introduction.expired": "Sans réponse à temps",
    "introduction.outcome_asked": "Un mois après : question posée aux deux",
    "introduction.outcome_told": "Une organisation dit ce que c’est devenu",
    "introduction.allied": "Une alliance en naît",
    "feed.run_started": "Relevé commencé",
    "feed.run_done": "Relevé terminé",
    "feed.closings_released": "Fermetures confirmées",
    "feed.closings_refused": "Fermetures refusées",
    "feed.attachment_accepted": "Rattachement d’un partenaire accepté",
    "feed.attachment_refused": "Rattachement d’un partenaire refusé",
}
#: sheets of any sort: « method.published », « example.published »
_OF_A_SHEET = {
    "written": "Écrit",
    "edited": "Modifié",
    "submitted": "Envoyé à la brigade",
    "taken_back": "Repris pour être modifié",
    "withdrawn": "Retiré par son auteur",
    "resumed": "Repris par son auteur",
    "published": "Publié",
    "reviewed": "Relu",
    "sent_back": "Correction demandée",
    "refused": "Refusé",
    "suspended": "Retiré par la brigade",
    "changed": "Correction publiée",
    "edit_refused": "Correction refusée",
    "imported": "Venu d’une autre base",
    "import_updated": "Mis à jour depuis l’autre base",
    "link_dead": "Lien mort : la fiche est cachée",
    "link_alive": "Lien revenu",
    "asked_again": "« Toujours vrai ? » demandé",
    "confirmed": "« Toujours vrai » : oui",
    "to_confirm": "Passé à confirmer",
    "unpublished": "Dépublié : une partie a retiré son accord",
    "consent_asked": "Accord demandé aux parties de l’alliance",
    "consent_given": "Une partie est d’accord",
    "consent_withdrawn": "Une partie n’est pas d’accord",
    "party_erased": "Une partie a effacé son compte : l’exemple ne la nomme plus",
    "done_here": "« Faire pareil ici » : une alliance commencée",
}
VERBS |= {
    f"{sort}.{verb}": words
    for sort in ("method", "resource", "example")
    for verb, words in _OF_A_SHEET.items()
}
#: what may be said by whoever holds a link
_BY_LINK = ("introduction.side_accepted", "introduction.side_declined", "introduction.outcome_told")
WITHOUT_ACCOUNT = dict.fromkeys(_BY_LINK, "l’organisation, sans compte")
_DECISIONS = dict(ModerationItem.Decision.choices)


@dataclass(frozen=True)
class Line:
    moment: datetime
    what: str
    who: str


def of(*subjects: Model | tuple[str, Any], hidden: int | None = None) -> list[Line]:
    """The events of these objects, latest first: one query. A subject is a row, or (model label, id).

    `hidden` is the person whom the reader may not know: their acts are shown without their name.
    """
    wanted = Q(pk__in=[])
    for subject in subjects:
        label, pk = subject if isinstance(subject, tuple) else (_label(subject), subject.pk)
        wanted |= Q(subject_type=label, subject_id=str(pk))
    events = Event.objects.filter(wanted).select_related("actor__person").order_by("-id")[:SHOWN]
    return [Line(event.created_at, _what(event), _who(event, hidden)) for event in events]


def _label(subject: Model) -> str:
    return subject._meta.concrete_model._meta.label  # type: ignore[union-attr]


def _what(event: Event) -> str:
    words = VERBS.get(event.verb, "Autre changement")
    decision = event.data.get("decision")
    if decision:
        own = outcome_of(event.data.get("kind", ""), decision)
        words += f" : {own or _DECISIONS.get(decision, decision)}"
    return words


def _who(event: Event, hidden: int | None) -> str:
    """Staff and members by their first name; the platform when nobody acted."""
    if event.actor is None:
        return WITHOUT_ACCOUNT.get(event.verb, "la plateforme")
    return event.actor.person.first_name if event.actor.person_id != hidden else "la personne"
