"""What was found out while images were decoded, as plain values, and the sentences that say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.images.reading.account import Account, some
from benchmark.images.reading.decode import TRANSPARENT, Source
from benchmark.images.reading.fitting import DONE

if TYPE_CHECKING:
    from benchmark.images.reading.how import How


@dataclass(frozen=True)
class Facts:
    """Numbers of images, and places in the sequence of what was to be decoded.

    kept: the place of each image. lost: why the others are broken, by place. turned: as EXIF says. deep: whether there
    are more than 8 bits per value. why: how many had to be converted, by reason. resized, frames: how many were brought
    to a size, and have more than the first frame.
    """

    kept: Sequence[int]
    lost: Mapping[int, str]
    turned: int
    deep: bool
    why: Mapping[str, int]
    resized: int
    frames: int

    def account(self, where: Path, sources: Sequence[Source], how: How) -> Account:
        """Return all of it in sentences."""
        broken = tuple((sources[i].where, self.lost[i]) for i in sorted(self.lost))
        return Account(tuple(self._changed(where, how)), tuple(self._left_out(where, sources)), broken)

    def _changed(self, where: Path, how: How) -> list[str]:
        of, found = f"of {len(self.kept):,} images", []
        if self.turned:
            found.append(f"{where}: {self.turned:,} {of} were turned or mirrored as their EXIF orientation says")
        if self.deep:
            found.append(f"{where}: the images have more than 8 bits per value; all of these are used")
        count = sum(self.why.values())
        if how.convert and count:
            reasons = ", ".join(f"{n:,} had {reason}" for reason, n in self.why.items())
            target = "8-bit grey" if how.convert == "gray" else "8-bit RGB"
            white = "; what was transparent is white now" if TRANSPARENT in self.why else ""
            found.append(f"{where}: {count:,} {of} were converted to {target} ({reasons}){white}")
        elif count:
            found.append(f"{where}: {count:,} {of} are grey but saved in colour; they are used as grey")
        if how.size is not None and self.resized:
            found.append(f"{where}: {self.resized:,} {of} were {DONE[how.fit]} to {how.size[0]}x{how.size[1]}")
        return found

    def _left_out(self, where: Path, sources: Sequence[Source]) -> list[str]:
        found = []
        if self.lost:
            names = some(sources[i].name for i in sorted(self.lost))
            found.append(f"{where}: {len(self.lost):,} of {len(sources):,} images are broken: {names}")
        if self.frames:
            found.append(
                f"{where}: {self.frames:,} of {len(self.kept):,} images have several frames; only the first is used"
            )
        return found
