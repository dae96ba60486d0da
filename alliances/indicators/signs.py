"""What indicators show of the journey of their alliance."""

from django.db.models import Exists, OuterRef

from alliances.spaces import Sign, signs

from .models import Indicator, Value


def register() -> None:
    signs.register(
        "indicateurs",
        Sign(
            "Des valeurs sont saisies.",
            Exists(Value.objects.current().filter(indicator__alliance=OuterRef("pk"))),
            "Des indicateurs sont définis, sans valeur encore.",
            Exists(Indicator.objects.filter(alliance=OuterRef("pk"), archived_at=None)),
        ),
    )
