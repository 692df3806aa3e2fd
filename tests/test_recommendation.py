"""Recommendations: by purpose, never against a proven fault that matters, and ties are ties."""

from __future__ import annotations

from typing import Any

import pytest

from benchmark.judging.recommendation import PURPOSES, recommended


def aspect(score: float | None, lo: float | None = None, hi: float | None = None, status: str = "ok") -> dict[str, Any]:
    around = score is not None
    return {
        "score": score,
        "lo": score - 0.05 if around and lo is None else lo,
        "hi": score + 0.05 if around and hi is None else hi,
        "status": status,
    }


def verdict(config: str, scores: list[float | None], faults: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    names = ("realistic", "varied", "original", "useful")
    aspects = {
        name: aspect(score, status="ok" if score is not None else "not-judged")
        for name, score in zip(names, scores, strict=True)
    }
    return {"config": config, "n_real": 1000, "aspects": aspects, "faults": faults or []}


def fault(measure: str, *, serious: bool = True) -> dict[str, Any]:
    return {"measure": measure, "serious": serious, "text": f"half of them: {measure}"}


def answers(*verdicts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = recommended(verdicts, 1000)
    assert [each["purpose"] for each in found] == [purpose.name for purpose in PURPOSES]
    return {each["purpose"]: each for each in found}


def test_the_best_of_its_lowest_aspect_is_named_with_its_ties() -> None:
    found = answers(
        verdict("narrow", [0.95, 0.6, 1, 1]), verdict("even", [0.9, 0.9, 1, 0.9]), verdict("near", [0.84, 0.84, 1, 0.9])
    )
    assert found["stand-in"]["generators"] == ["even", "near"]
    assert found["look"]["generators"] == ["narrow", "even"]
    assert "realistic 0.90 [0.85, 0.95], varied 0.90 [0.85, 0.95], useful 0.90" in found["stand-in"]["text"]


@pytest.mark.parametrize("measure", ["copied_share", "copy_share", "duplicate_share"])
def test_copies_may_augment_and_are_said(measure: str) -> None:
    found = answers(verdict("copier", [1, 1, 0.9, 1], [fault(measure)]), verdict("poor", [0.1, 0.1, 1, 0.1]))
    assert found["augment"]["generators"] == ["copier"]
    assert found["augment"]["text"].endswith(f", but half of them: {measure}")
    for purpose in ("stand-in", "share"):
        assert found[purpose]["generators"] == []
        assert f"copier: half of them: {measure}" in found[purpose]["text"]


@pytest.mark.parametrize("measure", ["leak_share", "blank_share", "class_accuracy", "speckled"])
def test_no_other_fault_is_tolerated_unless_it_is_rare(measure: str) -> None:
    found = answers(verdict("faulty", [1, 1, 1, 1], [fault(measure)]))
    assert all(each["generators"] == [] for each in found.values())
    rare = answers(verdict("faulty", [1, 1, 1, 1], [fault(measure, serious=False)]))
    assert all(each["generators"] == ["faulty"] for each in rare.values())


def test_what_was_not_judged_is_not_named() -> None:
    found = answers(verdict("unknown", [None, 1, 1, 1]), verdict("low", [0.52, 1, 1, 1]))
    assert found["look"]["generators"] == []
    assert found["look"]["text"] == "low: realistic 0.52 [0.47, 0.57]; unknown: realistic not judged"
    assert found["augment"]["generators"] == ["unknown", "low"]


def test_one_number_of_training_images_at_a_time() -> None:
    assert answers({**verdict("other", [1, 1, 1, 1]), "n_real": 50})["look"]["text"] == ""
