"""The shapes of what the API gives. Names in English, values in French; absent is `null` or an empty text."""

import datetime
from collections import Counter
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alliances.challenges.models import Challenge
from alliances.directory import shown_parties
from alliances.enums import College, Section
from alliances.events.enums import How
from alliances.events.models import Event
from alliances.examples.models import Example
from alliances.glossary.models import Term
from alliances.library.models import Method
from alliances.library.models import Resource as Tool
from alliances.models import Alliance, Party
from alliances.programme.models import LICENCE, Evidence, Measure, Pledge
from jeveuxagir.findable import search
from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.models import Commune, Department, Region
from missions.cards import by_date
from missions.models import Mission, MissionAddress, Slot
from missions.offers.models import Offer
from missions.offers.words import departments_of
from missions.resources.enums import Means, Per
from missions.resources.models import Instrument, Need
from missions.resources.totals import totals
from missions.skill_needs.durations import DAY_MINUTES
from missions.skill_needs.enums import Format
from missions.skill_needs.models import SkillNeed
from missions.words import when_in_words
from organisations.models import Organisation


class SdgSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sdg
        fields = ["number", "name", "description"]


class TermSerializer(serializers.Serializer):
    """A term of one of our vocabularies."""

    code = serializers.CharField()
    name = serializers.CharField()


class DescribedTermSerializer(TermSerializer):
    """A term of the founding report, with what it means and its page."""

    description = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="Sa page.")

    def get_url(self, term: Any) -> str:
        return absolute(term.get_absolute_url())


class CategorySerializer(DescribedTermSerializer):
    """One of the 4 categories of partnership."""


class FunctionSerializer(DescribedTermSerializer):
    """One of the 4 functions of a catalyst."""


class DomainSerializer(serializers.ModelSerializer):
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Domain
        fields = ["code", "name", "sdgs"]


class ActivitySerializer(serializers.ModelSerializer):
    domains = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Activity
        fields = ["code", "name", "domains"]


class SkillSerializer(serializers.ModelSerializer):
    group = serializers.CharField(source="group.name")

    class Meta:
        model = Skill
        fields = ["code", "name", "group", "rome_codes"]


class RegionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ["code", "name", "zone"]


class DepartmentSerializer(serializers.ModelSerializer):
    region = serializers.CharField(source="region_id")

    class Meta:
        model = Department
        fields = ["code", "name", "region", "zone"]


class CommuneSerializer(serializers.ModelSerializer):
    department = serializers.CharField(source="department_id")
    epci = serializers.CharField(source="epci_id", allow_null=True)
    postal_codes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Commune
        fields = [
            "code",
            "name",
            "department",
            "epci",
            "postal_codes",
            "population",
            "latitude",
            "longitude",
        ]


class CommuneDetailSerializer(CommuneSerializer):
    counts = serializers.SerializerMethodField(
        help_text="Ce qu’il y a de public dans la commune ou dans un territoire qui la couvre, par sorte."
    )

    class Meta(CommuneSerializer.Meta):
        fields = [*CommuneSerializer.Meta.fields, "counts"]

    def get_counts(self, commune: Commune) -> dict[str, int]:
        return search.counts(search.Wanted(place=commune))


class OrganisationSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField(help_text="Sa page.")
    commune = serializers.CharField(source="commune_id", allow_null=True, help_text="Code INSEE du siège.")
    department = serializers.CharField(allow_null=True, source="department_id")

    class Meta:
        model = Organisation
        fields = [
            "id",
            "url",
            "name",
            "kind",
            "description",
            "rna",
            "siren",
            "website",
            "commune",
            "department",
            "is_research",
        ]

    def get_url(self, organisation: Organisation) -> str:
        return absolute(organisation.get_absolute_url())


class AddressSerializer(serializers.ModelSerializer):
    commune = serializers.CharField(source="commune_id", help_text="Code INSEE.")
    town = serializers.CharField(source="commune.name")
    department = serializers.CharField(source="commune.department_id")

    class Meta:
        model = MissionAddress
        fields = ["street", "postal_code", "commune", "town", "department", "latitude", "longitude"]


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "example": "14:00"})
class LocalTimeField(serializers.TimeField):
    """Hours and minutes on the clock of the place."""

    def __init__(self) -> None:
        super().__init__(format="%H:%M", allow_null=True)


class SlotSerializer(serializers.ModelSerializer):
    date = serializers.DateField(source="local_date", allow_null=True)
    weekday = serializers.IntegerField(allow_null=True, help_text="0 : lundi … 6 : dimanche.")
    start_time = LocalTimeField()
    end_time = LocalTimeField()
    zone = serializers.CharField(help_text="Fuseau horaire du lieu.")
    places = serializers.IntegerField(source="capacity", help_text="Places en tout.")
    places_left = serializers.SerializerMethodField(
        help_text="Places encore libres ; `null` pour une mission d’un partenaire, qui les compte chez lui."
    )
    words = serializers.SerializerMethodField(help_text="Le créneau en toutes lettres.")

    class Meta:
        model = Slot
        fields = [
            "id",
            "kind",
            "date",
            "weekday",
            "start_time",
            "end_time",
            "zone",
            "starts_at",
            "ends_at",
            "valid_from",
            "valid_until",
            "places",
            "places_left",
            "words",
        ]

    def get_places_left(self, slot: Slot) -> int | None:
        return None if slot.seatless else slot.free

    def get_words(self, slot: Slot) -> str:
        return when_in_words(slot)


class OfOrganisation(serializers.ModelSerializer):
    """The organisation in a mission."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Organisation
        fields = ["id", "url", "name", "kind"]

    def get_url(self, organisation: Organisation) -> str:
        return absolute(organisation.get_absolute_url())


class TeamsSerializer(serializers.Serializer):
    """The teams that a mission welcomes on each of its days."""

    places = serializers.IntegerField(source="team_places", help_text="Équipes par créneau.")
    smallest = serializers.IntegerField(source="team_smallest", help_text="Personnes, au moins.")
    largest = serializers.IntegerField(source="team_largest", help_text="Personnes, au plus.")


class MissionSerializer(serializers.ModelSerializer):
    """A mission in a list. Its text is plain, with line breaks."""

    url = serializers.SerializerMethodField(help_text="Sa page, où l’on candidate.")
    organisation = OfOrganisation()
    domain = TermSerializer(allow_null=True)
    addresses = AddressSerializer(many=True)
    next_slot = serializers.SerializerMethodField()
    slots_count = serializers.SerializerMethodField(help_text="Créneaux à venir.")
    teams = serializers.SerializerMethodField(help_text="`null` : chacun s’inscrit pour soi.")
    distance_km = serializers.SerializerMethodField(help_text="Depuis la commune cherchée.")
    source = serializers.CharField(
        source="source_name", help_text="Le partenaire dont elle vient ; vide : publiée ici."
    )
    published_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Mission
        fields = [
            "id",
            "url",
            "title",
            "description",
            "organisation",
            "domain",
            "mode",
            "commitment",
            "minimum_age",
            "teams",
            "addresses",
            "next_slot",
            "slots_count",
            "distance_km",
            "source",
            "published_at",
            "updated_at",
        ]

    def get_url(self, mission: Mission) -> str:
        return absolute(mission.get_absolute_url())

    @extend_schema_field(SlotSerializer(allow_null=True))
    def get_next_slot(self, mission: Mission) -> Any:
        slots = by_date(mission.live_slots)  # type: ignore[attr-defined]
        return SlotSerializer(slots[0]).data if slots else None

    @extend_schema_field(TeamsSerializer(allow_null=True))
    def get_teams(self, mission: Mission) -> Any:
        return TeamsSerializer(mission).data if mission.welcomes_teams else None

    def get_slots_count(self, mission: Mission) -> int:
        return len(mission.live_slots)  # type: ignore[attr-defined]

    def get_distance_km(self, mission: Mission) -> float | None:
        distance = getattr(mission, "distance_km", None)
        return None if distance is None else round(distance, 1)


class MissionDetailSerializer(MissionSerializer):
    """A mission with all its slots to come and its words."""

    slots = serializers.SerializerMethodField()
    activities = TermSerializer(many=True)
    skills = TermSerializer(many=True)
    sdgs = SdgSerializer(many=True)

    class Meta(MissionSerializer.Meta):
        fields = [
            *MissionSerializer.Meta.fields,
            "prerequisites",
            "hosting_conditions",
            "team_preparation",
            "activities",
            "skills",
            "sdgs",
            "slots",
        ]

    @extend_schema_field(SlotSerializer(many=True))
    def get_slots(self, mission: Mission) -> Any:
        return SlotSerializer(by_date(mission.live_slots), many=True).data  # type: ignore[attr-defined]


class AlliancePlaceSerializer(serializers.Serializer):
    """Where an alliance acts: one of the four codes."""

    name = serializers.CharField(source="label")
    commune = serializers.CharField(source="commune_id", allow_null=True, help_text="Code INSEE.")
    epci = serializers.CharField(source="epci_id", allow_null=True)
    department = serializers.CharField(source="department_id", allow_null=True)
    region = serializers.CharField(source="region_id", allow_null=True)


class AlliancePartySerializer(serializers.ModelSerializer):
    organisation = serializers.SerializerMethodField(help_text="Numéro de l’organisation, si elle est ici.")

    class Meta:
        model = Party
        fields = ["name", "college", "organisation", "is_animator"]

    def get_organisation(self, party: Party) -> int | None:
        """An organisation whose page anybody may read."""
        return party.organisation_id if party.organisation and party.organisation.is_verified else None


class AllianceSerializer(serializers.ModelSerializer):
    """A public alliance: what its parties chose to show. It has no legal effect of its own."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    domain = serializers.CharField(source="domain_id", allow_null=True)
    category = serializers.CharField(source="category_id", allow_null=True, help_text="Forme du partenariat.")
    department = serializers.CharField(source="department_id", help_text="Dont la brigade l’accompagne.")
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    places = AlliancePlaceSerializer(many=True)
    colleges = serializers.SerializerMethodField(help_text="Vide si les parties ne se montrent pas.")

    class Meta:
        model = Alliance
        fields = [
            "id",
            "url",
            "name",
            "purpose",
            "stage",
            "activity",
            "domain",
            "category",
            "sdgs",
            "department",
            "places",
            "colleges",
            "starts_on",
            "ends_on",
            "published_at",
        ]

    def get_url(self, alliance: Alliance) -> str:
        return absolute(alliance.get_absolute_url())

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=College.choices)))
    def get_colleges(self, alliance: Alliance) -> list[str]:
        there = {party.college for party in shown_parties(alliance)}
        return [college.value for college in College if college in there]


class AllianceDetailSerializer(AllianceSerializer):
    """A public alliance, with its parties and its open missions when they chose to show them."""

    parties = serializers.SerializerMethodField()
    missions = serializers.SerializerMethodField(help_text="Numéros de ses missions ouvertes.")

    class Meta(AllianceSerializer.Meta):
        fields = [*AllianceSerializer.Meta.fields, "parties", "missions"]

    @extend_schema_field(AlliancePartySerializer(many=True))
    def get_parties(self, alliance: Alliance) -> Any:
        return AlliancePartySerializer(shown_parties(alliance), many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_missions(self, alliance: Alliance) -> list[int]:
        if not alliance.shows(Section.MISSIONS):
            return []
        carried = Mission.objects.open().filter(carried_by__alliance=alliance)
        return list(carried.order_by("pk").values_list("pk", flat=True))


class EventSerializer(serializers.ModelSerializer):
    """A public event. The link to follow it online is given to those who register, not here."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    calendar_url = serializers.SerializerMethodField(help_text="Son fichier d’agenda (.ics).")
    organisation = serializers.IntegerField(source="organisation_id")
    modes = serializers.SerializerMethodField(help_text="on_site, online, ou les deux.")
    commune = serializers.CharField(source="commune_id", allow_null=True, help_text="Code INSEE.")
    department = serializers.CharField(source="department_id", allow_null=True)
    domain = serializers.CharField(source="domain_id", allow_null=True)
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    series = serializers.IntegerField(
        source="series_id", allow_null=True, help_text="Les dates d’une même série ont le même numéro."
    )
    alliance = serializers.SerializerMethodField(help_text="Numéro de son alliance, si on peut la lire.")
    free = serializers.SerializerMethodField(help_text="Places libres sur place ; null sans limite.")
    online_free = serializers.SerializerMethodField(help_text="Places libres en ligne ; null sans limite.")
    takes_registrations = serializers.BooleanField(read_only=True)
    licence = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = [
            *(
                "id",
                "url",
                "calendar_url",
                "title",
                "kind",
                "description",
                "practical",
                "organisation",
                "modes",
            ),
            *("place", "commune", "department", "starts_at", "ends_at", "zone", "domain", "sdgs", "series"),
            *("alliance", "state", "capacity", "free", "online_capacity", "online_free"),
            *("takes_registrations", "replay_url", "report", "published_at", "updated_at", "licence"),
        ]

    def get_url(self, event: Event) -> str:
        return absolute(event.get_absolute_url())

    def get_calendar_url(self, event: Event) -> str:
        return absolute(reverse("events:calendar", args=[event.pk, event.slug]))

    def get_modes(self, event: Event) -> list[str]:
        return [way.value for way in event.ways]

    def get_alliance(self, event: Event) -> int | None:
        return event.alliance.pk if event.alliance and event.alliance.is_public else None

    def get_free(self, event: Event) -> int | None:
        return event.free_of(How.ON_SITE)

    def get_online_free(self, event: Event) -> int | None:
        return event.free_of(How.ONLINE)

    def get_licence(self, event: Event) -> str:
        return LICENCE


class MeansTotalSerializer(serializers.Serializer):
    """What is promised and received of one kind, in one unit and at one rhythm: units are never added together."""

    kind = serializers.ChoiceField(choices=Means.choices)
    unit = serializers.CharField()
    per = serializers.ChoiceField(choices=Per.choices, help_text="« once » : en une fois.")
    planned = serializers.DecimalField(max_digits=15, decimal_places=2)
    real = serializers.DecimalField(max_digits=15, decimal_places=2)


class ResourceNeedSerializer(serializers.ModelSerializer):
    """A public need of goods or money. Amounts are only said: nothing is paid here."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    organisation = serializers.IntegerField(source="organisation_id")
    commune = serializers.CharField(source="commune_id", help_text="Code INSEE.")
    department = serializers.CharField(source="department_id")
    domain = serializers.CharField(source="domain_id")
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    takes_promises = serializers.BooleanField(read_only=True)
    promises = serializers.SerializerMethodField(help_text="Ce qui est promis et reçu, par unité.")
    licence = serializers.SerializerMethodField()

    class Meta:
        model = Need
        fields = [
            *("id", "url", "title", "kind", "quantity", "unit", "purpose", "deadline", "organisation"),
            *("commune", "department", "domain", "sdgs", "state", "takes_promises", "promises"),
            *("opened_at", "updated_at", "licence"),
        ]

    def get_url(self, need: Need) -> str:
        return absolute(need.get_absolute_url())

    @extend_schema_field(MeansTotalSerializer(many=True))
    def get_promises(self, need: Need) -> Any:
        """From rows with `counted_promises`."""
        rows = [
            (one.kind, one.unit, one.per, one.quantity, one.real, one.state)
            for one in need.counted_promises  # type: ignore[attr-defined]
        ]
        return MeansTotalSerializer(totals(rows), many=True).data

    def get_licence(self, need: Need) -> str:
        return LICENCE


class InstrumentSerializer(serializers.ModelSerializer):
    """A sheet on something that gives money or goods. `checked_on` null: nobody compared it with its source."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    is_invented = serializers.BooleanField(source="invented", help_text="Vrai : un exemple de démonstration.")
    is_stale = serializers.BooleanField(read_only=True, help_text="Vrai : vue il y a plus de 12 mois.")
    domains = serializers.ListField(child=serializers.CharField(), help_text="Vide : tous.")
    departments = serializers.ListField(child=serializers.CharField(), help_text="Vide : tous.")
    without = serializers.ListField(child=serializers.CharField(), help_text="Sauf ces départements.")

    class Meta:
        model = Instrument
        fields = [
            *("slug", "url", "name", "operator", "summary", "gives", "audiences", "minimum", "maximum"),
            *("domains", "departments", "without", "within", "conditions", "periods", "source", "link"),
            *("written_on", "checked_on", "is_stale", "is_invented"),
        ]

    def get_url(self, instrument: Instrument) -> str:
        return absolute(instrument.get_absolute_url())


class ChallengeSerializer(serializers.ModelSerializer):
    """A public common problem. Who states it is named when it is an organisation; a person never is."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    organisation = serializers.SerializerMethodField(help_text="Numéro de l’organisation qui l’expose.")
    commune = serializers.CharField(source="commune_id", allow_null=True, help_text="Code INSEE.")
    department = serializers.CharField(source="department_id")
    domain = serializers.CharField(source="domain_id", allow_null=True)
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    supports = serializers.SerializerMethodField(help_text="Combien disent « nous aussi », par monde.")
    is_ready = serializers.SerializerMethodField(
        help_text="Prêt pour une alliance, que n’importe qui commence."
    )
    alliance = serializers.SerializerMethodField(
        help_text="Numéro de l’alliance qui le porte, si on peut la lire."
    )

    class Meta:
        model = Challenge
        fields = [
            "id",
            "url",
            "statement",
            "who",
            "evidence",
            "link",
            "organisation",
            "commune",
            "department",
            "domain",
            "sdgs",
            "state",
            "supports",
            "is_ready",
            "alliance",
            "opened_at",
        ]

    def get_url(self, challenge: Challenge) -> str:
        return absolute(challenge.get_absolute_url())

    def get_organisation(self, challenge: Challenge) -> int | None:
        """One whose page anybody may read."""
        organisation = challenge.organisation
        return organisation.pk if organisation and organisation.is_verified else None

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_supports(self, challenge: Challenge) -> dict[str, int]:
        counts = Counter(made.college for made in challenge.supports.all())
        return {college.value: counts[college.value] for college in College}

    def get_is_ready(self, challenge: Challenge) -> bool:
        return challenge.may_become_alliance

    def get_alliance(self, challenge: Challenge) -> int | None:
        return challenge.alliance_id if challenge.alliance and challenge.alliance.is_public else None


class SkillNeedSerializer(serializers.ModelSerializer):
    """A public need. Nobody is named: its contact is given to a company once the association agreed."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    organisation = OfOrganisation(help_text="L’association qui le dit.")
    skills = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    days = serializers.SerializerMethodField(help_text="Volume en jours de sept heures.")
    commune = serializers.CharField(source="commune_id", allow_null=True, help_text="Code INSEE.")
    department = serializers.CharField(source="department_id", allow_null=True)
    domain = serializers.CharField(source="domain_id", allow_null=True)
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = SkillNeed
        fields = [
            *("id", "url", "title", "deliverable", "context", "organisation", "skills", "format"),
            *("minutes", "days", "deadline", "mode", "commune", "department", "domain", "sdgs"),
            *("state", "opened_at", "updated_at"),
        ]

    def get_url(self, need: SkillNeed) -> str:
        return absolute(need.get_absolute_url())

    def get_days(self, need: SkillNeed) -> float | None:
        return None if need.minutes is None else round(need.minutes / DAY_MINUTES, 2)


class OfferSerializer(serializers.ModelSerializer):
    """What an employer gives of its people's time. Nobody is named; the employer is, if it shows its name to all."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    employer_kind = serializers.CharField(source="organisation.kind", help_text="Type de l’employeur.")
    organisation = serializers.SerializerMethodField(help_text="L’employeur, s’il montre son nom à tous.")
    skills = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    formats = serializers.ListField(child=serializers.ChoiceField(choices=Format.choices))
    left_minutes = serializers.IntegerField(help_text="Temps que rien n’engage, en minutes.")
    departments = serializers.SerializerMethodField(
        help_text="Codes des départements où cela se fait ; sans département ni commune, celui de l’employeur."
    )
    communes = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="Codes INSEE des communes où cela se fait aussi."
    )
    public_since = serializers.SerializerMethodField(help_text="La fin de ses 72 premières heures.")

    class Meta:
        model = Offer
        fields = [
            *("id", "url", "title", "description", "employer_kind", "organisation", "skills", "formats"),
            *("total_minutes", "left_minutes", "day_minutes", "mode", "everywhere", "departments"),
            *("communes", "starts_on", "ends_on", "public_since", "updated_at"),
        ]

    def get_url(self, offer: Offer) -> str:
        return absolute(offer.get_absolute_url())

    @extend_schema_field(OfOrganisation(allow_null=True))
    def get_organisation(self, offer: Offer) -> Any:
        return OfOrganisation(offer.organisation).data if offer.shows_name else None

    def get_departments(self, offer: Offer) -> list[str]:
        return [one.pk for one in departments_of(offer)]

    def get_public_since(self, offer: Offer) -> datetime.datetime:
        return timezone.localtime(offer.first_timers_until or offer.updated_at)


class GlossaryTermSerializer(serializers.ModelSerializer):
    """A word that the three worlds share, and what each means by it."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    short = serializers.CharField(help_text="La première phrase de la définition.")
    sources = serializers.ListField(child=serializers.CharField(), source="source_lines")
    related = serializers.SlugRelatedField(many=True, read_only=True, slug_field="slug")
    revision = serializers.IntegerField(source="number", help_text="Le numéro de la définition actuelle.")

    class Meta:
        model = Term
        fields = [
            *("slug", "url", "name", "short", "definition", "associations", "companies", "public_bodies"),
            *("sources", "related", "licence", "revision", "revised_at"),
        ]

    def get_url(self, term: Term) -> str:
        return absolute(term.get_absolute_url())


class EvidenceSerializer(serializers.ModelSerializer):
    """What a source says of a measure, and perhaps how far it is."""

    is_invented = serializers.BooleanField(source="invented", help_text="Vrai : un exemple de démonstration.")

    class Meta:
        model = Evidence
        fields = ["id", "on", "text", "source", "link", "status", "is_invented"]


class PledgeSerializer(serializers.ModelSerializer):
    """What an organisation says it will do about a measure."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    organisation = serializers.IntegerField(source="organisation_id")
    organisation_name = serializers.CharField(source="organisation.name")

    class Meta:
        model = Pledge
        fields = ["id", "url", "organisation", "organisation_name", "what", "until", "state", "opened_at"]

    def get_url(self, pledge: Pledge) -> str:
        return absolute(pledge.get_absolute_url())


class MeasureSerializer(serializers.ModelSerializer):
    """One of the 21 measures of the programme. Its status is the last that a source said; empty, nobody said."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    due_on = serializers.DateField(help_text="La dernière échéance, comptée depuis juin 2020.")
    status = serializers.CharField(help_text="Vide : non renseigné.")
    is_overdue = serializers.BooleanField()
    evidence = EvidenceSerializer(many=True, source="proofs")
    pledges = PledgeSerializer(many=True, source="shown_pledges")
    licence = serializers.SerializerMethodField()

    class Meta:
        model = Measure
        fields = [
            *("number", "slug", "url", "name", "dimension", "months", "due_on", "facilitators", "objective"),
            *("actions", "expected", "answer", "status", "is_overdue", "evidence", "pledges", "licence"),
        ]

    def get_url(self, measure: Measure) -> str:
        return absolute(measure.get_absolute_url())

    def get_licence(self, measure: Measure) -> str:
        return LICENCE


SHEET = [
    *("id", "url", "title", "summary", "author", "licence", "licence_url"),
    *("needs", "interests", "moments", "levels", "categories", "functions", "domains", "sdgs"),
    *("published_at", "updated_at"),
]


class SheetSerializer(serializers.ModelSerializer):
    """What every public sheet of the library gives. A person who wrote one is not named."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    author = serializers.SerializerMethodField(
        help_text="L’organisation qui la signe, « une personne » ou l’équipe de Jeveuxagir."
    )
    licence_url = serializers.CharField(read_only=True, help_text="Le texte de sa licence.")
    domains = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    def get_url(self, sheet: Method | Tool) -> str:
        return absolute(sheet.get_absolute_url())

    def get_author(self, sheet: Method | Tool) -> str:
        return sheet.by


class MethodSerializer(SheetSerializer):
    """A method: its steps in order, and what it takes."""

    class Meta:
        model = Method
        fields = [
            *SHEET,
            *("when_to_use", "steps", "duration_minutes", "people_min", "people_max"),
            *("roles", "materials", "pitfalls"),
        ]


class ToolSerializer(SheetSerializer):
    """A tool, a set of data or a training; its link answered when it was last checked."""

    link = serializers.SerializerMethodField(help_text="Où le trouver.")

    class Meta:
        model = Tool
        fields = [*SHEET, "shelf", "description", "owner", "link", "is_free", "checked_at"]

    def get_link(self, tool: Tool) -> str:
        return absolute(tool.link) if tool.is_ours else tool.link


class ExampleSerializer(serializers.ModelSerializer):
    """An inspiring example: what it changed, what it cost, how, and what went wrong. Nobody is named."""

    url = serializers.SerializerMethodField(help_text="Sa page.")
    author = serializers.SerializerMethodField(help_text="L’organisation qui la signe, ou « une personne ».")
    licence_url = serializers.CharField(read_only=True, help_text="Le texte de sa licence.")
    cost_label = serializers.CharField(
        source="get_cost_display", read_only=True, help_text="Le coût en mots."
    )
    place = serializers.CharField(source="where", read_only=True, help_text="Où, en mots.")
    department = serializers.PrimaryKeyRelatedField(
        source="county", read_only=True, help_text="Le département, quand c’est tout un département."
    )
    pitfalls = serializers.SerializerMethodField(help_text="Ce qui a mal marché, un par ligne.")
    reviewed = serializers.BooleanField(source="is_read", read_only=True, help_text="La brigade l’a relu.")
    domains = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    sdgs = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Example
        fields = [
            *("id", "url", "title", "summary", "context", "parties", "colleges", "category", "functions"),
            "leader",
            *("place", "commune", "epci", "department", "region", "ground", "size", "cost", "cost_label"),
            *("cost_detail", "duration_months", "steps", "results", "proof", "proof_url", "pitfalls"),
            *("domains", "sdgs", "state", "reviewed", "author", "licence", "licence_url"),
            *("source", "source_url", "published_at", "confirmed_at", "updated_at"),
        ]

    def get_url(self, example: Example) -> str:
        return absolute(example.get_absolute_url())

    def get_author(self, example: Example) -> str:
        return example.by

    def get_pitfalls(self, example: Example) -> list[str]:
        return [line for line in example.pitfalls.split("\n") if line.strip()]


class IndexSerializer(serializers.Serializer):
    """The address of each list."""

    documentation = serializers.URLField()
    openapi = serializers.URLField()
    own = serializers.URLField(help_text="Les données de votre organisation, avec sa clé.")
    lists = serializers.DictField(child=serializers.URLField())


class ErrorSerializer(serializers.Serializer):
    """Every refusal has this shape."""

    detail = serializers.CharField(help_text="Une phrase en français.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Par paramètre, ce qui ne va pas.",
    )
