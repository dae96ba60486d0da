"""What the thread holds about a person: their messages. Erasing empties them."""

from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import FormerPost, Post

KEPT = "avec l’alliance ; effacés avec votre compte"


def register() -> None:
    personal_data.register(
        "exchanges.Post",
        PersonalData(
            model="exchanges.Post",
            label="Messages que vous avez écrits dans une alliance",
            kept=KEPT,
            erasing="vos messages disparaissent, leur place reste",
            rows=lambda person: Post.objects.filter(author=person).select_related("topic__alliance", "party"),
            export=lambda row: {
                "Alliance": row.topic.alliance.name,
                "Sujet": row.topic.title,
                "Prénom": row.author_name,
                "Pour": row.party.name,
                "Message": row.body,
                "Le": row.posted_at,
                "Retiré le": row.withdrawn_at,
            },
            erase=services.forget_person,
            person_fields=("author",),
            fields=("author_name", "body"),
        ),
    )
    personal_data.register(
        "exchanges.FormerPost",
        PersonalData(
            model="exchanges.FormerPost",
            label="Anciens textes de vos messages",
            kept=KEPT,
            rows=lambda person: FormerPost.objects.filter(post__author=person).select_related("post__topic"),
            export=lambda row: {"Sujet": row.post.topic.title, "Message": row.body, "Le": row.replaced_at},
            erase=services.forget_person,
            person_fields=(),
            fields=("body",),
        ),
    )
