"""What means show of the journey of their alliance."""

from django.db.models import Exists, OuterRef

from alliances.spaces import Sign, signs

from .enums import State
from .models import Contribution


def register() -> None:
    kept = Contribution.objects.filter(alliance=OuterRef("pk")).exclude(state=State.DROPPED)
    signs.register("moyens", Sign("Des moyens sont listés.", Exists(kept)))
