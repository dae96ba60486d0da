"""What the thread tells in the activity of its alliance: where somebody wrote, never what."""

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _topics(alliance: Alliance, numbers: set[int]) -> Named:
    found = {}
    for row in alliance.topics.filter(pk__in=numbers):
        row.alliance = alliance
        found[row.pk] = (row.title, row.page_url)
    return found


def register() -> None:
    activity.sorts.register(
        "exchanges",
        Sort(
            "Échanges",
            {
                "topic.opened": "Un sujet est ouvert",
                "topic.answered": "Un message est écrit",
                "topic.post_edited": "Un message est modifié",
                "topic.post_withdrawn": "Un message est retiré",
                "topic.post_hidden": "La brigade masque un message",
            },
            order=90,
            key="topic",
            named=_topics,
        ),
    )
