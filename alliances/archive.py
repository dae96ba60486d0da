"""The alliance itself in its archive: what it is, its parties, its journey, the missions that it carries."""

from jeveuxagir.accounts.models import User

from .enums import Condition
from .exports import Folder, Part, parts
from .journey import STEPS
from .models import Alliance, Party


def _alliance(folder: Folder, alliance: Alliance, reader: User) -> None:
    places = alliance.places.select_related("commune", "epci", "department", "region").order_by("pk")
    facts = [
        ("Étape", alliance.get_stage_display()),
        ("Activité", alliance.get_activity_display()),
        ("Page publique", alliance.get_publication_display()),
        ("Où", ", ".join(place.label for place in places) or alliance.department.label),
        ("Domaine", alliance.domain.name if alliance.domain else ""),
        ("Objectifs de développement durable", ", ".join(map(str, alliance.sdgs.all()))),
        ("Forme du partenariat", alliance.category.name if alliance.category else ""),
        ("Commence le", alliance.starts_on),
        ("Finit le", alliance.ends_on),
        ("Règle de décision", alliance.get_rule_display()),
        ("Rythme", f"tous les {alliance.cadence_days} jours" if alliance.cadence_days else ""),
        ("À évaluer le", alliance.evaluate_on),
        ("Née de", alliance.origin.name if alliance.origin else ""),
        ("Conditions déclarées réunies", ", ".join(str(Condition(one).label) for one in alliance.declared)),
        ("Commencée le", alliance.created_at),
    ]
    folder.text(alliance.name, alliance.purpose, facts)
    for title, text in (
        ("L’intérêt que chacun y trouve", alliance.shared_interest),
        ("Dérogation demandée", alliance.derogation),
        ("Ce qui a été atteint", alliance.reached),
        ("Ce qui a été appris", alliance.learned),
        ("Ce qui continue", alliance.what_next),
    ):
        if text:
            folder.text(title, text)
    folder.table(
        "etapes",
        "Étapes du parcours",
        ("Étape", "État", "Note", "Le"),
        [
            (STEPS[row.key].title, row.get_state_display(), row.note, row.at)
            for row in alliance.steps.order_by("at", "pk")
            if row.key in STEPS
        ],
    )
    guided = list(alliance.guided_steps.order_by("pk"))
    if guided:
        folder.table(
            "methodes",
            "Méthodes suivies",
            ("Méthode", "Sous l’étape", "À faire", "Faite le"),
            [
                (row.source, STEPS[row.key].title if row.key in STEPS else "", row.title, row.done_at)
                for row in guided
            ],
        )
    folder.table(
        "missions",
        "Missions de bénévolat",
        ("Mission", "Organisation", "Ajoutée le"),
        [
            (row.mission.title, row.mission.organisation.name, row.added_at)
            for row in alliance.carried.select_related("mission__organisation").order_by("pk")
        ],
    )


def _parties(folder: Folder, alliance: Alliance, reader: User) -> None:
    rows = alliance.parties.select_related("signatory", "replaced_by").order_by("joined_at", "pk")
    header = ("Partie", "Monde", "Rôles", "Apporte", "Fonctions", "Compétences", "Signe", "En qualité de")
    folder.table(
        "parties",
        "Parties",
        (*header, "Depuis le", "Jusqu’au", "Raison du départ", "Remplacée par"),
        [
            (
                party.name,
                party.get_college_display(),
                _roles(party),
                party.brings,
                ", ".join(map(str, party.functions.all())),
                ", ".join(map(str, party.skills.all())),
                party.signatory.full_name if party.signatory else "",
                party.capacity,
                party.joined_at,
                party.left_at,
                party.leave_reason,
                party.replaced_by.name if party.replaced_by else "",
            )
            for party in rows.prefetch_related("functions", "skills")
        ],
    )
    for party in rows:
        if party.mandate:
            facts = [
                ("À partir du", party.mandate_from),
                ("Jusqu’au", party.mandate_until),
                ("En quoi il est indépendant", party.independence),
            ]
            folder.text(f"Mandat du tiers de confiance : {party.name}", party.mandate, facts)


def _roles(party: Party) -> str:
    said = {
        "anime": party.is_animator,
        "facilite": party.is_facilitator,
        "tiers de confiance": party.is_trusted_third,
        "finance": party.is_funder,
    }
    return ", ".join(word for word, held in said.items() if held)


def register() -> None:
    parts.register("alliance", Part("L’alliance", _alliance, order=10))
    parts.register("parties", Part("Parties", _parties, order=20))
