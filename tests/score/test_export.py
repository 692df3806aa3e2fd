"""`bench export`: what comes out is what was stored, and can be read again."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmark.images.reading import read_images
from benchmark.results.tables import escaped
from benchmark.store.store import Store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, jitter_source: str, commands) -> Path:
    """A folder with `run`: two classes and two sizes."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "jitter.py").write_text(jitter_source)
    words = "run -p jitter.py -d digits -c 3,5 -g jitter[sigma=0.2] --n-real 20,40 --seeds 1 --seed 1 -m diversity"
    words += " --map-points 0 --quiet -o run"
    commands.run(*words.split(), folder=folder)
    return folder


@pytest.fixture
def run(bench, made: Path) -> Path:
    """The same in the folder of one test."""
    shutil.copytree(made, bench.folder, dirs_exist_ok=True)
    return bench.folder


def test_samples(bench, run: Path) -> None:
    written = bench("export", "run", "--format", "npz", "--train", "-o", "out").stdout.split()
    assert sorted(written) == [
        f"out/{name}/n-real-{n}/seed-1.npz" for name in ("jitter-sigma-0.2", "train") for n in (20, 40)
    ]
    found = read_images(run / "out" / "jitter-sigma-0.2" / "n-real-40" / "seed-1.npz")
    report = json.loads((run / "run" / "report.json").read_text())
    cell = next(
        c["cell"]
        for c in report["cells"]
        if (c["configuration"], c["class"], c["n_real"], c["seed"]) == ("jitter[sigma=0.2]", 5, 40, 1)
    )
    stored = Store(run / "run").samples(cell)
    assert found.names == ("3", "5")
    assert np.array_equal(found.images[found.labels == 1], stored)
    train = read_images(run / "out" / "train" / "n-real-20" / "seed-1.npz")
    assert np.bincount(train.labels).tolist() == [20, 20]
    bench("export", "run", "--format", "png", "-o", "png", "-g", "jitter*")
    seen = read_images(run / "png" / "jitter-sigma-0.2" / "n-real-40" / "seed-1")
    assert seen.names == ("3", "5")
    assert np.abs(seen.images[seen.labels == 1] / 255 - stored).max() <= 0.5 / 255 + 1e-6


def test_results(bench, run: Path) -> None:
    text = bench("export", "run", "--format", "csv").stdout
    assert {row["config"] for row in csv.DictReader(io.StringIO(text))} > {"jitter[sigma=0.2]", "real"}
    assert json.loads(bench("export", "run", "-f", "json").stdout)["classes"] == ["3", "5"]
    bench("export", "run", "-f", "markdown", "-o", "table.md")
    lines = (run / "table.md").read_text().splitlines()
    assert lines[0] == "| generator | training images | realistic | varied | original | useful |"
    assert len(lines) == 2 + 2
    assert lines[2].startswith("| jitter[sigma=0.2] | 20 | not judged | ")


def test_a_table_for_a_paper(bench, run: Path) -> None:
    text = bench("export", "run", "-f", "latex").stdout
    rows = [line.strip() for line in text.splitlines() if line.endswith("\\\\")]
    assert rows[0] == r"Generator & Real images & Realistic & Varied & Original & Useful \\"
    assert [row.split(" & ")[0] for row in rows[1:]] == ["jitter[sigma=0.2]"] * 2
    assert "of the 2 classes 3 and 5 of " in text
    assert "for 1 seed (1), each generator was fitted on 20 and 40 real images" in text
    assert text.count("{") == text.count("}")


def test_names_are_printed_as_they_are() -> None:
    assert escaped(r"a_b%{c}\~^#$&") == r"a\_b\%\{c\}\textbackslash{}\textasciitilde{}\textasciicircum{}\#\$\&"


def test_bad_input(bench, run: Path) -> None:
    before = sorted(run.iterdir())
    for arguments, message in (
        (["run", "-f", "jpg"], "--format 'jpg' is not known; there are: csv, json, latex, markdown, npz, png."),
        (["nowhere", "-f", "png"], "'nowhere' is not a store"),
        (["nowhere", "-f", "csv"], "'nowhere/scores.csv' cannot be read"),
        (["run", "-f", "png", "-g", "smote"], "generator of this run 'smote' is not known; there are: copy, jitter"),
        (["run", "-f", "png", "-o", "run"], "--to 'run' exists and is not empty"),
        (["run"], "Missing option '--format'"),
    ):
        assert message in bench("export", *arguments, code=2).stderr
        assert sorted(run.iterdir()) == before


@pytest.mark.parametrize("form", ["png", "npz"])
def test_a_place_that_cannot_be_written_is_one_sentence(bench, run: Path, form: str) -> None:
    (run / "file").write_text("")
    done = bench("export", "run", "--format", form, "-o", "file/x", code=2)
    assert done.stderr == f"bench: --to 'file/x' cannot be created: '{run / 'file'}' is a file; name another folder.\n"
    done = bench("export", "run", "--format", form, "-o", "/proc/x/y", code=2)
    assert done.stderr.startswith("bench: --to '/proc/x/y' cannot be ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", [("-g", "jitter*"), ("--train",)])
def test_what_is_for_samples_is_refused_with_results(bench, run: Path, option: tuple[str, ...]) -> None:
    done = bench("export", "run", "--format", "csv", *option, code=2)
    assert "is only for images (png, npz); --format csv exports the results of the whole run" in done.stderr
    assert not done.stdout
