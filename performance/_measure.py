"""How the scripts in this folder measure: us and a peer in turn on the same data, medians with their spread, claims.

    def measure(options: argparse.Namespace) -> Iterator[Claim]:
        seconds = in_turn({"ours": ours, "peer": peer}, rounds=1 if options.quick else 5)
        yield Claim("SMOTE, 3,000 images", seconds["ours"], "s", at_least=1.2, peer="imbalanced-learn",
                    peers=seconds["peer"])

    if __name__ == "__main__":
        sys.exit(main(measure, __doc__))

A script prints one line per claim, with `--json` one JSON object per line (and nothing else on stdout). It exits with 1
if a target is missed. `--quick` is for trying out a script: small sizes, and missed targets do not count.
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
    """A claim and what was measured.

    ours, peers: one value per round, in `unit`. at_least, at_most: the target. If there is a peer, the target is for a
    ratio: `at_least` for the peer's value divided by ours (how many times faster we are), `at_most` for ours divided by
    the peer's. Without a peer, it is for our own value.
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
        """The median over rounds of peer / ours (at_least) or ours / peer (at_most); None without a peer."""
        if not self.peers:
            return None
        rounds = zip(self.ours, self.peers, strict=True)
        return median(peer / own if self.at_most is None else own / peer for own, peer in rounds)

    @property
    def met(self) -> bool:
        """Whether the target is met; true if there is no target."""
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
        """Return the cells of the table, as plain values."""
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
    """Return 'median (minimum-maximum)', with three digits each."""
    shown = f"{median(values):.3g}"
    return shown if len(values) < 2 else f"{shown} ({min(values):.3g}-{max(values):.3g})"


def cpu_seconds() -> float:
    """Return the CPU seconds of this process (all threads) and of its finished children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_turn(
    jobs: Mapping[str, Callable[[], Any]],
    rounds: int = 5,
    *,
    warm: bool = True,
    clock: Callable[[], float] = cpu_seconds,
) -> dict[str, list[float]]:
    """Return seconds by name, one value per round. Each round runs all jobs, every second round in reverse order.

    warm: first run each job once, uncounted (compilation, caches). clock: use `time.perf_counter` if waiting counts.
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
    """Measure, print the claims as they come, and return the exit code: 1 if a target is missed.

    Restarts Python with one thread per numerical library, as in our workers, unless that is already the case.
    """
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object per claim, one per line")
    parser.add_argument("--rounds", type=int, help="number of rounds, instead of the script's own")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round; missed targets do not count")
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
