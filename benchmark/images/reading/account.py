"""What became of everything that was given: what was changed, what was left out, and why, each in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmark.errors import InputError

NAMED = 5  # names or endings in a sentence


@dataclass(frozen=True)
class Account:
    """What was done with the files of a folder, or the arrays of a file.

    changed: what was done to images that are used, in sentences. left_out: what is not used, and why, in sentences.
    broken: files that cannot be decoded, with the reason, if the user asked to skip these.
    """

    changed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Account) -> Account:
        """Return both."""
        return Account(
            *(tuple(dict.fromkeys((*a, *b))) for a, b in zip(self._parts, other._parts, strict=True))  # type: ignore[arg-type]
        )

    @property
    def _parts(self) -> tuple[tuple[object, ...], ...]:
        return self.changed, self.left_out, self.broken

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that the user should know."""
        return (*self.left_out, *self.changed)

    def check(self, *, strict: bool) -> None:
        """Raise InputError if something was left out, and the user asked for `--strict`."""
        if strict and self.left_out:
            more = f" (and {len(self.left_out) - 1} more)" if len(self.left_out) > 1 else ""
            raise InputError(f"{self.left_out[0]}{more}; --strict allows nothing to be left out.")


NOTHING = Account()


def some(names: Iterable[str]) -> str:
    """Return the first of several names, and that there are more: 'a.png, b.png, ...'."""
    names = list(names)
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def by_ending(names: Iterable[str]) -> str:
    """Return how many files there are of each ending, the most frequent first: '.txt 10, .json 2'."""
    endings = Counter(("." + name.rpartition(".")[2] if "." in name else "without ending") for name in names)
    return some(f"{ending} {count}" for ending, count in endings.most_common())


def plural(count: int, noun: str) -> str:
    """Return a number with its noun: '1 file', '2 files', '2 classes'."""
    return f"{count:,} {noun}" + ("" if count == 1 else "es" if noun.endswith("s") else "s")
