"""Packs a job for a machine that shares no disk with this one: as bytes, with the files that it refers to.

Files of cells travel with the one job that needs them. Files that many jobs need (fitted features, plugin files, data)
are sent to each worker once and are identified by their SHA-256 from then on.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.images.image_set import ImageSet
from benchmark.jobs.sources import DataSource, data_bytes
from benchmark.plugins.registry import Origin
from benchmark.store.records import sha256

if TYPE_CHECKING:
    from benchmark.images.real import RealData
    from benchmark.jobs import Job

RESULTS = ("*.npz", "[0-9]*/*.npz", "log.txt")  # a conditional fit has one folder per class


@dataclass(frozen=True)
class Parcel:
    """A pickled job and its files, by path relative to the folder in which they are unpacked."""

    job: bytes
    files: Mapping[str, bytes]


class Sender:
    """Makes parcels and keeps the shared files: `shared` holds their names and contents by SHA-256."""

    def __init__(self, cells: Path, data: RealData) -> None:
        """cells: the folder whose files belong to one job each; data: the real images of the run."""
        self._cells, self._data = cells, data
        self._known: dict[Path | str, str] = {}
        self.shared: dict[str, tuple[str, bytes]] = {}

    def pack(self, job: Job) -> Parcel:
        """Return a job with the files in its folder and those that it refers to."""
        files = {f"job/{path.name}": path.read_bytes() for path in job.folder.iterdir() if path.is_file()}
        buffer = io.BytesIO()
        _Packer(buffer, self, job.folder, files).dump(job)
        return Parcel(buffer.getvalue(), files)

    def belongs(self, path: Path) -> bool:
        """Whether a file belongs to a cell."""
        return path.is_relative_to(self._cells)

    def share(self, path: Path) -> tuple[str, str]:
        """Return the SHA-256 and the name of a file that many jobs need."""
        if path not in self._known:
            self._known[path] = self._keep(path.name, path.read_bytes())
        return self._known[path], path.name

    def share_data(self) -> tuple[str, str]:
        """Return the SHA-256 and the name of the file of the real images; the worker checks its fingerprint."""
        if "data" not in self._known:
            self._known["data"] = self._keep("data.npz", data_bytes(self._data))
        return self._known["data"], "data.npz"

    def _keep(self, name: str, content: bytes) -> str:
        checksum = sha256(content)
        self.shared[checksum] = (name, content)
        return checksum


class _Packer(pickle.Pickler):
    """Replaces paths with names."""

    def __init__(self, buffer: io.BytesIO, sender: Sender, folder: Path, files: dict[str, bytes]) -> None:
        super().__init__(buffer, protocol=5)
        self._sender, self._folder, self._files = sender, folder, files

    def persistent_id(self, thing: Any) -> tuple[Any, ...] | None:
        if isinstance(thing, Origin) and thing.file:
            return ("plugin", thing.module, thing.qualname, *self._sender.share(Path(thing.file)))
        if isinstance(thing, DataSource):
            own = None if thing.folder or thing.seen else thing.dataset
            return ("data", own, thing.dataset, thing.fingerprint, *self._sender.share_data())
        if isinstance(thing, ImageSet) and thing.mapped:
            return ("images", self._with_images(thing))
        return self._path(thing) if isinstance(thing, Path) else None

    def _with_images(self, images: ImageSet) -> str:
        name, buffer = f"{len(self._files)}/images.npy", io.BytesIO()
        np.save(buffer, images.raw)
        self._files[name] = buffer.getvalue()
        return name

    def _path(self, thing: Path) -> tuple[Any, ...]:
        if thing == self._folder:
            return ("file", "job")
        if self._sender.belongs(thing):
            name = f"{len(self._files)}/{thing.name}"
            self._files[name] = thing.read_bytes()
            return ("file", name)
        return ("shared", *self._sender.share(thing))


@dataclass(frozen=True)
class Shelf:
    """Where a worker keeps shared files. has_data: whether a data source can be loaded on that machine without them."""

    folder: Path
    has_data: Callable[[DataSource], bool]

    def place(self, checksum: str, name: str) -> Path:
        """Return the path of a file, whether it exists or not."""
        return self.folder / checksum / name


def unpack(parcel: Parcel, folder: Path, shelf: Shelf) -> tuple[Job, list[str]]:
    """Write the files of a parcel; return its job and the SHA-256 of each file that the shelf lacks for it."""
    for name, content in parcel.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "job").mkdir(exist_ok=True)
    unpacker = _Unpacker(io.BytesIO(parcel.job), folder, shelf)
    return unpacker.load(), unpacker.lacking


class _Unpacker(pickle.Unpickler):
    """Replaces names with paths on this machine."""

    def __init__(self, buffer: io.BytesIO, folder: Path, shelf: Shelf) -> None:
        super().__init__(buffer)
        self._folder, self._shelf = folder, shelf
        self.lacking: list[str] = []

    def persistent_load(self, name: tuple[Any, ...]) -> Any:
        kind, *rest = name
        if kind == "file":
            return self._folder / rest[0]
        if kind == "images":
            return ImageSet.of(np.load(self._folder / rest[0], mmap_mode="r", allow_pickle=False))
        if kind == "shared":
            return self._find(*rest)
        if kind == "plugin":
            module, qualname, *file = rest
            return Origin(module, qualname, str(self._find(*file)))
        own, dataset, fingerprint, *file = rest
        alone = DataSource(dataset, "", fingerprint)
        if own is not None and (self.lacking or self._shelf.has_data(alone)):
            return alone
        return replace(alone, file=self._find(*file))

    def _find(self, checksum: str, name: str) -> Path:
        path = self._shelf.place(checksum, name)
        if not path.exists():
            self.lacking.append(checksum)
        return path


def results(folder: Path, parcel: Parcel) -> dict[str, bytes]:
    """Return the files that a job left in its folder, by relative path, without its input and scratch files."""
    found = [path for pattern in RESULTS for path in folder.glob(pattern) if path.is_file()]
    left = {str(path.relative_to(folder)): path for path in found}
    return {name: path.read_bytes() for name, path in left.items() if f"job/{name}" not in parcel.files}
