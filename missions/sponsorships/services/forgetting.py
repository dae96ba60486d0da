"""What erasure and retention take out of conventions and days (personal_data.py says when)."""

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.db import transaction
from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.locks import lock_all
from missions.sponsorships.enums import SOMEBODY, ConventionState, Side
from missions.sponsorships.models import Convention, DayEntry


def erase_old(rows: Any) -> None:
    """Six years after the end (personal_data.py), the one thing that deletes what was validated and signed."""
    with pgtrigger.ignore(
        "sponsorships.DayEntry:a_validated_day_stays", "sponsorships.Convention:signed_paper_is_kept"
    ):
        rows.delete()


def forget_names(conventions: Sequence[Convention]) -> None:
    """A year after the end: who came, who signed and what was noted are taken out; terms, days and hashes stay."""
    for convention in conventions:
        convention.employee = convention.company_by = convention.association_by = None
        convention.employee_name = SOMEBODY
        convention.company_signatory = SOMEBODY if convention.company_at else ""
        convention.association_signatory = SOMEBODY if convention.association_at else ""
        convention.summary = ""
        convention.document = b""
        convention.salt = ""
        convention.forgotten_at = now()
        convention.save()
    DayEntry.objects.filter(convention__in=conventions).update(note="")


@transaction.atomic
def forget_person(person: Person) -> None:
    """Erasure: this person is taken out of the conventions that name them; the others stay in."""
    DayEntry.objects.filter(convention__employee=person).update(note="")
    named = Q(employee=person) | Q(company_by__person=person) | Q(association_by__person=person)
    for convention in lock_all(Convention.objects.filter(named)):
        if convention.employee_id == person.pk:
            convention.employee, convention.employee_name, convention.salt = None, SOMEBODY, ""
            if convention.state == ConventionState.PROPOSED:
                # nobody signs that « une personne » comes
                convention.state, convention.state_changed_at = ConventionState.DROPPED, now()
                record("sponsorship.convention_dropped", convention.sponsorship, number=convention.number)
        for side in Side:
            signed = getattr(convention, f"{side}_by")
            if signed is not None and signed.person_id == person.pk:
                setattr(convention, f"{side}_by", None)
                setattr(convention, f"{side}_signatory", SOMEBODY)
        convention.document = b""
        convention.save()
    Convention.objects.filter(proposed_by__person=person).update(proposed_by=None)
    Convention.objects.filter(ethics_by__person=person).update(ethics_by=None)
