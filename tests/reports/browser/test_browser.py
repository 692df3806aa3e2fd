"""The page in a real browser: silent, offline, within its policy, usable with and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
HOSTILE = "<img src=http://x.invalid/i onerror=document.title='owned'><script>document.title='owned'</script>"


@pytest.fixture
def address(report: dict[str, Any], page: Callable[[dict[str, Any]], str], tmp_path: Path) -> str:
    """Write the page of a report with a hostile generator and class name."""
    next(g for g in report["configurations"] if g["id"] == "smote")["label"] = HOSTILE
    report["classes"][0]["name"] = HOSTILE
    (tmp_path / "report.html").write_text(page(report), encoding="utf-8")
    return f"file://{tmp_path}/report.html"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_is_silent_offline_and_never_scrolls_sideways(
    chromium: Any, address: str, width: int, scheme: str
) -> None:
    tab = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    problems: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else problems.append(r.url))
    tab.add_init_script("addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))")
    tab.goto(address)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.title() != "owned"
    for button in tab.locator("[data-theme-switch], [data-switch] button, label.button, summary:visible").all():
        button.click()
    tab.wait_for_timeout(100)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert problems == []
    tab.close()


def test_switches_show_the_other_class_and_nearest_images_and_the_other_theme(chromium: Any, address: str) -> None:
    tab = chromium.new_page(color_scheme="light")
    tab.goto(address)
    views = tab.locator("#scores .view[data-class]")
    assert [v.is_visible() for v in views.all()] == [True, False]
    tab.locator("#scores [data-switch] button").nth(1).click()
    assert [v.is_visible() for v in views.all()] == [False, True]
    assert tab.locator("#scores [data-switch] button").nth(1).get_attribute("aria-pressed") == "true"
    assert not tab.locator("#images img.near").first.is_visible()
    tab.locator("label[for=near]").click()
    assert tab.locator("#images img.near").first.is_visible()
    assert not tab.locator("#images img.plain").first.is_visible()
    paper = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(paper)
    tab.locator("[data-theme-switch]").click()
    assert tab.evaluate(paper) != light
    tab.close()


def test_without_script_and_in_print_every_class_is_shown_and_no_button_is_dead(chromium: Any, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address)
    assert not any(button.is_visible() for button in tab.locator("button").all())
    assert all(view.is_visible() for view in tab.locator(".view[data-class]").all())
    tab.locator("label[for=near]").click()
    assert tab.locator("#images img.near").first.is_visible()
    context.close()
    tab = chromium.new_page()
    tab.goto(address)
    tab.emulate_media(media="print")
    assert all(view.is_visible() for view in tab.locator(".view[data-class]").all())
    assert all(title.bounding_box()["height"] > 10 for title in tab.locator(".view-title").all())
    assert not tab.locator("nav").is_visible()
    tab.close()
