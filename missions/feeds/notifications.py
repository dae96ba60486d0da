"""The mails about closings that wait: to those who decide, and to who keeps the feed at the partner's."""

from typing import Any

from django.urls import reverse

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.text import plural
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from .models import FeedRun
from .policies import DECIDERS

STAFF = "Vous suivez les flux des partenaires de Jeveuxagir."
PARTNER = "Votre adresse est celle du contact de ce flux sur Jeveuxagir."


def register() -> None:
    for name, label in (
        ("held", "Des fermetures d’un flux attendent une décision"),
        ("decided", "Une décision est prise sur les fermetures d’un flux"),
    ):
        catalogue.register(
            Kind(
                code=f"feeds.{name}",
                label=label,
                why=STAFF,
                template=f"emails/feeds/{name}.txt",
                audience="staff",
                digestible=True,
            )
        )
    catalogue.register(
        Kind(
            code="feeds.refused",
            label="Les fermetures de mon flux ne sont pas faites",
            why=PARTNER,
            template="emails/feeds/refused.txt",
            can_stop=False,
        )
    )


def tell_held(run: FeedRun) -> None:
    _tell_staff("held", run, roles.people_with(*DECIDERS), number=len(run.held_closings), why=run.error)


def tell_decided(run: FeedRun, number: int) -> None:
    """Those who could have decided, and who launched the run; not who has just decided."""
    people = {person.pk: person for person in roles.people_with(*DECIDERS)}
    if run.started_by is not None:
        people.setdefault(run.started_by.person_id, run.started_by.person)
    if run.decided_by is not None:
        people.pop(run.decided_by.person_id, None)
    _tell_staff("decided", run, people.values(), number=number)


def tell_partner(run: FeedRun, number: int) -> None:
    """Why what left the feed stays on line, to the partner's contact if there is one."""
    if run.partner.contact_email:
        send(
            "feeds.refused",
            to=run.partner.contact_email,
            dedupe_key=f"feeds.refused:{run.pk}",
            context={**_context(run, number), "contact_url": absolute(reverse("web:contact"))},
        )


def _tell_staff(name: str, run: FeedRun, people: Any, *, number: int, **context: Any) -> None:
    url = absolute(reverse("brigade:feeds_feedrun_change", args=[run.pk]))
    for person in people:
        assert isinstance(person, Person)
        send(
            f"feeds.{name}",
            to=person,
            dedupe_key=f"feeds.{name}:{run.pk}:{person.pk}",
            context={**_context(run, number), "url": url, **context},
        )


def _context(run: FeedRun, number: int) -> dict[str, Any]:
    decider = run.decided_by.person.first_name if run.decided_by else ""
    return {
        "partner": run.partner.name,
        "missions": plural(number, "mission", "missions"),
        "released": run.decision == FeedRun.Decision.RELEASED,
        "who": decider,
        "reason": run.decision_reason,
        "read_on": run.started_at,
    }
