"""Looking for events, registering, writing one, and what its organisation does with it."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from alliances.models import Alliance
from jeveuxagir.accounts.bots import BotCheck
from jeveuxagir.accounts.forms import EmailField, FirstNameField, NonceMixin
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.findable import filters
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.ui.facets import SeveralField, SeveralMixin
from organisations.models import Organisation

from . import repeating
from .directory import RADIUS_KM, Wanted
from .enums import WAYS, How, Kind, Mode, Rhythm
from .models import MOST_PLACES, Event
from .services import EventData, Repeat

MOST_WORDS = 100
#: what people write is never shorter than a word that says something
TITLE_AT_LEAST, DESCRIPTION_AT_LEAST = 8, 40
VERSION_AT_MOST = 2**31 - 1


def web_address(value: str) -> str:
    """A page of the web, and nothing else."""
    if value and not value.startswith(("https://", "http://")):
        raise ValidationError("Donnez l’adresse d’une page, qui commence par https://.", code="scheme")
    return value


def _prose(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


# --- looking for one --------------------------------------------------------------------------------------------


class ListForm(SeveralMixin, forms.Form):
    """The list's filters. A wrong value is said in French and left out; the others still apply."""

    q = forms.CharField(
        label="Quoi", max_length=MOST_WORDS, required=False, help_text="Exemple : atelier vélo"
    )
    lieu = CommuneField(label="Où", required=False)
    sorte = SeveralField(
        lambda: {kind.value: kind for kind in Kind},
        label="Sorte d’événement",
        wrong="Nous ne connaissons pas cette sorte d’événement.",
    )
    mode = SeveralField(
        lambda: {how.value: how for how in How},
        label="Sur place ou en ligne",
        wrong="Choisissez « sur place » ou « en ligne ».",
    )
    domaine = filters.domains()
    odd = filters.sdgs()
    departement = filters.departments()
    quand = forms.ChoiceField(required=False, choices=[("passes", "Passés")], widget=forms.HiddenInput)
    replay = forms.ChoiceField(required=False, choices=[("on", "À revoir")], widget=forms.HiddenInput)
    vue = forms.ChoiceField(required=False, choices=[("carte", "Carte")], widget=forms.HiddenInput)

    def clean_q(self) -> str:
        return clean(self.cleaned_data["q"])

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first when bound."""
        asked = getattr(self, "cleaned_data", {})
        return Wanted(
            text=asked.get("q", ""),
            commune=asked.get("lieu"),
            kinds=tuple(asked.get("sorte", ())),
            ways=tuple(asked.get("mode", ())),
            departments=asked.get("departement", ()),
            domains=asked.get("domaine", ()),
            sdgs=asked.get("odd", ()),
            past=bool(asked.get("quand")),
            replay=bool(asked.get("replay")),
        )

    @property
    def on_map(self) -> bool:
        return bool(getattr(self, "cleaned_data", {}).get("vue"))

    def chosen(self) -> list[tuple[str, str, str]]:
        """(name, value, words) of each value in use."""
        asked = getattr(self, "cleaned_data", {})
        found = []
        if asked.get("q"):
            found.append(("q", asked["q"], f"«{NBSP}{asked['q']}{NBSP}»"))
        if asked.get("lieu"):
            where = f"À {RADIUS_KM}{NBSP}km {asked['lieu'].of_name}, ou en ligne"
            found.append(("lieu", "", where))
        if asked.get("replay"):
            found.append(("replay", "on", "À revoir en ligne"))
        return found + self.in_use()


def described(wanted: Wanted) -> str:
    """A search in words, for the name of a feed."""
    parts = [str(Kind(kind).label) for kind in wanted.kinds]
    parts += [str(How(way).label) for way in wanted.ways]
    if wanted.text:
        parts.append(f"« {wanted.text} »")
    if wanted.commune:
        parts.append(f"autour {wanted.commune.of_name} ou en ligne")
    parts += [department.name for department in wanted.departments]
    parts += [domain.name for domain in wanted.domains]
    parts += [f"ODD {sdg}" for sdg in wanted.sdgs]
    return ", ".join(parts) or "tous"


# --- registering ------------------------------------------------------------------------------------------------


class RegisterForm(NonceMixin, forms.Form):
    """How one attends, and a word to the organisation."""

    how = forms.ChoiceField(
        label="Comment venez-vous ?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Dites comment vous venez.",
            "invalid_choice": "Choisissez l’une des réponses.",
        },
    )
    message = forms.CharField(
        label="Un mot pour l’organisation",
        max_length=1000,
        required=False,
        widget=_prose(3),
        help_text="Une question, ce que vous attendez. N’écrivez rien sur votre santé.",
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        how: Any = self.fields["how"]
        how.choices = [(way.value, self._label(event, way)) for way in event.ways]
        if len(event.ways) == 1:
            how.widget, how.initial, how.required = forms.HiddenInput(), event.ways[0].value, False
            self.only = event.ways[0].value
        else:
            self.only = ""

    @staticmethod
    def _label(event: Event, way: How) -> str:
        label = str(way.label).capitalize()
        return label if event.has_room(way) else f"{label} (complet : liste d’attente)"

    def clean_how(self) -> str:
        return self.only or str(self.cleaned_data["how"])


class StrangerRegisterForm(BotCheck, RegisterForm):
    """The same without an account."""

    first_name = FirstNameField()
    last_name = forms.CharField(
        label="Nom", max_length=80, required=False, help_text="L’organisation n’en voit que l’initiale."
    )
    email = EmailField(
        help_text="Nous vous écrivons pour confirmer votre place, puis la veille de l’événement."
    )

    field_order = ["how", "first_name", "last_name", "email", "message"]


# --- writing one ------------------------------------------------------------------------------------------------


class EventForm(NonceMixin, forms.Form):
    """One page: what, when, where, for how many."""

    kind = forms.ChoiceField(
        label="Sorte d’événement", choices=[(kind.value, kind.label.capitalize()) for kind in Kind]
    )
    title = forms.CharField(
        label="Titre",
        max_length=160,
        min_length=TITLE_AT_LEAST,
        help_text=f"Exemple{NBSP}: «{NBSP}Réparer son vélo{NBSP}: premier atelier{NBSP}».",
        error_messages={"required": "Donnez un titre à votre événement."},
    )
    description = forms.CharField(
        label="Présentation",
        max_length=8000,
        min_length=DESCRIPTION_AT_LEAST,
        widget=_prose(8),
        help_text=f"Pour qui, ce qu’on y fait, ce qu’on en rapporte. Au moins {DESCRIPTION_AT_LEAST} caractères.",
        error_messages={"required": "Présentez votre événement."},
    )
    day = forms.DateField(label="Quel jour", error_messages={"required": "Choisissez un jour."})
    start = forms.TimeField(label="Il commence à", error_messages={"required": "Choisissez une heure."})
    end = forms.TimeField(label="Il finit à", error_messages={"required": "Choisissez une heure de fin."})
    last_day = forms.DateField(
        label="Dernier jour", required=False, help_text="Seulement s’il dure plusieurs jours."
    )
    mode = forms.ChoiceField(
        label="Il a lieu",
        choices=[(mode.value, mode.label.capitalize()) for mode in Mode],
        widget=forms.RadioSelect,
        initial=Mode.ON_SITE,
    )
    commune = CommuneField(
        label="Commune",
        required=False,
        help_text="Nécessaire s’il a lieu sur place. Son nom ou son code postal.",
    )
    place = forms.CharField(
        label="Lieu",
        max_length=200,
        required=False,
        help_text="Nécessaire s’il a lieu sur place. Exemple : Maison des associations, 3 rue des Halles.",
    )
    capacity = forms.IntegerField(
        label="Nombre de places sur place",
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        help_text="Laissez vide s’il n’y a pas de limite.",
    )
    online_url = forms.URLField(
        label="Lien pour suivre en ligne",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="Donné aux seules personnes inscrites. Vous pouvez l’ajouter plus tard.",
    )
    online_capacity = forms.IntegerField(
        label="Nombre de places en ligne",
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        help_text="Laissez vide s’il n’y a pas de limite.",
    )
    practical = forms.CharField(
        label="Informations pratiques",
        max_length=2000,
        required=False,
        widget=_prose(3),
        help_text="Accès, transports, accessibilité du lieu, ce qu’il faut apporter.",
    )
    domain = forms.ModelChoiceField(
        Domain.objects.none(), label="Domaine", required=False, empty_label="Aucun en particulier"
    )
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.none(),
        label="Objectifs de développement durable",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Seulement ceux qui comptent vraiment ici.",
    )
    alliance = forms.ModelChoiceField(
        Alliance.objects.none(),
        label="Alliance",
        required=False,
        empty_label="Aucune",
        help_text="L’événement se voit alors aussi sur la page de l’alliance.",
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=VERSION_AT_MOST
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains: Any = self.fields["domain"]
        domains.queryset = Domain.objects.active()
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")
        alliances: Any = self.fields["alliance"]
        alliances.queryset = Alliance.objects.of_organisation(organisation).order_by("name")
        if not alliances.queryset.exists():
            del self.fields["alliance"]

    def clean_online_url(self) -> str:
        return web_address(self.cleaned_data["online_url"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        ways = WAYS.get(cleaned.get("mode", ""), ())
        if How.ON_SITE in ways:
            if not cleaned.get("commune") and "commune" not in self.errors:
                self.add_error("commune", "Dites dans quelle commune l’événement a lieu.")
            if not clean(cleaned.get("place") or "") and "place" not in self.errors:
                self.add_error(
                    "place", "Dites où se retrouver : une salle, une adresse, un point de rendez-vous."
                )
        day, last_day = cleaned.get("day"), cleaned.get("last_day")
        if day and last_day and last_day < day:
            self.add_error("last_day", "Le dernier jour est avant le premier.")
        return cleaned

    def data_typed(self) -> EventData:
        typed = self.cleaned_data
        names = (
            *(
                "title",
                "kind",
                "description",
                "practical",
                "day",
                "start",
                "end",
                "last_day",
                "mode",
                "place",
            ),
            *("commune", "online_url", "capacity", "online_capacity", "domain"),
        )
        return EventData(
            **{name: typed[name] for name in names},
            sdgs=list(typed["sdgs"]),
            alliance=typed.get("alliance"),
        )

    @staticmethod
    def initial_of(event: Event) -> dict[str, Any]:
        start, end = event.local_start, event.local_end
        several = (end.date() - start.date()).days > 1 or (
            end.date() > start.date() and end.time() > datetime.time(12)
        )
        names = (
            *(
                "title",
                "kind",
                "description",
                "practical",
                "mode",
                "place",
                "commune",
                "online_url",
                "capacity",
            ),
            *("online_capacity", "domain", "alliance", "version"),
        )
        return {name: getattr(event, name) for name in names} | {
            "day": start.date(),
            "start": start.time(),
            "end": end.time(),
            "last_day": end.date() if several else None,
            "sdgs": list(event.sdgs.all()),
        }


class NewEventForm(EventForm):
    """A new one may repeat."""

    rhythm = forms.ChoiceField(
        label="Il se répète",
        choices=[("", "Non, une seule date"), *[(one.value, one.label.capitalize()) for one in Rhythm]],
        required=False,
        help_text="Chaque date est un événement à part, avec ses places et ses inscriptions.",
    )
    count = forms.IntegerField(
        label="Nombre de dates",
        required=False,
        min_value=repeating.FEWEST,
        max_value=repeating.MOST,
        help_text=f"Avec la première. De {repeating.FEWEST} à {repeating.MOST}.",
    )

    field_order = [
        *(
            "kind",
            "title",
            "description",
            "day",
            "start",
            "end",
            "last_day",
            "rhythm",
            "count",
            "mode",
            "commune",
        ),
        *("place", "capacity", "online_url", "online_capacity", "practical", "domain", "sdgs", "alliance"),
    ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("rhythm") and not cleaned.get("count") and "count" not in self.errors:
            self.add_error("count", "Dites combien de dates, la première comprise.")
        return cleaned

    @property
    def repeat(self) -> Repeat | None:
        rhythm = self.cleaned_data.get("rhythm")
        return Repeat(rhythm, self.cleaned_data["count"]) if rhythm else None


class EditEventForm(EventForm):
    """Of a series, the later dates may change too: drafts whole but their day, what is published its words alone."""

    following = forms.BooleanField(
        label="Changer aussi les dates suivantes de la série (sauf le jour)", required=False
    )

    def __init__(
        self, *args: Any, has_following: bool = False, is_published: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not has_following:
            del self.fields["following"]
        elif is_published:
            words = self.fields["following"]
            words.label = "Reprendre ces mots dans les dates suivantes de la série"
            words.help_text = (
                "Titre, sorte, présentation, informations pratiques ; ni l’heure, ni le lieu, ni les places."
            )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi annuler ?",
        max_length=2000,
        widget=_prose(3),
        help_text="Les personnes inscrites le liront dans leur message.",
        error_messages={"required": "Dites pourquoi : les personnes inscrites le liront."},
    )
    following = forms.BooleanField(label="Annuler aussi les dates suivantes de la série", required=False)

    def __init__(self, *args: Any, has_following: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_following:
            del self.fields["following"]


class FollowUpForm(forms.Form):
    replay_url = forms.URLField(
        label="Lien pour revoir l’événement",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="L’adresse de l’enregistrement, là où vous l’avez déposé.",
    )
    report = forms.CharField(
        label="Compte rendu",
        required=False,
        max_length=12000,
        widget=_prose(10),
        help_text="Ce qui s’est dit, ce qu’on retient, la suite. Tout le monde peut le lire.",
    )

    def clean_replay_url(self) -> str:
        return web_address(self.cleaned_data["replay_url"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned.get("replay_url") or clean(cleaned.get("report", ""))):
            raise ValidationError("Donnez un lien pour revoir l’événement, ou un compte rendu.", code="empty")
        return cleaned


class NoteForm(NonceMixin, forms.Form):
    text = forms.CharField(
        label="Votre message",
        max_length=4000,
        widget=_prose(5),
        help_text="Chaque personne inscrite ou sur la liste d’attente le reçoit, sans voir les autres.",
        error_messages={"required": "Écrivez votre message."},
    )
