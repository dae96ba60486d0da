"""`manage.py load_reference`: regions, communes, domains, skills… Run it after each `migrate`."""

from typing import Any

from django.core.management.base import BaseCommand

from jeveuxagir.web.reference import load_reference


class Command(BaseCommand):
    help = "Charge les données de référence (territoires, vocabulaires). Sans effet si elles sont à jour."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_reference()
        if options["verbosity"]:
            self.stdout.write(
                "Données de référence chargées." if loaded else "Données de référence déjà à jour."
            )
