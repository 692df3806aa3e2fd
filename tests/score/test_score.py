"""`bench score` from end to end: images that were made elsewhere get the scores that a run would give them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmark.data import RealData

from .conftest import FAST, save, table


def test_smotes_own_samples_get_the_scores_of_the_run(bench) -> None:
    metrics = ("-m", "mixing,classifier,nearest_neighbour,copy_rank,membership,prdc", "--quiet")
    bench("run", "-g", "smote", "-c", "5,3", "--quick", *metrics, "-o", "run")
    bench("export", "run", "--format", "npz", "--train", "-o", "out")
    bench("score", "out/smote/seed-0.npz", "--names", "smote", "--train", "out/train/seed-0.npz", *metrics, "-o", "own")
    run, own = table(bench.folder / "run"), table(bench.folder / "own")
    assert set(run) == set(own)
    for key, row in run.items():
        assert own[key]["value"] == row["value"], key
        assert own[key]["calibrated"] == row["calibrated"], key
    assert len(run) > 200


def test_a_folder_of_pngs_in_one_command(bench, folder: Callable[[int], Path]) -> None:
    done = bench("score", folder(120), "--against", "mnist", "--class", "5", *FAST)
    out = bench.folder / "bench-results"
    assert "copies are looked for in the whole training split, 5,421 real images a class" in done.stderr
    rows = table(out)
    fives = rows["fives", "5", "mixing"]
    assert (fives["n_synthetic"], fives["n_real"], fives["seed"], fives["generator"]) == ("120", "5421", "0", "given")
    assert float(fives["calibrated"]) > 0.8
    assert {config for config, _, _ in rows} == {"fives", "real", "noise", "copy", "repeat", "wrong-class"}
    summary = json.loads((out / "summary.json").read_text())
    assert summary["verdicts"][0]["aspects"]["original"]["score"] == pytest.approx(1, abs=0.05)
    assert summary["verdicts"][0]["aspects"]["useful"]["lo"] is not None        # from its images: a set is one fit
    page = (out / "report.html").read_text()
    assert "a real image is compared with all but itself" in page
    assert f"bench score {folder(1)} --classes 5" in page.replace("&#39;", "'")


def test_copies_are_found_in_the_whole_split_and_real_images_are_not_copies(
    bench, tmp_path: Path, mnist: RealData
) -> None:
    save(tmp_path / "copied", mnist.raw[mnist.members(5)[::40]])           # of every role: neutral, held-out, fresh
    bench("score", tmp_path / "copied", "-c", "5", *FAST)
    rows = table(bench.folder / "bench-results")
    assert float(rows["copied", "5", "copy_share"]["value"]) == 1
    assert float(rows["copied", "5", "copy_share"]["calibrated"]) == pytest.approx(0, abs=1e-9)
    assert float(rows["real", "5", "copy_share"]["value"]) < 0.02
    assert float(rows["real", "5", "dcr_median"]["value"]) == pytest.approx(1, abs=0.15)
    assert float(rows["copy", "5", "copy_share"]["value"]) == 1


def test_with_train_only_what_was_seen_is_a_copy(bench, tmp_path: Path, mnist: RealData) -> None:
    members = mnist.members(5)
    save(tmp_path / "seen", mnist.raw[members[:200]])
    save(tmp_path / "fake", mnist.raw[members[100:300]])
    done = bench("score", tmp_path / "fake", "-c", "5", "--train", tmp_path / "seen", *FAST)
    assert "200 images a class that the generator had seen" in done.stderr
    rows = table(bench.folder / "bench-results")
    assert float(rows["fake", "5", "copy_share"]["value"]) == pytest.approx(0.5, abs=0.05)
    assert rows["fake", "5", "copy_share"]["n_real"] == "200"
    assert float(rows["real", "5", "copy_share"]["value"]) < 0.05          # no role has an image that was seen


def test_several_sets_are_compared_and_gated(bench, tmp_path: Path, mnist: RealData, fives: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", fives[:200])
    np.savez(tmp_path / "b.npz", images=mnist.raw[mnist.members(5)[:150]] / 255.0)
    done = bench(
        "score", tmp_path / "a.npy", tmp_path / "b.npz", "--names", "gan-a,gan-b", "-c", "5", *FAST,
        "--require", "gan-a.copy_share<0.2", "--require", "gan-b.original>=0.5", code=1,
    )
    assert "gan-a: 150 of 200 images of class 5 were drawn (seed 0)" in done.stderr
    assert "\nmet: gan-a at n_real 5421: copy_share<0.2" in done.stdout
    assert "NOT MET: gan-b at n_real 5421: original>=0.5" in done.stdout
    assert "--seeds" not in done.stdout
    summary = json.loads((bench.folder / "bench-results" / "summary.json").read_text())
    assert [v["config"] for v in summary["verdicts"]] == ["gan-a", "gan-b"]


def test_the_same_again_does_nothing_and_other_images_are_scored_anew(bench, folder: Callable[[int], Path]) -> None:
    arguments = ("score", folder(40), "-c", "5", *FAST)
    bench(*arguments)
    out = bench.folder / "bench-results"
    first = table(out)
    again = json.loads(bench("score", folder(40), "-c", "5", *FAST, "--dry-run", "--json").stdout)
    assert {cell["state"] for cell in again["cells"]} == {"cached"}
    bench("score", "--config", out / "run.toml", "--quiet")
    assert table(out) == first
    (folder(40) / "7.png").write_bytes((folder(40) / "8.png").read_bytes())
    changed = json.loads(bench(*arguments, "--dry-run", "--json").stdout)
    assert {cell["config"] for cell in changed["cells"] if cell["state"] != "cached"} == {"fives"}


def test_keep_writes_the_images_that_pass(bench, tmp_path: Path, mnist: RealData, fives: np.ndarray) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, 28, 28, 1), dtype=np.uint8)
    images = np.concatenate([fives[:40], noise, mnist.raw[mnist.members(5)[:30]]])
    done = bench("score", save(tmp_path / "mixed", images), "-c", "5", *FAST, "--as-is", "--keep", "kept")
    kept = {int(path.stem) for path in (bench.folder / "kept").iterdir()}
    assert f"Kept: {len(kept)} of 100 images in kept" in done.stdout
    assert len(kept & set(range(40))) > 30
    assert kept <= set(range(40))
    sample = bench.folder / "kept" / f"{min(kept)}.png"
    assert sample.read_bytes() == (tmp_path / "mixed" / sample.name).read_bytes()


def test_a_set_too_small_to_judge_says_so_per_measure(bench, folder: Callable[[int], Path]) -> None:
    bench("score", folder(12), "-c", "5", *FAST)
    rows = table(bench.folder / "bench-results")
    assert rows["fives", "5", "copy_share"]["status"] == "not-judged"
    assert rows["fives", "5", "copy_share"]["reason"] == "needs 15 synthetic images, has 12"
    assert rows["fives", "5", "class_accuracy"]["reason"] == "needs 30 synthetic images, has 12"


def test_own_real_images_of_another_size_in_colour(bench, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)

    def shirts(n: int, hue: int) -> np.ndarray:
        images = rng.integers(0, 90, (n, 10, 8, 3), dtype=np.uint8)
        images[:, 2:7, 2:6, hue] += 150
        return images

    np.savez(
        tmp_path / "real.npz", images=np.concatenate([shirts(150, 0), shirts(150, 2)]), labels=np.repeat([0, 1], 150),
        class_names=["Ankle boot", "Bag"],
    )
    np.savez(
        tmp_path / "fake.npz", images=np.concatenate([shirts(40, 0), shirts(30, 2)]),
        labels=["bag"] * 0 + ["Ankle boot"] * 40 + ["Bag"] * 30,
    )
    done = bench("score", tmp_path / "fake.npz", "--real", tmp_path / "real.npz", *FAST)
    assert "fake: 20 of" in done.stderr or "fake: 30 of 40 images of class Ankle boot were drawn" in done.stderr
    rows = table(bench.folder / "bench-results")
    assert {c for _, c, _ in rows} == {"Ankle boot", "Bag"}
    bench("score", tmp_path / "fake.npz", "--real", tmp_path / "real.npz", "--class", "ankle-boot", *FAST, "-o", "one")
    assert {c for _, c, _ in table(bench.folder / "one")} == {"Ankle boot"}
