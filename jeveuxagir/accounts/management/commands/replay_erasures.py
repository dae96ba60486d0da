from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jeveuxagir.accounts import erasures


class Command(BaseCommand):
    help = (
        "Après une restauration, efface de nouveau qui l’avait été depuis la sauvegarde. "
        "--export écrit la liste, à garder hors de la base ; --from la relit."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--export", metavar="FICHIER", help="écrire la liste des personnes effacées")
        which.add_argument("--from", metavar="FICHIER", dest="source", help="effacer de nouveau")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["export"]:
            number = erasures.write(Path(options["export"]))
            self.stdout.write(f"{number} personne(s) effacée(s) dans la liste.")
            return
        try:
            done = erasures.replay(Path(options["source"]).read_text().splitlines())
        except (OSError, ValueError) as error:
            raise CommandError(f"Cette liste ne se lit pas : {error}") from error
        self.stdout.write(f"{done} personne(s) effacée(s) de nouveau.")
