"""A browser, and pages that are opened in it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser. Where there is none: skipped at home, an error in CI."""
    path = shutil.which("chromium")
    if path is None or importlib.util.find_spec("playwright") is None:
        if os.environ.get("CI"):
            pytest.fail("browser tests need Chromium and Playwright in CI")
        pytest.skip("needs Chromium and Playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def whole_address(
    whole: dict[str, Any], page: Callable[[dict[str, Any]], str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The page of the whole report, as a browser opens it."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(whole), encoding="utf-8")
    return f"file://{path}"


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Return what opens an address in a fresh browser context; whatever the page complains of fails the test."""
    problems: list[str] = []
    contexts = []

    def opened(address: str, width: int = 1280, scheme: str = "light", **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: problems.append(message.text))
        tab.on("pageerror", lambda error: problems.append(str(error)))
        tab.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else problems.append(r.url))
        tab.add_init_script("addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))")
        tab.goto(address)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert problems == []
