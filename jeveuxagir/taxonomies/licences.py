"""Under which licence a public text may be used again: each says its own; the open one when nothing is said."""

from django.db.models import TextChoices


class Licence(TextChoices):
    OPEN = "lo-2.0", "Licence Ouverte 2.0"
    BY = "cc-by-4.0", "Creative Commons Attribution 4.0"
    BY_SA = "cc-by-sa-4.0", "Creative Commons Attribution – Partage dans les mêmes conditions 4.0"

    @property
    def url(self) -> str:
        return {
            Licence.OPEN: "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
            Licence.BY: "https://creativecommons.org/licenses/by/4.0/deed.fr",
            Licence.BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/deed.fr",
        }[self]
