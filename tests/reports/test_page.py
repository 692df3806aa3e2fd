"""The page as a whole: pure, whole, safe by construction."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from markupsafe import Markup

from benchmark.api import Section
from reports._page import render_page

Page = Callable[[dict[str, Any]], str]
VOID = {"meta", "img", "input", "br", "hr", "link", "col"}
SECTIONS = ["verdict", "scores", "ranking", "images", "map", "copies", "classes", "training", "cost", "again"]


class Reader(HTMLParser):
    """Reads a page: elements with attributes, text, and whether what opens is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def scripts(self) -> list[str | None]:
        """The types of all scripts: None is one that runs."""
        return [attributes.get("type") for tag, attributes in self.elements if tag == "script"]

    def count(self, tag: str) -> int:
        return sum(t == tag for t, _ in self.elements)


def test_the_page_is_a_pure_function_of_the_report(whole: dict[str, Any], page: Page) -> None:
    stored = json.loads(json.dumps(whole, allow_nan=False))
    assert page(whole) == page(whole) == page(stored)


def test_every_section_is_there_in_order_with_a_figure(whole: dict[str, Any], page: Page) -> None:
    html = page(whole)
    read = Reader(html)
    assert [a["id"] for t, a in read.elements if t == "section"] == SECTIONS
    assert read.open == []
    assert read.count("h1") == 1
    for part in html.split("<section ")[1:]:
        assert re.search(r"<svg|<table|<img|<pre", part)
        assert "could not be shown" not in part


def test_two_generators_and_two_classes_are_small(whole: dict[str, Any], page: Page) -> None:
    assert len(page(whole).encode()) < 1_000_000


def test_the_policy_allows_our_style_and_script_by_hash_and_nothing_else(whole: dict[str, Any], page: Page) -> None:
    html = page(whole)
    policy = next(a["content"] for t, a in Reader(html).elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert content is not None
        assert base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode() in policy


def test_no_style_attribute_no_handler_no_address_outside(whole: dict[str, Any], page: Page) -> None:
    for tag, attributes in Reader(page(whole)).elements:
        for name, value in attributes.items():
            assert name != "style" and not name.startswith("on"), f"<{tag} {name}>"
            if name in ("src", "href"):
                assert str(value).startswith(("data:image/png;base64,", "#"))


def test_figures_say_their_numbers_to_those_who_cannot_see_them(whole: dict[str, Any], page: Page) -> None:
    for tag, attributes in Reader(page(whole)).elements:
        if tag == "img":
            assert attributes["alt"]
        if tag == "svg" and attributes.get("role") == "img":
            assert attributes["aria-label"]


HOSTILE = '<img src=x onerror="alert(1)">"><script>alert(2)</script>\'{{ 7*7 }}</style></title>'


def test_hostile_names_and_reasons_stay_text(report: dict[str, Any], page: Page) -> None:
    before = Reader(page(report))
    for generator in report["configurations"]:
        generator["label"] = generator["reason"] = HOSTILE
    for row in (*report["results"], *report["calibrated"]):
        row["reason"] = HOSTILE
    for row in (*report["classes"], *report["measures"]):
        row.update(name=HOSTILE, help=HOSTILE, unit=HOSTILE)
    report["run"].update(command=HOSTILE, notes=[HOSTILE], warnings=[HOSTILE])
    after = Reader(page(report))
    assert "alert(2)" in after.text and "49" not in after.text.split("alert(2)")[1][:12]
    assert after.scripts == before.scripts == [*["application/json"] * 2, None]  # the map, what can be saved, ours
    assert after.count("img") == before.count("img")
    assert all(not n.startswith("on") for _, a in after.elements for n in a)


class Foreign(Section):
    """A section of a third party."""

    name, title, order = "foreign", "Foreign <b>section</b>", 15

    def render(self, report: Any, data: Any) -> str:
        """Return HTML by mistake as plain text."""
        return "<script>alert(1)</script> & more"


class Broken(Foreign):
    """A section that fails."""

    name = "broken"

    def render(self, report: Any, data: Any) -> str:
        """Fail."""
        raise RuntimeError("<b>no</b>")


class Open(Foreign):
    """A section that returns HTML of its own."""

    name, html = "open", ""

    def render(self, report: Any, data: Any) -> Markup:
        """Return what the test says."""
        return Markup(self.html)


@pytest.mark.parametrize("html", ["<div><b>", "</section></main>", "<b><i></b></i>", "<!-- ", "<p>a</p><div class='x"])
def test_html_that_is_not_closed_does_not_swallow_the_page(monkeypatch: Any, whole: dict[str, Any], html: str) -> None:
    monkeypatch.setattr(Open, "html", html)
    after = render_page(whole, [Open(), Foreign()])
    assert "This section could not be shown: its HTML has unclosed or mismatched tags" in after
    assert Reader(after).open == []
    assert [a["id"] for t, a in Reader(after).elements if t == "section"] == ["foreign", "open"]


def test_html_of_a_foreign_section_that_is_closed_is_shown(monkeypatch: Any, whole: dict[str, Any]) -> None:
    image = '<img src="data:image/png;base64,AAAA" alt="x">'
    monkeypatch.setattr(Open, "html", f'<p>a &amp; b<br>{image}</p><svg><path d="M0 0"/></svg>')
    assert Open.html in render_page(whole, [Open()])


def test_plain_text_of_a_foreign_section_is_escaped_and_a_broken_one_is_a_sentence(whole: dict[str, Any]) -> None:
    read = Reader(render_page(whole, [Foreign(), Broken()]))
    assert "<script>alert(1)</script> & more" in read.text
    assert "This section could not be shown: RuntimeError: <b>no</b>" in read.text
    assert read.count("script") == 1


@pytest.mark.parametrize("heavy", ["jinja2", "sklearn", "matplotlib", "PIL"])
def test_loading_the_sections_stays_light(heavy: str) -> None:
    code = f"import sys; from benchmark.plugins.registry import discover; discover(); print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
