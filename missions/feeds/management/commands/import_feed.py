"""`manage.py import_feed SOURCE --partner SLUG`: read a partner's feed now, and say what became of each line."""

import re
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import plural, slugify
from missions.feeds import services
from missions.feeds.models import FeedIssue, FeedRun, Partner

WIDTH = 30
SHOWN_REMARKS = 50


class Command(BaseCommand):
    help = "Lit le flux d’un partenaire (format API Engagement), à une adresse ou dans un fichier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="adresse https:// du flux, ou fichier XML")
        parser.add_argument("--partner", help="identifiant du partenaire (par défaut, tiré de la source)")
        parser.add_argument("--name", help="nom du partenaire, s’il est nouveau")
        parser.add_argument("--contact", help="adresse électronique du partenaire, s’il est nouveau")
        parser.add_argument(
            "--trust",
            choices=Partner.Trust.values,
            help="confiance, si le partenaire est nouveau : trusted publie aussitôt, reviewed passe par la brigade",
        )

    def handle(self, *args: Any, source: str, partner: str | None, **options: Any) -> None:
        slug = partner or slug_of(source)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", slug):
            raise CommandError(
                "Un identifiant de partenaire a 40 lettres minuscules, chiffres ou tirets au plus."
            )
        found = self._partner(slug, source, options)
        bar = ProgressBar(self.stderr)
        try:
            run = services.import_feed(found, source, progress=bar.show)
        except RuleBroken as refusal:
            raise CommandError(refusal.message) from refusal
        finally:
            bar.end()
        self._report(run)
        if run.state in (FeedRun.State.FAILED, FeedRun.State.HELD):
            sys.exit(1)

    def _partner(self, slug: str, source: str, options: dict[str, Any]) -> Partner:
        name, trust, contact = options["name"], options["trust"], options["contact"] or ""
        try:
            validate_email(contact or "contact@partenaire.example")
        except ValidationError as error:
            raise CommandError("L’adresse de contact n’est pas une adresse électronique.") from error
        default = Partner.Trust.TRUSTED if settings.DEMO else Partner.Trust.REVIEWED
        found, created = Partner.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name or slug.replace("-", " ").capitalize(),
                "trust": trust or default,
                "contact_email": contact,
                "feed_url": source if source.startswith("https://") else "",
            },
        )
        if created:
            self.stdout.write(f"Nouveau partenaire : {found.name} ({found.get_trust_display()}).")
        elif trust and trust != found.trust:
            raise CommandError(
                f"{found.name} existe déjà, avec une autre confiance ({found.get_trust_display()})."
            )
        return found

    def _report(self, run: FeedRun) -> None:
        issues = FeedIssue.objects.filter(run=run).order_by("line", "pk")
        for issue in issues.filter(level=FeedIssue.Level.REJECTED).iterator():
            self.stdout.write(f"  {where(issue)} rejetée : {issue.reason}")
        others = issues.exclude(level=FeedIssue.Level.REJECTED)
        for issue in others[:SHOWN_REMARKS]:
            tag = f" <{issue.field}>" if issue.field else ""
            self.stdout.write(f"  {where(issue)} {issue.get_level_display()}{tag} : {issue.reason}")
        if (more := others.count() - SHOWN_REMARKS) > 0:
            self.stdout.write(
                f"  … et {plural(more, 'autre remarque', 'autres remarques')}, dans l’espace de la brigade."
            )
        self.stdout.write(
            f"\n{run.partner.name} : {plural(run.seen, 'mission lue', 'missions lues')}, "
            f"{plural(run.created, 'nouvelle')}, {plural(run.updated, 'modifiée')}, "
            f"{plural(run.unchanged, 'inchangée')}, {plural(run.reopened, 'rouverte')}, "
            f"{plural(run.closed, 'fermée')}, {plural(run.rejected, 'rejetée')}, "
            f"{plural(run.left_out, 'valeur laissée', 'valeurs laissées')} de côté."
        )
        if run.error:
            self.stdout.write(f"{run.get_state_display().capitalize()} : {run.error}")
        else:
            self.stdout.write(f"Relevé {run.pk} {run.get_state_display()}.")


class ProgressBar:
    """On a terminal, a bar that moves; elsewhere, a line each tenth."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.tenth, self.moving = stream, -1, False
        self.is_terminal = bool(stream.isatty())

    def show(self, done: int, total: int) -> None:
        share = done / total if total else 1
        if self.is_terminal:
            self.moving = True
            filled = round(share * WIDTH)
            bar = "█" * filled + "░" * (WIDTH - filled)
            self.stream.write(f"\r{bar} {done}/{total} missions", ending="")
            self.stream.flush()
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            self.stream.write(f"{done}/{total} missions")

    def end(self) -> None:
        if self.moving:
            self.stream.write("")


def slug_of(source: str) -> str:
    """A partner's id from where its feed is: the server's name, or the file's."""
    if "://" in source:
        host = urlsplit(source).hostname or ""
        name = "partenaire-de-demonstration" if host in ("127.0.0.1", "localhost", "::1") else host
    else:
        name = Path(source).stem
    return slugify(name, 40)


def where(issue: FeedIssue) -> str:
    line = f"ligne {issue.line}" if issue.line else "flux"
    return f"{line} ({issue.client_id})" if issue.client_id else line
