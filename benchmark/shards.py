"""Shards: distributes the cells of a run over several machines, always in the same way. `bench merge` joins them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.errors import InputError


@dataclass(frozen=True)
class Shard:
    """The `index`-th of `count` shards, counted from 1."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Return the shard written as '2/5'. Raises InputError."""
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(f"--shard {text!r} is not allowed; write i/n, from 1/n to n/n, such as 2/5.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """Return the shard as it is written, such as '2/5'."""
        return f"{self.index}/{self.count}"

    def share(self, units: Iterable[tuple[str, str]]) -> set[str]:
        """Return the keys of this shard's units of work, given all units as (configuration, key).

        Units are dealt out in turn, sorted by configuration and then by key. The shards' numbers of units therefore
        differ by at most one, in total and within each configuration.
        """
        return {key for _, key in sorted(set(units))[self.index - 1 :: self.count]}
