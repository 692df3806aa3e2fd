"""Figures for papers: all that there are, text as text, the same bytes twice, and what they show."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports._figures import write
from reports._figures.style import paper

Report = dict[str, Any]
NAMES = {
    "scores",
    "classes",
    "ranking",
    "images-3",
    "images-5",
    "map-tsne",
    "copies-3",
    "copies-5",
    "training-gan-steps-600",
}


@pytest.fixture(scope="module")
def drawn(whole: Report, tmp_path_factory: Any) -> dict[str, Path]:
    """Every figure of a run as PDF and SVG, by file name."""
    return {path.name: path for path in write(whole, tmp_path_factory.mktemp("paper") / "new", ["pdf", "svg"])}


def texts(svg: Path) -> str:
    """Return the text of a figure; none would be found if letters were drawn as curves."""
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text(encoding="utf-8")))


def test_every_figure_is_there_in_every_format(drawn: dict[str, Path]) -> None:
    assert {Path(name).stem for name in drawn} >= NAMES
    assert {Path(name).suffix for name in drawn} == {".pdf", ".svg"}
    assert all(path.read_bytes().startswith(b"%PDF-") for name, path in drawn.items() if name.endswith("pdf"))


@pytest.mark.slow("draws all figures twice")
def test_the_same_report_gives_the_same_bytes(whole: Report, drawn: dict[str, Path], tmp_path: Path) -> None:
    again = {path.name: path for path in write(copy.deepcopy(whole), tmp_path, ["pdf", "svg"])}
    assert {name: path.read_bytes() for name, path in again.items()} == {n: p.read_bytes() for n, p in drawn.items()}


def test_letters_of_a_pdf_are_truetype_and_it_has_no_date(drawn: dict[str, Path]) -> None:
    content = drawn["scores.pdf"].read_bytes()
    assert b"/FontType 42" in content or b"/CIDFontType2" in content
    assert b"/FontType 3" not in content and b"CreationDate" not in content


def test_figures_name_what_they_show(drawn: dict[str, Path]) -> None:
    assert all(name in texts(drawn["scores.svg"]) for name in ("smote", "gan[steps=600]", "Realistic", "Useful"))
    assert "vae" not in texts(drawn["scores.svg"])  # it failed
    assert "Class 3" in texts(drawn["classes.svg"]) and "Class 5" in texts(drawn["classes.svg"])
    assert "suspiciously close" in texts(drawn["copies-3.svg"])
    assert "training step" in texts(drawn["training-gan-steps-600.svg"])


def test_ink_is_drawn_on_paper(whole: Report) -> None:
    panel = next(p for p in whole["sections"]["images"] if p["configuration"] == "real")
    pixels = paper(panel["plain"], ink=panel["ink"])
    assert pixels.shape == (148, 88)
    assert np.median(pixels) == 1 and pixels.min() == 0


def test_each_number_of_training_images_has_its_own(report: Report, tmp_path: Path) -> None:
    report["run"]["data"]["n_real"] = [50, 1000]
    report["calibrated"] += [{**copy.deepcopy(row), "n_real": 50} for row in report["calibrated"]]
    names = {path.stem for path in write(report, tmp_path, ["svg"])}
    assert {"scores-50", "scores-1000", "classes-50", "classes-1000", "images-3-1000"} <= names


def test_where_no_generator_worked_nothing_is_drawn(run_of: Any, tmp_path: Path) -> None:
    report = run_of([3], ["smote"])
    report["configurations"][0].update(status="failed", reason="out of luck")
    assert write(report, tmp_path, ["pdf"]) == []


def test_one_class_and_one_generator_have_no_comparisons(run_of: Any, tmp_path: Path) -> None:
    assert [path.name for path in write(run_of([3], ["smote"]), tmp_path, ["svg"])] == ["scores.svg"]
