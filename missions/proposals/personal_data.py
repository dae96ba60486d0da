"""What proposals hold about a person: exported with their data, erased with their request."""

from typing import Any

from django.db.models import QuerySet

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import MatchRun, Proposal


def _proposals(person: Person) -> "QuerySet[Proposal]":
    return Proposal.objects.of_person(person).select_related("mission")


def _export(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposée le": proposal.proposed_at,
        "mission": proposal.mission.title,
        "état": proposal.get_state_display(),
        "raisons": [reason["text"] for reason in proposal.reasons],
        "réserve": proposal.reservation["text"] if proposal.reservation else "",
        "raison du refus": proposal.get_decline_reason_display(),
        "précision": proposal.decline_note,
    }


def _runs(person: Person) -> "QuerySet[MatchRun]":
    return MatchRun.objects.filter(request__person=person)


def _export_run(run: MatchRun) -> dict[str, Any]:
    return {"le": run.created_at, "version du moteur": run.engine_version, "données": run.inputs}


def register() -> None:
    personal_data.register(
        "proposals.Proposal",
        PersonalData(
            model="proposals.Proposal",
            label="Propositions de missions",
            kept="Effacés avec la demande d’engagement.",
            rows=_proposals,
            export=_export,
            erase=lambda person: _proposals(person).delete() and None,
            person_fields=("proposed_by",),
            fields=("decline_note",),
        ),
    )
    personal_data.register(
        "proposals.MatchRun",
        PersonalData(
            model="proposals.MatchRun",
            label="Calculs de rapprochement",
            kept="Effacés avec la demande d’engagement.",
            rows=_runs,
            export=_export_run,
            erase=lambda person: _runs(person).delete() and None,
            person_fields=(),
        ),
    )
