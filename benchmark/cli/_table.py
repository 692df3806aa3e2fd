"""The table on the terminal: four aspects per generator, the weakest one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from benchmark.api import p_text
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.intervals import FEWEST_FITS, made_of

if TYPE_CHECKING:
    from benchmark.results.results import Results

MISSING = "+"  # marks a score that is a minimum of fewer parts than usual; a line below says which


def show(results: Results) -> None:
    """Print the verdicts, the failed cells, and what the marks mean."""
    from rich.console import Console
    from rich.table import Table

    summary = results.summary
    for n_real in summary["n_real"]:
        table = Table(
            box=None,
            pad_edge=False,
            title_justify="left",
            title=f"{n_real} training images per class" if len(summary["n_real"]) > 1 else None,
        )
        table.add_column("generator", no_wrap=True)
        for kind in ASPECTS:
            table.add_column(kind.name)
        order = [entry["config"] for entry in summary["ranking"] if entry["n_real"] == n_real]
        verdicts = {v["config"]: v for v in summary["verdicts"] if v["n_real"] == n_real}
        for config in order:
            verdict = verdicts[config]
            table.add_row(
                config, *(cell(verdict["aspects"][k.name], weakest=verdict["weakest"] == k.name) for k in ASPECTS)
            )
        Console(width=None if _terminal() else 110, highlight=False, markup=False).print(table)
    click.echo(
        "0: as bad as the failing control, 1: as good as fresh real images; [95% interval]; *: the weakest aspect"
    )
    for line in recommended(summary):
        click.echo(line)
    if results.plan.settings.one_fit:
        click.echo("each set counts as one fit: intervals cover the variation between images only")
    elif said := made_of(len(summary["seeds"])):
        click.echo(said + ("; add --seeds 3" if len(summary["seeds"]) < FEWEST_FITS else ""))
    for line in [*not_judged(summary), *without(summary), *undecided(summary), *faulty(summary)]:
        click.echo(line)
    for line in compared(summary):
        click.echo(line)
    failures = {(f["config"], f["status"], f["reason"]): 0 for f in summary["failures"]}
    for failure in summary["failures"]:
        failures[failure["config"], failure["status"], failure["reason"]] += 1
    for (config, status, reason), count in failures.items():
        click.echo(f"{config}: {status} ({count} rows): {reason}")


def recommended(summary: dict[str, Any]) -> list[str]:
    """Return one line per purpose: which generator to use, or why none."""
    several = len(summary["n_real"]) > 1
    return ["which one to use?"] + [
        f"  {each['words']}{' at n_real ' + str(each['n_real']) if several else ''}: "
        f"{'' if each['generators'] else 'none: '}{each['text']}"
        for each in summary["recommendations"]
    ]


def not_judged(summary: dict[str, Any]) -> list[str]:
    """Return one line per reason why something was not judged: which aspects of which generators."""
    found: dict[str, list[str]] = {}
    for verdict, regime in _verdicts(summary):
        missing = [k.name for k in ASPECTS if verdict["aspects"][k.name]["score"] is None]
        for name in missing:
            reason = verdict["aspects"][name]["reason"]
            found.setdefault(reason, []).append(f"{name} of {verdict['config']}{regime}")
    return [f"not judged: {', '.join(what)}: {reason}" for reason, what in found.items() if reason]


def without(summary: dict[str, Any]) -> list[str]:
    """Return one line per part that fell out of a minimum: which scores it is missing from, and why."""
    found: dict[tuple[str, str], list[str]] = {}
    for verdict, regime in _verdicts(summary):
        for kind in ASPECTS:
            for part, reason in verdict["aspects"][kind.name]["missing"].items():
                found.setdefault((part, reason), []).append(f"{kind.name} of {verdict['config']}{regime}")
    return [f"{MISSING} {', '.join(what)}: without {part}: {reason}" for (part, reason), what in found.items()]


def undecided(summary: dict[str, Any]) -> list[str]:
    """Return one line per disguise in which copies would pass for new images, if any generator is called original."""
    several = len(summary["n_real"]) > 1
    judged = {v["n_real"] for v, _ in _verdicts(summary) if v["aspects"]["original"]["score"] is not None}
    return [
        f"original{' at n_real ' + str(found['n_real']) if several else ''}: {found['text']}"
        for found in summary["undecided"]
        if found["n_real"] in judged
    ]


def faulty(summary: dict[str, Any]) -> list[str]:
    """Return one line per generator with proven faults."""
    return [
        f"proven: {verdict['config']}{regime}: {', '.join(fault['text'] for fault in verdict['faults'])}"
        for verdict, regime in _verdicts(summary)
        if verdict["faults"]
    ]


def _verdicts(summary: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return the verdicts, each with the words that name its number of training images if there are several."""
    several = len(summary["n_real"]) > 1
    return [(verdict, f" at n_real {verdict['n_real']}" * several) for verdict in summary["verdicts"]]


def compared(summary: dict[str, Any]) -> list[str]:
    """Return one line per aspect: which generator is better, by exact paired tests, or why that is not known."""
    lines = []
    for entry in summary["comparisons"]:
        pairs = [p for p in entry["pairs"] if p["over"] == "fits"]
        if not pairs:
            continue
        clear = [
            p if p["word"] == ">" else {**p, "a": p["b"], "b": p["a"], "difference": -p["difference"]}
            for p in pairs
            if p["word"] in "<>"
        ]
        said = ", ".join(f"{p['a']} > {p['b']} (+{p['difference']:.2f}, {p_text(p['holm'])})" for p in clear)
        regime = f" at n_real {entry['n_real']}" if len(summary["n_real"]) > 1 else ""
        lines.append(f"{entry['aspect']}{regime}: {said or entry['advice'] or 'no clear difference'}")
    return (
        ["is the difference real, or chance? (exact paired tests, Holm-adjusted)", *(f"  {line}" for line in lines)]
        if lines
        else []
    )


def cell(aspect: dict[str, Any], *, weakest: bool) -> str:
    """Return one aspect as text. Nothing is clipped: a clipped score could lie outside its own interval."""
    if aspect["score"] is None:
        return str(aspect["status"]).replace("-", " ")
    score = f"{_rounded(aspect['score'])}{'*' if weakest else ''}{MISSING if aspect['missing'] else ''}"
    if aspect["status"] == "not-meaningful":
        return f"({score})"
    return f"{score} [{_rounded(aspect['lo'])}, {_rounded(aspect['hi'])}]" if aspect["lo"] is not None else score


def _rounded(value: float) -> str:
    """Return two decimals, without a minus sign before zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _terminal() -> bool:
    import sys

    return sys.stdout.isatty()
