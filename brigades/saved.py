"""Lists as members want to find them again: saved, shared with a department, opened first, deleted."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.http import QueryDict

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.territories.models import Department

from . import scopes
from .models import SavedFilter

MAX_FILTERS = 20
MAX_QUERY = 500


def kept(query: str, params: set[str]) -> str:
    """The filters of an address, without its page and what is no filter of this list."""
    given = QueryDict(query[:2000])
    wanted = QueryDict(mutable=True)
    for name in given:
        if name in params and given[name]:
            wanted[name] = given[name]
    return wanted.urlencode()


@dataclass(frozen=True)
class Tab:
    """A saved filter, as its list shows it."""

    pk: int
    name: str
    query: str
    is_mine: bool
    shared: str
    is_default: bool
    current: bool


def tabs(user: Any, queue: str, query: str) -> list[Tab]:
    """What this member may open in one click on this list."""
    offered = SavedFilter.objects.filter(queue=queue).offered_to(user, scopes.departments(user))
    return [
        Tab(
            pk=row.pk,
            name=row.name,
            query=row.query,
            is_mine=row.owner_id == user.pk,
            shared=row.department.label if row.department else "",
            is_default=row.is_default and row.owner_id == user.pk,
            current=row.query == query,
        )
        for row in offered.select_related("department")
    ]


def default_of(user: Any, queue: str) -> str:
    """The filters this member wants to meet first on this list."""
    row = SavedFilter.objects.filter(owner=user, queue=queue, is_default=True).first()
    return row.query if row else ""


@transaction.atomic
def keep(
    *,
    actor: User,
    queue: str,
    name: str,
    query: str,
    department: Department | None = None,
    is_default: bool = False,
) -> SavedFilter:
    """Keep a list's filters under a name. The same name again replaces what it held."""
    name = clean(name)[:60]
    if not name:
        raise RuleBroken("Donnez un nom à ce filtre.", code="name")
    if not query:
        raise RuleBroken("Choisissez d’abord au moins un filtre, puis enregistrez-le.", code="query")
    if len(query) > MAX_QUERY:
        raise RuleBroken("Ces filtres sont trop longs pour être enregistrés.", code="query")
    if department is not None and not scopes.departments(actor).filter(pk=department.pk).exists():
        raise NotAllowed
    lock(User.objects.all(), pk=actor.pk)
    mine = SavedFilter.objects.filter(owner=actor)
    row = mine.filter(queue=queue, name=name).first() or SavedFilter(owner=actor, queue=queue, name=name)
    if row.pk is None and mine.count() >= MAX_FILTERS:
        raise RuleBroken(
            f"Vous avez déjà {MAX_FILTERS} filtres enregistrés : supprimez-en un d’abord.", code="too_many"
        )
    if is_default:
        mine.filter(queue=queue, is_default=True).update(is_default=False)
    row.query, row.department, row.is_default = query, department, is_default
    try:
        row.save()
    except IntegrityError as error:
        raise RuleBroken("Ce filtre vient d’être enregistré.", code="exists") from error
    record("brigade.filter_saved", row, actor=actor, queue=queue)
    return row


@transaction.atomic
def forget(row: SavedFilter, *, actor: User) -> None:
    """Only one's own."""
    if row.owner_id != actor.pk:
        raise NotAllowed
    record("brigade.filter_deleted", row, actor=actor, queue=row.queue)
    row.delete()


@transaction.atomic
def open_first(row: SavedFilter, *, actor: User, first: bool) -> None:
    """Meet this filter when the list is opened, or meet the whole list again."""
    if row.owner_id != actor.pk:
        raise NotAllowed
    lock(User.objects.all(), pk=actor.pk)
    SavedFilter.objects.filter(owner=actor, queue=row.queue, is_default=True).update(is_default=False)
    if first:
        SavedFilter.objects.filter(pk=row.pk).update(is_default=True)
