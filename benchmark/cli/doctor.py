"""`bench doctor`: what is installed, what is missing and how to get it; the machine and the data."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from benchmark.cli._command import Command
from benchmark.cli._options import as_json

COLOURS = {"ok": "green", "note": "yellow", "bad": "red"}


@click.command(name="doctor", cls=Command)
@as_json
def command(as_json: bool) -> int:
    """Report what is installed and what is missing.

    Says how to get what is missing, and checks the machine, the data and the plugins. Exits with 0 if `bench run` can
    run, with 1 if it cannot.
    """
    from benchmark.audits.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            click.secho(f"{finding.state:<5}", fg=COLOURS[finding.state], nl=False)
            click.echo(f"{finding.what:<17} {finding.found}" + f": {finding.fix}" * bool(finding.fix))
    bad = [finding for finding in findings if finding.state == "bad"]
    if as_json:
        click.echo(json.dumps({"ready": not bad, "findings": [asdict(f) for f in findings]}, indent=1))
    else:
        click.echo(f"bench run cannot run: {', '.join(f.what for f in bad)}" if bad else "bench run can run")
    return int(bool(bad))
