"""Errors that the user can fix: one sentence, shown without a traceback."""

from __future__ import annotations

import errno
import re
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

from benchmark.text import CUT, SHOWN, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONG = 40  # characters of a value that is shown next to what is allowed
FULL = (errno.ENOSPC, errno.EDQUOT)


class InputError(Exception):
    """The input cannot be used. The message is one sentence for the user; the command exits with 2."""

    def __init__(self, sentence: str = "") -> None:
        """Put the sentence on one line, with long values cut."""
        super().__init__(shortened(sentence))


class StoppedError(Exception):
    """A run cannot continue, for an external reason. Finished work is kept, and the command exits with 1."""


class CannotFit(Exception):
    """A generator found during fitting that it cannot do this task. The reason is reported in a failed row."""


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, says that the disk is full."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, OSError) and (error.errno in FULL or _is_short(error)):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False


def _is_short(error: OSError) -> bool:
    """Whether numpy could write only a part of an array; its error has no number."""
    return error.errno is None and re.fullmatch(r"\d+ requested and \d+ written", str(error)) is not None


@contextmanager
def naming(option: str) -> Iterator[None]:
    """Name an option in each InputError of the enclosed code that names none."""
    try:
        yield
    except InputError as error:
        raise (error if str(error).startswith("--") else InputError(f"{option}: {error}")) from None


def unknown(kind: str, value: str, allowed: Iterable[str]) -> InputError:
    """Return an error that names the unknown value, the allowed ones and the closest match."""
    names, value = sorted(allowed), value if len(value) <= LONG else f"{value[:LONG]}{CUT}"
    close = get_close_matches(value, names, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return InputError(f"{kind} {value!r} is not known; there are: {listed(names) or 'none'}.{hint}")


def listed(names: Iterable[str]) -> str:
    """Return names in order, as many as fit into a sentence."""
    every = ", ".join(sorted(names))
    return every if len(every) <= SHOWN else f"{every[:SHOWN].rpartition(', ')[0]}, {CUT}"
