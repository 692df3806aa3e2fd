"""Shards and `bench merge`: any number of machines, the same numbers; what two stores tell differently is said."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmark.shards import Shard
from benchmark.store.store import Store

from ._commands import Commands

RUN = [
    "run",
    "-g",
    "smote",
    "-d",
    "digits",
    "-c",
    "3,5",
    "--n-real",
    "30",
    "--n-synthetic",
    "40",
    "-m",
    "prdc,all_classes",
    "--seeds",
    "1",
    "--quiet",
]
Command = Callable[..., subprocess.CompletedProcess[str]]
TIMES = ("fit_seconds", "sample_seconds", "metric_seconds", "peak_rss_mib", "fit_cpu_seconds")


def timeless(folder: Path) -> list[dict[str, str]]:
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k not in TIMES} for row in csv.DictReader(file)]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def generated(folder: Path) -> dict[str, int]:
    """When each cell was generated; without groups, for which nothing is."""
    files = [p for p in folder.glob("cells/*/*/cell.json") if (p.parent / "samples.npz").exists()]
    return {p.parent.name: p.stat().st_mtime_ns for p in files}


@pytest.fixture(scope="module")
def command(commands: Commands) -> Command:
    """What runs `bench` in a folder."""
    return lambda folder, *arguments, code=0: commands.run(*arguments, folder=folder, code=code)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A folder with the stores 1, 2, 3 of three shards. They are not to be changed."""
    folder = tmp_path_factory.mktemp("shards")
    for i in (1, 2, 3):
        command(folder, *RUN, "--shard", f"{i}/3", "-o", i)
    return folder


@pytest.fixture
def stores(shards: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    shutil.copytree(shards, tmp_path / "stores")
    return tmp_path / "stores"


def a_cell(store: Path) -> str:
    return next(iter(sorted(generated(store))))


def test_every_unit_is_in_one_shard_and_shares_are_even() -> None:
    units = {(config, f"{config}{i}") for config, n in (("gan", 7), ("smote", 12), ("real", 1)) for i in range(n)}
    for count in (1, 2, 3, 5, 40):
        shares = [Shard(i, count).share(units) for i in range(1, count + 1)]
        assert sorted(key for share in shares for key in share) == sorted(key for _, key in units)
        for config in ("gan", "smote", ""):
            sizes = [sum(key.startswith(config) for key in share) for share in shares]
            assert max(sizes) - min(sizes) <= 1


@pytest.mark.slow("runs everything with one worker, with two, and in three shards")
@pytest.mark.timeout(900)
def test_scores_are_the_same_with_one_worker_two_and_three_shards_merged(
    shards: Path, tmp_path: Path, command: Command
) -> None:
    keys = [set(generated(shards / str(i))) for i in (1, 2, 3)]
    assert sum(map(len, keys)) == len(set.union(*keys)) == 12
    before = bytes_of(shards)
    out = tmp_path / "merged"
    done = command(tmp_path, "merge", *(shards / str(i) for i in (1, 2, 3)), "--into", out)
    assert "12 cells added, 0 were already there" in done.stdout
    assert bytes_of(shards) == before
    came = generated(out)
    assert len(came) == 12
    words = done.stdout.split("the report: bench ")[1]
    assert f"--out {out}" in words and "--shard" not in words
    command(tmp_path, *RUN, "--no-report", "-o", out)
    assert generated(out) == came
    for workers in (1, 2):
        command(tmp_path, *RUN, "--no-report", "--workers", workers, "-o", f"with-{workers}")
        assert timeless(tmp_path / f"with-{workers}") == timeless(out)
        assert (tmp_path / f"with-{workers}" / "images.csv").read_bytes() == (out / "images.csv").read_bytes()
    assert any(row["class"] == "" and row["value"] for row in timeless(out)), "groups were not scored"


def test_a_shard_reports_what_it_has_and_says_which_it_is(shards: Path) -> None:
    report = json.loads((shards / "2" / "report.json").read_text())
    assert {cell["cell"] for cell in report["cells"]} == set(generated(shards / "2"))
    assert any("This is shard 2/3: 4 of 12 cells" in note for note in report["run"]["notes"])
    assert {row["cell"] for row in timeless(shards / "2")} == set(generated(shards / "2"))
    assert report["failures"] == []


def test_merged_again_nothing_is_new(stores: Path, command: Command) -> None:
    command(stores, "merge", "1", "2", "--into", "all")
    before = bytes_of(stores / "all")
    done = command(stores, "merge", "1", "2", "--into", "all")
    assert "0 cells added, 8 were already there" in done.stdout
    assert bytes_of(stores / "all") == before


def test_a_merge_that_was_killed_goes_on(stores: Path, command: Command) -> None:
    process = subprocess.Popen([sys.executable, "-m", "benchmark", "merge", "1", "2", "3", "--into", "all"], cwd=stores)
    while process.poll() is None and not (stores / "all" / "format.json").exists():
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    command(stores, "merge", "1", "2", "3", "--into", "all")
    assert len(generated(stores / "all")) == 12


def test_other_images_under_one_key_are_said_and_both_are_kept(stores: Path, command: Command) -> None:
    shutil.copytree(stores / "1", stores / "other")
    store, key = Store(stores / "other"), a_cell(stores / "1")
    record, folder = store.cell(key), store.workspace(key)
    np.savez(folder / "samples.npz", images=store.samples(key) * np.float32(0.5))
    store.put_cell(key, folder, {k: v for k, v in record.items() if k not in ("key", "files")})
    first = (stores / "1" / store.path(key).relative_to(store.folder) / "samples.npz").read_bytes()
    for _ in range(2):
        done = command(stores, "merge", "1", "other", "--into", "all", code=1)
        assert f"not deterministic: cell {key}" in done.stderr
        assert (Store(stores / "all").path(key) / "samples.npz").read_bytes() == first
        kept = list((stores / "all" / "conflicts" / key).iterdir())
        assert [(folder / "samples.npz").read_bytes() for folder in kept] == [
            (store.path(key) / "samples.npz").read_bytes()
        ]


def test_other_scores_under_one_key_are_said_and_new_ones_taken(stores: Path, command: Command) -> None:
    shutil.copytree(stores / "1", stores / "other")
    store, key = Store(stores / "other"), a_cell(stores / "1")
    metric_key = next(store.path(key).glob("scores/*.json")).stem
    said = store.scores(key, metric_key)
    said["scores"] = {name: {**score, "value": 0.25} for name, score in said["scores"].items()}
    store.put_scores(key, metric_key, said, None)
    store.put_scores(key, "f" * 24, said, None)
    done = command(stores, "merge", "1", "other", "--into", "all", code=1)
    assert f"not deterministic: scores of cell {key}" in done.stderr
    assert "1 scores added to these" in done.stdout
    merged = Store(stores / "all")
    assert merged.scores(key, metric_key)["scores"] != said["scores"]
    assert merged.scores(key, "f" * 24)["scores"] == said["scores"]
    assert len(list((stores / "all" / "conflicts" / key / "scores").glob("*.json"))) == 1


def test_a_damaged_cell_is_left_out_and_the_store_stays_as_it_is(stores: Path, command: Command) -> None:
    store, key = Store(stores / "1"), a_cell(stores / "1")
    path = store.path(key) / "samples.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    before = bytes_of(stores / "1")
    done = command(stores, "merge", "1", "2", "--into", "all", code=1)
    assert f"{key} is damaged (the SHA-256 of samples.npz does not match)" in done.stderr
    assert bytes_of(stores / "1") == before
    assert set(generated(stores / "all")) == (set(generated(stores / "1")) - {key}) | set(generated(stores / "2"))


def test_other_versions_and_other_weights_are_said(stores: Path, command: Command) -> None:
    from benchmark.store.arrays import packed, unpacked
    from benchmark.store.records import sha256
    from benchmark.store.weights import checksum_of

    store, key = Store(stores / "2"), a_cell(stores / "2")
    record, folder = store.cell(key), store.workspace(key)
    shutil.copyfile(store.path(key) / "samples.npz", folder / "samples.npz")
    told = {k: v for k, v in record.items() if k not in ("key", "files")}
    store.put_cell(key, folder, {**told, "versions": {**record["versions"], "numpy": "1.0"}})
    weights = next((stores / "2" / "features").glob("*.npz"))
    other = unpacked(weights.read_bytes())
    other["state"]["fitted"]["mean"] += 1e-9
    weights.write_bytes(packed(other))
    checksum_of(weights).write_text(sha256(weights.read_bytes()))
    done = command(stores, "merge", "1", "2", "--into", "all")
    assert "versions of numpy differ: " in done.stderr and "1.0" in done.stderr
    assert f"weights of the features {weights.stem} differ in 2" in done.stderr
    first = stores / "1" / "features" / weights.name
    assert (stores / "all" / "features" / weights.name).read_bytes() == first.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["merge"],
            "name the stores to merge and the store to merge into, as in: bench merge shard-1 shard-2 --into all",
        ),
        (["merge", "1", "2"], "name the stores to merge and the store to merge into"),
        (["merge", "nowhere", "--into", "all"], "'nowhere' is not a store; name the output folders of runs"),
        (["merge", "1", "./1", "--into", "all"], "'1' is named twice"),
        (["merge", "1", "2", "--into", "1"], "--into '1' is also one of the stores to merge"),
        (["merge", "empty", "--into", "all"], "there is nothing to merge: there are no finished cells in empty"),
        (["merge", "1", "--into", "mine"], "--into 'mine' has files in it but is not a store"),
        ([*RUN, "--shard", "0/3"], "--shard '0/3' is not allowed; write i/n, from 1/n to n/n, such as 2/5"),
        ([*RUN, "--shard", "4/3"], "--shard '4/3' is not allowed"),
        ([*RUN, "--shard", "x"], "--shard 'x' is not allowed"),
        (
            [*RUN, "--shard", "1/2", "--require", "realistic>=0.5"],
            "--require 'realistic>=0.5' applies to the whole run",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    stores: Path, arguments: list[str], message: str, command: Command
) -> None:
    Store(stores / "empty").create()
    (stores / "mine").mkdir()
    (stores / "mine" / "text").write_text("mine")
    before = bytes_of(stores)
    done = command(stores, *arguments, code=2)
    assert message in done.stderr and len(done.stderr.splitlines()) == 1
    assert bytes_of(stores) == before
    assert not (stores / "all").exists()
