"""Progress on stderr: a live bar on a terminal, plain lines elsewhere; with --verbose, one line per finished cell."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from benchmark.api import hookimpl
from benchmark.text import one_line

PLAIN_EVERY = 10.0  # seconds between plain lines
ENDING = "stopping (press Ctrl-C again to skip the report)"


class Progress:
    """Shows how many cells are done, running and failed, and the time left, from the runner's own hooks."""

    def __init__(self, *, verbose: bool = False) -> None:
        """Nothing is shown before the run starts."""
        self._verbose = verbose
        self._bar: Any = None
        self._ending = False
        self._printed = 0.0
        self._total = self._done = 0
        self._failed: set[str] = set()
        self._run: Mapping[str, Any] = {}

    @hookimpl
    def bench_run_started(self, run: Mapping[str, Any]) -> None:
        """Begin."""
        self._run, self._total, self._done, self._failed = run, run["to_do"], 0, set()
        self._expect(run["seconds"])
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            cached = run["cells"] - run["to_do"]
            print(
                f"{run['to_do']} cells to do, {cached} cached or skipped, about {_time(run['seconds'])}",
                file=sys.stderr,
                flush=True,
            )
            return
        from rich.console import Console
        from rich.progress import BarColumn, ProgressColumn, TextColumn
        from rich.progress import Progress as Bar
        from rich.text import Text

        class Live(ProgressColumn):
            """The text that also changes between two cells."""

            def render(column, task: Any) -> Text:  # noqa: N805 - `self` is the progress around it
                return Text(self._state())

        self._bar = Bar(
            TextColumn("{task.completed:.0f}/{task.total:.0f} cells"),
            BarColumn(bar_width=20),
            Live(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.add_task("", total=self._total)
        self._bar.start()

    @hookimpl
    def bench_cell_finished(self, cell: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Advance by one stage."""
        bad = result["status"] not in ("ok", "skipped")
        self._done += result["last"]
        self._expect(result["seconds_left"])
        which = f"class {cell['class']}" if cell["class"] else "all classes"
        name = f"{cell['config']}, {which}, n_real {cell['n_real']}, seed {cell['seed']}"
        if bad:
            self._failed.add(cell["cell"])
            self._print(f"{name}: {result['stage']} {result['status']}: {result['reason']}")
        elif self._verbose and result["last"]:
            self._print(f"{name}: {result['status']}, {result['seconds']:.1f} s")
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
        elif time.monotonic() - self._printed > PLAIN_EVERY or self._done == self._total:
            self._printed = time.monotonic()
            print(f"{self._done}/{self._total} cells, {self._state()}", file=sys.stderr, flush=True)

    @hookimpl
    def bench_run_finished(self, run: Mapping[str, Any], results: Any) -> None:
        """End."""
        self.stop()

    def interrupted(self) -> None:
        """Show that the run is stopping. Called from a signal handler, so the bar is left to redraw itself."""
        self._ending = True
        if self._bar is None:
            os.write(2, f"bench: interrupted: {ENDING}\n".encode())

    def stop(self) -> None:
        """Remove the bar from the screen."""
        if self._bar is not None:
            self._bar.stop()

    def _expect(self, seconds_left: float) -> None:
        self._end = time.monotonic() + seconds_left

    def _state(self) -> str:
        if self._ending:
            return ENDING
        if self._bar is not None and self._done == self._total:
            return "cells finished; writing the map and the report"
        left = max(self._end - time.monotonic(), 0)
        failed = f"{len(self._failed)} failed, " * bool(self._failed)
        return f"{self._run['running']()} running, {failed}about {_time(left)} left"

    def _print(self, line: str) -> None:
        line = one_line(line)
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
