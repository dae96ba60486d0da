"""What pages link to is published, and nothing that no page uses."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from jeveuxagir.ui.staticfiles import SHEET, AppsFinder, BuiltFinder, icons_used

STATIC = Path(settings.BASE_DIR / "static")
LINK = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")
IMPORTED = re.compile(rb"url\(([^)\"']+)\)")


@pytest.fixture(scope="module")
def published():
    own = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*.*")}
    return own | {name for finder in (AppsFinder(), BuiltFinder()) for name, _ in finder.list(None)}


def test_every_file_a_template_links_to_is_published(published):
    templates = Path(settings.BASE_DIR / "templates").rglob("*.html")
    linked = {name for template in templates for name in LINK.findall(template.read_text())}
    assert linked
    assert linked <= published


def test_every_file_the_design_system_asks_for_is_published(published):
    folder = Path(SHEET).parent
    content = Path(finders.find(SHEET)).read_bytes()
    asked = {
        (folder / url.decode()).as_posix()
        for url in IMPORTED.findall(content)
        if not url.startswith(b"data:")
    }
    asked = {str(Path("/", name).resolve()).lstrip("/") for name in asked}
    assert asked
    assert asked <= published


def test_every_icon_of_our_pages_is_drawn_in_the_stylesheet():
    """An icon that nobody drew would be an empty square, a request per icon a slow page."""
    content = Path(finders.find(SHEET)).read_text()
    states = {"fr-icon-"}  # f"fr-icon-{…}" names none by itself
    missing = {name for name in icons_used() - states if f".{name}:" not in content}
    assert not missing, missing
    asked = set(re.findall(r"url\((?!\"data:|'data:|fonts/|icons/logo/)([^)]+)\)", content))
    assert not asked, asked


def test_a_page_is_dark_at_once_where_the_system_is(site, browser):
    """Without waiting for a script: no white flash between two pages."""
    for script in (False, True):
        context = browser.new_context(color_scheme="dark", java_script_enabled=script)
        page = context.new_page()
        if script:
            page.route("**/dsfr.module*.js", lambda route: route.abort())
        page.goto(f"{site.url}/aide/")
        ground = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
        words = page.locator("h1").evaluate("title => getComputedStyle(title).color")
        context.close()
        assert max(map(int, re.findall(r"\d+", ground))) < 60, ground
        assert min(map(int, re.findall(r"\d+", words))) > 180, words


def test_single_components_are_not_published(published):
    assert not [
        name for name in published if name.startswith(("dsfr/dist/component/", "dsfr/dist/analytics/"))
    ]
    assert len(published) < 1600


def test_no_file_of_ours_points_to_a_source_map():
    scripts = [*STATIC.rglob("*.js"), *STATIC.rglob("*.css")]
    assert scripts
    assert not [path for path in scripts if b"sourceMappingURL" in path.read_bytes()]
