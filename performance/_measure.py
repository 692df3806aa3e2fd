"""How the scripts of this folder measure: us and a peer in turn on the same data, medians with their spread, claims.

    def measure(options: argparse.Namespace) -> Iterator[Claim]:
        seconds = in_turn({"ours": ours, "peer": peer}, rounds=1 if options.quick else 5)
        yield Claim("SMOTE, 3,000 images", seconds["ours"], "s", at_least=1.2, peer="imbalanced-learn",
                    peers=seconds["peer"])

    if __name__ == "__main__":
        sys.exit(main(measure, __doc__))

A script prints a line a claim, with `--json` one JSON object a line (nothing else goes to stdout then), and exits 1
where a target is missed. `--quick` is for trying a script out: small sizes, targets are shown but not held.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Claim:
    """What is claimed and what was measured.

    ours, peers: one figure a round, in `unit`. at_least, at_most: the target. Where there is a peer it is for a ratio:
    `at_least` says how many times the peer's figure is ours (how many times faster we are), `at_most` how many times
    ours is the peer's. Without one it is for our own figure.
    """

    claim: str
    ours: Sequence[float]
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    peer: str = ""
    peers: Sequence[float] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The median over rounds of peer over ours (at_least) or ours over peer; None without a peer."""
        if not self.peers:
            return None
        rounds = zip(self.ours, self.peers, strict=True)
        return median(peer / own if self.at_most is None else own / peer for own, peer in rounds)

    @property
    def met(self) -> bool:
        """Whether the target is met; a claim without one is a mere figure."""
        found = median(self.ours) if self.ratio is None else self.ratio
        return (self.at_least is None or found >= self.at_least) and (self.at_most is None or found <= self.at_most)

    @property
    def target(self) -> str:
        """The target in words: '>= 10x', '<= 150 s'."""
        unit = "x" if self.peers else f" {self.unit}".rstrip()
        if self.at_least is not None:
            return f">= {self.at_least:g}{unit}"
        return "" if self.at_most is None else f"<= {self.at_most:g}{unit}"

    def row(self) -> dict[str, Any]:
        """Return what a table shows, as plain values."""
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}x"
        peer = f"{self.peer} {spread(self.peers)} {self.unit}".rstrip() if self.peers else self.peer
        return {
            "claim": self.claim,
            "target": self.target,
            "measured": f"{spread(self.ours)} {self.unit}".rstrip(),
            "peer": peer,
            "ratio": ratio,
            "met": self.target and ("yes" if self.met else "NO"),
            "note": self.note,
        }


def spread(values: Sequence[float]) -> str:
    """Return 'median (least-most)', three digits each."""
    shown = f"{median(values):.3g}"
    return shown if len(values) < 2 else f"{shown} ({min(values):.3g}-{max(values):.3g})"


def cpu_seconds() -> float:
    """Return the CPU seconds of this process, all threads, and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_turn(
    jobs: Mapping[str, Callable[[], Any]],
    rounds: int = 5,
    *,
    warm: bool = True,
    clock: Callable[[], float] = cpu_seconds,
) -> dict[str, list[float]]:
    """Return seconds by name, one a round: each round does all jobs, every other one backwards.

    warm: do each job once before, not counted (compilation, caches). clock: `time.perf_counter` where waiting counts.
    """
    for job in jobs.values() if warm else ():
        job()
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds):
        for name in list(jobs)[:: 1 if turn % 2 == 0 else -1]:
            began = clock()
            jobs[name]()
            seconds[name].append(clock() - began)
    return seconds


def main(
    measure: Callable[[argparse.Namespace], Iterable[Claim]], doc: str | None, arguments: Sequence[str] | None = None
) -> int:
    """Measure, print the claims as they come, and return the exit code: 1 where a target is missed.

    Starts Python again with one thread a numerical library, as our workers have it, unless it has one already.
    """
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a claim and line")
    parser.add_argument("--rounds", type=int, help="how often each is measured, if not as often as the script does")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round; misses do not count")
    options = parser.parse_args(arguments)
    if any(os.environ.get(name) != "1" for name in THREADS):
        sys.stdout.flush()
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **dict.fromkeys(THREADS, "1")})  # noqa: S606
    began, missed = time.perf_counter(), 0
    for claim in measure(options):
        missed += not claim.met
        print(json.dumps({**asdict(claim), **claim.row()}) if options.json else _line(claim), flush=True)
    print(f"{missed} targets missed; {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return int(missed > 0 and not options.quick)


def _line(claim: Claim) -> str:
    row = claim.row()
    ratio = row["ratio"] and f"ratio {row['ratio']}"
    target = row["target"] and f"target {row['target']}: {row['met']}"
    return " | ".join(filter(None, (f"{row['claim']}: {row['measured']}", row["peer"], ratio, target, row["note"])))
