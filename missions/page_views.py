"""The public page of a mission, and its slots for one's diary."""

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jeveuxagir.common.clock import today
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.calendar import calendar, calendar_response
from organisations.spaces import panels_of

from . import policies, structured
from .calendars import entry_of
from .cards import by_date, cards, places, when, where
from .enums import CloseReason, Commitment, SlotKind, State
from .models import Mission, Slot
from .similar import similar_to
from .words import hours_in_all, lengths, when_in_words

#: The slots shown at once; the others unfold.
SHOWN_SLOTS = 6
#: The slots offered for a diary.
SHOWN_IN_DIARY = 12


@login_not_required
@require_safe
def mission(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One mission; an old slug leads to the present one; each shows others that resemble it."""
    found = get_object_or_404(_missions(), pk=pk)
    is_public = found.has_page
    may_preview = request.user.is_authenticated and (
        policies.can_see_in_space(request.user, found) or policies.can_close(request.user, found)
    )
    if not is_public and not may_preview:
        raise Http404
    if slug != found.slug:
        return redirect(found, permanent=True)
    slots = by_date(Slot.objects.live().filter(mission=found))
    # a preview shows what the public will see
    is_to_come = found.state in (State.DRAFT, State.PENDING, State.REFUSED)
    is_open = bool(slots) and (is_to_come or (found.state == State.OPEN and found.organisation.is_verified))
    is_full = is_open and not found.is_imported and not any(slot.free for slot in slots)
    lines = [_slot_line(found, slot) for slot in slots]
    indexed = is_open and is_public and not found.is_imported
    context = {
        "mission": found,
        "facts": _facts(found, slots, is_open=is_open),
        "lines": lines[:SHOWN_SLOTS],
        "more_lines": lines[SHOWN_SLOTS:],
        "diary": [line for line in lines if line["calendar"]][:SHOWN_IN_DIARY] if is_open else [],
        "is_open": is_open,
        "is_full": is_full,
        "is_preview": not is_public,
        "back_url": _back_url(request, found) if not is_public else "",
        "indexed": indexed,
        "why_closed": "" if is_open else _why_closed(found),
        "similar": cards(similar_to(found)),
        "panels": panels_of("mission.page", request, found),
        "panels_after": panels_of("mission.page.after", request, found),
        "canonical": absolute(found.get_absolute_url()),
        "share": _share(found) if is_public else None,
        "report_url": f"/signaler/?{urlencode({'page': found.get_absolute_url()})}",
        "structured": structured.script_of(found, slots) if indexed else "",
    }
    return render(request, "missions/mission.html", context)


@login_not_required
@require_safe
def slot_calendar(request: HttpRequest, pk: int, slug: str, slot: int) -> HttpResponse:
    """A slot of an open mission, as a file for a diary."""
    found = get_object_or_404(Slot.objects.live(), pk=slot, mission__in=Mission.objects.open().filter(pk=pk))
    of = get_object_or_404(_missions(), pk=pk)
    entry = entry_of(found, of)
    if entry is None:
        raise Http404
    return calendar_response(calendar([entry], name=of.title), name=of.title)


def _missions() -> Any:
    return Mission.objects.select_related("organisation__commune", "domain", "department").prefetch_related(
        "addresses__commune__department", "sdgs", "activities", "skills"
    )


def _slot_line(found: Mission, slot: Slot) -> dict[str, Any]:
    words = when_in_words(slot)
    file = (
        ""
        if slot.kind == SlotKind.UNDATED
        else reverse("missions:calendar", args=[found.pk, found.slug, slot.pk])
    )
    return {"slot": slot, "when": words[0].upper() + words[1:], "free": slot.free, "calendar": file}


def _back_url(request: HttpRequest, found: Mission) -> str:
    """From the preview to the page where its members go on."""
    if not policies.can_handle(request.user, found.organisation):  # type: ignore[arg-type]
        return ""
    organisation = found.organisation
    return reverse("missions:manage", args=[organisation.pk, organisation.slug, found.pk])


def _why_closed(found: Mission) -> str:
    if found.state == State.DONE or found.close_reason == CloseReason.DATES_PAST:
        return "Ses dates sont passées."
    if found.close_reason == CloseReason.GONE_FROM_FEED:
        return f"{found.source_name} ne la propose plus."
    if found.state == State.OPEN:
        return "Elle n’a plus de créneau à venir."
    return ""


def _share(found: Mission) -> dict[str, str]:
    """Plain addresses: nothing of another site is loaded, nothing is sent before one clicks."""
    address = absolute(found.get_absolute_url())
    subject, body = f"Une mission bénévole : {found.title}", f"{found.title}\n{address}"
    return {
        "title": found.title,
        "url": address,
        "mail": f"mailto:?subject={quote(subject)}&body={quote(body)}",
        "whatsapp": f"https://wa.me/?{urlencode({'text': body})}",
        "facebook": f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': address})}",
    }


def _facts(found: Mission, slots: list[Slot], *, is_open: bool) -> list[tuple[str, str]]:
    """The five facts: where, when, how often and how long, for whom, places."""
    ages = "Dès 16 ans" if found.minimum_age == 16 else "À partir de 18 ans"
    rhythm = found.get_commitment_display()
    kinds = {slot.kind for slot in slots}
    if not rhythm and kinds == {SlotKind.UNDATED}:
        rhythm = "À convenir"
    in_all = hours_in_all(slots, today()) if found.commitment in ("", Commitment.WEEKLY) else ""
    rhythm = ", ".join(filter(None, [rhythm, lengths(slots), in_all]))
    return [
        ("Où", where(found)),
        ("Quand", when(slots)),
        ("Rythme", rhythm[:1].upper() + rhythm[1:]),
        ("Qui peut venir", ages),
        ("Places", places(found, slots) if is_open else ""),
    ]
