"""The shapes of what the API gives. Names in English, values in French; absent is `null` or an empty text."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.models import Commune, Department, Region
from missions.cards import by_date
from missions.models import Mission, MissionAddress, Slot
from missions.words import when_in_words
from organisations.models import Organisation


class SdgSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sdg
        fields = ["number", "name"]


class TermSerializer(serializers.Serializer):
    """A term of one of our vocabularies."""

    code = serializers.CharField()
    name = serializers.CharField()


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


class MissionSerializer(serializers.ModelSerializer):
    """A mission in a list. Its text is plain, with line breaks."""

    url = serializers.SerializerMethodField(help_text="Sa page, où l’on candidate.")
    organisation = OfOrganisation()
    domain = TermSerializer(allow_null=True)
    addresses = AddressSerializer(many=True)
    next_slot = serializers.SerializerMethodField()
    slots_count = serializers.SerializerMethodField(help_text="Créneaux à venir.")
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
            "activities",
            "skills",
            "sdgs",
            "slots",
        ]

    @extend_schema_field(SlotSerializer(many=True))
    def get_slots(self, mission: Mission) -> Any:
        return SlotSerializer(by_date(mission.live_slots), many=True).data  # type: ignore[attr-defined]


class ErrorSerializer(serializers.Serializer):
    """Every refusal has this shape."""

    detail = serializers.CharField(help_text="Une phrase en français.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Par paramètre, ce qui ne va pas.",
    )
