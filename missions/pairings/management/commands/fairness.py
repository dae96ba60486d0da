"""Print who would be served, with and without the 72 hours."""

from typing import Any

from django.core.management.base import BaseCommand

from missions.pairings.fairness import real_share, report


class Command(BaseCommand):
    help = "Mécénat de compétences : part des associations servies pour la première fois, avec et sans les 72 heures."

    def handle(self, *args: Any, **options: Any) -> None:
        found = report()
        signed, first = real_share()
        self.stdout.write(
            f"{found.offers} offres ouvertes, {found.needs} besoins ouverts, dont {found.first_timers} "
            "d’associations jamais servies"
        )
        self.stdout.write("                     besoins servis   pour une première fois")
        for label, served in (
            ("avec les 72 heures", found.with_rule),
            ("sans les 72 heures", found.without_rule),
        ):
            self.stdout.write(f"{label:<20} {served.needs:>14}   {served.first_time:>5} ({served.share} %)")
        self.stdout.write(found.effect)
        self.stdout.write(f"conventions signées : {signed}, dont {first} pour une première fois")
