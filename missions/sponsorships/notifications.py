"""What both sides of a sponsorship are told. No name of who comes, no amount: what was agreed is behind the link."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.clock import today
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of
from organisations.models import Membership
from organisations.policies import HANDLERS

from . import contacts
from .changes import changes
from .enums import DueKind, Side

if TYPE_CHECKING:
    from .models import Convention, DayEntry, Due, Sponsorship

WHY = "Vous suivez les mises à disposition d’une organisation sur Jeveuxagir."
#: name → (label, whether it may be stopped and wait for the mail of the day)
KINDS = {
    "asked": ("Un employeur propose du temps pour un besoin de mon association", False),
    "agreed": ("Une association accepte le temps que nous proposons", False),
    "declined": ("Une mise à disposition en préparation n’aura pas lieu", False),
    "released": ("Une mise à disposition s’arrête faute de réponse ou de besoin", False),
    "to_sign": ("Une convention de mise à disposition est à signer", False),
    "dropped": ("Une convention que notre côté avait signée est abandonnée", False),
    "in_force": ("Une convention de mise à disposition est en vigueur", True),
    "day_refused": ("Une journée de mise à disposition est refusée", True),
    "day_corrected": ("Une journée refusée est corrigée", True),
    "debriefed": ("L’autre côté a fait son bilan", True),
    "unlinked": ("La personne mise à disposition n’est plus reliée à son compte", False),
    "closed": ("Une mise à disposition est terminée", True),
    "broken": ("Une mise à disposition s’arrête avant la fin", False),
    "due_answer": ("Un employeur attend ma réponse", True),
    "due_signing": ("Une convention de mise à disposition attend d’être signée", True),
    "due_day": ("Une journée de mise à disposition est à noter", True),
    "due_validation": ("Une journée de mise à disposition attend ma validation", True),
    "due_end": ("Une convention de mise à disposition finit bientôt", True),
    "due_debrief": ("Le bilan d’une mise à disposition est à faire", True),
}

#: to who comes, when their account is on the convention
YOU_COME = "sponsorships.you_come"


def register() -> None:
    catalogue.register(
        Kind(
            YOU_COME,
            "Mon employeur me met à disposition d’une association",
            "Une convention signée par votre employeur et par une association vous nomme.",
            "emails/sponsorships/you_come.txt",
            can_stop=False,
        )
    )
    for name, (label, may_wait) in KINDS.items():
        catalogue.register(
            Kind(
                f"sponsorships.{name}",
                label,
                WHY,
                f"emails/sponsorships/{name}.txt",
                can_stop=may_wait,
                audience="member",
                digestible=may_wait,
            )
        )


def page_of(sponsorship: "Sponsorship", side: str) -> str:
    """Where that side follows it."""
    organisation = sponsorship.organisation_of(side)
    return reverse("sponsorships:one", args=[organisation.pk, organisation.slug, sponsorship.pk])


def text_of(convention: "Convention", side: str) -> str:
    """Where that side reads and signs it."""
    sponsorship = convention.sponsorship
    organisation = sponsorship.organisation_of(side)
    return reverse(
        "sponsorships:convention", args=[organisation.pk, organisation.slug, sponsorship.pk, convention.pk]
    )


def tell(
    sponsorship: "Sponsorship", name: str, side: str, *, once: str, besides: User | None = None, **more: Any
) -> None:
    """Each owner and manager of that side, once."""
    _send(sponsorship, name, side, f"{sponsorship.pk}:{side}:{once}", besides, **more)


def tell_convention(convention: "Convention", name: str, side: str, *, besides: User | None = None) -> None:
    sponsorship = convention.sponsorship
    once = f"{sponsorship.pk}:{convention.pk}:{side}"
    if name == "to_sign":
        # reworded ten times in a day, a version unsigned is one mail
        once = f"{sponsorship.pk}:{convention.amendment}:{today().isoformat()}:{side}"
    _send(
        sponsorship,
        name,
        side,
        once,
        besides,
        convention=convention,
        changes=changes(convention, side, names=False),
        url=absolute(text_of(convention, side)),
    )


def tell_who_comes(convention: "Convention") -> None:
    """The person whose account a signed convention names: what it is, where to note their days, whom to write to when
    it is a mistake. Once for each convention that begins to name it."""
    if convention.employee is None:
        return
    sponsorship = convention.sponsorship
    send(
        YOU_COME,
        to=convention.employee,
        dedupe_key=f"{YOU_COME}:{convention.pk}:{convention.employee.pk}",
        context={
            "need": sponsorship.need,
            "employer": sponsorship.employer,
            "association": sponsorship.association,
            "convention": convention,
            "contact": contacts.of_employer(sponsorship.employer, [sponsorship.created_by]),
            "url": absolute(reverse("sponsorships:mine")),
        },
    )


def tell_day(day: "DayEntry", name: str, side: str, *, besides: User | None = None) -> None:
    """Also whoever noted it, when a day is refused."""
    sponsorship = day.sponsorship
    _send(sponsorship, name, side, f"{day.pk}:{side}", besides, day=day)


def signatories_of(organisation_id: int) -> list[Person]:
    members = Membership.objects.live().filter(
        organisation_id=organisation_id, role__in=HANDLERS, may_sign=True
    )
    return [member.person for member in members.select_related("person").order_by("pk")]


def remind(due: "Due", side: str) -> None:
    """A due date has come and it is still to do."""
    day = None
    if due.kind == DueKind.VALIDATION:
        day = due.sponsorship.days.filter(pk=int(due.about)).first()
    _send(due.sponsorship, f"due_{due.kind}", side, f"{due.pk}:{side}", None, day=day)


def _send(
    sponsorship: "Sponsorship", name: str, side: str, once: str, besides: User | None, **more: Any
) -> None:
    code = f"sponsorships.{name}"
    context = {
        "need": sponsorship.need,
        "employer": sponsorship.employer,
        "association": sponsorship.association,
        "other": sponsorship.organisation_of(Side(side).other),
        "sponsorship": sponsorship,
        "url": absolute(page_of(sponsorship, side)),
        **more,
    }
    for person in _people(sponsorship, side, signing=name == "to_sign"):
        if besides is not None and person.pk == besides.person_id:
            continue
        send(code, to=person, dedupe_key=f"{code}:{once}:{person.pk}", context=context)


def _people(sponsorship: "Sponsorship", side: str, *, signing: bool = False) -> list[Person]:
    """`signing`: those who may sign; where nobody may, all, for one of them to say who will."""
    organisation = sponsorship.organisation_of(side)
    if signing and (signatories := signatories_of(organisation.pk)):
        return signatories
    return list(handlers_of(organisation.pk))
