"""What the brigade kept before common problems existed becomes one: a draft of its author; without an author any more,
something for the brigade to read before anybody else does."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from jeveuxagir.common.text import slugify


def make_challenges(apps: Any, schema_editor: Any = None) -> None:
    ideas, challenges = apps.get_model("ideas", "Idea"), apps.get_model("challenges", "Challenge")
    items = apps.get_model("moderation", "ModerationItem")
    kept = ideas.objects.filter(state="problem", challenge=None).select_related("commune")
    for idea in kept.order_by("pk").iterator():
        challenge = challenges.objects.create(
            statement=idea.what,
            slug=slugify(idea.what),
            who=idea.why,
            commune_id=idea.commune_id,
            department_id=idea.commune.department_id,
            person_id=idea.person_id,
            state="draft" if idea.person_id else "pending",
            state_changed_at=timezone.now(),
            created_at=idea.filed_at,
        )
        ideas.objects.filter(pk=idea.pk).update(challenge=challenge)
        if not idea.person_id:
            items.objects.create(
                kind="challenge",
                cause="idea",
                subject_type="challenges.Challenge",
                subject_id=challenge.pk,
                title=idea.what,
                department_id=idea.commune.department_id,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0002_challenge"),
        ("challenges", "0001_challenges"),
        ("moderation", "0007_challenges"),
        ("territories", "0002_models"),
    ]

    operations = [migrations.RunPython(make_challenges, migrations.RunPython.noop)]
