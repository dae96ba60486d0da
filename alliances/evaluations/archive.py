"""Evaluations in the archive of their alliance: who answered, the answers of those that were revealed, the proofs."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from . import axes, board


def _write(folder: Folder, alliance: Alliance, reader: User) -> None:
    """What a sealed evaluation holds is in no archive, its own party's neither."""
    rounds = list(alliance.evaluations.order_by("opened_at", "pk"))
    folder.table(
        "evaluations",
        "Évaluations",
        ("Évaluation", "État", "Ouverte le", "Répondre avant le", "Depuis le", "Raison"),
        [
            (row.label, row.get_state_display(), row.opened_at, row.due_on, row.state_changed_at, row.reason)
            for row in rounds
        ],
    )
    folder.table(
        "qui a repondu",
        "Qui a répondu",
        ("Évaluation", "Partie", "État", "Le"),
        [
            (row.label, one.party.name, "a répondu" if one.is_sent else "n’a pas répondu", one.sent_at)
            for row in rounds
            for one in board.answers_of(row)
        ],
    )
    for row in rounds:
        row.alliance = alliance
        found = board.gaps(row)
        if found:
            folder.table(f"reponses {row.label}", f"Réponses : {row.label}", *board.csv_of(row, found))
    folder.table(
        "preuves",
        "Preuves par axe",
        ("Axe", "Ce qui change", "Preuve", "Tient encore"),
        [
            (axis.label, proof.row.statement, proof.words, "oui" if proof.holds else "non")
            for axis, proofs in axes.claimed(alliance)
            for proof in proofs
        ],
    )


def register() -> None:
    parts.register("evaluations", Part("Évaluations", _write, order=55))
