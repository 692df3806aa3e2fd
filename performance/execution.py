"""A run's overhead, the accuracy of its limits, the time to read a large store, and what a crash does to other cells.

    python performance/execution.py             about 10 minutes, most of it to make a store of 10,000 cells
    python performance/execution.py --quick     a store of 600; missed targets do not count

ProcessPoolExecutor and loky (extra `performance`) get the same faults. The exit code is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import _faults
from _measure import Claim, main
from _synthetic import fill

from benchmark.api import hookimpl
from benchmark.execution import make_plan
from benchmark.executors.home import Home
from benchmark.executors.local import Local
from benchmark.plan.plan import Plan
from benchmark.plugins.registry import discover
from benchmark.results.report_json import build_report
from benchmark.results.results import Results
from benchmark.running.pending import pending
from benchmark.running.runner import Runner
from benchmark.settings import from_mapping
from benchmark.store.cached import Remembering

HEALTHY = 8
TIME_LIMIT = 2.0  # seconds
MEMORY_LIMIT = 1.0  # GiB
PLUGIN = str(Path(__file__).parent / "_faults.py")


class Watch:
    """Records when a cell finishes and how long its own work took, through the hook that the progress bar uses."""

    def __init__(self) -> None:
        """Start with no finished cells."""
        self.finished: list[tuple[float, Mapping[str, Any], Mapping[str, Any]]] = []

    @hookimpl
    def bench_cell_finished(self, cell: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Record the cell."""
        if result["last"]:
            self.finished.append((time.monotonic(), cell, result))


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        yield overhead(out / "empty", 5 if options.quick else 30)
        for kind, what in (("loops", "Python loop"), ("holds", "C code holding the GIL"), ("eats", "too much memory")):
            yield from overshoot(out / kind, kind, what, 1 if options.quick else 5)
        yield from large_store(out / "large", 600 if options.quick else 10_000)
        for kind in ("killed", "exits", "segfault"):
            yield kept(out / f"kept-{kind}", kind)


def overhead(out: Path, seeds: int) -> Claim:
    """Let one worker generate and score empty cells: the time from one to the next, minus the cells' own work."""
    watch = run(out, generators="empty", metrics="nothing", classes="3", seeds=seeds, workers=1)
    own = {cell["cell"]: result["seconds"] for _, cell, result in watch.finished}
    pairs = zip(watch.finished[2:], watch.finished[1:], strict=False)  # the first two start the workers
    spent = [now - before - own[cell["cell"]] for (now, cell, _), (before, _, _) in pairs]
    return Claim("overhead of an empty light cell", [1000 * s for s in spent], "ms", at_most=150, note="stored on disk")


def overshoot(out: Path, kind: str, what: str, rounds: int) -> Iterator[Claim]:
    """Let a cell exceed a limit, and measure how long after that it was ended."""
    late, beyond = [], []
    limit = 0.0 if kind == "eats" else TIME_LIMIT
    for turn in range(rounds):
        clock = out.with_name(f"{out.name}-{turn}.clock")
        generator = f"harm[kind={kind},clock={clock},gib={MEMORY_LIMIT}]"
        watch = run(
            out.with_name(f"{out.name}-{turn}"),
            generators=generator,
            metrics="nothing",
            classes="3",
            seeds=1,
            workers=1,
            timeout=60.0 if kind == "eats" else TIME_LIMIT,
            memory=MEMORY_LIMIT,
        )
        ended, _, result = next(one for one in watch.finished if one[1]["generator"] == "harm")
        late.append(ended - float(clock.read_text(encoding="ascii")) - limit)
        beyond.append(result["peak_rss_mib"] - 1024 * MEMORY_LIMIT)
    said = f"{MEMORY_LIMIT:g} GiB" if kind == "eats" else f"{TIME_LIMIT:g} s"
    yield Claim(f"{what}: delay between the limit of {said} and the end of the cell", late, "s", at_most=1)
    if kind == "eats":
        yield Claim("memory beyond the limit of 1 GiB, allocated as fast as possible", beyond, "MiB")


def large_store(out: Path, cells: int) -> Iterator[Claim]:
    """Read a store in which everything is done: first to see what is there, then for the whole report."""
    made = fill(out, cells)
    each = f"{len(made.metrics)} metrics each"
    began = time.perf_counter()
    plan = make_plan(made.settings, discover())
    planned = time.perf_counter()
    store = Remembering(out)
    left = [state for state in pending(plan, store) if not state.done]
    seen = time.perf_counter()
    results = Results(plan, store)
    build_report(results, results.summary)
    listed = time.perf_counter()
    if left:
        raise SystemExit(f"{len(left)} cells of {len(plan.cells)} were not recognised")
    yield Claim(f"{len(plan.cells):,} cells planned, data read", [planned - began], "s")
    yield Claim(f"{len(plan.cells):,} cached cells recognised", [seen - planned], "s", at_most=5, note=each)
    yield Claim(f"{len(plan.cells):,} cells listed in report.json", [listed - seen], "s", at_most=10, note=each)


def kept(out: Path, kind: str) -> Claim:
    """Let one cell crash among eight healthy ones, and in each pool one task among eight."""
    watch = run(out, generators=f"empty,harm[kind={kind}]", metrics="nothing", classes="3", seeds=HEALTHY, workers=2)
    fine = [c for _, c, result in watch.finished if c["generator"] == "empty" and result["status"] == "ok"]
    peers: dict[str, int | str] = {"ProcessPoolExecutor": in_pool(ProcessPoolExecutor(2), kind)}
    try:
        from loky import ProcessPoolExecutor as Loky
    except ImportError:
        peers["loky"] = "not installed"
    else:
        logging.getLogger("concurrent.futures").setLevel(logging.CRITICAL)
        peers["loky"] = in_pool(Loky(2), kind)
    said = ", ".join(f"{name} {count}" for name, count in peers.items())
    what = f"healthy cells kept out of {HEALTHY}, next to a faulty one ({kind})"
    return Claim(what, [len(fine)], "", at_least=HEALTHY, peer=said)


def in_pool(pool: Any, kind: str) -> int:
    """Return for how many of eight healthy tasks a pool returns a result; the third of the nine tasks is harmful."""
    kinds = ["healthy"] * HEALTHY
    kinds.insert(2, kind)
    done = 0
    with pool:
        futures = [pool.submit(_faults.task, each) for each in kinds]
        for future in futures:
            try:
                done += future.result(timeout=60)
            except Exception:  # noqa: BLE001, S112 - each pool has its own exception for it
                continue
    return done


def run(out: Path, **options: Any) -> Watch:
    """Run cells of digits as `bench run` does, without a report."""
    settings = from_mapping({"dataset": "digits", "plugins": [PLUGIN], "out": str(out), **options})
    plan: Plan = make_plan(settings, discover(settings.plugins))
    watch = Watch()
    plan.registry.manager.register(watch)
    store = Remembering(out)
    store.create()
    Runner(plan, store, Local(plan.workers, Home(out.resolve()))).run()
    return watch


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
