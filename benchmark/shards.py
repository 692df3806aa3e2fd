"""Shards: a run's cells dealt out to several machines, always in the same way. `bench merge` brings them together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.errors import InputError


@dataclass(frozen=True)
class Shard:
    """The `index`-th of `count` shards, from 1."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Return what '2/5' says. Raises InputError."""
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text, re.ASCII)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise InputError(f"--shard {text!r} is not allowed; write i/n, from 1/n to n/n, as 2/5.")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.index}/{self.count}"

    def share(self, units: Iterable[tuple[str, str]]) -> set[str]:
        """Return the keys of this shard's units of work, of all units as (configuration, key).

        Each configuration's units are dealt out in the order of their keys, one configuration after the other: no
        shard gets more than one more than another, of all and of each configuration.
        """
        return {key for _, key in sorted(set(units))[self.index - 1 :: self.count]}
