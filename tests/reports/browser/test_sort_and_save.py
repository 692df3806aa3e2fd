"""In a real browser: tables are sorted, what is saved is what was measured, images beside the page are shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.plugins.registry import discover
from reports._page import compose

pytestmark = pytest.mark.browser
Report = dict[str, Any]


@pytest.fixture
def tab(chromium: Any, report: Report, page: Callable[[Report], str], tmp_path: Path) -> Iterator[Any]:
    """The page of a run with a label that a spreadsheet would run, and a measure that one generator has not."""
    next(c for c in report["classes"] if c["label"] == 3)["name"] = '=1+1,"x"'
    for row in report["results"]:
        if row["configuration"] == "smote" and row["measure"] == "recall":
            row.update(status="failed", mean=None, lo=None, hi=None, reason="@it hung,\r\ntwice")
    (tmp_path / "report.html").write_text(page(report), encoding="utf-8", newline="")
    tab = chromium.new_page(accept_downloads=True)
    tab.goto(f"file://{tmp_path}/report.html")
    yield tab
    tab.close()


def column(tab: Any, name: str) -> list[str]:
    """Return the first column of the table that is shown, sorted by a column of the parts."""
    head = tab.locator("#scores .view:visible table").first.locator("thead tr:last-child th", has_text=name)
    head.locator("button").click()
    order = head.get_attribute("aria-sort")
    rows = tab.locator("#scores .view:visible table").first.locator("tbody tr")
    return [order, *(row.locator("th").inner_text() for row in rows.all())]


def test_the_best_comes_first_then_last_and_what_has_no_number_is_last_both_ways(tab: Any) -> None:
    down, up = column(tab, "Coverage"), column(tab, "Coverage")
    assert down[:4] == ["descending", "real", "smote", "gan[steps=600]"]
    assert up[0] == "ascending" and up[5:8] == ["gan[steps=600]", "smote", "real"]
    assert down[-2:] == up[-2:] == ["vae", "diffusion"] or down[-2:] == up[-2:] == ["diffusion", "vae"]
    for order in (column(tab, "Recall"), column(tab, "Recall")):
        assert order[-3] == "smote"  # its recall failed; then those without any number
    assert column(tab, "Copy share")[0] == "ascending"  # lower is better
    assert column(tab, "Generator")[1] == "copy"
    pressed = tab.locator("#scores table").first.locator("th[aria-sort]:not([aria-sort=none])")
    assert pressed.all_inner_texts()[0].startswith("Generator") and pressed.count() == 1


def saved(tab: Any, label: str) -> tuple[str, bytes]:
    """Press a button and return the name and the content of the file that it saves."""
    with tab.expect_download() as download:
        tab.get_by_role("button", name=label).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_saved_json_is_the_report(tab: Any, report: Report) -> None:
    name, content = saved(tab, "Save results as JSON")
    assert name == "mnist-report.json"
    assert json.loads(content) == {key: value for key, value in report.items() if key != "sections"}


def test_saved_csv_reads_back_and_runs_nothing(tab: Any, report: Report) -> None:
    name, content = saved(tab, "Save scores as CSV")
    assert name == "mnist-report.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert len(rows) == len(report["results"])
    names = {c["label"]: c["name"] for c in report["classes"]}
    for row, result in zip(rows, report["results"], strict=True):
        assert row["class"].lstrip("'") == names[result["class"]] and row["measure"] == result["measure"]
        assert [number(row[name]) for name in ("mean", "lo")] == [result["mean"], result["lo"]]
        assert [number(row[f"seed {seed}"]) for seed in range(3)] == result["values"]
    assert rows[0]["class"].startswith("'=1+1")
    assert "'@it hung,\r\ntwice" in {row["reason"] for row in rows}
    assert any(row["lo"].startswith("-") for row in rows)  # a number is no formula: it stays as it is
    assert content.count(b"\r\n") == len(rows) + 1 + content.count(b"hung,\r\n")


def number(text: str) -> float | None:
    """Return what a field says."""
    return float(text) if text else None


def test_images_beside_the_page_are_shown_within_its_policy(chromium: Any, whole: Report, tmp_path: Path) -> None:
    sections = [section() for section in discover().report_sections.values()]
    made = compose(whole, sections, "pictures")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "page.html").write_text(made.html, encoding="utf-8")
    for name, content in made.files.items():
        (tmp_path / "pictures" / name).write_bytes(content)
    tab = chromium.new_page()
    problems: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.goto(f"file://{tmp_path}/page.html")
    assert tab.evaluate("[...document.images].filter(i => !i.complete || !i.naturalWidth).length") == 0
    assert tab.evaluate("document.images.length") > 10
    assert problems == []
    tab.close()
