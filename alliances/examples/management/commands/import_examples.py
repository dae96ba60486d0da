"""`manage.py import_examples exemples.csv --source "Nom de la base"`: see alliances/examples/importing.py."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alliances.examples import importing
from alliances.examples.forms import MOST_BYTES


class Command(BaseCommand):
    help = "Importe un fichier CSV d’exemples : chaque fiche est marquée « importée, non relue »."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="le fichier CSV, en UTF-8")
        parser.add_argument("--source", required=True, help="le nom de la base d’où viennent les exemples")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            if file.stat().st_size > MOST_BYTES:
                raise CommandError("Ce fichier dépasse 2 mégaoctets : coupez-le en plusieurs.")
            content = file.read_bytes()
        except OSError as wrong:
            raise CommandError(f"Ce fichier ne se lit pas : {file}") from wrong
        report, _run = importing.read(content, source=options["source"], actor=None)
        self.stdout.write(
            f"{report.created} nouveaux, {report.updated} mis à jour, {report.same} inchangés, "
            f"{len(report.refused)} refusés."
        )
        for line, why in report.refused:
            self.stdout.write(f"{f'Ligne {line}' if line else 'Fichier'} : {why}")
