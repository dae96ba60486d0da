from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jeveuxagir.audit.invariants import broken
from jeveuxagir.common.registries import invariants


class Command(BaseCommand):
    help = "Pose les questions dont la réponse doit être vide ; échoue si l’une ne l’est pas."

    def handle(self, *args: Any, **options: Any) -> None:
        found = broken()
        for name, invariant in invariants.items():
            rows = found.get(name)
            mark = "non" if rows else "oui"
            self.stdout.write(f"{mark}  {invariant.rule}" + (f" : {', '.join(rows)}" if rows else ""))
        if found:
            raise CommandError(f"{len(found)} règle(s) sur {len(list(invariants))} ne tiennent pas.")
