"""The store: all of a cell or nothing; damage is noticed, said and moved aside."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.store.records import write_json
from benchmark.store.store import LOG_LIMIT, DamagedError, Store

KEY = "ab" + "0" * 22


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "out")
    made.create()
    return made


ABOUT = {
    "cell": KEY,
    "generator": "made",
    "config": "made",
    "control": False,
    "parameters": {},
    "dataset": "digits",
    "label": 3,
    "class": "3",
    "n_real": 5,
    "n_synthetic": 3,
    "seed": 0,
}
RESULT = {"status": "ok", "reason": "", "fit_seconds": 0.1, "sample_seconds": 0.1}
SCORES = {"metric": "m", "status": "ok", "reason": "", "scores": {}, "seconds": 0.1}


def put(store: Store, value: float = 0.5) -> None:
    folder = store.workspace(KEY)
    np.savez(folder / "samples.npz", images=np.full((3, 2, 2, 1), value, np.float32))
    (folder / "log.txt").write_text("said")
    store.put_cell(KEY, folder, {**ABOUT, "result": RESULT})


def test_a_cell_comes_back_as_it_was_put(store: Store) -> None:
    assert store.cell(KEY) is None
    put(store)
    record = store.cell(KEY)
    assert record is not None
    assert record["result"] == RESULT
    assert store.samples(KEY).shape == (3, 2, 2, 1)
    assert list((store.folder / "work").iterdir()) == []


def test_two_runs_that_find_the_same_damage_move_it_aside_once(store: Store, caplog) -> None:
    put(store)
    store.move_aside(KEY, "a bit")
    store.move_aside(KEY, "a bit")
    assert len(caplog.records) == 1
    assert (store.folder / "damaged" / KEY / "samples.npz").exists()
    put(store)
    store.put_scores(KEY, KEY, SCORES, None)
    record = store.path(KEY) / "scores" / f"{KEY}.json"
    store._forget_scores(record, "a bit")
    store._forget_scores(record, "a bit")
    assert record.with_name(f"{record.name}.damaged").exists()


def test_a_cell_that_is_there_is_replaced(store: Store) -> None:
    put(store, 0.5)
    put(store, 0.25)
    assert float(store.samples(KEY).max()) == 0.25


def test_scores_come_back_with_their_arrays(store: Store, tmp_path: Path) -> None:
    put(store)
    assert store.scores(KEY, "m") is None
    np.savez(tmp_path / "a.npz", **{"kept/x": np.arange(3)})
    store.put_scores(KEY, "m", SCORES, tmp_path / "a.npz")
    arrays = store.path(KEY).joinpath("scores/m.npz").read_bytes()
    assert store.scores(KEY, "m") == {
        **SCORES,
        "arrays": True,
        "size": len(arrays),
        "sha256": hashlib.sha256(arrays).hexdigest(),
    }
    assert store.kept(KEY, "m")["kept/x"].tolist() == [0, 1, 2]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("harm", ["cut", "missing", "json", "no-json"])
def test_a_damaged_cell_is_moved_aside_and_said(store: Store, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    put(store)
    samples, record = store.path(KEY) / "samples.npz", store.path(KEY) / "cell.json"
    {
        "cut": lambda: samples.write_bytes(samples.read_bytes()[:-9]),
        "missing": samples.unlink,
        "json": lambda: record.write_text('{"files'),
        "no-json": record.unlink,
    }[harm]()
    assert store.cell(KEY) is None
    assert not store.path(KEY).exists()
    assert (store.folder / "damaged" / KEY).is_dir()
    assert [(r.name, r.levelname) for r in caplog.records] == [("benchmark", "WARNING")]
    assert caplog.messages[0].startswith(f"cell {KEY} was damaged (")


def test_a_flipped_bit_is_noticed_when_the_samples_are_read(store: Store) -> None:
    put(store)
    flip(store.path(KEY) / "samples.npz")
    with pytest.raises(DamagedError):
        store.samples(KEY)
    assert store.cell(KEY) is None


def test_damaged_scores_are_forgotten_and_the_cell_stays(store: Store) -> None:
    put(store)
    store.put_scores(KEY, "m", SCORES, None)
    (store.path(KEY) / "scores" / "m.json").write_text("{")
    assert store.scores(KEY, "m") is None
    assert store.cell(KEY) is not None


def test_a_lock_is_held_by_one(store: Store) -> None:
    first = store.lock(KEY)
    assert first is not None
    assert Store(store.folder).lock(KEY) is None
    first.release()
    again = store.lock(KEY)
    assert again is not None
    again.release()


def test_a_long_log_keeps_head_and_tail(store: Store) -> None:
    folder = store.workspace(KEY)
    (folder / "log.txt").write_bytes(b"head" + b"x" * 3 * LOG_LIMIT + b"tail")
    store.put_cell(KEY, folder, {**ABOUT, "result": {"status": "failed", "reason": "no"}})
    log = (store.folder / store.log(KEY)).read_bytes()
    assert len(log) < LOG_LIMIT + 100
    assert log.startswith(b"head")
    assert log.endswith(b"tail")


def test_not_a_number_never_reaches_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(tmp_path / "x.json", {"value": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_file_a_foreign_folder_and_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        Store(tmp_path / "file")
    with pytest.raises(InputError, match="has files in it but is not a store"):
        Store(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "format.json").write_text(json.dumps({"format": "bench.store/0"}))
    with pytest.raises(InputError, match="store of version 'bench.store/0', but this version needs 'bench.store/1'"):
        Store(tmp_path / "old")
