"""What indicators hold about a person: who counted, who confirmed or disputed."""

from alliances.personal_data import KEPT_WITH_ALLIANCE
from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Review, Value


def register() -> None:
    personal_data.register(
        "indicators.Value",
        PersonalData(
            model="indicators.Value",
            label="Valeurs d’indicateurs que vous avez saisies",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: Value.objects.filter(author=person).select_related("indicator"),
            export=lambda row: {
                "Indicateur": row.indicator.name,
                "Période": row.period,
                "Valeur": row.amount,
                "Saisie par": row.author_name,
                "Preuve": row.proof,
                "Saisie le": row.entered_at,
            },
            erase=services.forget_person,
            person_fields=("author",),
            fields=("author_name",),
        ),
    )
    personal_data.register(
        "indicators.Review",
        PersonalData(
            model="indicators.Review",
            label="Avis que vous avez donnés sur des valeurs",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: Review.objects.filter(person=person).select_related("value__indicator"),
            export=lambda row: {
                "Indicateur": row.value.indicator.name,
                "Période": row.value.period,
                "Avis": row.get_verdict_display(),
                "Raison": row.reason,
                "Le": row.at,
            },
            erase=services.forget_person,
            person_fields=("person",),
            fields=("reason",),
        ),
    )
