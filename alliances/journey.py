"""The guided journey: envie → structurer → animer, five steps a stage at most.

Each step says what to do and why, and leads to a page of the alliance. What helps with it, by its key, comes from the
apps above (helps.py). A step may be skipped: that too is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .enums import Stage


@dataclass(frozen=True)
class JourneyStep:
    key: str
    title: str
    what: str
    why: str
    #: name of the route under the alliance's space where it is done
    route: str


@dataclass(frozen=True)
class JourneyStage:
    stage: Stage
    title: str
    steps: tuple[JourneyStep, ...]


JOURNEY: tuple[JourneyStage, ...] = (
    JourneyStage(
        Stage.EMERGING,
        "Faire naître l’envie",
        (
            JourneyStep(
                "constat",
                "Partager le constat",
                "Écrivez en quelques lignes ce que vous voulez changer, où, et pour qui.",
                "Sans constat partagé, chacun travaille à autre chose sous le même nom.",
                "settings",
            ),
            JourneyStep(
                "tour-de-table",
                "Réunir le tour de table",
                "Regardez quels mondes manquent, et invitez les partenaires proposés.",
                "Associations, entreprises et acteurs publics n’apportent pas la même chose.",
                "composition",
            ),
            JourneyStep(
                "premiere-rencontre",
                "Se rencontrer une première fois",
                "Fixez une date, un ordre du jour court, et écrivez ce qui s’y dit.",
                "La confiance naît d’une rencontre, rarement d’un courriel.",
                "meetings",
            ),
            JourneyStep(
                "categorie",
                "Nommer la forme du partenariat",
                "Répondez à trois questions : la catégorie de partenariat se déduit.",
                "Le même mot pour tous évite les malentendus entre mondes différents.",
                "category",
            ),
        ),
    ),
    JourneyStage(
        Stage.STRUCTURED,
        "Structurer",
        (
            JourneyStep(
                "perimetre",
                "Fixer le périmètre",
                "Précisez le territoire, les dates, et la règle pour décider.",
                "Un cadre écrit tôt évite les désaccords tard.",
                "settings",
            ),
            JourneyStep(
                "roles",
                "Répartir les rôles",
                "Dites pour chaque fonction qui décide, qui fait, qui apporte, qui est informé.",
                "Une fonction que personne ne tient est une promesse que personne ne tiendra.",
                "roles",
            ),
            JourneyStep(
                "charte",
                "Adopter une charte",
                "Partez du modèle, laissez chacun le commenter, puis faites-le adopter.",
                "La charte dit à quoi chacun tient, sans effet juridique propre.",
                "charter",
            ),
            JourneyStep(
                "convention",
                "Écrire la convention",
                "Assemblez les clauses, et regardez l’équilibre des obligations.",
                "Un engagement trop lourd pour une seule partie ne dure pas.",
                "agreement",
            ),
            JourneyStep(
                "moyens",
                "Réunir les moyens",
                "Listez ce que chacun apporte et ce qui reste à financer.",
                "Argent, temps, locaux et matériel se comptent, mais ne s’additionnent pas.",
                "contributions",
            ),
        ),
    ),
    JourneyStage(
        Stage.ANIMATED,
        "Animer dans la durée",
        (
            JourneyStep(
                "rythme",
                "Tenir le rythme",
                "Choisissez tous les combien vous vous retrouvez, et qui anime.",
                "Les alliances meurent de silence plus que de désaccord.",
                "meetings",
            ),
            JourneyStep(
                "actions",
                "Suivre les actions",
                "Donnez à chaque action un responsable, une date et un état honnête.",
                "Une action sans responsable n’est pas une action.",
                "tasks",
            ),
            JourneyStep(
                "indicateurs",
                "Mesurer ensemble",
                "Choisissez peu d’indicateurs, avec une définition que tous acceptent.",
                "Compter la même chose de la même façon, c’est déjà s’accorder.",
                "indicators",
            ),
            JourneyStep(
                "evaluation",
                "Évaluer le partenariat",
                "Chacun répond sans voir les autres, puis vous regardez les écarts.",
                "Ce qui ne se dit pas en réunion se dit mieux par écrit.",
                "evaluations",
            ),
            JourneyStep(
                "transmettre",
                "Transmettre",
                "Racontez ce qui a marché, ce que cela a coûté, et les pièges.",
                "D’autres territoires partiront de votre expérience.",
                "example",
            ),
        ),
    ),
)

STEPS: Mapping[str, JourneyStep] = {step.key: step for stage in JOURNEY for step in stage.steps}
STAGE_OF: Mapping[str, Stage] = {step.key: stage.stage for stage in JOURNEY for step in stage.steps}
