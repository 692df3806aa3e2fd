"""Words follow from numbers by rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from reports._judgement import headline, standings, summary, word

Report = dict[str, Any]


def score(report: Report, generator: str, *values: tuple[float, float, float]) -> None:
    """Set (score, lo, hi) of the four aspects of a generator over all classes."""
    rows = [r for r in report["calibrated"] if r["configuration"] == generator and r["class"] is None]
    for row, (value, lo, hi) in zip(rows, values, strict=True):
        row.update(score=value, score_with_failures=value, lo=lo, hi=hi)


GOOD = (0.95, 0.9, 1.0)


@pytest.mark.parametrize(("lo", "expected"), [(0.8, "near"), (0.79, "short")])
def test_near_real_is_asked_of_the_lower_end(lo: float, expected: str) -> None:
    assert word({"aspect": "varied", "score": 0.95, "lo": lo, "hi": 1.0}) == expected


def test_hurts_needs_the_whole_interval_below_zero() -> None:
    row = {"aspect": "useful", "score": -0.3, "lo": -0.5, "hi": -0.1}
    assert word(row) == "hurts"
    assert word({**row, "hi": 0.1}) == "fails"


def test_generators_stand_in_the_order_of_their_weakest_aspect(report: Report) -> None:
    score(report, "smote", GOOD, GOOD, (0.5, 0.4, 0.6), GOOD)
    score(report, "gan[steps=600]", *[(0.6, 0.5, 0.7)] * 4)
    assert [s.generator["id"] for s in standings(report, 1000)] == ["gan[steps=600]", "smote"]


def test_a_failed_cell_counts_as_zero_in_the_order(report: Report) -> None:
    score(report, "smote", *[GOOD] * 4)
    score(report, "gan[steps=600]", *[(0.6, 0.5, 0.7)] * 4)
    row = next(r for r in report["calibrated"] if r["configuration"] == "smote" and r["class"] is None)
    row["score_with_failures"] = 0.3
    assert [s.generator["id"] for s in standings(report, 1000)] == ["gan[steps=600]", "smote"]


def test_the_headline_names_who_is_near_and_who_scores_high_by_copying(report: Report) -> None:
    score(report, "gan[steps=600]", *[GOOD] * 4)
    score(report, "smote", GOOD, GOOD, (0.05, 0.0, 0.1), GOOD)
    assert headline(report) == (
        "gan[steps=600] makes new images close to real ones. smote scores high because it blends its training images."
    )
    row = next(row for row in report["kinds"] if row["configuration"] == "smote" and row["class"] is None)
    for kind, why in (("moved", "moves"), ("exact copy", "repeats"), ("recoloured", "recolours"), ("new", "repeats")):
        row["shares"] = {kind: 0.9, "new": 0.1}
        assert headline(report).endswith(f"because it {why} its training images.")


def test_the_headline_without_a_good_one(report: Report) -> None:
    score(report, "gan[steps=600]", *[(0.6, 0.5, 0.7)] * 4)
    score(report, "smote", *[(0.6, 0.5, 0.7)] * 4)
    assert headline(report) == "No generator came close to real images."


def test_the_sentence_names_what_fails_and_the_weakest(report: Report) -> None:
    score(report, "smote", GOOD, (0.6, 0.5, 0.7), (0.05, 0.0, 0.1), GOOD)
    score(report, "gan[steps=600]", (0.6, 0.5, 0.7), (0.55, 0.5, 0.7), GOOD, GOOD)
    said = {s.generator["id"]: summary(report, s) for s in standings(report, 1000)}
    assert said["smote"] == "Close to real: realistic and useful. Falls short: varied. Fails: original."
    assert said["gan[steps=600]"].endswith("Falls short: realistic and varied. Weakest: varied (recall).")


def test_what_intervals_of_few_fits_are_made_of_is_said(report: Report) -> None:
    for row in report["calibrated"]:
        row["label"] = "only 2 fits per class"
    assert summary(report, standings(report, 1000)[0]).endswith("Only 2 fits per class.")


COPIES = {
    "measure": "copy_share",
    "share": 0.1,
    "serious": True,
    "text": "1 in 10 images is a copy of a training image",
}


def test_with_proven_copies_no_generator_is_near_real(report: Report) -> None:
    score(report, "smote", *[GOOD] * 4)
    score(report, "gan[steps=600]", *[(0.6, 0.5, 0.7)] * 4)
    report["faults"] = [{"configuration": "smote", "n_real": 1000, **COPIES}]
    first = standings(report, 1000)[0]
    assert (first.generator["id"], first.scores_near, first.is_near) == ("smote", True, False)
    assert headline(report) == (
        "No generator came close to real images. smote scores close to real, but 1 in 10 images is a copy of a "
        "training image."
    )
    assert "Proven: 1 in 10 images is a copy of a training image." in summary(report, first)
    report["faults"] = [{"configuration": "smote", "n_real": 1000, **COPIES, "serious": False}]
    assert standings(report, 1000)[0].is_near


def test_a_part_that_fell_out_of_a_minimum_is_named_next_to_the_score(report: Report, page: Any) -> None:
    row = next(r for r in report["calibrated"] if r["configuration"] == "smote" and r["class"] is None)
    row["missing"] = {"stroke_plausibility": "images have 3 channels"}
    assert "Without stroke plausibility: images have 3 channels." in page(report)


def test_copies_that_cannot_be_found_are_named_below_the_scores(report: Report, page: Callable[[Report], str]) -> None:
    said = "Warped copies cannot be distinguished from new images in class 1."
    assert said not in page(report)
    report["undecided"] = [
        {"n_real": 1000, "disguises": ["warped"], "classes": ["1"], "text": said[0].lower() + said[1:-1]}
    ]
    for section in ("verdict", "classes"):
        found = re.search(rf'<section id="{section}".*?</section>', page(report), re.DOTALL)
        assert found is not None and said in found[0]
