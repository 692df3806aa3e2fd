"""Requirements that a run must meet to exit with 0, such as `gan.realistic>=0.6` or `copy_share<0.05`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.errors import InputError, unknown
from benchmark.judging.aspects import ASPECTS
from benchmark.text import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmark.plan.plan import Plan
    from benchmark.results.read import Outcome

_FORM = re.compile(r"(?:(?P<generator>.+)\.)?(?P<name>[a-z0-9_]+)\s*(?P<sign>>=|<=|>|<)\s*(?P<bound>[-+0-9.eE]+)")


@dataclass(frozen=True)
class Requirement:
    """An aspect (calibrated) or a measure (raw) that must be above or below a bound, for one generator or for all."""

    text: str
    generator: str
    name: str
    sign: str
    bound: float


@dataclass(frozen=True)
class Verdict:
    """Whether a requirement is met by one generator, with the sentence that says so."""

    met: bool
    sentence: str


def parse(text: str, plan: Plan) -> Requirement:
    """Parse a requirement and check its names against the plan. Raises InputError."""
    match = _FORM.fullmatch(text.strip())
    try:
        bound = number(match["bound"]) if match else None
    except ValueError:
        bound = None
    if match is None or bound is None:
        raise InputError(f"--require {text!r} is not a condition; write it as realistic>=0.6 or gan.copy_share<0.05.")
    ours = {config: generator for config, generator in plan.generators.items() if not generator.control}
    generators = set(ours) | (set() if plan.settings.one_fit else {generator.name for generator in ours.values()})
    if match["generator"] and match["generator"] not in generators:
        raise unknown(f"--require {text!r}: generator", match["generator"], generators)
    names = {kind.name for kind in ASPECTS} | {m.name for metric in plan.metrics.values() for m in metric.measures}
    if match["name"] not in names:
        raise unknown(f"--require {text!r}: aspect or measure", match["name"], names)
    if match["name"] in {kind.name for kind in ASPECTS} and not 0 <= bound <= 1:
        raise InputError(f"--require {text!r}: {bound:g} is out of range; {match['name']} goes from 0 to 1.")
    return Requirement(text, match["generator"] or "", match["name"], match["sign"], bound)


def check(requirement: Requirement, outcome: Outcome) -> Iterator[Verdict]:
    """Yield the verdict for each generator and n_real; `>` is about the lower end of the interval, `<` the upper."""
    for n_real in outcome.plan.sizes:
        for config, generator in outcome.plan.generators.items():
            if generator.control or requirement.generator not in ("", config, generator.name):
                continue
            lo, hi, why = _ends(requirement.name, outcome, config, n_real)
            end = lo if requirement.sign.startswith(">") else hi
            met = end is not None and _compare(end, requirement.sign, requirement.bound)
            found = (
                f"{'lower' if requirement.sign.startswith('>') else 'upper'} end {end:.3f}"
                if end is not None
                else f"not judged: {why}"
            )
            yield Verdict(
                met,
                f"{'met' if met else 'NOT MET'}: {config} at n_real {n_real}: "
                f"{requirement.name}{requirement.sign}{requirement.bound:g} ({found})",
            )


def _ends(name: str, outcome: Outcome, config: str, n_real: int) -> tuple[float | None, float | None, str]:
    if name in {kind.name for kind in ASPECTS}:
        part = outcome.overall(config, n_real)[name]
        if part.status != "ok" or part.interval is None:
            return None, None, part.reason or part.status
        return *part.interval, ""
    value, lo, hi = outcome.overall_measure(config, n_real, name)
    return (lo if lo is not None else value, hi if hi is not None else value, "no value")


def _compare(end: float, sign: str, bound: float) -> bool:
    return {">=": end >= bound, ">": end > bound, "<=": end <= bound, "<": end < bound}[sign]
