"""What the two sides of an introduction, and who proposed it, are told. Contacts are in one mail alone: `exchange`."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.phones import phone_in_words
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership, Organisation
from organisations.policies import can_handle_missions

if TYPE_CHECKING:
    from .models import Introduction, Side

WHY = "Votre organisation est mise en relation avec une autre sur Jeveuxagir."
PROPOSED = "Vous avez proposé une mise en relation sur Jeveuxagir."
#: name → label; to the sides, at their organisation's address: nobody stops what must be answered
TO_SIDES = {
    "asked": "Être mis en relation avec une autre organisation",
    "contacts": "Une mise en relation est faite : les coordonnées",
    "ended": "Une mise en relation n’a pas lieu",
    "outcome": "Ce qu’est devenue une mise en relation",
}
#: to who proposed it
TO_PROPOSER = {
    "made": "La mise en relation que j’ai proposée est faite",
    "removed": "La brigade retire une mise en relation que j’ai proposée",
    "not_made": "La mise en relation que j’ai proposée n’a pas lieu",
}


def register() -> None:
    for name, label in TO_SIDES.items():
        catalogue.register(
            Kind(
                f"introductions.{name}",
                label,
                WHY,
                f"emails/introductions/{name}.txt",
                can_stop=False,
                audience="member",
            )
        )
    for name, label in TO_PROPOSER.items():
        catalogue.register(
            Kind(
                f"introductions.{name}",
                label,
                PROPOSED,
                f"emails/introductions/{name}.txt",
                audience="member",
                digestible=name != "removed",
                can_stop=name != "removed",
            )
        )


def address_of(organisation: Organisation) -> str:
    """Where an organisation is written to: its contact address, else its first owner's."""
    if organisation.email:
        return organisation.email
    owners = Membership.objects.owners().filter(organisation=organisation).order_by("created_at", "pk")
    first = owners.select_related("person").first()
    return (first.person.email if first else "") or ""


def ask(side: "Side", token: str, days: int) -> None:
    """The link that answers. The reason is read on the page: nobody sends texts through us."""
    introduction = side.introduction
    send(
        "introductions.asked",
        to=address_of(side.organisation),
        dedupe_key=f"introductions.asked:{side.pk}",
        context={
            "mine": side.organisation.name,
            "other": side.other.name,
            "proposer": introduction.proposer,
            "days": days,
            "url": _link(token),
        },
    )


def exchange(introduction: "Introduction") -> None:
    """Each side receives whom to write to at the other: once, and only now."""
    sides = list(introduction.sides.select_related("organisation", "answered_by__person").order_by("pk"))
    for side, other in ((sides[0], sides[1]), (sides[1], sides[0])):
        context = {
            "mine": side.organisation.name,
            "other": other.organisation.name,
            "contact_name": other.contact_name,
            "contact_email": other.contact_email,
            "contact_phone": phone_in_words(other.contact_phone),
            "url": absolute(space_url(side)),
        }
        for to, key in _addressees(side):
            send(
                "introductions.contacts",
                to=to,
                dedupe_key=f"introductions.contacts:{side.pk}:{key}",
                context=context,
            )


def end(introduction: "Introduction", sides: "list[Side]", actor: User | None) -> None:
    """Politely, and without a reason; whoever acted knows."""
    for side in sides:
        for to, key in _addressees(side):
            if actor is not None and isinstance(to, Person) and to.pk == actor.person_id:
                continue
            send(
                "introductions.ended",
                to=to,
                dedupe_key=f"introductions.ended:{side.pk}:{key}",
                context={
                    "mine": side.organisation.name,
                    "other": introduction.other_than(side.organisation).name,
                    "state": str(introduction.state),
                    "url": absolute(space_url(side)),
                },
            )


def ask_outcome(side: "Side", token: str) -> None:
    for to, key in _addressees(side):
        send(
            "introductions.outcome",
            to=to,
            dedupe_key=f"introductions.outcome:{side.pk}:{key}",
            context={
                "mine": side.organisation.name,
                "other": side.introduction.other_than(side.organisation).name,
                "url": _link(token),
            },
        )


def tell_proposer(introduction: "Introduction", name: str) -> None:
    """Who proposed it, unless they are one of the two, learns how it ended; never what anybody gave or said."""
    if introduction.proposed_by is None:
        return
    if introduction.host_id in (introduction.first_id, introduction.second_id):
        return
    send(
        f"introductions.{name}",
        to=introduction.proposed_by.person,
        dedupe_key=f"introductions.{name}:{introduction.pk}",
        context={
            "first": introduction.first.name,
            "second": introduction.second.name,
            "url": absolute(home_of(introduction)),
        },
    )


def tell_removed(introduction: "Introduction", reason: str) -> None:
    """Whoever proposed it, one of the two or not, learns why the brigade took it away."""
    if introduction.proposed_by is None:
        return
    send(
        "introductions.removed",
        to=introduction.proposed_by.person,
        dedupe_key=f"introductions.removed:{introduction.pk}",
        context={
            "first": introduction.first.name,
            "second": introduction.second.name,
            "reason": reason,
            "url": absolute(home_of(introduction)),
        },
    )


def space_url(side: "Side") -> str:
    """The page of a side in its organisation's space."""
    organisation = side.organisation
    return reverse("introductions:one", args=[organisation.pk, organisation.slug, side.introduction_id])


def home_of(introduction: "Introduction") -> str:
    """Where whoever proposed it follows it."""
    if introduction.host is None:
        return reverse("brigade:introductions_introduction_change", args=[introduction.pk])
    return reverse("introductions:of_organisation", args=[introduction.host.pk, introduction.host.slug])


def _link(token: str) -> str:
    return absolute(reverse("introductions:answer_link", args=[token]))


def _addressees(side: "Side") -> list[tuple[Any, str]]:
    """(to, key): the organisation's address, and who answered for it, if they still do and have another."""
    address = address_of(side.organisation).strip().lower()
    found: list[tuple[Any, str]] = [(address, "address")] if address else []
    stays = side.answered_by is not None and can_handle_missions(side.answered_by, side.organisation)
    person = side.answered_by.person if side.answered_by and stays else None
    if person is not None and (person.email or "").strip().lower() != address:
        found.append((person, str(person.pk)))
    return found
