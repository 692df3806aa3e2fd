"""Features of images that a pretrained network gave, kept for the user: each image goes through a network once.

A folder per network holds `images`, 16 bytes per image (a hash of its content), and `features`, as many rows of
float32. Both only grow, under a lock, features first: what a killed process left half-written is cut off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Images

ROWS = 256  # images that are encoded before their features are written
HASH = 16  # bytes of a hash


@dataclass
class Encoded:
    """The features of one network, with `width` numbers per image."""

    folder: Path
    width: int
    _places: dict[bytes, int] = field(default_factory=dict, init=False, repr=False)
    _read: int = field(default=0, init=False, repr=False)

    @classmethod
    def of(cls, identity: str, width: int) -> Encoded:
        """Return the user's features of the network with this identity."""
        import platformdirs

        return cls(platformdirs.user_cache_path("synthassay") / "encoded" / identity, width)

    def features(self, images: Images, encode: Callable[[Images], Array], tell: Callable[[], None]) -> Array:
        """Return float32 (n, width) of images (n, h, w, c): read, or encoded, each content once, and kept.

        One process at a time encodes, with all cores; others then find what it encoded. tell: called after each batch.
        """
        hashes = [hash_of(image) for image in images]
        self._look()
        missing = self._missing(hashes)
        if missing:
            from filelock import FileLock

            self.folder.mkdir(parents=True, exist_ok=True)
            for start in range(0, len(missing), ROWS):
                with FileLock(self.folder / "lock"):
                    self._look()
                    batch = self._missing([hashes[i] for i in missing[start : start + ROWS]])
                    due = [missing[start + i] for i in batch]
                    if due:
                        self._append([hashes[i] for i in due], encode(images[due]))
                tell()
        if not hashes:
            return np.empty((0, self.width), dtype=np.float32)
        kept = np.memmap(self.folder / "features", dtype=np.float32, mode="r").reshape(-1, self.width)
        return np.array(kept[[self._places[each] for each in hashes]])

    def put(self, rows: Mapping[bytes, Array]) -> None:
        """Keep features that were computed elsewhere, by the hash of each image."""
        from filelock import FileLock

        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "lock"):
            self._look()
            new = [each for each in rows if each not in self._places]
            if new:
                self._append(new, np.stack([rows[each] for each in new]))

    def _missing(self, hashes: list[bytes]) -> list[int]:
        """Return the positions of contents that have no features, each content once."""
        first = {each: i for i, each in reversed(list(enumerate(hashes))) if each not in self._places}
        return sorted(first.values())

    def _look(self) -> None:
        """Read the hashes of images that were added since."""
        try:
            rows = (self.folder / "features").stat().st_size // (4 * self.width)
            with (self.folder / "images").open("rb") as file:
                file.seek(self._read * HASH)
                found = file.read((rows - self._read) * HASH)
        except FileNotFoundError:
            self._places, self._read = {}, 0
            return
        for start in range(0, len(found) - HASH + 1, HASH):
            self._places.setdefault(found[start : start + HASH], self._read)
            self._read += 1

    def _append(self, hashes: list[bytes], features: Array) -> None:
        rows = np.ascontiguousarray(features, dtype=np.float32)
        if rows.shape != (len(hashes), self.width):
            raise ValueError(f"the network gave features {rows.shape}; expected {(len(hashes), self.width)}")
        for name, content, row in (("features", rows.tobytes(), 4 * self.width), ("images", b"".join(hashes), HASH)):
            with (self.folder / name).open("ab") as file:
                file.truncate(self._read * row)
                file.write(content)
        self._look()


def hash_of(image: Array) -> bytes:
    """Return the hash of an image (h, w, c): of its values and shape."""
    content = np.ascontiguousarray(image, dtype=np.float32)
    return hashlib.blake2b(content.tobytes(), digest_size=HASH, salt=repr(image.shape).encode()[:16]).digest()
