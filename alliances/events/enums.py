"""The words of events and registrations, and how they move."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Kind(TextChoices):
    MEETING = "meeting", "rencontre"
    WORKSHOP = "workshop", "atelier"
    VISIT = "visit", "visite inspirante"
    CONFERENCE = "conference", "conférence"
    WEBINAR = "webinar", "webinaire"
    TRAINING = "training", "formation"
    FORUM = "forum", "forum ou salon"
    OPEN_DAY = "open_day", "portes ouvertes"
    OTHER = "other", "autre événement"


class Mode(TextChoices):
    ON_SITE = "on_site", "sur place"
    ONLINE = "online", "en ligne"
    BOTH = "both", "sur place et en ligne"


class How(TextChoices):
    """How one person attends: a place of the room, or one behind a screen."""

    ON_SITE = "on_site", "sur place"
    ONLINE = "online", "en ligne"


#: how one may attend an event of this mode
WAYS: dict[str, tuple[How, ...]] = {
    Mode.ON_SITE: (How.ON_SITE,),
    Mode.ONLINE: (How.ONLINE,),
    Mode.BOTH: (How.ON_SITE, How.ONLINE),
}
#: the modes of which one may attend this way: an event that does both is found by each
MODES_OF: dict[str, tuple[Mode, ...]] = {
    How.ON_SITE: (Mode.ON_SITE, Mode.BOTH),
    How.ONLINE: (Mode.ONLINE, Mode.BOTH),
}


class Rhythm(TextChoices):
    """How the dates of a series follow each other."""

    WEEKLY = "weekly", "chaque semaine"
    FORTNIGHTLY = "fortnightly", "toutes les deux semaines"
    MONTHLY = "monthly", "chaque mois, le même jour de la semaine"


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de la brigade"
    PUBLISHED = "published", "publié"
    DONE = "done", "terminé"
    CANCELLED = "cancelled", "annulé"
    REFUSED = "refused", "refusé"


#: what anybody may read, if it was published once: an event that was cancelled says so
PUBLIC = (State.PUBLISHED, State.DONE, State.CANCELLED)
#: what its organisation may still write at once
UNSENT = (State.DRAFT, State.REFUSED)

TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT, State.REFUSED], State.PENDING),
        "take_back": ([State.PENDING], State.DRAFT),
        "send_back": ([State.PENDING], State.DRAFT),
        "publish": ([State.PENDING], State.PUBLISHED),
        "refuse": ([State.PENDING], State.REFUSED),
        "cancel": ([State.PUBLISHED], State.CANCELLED),
        "finish": ([State.PUBLISHED], State.DONE),
    }
)


class Registered(TextChoices):
    """Where a registration stands."""

    TO_CONFIRM = "to_confirm", "à confirmer"
    REGISTERED = "registered", "inscription faite"
    WAITING = "waiting", "sur la liste d’attente"
    ATTENDED = "attended", "présence notée"
    ABSENT = "absent", "absence notée"
    CANCELLED = "cancelled", "inscription annulée"


#: those that hold a place
SEATS = (Registered.REGISTERED, Registered.ATTENDED, Registered.ABSENT)
#: those that are not over
LIVE = (*SEATS, Registered.WAITING)
#: those one may still give back
GIVEN_BACK = (Registered.REGISTERED, Registered.WAITING)
