"""The short pages that make an alliance, and what its parties write about it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from jeveuxagir.accounts.forms import EmailField, NonceMixin
from jeveuxagir.accounts.models import Person
from jeveuxagir.findable import filters
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, Sdg, SkillGroup
from jeveuxagir.territories.forms import CommuneField
from jeveuxagir.territories.models import Department, Region
from jeveuxagir.ui.facets import SeveralField, SeveralMixin
from missions.models import Mission
from organisations.models import Organisation

from .category import QUESTIONS
from .directory import Wanted
from .enums import College, Condition, Rule, Section, Stage, StepState
from .models import Party
from .vocabularies import category_field, function_field

RULES = [
    (Rule.CONSENT, "Par consentement : on décide quand personne ne s’oppose"),
    (Rule.MAJORITY, "À la majorité : plus de la moitié des voix exprimées"),
    (Rule.UNANIMITY, "À l’unanimité : tout le monde est d’accord"),
    (Rule.PER_COLLEGE, "Par collège : la majorité dans chaque monde (associations, entreprises, public…)"),
]
CADENCES = [
    ("", "Nous ne savons pas encore"),
    ("14", "Toutes les deux semaines"),
    ("30", "Tous les mois"),
    ("60", "Tous les deux mois"),
    ("90", "Tous les trois mois"),
    ("180", "Tous les six mois"),
]


def _prose(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": str(rows)})


class VersionMixin(forms.Form):
    """What the form was shown for; see services.update."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class PurposeForm(VersionMixin):
    name = forms.CharField(
        label="Nom de l’alliance",
        max_length=160,
        help_text="Court et parlant. Exemple : « Bien manger à Romans ».",
        error_messages={"required": "Donnez un nom à l’alliance."},
    )
    purpose = forms.CharField(
        label="Que voulez-vous changer, et pour qui ?",
        max_length=4000,
        widget=_prose(6),
        help_text="Trois phrases suffisent : le problème, pour qui, et ce que vous voulez faire ensemble.",
        error_messages={"required": "Dites ce que l’alliance veut changer."},
    )


class SpreadForm(NonceMixin, forms.Form):
    """For whom, where, under what name: the rest comes from the alliance it is born from."""

    pour = forms.TypedChoiceField(
        label="Pour quelle organisation",
        coerce=int,
        error_messages={
            "required": "Choisissez une organisation.",
            "invalid_choice": "Choisissez une organisation dont vous êtes responsable.",
        },
    )
    commune = CommuneField(label="Dans quelle commune")
    name = forms.CharField(
        label="Son nom",
        max_length=160,
        help_text="L’alliance d’origine le lira.",
        error_messages={"required": "Donnez un nom à votre alliance."},
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {one.pk: one for one in organisations}
        field: Any = self.fields["pour"]
        field.choices = [(one.pk, one.name) for one in organisations]
        if len(organisations) != 1:
            field.choices = [("", "Choisir"), *field.choices]

    @property
    def chosen(self) -> Organisation:
        return self.organisations[self.cleaned_data["pour"]]


class CommuneForm(forms.Form):
    """One more commune for the list."""

    commune = CommuneField(label="Ajouter une commune", required=False)


class WiderForm(forms.Form):
    """A whole department, or a whole region."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label="Ajouter un département entier",
        required=False,
        empty_label="Choisir",
    )
    region = forms.ModelChoiceField(
        Region.objects.none(), label="Ajouter une région entière", required=False, empty_label="Choisir"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments: Any = self.fields["department"]
        departments.queryset = Department.objects.order_by("code")
        departments.label_from_instance = lambda department: f"{department.code} – {department.name}"
        regions: Any = self.fields["region"]
        regions.queryset = Region.objects.order_by("name")


class ThemeForm(VersionMixin):
    domain = forms.ModelChoiceField(
        Domain.objects.none(),
        label="Domaine principal",
        required=False,
        empty_label="Aucun en particulier",
    )
    sdgs = forms.ModelMultipleChoiceField(
        Sdg.objects.none(),
        label="Objectifs de développement durable",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Cochez seulement ceux que l’alliance sert vraiment : trois suffisent souvent.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domains: Any = self.fields["domain"]
        domains.queryset = Domain.objects.active()
        sdgs: Any = self.fields["sdgs"]
        sdgs.queryset = Sdg.objects.order_by("number")


class FrameForm(VersionMixin):
    starts_on = forms.DateField(label="L’alliance commence le", required=False, widget=forms.DateInput)
    ends_on = forms.DateField(
        label="Elle finit le",
        required=False,
        widget=forms.DateInput,
        help_text="Une fin se prolonge. Les deux dates sont demandées pour passer à l’étape « structurée ».",
    )
    rule = forms.ChoiceField(
        label="Comment décidez-vous ensemble ?", choices=RULES, widget=forms.RadioSelect, initial=Rule.CONSENT
    )
    cadence_days = forms.TypedChoiceField(
        label="Tous les combien voulez-vous vous retrouver ?",
        choices=CADENCES,
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Si rien ne se passe pendant deux fois ce temps, nous prévenons la partie qui anime.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cadence: Any = self.fields["cadence_days"]
        days = str((self.initial or {}).get("cadence_days") or "")
        if days and days not in dict(CADENCES):
            cadence.choices = [*CADENCES, (days, f"Tous les {days} jours")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends <= starts:
            self.add_error("ends_on", "L’alliance finit après avoir commencé.")
        return cleaned


class DerogationForm(VersionMixin):
    derogation = forms.CharField(
        label="Une règle vous empêche-t-elle d’agir ?",
        max_length=2000,
        required=False,
        widget=_prose(),
        help_text="Dites laquelle, et ce qui changerait sans elle. La brigade la lit ; rien n’est accordé pour autant.",
    )
    evaluate_on = forms.DateField(
        label="Quand regardez-vous ce que cela change ?",
        required=False,
        widget=forms.DateInput,
        help_text="La date où les parties évaluent l’alliance ensemble. Elle se rappelle à qui anime un mois avant.",
    )


class SendForm(NonceMixin, forms.Form):
    """The last page: nothing but the one-time number."""


class CategoryForm(forms.Form):
    """The three questions; the category is deduced."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            self.fields[question.key] = forms.ChoiceField(
                label=question.text,
                help_text=question.help,
                choices=question.choices,
                widget=forms.RadioSelect,
                error_messages={"required": "Choisissez la réponse la plus proche."},
            )


class ConditionsForm(VersionMixin):
    shared_interest = forms.CharField(
        label="L’intérêt que chacun y trouve",
        max_length=2000,
        required=False,
        widget=_prose(),
        help_text="Une phrase par monde : ce qu’y gagne l’association, l’entreprise, la collectivité.",
    )
    declared = forms.MultipleChoiceField(
        label="Ce que vous avez vérifié ensemble",
        choices=[(c.value, str(c.label)[:1].upper() + str(c.label)[1:]) for c in list(Condition)[1:]],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class StepForm(forms.Form):
    state = forms.ChoiceField(choices=[("", ""), *StepState.choices], required=False)
    note = forms.CharField(max_length=1000, required=False)


class PartyForm(forms.Form):
    """What a party says of itself."""

    brings = forms.CharField(
        label="Ce que vous apportez",
        max_length=1000,
        required=False,
        widget=_prose(4),
        help_text="Du temps, un lieu, un savoir-faire, du matériel, de l’argent : dites-le simplement.",
    )
    functions = forms.ModelMultipleChoiceField(
        CatalystFunction.objects.all(),
        label="Ce que vous faites pour l’alliance",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.ModelMultipleChoiceField(
        SkillGroup.objects.all(),
        label="Les compétences que vous apportez",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    signatory = forms.ModelChoiceField(
        Person.objects.none(),
        label="Qui signe pour vous",
        required=False,
        empty_label="Personne pour le moment",
        help_text="Seules les personnes qui ont le droit de signer pour votre organisation sont dans la liste.",
    )
    capacity = forms.CharField(
        label="En quelle qualité", max_length=120, required=False, help_text="Exemples : présidente, maire."
    )

    def __init__(self, *args: Any, signatories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["signatory"]
        field.queryset = signatories
        field.label_from_instance = lambda person: person.full_name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("signatory") and not cleaned.get("capacity"):
            self.add_error("capacity", "Dites en quelle qualité cette personne signe.")
        return cleaned


class RolesForm(forms.Form):
    """What the animator says of a party."""

    is_animator = forms.BooleanField(
        label="Anime l’alliance",
        required=False,
        help_text="Modifie l’alliance, invite, fait avancer les étapes.",
    )
    is_facilitator = forms.BooleanField(
        label="Facilite",
        required=False,
        help_text="Un acteur public qui invite et tient les comptes rendus, et ne décide jamais seul.",
    )
    is_funder = forms.BooleanField(label="Finance l’alliance", required=False)

    def __init__(self, *args: Any, college: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if college != College.PUBLIC:
            del self.fields["is_facilitator"]


class PartyField(forms.ModelChoiceField):
    """A party of the alliance, by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class InNameOf(NonceMixin, forms.Form):
    """Something brought or said in the name of one of the parties one acts for; hidden when there is one."""

    party = PartyField(
        Party.objects.none(),
        label="Au nom de",
        empty_label="Choisir",
        error_messages={
            "required": "Dites au nom de quelle partie.",
            "invalid_choice": "Choisissez une partie pour laquelle vous agissez.",
        },
    )

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = parties
        few = list(parties[:2])
        if len(few) == 1:
            field.widget = forms.HiddenInput()
            field.initial = few[0].pk


class LeaveForm(forms.Form):
    successor = PartyField(
        Party.objects.none(),
        label="Qui reprend votre place",
        required=False,
        empty_label="Personne : à reprendre par qui anime",
    )
    reason = forms.CharField(
        label="Pourquoi",
        max_length=1000,
        required=False,
        widget=_prose(3),
        help_text="Les autres parties le lisent.",
    )

    def __init__(self, *args: Any, successors: Any, must: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        field.queryset = successors
        if must:
            field.required, field.empty_label = True, "Choisir"
            field.error_messages["required"] = "Choisissez qui prend la suite."


class InviteForm(NonceMixin, forms.Form):
    name = forms.CharField(
        label="Organisation ou personne",
        max_length=160,
        error_messages={"required": "Dites qui vous invitez."},
    )
    college = forms.ChoiceField(
        label="De quel monde", choices=[("", "Choisir"), *((c.value, c.label.capitalize()) for c in College)]
    )
    email = EmailField(label="Adresse électronique", help_text="L’invitation part à cette adresse.")
    message = forms.CharField(
        label="Votre message",
        max_length=1000,
        required=False,
        widget=_prose(4),
        help_text="Dites pourquoi vous pensez à elle. Il se lit sur la page de l’invitation.",
    )


class AnswerForm(forms.Form):
    """Yes or no, without an account."""

    interested = forms.ChoiceField(
        label="Votre réponse",
        choices=[
            ("yes", "Oui, cela nous intéresse (cela n’engage à rien)"),
            ("no", "Non, pas cette fois"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Répondez oui ou non."},
    )
    answer_name = forms.CharField(
        label="Votre nom",
        max_length=120,
        help_text="Pour que l’on sache qui a répondu.",
        error_messages={"required": "Dites qui répond."},
    )
    answer = forms.CharField(label="Un mot", max_length=1000, required=False, widget=_prose(3))


class ShownForm(forms.Form):
    shown = forms.MultipleChoiceField(
        label="Ce que la page publique montre",
        choices=[(s.value, str(s.label)[:1].upper() + str(s.label)[1:]) for s in Section],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Le nom, le but, le territoire et l’étape se voient toujours.",
    )


class ClosingForm(forms.Form):
    reached = forms.CharField(
        label="Qu’avez-vous atteint ?",
        max_length=2000,
        widget=_prose(4),
        error_messages={"required": "Dites ce qui a été atteint, même si c’est peu."},
    )
    learned = forms.CharField(
        label="Qu’avez-vous appris ?",
        max_length=2000,
        widget=_prose(4),
        error_messages={"required": "Dites ce que vous avez appris."},
    )
    what_next = forms.CharField(
        label="Qu’est-ce qui continue, et avec qui ?",
        max_length=2000,
        widget=_prose(4),
        error_messages={"required": "Dites ce qui continue, ou que rien ne continue."},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi",
        max_length=1000,
        widget=_prose(3),
        error_messages={"required": "Dites pourquoi : les autres parties le liront."},
    )


class DirectoryForm(SeveralMixin, forms.Form):
    """The public list's filters, each of several values: `odd` and `domaine` have the names that the missions' page
    gives them. A wrong value is said in French and left out; the others still apply."""

    odd = filters.sdgs()
    domaine = filters.domains()
    etape = SeveralField(
        lambda: {stage.value: stage for stage in Stage},
        label="Étape",
        wrong="Nous ne connaissons pas cette étape.",
    )
    categorie = category_field()
    fonction = function_field()
    region = filters.regions()
    departement = filters.departments()
    vue = forms.ChoiceField(required=False, choices=[("carte", "Carte")], widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        """What was asked; call `is_valid` first when bound."""
        asked = getattr(self, "cleaned_data", {})
        return Wanted(
            stages=tuple(asked.get("etape", ())),
            sdgs=asked.get("odd", ()),
            categories=asked.get("categorie", ()),
            functions=asked.get("fonction", ()),
            domains=asked.get("domaine", ()),
            departments=asked.get("departement", ()),
            regions=asked.get("region", ()),
        )

    @property
    def on_map(self) -> bool:
        return bool(getattr(self, "cleaned_data", {}).get("vue"))


class CarryForm(forms.Form):
    mission = forms.ModelChoiceField(
        Mission.objects.none(),
        label="Une mission de votre organisation",
        empty_label="Choisir",
        error_messages={
            "required": "Choisissez une mission.",
            "invalid_choice": "Cette mission n’est pas à proposer ici.",
        },
    )

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mission"]
        field.queryset = offered
        field.label_from_instance = lambda mission: mission.title
