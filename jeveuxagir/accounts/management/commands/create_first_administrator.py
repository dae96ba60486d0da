"""Make the account that gives all other rights, on a new site."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from jeveuxagir.accounts.grants import create_first_administrator
from jeveuxagir.common.errors import RuleBroken


class Command(BaseCommand):
    help = "Crée le premier compte d’administration : équipe nationale et équipe technique."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="adresse électronique de la personne")
        parser.add_argument("--first-name", default="", help="son prénom")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("Cette adresse électronique n’est pas valable.") from error
        try:
            user = create_first_administrator(email=options["email"], first_name=options["first_name"])
        except RuleBroken as broken:
            raise CommandError(broken.message) from broken
        site = settings.SITE_URL.rstrip("/")
        self.stdout.write(
            f"Le compte {user.email} fait partie de l’équipe nationale et de l’équipe technique.\n\n"
            "Pour finir, cette personne :\n"
            f"  1. ouvre {site}{reverse('account_login')} et donne son adresse : un code lui est envoyé ;\n"
            f"  2. ouvre {site}{reverse('mfa_activate_totp')} et active la double vérification ;\n"
            f"  3. ouvre {site}{reverse('accounts:team')} et donne leurs droits aux autres."
        )
