"""Classes: every class is shown, and one is called harder only where the data carry it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Report = dict[str, Any]
Page = Callable[[Report], str]


def section(html: str) -> str:
    """Return the section's HTML, "" where it is left out."""
    found = re.search(r'<section id="classes".*?</section>', html, re.DOTALL)
    return found[0] if found else ""


def score(report: Report, generator: str, label: int, aspect: str, **values: Any) -> None:
    """Set a generator's calibrated aspect of a class."""
    for row in report["calibrated"]:
        if (row["configuration"], row["class"], row["aspect"]) == (generator, label, aspect):
            row.update(values)


def test_ten_classes_are_ten_rows_in_order_with_a_lane_a_generator(run_of: Any, page: Page) -> None:
    html = section(page(run_of(list(range(10)), ["smote", "gan", "affine"])))
    assert re.findall(r'<div class="numeral" role="rowheader">(\d)</div>', html) == list("0123456789")
    assert html.count('<svg class="lanes"') == 40
    assert html.count('<path class="mark"') == 10 * 4 * 3 + 3  # and the key
    assert re.search('aria-label="Original, 7: affine 0.97 .*; gan 1.02 .*; smote 0.11 .0.08\u2009.\u20090.14.">', html)


def test_a_class_is_harder_where_its_interval_lies_below_all_others(run_of: Any, page: Page) -> None:
    report = run_of([3, 5, 8], ["smote", "gan"])
    assert "No class is clearly harder" in section(page(report))
    score(report, "smote", 8, "varied", score=0.4, lo=0.3, hi=0.5)  # others .56 to .64
    score(report, "gan", 3, "useful", score=0.85, lo=0.7, hi=0.9)  # others .89 to .97: they touch
    assert "Clearly harder: class 8 for smote (varied). There, the interval" in section(page(report))


def test_no_class_is_harder_than_one_that_was_not_judged(run_of: Any, page: Page) -> None:
    report = run_of([3, 5], ["smote", "gan"])
    score(report, "smote", 3, "varied", score=0.1, lo=0.0, hi=0.2)
    score(report, "smote", 5, "varied", score=None, lo=None, hi=None, status="not-judged", reason="too close together")
    html = section(page(report))
    assert "No class is clearly harder" in html
    assert "— not judged</text>" in html
    assert "Varied for 5, not judged: Too close together." in html


def test_names_of_classes_are_words_and_not_numerals(run_of: Any, page: Page) -> None:
    report = run_of([3, 5], ["smote"])
    report["classes"][0]["name"] = "ankle <boot>"
    assert '<div class="class-name" role="rowheader">ankle &lt;boot&gt;</div>' in section(page(report))


def test_one_class_has_nothing_to_be_compared_with(run_of: Any, page: Page) -> None:
    assert section(page(run_of([3], ["smote"]))) == ""
