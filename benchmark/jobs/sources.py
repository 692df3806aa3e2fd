"""How the processes of a run get the real images, in a form that can be sent to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.images.image_set import ImageSet
from benchmark.images.real import RealData, Seen, load
from benchmark.plugins.loadable import Loadable, loadable
from benchmark.plugins.parameters import build_from_values
from benchmark.plugins.registry import Origin
from benchmark.store.arrays import LARGEST, packed, unpacked
from benchmark.store.records import read_bytes

if TYPE_CHECKING:
    from benchmark.plan.plan import Plan

_READ: dict[
    tuple[str, str], RealData
] = {}  # by fingerprint and --train: one object per process, so that its features are computed once


@dataclass(frozen=True)
class DataSource:
    """How a process gets the real images. They are loaded once per process."""

    dataset: Loadable
    folder: str
    fingerprint: str
    seen: Seen | None = None
    file: Path | None = None  # what `data_bytes` returned, if the dataset is not on this machine
    read: RealData | None = field(default=None, repr=False, compare=False)  # if all its images are in the user's cache

    def load(self) -> RealData:
        """Return the data. Raises ValueError if they changed after the run was planned."""
        if self.read is not None:
            seen = self.seen.key if self.seen else ""
            return _READ.setdefault((self.fingerprint, seen), self.read)
        values = tuple(self.dataset.values.items())
        data = _read_data(self.file) if self.file else _load_data(self.dataset.origin, values, self.folder, self.seen)
        if data.fingerprint != self.fingerprint:
            raise ValueError("the dataset's files changed after the run was planned")
        return data


@lru_cache(maxsize=2)
def _load_data(origin: Origin, values: tuple[tuple[str, Any], ...], folder: str, seen: Seen | None) -> RealData:
    dataset: Any = build_from_values(origin.load(), dict(values))
    return replace(load(dataset, Path(folder) if folder else None), seen=seen)


def check_sendable(data: RealData) -> None:
    """Raise InputError if real images are too large for one file."""
    seen = data.seen.images.values() if data.seen else ()
    total = sum(images.stored_bytes for images in (data.images, data.test_images, *seen))
    if total > LARGEST:
        raise InputError(
            f"the real images take {total / 2**30:.1f} GiB, but at most {LARGEST / 2**30:g} GiB can be sent to a "
            "cluster; leave out --cluster, or give fewer real images."
        )


def data_bytes(data: RealData) -> bytes:
    """Return real images as a file without pickles."""
    seen = None
    if data.seen is not None:
        seen = {"key": data.seen.key, "images": [(label, images.raw) for label, images in data.seen.images.items()]}
    fields = [name for name in RealData.__dataclass_fields__ if name != "account"]  # which only the plan shows
    plain = {name: getattr(data, name) for name in fields}  # without cached values
    return packed({**plain, "images": data.raw, "test_images": data.raw_test, "seen": seen})


@lru_cache(maxsize=2)
def _read_data(path: Path) -> RealData:
    values = unpacked(read_bytes(path, LARGEST))
    values |= {name: ImageSet.of(values[name]) for name in ("images", "test_images")}
    if (seen := values["seen"]) is not None:
        values["seen"] = Seen(seen["key"], {label: ImageSet.of(images) for label, images in seen["images"]})
    return RealData(**values)


def data_source(plan: Plan) -> DataSource:
    """Return how a process gets the plan's real images."""
    folder = plan.settings.data_dir
    where = str(Path(folder).resolve()) if folder else ""
    data, seen = plan.data, plan.data.seen
    read = data if data.mapped else None  # the files of the dataset need not be read and decoded in each process
    return DataSource(loadable(plan.dataset), where, data.fingerprint, seen, read=read)
