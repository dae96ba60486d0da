"""Somebody in a window of their own, at the width of a phone: what the stories of several people are told with."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from django.test import Client
from playwright.sync_api import Page, expect

from jeveuxagir.accounts.models import User
from tests.e2e.conftest import DESK, PHONE
from tests.support.sessions import mark_second_factor

#: where to leave the pictures of docs/*-story.md, for whoever makes them again
PICTURES = os.environ.get("PICTURES", "")


class Side:
    """A person in a window; `staff` passed both factors."""

    def __init__(
        self, page: Page, user: User, site_url: str, seen: Callable[[Page], None], *, staff: bool = False
    ) -> None:
        self.page, self.user, self.seen, self.site_url = page, user, seen, site_url
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        if staff:
            mark_second_factor(client, user)
        page.context.add_cookies(
            [{"name": name, "value": kept.value, "url": site_url} for name, kept in client.cookies.items()]
        )

    def go(self, path: str, picture: str = "") -> None:
        self.page.goto(path)
        self.look(picture)

    def look(self, picture: str = "") -> None:
        self.page.wait_for_load_state()
        assert self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (
            self.page.url
        )
        self.seen(self.page)
        if PICTURES and picture:
            for width, size in ((390, PHONE), (1280, DESK)):
                self.page.set_viewport_size(size)  # type: ignore[arg-type]
                self.page.wait_for_timeout(300)
                self.page.screenshot(path=Path(PICTURES) / f"{picture}-{width}.png")
            self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    def press(self, button: str, then: str | re.Pattern[str], picture: str = "") -> None:
        """A button or link of the main part, and the words that the next page must say."""
        main = self.page.get_by_role("main")
        role = main.get_by_role("button", name=button, exact=True).or_(
            main.get_by_role("link", name=button, exact=True)
        )
        role.first.click()
        expect(self.page.get_by_text(then).first).to_be_visible()
        self.look(picture)

    def unfold(self, words: str) -> None:
        self.page.locator("summary", has_text=words).first.click()

    def tick(self, words: str) -> None:
        """A box or a choice, by the words beside it."""
        self.page.locator("label", has_text=words).first.click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(value)
