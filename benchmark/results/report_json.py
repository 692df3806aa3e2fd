"""report.json: everything that the page shows, collected from results. The page is a pure function of it."""

from __future__ import annotations

import datetime
import json
import platform
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.judging.aspects import ASPECTS
from benchmark.judging.intervals import made_of
from benchmark.plan.plan import cores
from benchmark.plugins.parameters import config_of
from benchmark.plugins.raised import describe
from benchmark.plugins.versions import version_of, versions
from benchmark.results.images_csv import breakdown
from benchmark.results.page import StoredSource, sections
from benchmark.results.summary_json import plain
from benchmark.store import weights
from benchmark.text import cleaned, one_line, safe

if TYPE_CHECKING:
    from benchmark.judging.aspects import Aspect
    from benchmark.judging.calibration import Part
    from benchmark.plan.cells import Cell
    from benchmark.results.read import Outcome

FORMAT = "bench.report/2"
SLOTS = 6
DIGITS = 5  # significant digits: more than a run can resolve
LONGEST = 300  # characters of a reason


def build_report(outcome: Outcome, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return what report.json holds; `summary` is what summary.json holds.

    Numbers are finite or null, with `DIGITS` digits, and reasons are cut after `LONGEST` characters; sections shorten
    their own data.
    """
    report: dict[str, Any] = _shortened(_numbers(outcome, summary))
    source = StoredSource(outcome, report)
    problems = []
    for section in sections(outcome.plan.registry):
        try:
            report["sections"][section.name] = _plain(section.collect(source))
        except Exception as error:  # noqa: BLE001 - a section may be anybody's; the others go on
            problems.append(one_line(f"section {section.name} could not be collected: {describe(error, section)}"))
    report["run"]["warnings"] += problems
    return report


def _numbers(outcome: Outcome, summary: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "run": _run(outcome),
        "classes": [{"label": i, "name": outcome.plan.data.class_names[i]} for i in outcome.plan.labels],
        "configurations": _configurations(outcome),
        "measures": _measures(outcome),
        "aspects": [_aspect(outcome, kind) for kind in ASPECTS],
        "results": _results(outcome),
        "calibrated": _calibrated(outcome),
        "faults": [
            {"configuration": verdict["config"], "n_real": verdict["n_real"], **fault}
            for verdict in summary["verdicts"]
            for fault in verdict["faults"]
        ],
        "kinds": [
            {"configuration": config, "class": label, "n_real": n_real, **found}
            for (config, n_real, label), found in breakdown(outcome).items()
        ],
        "undecided": summary["undecided"],
        "recommendations": summary["recommendations"],
        "comparisons": summary["comparisons"],
        "cells": [_cell(outcome, cell) for cell in outcome.plan.cells if not cell.elsewhere],
        "failures": _failures(outcome),
        "sections": {},
    }


def _plain(collected: Any) -> Any:
    """Return what a section collected as plain data: safe text, null for NaN. Raises TypeError on what is no JSON."""
    found = cleaned(collected)
    json.dumps(found, allow_nan=False)
    return found


def _shortened(value: Any) -> Any:
    """Return plain data with numbers rounded, reasons cut and text made safe."""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {name: safe(item[:LONGEST]) if name == "reason" else _shortened(item) for name, item in value.items()}
    return [_shortened(item) for item in value] if isinstance(value, (list, tuple)) else value


def _run(outcome: Outcome) -> dict[str, Any]:
    plan, data = outcome.plan, outcome.plan.data
    sizes = next(iter(plan.sizes.values()))
    plugins = [*plan.generators.values(), *plan.metrics.values()]
    extra = {name: version for plugin in plugins for name, version in versions(plugin).items()}
    return {
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": shlex.join(plan.settings.command()),
        "seeds": list(plan.seeds),
        "seconds": round(outcome.seconds, 1),
        "workers": plan.workers,
        "finished": outcome.finished,
        "quick": plan.settings.quick,
        "versions": {**extra, "synthassay": version_of("synthassay")},
        "host": {
            "cores": cores(),
            "machine": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "data": {
            "name": data.name,
            "sha256": data.fingerprint,
            "shape": list(data.shape),
            "n_real": list(plan.sizes),
            "n_synthetic": sizes.held_out,
            "n_neutral": sizes.neutral,
            "n_test": len(data.test_labels),
            "duplicates": data.duplicates,
            "licence": plan.dataset.licence,
            "source": plan.dataset.source,
            "title": plan.dataset.title or data.name,
            "noun": plan.dataset.noun,
            "seen": "" if data.seen is None else "whole" if data.seen.whole else "given",
        },
        "features": _features(outcome),
        "notes": list(plan.notes),
        "warnings": [],
    }


def _features(outcome: Outcome) -> dict[str, Any]:
    """Return the feature space; of a pretrained network also how images are prepared for it, once that is known."""
    plan, network = outcome.plan, {}
    path = weights.kept(plan, outcome.store)
    if plan.features.identity() and weights.is_prepared(path):
        network = {"configuration": config_of(plan.features), **weights.head_of(path)["state"]["fitted"]}
    return {"name": plan.features.name, "space": plan.space, "reference": plan.reference_id, **network}


def _configurations(outcome: Outcome) -> list[dict[str, Any]]:
    plan = outcome.plan
    slots = {config: i for i, config in enumerate(sorted(c for c, g in plan.generators.items() if not g.control))}
    return [
        {
            "id": config,
            "generator": generator.name,
            "label": config.replace(generator.name, generator.label or generator.name, 1),
            "kind": "control" if generator.control else "generator",
            "help": ((type(generator).__doc__ or "").strip().splitlines() or [""])[0],
            "slot": slots[config] % SLOTS + 1 if config in slots else 0,
            "hollow": slots.get(config, 0) >= SLOTS,
            **_state(outcome, config),
        }
        for config, generator in plan.generators.items()
    ]


def _state(outcome: Outcome, config: str) -> dict[str, str]:
    cells = [cell for cell in outcome.plan.cells if cell.config == config]
    if all(cell.elsewhere for cell in cells):
        return {"status": "skipped", "reason": cells[0].skip}
    records = [outcome.records[cell.key] for cell in cells if not cell.elsewhere]
    bad = [r for r in records if r["status"] != "ok"]
    if not bad:
        return {"status": "ok", "reason": ""}
    skipped = all(r["status"] == "skipped" for r in bad)
    status = ("skipped" if skipped else "failed") if len(bad) == len(records) else "partly failed"
    count = "" if len(bad) == len(records) else f"{len(bad)} of {len(records)} cells: "
    return {"status": status, "reason": count + bad[0]["reason"]}


def _measures(outcome: Outcome) -> list[dict[str, Any]]:
    parts = {name for kind in ASPECTS for n in outcome.plan.sizes for name in kind.parts_at(n)}
    return [
        {
            "id": m.name,
            "metric": metric.name,
            "better": m.better,
            "aspect": m.aspect,
            "part": m.name in parts,
            "failing": m.failing,
            "scope": metric.scope,
            "help": m.help,
            "unit": m.unit,
        }
        for metric in outcome.plan.metrics.values()
        for m in metric.measures
    ]


def _aspect(outcome: Outcome, kind: Aspect) -> dict[str, Any]:
    names = dict.fromkeys(name for n in outcome.plan.sizes for name in kind.parts_at(n))
    known = outcome.table.measures
    return {
        "id": kind.name,
        "label": kind.label,
        "question": kind.question,
        "parts": [{"measure": n, "control": known[n].failing if n in known else None} for n in names],
    }


def _results(outcome: Outcome) -> list[dict[str, Any]]:
    rows = []
    for config in outcome.plan.generators:
        for place in [*outcome.places, *(place for place in outcome.scales if place[0] is None)]:
            for name in outcome.table.measures:
                fits = outcome.table.fits(config, place, name)
                if not fits:
                    continue
                values = [fits[s].value if s in fits else None for s in outcome.plan.seeds]
                part, scale = outcome.raw(config, place, name), outcome.scales[place][name]
                first = next((v for v in fits.values() if v.value is None), None)
                lo, hi = part.interval or (None, None)
                judged = not scale.reason or part.score is None or not outcome.table.measures[name].anchored
                rows.append(
                    {
                        "configuration": config,
                        "class": place[0],
                        "n_real": place[1],
                        "measure": name,
                        "values": values,
                        "mean": part.score,
                        "lo": lo,
                        "hi": hi,
                        "status": first.status if first else ("ok" if judged else "not-judged"),
                        "reason": first.reason if first else ("" if judged else scale.reason),
                    }
                )
    return rows


def _calibrated(outcome: Outcome) -> list[dict[str, Any]]:
    rows = [
        _calibrated_row(config, place[0], place[1], kind, part)
        for (config, place), found in outcome.aspects.items()
        for kind, part in found.items()
    ]
    rows += [
        _calibrated_row(config, None, n_real, kind, part)
        for n_real in outcome.plan.sizes
        for config in outcome.plan.generators
        for kind, part in outcome.overall(config, n_real).items()
    ]
    return [{**row, "label": made_of(len(outcome.plan.seeds))} for row in rows]


def _calibrated_row(config: str, label: int | None, n_real: int, kind: str, part: Part) -> dict[str, Any]:
    return {"configuration": config, "class": label, "n_real": n_real, "aspect": kind, **plain(part)}


def _cell(outcome: Outcome, cell: Cell) -> dict[str, Any]:
    result = outcome.records[cell.key]
    scored = [outcome.scored.get((cell.key, config), {}) for config in outcome.plan.metrics_for(cell)]
    seconds = [s["seconds"] for s in scored if s.get("seconds") is not None]
    return {
        "cell": cell.key,
        **_where(cell),
        "control": cell.control,
        "status": result["status"],
        "reason": result["reason"],
        "phase": result.get("phase", ""),
        "metric_seconds": float(np.sum(seconds)),
        "warnings": result.get("warnings", []),
        **{
            name: result.get(name)
            for name in ("fit_seconds", "fit_cpu_seconds", "sample_seconds", "peak_rss_mib", "clipped_share")
        },
    }


def _where(cell: Cell) -> dict[str, Any]:
    return {"configuration": cell.config, "class": cell.task.label, "n_real": cell.task.n_real, "seed": cell.task.seed}


def _failures(outcome: Outcome) -> list[dict[str, Any]]:
    failed = []
    for cell in outcome.plan.cells:
        if cell.elsewhere:
            continue
        result = outcome.records[cell.key]
        where = _where(cell)
        if result["status"] != "ok":
            log = "" if cell.skip or result["status"] == "skipped" else outcome.store.log(cell.key)
            failed.append({**where, "metric": "", **_failure(result), "log": log})
        for config, metric in outcome.plan.metrics_for(cell).items():
            scored = outcome.scored.get((cell.key, config))
            if scored is not None and scored["status"] not in ("ok", "skipped") and metric.due(cell.as_control):
                failed.append({**where, "metric": metric.name, **_failure(scored), "phase": "score", "log": ""})
    return failed


def _failure(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": result["status"], "phase": result.get("phase", ""), "reason": result["reason"]}
