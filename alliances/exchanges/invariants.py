"""What always holds of the thread; `manage.py check_invariants` asks it."""

from django.db.models import Count, F

from jeveuxagir.common.registries import Invariant, invariants

from .models import FormerPost, Topic


def register() -> None:
    invariants.register(
        "exchanges.count",
        Invariant(
            "Chaque sujet compte ses messages, et en a un au moins.",
            lambda: Topic.objects.annotate(held=Count("posts")).exclude(count=F("held"), held__gt=0),
        ),
    )
    invariants.register(
        "exchanges.withdrawn",
        Invariant(
            "Il ne reste rien d’un message retiré.",
            lambda: FormerPost.objects.filter(post__withdrawn_at__isnull=False),
        ),
    )
