"""States a run can end in: each is told, none breaks the page."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from benchmark.judging.intervals import made_of

Report = dict[str, Any]
Page = Callable[[Report], str]


def section(html: str, name: str) -> str:
    """Return one section's text without tags."""
    body = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", body[0]).split()) if body else ""


def headline(html: str) -> str:
    """Return the text of the h1."""
    found = re.search(r"<h1>(.*?)</h1>", html)
    assert found is not None
    return found[1]


def lose(report: Report, generator: str, status: str = "failed") -> None:
    """Make every cell of a generator fail."""
    for row in report["configurations"]:
        if row["id"] == generator:
            row.update(status=status, reason="out of luck")
    report["cells"] = [c for c in report["cells"] if c["configuration"] != generator]
    report["results"] = [r for r in report["results"] if r["configuration"] != generator]


def test_failed_and_skipped_generators_are_rows_with_their_reason(whole: Report, page: Page) -> None:
    html = page(whole)
    for name in ("verdict", "scores"):
        said = section(html, name)
        assert re.search(r"vae .*Failed[.:] ValueError: loss became NaN at epoch 212", said)
        assert re.search(r"diffusion .*Skipped[.:] Needs torch: pip install", said)
    assert "cells/ab/vae-3-0/log.txt" in section(html, "verdict")
    for name in ("images", "map", "copies", "cost"):
        assert "vae" not in section(html, name)


def test_without_any_result_the_headline_says_so_and_no_section_breaks(report: Report, page: Page) -> None:
    for name in ("smote", "gan[steps=600]"):
        lose(report, name)
    report["sections"] = {name: [] for name in report["sections"]}
    html = page(report)
    assert headline(html) == "Nothing could be scored: 3 of 4 generators failed and 1 of 4 generators was skipped."
    assert "could not be shown" not in html
    assert "No generator produced images." in section(html, "map")
    assert section(html, "training") == ""


def test_one_class_has_no_switch(report: Report, page: Page) -> None:
    report["classes"] = report["classes"][:1]
    html = page(report)
    assert '<div class="switch"' not in html
    assert "could not be shown" not in html


def test_one_run_is_called_one_run(report: Report, page: Page) -> None:
    for row in report["calibrated"]:
        row.update(fits=1, lo=None, hi=None, label=made_of(1))
    for row in report["results"]:
        row.update(lo=None, hi=None)
    html = page(report)
    assert "One fit: intervals cover the variation between images, not between fits." in section(html, "verdict")
    assert "one seed gives no interval" in section(html, "scores")
    assert "±" not in section(html, "scores")
    assert "Without intervals, it is impossible to say whether a class is harder." in section(html, "classes")


def test_what_is_not_judged_has_a_dash_and_a_reason(report: Report, page: Page) -> None:
    for row in report["calibrated"]:
        if row["aspect"] == "useful":
            row.update(status="not-judged", score=None, lo=None, hi=None, reason="the controls do not separate")
    for row in report["results"]:
        if row["measure"] == "recall" and row["configuration"] == "smote":
            row.update(status="failed", mean=None, lo=None, hi=None, reason="it hung")
    html = page(report)
    assert "— not judged The controls do not separate." in section(html, "verdict")
    assert "Recall, failed: It hung. (smote)" in section(html, "scores")


def test_a_raw_value_is_shown_though_it_is_not_judged(report: Report, page: Page) -> None:
    for row in report["results"]:
        if row["measure"] == "recall":
            row.update(status="not-judged", reason="the controls do not separate", mean=0.123, lo=None, hi=None)
    said = section(page(report), "scores")
    assert "0.123" in said
    assert "Recall, not judged: The controls do not separate." in said


def test_a_partly_failed_generator_is_scored_and_says_how_many_failed(report: Report, page: Page) -> None:
    next(g for g in report["configurations"] if g["id"] == "smote")["status"] = "partly failed"
    next(c for c in report["cells"] if c["configuration"] == "smote").update(status="timeout", reason="took over 60 s")
    assert "1 of 6 cells failed: took over 60 s." in section(page(report), "verdict")


def test_an_interrupted_run_and_cell_warnings_are_told(report: Report, page: Page) -> None:
    report["run"]["finished"] = False
    for cell in report["cells"]:
        if cell["configuration"] == "smote" and cell["seed"] == 0:
            cell["warnings"] = ["7% of the values were clipped"]
    html = page(report)
    assert "The run was interrupted" in html
    assert "7% of the values were clipped (2 of 6 cells)." in section(html, "verdict")


def test_each_number_of_training_images_has_its_own_part(report: Report, page: Page) -> None:
    report["run"]["data"]["n_real"] = [50, 1000]
    for name in ("results", "calibrated", "cells"):
        report[name] += [{**copy.deepcopy(row), "n_real": 50} for row in report[name]]
    html = page(report)
    for name in ("verdict", "scores", "classes", "cost"):
        said = section(html, name)
        assert said.index("50 training images") < said.index("1,000 training images")
    assert headline(html).startswith("With 1,000 training images per class, no generator came close")


@pytest.mark.parametrize("slot", range(1, 9))
def test_from_the_seventh_generator_on_marks_are_hollow(report: Report, page: Page, slot: int) -> None:
    generator = next(g for g in report["configurations"] if g["id"] == "smote")
    generator.update(slot=(slot - 1) % 6 + 1, hollow=slot > 6)
    assert (f'class="icon s{generator["slot"]} hollow"' in page(report)) == (slot > 6)


def test_metrics_that_did_not_run_are_one_line(report: Report, page: Page) -> None:
    report["sections"].update(map=[], copies=[])
    html = page(report)
    assert "No map for real images, gan[steps=600] and smote" in section(html, "map")
    assert "the metric nearest_neighbour did not run there" in section(html, "copies")


def test_the_ranking_names_the_better_one_first_and_says_how_sure_it_is(run_of: Any, page: Page) -> None:
    html = page(run_of([3, 5], ["smote", "affine"]))
    said = section(html, "ranking")
    assert "<b>+0.8" in html
    assert "affine &gt; smote" in said  # original: .97 against .11
    assert "p = 0.031" in said
    assert "6 wins and 0 losses in 6 pairs" in said


def test_the_ranking_names_serious_faults_whatever_the_rank(run_of: Any, page: Page) -> None:
    report = run_of([3], ["smote", "affine"])
    fault = {"configuration": "affine", "n_real": 1000, "serious": True, "text": "all images are copies"}
    report["faults"] = [fault, {**fault, "configuration": "smote", "serious": False, "text": "1 in 90 images is blank"}]
    said = section(page(report), "ranking")
    assert "Proven, whatever the rank: affine: all images are copies." in said
    assert "blank" not in said


def test_three_generators_need_more_pairs_than_two(run_of: Any, page: Page) -> None:
    html = page(run_of([3, 5], ["smote", "affine", "gan"]))
    assert "<b>too few pairs" not in html  # only what is sure is bold
    said = section(html, "ranking")
    assert "Cannot reach p &lt; .05 with 6 pairs; add --seeds 4." in said
    assert "Mean rank: affine 1.0, smote 2.0, gan 3.0; Friedman p" in said  # of realistic


def test_one_seed_and_two_classes_cannot_be_ranked(run_of: Any, page: Page) -> None:
    said = section(page(run_of([3, 5], ["smote", "affine"], seeds=(0,))), "ranking")
    assert said.count("too few pairs to tell") == 4
    assert said.count("Cannot reach p &lt; .05 with 2 pairs; add --seeds 3.") == 4
    assert "p =" not in said


def test_one_generator_has_nothing_to_be_ranked_with(run_of: Any, page: Page) -> None:
    assert "Ranking needs at least two generators that worked." in section(page(run_of([3, 5], ["smote"])), "ranking")


def test_of_many_generators_those_against_the_best_come_first(run_of: Any, page: Page) -> None:
    names = [f"smote[k={k}]" for k in range(2, 9)]
    html = page(run_of([3, 5], names))
    assert "15 more comparisons" in section(html, "ranking")  # 21 in all, 6 with the best
