"""Where an application stands, to the person who sent it: what happens next, who does it, by when."""

from datetime import timedelta

from jeveuxagir.common.clock import PARIS, now
from jeveuxagir.common.text import plural
from missions.words import day

from . import services, silence
from .enums import State
from .models import Participation

#: what somebody wrote may already end its sentence
_ENDS = (".", "!", "?", "…")


def what_next(participation: Participation) -> str:
    """One or two sentences. Reads the mission's organisation and the slot."""
    who = participation.mission.organisation.name
    if participation.is_paused:
        return (
            "En pause\u00a0: la brigade vérifie cette mission ou son organisation. Ne vous déplacez pas sans nouvelle "
            "de notre part."
        )
    if participation.as_team and (words := _of_team(participation, who)):
        return words
    match participation.state:
        case State.TO_CONFIRM:
            return (
                "Nous écrivons d’abord à votre parent ou tuteur. Votre candidature part dès que ce message est "
                "envoyé ; elle ne tient pas encore de place."
            )
        case State.APPLIED:
            return _awaited(participation, who)
        case State.IN_TALK:
            return f"{who} souhaite échanger avec vous avant de répondre. Votre place est gardée."
        case State.ACCEPTED:
            if services.has_begun(participation):
                return f"C’est oui. {who} dira si vous êtes venu ou venue."
            return f"C’est oui. {who} vous attend. Si vous ne pouvez plus venir, dites-le ici : la place servira."
        case State.DECLINED:
            return f"{who} ne peut pas vous accueillir\u00a0: {participation.get_decline_reason_display()}."
        case State.CANCELLED:
            why = f"\u00a0: {participation.cancel_reason}" if participation.cancel_reason else ""
            return f"Cette candidature est annulée{why}{'' if why.endswith(_ENDS) else '.'}"
        case State.ABSENT:
            return f"{who} a noté votre absence. Si c’est une erreur, écrivez-lui."
    return "Merci d’avoir participé\u00a0!"


def _of_team(participation: Participation, who: str) -> str:
    """Where it differs from one person's: many come together."""
    match participation.state:
        case State.IN_TALK:
            return f"{who} souhaite échanger avec vous avant de répondre. Vos places sont gardées."
        case State.ACCEPTED if services.has_begun(participation):
            return f"C’est oui. {who} dira combien de personnes sont venues."
        case State.ACCEPTED:
            return f"C’est oui. {who} attend votre équipe. Si le nombre change ou si vous ne venez plus, dites-le ici."
        case State.DECLINED:
            why = participation.get_decline_reason_display()
            return f"{who} ne peut pas accueillir votre équipe\u00a0: {why}."
        case State.ABSENT:
            return f"{who} a noté que l’équipe n’est pas venue. Si c’est une erreur, écrivez-lui."
        case State.REALISED:
            came = plural(participation.came or 0, "personne est venue", "personnes sont venues")
            return f"{came[0].upper()}{came[1:]}. Merci\u00a0!"
    return ""


def _awaited(participation: Participation, who: str) -> str:
    sent = participation.applied_at or participation.created_at
    due = sent + timedelta(days=services.ANSWER_DAYS)
    if due > now():
        return f"{who} a jusqu’au {day(due.astimezone(PARIS).date())} pour vous répondre. Vous recevrez un message."
    last = day((sent + timedelta(days=silence.RELEASED_AFTER_DAYS)).astimezone(PARIS).date())
    return (
        f"{who} tarde à répondre. Votre place est gardée jusqu’au {last} ; sans réponse, elle est rendue et nous vous "
        "montrons d’autres missions. Vous pouvez aussi annuler dès maintenant."
    )
