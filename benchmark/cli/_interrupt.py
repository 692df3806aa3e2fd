"""Ctrl-C, SIGTERM and SIGHUP: the first one stops the run in good order, the second one immediately."""

from __future__ import annotations

import os
import signal
import stat
import sys
from typing import TYPE_CHECKING, NoReturn

from benchmark.cli import SIGINT_EXIT

if TYPE_CHECKING:
    from benchmark.cli._progress import Progress

SHOW_CURSOR = b"\x1b[?25h\n"


def take_over(progress: Progress | None) -> None:
    """At the first signal, notify the progress and raise KeyboardInterrupt; at the second, exit with 130."""

    def first(number: int, _: object) -> NoReturn:
        for each in numbers:
            signal.signal(each, second)
        if number == signal.SIGHUP:
            _leave_terminal()
        if progress is not None:
            progress.interrupted()
        raise KeyboardInterrupt

    def second(*_: object) -> NoReturn:
        if sys.stderr.isatty():
            os.write(2, SHOW_CURSOR)
        os._exit(SIGINT_EXIT)  # children die with us

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as after nohup
        numbers.append(signal.SIGHUP)
    for each in numbers:
        signal.signal(each, first)


def _leave_terminal() -> None:
    """Write nothing to a terminal that is gone: it would fail, and end the run without its report."""
    for descriptor in (1, 2):
        try:
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        except OSError:
            pass  # it is closed
