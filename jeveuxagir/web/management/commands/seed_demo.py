"""`manage.py seed_demo`: the invented data that `make demo` shows."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jeveuxagir.common.statistics import analyze_all


class Command(BaseCommand):
    help = "Crée les données inventées de la démonstration. Sans effet si elles existent ; refusé hors démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts-file", type=Path, help="où écrire les comptes de démonstration")
        parser.add_argument(
            "--reset", action="store_true", help="efface d’abord tout ce qui n’est pas de référence"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Ces données sont inventées : elles ne se créent que si DEMO est vrai.")
        from jeveuxagir.web.demo import seed  # Faker and the like, which production does not install

        if options["reset"]:
            seed.forget()
        made = seed.seed()
        if made:
            analyze_all()
        path = options["accounts_file"] or (
            Path(os.environ["DEMO_STATE"]) / "accounts.json" if os.environ.get("DEMO_STATE") else None
        )
        if path is not None:
            seed.write_files(path)
        if options["verbosity"]:
            self.stdout.write(
                "Données de démonstration créées." if made else "Données de démonstration déjà là."
            )
