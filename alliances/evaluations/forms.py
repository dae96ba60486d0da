"""Opening an evaluation, answering it, abandoning it; what proves an axis."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from alliances.governance.models import Decision
from alliances.indicators.enums import Axis
from alliances.indicators.models import Value
from alliances.models import Alliance

from . import axes
from .enums import ASKED, SCALE, Question
from .models import Round


def _prose(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


class RoundForm(forms.Form):
    label = forms.CharField(
        label="Nom de l’évaluation",
        max_length=120,
        help_text="Exemple : « Bilan de la première année ».",
        error_messages={"required": "Donnez un nom à cette évaluation."},
    )
    due_on = forms.DateField(
        label="Répondre avant le",
        widget=forms.DateInput,
        help_text="Deux ou trois semaines suffisent. Passé cette date, on rappelle ; on peut encore répondre.",
        error_messages={"required": "Dites jusqu’à quand on répond."},
    )


class AnswerForm(forms.Form):
    """A number and a sentence for each question. Nothing is required of a draft (`whole=False`)."""

    capacity = forms.CharField(
        label="Vous répondez en qualité de",
        max_length=120,
        help_text="Exemples : présidente, directeur, maire, citoyenne.",
        error_messages={"required": "Dites en quelle qualité vous répondez."},
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, whole: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question, asked in ASKED.items():
            about = asked.title.lower()
            self.fields[f"{question}_score"] = forms.TypedChoiceField(
                label=f"Votre note sur {about}",
                choices=[(number, f"{number} – {words}") for number, words in SCALE.items()],
                coerce=int,
                empty_value=None,
                required=whole,
                widget=forms.RadioSelect,
                error_messages={
                    "required": f"Donnez une note sur {about}.",
                    "invalid_choice": f"Sur {about}, la note va de 1 à 5.",
                },
            )
            self.fields[f"{question}_sentence"] = forms.CharField(
                label="En une phrase, pourquoi",
                max_length=600,
                required=whole,
                widget=_prose(),
                error_messages={"required": f"Dites en une phrase pourquoi cette note sur {about}."},
            )
        self.fields["capacity"].required = whole

    def questions(self) -> list[tuple[str, str, BoundField, BoundField]]:
        """(title, question, its score, its sentence)."""
        return [
            (asked.title, asked.ask, self[f"{question}_score"], self[f"{question}_sentence"])
            for question, asked in ASKED.items()
        ]

    @property
    def said(self) -> Mapping[str, tuple[int | None, str]]:
        data = self.cleaned_data
        return {
            question.value: (data.get(f"{question}_score"), data.get(f"{question}_sentence", ""))
            for question in Question
        }


class AbandonForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi arrêter",
        max_length=1000,
        widget=_prose(3),
        help_text="Les parties le lisent.",
        error_messages={"required": "Dites pourquoi vous arrêtez : les parties le liront."},
    )


class EvidenceForm(forms.Form):
    """`proof` is one of what the alliance already holds, by kind and number; or a link is written."""

    axis = forms.ChoiceField(
        label="Sur quel axe ?",
        choices=[
            (Axis.INNOVATION, "Innovation : nous faisons ce qui ne se faisait pas"),
            (Axis.PERFORMANCE, "Performance : nous faisons mieux, ou plus, avec autant"),
            (Axis.TRUST, "Confiance : nous travaillons ensemble comme jamais"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un axe."},
    )
    statement = forms.CharField(
        label="Ce qui change",
        max_length=300,
        help_text="Une phrase. Exemple : « Trois fois plus d’enfants, avec les mêmes lieux ».",
        error_messages={"required": "Dites ce qui change."},
    )
    proof = forms.ChoiceField(
        label="Ce qui le prouve, dans l’alliance",
        required=False,
        help_text="Une valeur confirmée, une décision adoptée ou une évaluation révélée. Sinon, donnez un lien.",
        error_messages={"invalid_choice": "Cette preuve n’est plus dans la liste : choisissez-en une autre."},
    )
    link = forms.URLField(
        label="Ou un lien que tout le monde peut ouvrir",
        max_length=300,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Écrivez un lien entier. Exemple : https://exemple.fr/article."},
    )

    def __init__(self, *args: Any, alliance: Alliance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._found: dict[str, Value | Decision | Round] = {}
        groups = []
        for title, kind, found in (
            ("Valeurs confirmées", "value", axes.values_to_choose(alliance)),
            (
                "Décisions adoptées",
                "decision",
                [(row, row.title) for row in axes.decisions_to_choose(alliance)],
            ),
            (
                "Évaluations révélées",
                "evaluation",
                [(row, row.label) for row in axes.rounds_to_choose(alliance)],
            ),
        ):
            rows = [(f"{kind}-{row.pk}", row, words) for row, words in found]
            self._found |= {key: row for key, row, _ in rows}
            if rows:
                groups.append((title, [(key, words) for key, _, words in rows]))
        field: Any = self.fields["proof"]
        field.choices = [("", "Aucune"), *groups]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("proof")) == bool(cleaned.get("link")):
            self.add_error("proof", axes.ONE_PROOF if cleaned.get("proof") else axes.NO_PROOF)
        return cleaned

    @property
    def evidence(self) -> dict[str, Any]:
        """What `services.prove` takes."""
        data = self.cleaned_data
        key = data["proof"]
        given = {key.partition("-")[0]: self._found[key]} if key else {"link": data["link"]}
        return {"axis": data["axis"], "statement": data["statement"], **given}
