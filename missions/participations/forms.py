"""Applying, and answering an application."""

from typing import Any

from django import forms
from django.db.models import Max

from jeveuxagir.accounts.forms import ContactFields, GuardianFields, NonceMixin
from jeveuxagir.accounts.forms import EmailField as AddressField
from jeveuxagir.accounts.models import AgeMarks, Person
from jeveuxagir.common.text import fold, plural
from missions.cards import by_date
from missions.models import Mission, Slot
from missions.words import when_in_words
from organisations.models import Organisation
from volunteers.requests.forms import GroupFields

from .enums import UNCHOSEN, DeclineReason

MESSAGE_AT_MOST = 2000


class SlotField(forms.ModelChoiceField):
    """Radios of the slots with places left; a full one is refused by the service, with others instead."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Slot.objects.none(),
            label="Choisissez un créneau",
            widget=forms.RadioSelect,
            empty_label=None,
            error_messages={
                "required": "Choisissez un créneau.",
                "invalid_choice": "Ce créneau n’est plus proposé. Choisissez-en un autre.",
            },
            **kwargs,
        )

    #: how many come together: a slot without room for all says so
    places = 1

    def label_from_instance(self, slot: Slot) -> str:
        words = when_in_words(slot)
        left = plural(slot.free, "place") if slot.free else "complet"
        if 0 < slot.free < self.places:
            left += f"\u00a0: pas assez pour {self.places}"
        return f"{words[0].upper()}{words[1:]} ({left})"


class ApplyForm(NonceMixin, GroupFields, forms.Form):
    """What a signed-in person sends."""

    slot = SlotField()
    message = forms.CharField(
        label="Votre message à l’organisation",
        required=False,
        max_length=MESSAGE_AT_MOST,
        help_text="Par exemple : ce qui vous plaît dans cette mission, ce que vous savez déjà faire, une question. "
        "Deux phrases suffisent. N’écrivez rien sur votre santé.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    meets = forms.BooleanField(
        label="J’ai lu ce qui est demandé et je peux y répondre",
        error_messages={
            "required": "Lisez ce que demande l’organisation, puis cochez cette case. Une question ? "
            "Cochez et posez-la dans votre message."
        },
    )
    #: the warnings this person has read and goes on with
    warned = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, mission: Mission, slots: list[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not mission.prerequisites:
            del self.fields["meets"]
        field = self.fields["slot"]
        field.places = self._places_typed()  # type: ignore[attr-defined]
        field.queryset = Slot.objects.filter(pk__in=[slot.pk for slot in slots])  # type: ignore[attr-defined]
        field.choices = [(slot.pk, field.label_from_instance(slot)) for slot in by_date(slots)]  # type: ignore[attr-defined]
        if len(slots) == 1:
            field.initial = slots[0].pk

    def _places_typed(self) -> int:
        typed = str(self["places"].value() or "")
        alone = not self["group_kind"].value()
        return int(typed) if not alone and typed.isascii() and typed.isdigit() and len(typed) < 5 else 1

    def remember_warned(self, key: str) -> None:
        """Sent again as it is, the form says that these warnings were read."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]
        typed["warned"] = key
        self.data = typed

    def offer(self, slots: list[Slot]) -> None:
        """Show these slots only: the one that was chosen has filled meanwhile."""
        field = self.fields["slot"]
        field.choices = [(slot.pk, field.label_from_instance(slot)) for slot in by_date(slots)]  # type: ignore[attr-defined]


class BornApplyForm(GuardianFields, ApplyForm):
    """A signed-in person whose age we do not know."""

    field_order = ["slot", "message", "birth_date", "guardian_email"]

    def filer(self) -> AgeMarks:
        known = super().filer()
        return known if known.birth_year else _born(self.cleaned_data.get("birth_date"))


class GuardianApplyForm(ApplyForm):
    """A 16–17-year-old whose guardian was not named yet."""

    guardian_email = AddressField(
        label="Adresse électronique d’un parent ou tuteur",
        help_text="Vous avez moins de 18 ans : nous lui écrivons une fois, puis votre candidature part.",
    )
    field_order = ["slot", "message", "guardian_email"]


class StrangerApplyForm(ContactFields, ApplyForm):
    """Somebody without an account, or not signed in."""

    field_order = ["slot", "message", "first_name", "email", "birth_date", "guardian_email", "phone"]

    def filer(self) -> AgeMarks:
        return _born(self.cleaned_data.get("birth_date"))


def _born(birth_date: Any) -> AgeMarks:
    """The ages of somebody who just typed a birth date."""
    marks = Person()
    if birth_date:
        marks.set_birth_date(birth_date)
    return marks


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Un mot pour l’organisation",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class OrganisationCancelForm(CancelForm):
    reason = forms.CharField(
        label="Dites pourquoi à la personne",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites à la personne pourquoi vous annulez."},
    )


class AnswerForm(forms.Form):
    """A message with a yes, or to start talking."""

    message = forms.CharField(
        label="Votre message à la personne",
        required=False,
        max_length=MESSAGE_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class DeclineForm(AnswerForm):
    reason = forms.ChoiceField(
        label="Pourquoi ?",
        choices=[choice for choice in DeclineReason.choices if choice[0] not in UNCHOSEN],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la raison de ce refus : la personne la lira."},
    )
    field_order = ["reason", "message", "version"]


class ManyAnswersForm(forms.Form):
    """The same answer to many. `{prénom}` and `{mission}` are replaced for each person."""

    message = forms.CharField(
        label="Votre message",
        required=False,
        max_length=MESSAGE_AT_MOST,
        help_text="À adapter. {prénom} et {mission} sont remplacés pour chaque personne.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AcceptManyForm(ManyAnswersForm):
    text = "Bonjour {prénom},\n\nMerci de proposer votre aide. Nous vous attendons pour « {mission} ».\n\nÀ bientôt !"


class DeclineManyForm(ManyAnswersForm):
    text = (
        "Bonjour {prénom},\n\nMerci d’avoir proposé votre aide pour « {mission} ». Nous ne pouvons pas vous "
        "accueillir cette fois.\n\nD’autres missions ont besoin de vous sur Jeveuxagir."
    )
    reason = DeclineForm.base_fields["reason"]
    field_order = ["reason", "message"]


#: an organisation of a large network may have thousands of missions: the list stays one that a person reads
MISSIONS_TO_CHOOSE = 200


class ApplicationFilters(forms.Form):
    """What the list of applications may be narrowed to; a wrong value narrows nothing."""

    mission = forms.ModelChoiceField(
        queryset=Mission.objects.none(), required=False, label="Mission", empty_label="Toutes les missions"
    )
    creneau = forms.ModelChoiceField(
        queryset=Slot.objects.none(), required=False, label="Créneau", empty_label="Tous les créneaux"
    )

    def __init__(self, data: Any, *, organisation: Organisation) -> None:
        super().__init__(data)
        missions = Mission.objects.filter(organisation=organisation, participations__isnull=False).distinct()
        self.fields["mission"].queryset = missions  # type: ignore[attr-defined]
        self.only_mission: Mission | None = self._read("mission")
        self.fields["mission"].choices = self._missions(organisation)  # type: ignore[attr-defined]
        if self.only_mission is None:
            del self.fields["creneau"]
            self.only_slot: Slot | None = None
            return
        field = self.fields["creneau"]
        slots = by_date(
            Slot.objects.filter(mission=self.only_mission, participations__isnull=False).distinct()
        )
        field.queryset = Slot.objects.filter(mission=self.only_mission)  # type: ignore[attr-defined]
        field.choices = [("", "Tous les créneaux"), *((slot.pk, when_in_words(slot)) for slot in slots)]  # type: ignore[attr-defined]
        self.only_slot = self._read("creneau")

    def _missions(self, organisation: Organisation) -> list[tuple[Any, str]]:
        """By title; when they are too many, those of the latest applications, and the chosen one."""
        latest = (
            Mission.objects.filter(organisation=organisation, participations__isnull=False)
            .annotate(latest=Max("participations__pk"))
            .order_by("-latest")
            .values_list("pk", "title")[:MISSIONS_TO_CHOOSE]
        )
        rows = dict(latest)
        if self.only_mission is not None:
            rows[self.only_mission.pk] = self.only_mission.title
        return [("", "Toutes les missions"), *sorted(rows.items(), key=lambda row: (fold(row[1]), row[0]))]

    def _read(self, name: str) -> Any:
        try:
            return self.fields[name].clean(self.data.get(name, ""))
        except forms.ValidationError:
            return None

    def query(self) -> dict[str, int]:
        """What is kept in the addresses of the page."""
        kept = {}
        if self.only_mission is not None:
            kept["mission"] = self.only_mission.pk
        if self.only_slot is not None:
            kept["creneau"] = self.only_slot.pk
        return kept
