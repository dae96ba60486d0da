"""The shapes of an organisation's own data. Give the organisation in the context: what is told depends on its side."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from jeveuxagir.common.clock import PARIS
from jeveuxagir.notifications.links import absolute
from missions.enums import MissionMode
from missions.offers.enums import State as OfferState
from missions.offers.models import Offer
from missions.skill_needs.durations import in_words, in_words_by
from missions.skill_needs.enums import Format
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import policies
from missions.sponsorships.enums import ConventionState, DayState, Part, Side, State
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from missions.sponsorships.spaces import side_of
from missions.sponsorships.statement import Line, Statement
from organisations.enums import Kind
from organisations.models import Organisation


class DurationSerializer(serializers.Serializer):
    """Working time: whole minutes are what counts; days are of the length that the convention says."""

    minutes = serializers.IntegerField()
    days = serializers.FloatField(help_text="Arrondi au centième.")
    words = serializers.CharField(help_text="Comme sur la page : « 2 jours et demi ».")


def duration(minutes: int, day_minutes: int) -> dict[str, Any]:
    return {
        "minutes": minutes,
        "days": round(minutes / day_minutes, 2),
        "words": in_words(minutes, day_minutes),
    }


def duration_by(minutes_by_day: Mapping[int, int]) -> dict[str, Any]:
    """Of time counted in days of several lengths, each in its own, as on the pages and in the spreadsheet."""
    days = sum((Fraction(minutes, length) for length, minutes in minutes_by_day.items()), Fraction(0))
    return {
        "minutes": sum(minutes_by_day.values()),
        "days": float(round(days, 2)),
        "words": in_words_by(minutes_by_day),
    }


class NamedSerializer(serializers.Serializer):
    """An organisation, by its name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class OwnNeedSerializer(serializers.ModelSerializer):
    """The need that a sponsorship answers."""

    class Meta:
        model = SkillNeed
        fields = ["id", "title", "deliverable"]


class _Own(serializers.ModelSerializer):
    """Told to one organisation."""

    updated_at = serializers.DateTimeField(source="changed_at", help_text="Dernier changement.")

    @property
    def organisation(self) -> Organisation:
        found: Organisation = self.context["organisation"]
        return found


class OwnOfferSerializer(_Own):
    """An offer of the organisation, as its coordinators read it; words that wait for the brigade are not in it."""

    url = serializers.SerializerMethodField(help_text="Sa page dans votre espace.")
    state = serializers.ChoiceField(choices=OfferState.choices)
    mode = serializers.ChoiceField(choices=MissionMode.choices)
    formats = serializers.ListField(child=serializers.ChoiceField(choices=Format.choices))
    skills = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    departments = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    communes = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    total = serializers.SerializerMethodField(help_text="Temps offert.")
    committed = serializers.SerializerMethodField(help_text="Ce que tiennent les mises à disposition.")
    left = serializers.SerializerMethodField(help_text="Ce qui reste.")

    class Meta:
        model = Offer
        fields = [
            *("id", "url", "title", "description", "state", "state_reason", "formats", "mode", "skills"),
            *("departments", "communes", "everywhere", "day_minutes", "total", "committed", "left"),
            *("starts_on", "ends_on", "opened_at", "updated_at"),
        ]

    def get_url(self, offer: Offer) -> str:
        organisation = self.organisation
        return absolute(reverse("offers:manage", args=[organisation.pk, organisation.slug, offer.pk]))

    @extend_schema_field(DurationSerializer)
    def get_total(self, offer: Offer) -> Any:
        return duration(offer.total_minutes, offer.day_minutes)

    @extend_schema_field(DurationSerializer)
    def get_committed(self, offer: Offer) -> Any:
        return duration(offer.committed_minutes, offer.day_minutes)

    @extend_schema_field(DurationSerializer)
    def get_left(self, offer: Offer) -> Any:
        return duration(offer.left_minutes, offer.day_minutes)


#: one in force does not outlive its sponsorship
ENDED_CONVENTION = ("ended", "finie")


class OwnConventionSerializer(serializers.ModelSerializer):
    """The convention, or an amendment of it: the next number."""

    label = serializers.CharField(help_text="« convention », « avenant n° 1 ».")
    state = serializers.SerializerMethodField(
        help_text="« ended » : elle était en vigueur quand la mise à disposition s’est terminée ou arrêtée."
    )
    agreed = serializers.SerializerMethodField()
    person = serializers.SerializerMethodField(
        help_text="Qui vient. Une association le lit une fois la convention signée des deux côtés."
    )
    signed_by_employer_on = serializers.SerializerMethodField()
    signed_by_association_on = serializers.SerializerMethodField()

    class Meta:
        model = Convention
        fields = [
            *("number", "label", "state", "agreed", "day_minutes", "starts_on", "ends_on", "profile"),
            *("person", "summary", "text_hash", "signed_by_employer_on", "signed_by_association_on"),
        ]

    @extend_schema_field(serializers.ChoiceField(choices=[*ConventionState.choices, ENDED_CONVENTION]))
    def get_state(self, text: Convention) -> str:
        over = text.state == ConventionState.IN_FORCE and text.sponsorship.is_ended
        return ENDED_CONVENTION[0] if over else str(text.state)

    @extend_schema_field(DurationSerializer)
    def get_agreed(self, text: Convention) -> Any:
        return duration(text.minutes, text.day_minutes)

    def get_person(self, text: Convention) -> str | None:
        return text.employee_name if policies.sees_name(self.context["side"], text) else None

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_signed_by_employer_on(self, text: Convention) -> Any:
        return text.company_at and text.company_at.astimezone(PARIS).date()

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_signed_by_association_on(self, text: Convention) -> Any:
        return text.association_at and text.association_at.astimezone(PARIS).date()


class OwnSponsorshipSerializer(_Own):
    """A sponsorship that the organisation gives or receives."""

    url = serializers.SerializerMethodField(help_text="Sa page dans votre espace.")
    side = serializers.SerializerMethodField(help_text="Votre côté.")
    state = serializers.ChoiceField(choices=State.choices)
    format = serializers.ChoiceField(choices=Format.choices)
    need = OwnNeedSerializer()
    offer = serializers.SerializerMethodField(help_text="Votre offre ; vide pour l’association.")
    employer = NamedSerializer()
    association = NamedSerializer()
    agreed = serializers.SerializerMethodField(help_text="Temps prévu, puis convenu.")
    validated = serializers.SerializerMethodField(help_text="Ce que les deux côtés ont validé.")
    waiting = serializers.SerializerMethodField(help_text="Noté, à valider.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Pourquoi ces deux-là.")
    ended_by = serializers.ChoiceField(choices=Side.choices, allow_blank=True)
    conventions = serializers.SerializerMethodField(help_text="La convention et ses avenants, dans l’ordre.")

    class Meta:
        model = Sponsorship
        fields = [
            *("id", "url", "side", "state", "need", "offer", "employer", "association", "format", "profile"),
            *("day_minutes", "agreed", "validated", "waiting", "starts_on", "ends_on", "reasons"),
            *("ended_by", "end_reason", "conventions", "updated_at"),
        ]

    def get_url(self, row: Sponsorship) -> str:
        organisation = self.organisation
        return absolute(reverse("sponsorships:one", args=[organisation.pk, organisation.slug, row.pk]))

    @extend_schema_field(serializers.ChoiceField(choices=Side.choices))
    def get_side(self, row: Sponsorship) -> str:
        return side_of(self.organisation, row)

    def get_offer(self, row: Sponsorship) -> int | None:
        return row.offer_id if side_of(self.organisation, row) == Side.COMPANY else None

    @extend_schema_field(DurationSerializer)
    def get_agreed(self, row: Sponsorship) -> Any:
        return duration(row.minutes, row.day_minutes)

    @extend_schema_field(DurationSerializer)
    def get_validated(self, row: Sponsorship) -> Any:
        counted: Any = row.validated_by_length  # type: ignore[attr-defined]
        return duration_by({one["length"]: one["minutes"] for one in counted})

    @extend_schema_field(DurationSerializer)
    def get_waiting(self, row: Sponsorship) -> Any:
        return duration(row.waiting_minutes, row.day_minutes)

    @extend_schema_field(OwnConventionSerializer(many=True))
    def get_conventions(self, row: Sponsorship) -> Any:
        texts: Any = row.texts  # type: ignore[attr-defined]
        context = {"side": side_of(self.organisation, row)}
        return OwnConventionSerializer(texts, many=True, context=context).data


class OwnDaySerializer(_Own):
    """What was noted of one date. It counts once both sides validated it; corrected, it is another entry."""

    part = serializers.ChoiceField(choices=Part.choices)
    state = serializers.ChoiceField(choices=DayState.choices)
    duration = serializers.SerializerMethodField()
    person = serializers.SerializerMethodField(help_text="Qui a travaillé.")
    validated_by_employer = serializers.SerializerMethodField()
    validated_by_association = serializers.SerializerMethodField()
    refused_by = serializers.ChoiceField(source="refused_side", choices=Side.choices, allow_blank=True)
    corrects = serializers.IntegerField(
        source="corrects_id", allow_null=True, help_text="L’entrée que celle-ci corrige."
    )

    class Meta:
        model = DayEntry
        fields = [
            *("id", "on", "part", "duration", "state", "person", "note", "validated_by_employer"),
            *("validated_by_association", "refused_by", "refused_reason", "corrects", "updated_at"),
        ]

    @extend_schema_field(DurationSerializer)
    def get_duration(self, day: DayEntry) -> Any:
        return duration(day.minutes, day.convention.day_minutes)

    def get_person(self, day: DayEntry) -> str | None:
        return (
            day.convention.employee_name if policies.sees_name(self.context["side"], day.convention) else None
        )

    def get_validated_by_employer(self, day: DayEntry) -> bool:
        return day.company_at is not None

    def get_validated_by_association(self, day: DayEntry) -> bool:
        return day.association_at is not None


class StatementLineSerializer(serializers.Serializer):
    """One sponsorship of the year."""

    sponsorship = serializers.IntegerField(source="sponsorship.pk")
    need = serializers.CharField(source="sponsorship.need.title")
    other = NamedSerializer(help_text="L’association, ou l’employeur, de l’autre côté.")
    dates = serializers.IntegerField(source="days", help_text="Nombre de dates travaillées.")
    validated = serializers.SerializerMethodField()
    amount = serializers.DecimalField(
        max_digits=11,
        decimal_places=2,
        allow_null=True,
        help_text="En euros, ce qu’un employeur a noté pour lui seul ; vide pour une association.",
    )

    @extend_schema_field(DurationSerializer)
    def get_validated(self, line: Line) -> Any:
        return duration_by(line.by_day)


class StatementSerializer(serializers.Serializer):
    """What both sides validated in a year, as on the page « Relevé »."""

    year = serializers.IntegerField()
    organisation = NamedSerializer()
    side = serializers.ChoiceField(choices=Side.choices, help_text="Ce que vous donnez, ou recevez.")
    total = serializers.SerializerMethodField(help_text="La somme exacte des journées validées.")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    lines = StatementLineSerializer(many=True)

    @extend_schema_field(DurationSerializer)
    def get_total(self, statement: Statement) -> Any:
        return duration_by(statement.by_day)


class OwnOrganisationSerializer(serializers.ModelSerializer):
    kind = serializers.ChoiceField(choices=Kind.choices)

    class Meta:
        model = Organisation
        fields = ["id", "name", "kind"]


class OwnKeySerializer(serializers.Serializer):
    """The key that is given: never its secret."""

    name = serializers.CharField()
    prefix = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True)


class OwnSerializer(serializers.Serializer):
    """Whose key it is, and what it reads."""

    organisation = OwnOrganisationSerializer()
    key = OwnKeySerializer()
    lists = serializers.DictField(child=serializers.URLField())
    statements = serializers.ListField(
        child=serializers.URLField(), help_text="Un relevé par côté et par année qui a une journée validée."
    )
