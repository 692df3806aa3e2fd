"""`bench score` from end to end: images that were made elsewhere get the scores that a run would give them."""

from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets import _mnist
from benchmark.images.real import RealData
from benchmark.plan.for_score import make
from benchmark.plugins.registry import discover
from benchmark.settings import ScoreSettings

from .conftest import FAST, save, table

DIGITS = ("--against", "digits", "-c", "5", *FAST)


@pytest.mark.slow("runs and scores MNIST twice")
def test_smotes_own_samples_get_the_scores_of_the_run(bench) -> None:
    metrics = ("-m", "mixing,classifier,nearest_neighbour,copy_rank,membership,prdc", "--map-points", "0", "--quiet")
    bench("run", "-g", "smote", "-c", "5", "--quick", *metrics, "-o", "run")
    bench("export", "run", "--format", "npz", "--train", "-o", "out")
    bench("score", "out/smote/seed-0.npz", "--names", "smote", "--train", "out/train/seed-0.npz", *metrics, "-o", "own")
    run, own = table(bench.folder / "run"), table(bench.folder / "own")
    assert set(run) == set(own)
    for key, row in run.items():
        assert own[key]["value"] == row["value"], key
        assert own[key]["calibrated"] == row["calibrated"], key
    assert len(run) > 80


@pytest.mark.slow("reads and scores MNIST as 28x28 PNG files")
def test_a_folder_of_pngs_against_data_of_ones_own_in_one_command(
    bench, tmp_path: Path, mnist: RealData, fives: np.ndarray
) -> None:
    """New images are no copies, copies of any role are, and real images are not copies of themselves."""
    new, copied = save(tmp_path / "new", fives[:150]), save(tmp_path / "copied", mnist.raw[mnist.members(5)[::36]])
    done = bench("score", new, copied, "--data-dir", _mnist.FOLDER, "--class", "5", *FAST)
    out = bench.folder / "bench-results"
    assert "copies are searched for in the whole training split, 5,421 real images per class" in done.stderr
    rows = table(out)
    mixing = rows["new", "5", "mixing"]
    assert [mixing[n] for n in ("dataset", "n_synthetic", "n_real", "seed", "generator")] == [
        "idx",
        "150",
        "5421",
        "0",
        "given",
    ]
    assert float(mixing["calibrated"]) > 0.8
    assert {config for config, _, _ in rows} == {"new", "copied", "real", "noise", "copy", "repeat", "wrong-class"}
    share = {config: float(rows[config, "5", "copy_share"]["value"]) for config in ("new", "copied", "real", "copy")}
    assert share == {"new": pytest.approx(0, abs=0.02), "copied": 1, "real": pytest.approx(0, abs=0.02), "copy": 1}
    assert float(rows["real", "5", "dcr_median"]["value"]) == pytest.approx(1, abs=0.15)
    verdict = json.loads((out / "summary.json").read_text())["verdicts"][0]
    assert verdict["aspects"]["original"]["score"] == pytest.approx(1, abs=0.05)
    assert verdict["aspects"]["useful"]["lo"] is not None  # over its images: a set is one fit
    page = (out / "report.html").read_text()
    assert "The training images were not given (<code>--train</code>)." in page  # next to the copies
    assert "5,421 real images per class; a real image is compared with all others" in page  # at the end
    assert f"bench score {shlex.join(map(str, (new, copied, '--real', _mnist.FOLDER)))} --class 5" in page


def test_with_train_only_what_was_seen_is_a_copy(bench, tmp_path: Path, digits: RealData) -> None:
    own = digits.raw[digits.members(5)]
    np.save(tmp_path / "seen.npy", own[:40])
    np.save(tmp_path / "fake.npy", own[20:60])
    done = bench("score", tmp_path / "fake.npy", "--train", tmp_path / "seen.npy", *DIGITS)
    assert "40 training images per class" in done.stderr
    rows = table(bench.folder / "bench-results")
    assert rows["fake", "5", "copy_share"]["n_real"] == "40"
    assert float(rows["fake", "5", "copy_share"]["value"]) == pytest.approx(0.5, abs=0.1)
    assert float(rows["real", "5", "copy_share"]["value"]) < 0.1  # no other role has an image that was seen
    page = (bench.folder / "bench-results" / "report.html").read_text()
    assert "The training images are those given with <code>--train</code>" in page


def test_the_table_of_images_names_the_users_own_files(bench, tmp_path: Path, digits: RealData) -> None:
    own = np.rint(digits.raw[digits.members(5)] * 255).astype(np.uint8)
    real, seen = save(tmp_path / "real" / "five", own).parent, save(tmp_path / "seen", own[:40])
    fake = save(tmp_path / "fake", own[20:60])
    only = ("-m", "nearest_neighbour", "--map-points", "0", "--quiet", "--no-report", "--as-is")
    bench("score", fake, "--real", real, "--train", seen, *only)
    with (bench.folder / "bench-results" / "images.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    copies = {row["file"]: row["source_file"] for row in rows if row["kind"] == "exact copy"}
    assert len(copies) > 10  # of the 40 images, some are sampled: fake/0.png is seen/20.png
    assert copies == {f"{number}.png": f"{20 + number}.png" for number in range(20) if f"{number}.png" in copies}
    assert {row["source_file"] for row in rows if row["kind"] == "new"} == {""}


@pytest.mark.parametrize(
    "seen", [lambda x: 2 * x - 1, lambda x: np.rint(x * 255).astype(np.uint8)], ids=["like-the-images", "bytes"]
)
def test_train_may_have_the_range_of_the_images_or_that_of_the_real_ones(
    bench, tmp_path: Path, digits: RealData, small: np.ndarray, seen
) -> None:
    np.save(tmp_path / "fake.npy", 2 * small - 1)
    np.save(tmp_path / "seen.npy", seen(digits.raw[digits.members(5)][:40].astype(np.float64)))
    arguments = ("score", tmp_path / "fake.npy", "--train", tmp_path / "seen.npy", *DIGITS, "--dry-run")
    assert re.search(r"^fake .* n_real 40 ", bench(*arguments, "--range", "-1,1").stdout, re.MULTILINE)
    np.save(tmp_path / "seen.npy", np.full((40, 8, 8), 7.0))
    done = bench(*arguments, "--range", "-1,1", code=2)
    assert re.match(r"bench: --train .*seen.npy: 100% of the values lie outside --range -1,1", done.stderr)


@pytest.mark.parametrize("place", ["file/x", "/proc/x/y"])
def test_a_place_for_keep_that_cannot_be_made_is_one_sentence(
    bench, tmp_path: Path, digits: RealData, small: np.ndarray, place: str
) -> None:
    (bench.folder / "file").write_text("")
    np.save(tmp_path / "fake.npy", small)
    np.save(tmp_path / "seen.npy", digits.raw[digits.members(5)[:60]])  # otherwise all are copies, and none is kept
    done = bench("score", tmp_path / "fake.npy", "--train", tmp_path / "seen.npy", *DIGITS, "--keep", place, code=2)
    assert f"bench: --keep '{place}' cannot be " in done.stderr
    assert "Traceback" not in done.stderr
    assert place.startswith("/proc") or not (bench.folder / "bench-results").exists()


def test_several_sets_are_compared_and_gated(bench, tmp_path: Path, digits: RealData, small: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", small)
    np.savez(tmp_path / "b.npz", images=digits.raw[digits.members(5)[:30]])
    np.save(tmp_path / "seen.npy", digits.raw[digits.members(5)[:60]])
    done = bench(
        "score",
        tmp_path / "a.npy",
        tmp_path / "b.npz",
        "--names",
        "gan-a,gan-b",
        "--train",
        tmp_path / "seen.npy",
        *DIGITS,
        "--require",
        "gan-a.copy_share<0.5",
        "--require",
        "gan-b.original>=0.5",
        "--no-report",
        code=1,
    )
    assert "gan-a: 30 of 36 images of class 5 were sampled (seed 0)" in done.stderr
    assert "\nmet: gan-a at n_real" in done.stdout
    assert "NOT MET: gan-b at n_real" in done.stdout
    assert "--seeds" not in done.stdout
    summary = json.loads((bench.folder / "bench-results" / "summary.json").read_text())
    assert [v["config"] for v in summary["verdicts"]] == ["gan-a", "gan-b"]
    assert {c["advice"] for c in summary["comparisons"] if c["pairs"]} == {
        "cannot reach p < .05 with 1 pair: each set counts as one fit"
    }


def test_the_same_again_does_nothing_and_other_images_are_scored_anew(bench, tmp_path: Path, small: np.ndarray) -> None:
    np.save(tmp_path / "fake.npy", small)
    arguments = ("score", tmp_path / "fake.npy", *DIGITS, "--no-report")
    bench(*arguments)
    out = bench.folder / "bench-results"
    first = table(out)
    again = json.loads(bench(*arguments, "--dry-run", "--json").stdout)
    assert {cell["state"] for cell in again["cells"]} == {"cached"}
    bench("score", "--config", out / "run.toml", "--quiet")
    assert table(out) == first
    np.save(tmp_path / "fake.npy", small[::-1])
    changed = json.loads(bench(*arguments, "--dry-run", "--json").stdout)
    assert {cell["config"] for cell in changed["cells"] if cell["state"] != "cached"} == {"fake"}


def test_keep_writes_the_images_that_pass(bench, tmp_path: Path, digits: RealData, small: np.ndarray) -> None:
    noise = np.random.default_rng(0).random((20, 8, 8, 1))
    images = np.concatenate([small[:25], noise, digits.raw[digits.members(5)[:15]]])
    folder = save(tmp_path / "mixed", np.rint(images * 255).astype(np.uint8))
    np.save(tmp_path / "seen.npy", digits.raw[digits.members(5)[:60]])
    seen = ("--train", tmp_path / "seen.npy")
    done = bench("score", folder, *seen, *DIGITS, "--as-is", "--keep", "kept", "--no-report")
    kept = {int(path.stem) for path in (bench.folder / "kept").iterdir()}
    assert f"Kept {len(kept)} of " in done.stdout
    assert kept and kept <= set(range(25))
    sample = bench.folder / "kept" / f"{min(kept)}.png"
    assert sample.read_bytes() == (folder / sample.name).read_bytes()


def test_a_set_too_small_to_judge_says_so_per_measure(bench, tmp_path: Path, small: np.ndarray) -> None:
    np.save(tmp_path / "fake.npy", small[:12])
    said = bench("score", tmp_path / "fake.npy", *DIGITS, "--no-report").stdout
    assert re.search(r"^not judged: realistic of fake.*: needs \d+ synthetic images, has 12$", said, re.MULTILINE), said
    rows = table(bench.folder / "bench-results")
    assert rows["fake", "5", "copy_share"]["status"] == "not-judged"
    assert rows["fake", "5", "copy_share"]["reason"] == "needs 15 synthetic images, has 12"
    assert rows["fake", "5", "class_accuracy"]["reason"] == "needs 30 synthetic images, has 12"


def test_own_real_images_of_another_size_in_colour(bench, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)

    def shirts(n: int, hue: int) -> np.ndarray:
        images = rng.integers(0, 90, (n, 10, 8, 3), dtype=np.uint8)
        images[:, 2:7, 2:6, hue] += 150
        return images

    np.savez(
        tmp_path / "real.npz",
        images=np.concatenate([shirts(150, 0), shirts(150, 2)]),
        labels=np.repeat([0, 1], 150),
        class_names=["Ankle boot", "Bag"],
    )
    np.savez(
        tmp_path / "fake.npz",
        images=np.concatenate([shirts(40, 0), shirts(30, 2)]),
        labels=["Ankle boot"] * 40 + ["Bag"] * 30,
    )
    done = bench("score", tmp_path / "fake.npz", "--real", tmp_path / "real.npz", *FAST, "--no-report")
    assert "fake: 30 of 40 images of class Ankle boot were sampled" in done.stderr
    rows = table(bench.folder / "bench-results")
    assert {c for _, c, _ in rows} == {"Ankle boot", "Bag"}
    assert float(rows["fake", "Bag", "class_accuracy"]["value"]) == 1
    words = ("score", tmp_path / "fake.npz", "--real", tmp_path / "real.npz", "--class", "ankle-boot", *FAST)
    dry = json.loads(bench(*words, "--dry-run", "--json").stdout)
    assert {(cell["class"], cell["n_synthetic"]) for cell in dry["cells"]} == {("Ankle boot", 40)}


def test_other_file_formats_than_those_of_the_real_images_are_named(tmp_path: Path, digits: RealData) -> None:
    """JPEG changes images, so files of one format are compared with files of another only with a warning."""
    images = np.round(255 * digits.raw[:100]).astype(np.uint8)
    real, alike, other = (
        save(tmp_path / "real" / "a", images).parent,
        save(tmp_path / "alike", images[:30]),
        tmp_path / "other",
    )
    other.mkdir()
    for path in alike.iterdir():
        Image.open(path).save(other / f"{path.stem}.jpg")
    notes = make(ScoreSettings(fake=(str(alike), str(other)), data_dir=str(real), metrics="mixing"), discover()).notes
    differ = "the formats of the two sets differ: the real images are PNG files, these are JPEG files"
    assert [note.partition(";")[0] for note in notes if "formats" in note] == [f"other: {differ}"]
