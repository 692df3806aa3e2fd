"""Run again: the command, the data, the seeds, the versions and the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from benchmark.api import Section, hookimpl
from reports._data import data_block
from reports._rows import Row, controls, noun
from reports._template import render
from reports._text import counted, listed, plural


class Again(Section):
    """Everything needed to get the same numbers again."""

    name = "again"
    title = "Run again"
    question = "The same command on the same data gives the same numbers."
    order = 90

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return the command with a copy button, all numbers for saving, and a list of facts."""
        run = report["run"]
        facts = [
            ("Data", _data(report)),
            ("SHA-256", run["data"]["sha256"]),
            ("Seeds", ", ".join(str(s) for s in run["seeds"])),
            ("Controls", listed([str(c["label"]) for c in controls(report)])),
            ("Features", "{name} ({space}), reference classifier {reference}".format(**run["features"])),
            ("Versions", ", ".join(f"{name} {version}" for name, version in run["versions"].items())),
            ("Machine", _machine(run)),
        ]
        numbers = {name: value for name, value in report.items() if name != "sections"}
        saved = data_block("report-data", f"{run['data']['name']}-report", numbers)
        return render("again.html.j2", run=run, facts=[(k, v) for k, v in facts if v], saved=saved)


def _data(report: Row) -> str:
    data = report["run"]["data"]
    shape = " \u00d7 ".join(str(s) for s in data["shape"])
    sizes = listed([f"{n:,}" for n in data["n_real"]])
    said = [
        f"{data['name']}, {shape}",
        f"{sizes} training, {data['n_synthetic']:,} held-out, {data['n_neutral']:,} neutral images per {noun(report)}",
        f"{counted(data['n_test'], 'test image')}",
        f"{data['duplicates']:,} {'duplicate' if data['duplicates'] == 1 else plural('duplicate')} removed",
    ]
    return "; ".join([*said, *(str(data[k]) for k in ("source", "licence") if data.get(k))])


def _machine(run: Row) -> str:
    host = run["host"]
    minutes, seconds = divmod(round(run["seconds"]), 60)
    took = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    machine = f"{host['machine']}, {counted(host['cores'], 'core')}"
    return f"{machine}; {counted(run['workers'], 'worker')}, {took}"


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Again]
