"""Our words and those of API Engagement, both ways. What each way loses is told in docs/adr/0003."""

from jeveuxagir.common.text import fold

#: Its domains → ours.
DOMAIN_IN: dict[str, str] = {
    "animaux": "animaux",
    "autre": "autre",
    "batiment-industrie-logistique": "autre",
    "benevolat-competences": "competences",
    "communication": "competences",
    "culture-loisirs": "culture",
    "education": "education",
    "emploi": "emploi",
    "environnement": "environnement",
    "gestion-finance-droit": "competences",
    "humanitaire": "cooperation-internationale",
    "memoire-et-citoyennete": "memoire-citoyennete",
    "numerique": "numerique",
    "prevention-protection": "prevention-protection",
    "recherche": "autre",
    "sante": "sante",
    "service-public-defense-securite": "prevention-protection",
    "solidarite-insertion": "solidarite-insertion",
    "sport": "sport",
    "vivre-ensemble": "solidarite-insertion",
}

#: Our domains → its.
DOMAIN_OUT: dict[str, str] = {
    "animaux": "animaux",
    "autre": "autre",
    "competences": "benevolat-competences",
    "cooperation-internationale": "humanitaire",
    "culture": "culture-loisirs",
    "education": "education",
    "emploi": "emploi",
    "environnement": "environnement",
    "memoire-citoyennete": "memoire-et-citoyennete",
    "numerique": "numerique",
    "prevention-protection": "prevention-protection",
    "sante": "sante",
    "solidarite-insertion": "solidarite-insertion",
    "sport": "sport",
}

#: Its activities: slug → label. Feeds hold either; it stores the label.
ACTIVITY_LABELS: dict[str, str] = {
    "accueil-de-public": "Accueil de public",
    "activites-manuelles": "Activités manuelles",
    "aide-psychologique": "Aide psychologique",
    "alphabetisation": "Alphabétisation",
    "animation": "Animation",
    "animation-valorisation": "Animation, Valorisation",
    "art": "Art",
    "autre": "Autre",
    "bricolage": "Bricolage",
    "collecte": "Collecte",
    "collecte-de-produits": "Collecte de produits",
    "communication": "Communication",
    "comptabilite-finance": "Comptabilité finance",
    "conseil": "Conseil",
    "distribution": "Distribution",
    "documentation-traduction": "Documentation traduction",
    "ecoute-permanence": "Écoute permanence",
    "encadrement-d-equipes": "Encadrement d'équipes",
    "enseignement-formation": "Enseignement formation",
    "evenementiel": "Evenementiel",
    "gestion-de-projets": "Gestion de projets",
    "gestion-entretien-patrimoine": "Gestion et entretien du patrimoine",
    "gestion-recherche-des-partenariats": "Gestion recherche des partenariats",
    "gestion-ressources-humaines": "Gestion des ressources humaines",
    "informatique": "Informatique",
    "jardinage": "Jardinage",
    "juridique": "Juridique",
    "logistique": "Logistique",
    "lutte-contre-isolement": "Lutte contre l'isolement",
    "maintenance-technique": "Maintenance technique",
    "mediation-information": "Médiation, Information",
    "mentorat-parrainage": "Mentorat parrainage",
    "mission-internationale": "Mission internationale",
    "operations-militaires": "Opérations militaires",
    "preservation-patrimoine": "Préservation, Patrimoine",
    "prevention-sensibilisation": "Prévention, Sensibilisation",
    "ramassage-dechets": "Ramassage de déchets",
    "recrutement": "Recrutement",
    "responsabilites-associatives": "Responsabilités associatives",
    "restauration-hotellerie": "Restauration, hôtellerie",
    "sante-soins": "Santé soins",
    "sciences-humaines-social": "Sciences humaines et social",
    "secourisme": "Secourisme",
    "secours-aide": "Secours, Aide",
    "sensibilisation": "Prévention, Sensibilisation",
    "soins-animaux": "Soins aux animaux",
    "soutien-accompagnement": "Soutien, Accompagnement",
    "soutien-scolaire": "Soutien scolaire",
    "sport": "Sport",
    "taches-administratives": "Tâches administratives",
    "transmission-pedagogie": "Transmission, Pédagogie",
    "vie-citoyenne": "Vie citoyenne",
    "visites": "Visites",
}

#: Its activities → ours.
ACTIVITY_IN: dict[str, str] = {
    "accueil-de-public": "accueil-information",
    "activites-manuelles": "travaux-manuels",
    "aide-psychologique": "ecoute",
    "alphabetisation": "alphabetisation-fle",
    "animation": "animation-loisirs",
    "animation-valorisation": "animation-loisirs",
    "art": "art",
    "autre": "autre",
    "bricolage": "travaux-manuels",
    "collecte": "collecte-fonds",
    "collecte-de-produits": "collecte-produits",
    "communication": "communication",
    "comptabilite-finance": "comptabilite-finance",
    "conseil": "conseil",
    "distribution": "distribution",
    "documentation-traduction": "traduction",
    "ecoute-permanence": "ecoute",
    "encadrement-d-equipes": "encadrement",
    "enseignement-formation": "formation",
    "evenementiel": "evenementiel",
    "gestion-de-projets": "gestion-projets",
    "gestion-entretien-patrimoine": "patrimoine",
    "gestion-recherche-des-partenariats": "partenariats",
    "gestion-ressources-humaines": "ressources-humaines",
    "informatique": "informatique",
    "jardinage": "jardinage",
    "juridique": "droit",
    "logistique": "logistique",
    "lutte-contre-isolement": "lutte-isolement",
    "maintenance-technique": "travaux-manuels",
    "mediation-information": "mediation-culturelle",
    "mentorat-parrainage": "mentorat",
    "mission-internationale": "mission-internationale",
    "operations-militaires": "autre",
    "preservation-patrimoine": "patrimoine",
    "prevention-sensibilisation": "sensibilisation",
    "ramassage-dechets": "ramassage-dechets",
    "recrutement": "ressources-humaines",
    "responsabilites-associatives": "gouvernance",
    "restauration-hotellerie": "cuisine",
    "sante-soins": "medical",
    "sciences-humaines-social": "autre",
    "secourisme": "secourisme",
    "secours-aide": "secourisme",
    "sensibilisation": "sensibilisation",
    "soins-animaux": "soins-animaux",
    "soutien-accompagnement": "services-personne",
    "soutien-scolaire": "soutien-scolaire",
    "sport": "activites-sportives",
    "taches-administratives": "gestion-administrative",
    "transmission-pedagogie": "formation",
    "vie-citoyenne": "vie-citoyenne",
    "visites": "visites",
}

#: Our activities → its.
ACTIVITY_OUT: dict[str, str] = {
    "accueil-information": "accueil-de-public",
    "activites-sportives": "sport",
    "alphabetisation-fle": "alphabetisation",
    "animation-loisirs": "animation",
    "art": "art",
    "autre": "autre",
    "collecte-fonds": "collecte",
    "collecte-produits": "collecte-de-produits",
    "communication": "communication",
    "comptabilite-finance": "comptabilite-finance",
    "conseil": "conseil",
    "cuisine": "restauration-hotellerie",
    "demarches-administratives": "soutien-accompagnement",
    "dialogue-interculturel": "mediation-information",
    "distribution": "distribution",
    "droit": "juridique",
    "ecoute": "ecoute-permanence",
    "encadrement": "encadrement-d-equipes",
    "espaces-naturels": "jardinage",
    "evenementiel": "evenementiel",
    "formation": "enseignement-formation",
    "gestion-administrative": "taches-administratives",
    "gestion-projets": "gestion-de-projets",
    "gouvernance": "responsabilites-associatives",
    "informatique": "informatique",
    "jardinage": "jardinage",
    "logistique": "logistique",
    "lutte-isolement": "lutte-contre-isolement",
    "maraude": "secours-aide",
    "mediation-culturelle": "mediation-information",
    "medical": "sante-soins",
    "mentorat": "mentorat-parrainage",
    "mission-internationale": "mission-internationale",
    "mobilite": "soutien-accompagnement",
    "partenariats": "gestion-recherche-des-partenariats",
    "patrimoine": "preservation-patrimoine",
    "ramassage-dechets": "ramassage-dechets",
    "ressources-humaines": "gestion-ressources-humaines",
    "secourisme": "secourisme",
    "sensibilisation": "prevention-sensibilisation",
    "services-personne": "soutien-accompagnement",
    "soins-animaux": "soins-animaux",
    "soutien-scolaire": "soutien-scolaire",
    "traduction": "documentation-traduction",
    "travaux-manuels": "bricolage",
    "vie-citoyenne": "vie-citoyenne",
    "visites": "visites",
}


def _key(value: str) -> str:
    return fold(value).replace(" ", "-")


# What feeds also write: labels, and slugs of older versions.
_DOMAIN_KEYS = {
    **{_key(value): value for value in DOMAIN_IN},
    "memoire-citoyennete": "memoire-et-citoyennete",
}
_ACTIVITY_KEYS = {
    **{_key(label): slug for slug, label in reversed(ACTIVITY_LABELS.items())},
    **{_key(slug): slug for slug in ACTIVITY_LABELS},
}


def domain_from(value: str) -> str | None:
    """Our domain for a value of theirs, whatever its case and accents; None if unknown (kept as it came)."""
    theirs = _DOMAIN_KEYS.get(_key(value))
    return DOMAIN_IN[theirs] if theirs else None


def activities_from(value: str) -> list[str]:
    """Our activities for slugs or labels of theirs, parted by commas; unknown ones are left out."""
    return read_activities(value)[0]


def read_activities(value: str) -> tuple[list[str], list[str]]:
    """Our activities for slugs or labels of theirs, parted by commas, and the parts that name none.

    Some labels hold a comma ("Secours, Aide"): two neighbours are tried as one before each alone.
    """
    found: list[str] = []
    unknown: list[str] = []
    parts = [part.strip() for part in value.split(",") if _key(part)]
    while parts:
        for length in range(min(len(parts), 2), 0, -1):
            if slug := _ACTIVITY_KEYS.get("-".join(map(_key, parts[:length]))):
                found.append(ACTIVITY_IN[slug])
                break
        else:
            length = 1
            unknown.append(parts[0])
        del parts[:length]
    return list(dict.fromkeys(found)), unknown


def activity_to(code: str) -> str:
    """Their slug for an activity of ours."""
    return ACTIVITY_OUT[code]


def domain_to(code: str) -> str:
    """Their slug for a domain of ours."""
    return DOMAIN_OUT[code]
