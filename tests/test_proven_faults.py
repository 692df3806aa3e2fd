"""Faults that are proven: they are counted, named everywhere alike, and no generator with many is near real."""

from __future__ import annotations

import re

import numpy as np
import pytest

from benchmark.api import Measure
from benchmark.audits.candidates import FreshAgain, ShiftedCopies, TenthCopies
from benchmark.cli._table import faulty
from benchmark.execution import execute
from benchmark.judging.calibration import Part, Table, Value
from benchmark.judging.faults import COPIES, FAULTS, WAYS, Proven, in_words, near_real, proven
from benchmark.judging.intervals import Interval
from benchmark.plan import choices
from benchmark.plugins.registry import discover
from benchmark.results.images_csv import KINDS
from benchmark.results.results import Results
from benchmark.settings import Settings

NEAR, RECOGNISED = (next(f for f in FAULTS if f.measure == name) for name in ("copy_share", "class_accuracy"))
MEASURES = {name: Measure(name, "lower", "") for f in FAULTS for name in (f.measure, f.p) if name}
PLACES = ((3, 100), (5, 100))
N = 100
WHY_SLOW = pytest.mark.slow("looks for copies in disguise in two classes")
GOOD = Part("varied", 0.95, Interval(0.85, 1.05))


def found(measure: str, made: list[float], real: list[float], n: int = 100) -> list[Proven]:
    """The proven faults of a generator with one value per class, next to those of fresh images."""
    table = Table(MEASURES, n)
    for place, own, usual in zip(PLACES, made, real, strict=False):
        table.put("g", place, measure, 0, Value(own))
        table.put("real", place, measure, 0, Value(usual))
    return proven(table, "g", PLACES)


def test_copies_beyond_chance_are_proven_by_fishers_exact_test() -> None:
    from scipy.stats import fisher_exact

    (fault,) = found("copy_share", [0.1, 0.14], [0.0, 0.01])
    assert (fault.share, fault.chance, fault.images) == (pytest.approx(0.115), 0.005, 200)
    assert fault.p == pytest.approx(fisher_exact([[24, 176], [1, 199]], alternative="greater").pvalue)
    assert fault.serious


def test_what_real_images_have_too_is_no_fault() -> None:
    assert found("copy_share", [0.1, 0.14], [0.1, 0.12]) == []
    assert found("copy_share", [0.02, 0.03], [0.0, 0.0]) == []  # 5 of 200 images: p = .03
    assert found("copy_share", [0.1, 0.14], []) == []  # not known what is usual


def test_an_estimated_share_has_p_values_of_its_own() -> None:
    def judged(ps: tuple[float, float], near: float = 0.0) -> list[Proven]:
        table = Table(MEASURES, 100)
        for place, p in zip(PLACES, ps, strict=True):
            for config, share in (("g", 0.3), ("real", 0.02)):
                table.put(config, place, COPIES.measure, 0, Value(share))
                table.put(config, place, "copied_p", 0, Value(p if config == "g" else 0.5))
            table.put("g", place, NEAR.measure, 0, Value(near))
            table.put("real", place, NEAR.measure, 0, Value(0.0))
        return proven(table, "g", PLACES)

    (fault,) = judged((0.0004, 0.9))
    assert (fault.fault, fault.share, fault.p) == (COPIES, pytest.approx(0.28), pytest.approx(0.0008))
    assert judged((0.0006, 0.9)) == []
    assert [f.fault for f in judged((0.0004, 0.9), near=0.2)] == [COPIES]  # near copies are among them
    assert [f.fault for f in judged((0.9, 0.9), near=0.2)] == [NEAR]


def test_a_share_of_right_images_is_turned_round() -> None:
    (fault,) = found("class_accuracy", [0.6, 0.8], [0.97, 0.97])
    assert (fault.fault, fault.share) == (RECOGNISED, pytest.approx(0.27))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1.0, "all images are copies of training images"),
        (0.96, "nearly all images are copies of training images"),
        (0.31, "3 in 10 images are copies of training images"),
        (0.1, "1 in 10 images is a copy of a training image"),
        (0.004, "1 in 250 images is a copy of a training image"),
    ],
)
def test_faults_are_counted_in_words(share: float, text: str) -> None:
    assert Proven(NEAR, share, 0.0, 500, 1e-9).text == text


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ({"blended of two": 0.9, "near copy": 0.1, "new": 0.0}, "all images are blends of training images"),
        ({"moved": 0.2, "warped": 0.1, "new": 0.7}, "all images are training images, moved or warped"),
        ({"exact copy": 0.4, "moved": 0.6}, "all images are training images (copied, moved, changed or blended)"),
        ({"new": 1.0}, "all images are training images (copied, moved, changed or blended)"),
        ({}, "all images are training images (copied, moved, changed or blended)"),
    ],
)
def test_copies_are_called_by_what_most_of_them_are(kinds: dict[str, float], text: str) -> None:
    assert in_words(Proven(COPIES, 1.0, 0.0, 500, 1e-9), kinds).text == text
    repeated = Proven(next(f for f in FAULTS if f.measure == "duplicate_share"), 1.0, 0.0, 500, 1e-9)
    assert in_words(repeated, kinds) is repeated


def test_the_kinds_in_words_are_kinds_of_images() -> None:
    assert {name for names, *_ in WAYS for name in names} == set(KINDS) - {"new"}


def test_near_real_needs_lower_ends_and_no_fault_in_many_images() -> None:
    rare, often = (Proven(NEAR, share, 0.0, 1000, 1e-9) for share in (0.019, 0.02))
    assert near_real({"varied": GOOD}, [rare])
    assert not near_real({"varied": GOOD}, [rare, often])
    assert not near_real({"varied": Part("varied", 0.95, Interval(0.79, 1.1))}, [])
    assert not near_real({"varied": GOOD, "useful": Part("useful", status="failed")}, [])
    assert not near_real({"varied": Part("varied", status="not-judged")}, [])


def test_fresh_images_have_no_fault_and_a_tenth_of_any_fault_is_proven() -> None:
    """2,000 repeats of 200 images, 3% of which have the fault by chance; each is looked at with six faults."""
    rng = np.random.default_rng(0)
    usual, fresh, bad = (rng.binomial(200, p, 2000) / 200 for p in (0.03, 0.03, 0.13))
    alarms = [bool(found("speckled", [a], [b], n=200)) for a, b in zip(fresh, usual, strict=True)]
    assert np.mean(alarms) <= 0.001
    assert np.mean([bool(found("speckled", [a], [b], n=200)) for a, b in zip(bad, usual, strict=True)]) > 0.6


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Fresh images, and the same with copies among them, plain and shifted, in two classes."""
    registry = discover()
    registry.generators.update({c.name: c for c in (FreshAgain, TenthCopies, ShiftedCopies)})
    settings = Settings(
        generators=f"{FreshAgain.name},{TenthCopies.name},{ShiftedCopies.name}",
        classes="3,5",
        metrics="prdc,nearest_neighbour,disguised,blank",
        seeds=1,
        n_real=(100,),
        n_synthetic=N,
        map_points=0,
        out=str(tmp_path_factory.mktemp("copies") / "store"),
    )
    return execute(choices.make(settings, registry, draws=3))


@WHY_SLOW
def test_fresh_images_have_no_proven_fault(results: Results) -> None:
    assert {v["config"]: v["faults"] for v in results.summary["verdicts"]}[FreshAgain.name] == []


@WHY_SLOW
@pytest.mark.parametrize(
    ("name", "share", "measure"), [(TenthCopies.name, 0.1, "copy_share"), (ShiftedCopies.name, 0.3, "copied_share")]
)
def test_copies_cannot_win(results: Results, name: str, share: float, measure: str) -> None:
    """Headline, card, terminal and summary.json agree on a generator with copies among its images."""
    verdict = {v["config"]: v for v in results.summary["verdicts"]}[name]
    (fault,) = verdict["faults"]
    assert (fault["measure"], fault["serious"]) == (measure, True)
    assert fault["share"] == pytest.approx(share, abs=0.06)
    assert verdict["near_real"] is False
    page = results.report().read_text(encoding="utf-8")
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert headline is not None
    assert not re.search(rf"{name}[^.]* make", headline[1])
    assert f"Proven: {fault['text']}." in page
    assert f"proven: {name}: {fault['text']}" in faulty(results.summary)


@WHY_SLOW
def test_the_page_calls_near_real_what_summary_json_does(results: Results) -> None:
    from benchmark.results.report_json import build_report
    from reports._judgement import standings

    report = build_report(results, results.summary)
    near = {s.generator["id"]: s.is_near for s in standings(report, 100)}
    assert near == {v["config"]: v["near_real"] for v in results.summary["verdicts"]}
