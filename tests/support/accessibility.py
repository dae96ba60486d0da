"""`axe(page)`: no accessibility violation, or a report one can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "resultTypes": ["violations"],  # what passes is not described: half the time
}


def axe(page: Page, *, context: str | None = None) -> None:
    """Assert that axe finds no violation on the page as it stands, once what fades has come back."""
    for _ in range(100):
        if page.evaluate(_IS_STILL):
            break
        page.wait_for_timeout(50)
    with _scripts_for_axe(page):
        results: dict[str, Any] = Axe().run(page, context=context, options=_RULES).response
    violations = results["violations"]
    if violations:
        raise AssertionError(
            f"{page.url}: {len(violations)} violation(s)\n" + "\n".join(map(_line, violations))
        )


#: nothing is being fetched, and nothing that ends is moving
_IS_STILL = """() => !document.querySelector(".ui-fetching") && document.getAnimations().every(
  each => each.playState !== "running" || each.effect?.getComputedTiming().endTime === Infinity
)"""
_FREEZE = """() => {
  window.frozen = [];
  const visit = rules => {
    for (const rule of rules) {
      if (rule instanceof CSSMediaRule && rule.media.mediaText.includes("scripting")) {
        window.frozen.push([rule, rule.media.mediaText]);
        rule.media.mediaText = matchMedia(rule.media.mediaText).matches ? "all" : "not all";
      }
      if (rule.cssRules) visit(rule.cssRules);
    }
  };
  for (const sheet of document.styleSheets) visit(sheet.cssRules);
}"""
_THAW = "() => { for (const [rule, text] of window.frozen) rule.media.mediaText = text; }"


@contextmanager
def _scripts_for_axe(page: Page) -> Iterator[None]:
    """In a window without JavaScript, let axe run and nothing else: the page's own scripts were never loaded,
    and its styles stay those of `scripting: none`.
    """
    if not page.evaluate("matchMedia('(scripting: none)').matches"):
        yield
        return
    session = page.context.new_cdp_session(page)

    def forbid(value: bool) -> None:
        session.send("Emulation.setScriptExecutionDisabled", {"value": value})

    page.evaluate(_FREEZE)
    forbid(True)  # this session's own switch, which must be on to be put off
    forbid(False)
    try:
        yield
    finally:
        forbid(True)  # the session stays: closing it would leave scripts allowed
        page.evaluate(_THAW)


def _line(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}\n      {node['html'][:300]}\n      {node['failureSummary']}"
        for node in violation["nodes"][:5]
    )
    return f"  [{violation['impact']}] {violation['id']}: {violation['help']} ({len(violation['nodes'])})\n{places}"
