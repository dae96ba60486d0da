"""`manage.py load_reference`: regions, communes, domains, sheets of the library… Run it after each `migrate`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jeveuxagir.web.reference import load_reference


class Command(BaseCommand):
    help = "Charge les données de référence (territoires, vocabulaires). Sans effet si elles sont à jour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-sheets",
            action="store_true",
            help="Sans les méthodes, les outils et les réseaux de la bibliothèque.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_reference(sheets=not options["without_sheets"])
        if options["verbosity"]:
            self.stdout.write(
                "Données de référence chargées." if loaded else "Données de référence déjà à jour."
            )
