"""Runs a study, judges each of its claims, and draws its figures."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmark.audits.findings import StoredFindings
from benchmark.execution import execute, make_plan
from benchmark.plugins.raised import FAULTS, describe
from benchmark.settings import Settings, from_mapping
from benchmark.store.records import write_json
from benchmark.study import CannotTell, Claim, Findings, Study, StudyFigure, Verdict

if TYPE_CHECKING:
    from benchmark.plugins.registry import Registry
    from benchmark.results.results import Results

LOG = logging.getLogger("benchmark")
FORMAT = "bench.study/1"
REDUCED = "REDUCED"
T = TypeVar("T")
DPI = 160


@dataclass(frozen=True)
class Outcome:
    """The outcome of a study. `claims` and `figures` are plain values, as in study.json."""

    study: Study
    folder: Path
    results: Mapping[str, Results]
    reduced: bool
    claims: list[dict[str, str]] = field(default_factory=list)
    figures: list[dict[str, str]] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether any cell failed (skipped cells do not count)."""
        return any(
            row["status"] not in ("ok", "not-judged", "skipped")
            for results in self.results.values()
            for row in results.scores
        )


def settings_of(study: Study, folder: Path, *, reduced: bool, changes: Mapping[str, Any]) -> dict[str, Settings]:
    """Return the settings of each run of a study. Raises InputError."""
    made = {}
    for name, options in study.runs.items():
        small = study.reduced.get(name, {"quick": True}) if reduced else {}
        put = {option: value for option, value in changes.items() if option != "data_dir" or "dataset" not in options}
        made[name] = from_mapping({**options, **small, **put, "out": str(folder / name)}, f"study {study.name}")
    return made


def reproduce(
    study: Study,
    registry: Registry,
    folder: Path,
    *,
    reduced: bool = False,
    full: bool = False,
    changes: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Complete the runs of a study, judge its claims, draw its figures, and write study.json to `folder`.

    changes: options that override those of every run (data_dir only in runs that name no dataset).
    say: called with one line before each run and figure.
    Raises InputError before anything is run.
    """

    def told(what: str, named: Collection[tuple[str, T]]) -> Iterator[T]:
        for number, (name, each) in enumerate(named, start=1):
            say(f"{what} {number} of {len(named)}: {name}")
            yield each

    planned = settings_of(study, folder, reduced=reduced, changes=changes or {})
    plans = {name: make_plan(settings, registry) for name, settings in planned.items()}
    results = dict(zip(plans, map(execute, told("run", plans.items())), strict=True))
    findings = StoredFindings(results, folder / "figures", reduced, full)
    outcome = Outcome(study, folder, results, reduced)
    named = [(figure.name, figure) for figure in study.figures]
    outcome = replace(
        outcome,
        claims=[judged(claim, findings) for claim in study.claims],
        figures=[drawn(figure, findings, folder / "figures") for figure in told("figure", named)],
    )
    write_json(folder / "study.json", as_report(outcome))
    return outcome


def judged(claim: Claim, findings: Findings) -> dict[str, str]:
    """Return one claim with its verdict. A reduced study neither confirms nor refutes anything."""
    try:
        verdict = claim.judge(findings)
    except CannotTell as error:
        verdict = Verdict("CANNOT TELL", str(error))
    except FAULTS as error:
        verdict = Verdict("CANNOT TELL", f"the claim could not be judged: {describe(error, claim)}")
    word = REDUCED if findings.reduced and verdict.word != "CANNOT TELL" else verdict.word
    return {
        "claim": claim.text,
        "where": claim.where,
        "published": claim.published,
        "confirms": claim.confirms,
        "measured": verdict.measured,
        "verdict": word,
    }


def drawn(figure: StudyFigure, findings: Findings, folder: Path) -> dict[str, str]:
    """Draw one figure as PNG and PDF files. If it cannot be drawn, the entry has the reason."""
    entry = {"name": figure.name, "title": figure.title, "caption": figure.caption, "file": "", "reason": ""}
    try:
        canvas, contents = figure.draw(findings), {}
        for kind, extra in (("png", {}), ("pdf", {"metadata": {"CreationDate": None}})):
            canvas.savefig(file := io.BytesIO(), format=kind, dpi=DPI, bbox_inches="tight", **extra)
            contents[kind] = file.getvalue()
    except CannotTell as error:
        return {**entry, "reason": str(error)}
    except FAULTS as error:  # the claims are valid without the figure
        reason = f"could not be drawn: {describe(error, figure)}"
        LOG.warning("figure %s %s", figure.name, reason)
        return {**entry, "reason": reason}
    folder.mkdir(parents=True, exist_ok=True)
    for kind, content in contents.items():
        (folder / f"{figure.name}.{kind}").write_bytes(content)
    return {**entry, "file": f"figures/{figure.name}.png"}


def as_report(outcome: Outcome) -> dict[str, Any]:
    """Return the content of study.json, from which the study's page is built."""
    study = outcome.study
    return {
        "format": FORMAT,
        "name": study.name,
        "title": study.title,
        "source": study.source,
        "about": study.about,
        "reduced": outcome.reduced,
        "runs": [
            {"name": name, "command": _command(results), "page": f"{name}/report.html"}
            for name, results in outcome.results.items()
        ],
        "claims": outcome.claims,
        "figures": outcome.figures,
    }


def _command(results: Results) -> str:
    import shlex

    return shlex.join(results.plan.settings.command())
