"""CIFAR-10: 60,000 colour photographs, 32x32; downloaded, 170 MB."""

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmark.api import Array, Data, Dataset, InputError, hookimpl
from benchmark.datasets._download import Downloaded

ARCHIVE = "cifar-10-python.tar.gz"
FAULTS = (  # what reading a damaged archive raises
    tarfile.TarError,
    pickle.UnpicklingError,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    TypeError,
    ValueError,
)


class Cifar10(Downloaded):
    """Photographs of ten kinds of objects (Krizhevsky): 50,000 training and 10,000 test images, 32x32x3."""

    name = "cifar10"
    title = "CIFAR-10"
    noun = "class"
    size = "60,000 images of 32x32x3, 170 MB"
    source = "Krizhevsky: Learning multiple layers of features from tiny images, 2009"
    licence = "not stated by its authors; cite the report"
    mirrors = ("https://www.cs.toronto.edu/~kriz", "http://www.cs.toronto.edu/~kriz")
    sha256: ClassVar[dict[str, str]] = {ARCHIVE: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"}

    def load(self, folder: Path | None) -> Data:
        """Read the archive without unpacking it."""
        path = self.files(folder)[ARCHIVE]
        try:
            with tarfile.open(path) as archive:
                names = _read(archive, "batches.meta")[b"label_names"]
                train = [_read(archive, f"data_batch_{i}") for i in range(1, 6)]
                test = [_read(archive, "test_batch")]
            return Data(*_split(train), tuple(name.decode() for name in names), *_split(test))
        except FAULTS as error:
            raise InputError(f"{path}: cannot be read as CIFAR-10 ({error}).") from None


def _split(batches: list[dict[bytes, Any]]) -> tuple[Array, Array]:
    """Return images, uint8 (n, 32, 32, 3), and labels of batches, which hold all red, then all green, then all blue."""
    flat = np.concatenate([batch[b"data"].array() for batch in batches])
    images = flat.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), np.concatenate([batch[b"labels"] for batch in batches]).astype(np.int64)


def _read(archive: tarfile.TarFile, name: str) -> dict[bytes, Any]:
    member = archive.extractfile(f"cifar-10-batches-py/{name}")
    if member is None:
        raise KeyError(name)
    return _Batches(io.BytesIO(member.read()), encoding="bytes").load()  # type: ignore[no-any-return]


class _Images:
    """What stands for an array of bytes while a batch is read: it keeps what the file says of the array."""

    def __init__(self, *_: object) -> None:
        self.said: Any = None

    def __setstate__(self, state: Any) -> None:
        self.said = state

    def array(self) -> Array:
        """Return the array, uint8. Raises ValueError if it is anything else."""
        _, shape, kind, fortran, content = self.said
        if not isinstance(kind, _Type) or kind.code not in ("u1", b"u1") or fortran:
            raise ValueError("the images are not an array of bytes")
        return np.frombuffer(content, dtype=np.uint8).reshape(shape)


class _Type:
    """What stands for the type of an array."""

    def __init__(self, code: Any, *_: object) -> None:
        self.code = code

    def __setstate__(self, _: object) -> None:
        pass


def _encoded(text: str, _: object) -> bytes:
    return text.encode("latin-1")


class _Batches(pickle.Unpickler):
    """Reads lists, dicts, texts, numbers and arrays of bytes. Nothing that a file names is imported or called."""

    KNOWN: ClassVar[dict[str, Any]] = {
        "numpy.core.multiarray._reconstruct": _Images,
        "numpy._core.multiarray._reconstruct": _Images,
        "numpy.ndarray": None,
        "numpy.dtype": _Type,
        "_codecs.encode": _encoded,
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a part of an array here; refuse everything else."""
        if f"{module}.{name}" not in self.KNOWN:
            raise pickle.UnpicklingError(f"it contains {module}.{name}; only arrays are allowed")
        return self.KNOWN[f"{module}.{name}"]


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register CIFAR-10."""
    return [Cifar10]
