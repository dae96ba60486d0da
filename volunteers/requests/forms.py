"""The question « Vous venez… », the same in « Je veux agir » and when one applies."""

from typing import Any

from django import forms

from jeveuxagir.accounts.models import AgeMarks, Person
from jeveuxagir.common.errors import RuleBroken
from organisations.models import Organisation

from .enums import GroupKind
from .groups import ALONE, MOST_PLACES, NAME_AT_MOST, Group, speaks_for

ALONE_OR_WITH = [
    ("", "Seul ou seule"),
    (GroupKind.FAMILY, "En famille"),
    (GroupKind.ASSOCIATION, "Avec mon association"),
    (GroupKind.COMPANY, "Avec des collègues de mon entreprise"),
    (GroupKind.OTHER, "Avec des collègues d’un service public"),
]
#: where each refusal of a group is shown
_FIELDS = {
    "group_of_one": "places",
    "group_too_big": "places",
    "group_children": "under_16",
    "group_name": "group_name",
    "group_organisation": "group_organisation",
    "not_member": "group_organisation",
}


class GroupFields(forms.Form):
    """Mixin: whom one comes with, and how many. `person` is who is signed in, if anybody."""

    group_kind = forms.ChoiceField(
        label="Vous venez…", choices=ALONE_OR_WITH, required=False, widget=forms.RadioSelect
    )
    places = forms.IntegerField(
        label="Combien serez-vous en tout ?",
        help_text=f"Comptez-vous aussi. De 2 à {MOST_PLACES} personnes, ensemble sur un même créneau.",
        required=False,
        min_value=0,
        max_value=9999,
        error_messages={"max_value": f"Un groupe compte {MOST_PLACES} personnes au plus."},
    )
    under_16 = forms.IntegerField(
        label="Dont combien de moins de 16 ans ?",
        help_text="Seulement le nombre. Elles viennent avec vous, aux missions ouvertes dès 16 ans.",
        required=False,
        min_value=0,
        max_value=9999,
    )
    group_name = forms.CharField(
        label="Nom de l’association, de l’entreprise ou du service", max_length=NAME_AT_MOST, required=False
    )

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        mine = speaks_for(person) if person is not None else Organisation.objects.none()
        if person is not None and mine.exists():
            self.fields["group_organisation"] = forms.ModelChoiceField(
                label="Au nom de quelle organisation ?",
                queryset=mine,
                required=False,
                empty_label="Une autre : écrivez son nom",
            )

    def group(self) -> Group:
        """What was typed; what concerns a group is not read of somebody alone."""
        typed = self.cleaned_data
        kind = typed.get("group_kind", "")
        if not kind:
            return ALONE
        family = kind == GroupKind.FAMILY
        return Group(
            kind=kind,
            places=typed.get("places") or 0,
            under_16=(typed.get("under_16") or 0) if family else 0,
            name="" if family else typed.get("group_name", ""),
            organisation=None if family else typed.get("group_organisation"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("group_kind") and not {"places", "under_16"} & set(self.errors):
            if cleaned.get("places") is None:
                self.add_error("places", "Dites combien vous serez en tout.")
                return cleaned
            try:
                self.group().check(self.filer())
            except RuleBroken as refusal:
                self.add_error(_FIELDS.get(refusal.code, "group_kind"), refusal.message)
        return cleaned

    def filer(self) -> AgeMarks:
        """Whose age counts; somebody unknown is taken for an adult until the service knows better."""
        return self.person or Person()


def initial_of_group(group: Group) -> dict[str, Any]:
    """What the fields show when a group is edited."""
    if not group.kind:
        return {}
    return {
        "group_kind": group.kind,
        "places": group.places,
        "under_16": group.under_16 or None,
        "group_name": "" if group.organisation else group.name,
        "group_organisation": group.organisation,
    }
