"""The thread in the archive of its alliance: what its pages show this reader."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from .models import Post
from .reading import words_for


def _write(folder: Folder, alliance: Alliance, reader: User) -> None:
    posts = Post.objects.of_alliance(alliance).select_related("topic", "party")
    folder.table(
        "messages",
        "Messages",
        ("Sujet", "Partie", "Prénom", "Message", "Le", "Modifié le"),
        [
            (
                one.topic.title,
                one.party.name,
                one.author_name,
                words_for(one, reader),
                one.posted_at,
                one.edited_at,
            )
            for one in posts.order_by("topic", "posted_at", "pk")
        ],
    )


def register() -> None:
    parts.register("exchanges", Part("Échanges", _write, order=90))
