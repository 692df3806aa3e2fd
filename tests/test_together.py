"""Conditional generators, from end to end: one fit for all classes, in real processes, resumed like any other."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from benchmark.judging.calibration import Part, over_classes
from benchmark.judging.comparison import compare, over_seeds
from benchmark.judging.intervals import Interval

TINY = ["run", "-d", "digits", "-m", "mixing", "--n-real", "20", "--n-synthetic", "30", "--quiet", "--no-report"]
SHUFFLE = '''
"""Conditional generators: noisy training images of a class, and what may go wrong."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.api import ConditionalGenerator, hookimpl


@dataclass
class Shuffle(ConditionalGenerator):
    """Noisy training images."""

    name = "shuffle"
    light = True
    fault: str = ""

    def skip(self, task):
        return "no eights" if task.class_name == "8" and self.fault == "skip" else None

    def fit(self, real, labels, ctx):
        with Path(__file__).with_name("fits").open("a") as file:
            file.write(f"{len(real)} {sorted(set(labels.tolist()))} {ctx.rng.random()}\\n")
        if self.fault == "die":
            os._exit(7)
        ctx.log(1, loss=0.5)
        self.real = {int(label): real[labels == label] for label in np.unique(labels)}
        for label, own in self.real.items():
            ctx.snapshot(1, own[:8], label)

    def sample(self, n, label, ctx):
        if self.fault == "sample" and label == 5:
            raise ValueError("not a five")
        picked = self.real[label][ctx.rng.integers(len(self.real[label]), size=n)]
        return picked + ctx.rng.normal(0, 0.05, picked.shape)


@hookimpl
def bench_generators():
    return [Shuffle]
'''


@pytest.fixture
def shuffle(tmp_path: Path) -> Path:
    file = tmp_path / "shuffle.py"
    file.write_text(SHUFFLE)
    return file


def fits(shuffle: Path) -> list[str]:
    return shuffle.with_name("fits").read_text().splitlines()


def rows(folder: Path, config: str = "shuffle") -> list[dict[str, str]]:
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["config"] == config]


def timeless(found: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{k: v for k, v in row.items() if "seconds" not in k and k != "peak_rss_mib"} for row in found]


@pytest.mark.slow("compares four runs")
def test_one_fit_for_all_classes_which_stand_in_the_rows(bench, shuffle: Path) -> None:
    out = bench.folder / "bench-results"
    bench(*TINY, "-p", shuffle, "-g", "shuffle", "-c", "3,5,8", "--seeds", "2", "--workers", "2")
    assert [line.rpartition(" ")[0] for line in sorted(fits(shuffle))] == ["60 [3, 5, 8]"] * 2
    found = rows(out)
    assert {(row["class"], row["seed"]) for row in found} == {(c, s) for c in "358" for s in "01"}
    assert {row["fit_classes"] for row in found} == {"3,5,8"}
    assert {row["fit_classes"] for row in rows(out, "real")} == {""}
    own_images = [float(row["value"]) for row in found if row["measure"] == "mixing"]
    assert len(own_images) == 6 and min(own_images) > 0.3  # of another class they do not mix
    shares = {row["fit_seconds"] for row in found if row["seed"] == "0"}
    assert len(shares) == 1
    assert not list((out / "work").iterdir())
    cell = next(out.glob(f"cells/*/{found[0]['cell']}"))
    assert json.loads((cell / "cell.json").read_text())["fit"] == [3, 5, 8]
    assert (cell / "history.npz").exists() and (cell / "log.txt").exists()

    before = timeless(found)
    bench(*TINY, "-p", shuffle, "-g", "shuffle", "-c", "3,5,8", "--seeds", "2", "--workers", "1")
    assert len(fits(shuffle)) == 2 and timeless(rows(out)) == before  # nothing is done again
    bench(*TINY, "-p", shuffle, "-g", "shuffle", "-c", "3,5,8", "--seeds", "2", "--workers", "1", "-o", "alone")
    assert timeless(rows(bench.folder / "alone")) == before  # one worker or two: the same numbers
    bench(*TINY, "-p", shuffle, "-g", "shuffle", "-c", "3,5", "--seeds", "1")
    assert fits(shuffle)[-1].startswith("40 [3, 5]")  # other classes are another fit


@pytest.mark.slow("runs a fit twice")
def test_a_damaged_cell_is_made_again_by_its_fit_and_the_others_stay(bench, shuffle: Path) -> None:
    out = bench.folder / "bench-results"
    run = [*TINY, "-p", shuffle, "-g", "shuffle", "-c", "3,5", "--seeds", "1"]
    bench(*run)
    before = timeless(rows(out))
    kept, lost = (next(out.glob(f"cells/*/{cell}")) for cell in dict.fromkeys(row["cell"] for row in before))
    stamp = (kept / "cell.json").stat().st_mtime_ns
    (lost / "samples.npz").write_bytes(b"cut short")
    again = bench(*run)
    assert "was damaged" in again.stderr
    assert len(fits(shuffle)) == 2 and timeless(rows(out)) == before
    assert (kept / "cell.json").stat().st_mtime_ns == stamp
    (lost / "scores").rename(lost / "gone")  # to be scored again: every byte is looked at
    content = bytearray((lost / "samples.npz").read_bytes())
    content[-100] ^= 255
    (lost / "samples.npz").write_bytes(content)
    bench(*run)
    assert len(fits(shuffle)) == 3 and timeless(rows(out)) == before
    bench(*run, "--fresh")
    assert len(fits(shuffle)) == 4 and timeless(rows(out)) == before


@pytest.mark.parametrize(
    ("fault", "statuses", "reason"),
    [
        ("sample", {"3": "ok", "5": "failed"}, "not a five"),
        ("die", {"3": "crashed", "5": "crashed"}, "exit code 7"),
        ("skip", {"3": "ok", "8": "skipped"}, "no eights"),
    ],
)
def test_what_fails_is_a_row(bench, shuffle: Path, fault: str, statuses: dict[str, str], reason: str) -> None:
    config, out = f"shuffle[fault={fault}]", bench.folder / "bench-results"
    run = [*TINY, "-p", shuffle, "-g", config, "-c", ",".join(statuses), "--seeds", "1"]
    bench(*run, code=0 if fault == "skip" else 1)
    found = rows(out, config)
    assert {row["class"]: row["status"] for row in found} == statuses
    assert any(reason in row["reason"] for row in found)
    assert len(fits(shuffle)) == 1
    bench(*run, code=0 if fault == "skip" else 1)
    assert len(fits(shuffle)) == (1 if fault == "skip" else 2)  # what failed is tried again


def test_pairs_are_seeds_where_one_side_shares_its_fit() -> None:
    alone = {(label, seed): 0.5 + seed / 10 for label in range(4) for seed in range(3)}
    one = {pair: value + 0.1 + (pair[0] == 0) * 0.2 for pair, value in alone.items()}
    del one[3, 2]
    found = compare({"alone": alone, "one": one, "other": {p: v + 0.01 for p, v in alone.items()}}, shared={"one"})
    by = {(c.a, c.b): c for c in found}
    assert (by["alone", "one"].n, by["alone", "one"].over) == (3, "seeds")
    assert by["alone", "one"].difference == pytest.approx(-(0.15 + 0.15 + 0.5 / 3) / 3)
    assert (by["alone", "other"].n, by["alone", "other"].over) == (12, "fits")
    assert over_seeds({"alone": alone, "one": one})["alone"] == {(0, s): pytest.approx(0.5 + s / 10) for s in range(3)}


def test_classes_that_share_a_fit_have_no_narrower_interval_together() -> None:
    parts = [Part("realistic", v, Interval(v - 0.1, v + 0.1), score_with_failures=v) for v in (0.5, 0.7)]
    assert over_classes(parts, "realistic", shared=True).interval == pytest.approx((0.5, 0.7))
    alone = over_classes(parts, "realistic").interval
    assert alone is not None and alone.lo > 0.51 and alone.hi < 0.69
