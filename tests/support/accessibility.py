"""`axe(page)`: no accessibility violation, or a report one can read."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


def axe(page: Page, *, context: str | None = None) -> None:
    """Assert that axe finds no violation on the page as it stands now."""
    results: dict[str, Any] = Axe().run(page, context=context, options=_RULES).response
    violations = results["violations"]
    if violations:
        raise AssertionError(
            f"{page.url}: {len(violations)} violation(s)\n" + "\n".join(map(_line, violations))
        )


def _line(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}\n      {node['html'][:300]}\n      {node['failureSummary']}"
        for node in violation["nodes"][:5]
    )
    return f"  [{violation['impact']}] {violation['id']}: {violation['help']} ({len(violation['nodes'])})\n{places}"
