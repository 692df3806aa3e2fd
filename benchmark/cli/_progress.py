"""Live progress on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from benchmark.api import hookimpl

PLAIN_EVERY = 10.0  # seconds between plain lines


class Progress:
    """Shows cells done and failed and the time left, from the runner's own hooks."""

    def __init__(self) -> None:
        """Nothing is shown before the run starts."""
        self._bar: Any = None
        self._said = 0.0
        self._total = self._done = self._failed = 0

    @hookimpl
    def bench_run_started(self, run: Mapping[str, Any]) -> None:
        """Begin."""
        self._total = run["to_do"]
        cached = run["cells"] - run["to_do"]
        first = f"{run['to_do']} cells to do, {cached} cached or skipped, about {_time(run['seconds'])}"
        if not sys.stderr.isatty():
            print(first, file=sys.stderr, flush=True)
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.completed:.0f}/{task.total:.0f} cells"),
            BarColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.add_task(f"about {_time(run['seconds'])} left", total=self._total)
        self._bar.start()

    @hookimpl
    def bench_cell_finished(self, cell: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Go on by one stage."""
        bad = result["status"] not in ("ok", "skipped")
        self._done += result["last"]
        self._failed += bad
        if bad:
            which = f"class {cell['class']}" if cell["class"] else "all classes"
            self._say(
                f"{cell['config']}, {which}, seed {cell['seed']}: "
                f"{result['stage']} {result['status']}: {result['reason']}"
            )
        left = f"{self._failed} failed, " * bool(self._failed) + f"about {_time(result['seconds_left'])} left"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done, description=left)
        elif time.monotonic() - self._said > PLAIN_EVERY or self._done == self._total:
            self._said = time.monotonic()
            print(f"{self._done}/{self._total} cells, {left}", file=sys.stderr, flush=True)

    @hookimpl
    def bench_run_finished(self, run: Mapping[str, Any], results: Any) -> None:
        """End."""
        if self._bar is not None:
            self._bar.stop()

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
