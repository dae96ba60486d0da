"""What waits for a person, from every app, the oldest first; and what waits about the account itself."""

import datetime
from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.registries import ToDo, to_do

from . import guardians, terms
from .models import GuardianNotice, Person
from .services import user_of


def of(request: HttpRequest) -> list[ToDo]:
    """Everything, sorted across apps; what waits since the same moment in the order of the apps."""
    return sorted((line for source in to_do for line in source(request)), key=lambda line: line.since)


def account(request: HttpRequest) -> Iterator[ToDo]:
    """A guardian to name or to wait for; terms of use that changed."""
    person = user_of(request).person
    yield from _guardian(person)
    if terms.is_due(request):
        since = datetime.datetime.combine(terms.current().since, datetime.time.min, PARIS)
        yield ToDo(
            "Les conditions d’utilisation ont changé\u00a0: dites si vous les acceptez",
            reverse("accounts:accept_terms"),
            since,
            "Les lire",
        )


def _guardian(person: Person) -> Iterator[ToDo]:
    """Nothing once the guardian objected: the page says it, and there is nothing to do."""
    if guardians.is_cleared(person):
        return
    notice = person.guardian_notices.order_by("-pk").first()
    if notice is None:
        text, action, since = "Indiquez l’adresse d’un parent ou tuteur", "L’indiquer", person.created_at
    elif notice.state == GuardianNotice.State.OBJECTED:
        return
    elif guardians.was_refused(notice):
        text, action, since = (
            "L’adresse de votre parent ou tuteur ne marche pas",
            "La corriger",
            notice.created_at,
        )
    else:
        text, action, since = "Votre parent ou tuteur n’est pas encore prévenu", "Voir", notice.created_at
    url = reverse("accounts:profile") + "#tuteur"
    yield ToDo(f"{text}\u00a0: vous pourrez candidater ensuite", url, since, action)
