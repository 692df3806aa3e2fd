"""What the spaces of pretrained networks share: nothing is fitted, and images go through the network in batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from benchmark.api import Array, Context, Features, Images, InputError, Labels
from benchmark.features._preparation import Declared, Preparation

ROWS = 16  # images that go through the network together: always this many, padded with blank ones
Network: TypeAlias = Callable[[Array], Array]  # from prepared images to one array, the images first


@dataclass
class Encoder(Features):
    """The output of a pretrained network.

    Batches have a fixed size, so that equal images have equal features whatever the batch. The next batch is prepared
    while the network computes. A map of features (n, c, h, w) is averaged over h and w; of tokens (n, t, d), the first
    one is used, the class token of vision transformers.
    """

    size: int | None = field(
        default=None, metadata={"min": 8, "max": 2048, "help": "height and width that images are resized to, in pixels"}
    )
    mean: tuple[float, ...] | None = field(default=None, metadata={"help": "mean per channel, as in 0.485-0.456-0.406"})
    sd: tuple[float, ...] | None = field(
        default=None, metadata={"help": "standard deviation per channel, written likewise"}
    )
    interpolation: Literal["bicubic", "bilinear", "lanczos", "box"] | None = field(
        default=None, metadata={"help": "the filter for resizing, always antialiased"}
    )

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Open the network and try it; nothing is learned. Raises InputError if it cannot be used for these images."""
        self.preparation = self._opened[0].stated()
        self.dimensions = self.transform(images[:1]).shape[1]

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over how images are prepared, if the network is still prepared for like this."""
        Preparation.of(state["preparation"])
        if not isinstance(state["dimensions"], int) or state["dimensions"] < 1:
            raise ValueError(f"it has {state['dimensions']!r} dimensions")
        self.preparation, self.dimensions = dict(state["preparation"]), state["dimensions"]

    def state(self) -> Mapping[str, Any]:
        """Return how images are prepared, and the number of features."""
        return {"preparation": self.preparation, "dimensions": self.dimensions}

    def transform(self, images: Images) -> Array:
        """Return float32 (n, d). Raises InputError on features that are not finite."""
        if not len(images):
            return np.empty((0, self.dimensions), dtype=np.float32)
        preparation, network, rows = self._opened
        found = np.concatenate([self._through(network, batch)[:n] for batch, n in _ahead(preparation, images, rows)])
        odd = int((~np.isfinite(found)).any(axis=1).sum())
        if odd:
            raise InputError(
                f"{self._who}: the features of {odd} of {len(found)} images are NaN or infinite; check "
                "mean, sd and the network."
            )
        return found

    def identity(self) -> str:
        """Return a hash of the network and of how images are prepared for it. Raises InputError without a network."""
        parts = (self.name, self._content(), self.size, self.mean, self.sd, self.interpolation)
        return f"{self.name}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"

    @property
    def space(self) -> str:
        """`onnx-1a2b3c4d`: the name, and the first digits of the hash of the network and its parameters."""
        return self.identity()[: len(self.name) + 9]

    @cached_property
    def _opened(self) -> tuple[Preparation, Network, int]:
        """The preparation, the network, and how many images it takes at once."""
        declared, network = self._open()
        size = (self.size, self.size) if self.size else None
        wanted = Declared(size, mean=self.mean, sd=self.sd, interpolation=self.interpolation)
        return declared.preparation(wanted, self._who), network, declared.batch or ROWS

    def _content(self) -> str:
        """Return what identifies the weights. Raises InputError if there are none."""
        raise NotImplementedError

    def _open(self) -> tuple[Declared, Network]:
        """Return what the network says of its input, and the network. Raises InputError."""
        raise NotImplementedError

    def _through(self, network: Network, batch: Array) -> Array:
        """Return features (n, d) of what the network gives for a batch. Raises InputError."""
        try:
            found = np.asarray(network(batch), dtype=np.float32)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - each library has faults of its own
            raise InputError(
                f"{self._who}: the network cannot compute an array of images {batch.shape} ({first_line(error)}); "
                "if it needs another size, set size."
            ) from None
        if found.ndim == 4:
            found = found.mean(axis=(2, 3))
        if found.ndim == 3:
            found = found[:, 0]
        if found.ndim != 2:
            raise InputError(f"{self._who}: the network gives arrays of shape {found.shape}; expected (n, features).")
        return found

    @property
    def _who(self) -> str:
        return self.name


@dataclass
class FileEncoder(Encoder):
    """The output of a network in a file."""

    file: str = field(default="", metadata={"help": "the file of the network"})

    @property
    def _who(self) -> str:
        return f"{self.name}[file={self.file}]"

    def _content(self) -> str:
        if not self.file:
            raise InputError(f"{self.name} needs the file of a network, as in: --features '{self.name}[file=PATH]'.")
        return content_of(self.file, self._who)


def first_line(error: Exception) -> str:
    """Return the first line of what a library says is wrong, or its last one if that is a traceback."""
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return (lines[-1] if lines[0].startswith(("Traceback", "The following operation failed")) else lines[0])[:160]


def content_of(file: str, who: str) -> str:
    """Return the SHA-256 of a file of weights. Raises InputError if it cannot be read."""
    try:
        status = Path(file).stat()
        return _sha256(Path(file).resolve(), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise InputError(f"{who}: the file cannot be read ({error.strerror}).") from None


@lru_cache(maxsize=8)
def _sha256(path: Path, *_: int) -> str:  # until the file changes
    found = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 22):
            found.update(part)
    return found.hexdigest()


def _ahead(preparation: Preparation, images: Images, rows: int) -> Iterator[tuple[Array, int]]:
    """Yield batches and the number of images in each, while the next batch is prepared in another thread."""

    def prepare(start: int) -> tuple[Array, int]:
        part = images[start : start + rows]
        batch = preparation(part)
        return np.concatenate([batch, np.zeros((rows - len(part), *batch.shape[1:]), np.float32)]), len(part)

    with ThreadPoolExecutor(1) as pool:
        coming = [pool.submit(prepare, 0)]
        for start in range(rows, len(images) + rows, rows):
            found = coming.pop().result()
            if start < len(images):
                coming.append(pool.submit(prepare, start))
            yield found
