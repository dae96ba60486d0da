"""Why a request found nothing, said to its person: one sentence for each gate, and what they can widen."""

from collections.abc import Mapping

#: Gate → (what stands in the way, after « Des missions existent, mais … », and what may be widened).
WORDS: dict[str, tuple[str, str]] = {
    "organisation_verified": (
        "leurs organisations ne sont pas encore vérifiées",
        "Choisissez une distance plus grande pour en atteindre d’autres.",
    ),
    "organisation_answers": (
        "leurs organisations ont déjà beaucoup de candidatures sans réponse",
        "Choisissez une distance plus grande ou d’autres domaines.",
    ),
    "not_yet_known": (
        "vous avez déjà répondu à celles qui conviennent",
        "Choisissez une distance plus grande ou d’autres domaines.",
    ),
    "proposal_load": (
        "elles sont déjà proposées à assez de personnes pour leurs places libres",
        "Choisissez une distance plus grande ou d’autres domaines.",
    ),
    "mode": (
        "elles ne se font pas de la façon choisie, sur place ou à distance",
        "Acceptez les deux pour en recevoir davantage.",
    ),
    "one_wish": (
        "aucune ne touche les domaines ou savoir-faire choisis",
        "Choisissez d’autres domaines, ou « Peu importe ».",
    ),
    "distance": (
        "elles sont plus loin que le rayon choisi",
        "Choisissez une distance plus grande, ou acceptez aussi les missions à distance.",
    ),
    "places": (
        "elles n’ont plus assez de places libres",
        "Choisissez une distance plus grande ou d’autres moments.",
    ),
    "group_date": (
        "leurs horaires sont à convenir, ce qui n’est pas possible pour un groupe",
        "Choisissez une distance plus grande ou d’autres domaines.",
    ),
    "dates": ("elles ont lieu à d’autres moments", "Ajoutez des moments ou des dates possibles."),
    "age": (
        "elles demandent d’être plus âgé",
        "Choisissez une distance plus grande ou d’autres domaines : certaines sont ouvertes dès 16 ans.",
    ),
}
NOTHING_OPEN = (
    "Aucune mission n’est ouverte dans le rayon choisi. "
    "Choisissez une distance plus grande, ou acceptez aussi les missions à distance."
)


def reason(blocked: Mapping[str, int]) -> str:
    """The sentences for what most often stood in the way, of `blocked`: gate → missions."""
    if not blocked:
        return NOTHING_OPEN
    code = max(sorted(blocked), key=lambda gate: blocked[gate])
    if code not in WORDS:  # stored by another version of the engine
        return "Des missions existent, mais aucune ne convient. Élargissez vos choix pour en recevoir."
    why, widen = WORDS[code]
    return (
        f"Des missions existent, mais {why}. {widen}".replace(" :", "\u00a0:")
        .replace("« ", "«\u00a0")
        .replace(" »", "\u00a0»")
    )
