"""A person without a mouse: everything is reached with Tab and done with keys."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

MOST_TABS = 250
_HAS_FOCUS = "element => element === document.activeElement"
#: a group of radios is one stop: its chosen one, or any of them
_GROUP_HAS_FOCUS = (
    "element => document.activeElement.type === 'radio' && document.activeElement.name === element.name"
)


class Keyboard:
    """Never clicks, never moves the focus by script: what Tab does not reach, this person cannot use."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, wanted: Locator, *, focused: str = _HAS_FOCUS) -> None:
        """Tab until it has the focus, once around the page at most."""
        wanted.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if wanted.evaluate(focused):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: Tab does not reach {wanted}")

    def enter(self, role: Any, name: str, *, exact: bool = True, within: Locator | None = None) -> None:
        """A link or button that leads to another page."""
        wanted = (within or self.page).get_by_role(role, name=name, exact=exact).first
        self.reach(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, wanted: Locator, text: str) -> None:
        self.reach(wanted)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def set(self, wanted: Locator, value: str) -> None:
        """A date or a time: reached with Tab; the parts of the field are the browser's own, in its language."""
        self.reach(wanted)
        wanted.fill(value)

    def tick(self, wanted: Locator) -> None:
        self.reach(wanted)
        self.page.keyboard.press("Space")

    def choose(self, radio: Locator) -> None:
        """One of a group: Tab to the group, Space if none is chosen, then the arrows."""
        self.reach(radio, focused=_GROUP_HAS_FOCUS)
        self.page.keyboard.press("Space")
        for _ in range(MOST_TABS):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: the arrows do not reach {radio}")

    def pick(self, select: Locator, value: str) -> None:
        """One of a list, with the arrow."""
        self.reach(select)
        for _ in range(MOST_TABS):
            if select.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: the arrow does not reach {value}")
