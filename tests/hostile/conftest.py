"""A finished store, and what a stranger may put into its files."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmark.store.records import checked_text, parsed, sha256

RUN = (
    *("run", "-g", "jitter", "-d", "digits", "-c", "3", "--n-real", "20", "--n-synthetic", "30", "--seeds", "1"),
    *("-m", "diversity,nearest_neighbour", "--quick", "--quiet", "-p", "jitter.py", "-o", "store"),
)
FILES = {  # one of each kind of file
    "cell": "cells/*/*/cell.json",
    "samples": "cells/*/*/samples.npz",
    "history": "cells/*/*/history.npz",
    "log": "cells/*/*/log.txt",
    "scores": "cells/*/*/scores/*.json",
    "arrays": "cells/*/*/scores/*.npz",
    "features": "features/*.npz",
    "checksum": "features/*.sha256",
    "map": "maps/*.json",
    "points": "maps/*.npz",
    "lock": "locks/*",
    "format": "format.json",
    "report": "report.json",
    "page": "report.html",
    "table": "scores.csv",
    "images": "images.csv",
    "real": "real.csv",
    "sums": "SHA256SUMS",
    "summary": "summary.json",
    "list": "cells.json",
    "toml": "run.toml",
}


@dataclass
class Place:
    """A folder with a store to be harmed, the same store whole, and what nothing may touch."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    @property
    def tripwire(self) -> Path:
        return self.folder / "executed"

    def file(self, kind: str) -> Path:
        """The first file of a kind; of a cell, that of the generator."""
        found = sorted(self.store.glob(FILES[kind]))
        cells = [path for path in found if (path.parent / "cell.json").exists()]
        return next((p for p in cells if '"jitter"' in (p.parent / "cell.json").read_text()), found[0])

    def elsewhere(self) -> dict[str, tuple[int, int]]:
        """Everything that is not in the store and not written on request: its size and time."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder).parts[0]
            if inside not in ("store", "out", "all"):
                about = path.lstat()
                found[str(path.relative_to(self.folder))] = (about.st_size, about.st_mtime_ns)
        return found

    def reset(self) -> None:
        """Make the store whole again."""
        for name in ("store", "out", "all"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.folder / "whole", self.store, copy_function=os.link)

    def put(self, path: Path, content: bytes | str) -> None:
        """Replace a file, which is also that of the whole store."""
        path.unlink()
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def seal(self, path: Path) -> None:
        """Make the checksum of a changed file fit, where it has one."""
        content = path.read_bytes()
        stored = {"size": len(content), "sha256": sha256(content)}
        if path.parent.name == "features":
            self.put(path.with_suffix(".sha256"), stored["sha256"])
        elif path.name in ("samples.npz", "history.npz"):
            self.rewrite(path.with_name("cell.json"), lambda record: record["files"][path.name].update(stored))
        elif path.parent.name == "scores":
            self.rewrite(path.with_suffix(".json"), lambda record: record.update(stored))
        elif path.parent.name == "maps":
            self.rewrite(path.with_suffix(".json"), lambda record: record.update(sha256=stored["sha256"]))

    def rewrite(self, path: Path, change: Callable[[dict], object]) -> None:
        """Change a file of JSON; its checksum fits afterwards, if it has one."""
        record = parsed(path.read_text())
        sealed = record.pop("checksum", None) is not None
        change(record)
        text = json.dumps(record)
        try:
            self.put(path, checked_text(record) if sealed else text)
        except ValueError:  # NaN
            body = "\n" + text[1:]
            head = '{\n "checksum": "%s",'
            self.put(path, head % sha256(body.encode()) + body if sealed else text)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, commands, jitter_source: str) -> Path:
    """A folder with the store `whole`. Its run.toml names a plugin that must not be loaded."""
    folder = tmp_path_factory.mktemp("hostile")
    logging = jitter_source.replace("self.real = real\n", "self.real = real\n        ctx.log(1, loss=0.5)\n")
    (folder / "jitter.py").write_text(logging)
    commands.run(*RUN, folder=folder)
    (folder / "bomb.py").write_text(f"from pathlib import Path\nPath({str(folder / 'executed')!r}).touch()\n")
    toml = folder / "store" / "run.toml"
    toml.write_text(toml.read_text().replace('"jitter.py"', '"bomb.py"'))
    assert '"bomb.py"' in toml.read_text()
    (folder / "store").rename(folder / "whole")
    return folder


@pytest.fixture
def place(finished: Path, tmp_path: Path) -> Place:
    """A folder of its own, with everything that a test may harm."""
    made = Place(tmp_path / "place")
    shutil.copytree(finished, made.folder)
    (made.folder / "bomb.py").write_text(f"from pathlib import Path\nPath({str(made.tripwire)!r}).touch()\n")
    (made.outside / "folder").mkdir(parents=True)
    for name in ("file", "folder/cell.json", "folder/samples.npz"):
        (made.outside / name).write_text("not yours")
    made.reset()
    return made


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # its name may have 108 characters
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)
