"""Kinds, states, roles of organisations, and who may move from what to what."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Kind(TextChoices):
    ASSOCIATION = "association", "association"
    FOUNDATION = "foundation", "fondation"
    COMPANY = "company", "entreprise"
    LOCAL_AUTHORITY = "local_authority", "collectivité"
    STATE_SERVICE = "state_service", "service de l’État"
    PUBLIC_BODY = "public_body", "établissement public"
    OTHER = "other", "autre"


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de validation"
    VALIDATED = "validated", "validée"
    REFUSED = "refused", "refusée"
    SUSPENDED = "suspended", "suspendue"
    CLOSED = "closed", "fermée"


class ProofLevel(TextChoices):
    DECLARED = "declared", "déclarée"
    FORM_CHECKED = "form_checked", "numéro vérifié dans sa forme"
    REGISTRY = "registry", "vérifiée dans un registre"
    PERSON = "person", "vérifiée par une personne"


class MemberRole(TextChoices):
    OWNER = "owner", "responsable"
    MANAGER = "manager", "gestionnaire"
    READER = "reader", "lecteur"


class JoinState(TextChoices):
    WAITING = "waiting", "en attente"
    ACCEPTED = "accepted", "acceptée"
    DECLINED = "declined", "refusée"
    WITHDRAWN = "withdrawn", "retirée"
    EXPIRED = "expired", "sans réponse"


class Source(TextChoices):
    RNA = "rna", "répertoire des associations"
    SIRENE = "sirene", "répertoire des entreprises"


class Checked(TextChoices):
    """What came of asking a registry."""

    MATCH = "match", "numéro actif, nom concordant"
    OTHER_NAME = "other_name", "numéro actif, mais à un autre nom"
    CLOSED = "closed", "fermée dans le registre"
    UNKNOWN = "unknown", "numéro inconnu du registre"
    UNAVAILABLE = "unavailable", "registre injoignable"
    NONSENSE = "nonsense", "réponse illisible du registre"


#: The kinds that may host volunteers without a decision of staff; a company never does.
HOSTING_KINDS = frozenset(
    {Kind.ASSOCIATION, Kind.FOUNDATION, Kind.LOCAL_AUTHORITY, Kind.STATE_SERVICE, Kind.PUBLIC_BODY}
)

#: public employers: their agents are lent within the legal experiment only
PUBLIC_EMPLOYERS = frozenset({Kind.LOCAL_AUTHORITY, Kind.STATE_SERVICE, Kind.PUBLIC_BODY})
#: who has people whose time it may give
EMPLOYERS = frozenset({Kind.COMPANY, *PUBLIC_EMPLOYERS})

TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT, State.REFUSED], State.PENDING),
        "ask_correction": ([State.PENDING], State.DRAFT),
        "validate": ([State.PENDING], State.VALIDATED),
        "refuse": ([State.PENDING], State.REFUSED),
        "suspend": ([State.VALIDATED], State.SUSPENDED),
        "lift": ([State.SUSPENDED], State.VALIDATED),
        "close": ([State.DRAFT, State.PENDING, State.VALIDATED, State.SUSPENDED], State.CLOSED),
    }
)
