"""Errors that the user can fix: one sentence, shown without a traceback."""

from __future__ import annotations

import errno
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FULL = (errno.ENOSPC, errno.EDQUOT)


class InputError(Exception):
    """The input cannot be used. The message is one sentence for the user; the command exits with 2."""


class StoppedError(Exception):
    """A run cannot continue, for an external reason. Finished work is kept, and the command exits with 1."""


class CannotFit(Exception):
    """A generator found during fitting that it cannot do this task. The reason is reported in a failed row."""


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, says that the disk is full."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False


def unknown(kind: str, value: str, allowed: Iterable[str]) -> InputError:
    """Return an error that names the unknown value, the allowed ones and the closest match."""
    names = sorted(allowed)
    close = get_close_matches(value, names, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return InputError(f"{kind} {value!r} is not known; there are: {', '.join(names) or 'none'}.{hint}")
