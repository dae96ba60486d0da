"""The words of an employer's people: how they joined, and what their employer sees of them."""

from django.db.models import TextChoices


class JoinedBy(TextChoices):
    DOMAIN = "domain", "par son adresse de travail"
    CODE = "code", "avec un code"
    INVITATION = "invitation", "sur invitation"


class Shown(TextChoices):
    """What an employer reads of one of its people, least first."""

    NOTHING = "nothing", "« une personne », sans mon nom"
    NAME = "name", "mon nom"
    MISSIONS = "missions", "mon nom et le nombre de mes missions réalisées"


class EndedBy(TextChoices):
    SELF = "self", "à sa demande"
    EMPLOYER = "employer", "retirée par l’employeur"
    CLOSING = "closing", "l’employeur a fermé"
