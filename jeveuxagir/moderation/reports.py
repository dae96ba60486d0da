"""Public reports: a visitor says what is wrong on a page, the brigade decides.

An app lets its pages be reported by registering a `Reportable` under the name of the page's route. Every other page
of the site may be reported too: such a case is the nation's, and nothing but words can follow.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.registries import Registry
from jeveuxagir.common.text import NBSP, clean, plural
from jeveuxagir.notifications.services import send

from .models import ModerationItem, Report
from .registry import Handler, register

PAGE = "page"
MAX_PAGE = 500
Kind, State, Decision = ModerationItem.Kind, ModerationItem.State, ModerationItem.Decision
Verb = Callable[[Any, User | None, str], None]


@dataclass(frozen=True)
class Reportable:
    """What may be reported, and what the brigade may do to it.

    `ask(subject, actor, reason)` and `suspend(…)` call the services of the domain, which tell the organisation.
    `describe(subject)` gives the case's facts, texts, warnings and links, as a moderation handler does.
    """

    model: str  # "missions.Mission"
    find: Callable[[int], Any]  # by primary key; None when there is none
    is_public: Callable[[Any], bool]
    title: Callable[[Any], str]
    place: Callable[[Any], tuple[str | None, str | None]]  # department, domain
    ask: Verb
    suspend: Verb
    describe: Callable[[Any], dict[str, Any]]
    conflict: Callable[[Any, User], str]


#: name of a page's route → what it shows
reportables: Registry[Reportable] = Registry("reportable pages")


@dataclass(frozen=True)
class Subject:
    """What a report is about: a row of ours, or just a page."""

    kind: str
    pk: int
    title: str
    page: str
    department: str | None = None
    domain: str | None = None


def local_page(page: str) -> str:
    """The path of one of our pages, without its query; the home page for anything else."""
    page = clean(page)[:2000]
    if not page.startswith("/") or not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return "/"
    return urlsplit(page).path[:MAX_PAGE] or "/"


def subject_of(page: str) -> Subject:
    """What this page shows."""
    page = local_page(page)
    try:
        match = resolve(page)
    except Resolver404:
        match = None
    if match is not None and match.view_name in reportables and "pk" in match.kwargs:
        reportable = reportables[match.view_name]
        found = reportable.find(match.kwargs["pk"])
        if found is not None and reportable.is_public(found):
            department, domain = reportable.place(found)
            return Subject(reportable.model, found.pk, reportable.title(found), page, department, domain)
    return Subject(PAGE, _number(page), page, page)


@transaction.atomic
def report(
    subject: Subject, *, why: str, details: str = "", email: str = "", person: Person | None = None
) -> Report:
    """One more report on this subject: it joins the case that waits, or opens one. A person's second one replaces it.

    The case's version moves on: whoever was deciding reads the new report first.
    """
    if why not in Report.Why.values:
        raise RuleBroken("Dites ce qui ne va pas.", code="why")
    if why == Report.Why.OTHER and not clean(details):
        raise RuleBroken("Dites en quelques mots ce qui ne va pas.", code="details")
    item = _item(subject)
    values = {"page": subject.page, "why": why, "details": details, "email": email.strip().lower()}
    if person is not None:
        made, _ = Report.objects.update_or_create(item=item, person=person, defaults=values | {"email": ""})
    else:
        made = Report.objects.create(item=item, **values)
    count = item.reports.count()
    item.title = f"{plural(count, 'signalement')}{NBSP}: {subject.title}"[:200]
    item.version += 1
    item.save(update_fields=["title", "version"])
    record("moderation.reported", item, actor=None, why=str(why), count=count)
    return made


def _item(subject: Subject) -> ModerationItem:
    """The case that waits for this subject, locked; two reports at once make one."""
    new = ModerationItem(
        kind=Kind.REPORT,
        cause=ModerationItem.Cause.REPORT,
        subject_type=subject.kind,
        subject_id=subject.pk,
        title=subject.title[:200],
        department_id=subject.department,
        domain_id=subject.domain,
    )
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        if "moderation_one_open_item" not in str(error):
            raise
        return lock(
            ModerationItem.objects.open().filter(
                kind=Kind.REPORT, subject_type=subject.kind, subject_id=subject.pk
            )
        )
    record("moderation.opened", new, actor=None, cause=str(new.cause), fields=[])
    return new


def _number(page: str) -> int:
    """A page without a row has a number all the same: reports on it meet."""
    return int.from_bytes(hashlib.sha256(page.encode()).digest()[:7])


# --- the decision -----------------------------------------------------------------------------------------------

#: what the reporter reads, without details
OUTCOMES = {
    Decision.ACCEPT: "La brigade a examiné la page et n’a rien trouvé qui demande un changement.",
    Decision.ASK: "La brigade a demandé une correction.",
    Decision.REFUSE: "La page n’est plus en ligne.",
}


def reportable_of(item: ModerationItem) -> tuple[Reportable, Any] | None:
    """The subject's sort and row; None for a page, or when it is gone."""
    for reportable in reportables:
        if reportable.model == item.subject_type:
            found = reportable.find(item.subject_id)
            return (reportable, found) if found is not None else None
    return None


def _nothing_wrong(item: ModerationItem, actor: User | None) -> None:
    _tell_reporters(item)


def _ask(item: ModerationItem, actor: User | None) -> None:
    reportable, found = _required(item)
    reportable.ask(found, actor, item.reason)
    _tell_reporters(item)


def _suspend(item: ModerationItem, actor: User | None) -> None:
    reportable, found = _required(item)
    reportable.suspend(found, actor, item.reason)
    _tell_reporters(item)


def _required(item: ModerationItem) -> tuple[Reportable, Any]:
    known = reportable_of(item)
    if known is None:
        raise RuleBroken(
            "Ce signalement porte sur une page du site lui-même : il n’y a rien à suspendre ni personne à qui "
            "demander une correction. Notez ce que vous avez fait, puis répondez « Rien à signaler ».",
            code="page",
        )
    return known


def _tell_reporters(item: ModerationItem) -> None:
    """Once each, whatever the number of their reports; the addresses are forgotten at once."""
    lock(ModerationItem.objects.all(), pk=item.pk)  # no report joins it meanwhile
    for made in item.reports.select_related("person").filter(told_at=None):
        to: Any = made.person if made.person is not None else made.email
        if to:
            send(
                "moderation.report_decided",
                to=to,
                dedupe_key=f"moderation.report_decided:{item.pk}:{made.person_id or _fingerprint(made.email)}",
                context={"outcome": OUTCOMES[Decision(item.decision)], "reported_on": made.created_at},
            )
    item.reports.filter(told_at=None).update(told_at=Now(), email="")


def _fingerprint(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:16]


def describe(item: ModerationItem) -> dict[str, Any]:
    """The reports first, then the subject as its own queue shows it."""
    made = list(item.reports.all()[:50])
    words = [
        f"{entry.get_why_display()}{f'{NBSP}: {entry.details}' if entry.details else ''}" for entry in made
    ]
    known = reportable_of(item)
    described: dict[str, Any] = known[0].describe(known[1]) if known else {}
    return {
        "facts": [("Page", made[0].page if made else ""), *described.get("facts", [])],
        "texts": [("Ce qui est signalé", "\n\n".join(words)), *described.get("texts", [])],
        "warnings": described.get("warnings", []),
        "links": [("La page signalée", made[0].page)] if made else [],
    }


def _conflict(item: ModerationItem, actor: User) -> str:
    known = reportable_of(item)
    return known[0].conflict(known[1], actor) if known else ""


def plug_in() -> None:
    register(
        Kind.REPORT.value,
        Handler(
            accept=_nothing_wrong,
            ask=_ask,
            refuse=_suspend,
            describe=describe,
            url=lambda item: page.page if (page := item.reports.first()) else "/",
            conflict=_conflict,
            outcomes={
                "accept": "rien à signaler",
                "ask": "signalement retenu, correction demandée",
                "refuse": "signalement retenu, page suspendue",
            },
        ),
    )
