"""summary.json: verdicts, aspects with intervals, ranking, failures, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from benchmark.judging import comparison
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.faults import in_words, near_real
from benchmark.judging.recommendation import recommended
from benchmark.plugins.versions import versions
from benchmark.results import images_csv

if TYPE_CHECKING:
    from benchmark.judging.calibration import Part
    from benchmark.judging.faults import Proven
    from benchmark.results.read import Outcome

FORMAT = "bench.summary/2"


def summarise(outcome: Outcome, failures: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what summary.json holds; `failures` are rows of scores.csv."""
    plan = outcome.plan
    names: dict[int | None, str | None] = {None: None, **dict(enumerate(plan.data.class_names))}
    kinds = images_csv.breakdown(outcome)
    verdicts = [
        verdict(outcome, config, n_real, kinds.get((config, n_real, None), {}).get("shares", {}))
        for n_real in plan.sizes
        for config, generator in plan.generators.items()
        if not generator.control
    ]
    return {
        "format": FORMAT,
        "command": plan.settings.COMMAND,
        "dataset": plan.data.name,
        "sha256": plan.data.fingerprint,
        "classes": [plan.data.class_names[i] for i in plan.labels],
        "seeds": list(plan.seeds),
        "n_real": list(plan.sizes),
        "n_synthetic": outcome.table.n_synthetic,
        "features": plan.space,
        "finished": outcome.finished,
        "aspects": [
            {"name": a.name, "question": a.question, "parts": list(a.parts), "scarce_parts": a.scarce_parts}
            for a in ASPECTS
        ],
        "verdicts": verdicts,
        "by_class": [
            {
                "config": config,
                "class": plan.data.class_names[place[0]],
                "n_real": place[1],
                "aspects": {n: plain(p) for n, p in found.items()},
            }
            for (config, place), found in outcome.aspects.items()
        ],
        "kinds": [
            {"config": config, "class": names[label], "n_real": n_real, **found}
            for (config, n_real, label), found in kinds.items()
        ],
        "undecided": [
            {"n_real": n, "disguises": list(found.disguises), "classes": list(found.classes), "text": found.text}
            for n in plan.sizes
            for found in outcome.undecided(n)
        ],
        "recommendations": [each for n_real in plan.sizes for each in recommended(verdicts, n_real)],
        "ranking": ranking(verdicts),
        "comparisons": [compared(outcome, kind.name, n_real) for n_real in plan.sizes for kind in ASPECTS],
        "failures": [
            {k: row[k] for k in ("config", "class", "n_real", "seed", "metric", "phase", "status", "reason", "cell")}
            for row in failures
        ],
        "notes": list(plan.notes),
        "versions": versions(),
    }


def compared(outcome: Outcome, aspect: str, n_real: int) -> dict[str, Any]:
    """Return the paired comparisons of one aspect: over fits, and also over classes if there are enough."""
    scores = {config: fits for config, fits in outcome.fit_scores(aspect, n_real).items() if fits}
    shared = outcome.shared & set(scores)
    pairs = comparison.compare(scores, shared=shared)
    apart = {config: fits for config, fits in scores.items() if config not in shared}
    enough = len(outcome.plan.labels) >= comparison.FEWEST_CLASSES and len(outcome.plan.seeds) > 1
    classes = comparison.over_classes(apart) if enough else {}  # of one seed: the same pairs again
    ranked = comparison.over_seeds(scores) if shared else scores
    fewest = min((c.n for c in pairs), default=0)
    return {
        "aspect": aspect,
        "n_real": n_real,
        "pairs": [plain_pair(c) for c in [*pairs, *comparison.compare(classes, "classes")]],
        "mean_ranks": comparison.mean_ranks(ranked) if len(scores) > 2 and fewest else {},
        "friedman": comparison.friedman(ranked),
        "advice": _advice(outcome, fewest, len(pairs), 1 if shared else len(outcome.plan.labels)),
    }


def _advice(outcome: Outcome, pairs: int, comparisons: int, classes: int) -> str:
    said = comparison.advice(pairs, comparisons, classes)
    if said and outcome.plan.settings.one_fit:
        return f"cannot reach p < .05 with {pairs} pair{'s' * (pairs != 1)}: each set counts as one fit"
    return said


def plain_pair(found: comparison.Comparison) -> dict[str, Any]:
    """Return a comparison as plain values."""
    lo, hi = found.interval or (None, None)
    return {
        "a": found.a,
        "b": found.b,
        "over": found.over,
        "n": found.n,
        "difference": found.difference,
        "median": found.median,
        "lo": lo,
        "hi": hi,
        "wins": found.wins,
        "losses": found.losses,
        "p": found.p,
        "holm": found.holm,
        "smallest_p": found.reachable,
        "word": found.word,
    }


def verdict(outcome: Outcome, config: str, n_real: int, kinds: Mapping[str, float]) -> dict[str, Any]:
    """Return a generator's four aspects over all classes, its weakest, its faults, and whether it is near real.

    kinds: the shares of its images by kind.
    """
    found = outcome.overall(config, n_real)
    faults = [in_words(fault, kinds) for fault in outcome.faults(config, n_real)]
    judged = {name: p.score for name, p in found.items() if p.score is not None and p.status == "ok"}
    return {
        "config": config,
        "n_real": n_real,
        "aspects": {name: plain(p) for name, p in found.items()},
        "weakest": min(judged, key=judged.__getitem__) if judged else None,
        "near_real": near_real(found, faults),
        "faults": [plain_fault(fault) for fault in faults],
    }


def plain_fault(found: Proven) -> dict[str, Any]:
    """Return a proven fault as plain values."""
    return {
        "measure": found.fault.measure,
        "share": found.share,
        "chance": found.chance,
        "images": found.images,
        "p": found.p,
        "serious": found.serious,
        "text": found.text,
    }


def plain(part: Part) -> dict[str, Any]:
    """Return an aspect as plain values, with its weakest part and all parts."""
    parts = [{"measure": p.name, "zero": p.zero, "one": p.one, **_scored(p)} for p in part.parts]
    return {**_scored(part), "weakest": part.weakest or None, "missing": dict(part.missing), "parts": parts}


def _scored(part: Part) -> dict[str, Any]:
    lo, hi = part.interval or (None, None)
    return {
        "score": part.score,
        "lo": lo,
        "hi": hi,
        "score_with_failures": part.score_with_failures,
        "fits": part.n,
        "status": part.status,
        "reason": part.reason,
    }


def ranking(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return configurations sorted by their weakest aspect, best first, with proven faults; failed cells count as 0."""

    def key(entry: dict[str, Any]) -> float:
        scores = [
            a["score_with_failures"]
            for a in entry["aspects"].values()
            if a["score_with_failures"] is not None and a["status"] != "not-meaningful"
        ]
        return min(scores, default=-1.0)

    ordered = sorted(verdicts, key=lambda entry: (entry["n_real"], -key(entry), entry["config"]))
    return [
        {
            "config": entry["config"],
            "n_real": entry["n_real"],
            "weakest": key(entry) if key(entry) >= 0 else None,
            "faults": [fault["text"] for fault in entry["faults"] if fault["serious"]],
        }
        for entry in ordered
    ]
