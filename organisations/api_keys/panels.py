"""The keys' page, beside what a key reads: under « Mécénat » for an employer, else under « Besoins »."""

from organisations.spaces import add_tab

from .policies import HANDLERS


def register() -> None:
    add_tab(90, "Clés d’API", "mecenat/cles-api/", "mecenat/", "besoins/", roles=HANDLERS)
