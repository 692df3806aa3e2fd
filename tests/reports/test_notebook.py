"""Results in a notebook: the verdict and the images, safe in any theme."""

from __future__ import annotations

import re
from typing import Any

from reports._notebook import excerpt

HOSTILE = "</table><script>alert(1)</script><img src=x onerror=alert(1)>"


def test_it_shows_headline_scores_words_and_images_of_each_class(whole: dict[str, Any]) -> None:
    html = excerpt(whole)
    assert "<strong>No generator came close to real images." in html
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?) <small>', html)
    assert rows == [("gan[steps=600]", "0.44"), ("smote", "0.66")]
    assert "Failed: ValueError: loss became NaN at epoch 212." in html and "Skipped: Needs torch" in html
    assert len(re.findall(r'src="data:image/png;base64,', html)) == 6  # real and two generators, two classes
    assert re.findall(r"<summary>(.*?)</summary>", html) == ["Class 3", "Class 5"]


def test_it_has_no_colour_script_or_address_and_styles_only_itself(whole: dict[str, Any]) -> None:
    html = excerpt(whole)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert all(
        selector.strip().startswith(".synthassay ")
        for rule in re.findall(r"([^{}]+)\{", style[1])
        for selector in rule.split(",")
    )
    assert not re.search(r"#[0-9a-f]{3}|color|background|<script|https?:|style=", html.replace("<style>", ""))


def test_hostile_labels_stay_text(report: dict[str, Any]) -> None:
    before = excerpt(report).count("<img")
    for generator in report["configurations"]:
        generator["label"] = generator["reason"] = HOSTILE
    report["classes"][0]["name"] = HOSTILE
    html = excerpt(report)
    assert "<script" not in html and html.count("<img") == before
