"""What documents tell in the activity of their alliance. One that was removed is not named any more."""

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _documents(alliance: Alliance, numbers: set[int]) -> Named:
    found = {}
    for row in alliance.shared_documents.filter(pk__in=numbers):
        row.alliance = alliance
        found[row.pk] = (row.title, row.page_url)
    return found


def register() -> None:
    activity.sorts.register(
        "documents",
        Sort(
            "Documents",
            {
                "document.added": "Un document est déposé",
                "document.version_added": "Un document a une nouvelle version",
                "document.edited": "Un document est décrit autrement",
                "document.removed": "Un document est supprimé",
                "document.publication_asked": "La brigade est invitée à relire un document",
                "document.published": "Un document est public",
                "document.unpublished": "Un document n’est plus public",
                "document.publication_refused": "La brigade ne publie pas un document",
            },
            order=80,
            key="document",
            named=_documents,
        ),
    )
