"""Offers that anybody may read, in the index of the whole site."""

import datetime
from typing import Any

from jeveuxagir.common.clock import PARIS
from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source
from missions.enums import MissionMode

from .models import Offer
from .words import employer_in_words, left_in_words, places_of

KIND = "offer"


def _found(offer: Any) -> Found:
    words = [skill.name for skill in offer.skills.all()] + offer.formats_in_words
    if offer.shows_name:
        words.append(offer.organisation.name)
    over = offer.ends_on + datetime.timedelta(days=1) if offer.ends_on else None
    return Found(
        title=offer.title,
        url=offer.get_absolute_url(),
        summary=offer.description,
        words=" ".join(words),
        note=f"{employer_in_words(offer)}, {left_in_words(offer)}",
        places=places_of(offer),
        everywhere=offer.everywhere or offer.mode != MissionMode.ON_SITE,
        published_at=offer.first_timers_until,
        until=datetime.datetime.combine(over, datetime.time(), tzinfo=PARIS) if over else None,
    )


def register() -> None:
    registry.register(
        Source(
            kind=KIND,
            model="offers.Offer",
            label="offre de mécénat de compétences",
            plural="offres de mécénat de compétences",
            order=16,
            rows=lambda: Offer.objects.public().select_related("organisation__commune__department"),
            prefetch=("skills", "departments", "communes__department"),
            found=_found,
            list_url="/mecenat/offres/",
            words_field="",
            follows=("organisation",),
        )
    )
