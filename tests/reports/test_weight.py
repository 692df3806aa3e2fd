"""What the page weighs, what it carries to be saved, and images beside it."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from benchmark.api import Section
from benchmark.plugins.registry import discover
from reports._assets import taken_out
from reports._data import data_block
from reports._page import compose, render_page

Report = dict[str, Any]
Page = Callable[[Report], str]


def sections() -> list[Section]:
    """Return all sections of the page."""
    return [section() for section in discover().report_sections.values()]


def saved(html: str) -> Any:
    """Return what the page carries to be saved."""
    found = re.search(r'<script type="application/json" id="report-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_carries_all_numbers_of_the_report(whole: Report, page: Page) -> None:
    assert saved(page(whole)) == {name: value for name, value in whole.items() if name != "sections"}


@pytest.mark.parametrize("text", ["</script><img src=x>", "<!--<script>", "a\u2028b & c", "'\"\\"])
def test_no_text_ends_the_block(text: str) -> None:
    block = str(data_block("x", "file", {"a": text}))
    inside = block.removeprefix('<script type="application/json" id="x" data-file="file">').removesuffix("</script>")
    assert not set(inside) & set("<>&\u2028\u2029")
    assert json.loads(inside) == {"a": text}


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError):
        data_block("x", "file", float("nan"))


class Heavy(Section):
    """A section of a size."""

    name, title, size = "heavy", "Heavy <one>", 0

    def render(self, report: Any, data: Any) -> str:
        """Return so many bytes, two a letter."""
        return "é" * (self.size // 2)


@pytest.mark.parametrize(("size", "told"), [(9_500_000, False), (12_300_000, True)])
def test_over_ten_megabytes_the_footer_names_the_largest_section(
    monkeypatch: Any, whole: Report, size: int, told: bool
) -> None:
    monkeypatch.setattr(Heavy, "size", size)
    made = compose(whole, [Heavy()])
    footer = made.html[made.html.index("<footer>") :]
    assert bool(made.warning) == told
    if told:
        assert "of which 12.3 MB are the section Heavy <one>." in made.warning
        assert markup.escape(made.warning) in footer
    else:
        assert " MB" not in footer


def test_images_beside_the_page_are_the_ones_that_were_inside(whole: Report) -> None:
    inside, beside = compose(whole, sections()), compose(whole, sections(), "pictures")
    asked = re.findall(r'<img [^>]*src="([^"]+)"', beside.html)
    were = [base64.b64decode(found) for found in re.findall(r' src="data:image/png;base64,([^"]+)"', inside.html)]
    assert [beside.files[name.removeprefix("pictures/")] for name in asked] == were
    assert set(beside.files.values()) == set(were)
    assert all(hashlib.sha256(content).hexdigest().startswith(name[:16]) for name, content in beside.files.items())
    assert "img-src &#39;self&#39; data:;" in beside.html and "img-src data:;" in inside.html
    assert "single file" not in beside.html and "single file" in inside.html
    assert compose(whole, sections(), "pictures") == beside
    assert render_page(whole, sections()) == inside.html


def test_only_pictures_are_taken_out() -> None:
    text = '<p>src=&#34;data:image/png;base64,AAAA&#34;</p><img src="data:image/png;base64,AAAA">'
    html, files = taken_out(text, "x")
    assert html.startswith('<p>src=&#34;data:image/png;base64,AAAA&#34;</p><img src="x/')
    assert list(files.values()) == [b"\0\0\0"]
