"""What the numbers promise, in real runs: real images with near-twins, leaks, intervals, and copies that cannot win."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark import run
from benchmark.audits.candidates import FewShiftedCopies, PcaGaussian
from benchmark.cli._table import cell, faulty
from benchmark.execution import execute
from benchmark.images.real import RealData
from benchmark.plan import choices
from benchmark.plugins.registry import discover
from benchmark.results.report_json import build_report
from benchmark.results.results import Results
from benchmark.settings import Settings
from reports._judgement import headline, standings

WHY_SLOW = pytest.mark.slow("looks for copies in disguise among 1,000 training images")


def scored(value: Any, where: str = "") -> Iterator[tuple[str, float, float, float]]:
    """Yield each score in JSON that has an interval: where it is, the score and both ends."""
    if isinstance(value, dict):
        lo, hi = value.get("lo"), value.get("hi")
        for name in ("score", "mean", "difference"):
            if lo is not None and value.get(name) is not None:
                yield f"{where}.{name}", value[name], lo, hi
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from scored(each, f"{where}.{key}")


@pytest.fixture(scope="module")
def twins(digits: RealData, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run on threes of which each is there twice, the second time changed by up to 2/255."""
    folder, rng = tmp_path_factory.mktemp("twins"), np.random.default_rng(0)
    images = np.rint(digits.raw * 255).astype(int)
    again = images + rng.integers(-2, 3, images.shape)
    both = np.clip(np.concatenate([images, again]), 0, 255).astype(np.uint8)
    np.savez(folder / "twins.npz", images=both, labels=np.tile(digits.labels, 2))
    return run(
        generators="smote",
        dataset="npz",
        data_dir=str(folder / "twins.npz"),
        classes=["3"],
        n_real=[100],
        n_synthetic=30,
        seeds=1,
        workers=1,
        metrics="nearest_neighbour,disguised",
        map_points=0,
        out=str(folder / "out"),
    )


def test_near_twins_in_the_real_data_refuse_original_with_one_reason(twins: Results) -> None:
    original = twins.summary["verdicts"][0]["aspects"]["original"]
    said = "of the held-out real images are nearly the same as a training image"
    assert original["score"] is None and original["status"] == "not-judged"
    assert original["reason"].count(said) == 1
    assert original["reason"].startswith("copied_share, copy_share, duplicate_share: ")
    page = (twins.store.folder / "report.html").read_text(encoding="utf-8")
    verdict = re.search(r'<section id="verdict".*?</section>', page, re.DOTALL)
    assert verdict is not None and said in verdict[0]


@WHY_SLOW
def test_no_score_lies_outside_its_own_interval(results: Results) -> None:
    for output in (results.summary, build_report(results, results.summary)):
        everywhere = list(scored(output))
        assert len(everywhere) > 10
        assert [where for where, score, lo, hi in everywhere if not lo <= score <= hi] == []
    for verdict in results.summary["verdicts"]:
        for aspect in verdict["aspects"].values():
            numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", cell(aspect, weakest=False))]
            assert len(numbers) in (0, 3) and (not numbers or numbers[1] <= numbers[0] <= numbers[2])


def test_test_images_are_a_finding_everywhere(bench: Any, tmp_path: Path, digits: RealData) -> None:
    fives = digits.raw_test[digits.test_labels == 5]
    np.save(tmp_path / "thief.npy", np.concatenate([fives[:20], digits.raw[digits.members(5)][:10]]))
    metrics = ("-m", "nearest_neighbour,leaks,mixing", "--map-points", "0", "--quiet")
    done = bench("score", tmp_path / "thief.npy", "--against", "digits", "-c", "5", *metrics)
    said = "7 in 10 images are nearly test or held-out images"
    assert re.search(rf"^proven: thief: .*{said}", done.stdout, re.MULTILINE)
    assert re.search(r"not judged: useful of thief: 6\d% of the images are nearly test or held-out images", done.stdout)
    out = bench.folder / "bench-results"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert said in page and "Test or held-out images among the samples" in page
    (verdict,) = json.loads((out / "summary.json").read_text())["verdicts"]
    assert not verdict["near_real"] and said in {fault["text"] for fault in verdict["faults"]}
    with (out / "images.csv").open(newline="", encoding="utf-8") as file:
        assert [row["leaked"] for row in csv.DictReader(file)] == ["true"] * 20 + ["false"] * 10


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A memoriser of one image in twenty, shifted by a pixel, and a generator with worse scores, at default sizes."""
    registry = discover()
    registry.generators.update({c.name: c for c in (FewShiftedCopies, PcaGaussian)})
    settings = Settings(
        generators=f"{FewShiftedCopies.name},{PcaGaussian.name}",
        classes="3",
        metrics="prdc,clipped,diversity,nearest_neighbour,disguised,leaks",
        seeds=1,
        map_points=0,
        out=str(tmp_path_factory.mktemp("few") / "store"),
    )
    return execute(choices.make(settings, registry, draws=2))


@WHY_SLOW
def test_a_memoriser_of_one_in_twenty_is_not_first_without_its_fault(results: Results) -> None:
    ranking = results.summary["ranking"]
    assert ranking[0]["config"] == FewShiftedCopies.name  # its scores are better
    (fault,) = {v["config"]: v for v in results.summary["verdicts"]}[FewShiftedCopies.name]["faults"]
    assert fault["serious"] and fault["share"] == pytest.approx(0.05, abs=0.02)
    assert ranking[0]["faults"] == [fault["text"]]
    assert f"proven: {FewShiftedCopies.name}: {fault['text']}" in faulty(results.summary)
    report = build_report(results, results.summary)
    first = standings(report, 1000)[0]
    assert first.generator["id"] == FewShiftedCopies.name and not first.is_near
    assert f"{FewShiftedCopies.name} make" not in headline(report)
    page = results.report().read_text(encoding="utf-8")
    for section in ("verdict", "ranking"):
        found = re.search(rf'<section id="{section}".*?</section>', page, re.DOTALL)
        assert found is not None and fault["text"] in found[0]


@WHY_SLOW
def test_what_is_refused_wins_nothing(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `useful` of a generator that copies test images, or `original` of noise: its values are there all the same."""
    first, other = FewShiftedCopies.name, PcaGaussian.name
    assert all(results.fit_scores("original", 1000)[name] for name in (first, other))
    for status in ("not-judged", "not-meaningful"):
        aspects = results.aspects[first, (3, 1000)]
        monkeypatch.setitem(aspects, "original", replace(aspects["original"], status=status))
        found = results.fit_scores("original", 1000)
        assert not found[first] and found[other]
