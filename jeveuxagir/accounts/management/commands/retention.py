from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jeveuxagir.accounts import retention
from jeveuxagir.ui.dates import exact


class Command(BaseCommand):
    help = "Efface ce qui dépasse sa durée de conservation. Avec --dry-run : dit seulement combien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="ne rien effacer, compter")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for line in retention.due():
                oldest = f", la plus ancienne du {exact(line.oldest)}" if line.oldest else ""
                self.stdout.write(f"{line.rows:>8}  {line.entry.label} ({line.rule.sentence}){oldest}")
            self.stdout.write("Rien n’est effacé.")
            return
        report = retention.run()
        for model, count in report["done"].items():
            self.stdout.write(f"{count:>8}  {model}")
        self.stdout.write("C’est fait." if report["done"] else "Rien à effacer.")
        if report["failed"]:
            raise CommandError(f"Tables en échec, à reprendre : {', '.join(report['failed'])}")
