"""What a decision of the brigade does to an organisation, and what the case's page shows of it."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import Handler, register

from . import policies, services
from .enums import HOSTING_KINDS, Kind
from .models import Membership, Organisation


def _subject(item: ModerationItem) -> Organisation:
    return Organisation.objects.select_related("commune__department").get(pk=item.subject_id)


def accept(item: ModerationItem, actor: User | None) -> None:
    if item.cause == ModerationItem.Cause.EDIT:
        services.apply_edit(_subject(item), actor=actor, diff=item.diff)
    else:
        services.validate(_subject(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if item.cause == ModerationItem.Cause.EDIT:
        services.refuse_edit(_subject(item), actor=actor, reason=item.reason, ask=True)
    else:
        services.ask_correction(_subject(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if item.cause == ModerationItem.Cause.EDIT:
        services.refuse_edit(_subject(item), actor=actor, reason=item.reason)
    else:
        services.refuse(_subject(item), actor=actor, reason=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    organisation = _subject(item)
    owners = Membership.objects.owners().filter(organisation=organisation).select_related("person")
    return {
        "facts": [
            *facts_of(organisation),
            ("Responsables", ", ".join(owner.person.full_name for owner in owners) or "personne"),
        ],
        "texts": [("Présentation", organisation.description)],
        "warnings": _warnings(organisation, [owner.person.email for owner in owners]),
        "links": [("Voir la page publique", organisation.get_absolute_url())]
        if organisation.is_verified
        else [],
    }


def facts_of(organisation: Organisation) -> list[tuple[str, Any]]:
    """Everything short that staff read about an organisation."""
    return [
        ("Type", organisation.get_kind_display() + (" (recherche)" if organisation.is_research else "")),
        ("État", organisation.get_state_display()),
        ("RNA", organisation.rna),
        ("SIREN", organisation.siren),
        ("SIRET", organisation.siret),
        ("Niveau de preuve", organisation.get_proof_level_display()),
        ("Accueille des bénévoles", "oui" if organisation.may_host else "non"),
        ("Adresse", organisation.street),
        ("Commune", organisation.commune.label if organisation.commune else ""),
        ("Site internet", organisation.website),
        ("Adresse électronique", organisation.email),
        ("Téléphone", organisation.phone),
    ]


def _warnings(organisation: Organisation, emails: list[str]) -> list[str]:
    warnings = []
    if not (organisation.rna or organisation.siren):
        warnings.append("Aucun numéro n’a été donné : l’existence de l’organisation n’est pas prouvée.")
    if organisation.kind == Kind.OTHER and not organisation.may_host:
        warnings.append("Type « autre » : décidez aussi si elle peut accueillir des bénévoles.")
    if organisation.kind == Kind.COMPANY:
        warnings.append("Une entreprise n’accueille jamais de bénévoles.")
    same_name = Organisation.objects.filter(name__iexact=organisation.name).exclude(pk=organisation.pk)
    if same_name.exists():
        warnings.append("Une autre organisation porte exactement ce nom.")
    if organisation.kind in HOSTING_KINDS and not emails:
        warnings.append("Personne n’en est responsable ici.")
    return warnings


def plug_in() -> None:
    register(
        ModerationItem.Kind.ORGANISATION,
        Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            url=lambda item: _subject(item).space_url,
            conflict=lambda item, actor: policies.conflict(actor, _subject(item)),
        ),
    )
