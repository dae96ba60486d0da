"""The tracker's filters, a pledge, its news and its end, and what national staff note of a measure."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import NonceMixin
from jeveuxagir.common.clock import today
from jeveuxagir.common.text import plural
from jeveuxagir.ui.facets import SeveralField, SeveralMixin, by_key
from organisations.models import Organisation

from .directory import Wanted
from .enums import PUBLIC, Dimension, Status
from .models import Measure, after, month_of
from .services import EvidenceData

#: in an address, the status that nobody sourced
UNKNOWN = "non-renseigne"
STATUSES = {(status.value or UNKNOWN): status for status in Status}
HORIZONS = (3, 6, 9, 12, 18)


def horizon_words(months: int) -> str:
    """« 9 mois (mars 2021) »."""
    return f"{plural(months, 'mois', 'mois')} ({month_of(after(months))})"


class TrackerForm(SeveralMixin, forms.Form):
    """Each filter of several values; a wrong one is said in French and left out."""

    dimension = SeveralField(
        lambda: {one.value: one for one in Dimension},
        label="Dimension",
        wrong="Nous ne connaissons pas cette dimension.",
    )
    horizon = SeveralField(
        lambda: {str(months): months for months in HORIZONS},
        label="Échéance, depuis juin 2020",
        wrong="Nous ne connaissons pas cette échéance.",
    )
    statut = SeveralField(
        lambda: STATUSES, label="Avancement", wrong="Nous ne connaissons pas cet avancement."
    )

    def wanted(self) -> Wanted:
        asked = getattr(self, "cleaned_data", {})
        return Wanted(*(tuple(asked.get(name, ())) for name in ("dimension", "horizon", "statut")))

    @staticmethod
    def words(name: str, term: Any) -> str:
        return horizon_words(term) if name == "horizon" else str(term.label).capitalize()

    def chosen(self) -> list[tuple[str, str, str]]:
        """[(filter, value, words)] of what is asked."""
        return [
            (name, value, self.words(name, term))
            for name, field in self.fields.items()
            if isinstance(field, SeveralField)
            for value, term in field.known.items()
            if term in self.cleaned_data.get(name, ())
        ]


class PledgesForm(SeveralMixin, forms.Form):
    """The filters of « Qui fait quoi »: by measure, by how far it is."""

    mesure = SeveralField(
        by_key(lambda: Measure.objects.order_by("number")),
        label="Mesure",
        wrong="Nous ne connaissons pas cette mesure.",
    )
    etat = SeveralField(
        lambda: {one.value: one for one in PUBLIC},
        label="Où il en est",
        wrong="Nous ne connaissons pas cet état.",
    )


class PledgeForm(NonceMixin, forms.Form):
    """Asked of whoever handles several organisations: which."""

    organisation = forms.ChoiceField(label="Au nom de", widget=forms.RadioSelect)
    what = forms.CharField(
        label="Ce que vous ferez, en une phrase",
        max_length=200,
        help_text="Un fait que l’on pourra vérifier. Exemple : former vingt élus du département aux alliances.",
        error_messages={"required": "Dites ce que vous ferez."},
    )
    until = forms.DateField(
        label="Jusqu’à quand ?",
        help_text="Passé cette date, nous vous demanderons une fois des nouvelles.",
        error_messages={"required": "Donnez une date."},
    )

    def __init__(self, *args: Any, organisations: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in organisations}
        field: Any = self.fields["organisation"]
        field.choices = [(key, one.name) for key, one in self.organisations.items()]
        field.initial = next(iter(self.organisations), None)

    @property
    def chosen(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]


class EditForm(PledgeForm):
    """Whose pledge it is does not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["organisation"]


class NewsForm(forms.Form):
    news = forms.CharField(
        label="Où en êtes-vous ?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Deux phrases : ce qui est fait, ce qui reste. Tout le monde les lira, avec la date.",
        error_messages={"required": "Dites où vous en êtes."},
    )


KEPT, ABANDONED = "tenu", "abandonne"


class CloseForm(forms.Form):
    end = forms.ChoiceField(
        label="Cet engagement est",
        choices=[(KEPT, "tenu"), (ABANDONED, "abandonné")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites s’il est tenu ou abandonné."},
    )
    outcome = forms.CharField(
        label="Un mot de ce qui s’est passé",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce qui est fait, ou pourquoi cela s’arrête. Tout le monde le lira.",
        error_messages={"required": "Dites un mot de ce qui s’est passé."},
    )


class EvidenceForm(forms.Form):
    """What national staff note of a measure."""

    on = forms.DateField(
        label="Date de la source",
        help_text="Le jour où la source l’a dit.",
        error_messages={"required": "Donnez la date de la source."},
    )
    text = forms.CharField(
        label="Ce que dit la source",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites ce qui s’est passé."},
    )
    source = forms.CharField(
        label="Source",
        max_length=200,
        help_text="Le nom du document ou de l’organisme.",
        error_messages={"required": "Sans source, rien ne s’affiche : dites laquelle."},
    )
    link = forms.URLField(label="Adresse de la source", required=False, max_length=300, assume_scheme="https")
    status = forms.ChoiceField(
        label="Avancement que dit la source",
        required=False,
        choices=[("", "Elle n’en dit rien"), *((s.value, s.label) for s in Status if s.value)],
        help_text="Il remplace l’avancement affiché si cette source est la plus récente.",
    )

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(
                "Donnez l’adresse d’une page, qui commence par https://.", code="scheme"
            )
        return link

    def clean_on(self) -> datetime.date:
        on: datetime.date = self.cleaned_data["on"]
        if on > today():
            raise forms.ValidationError("La date de la source est dans l’avenir.", code="future")
        return on

    def data_typed(self) -> EvidenceData:
        return EvidenceData(
            **{name: self.cleaned_data[name] for name in ("on", "text", "source", "link", "status")}
        )


class WithdrawForm(forms.Form):
    because = forms.CharField(
        label="Pourquoi la retirer ?",
        max_length=500,
        error_messages={"required": "Dites pourquoi cette preuve est retirée."},
    )
