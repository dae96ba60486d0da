"""Fixed lists of the territories: zones, origins of a point, time zones."""

from django.db.models import TextChoices


class Zone(TextChoices):
    MAINLAND = "metro", "France métropolitaine"
    OVERSEAS = "drom", "département et région d’outre-mer"
    COLLECTIVITY = "com", "collectivité d’outre-mer"


class PointSource(TextChoices):
    NONE = "", "non renseigné"
    TOWN_HALL = "mairie", "mairie"
    GEONAMES = "geonames", "centre du bourg (GeoNames)"
    INSIDE = "contour", "point intérieur du contour"


DEFAULT_TIMEZONE = "Europe/Paris"
TIMEZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",
}
# Where a collectivity keeps several times: the Marquesas and the Gambier Islands, Adélie Land.
COMMUNE_TIMEZONES = {
    **dict.fromkeys(("98718", "98723", "98731", "98746", "98756", "98757"), "Pacific/Marquesas"),
    "98719": "Pacific/Gambier",
    "98414": "Antarctica/DumontDUrville",
}


def timezone_of(department_code: str, commune_code: str = "") -> str:
    """IANA time zone of a department, or of one of its communes."""
    return COMMUNE_TIMEZONES.get(commune_code) or TIMEZONES.get(department_code, DEFAULT_TIMEZONE)
