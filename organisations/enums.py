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


#: The kinds that may host volunteers without a decision of staff; a company never does.
HOSTING_KINDS = frozenset(
    {Kind.ASSOCIATION, Kind.FOUNDATION, Kind.LOCAL_AUTHORITY, Kind.STATE_SERVICE, Kind.PUBLIC_BODY}
)

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
