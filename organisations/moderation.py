"""What a decision of the brigade does to an organisation, and what the case's page shows of it."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.phones import phone_in_words
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import Handler, register

from . import free_mail, joining, policies, services, verification
from .enums import HOSTING_KINDS, Checked, Kind
from .models import JoinRequest, Membership, Organisation


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
        ("Registre", registry_fact(organisation)),
        ("Accueille des bénévoles", "oui" if organisation.may_host else "non"),
        ("Adresse", organisation.street),
        ("Commune", organisation.commune.label if organisation.commune else ""),
        ("Site internet", organisation.website),
        ("Adresse électronique", organisation.email),
        ("Téléphone", phone_in_words(organisation.phone)),
    ]


def registry_fact(organisation: Organisation) -> str:
    """What the registry said last, and when."""
    said = verification.latest(organisation)
    if said is None:
        return "pas encore consulté" if organisation.check_due_at else ""
    seen = " · ".join(filter(None, [said.seen_name, said.seen_street, said.seen_place]))
    sentence = f"{said.get_outcome_display()}, le {said.checked_at:%d/%m/%Y} ({said.get_source_display()})"
    return f"{sentence}{NBSP}: {seen}" if seen else sentence


def registry_warning(organisation: Organisation) -> str:
    """What of it must be looked at before deciding."""
    said = verification.latest(organisation)
    if said is None:
        return ""
    day = f"{said.checked_at:%d/%m/%Y}"
    match said.outcome:
        case Checked.CLOSED:
            since = f" depuis le {said.closed_on:%d/%m/%Y}" if said.closed_on else ""
            return f"D’après le registre, consulté le {day}, cette organisation est fermée{since}."
        case Checked.OTHER_NAME:
            percent = round(100 * verification.likeness(said.seen_name, organisation.name))
            return f"Le registre donne un autre nom{NBSP}: « {said.seen_name} » (ressemblance{NBSP}: {percent}{NBSP}%)."
        case Checked.UNKNOWN:
            return f"Le registre ne connaît pas le numéro {said.number} (consulté le {day})."
        case Checked.UNAVAILABLE | Checked.NONSENSE:
            return f"Registre injoignable le {day}{NBSP}: le numéro n’est vérifié que dans sa forme. Nous réessayons."
    return ""


def _warnings(organisation: Organisation, emails: list[str]) -> list[str]:
    warnings = []
    if not (organisation.rna or organisation.siren):
        warnings.append("Aucun numéro n’a été donné : l’existence de l’organisation n’est pas prouvée.")
    if registry := registry_warning(organisation):
        warnings.append(registry)
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


# --- claims: somebody asks to be responsible ------------------------------------------------------------------


def _accept_claim(item: ModerationItem, actor: User | None) -> None:
    joining.accept_claim(joining.claim_of(item), actor=actor)


def _decline_claim(item: ModerationItem, actor: User | None) -> None:
    joining.decline_claim(joining.claim_of(item), actor=actor, reason=item.reason)


def _describe_claim(item: ModerationItem) -> dict[str, Any]:
    claim = JoinRequest.objects.filter(pk=item.subject_id).select_related(
        "organisation__commune__department", "person"
    )
    found = claim.first()
    if found is None:  # the person erased their account
        return {"warnings": ["Cette personne a effacé son compte."]}
    organisation, person = found.organisation, found.person
    warnings = []
    given = bool(found.number)
    right = given and found.number in (organisation.rna, organisation.siren, organisation.siret)
    if given and not right:
        warnings.append("Le numéro donné n’est pas celui de l’organisation.")
    others = organisation.join_requests.waiting().exclude(pk=found.pk).count()
    if others:
        warnings.append(
            "Une autre personne demande aussi à en être responsable."
            if others == 1
            else f"{others} autres personnes demandent aussi à en être responsables."
        )
    if registry := registry_warning(organisation):
        warnings.append(registry)
    return {
        "facts": [
            ("Qui demande", person.full_name),
            ("Son adresse électronique", person.email),
            ("Adresse du même domaine", "oui" if _same_domain(person.email, organisation) else "non"),
            ("Numéro donné", found.number and f"{found.number} ({'le bon' if right else 'un autre'})"),
            ("Organisation", organisation.name),
            *facts_of(organisation),
        ],
        "texts": [
            ("Son message", found.message),
            ("Présentation de l’organisation", organisation.description),
        ],
        "warnings": warnings,
        "links": [("Voir la page publique", organisation.get_absolute_url())]
        if organisation.is_verified
        else [],
    }


def _same_domain(email: str, organisation: Organisation) -> bool:
    """Whether the person writes from the organisation's own domain, as its page gives it."""
    mine = email.rpartition("@")[2].lower()
    site = organisation.website.partition("://")[2].partition("/")[0].lower().removeprefix("www.")
    theirs = {organisation.email.rpartition("@")[2].lower(), site} - {""}
    return mine in theirs and not free_mail.is_free(mine)


def _claim_conflict(item: ModerationItem, actor: User) -> str:
    claim = JoinRequest.objects.filter(pk=item.subject_id).select_related("organisation").first()
    if claim is None:
        return ""
    if claim.person_id == actor.person_id:
        return "C’est votre propre demande : une autre personne de la brigade doit décider."
    return policies.conflict(actor, claim.organisation)


# --- checks: an organisation to look at, that nothing closes by itself ------------------------------------------


def _followed_up(item: ModerationItem, actor: User | None) -> None:
    record("organisation.followed_up", _subject(item), actor=actor, cause=item.cause)


def _describe_check(item: ModerationItem) -> dict[str, Any]:
    described = describe(item)
    if item.cause == ModerationItem.Cause.NO_OWNER:
        described["warnings"] = [
            "Plus personne n’en est responsable : ses missions restent en ligne. Invitez quelqu’un depuis sa fiche, ou "
            "fermez-la.",
            *(warning for warning in described["warnings"] if "responsable" not in warning),
        ]
    return described


def plug_in() -> None:
    register(
        ModerationItem.Kind.CLAIM,
        Handler(
            accept=_accept_claim,
            ask=_decline_claim,
            refuse=_decline_claim,
            describe=_describe_claim,
            conflict=_claim_conflict,
        ),
    )
    register(
        ModerationItem.Kind.CHECK,
        Handler(
            accept=_followed_up,
            ask=_followed_up,
            refuse=_followed_up,
            describe=_describe_check,
            outcomes={"accept": "suivi terminé", "ask": "suivi terminé", "refuse": "classée sans suite"},
            conflict=lambda item, actor: policies.conflict(actor, _subject(item)),
        ),
    )
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
