"""The category of a partnership, found by three questions (the 4 categories of the founding report)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    key: str
    text: str
    help: str
    choices: tuple[tuple[str, str], ...]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "return",
        "Qu’attend en retour celui qui apporte ?",
        "Un remerciement n’est pas une contrepartie.",
        (
            ("nothing", "Rien : il donne de l’argent, des biens ou du temps"),
            ("better", "Mieux faire son propre métier (achats, recrutement, environnement)"),
            ("income", "Une activité où chacun trouve son compte"),
            ("answer", "Une réponse que personne n’a encore"),
        ),
    ),
    Question(
        "product",
        "Que produisez-vous ensemble ?",
        "Choisissez ce qui est le plus proche.",
        (
            ("support", "Un coup de pouce à une action qui existe déjà"),
            ("practice", "Une façon de faire qui change chez l’un des partenaires"),
            ("offer", "Un produit ou un service que quelqu’un achète"),
            ("experiment", "Un essai, à petite échelle, pour apprendre"),
        ),
    ),
    Question(
        "risk",
        "Si cela ne marche pas, qui y perd ?",
        "Le risque partagé distingue les partenariats entre eux.",
        (
            ("giver", "Seulement celui qui a donné"),
            ("changer", "Celui qui a changé sa façon de faire"),
            ("all", "Tous, car chacun y a mis de l’argent"),
            ("learners", "Personne vraiment : on aura appris quelque chose"),
        ),
    ),
)

_MEANS = {
    "nothing": "mecenat",
    "support": "mecenat",
    "giver": "mecenat",
    "better": "pratiques-responsables",
    "practice": "pratiques-responsables",
    "changer": "pratiques-responsables",
    "income": "cooperation-economique",
    "offer": "cooperation-economique",
    "all": "cooperation-economique",
    "answer": "rd-societale",
    "experiment": "rd-societale",
    "learners": "rd-societale",
}


def category_of(answers: dict[str, str]) -> str:
    """The code that most answers mean; when all three differ, what is produced decides. Raises KeyError."""
    means = {question.key: _MEANS[answers[question.key]] for question in QUESTIONS}
    codes = list(means.values())
    best = max(codes, key=codes.count)
    return best if codes.count(best) > 1 else means["product"]
