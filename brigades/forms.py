"""What the brigade writes: decisions, notes, reasons, proposals, invitations."""

from typing import Any

from django import forms

from jeveuxagir.accounts.forms import EmailField
from jeveuxagir.accounts.models import User
from jeveuxagir.moderation import absences
from jeveuxagir.moderation.models import ModerationItem
from missions.feeds.services import MAX_REASON

from . import answers, scopes

Decision = ModerationItem.Decision

DECISIONS = [
    (Decision.ACCEPT.value, "Accepter"),
    (Decision.ASK.value, "Demander une correction"),
    (Decision.REFUSE.value, "Refuser"),
]


class DecisionForm(forms.Form):
    #: who reads the reason, in the sentences of this form
    reader = "l’organisation"

    decision = forms.ChoiceField(
        label="Votre décision",
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    reason = forms.CharField(
        label="Raison",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Obligatoire pour une correction ou un refus : l’organisation la lira.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, item: ModerationItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = self.fields["reason"].help_text.replace(
            "l’organisation", self.reader
        )
        if item.kind == ModerationItem.Kind.ATTACHMENT:  # nothing to correct: yes or no
            field: Any = self.fields["decision"]
            field.choices = [choice for choice in DECISIONS if choice[0] != Decision.ASK]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("decision") in (Decision.ASK, Decision.REFUSE)
            and not (cleaned.get("reason") or "").strip()
        ):
            self.add_error("reason", f"Donnez la raison de cette décision : {self.reader} la lira.")
        return cleaned


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note entre agents",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="L’organisation ne la voit pas.",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Raison",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="L’organisation la lira.",
    )


class ClosingsForm(forms.Form):
    """Why the closings that a feed's run holds are done, or not."""

    reason = forms.CharField(
        label="Raison de votre décision",
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Lue par vos collègues, et par le contact du partenaire si vous gardez les missions.",
        error_messages={"required": "Donnez la raison de votre décision."},
    )


BULK_VERBS = [("take", "Prendre"), ("release", "Libérer"), *DECISIONS]


class BulkForm(forms.Form):
    """Several items, one decision. `items` are « id:version »; `tous` stands for the whole list as filtered."""

    decision = forms.ChoiceField(
        label="Décision",
        error_messages={"required": "Choisissez une décision."},
    )
    reason = forms.CharField(label="Raison", required=False, max_length=2000)

    def __init__(self, *args: Any, verbs: list[tuple[str, str]] = BULK_VERBS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decision: Any = self.fields["decision"]
        decision.choices = [("", "Choisir…"), *verbs]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        wanted = cleaned.get("decision")
        if wanted in (Decision.ASK, Decision.REFUSE) and not str(cleaned.get("reason") or "").strip():
            self.add_error(
                "reason", "Donnez la raison de cette décision : les personnes concernées la liront."
            )
        return cleaned


class SaveFilterForm(forms.Form):
    """Keep a list's filters under a name."""

    name = forms.CharField(label="Nom du filtre", max_length=60)
    department = forms.ChoiceField(label="Partager avec", required=False)
    is_default = forms.BooleanField(label="L’ouvrir d’abord quand j’arrive sur cette liste", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(row.code, f"La brigade : {row.label}") for row in scopes.departments(user)]
        field: Any = self.fields["department"]
        field.choices = [("", "Personne, pour moi seulement"), *offered]


class AnswerForm(forms.Form):
    """A text that the brigade often writes."""

    kind = forms.ChoiceField(
        label="Pour",
        required=False,
        choices=[("", "Tous les dossiers"), *((k.value, k.label.capitalize()) for k in ModerationItem.Kind)],
    )
    decision = forms.ChoiceField(
        label="Décision", choices=[(value, label) for value, label in DECISIONS if value != Decision.ACCEPT]
    )
    title = forms.CharField(label="Titre", max_length=80, help_text="Pour le retrouver dans la liste.")
    text = forms.CharField(label="Texte", max_length=2000, widget=forms.Textarea(attrs={"rows": "8"}))
    department = forms.ChoiceField(label="Qui s’en sert", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        offered = [(row.code, row.label) for row in answers.writable_departments(user)]
        everybody = [("", "Toutes les brigades")] if answers.can_write(user, None) else []
        field.choices = [*everybody, *offered]
        field.required = not everybody
        words = ", ".join(f"{{{word}}} ({meaning})" for word, meaning in answers.WORDS.items())
        self.fields["text"].help_text = f"Mots remplacés quand on l’insère : {words}."


class AbsenceForm(forms.Form):
    """When a member is away, and who decides meanwhile."""

    starts_on = forms.DateField(label="Du", widget=forms.DateInput)
    ends_on = forms.DateField(label="Au", widget=forms.DateInput)
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label="Qui vous remplace",
        required=False,
        empty_label="Personne",
        help_text="Vos dossiers seront dans ses « miennes » pendant ce temps. Un message le lui dit.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["deputy"]
        field.queryset = absences.colleagues(user)
        field.label_from_instance = lambda one: one.person.full_name


class FirstOwnerForm(forms.Form):
    email = EmailField(label="Adresse électronique de la personne responsable")
