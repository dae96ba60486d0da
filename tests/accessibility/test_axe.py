"""`axe` judges the page that somebody without JavaScript has, its own scripts and styles left as they are."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.accessibility import axe

_PAGE = """<!doctype html><html lang="fr"><head><title>Essai</title>
<style>@media (scripting: none) { .only { display: none } }</style></head>
<body><main><h1>Essai</h1><p class="only"><img src="x.png"></p>%s</main>
<script>document.title = "exécuté"</script></body></html>"""


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_what_is_hidden_without_javascript_is_not_judged_and_stays_hidden(plain: Page) -> None:
    plain.set_content(_PAGE % "")
    for _ in range(2):
        axe(plain)
        assert not plain.locator(".only").is_visible()
        assert plain.title() == "Essai"


def test_a_fault_of_a_page_without_javascript_is_found(plain: Page) -> None:
    plain.set_content(_PAGE % '<img src="y.png">')
    with pytest.raises(AssertionError, match=r"1 violation.*\n.*image-alt"):
        axe(plain)
