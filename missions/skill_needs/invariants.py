"""What must always hold of skill needs."""

from jeveuxagir.common.registries import Invariant, invariants

from .enums import PUBLIC
from .models import SkillNeed


def register() -> None:
    invariants.register(
        "skill_needs.of_a_company",
        Invariant(
            "Un besoin de compétences en cours n’est jamais celui d’une entreprise",
            lambda: SkillNeed.objects.filter(organisation__kind="company").exclude(
                state__in=["draft", "refused", "delivered", "no_taker"]
            ),
        ),
    )
    invariants.register(
        "skill_needs.public_without_what_is_needed",
        Invariant(
            "Un besoin public dit ce qui sera rendu, en combien de temps, et avec quelle compétence",
            lambda: SkillNeed.objects.filter(state__in=PUBLIC, skills__isnull=True),
        ),
    )
