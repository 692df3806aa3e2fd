"""`bench export`: what comes out is what was stored, and can be read again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.reading import read_images
from benchmark.store import Store


@pytest.fixture
def run(bench, jitter: Path) -> Path:
    """A run on two classes and two sizes."""
    bench("run", "-p", jitter, "-d", "digits", "-c", "3,5", "-g", "jitter,jitter[sigma=0.2]", "--n-real", "20,40",
          "--seeds", "2", "-m", "diversity", "--map-points", "0", "--quiet", "-o", "run")
    return bench.folder


def test_samples(bench, run: Path) -> None:
    written = bench("export", "run", "--format", "npz", "--train", "-o", "out").stdout.split()
    assert "out/jitter-sigma-0.2/n-real-40/seed-1.npz" in written
    assert "out/train/n-real-20/seed-0.npz" in written
    assert len(written) == 2 * 2 * 2 + 4
    found = read_images(run / "out" / "jitter" / "n-real-40" / "seed-1.npz")
    report = json.loads((run / "run" / "report.json").read_text())
    cell = next(
        c["cell"] for c in report["cells"]
        if (c["generator"], c["cls"], c["n_real"], c["seed"]) == ("jitter", 5, 40, 1)
    )
    stored = Store(run / "run").samples(cell)
    assert found.names == ("3", "5")
    assert np.array_equal(found.images[found.labels == 1], stored)
    train = read_images(run / "out" / "train" / "n-real-20" / "seed-1.npz")
    assert np.bincount(train.labels).tolist() == [20, 20]
    bench("export", "run", "--format", "png", "-o", "png", "-g", "jitter")
    seen = read_images(run / "png" / "jitter" / "n-real-40" / "seed-1")
    assert seen.names == ("3", "5")
    assert np.abs(seen.images[seen.labels == 1] / 255 - stored).max() <= 0.5 / 255 + 1e-6


def test_results(bench, run: Path) -> None:
    text = bench("export", "run", "--format", "csv").stdout
    assert {row["config"] for row in csv.DictReader(io.StringIO(text))} > {"jitter", "jitter[sigma=0.2]", "real"}
    assert json.loads(bench("export", "run", "-f", "json").stdout)["classes"] == ["3", "5"]
    bench("export", "run", "-f", "markdown", "-o", "table.md")
    lines = (run / "table.md").read_text().splitlines()
    assert lines[0] == "| generator | training images | realistic | varied | original | useful |"
    assert len(lines) == 2 + 4
    assert lines[2].startswith("| jitter | 20 | not judged | ")


def test_bad_input(bench, run: Path) -> None:
    before = sorted(run.iterdir())
    for arguments, message in (
        (["run", "-f", "jpg"], "--format 'jpg' is not known; there are: csv, json, markdown, npz, png."),
        (["nowhere", "-f", "png"], "'nowhere' is no store"),
        (["nowhere", "-f", "csv"], "'nowhere/scores.csv' cannot be read"),
        (["run", "-f", "png", "-g", "smote"], "generator of this run 'smote' is not known; there are: copy, jitter"),
        (["run", "-f", "png", "-o", "run"], "--to 'run' is there already and not empty"),
        (["run"], "Missing option '--format'"),
    ):
        assert message in bench("export", *arguments, code=2).stderr
        assert sorted(run.iterdir()) == before
