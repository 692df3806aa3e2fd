"""The joint map of a run: made once, in a worker, of equally many images each; what fails is a sentence, not a run."""

import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.execution import make_plan
from benchmark.executors.home import Home
from benchmark.executors.local import Local
from benchmark.features.pca import Pca
from benchmark.jobs.joint_map import MapJob
from benchmark.jobs.sources import data_source
from benchmark.plugins.loadable import loadable
from benchmark.plugins.registry import discover
from benchmark.running.joint_maps import _job, _keep
from benchmark.settings import from_mapping
from benchmark.store.clean import unreferenced
from benchmark.store.store import Store

from ._commands import Commands

RUN = ["run", "-d", "digits", "-g", "smote,affine", "-c", "3,5", "--quick", "-m", "mixing", "--quiet"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("map") / "out"
    commands.run(*RUN, "-o", folder, folder=folder.parent)
    return folder


def record_of(out: Path) -> tuple[Path, dict[str, Any]]:
    (path,) = (out / "maps").glob("*.json")
    return path, json.loads(path.read_text())


def test_all_classes_and_sources_are_on_one_map_each_with_as_many_images(out: Path) -> None:
    path, record = record_of(out)
    assert {(s, label) for s, label, _ in record["strata"]} == {
        (s, label) for s in ("held-out", "affine", "smote", "real") for label in (3, 5)
    }
    assert len({n for _, _, n in record["strata"]}) == 1
    assert record["failed"] == {}
    with np.load(path.with_suffix(".npz")) as points:
        total = sum(n for _, _, n in record["strata"])
        assert {name: points[name].shape for name in points} == {"tsne2": (total, 2), "tsne3": (total, 3)}
        assert all(np.isfinite(points[name]).all() for name in points)


def test_the_same_command_makes_no_map_again_and_other_sizes_make_another(bench, out: Path) -> None:
    path, _ = record_of(out)
    before = path.stat().st_mtime_ns
    bench(*RUN, "-o", out)
    assert record_of(out)[0].stat().st_mtime_ns == before
    bench(*RUN, "-o", out, "--map-points", 80)
    others = [p for p in (out / "maps").glob("*.json") if p != path]
    assert sum(n for _, _, n in json.loads(others[0].read_text())["strata"]) == 80
    report = json.loads((out / "report.json").read_text())
    assert report["sections"]["map"][0]["n"] == 80
    for file in (others[0], others[0].with_suffix(".npz")):
        file.unlink()


def test_a_damaged_map_is_said_and_made_again_the_same(bench, out: Path) -> None:
    path, record = record_of(out)
    points = path.with_suffix(".npz").read_bytes()
    path.with_suffix(".npz").write_bytes(points[: len(points) // 2])
    done = bench(*RUN, "-o", out)
    assert f"maps/{path.name} was damaged" in done.stderr
    assert record_of(out) == (path, record)


def test_clean_finds_maps_with_cells_that_are_not_of_the_last_run(out: Path) -> None:
    path, record = record_of(out)
    found = {waste.path for waste in unreferenced(Store(out), set(record["cells"][1:]))}
    assert {path, path.with_suffix(".npz")} < found
    assert not any(waste.path.parent == path.parent for waste in unreferenced(Store(out), set(record["cells"])))


def test_no_map_is_made_where_none_is_wanted(bench, out: Path) -> None:
    shutil.copytree(out, bench.folder / "none", ignore=shutil.ignore_patterns("maps"))
    bench(*RUN, "-o", "none", "--map-points", 0)
    assert not list(bench.folder.glob("none/maps/*"))
    page = " ".join((bench.folder / "none/report.html").read_text().split())
    assert "No map for real images, SMOTE and Affine" in page


def test_map_points_out_of_range_is_one_sentence(bench) -> None:
    done = bench(*RUN, "--map-points", -1, code=2)
    assert "--map-points -1 is out of range; allowed are 0 to 10,000." in done.stderr


def test_a_worker_that_dies_over_umap_does_not_lose_t_sne(out: Path) -> None:
    options = {"dataset": "digits", "generators": "smote,affine", "classes": [3, 5], "quick": True, "metrics": "mixing"}
    plan = make_plan(from_mapping({**options, "out": str(out)}), discover())
    store = Store(out)
    job = replace(_job(plan, store, next(iter(plan.sizes)), data_source(plan)), key="k", methods=("tsne", "umap"))
    executor = Local(1, Home(out.resolve()))
    try:
        executor.start(job)
        ended: dict[str, Any] = {}
        while not (job.folder / "tsne.npz").exists():
            assert executor.poll(0.1) == [] or executor._running
        assert executor._running[0].child.pid > 0
        os.kill(executor._running[0].child.pid, signal.SIGKILL)
        while not ended:
            ended = next((e.payload for e in executor.poll(0.1) if e.kind == "ended"), {})
    finally:
        executor.close()
    _keep(store, job, ended)
    record = store.map_record("k")
    assert record is not None
    assert set(record["failed"]) == {"umap"}
    assert record["failed"]["umap"].startswith("crashed: the process was killed by SIGKILL")
    assert set(store.map_arrays("k")) == {"tsne2", "tsne3"}
    for file in (out / "maps").glob("k.*"):
        file.unlink()


def test_a_method_that_raises_is_a_reason_and_the_other_goes_on(tmp_path: Path) -> None:
    job = MapJob("k", tmp_path, (), 0, None, None, tmp_path / "none", loadable(Pca()), ("tsne", "umap"))  # type: ignore[arg-type]
    ended = job.run(lambda kind, payload: None)
    assert ended["status"] == "ok"
    assert set(ended["failed"]) == {"tsne", "umap"}
    assert all("FileNotFoundError" in reason for reason in ended["failed"].values())
