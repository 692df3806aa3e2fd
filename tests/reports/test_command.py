"""`bench report`: the page again, its images beside it, or figures, from report.json alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def stored(bench: Any, whole: dict[str, Any]) -> Path:
    """What a run left, as far as the page needs it, in a folder that nobody may change."""
    folder: Path = bench.folder / "run"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(whole), encoding="utf-8")
    folder.chmod(0o500)
    return folder


def test_the_page_goes_elsewhere_and_the_run_is_left_alone(bench: Any, stored: Path) -> None:
    before = (stored / "report.json").stat().st_mtime_ns
    for name in ("one.html", "two.html"):
        assert bench("report", "run", "-o", name).stdout == f"Report: {name}\n"
    assert (bench.folder / "one.html").read_bytes() == (bench.folder / "two.html").read_bytes()
    assert [path.name for path in stored.iterdir()] == ["report.json"]
    assert (stored / "report.json").stat().st_mtime_ns == before


def test_assets_are_files_that_the_page_finds_beside_it(bench: Any, stored: Path) -> None:
    bench("report", "run", "-o", "page.html", "--assets", "my pictures/here")
    html = (bench.folder / "page.html").read_text(encoding="utf-8")
    names = re.findall(r'src="my%20pictures/here/([0-9a-f]{16}\.png)"', html)
    assert names and not re.search(r"<img [^>]*base64,", html)
    assert {path.name for path in (bench.folder / "my pictures" / "here").iterdir()} == set(names)


@pytest.mark.slow("draws all figures")
def test_figures_are_written_instead_of_the_page(bench: Any, stored: Path) -> None:
    said = bench("report", "run", "--figures", "paper", "--format", "png,svg").stdout.split()
    assert "paper/scores.png" in said and "paper/scores.svg" in said
    assert sorted(said) == sorted(f"paper/{path.name}" for path in (bench.folder / "paper").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--figures", "paper", "--format", "pngs"], "--format 'pngs' is not known; there are: pdf, png, svg"),
        (["--format", "png"], "--format 'png' applies only to figures; name a folder for them with --figures DIR"),
        (["--figures", "paper", "-o", "x.html"], "--figures 'paper' does not write a report; leave out --out"),
        (["--figures", "file/below"], "--figures 'file/below' cannot be created: 'file' is not a folder"),
        (["-o", "x.html", "--assets", "file"], "--assets 'file' is not a folder; name another one"),
        (["-o", "none/x.html"], "--out 'none/x.html' is below a folder that does not exist"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    bench: Any, stored: Path, arguments: list[str], message: str
) -> None:
    (bench.folder / "file").write_text("mine")
    done = bench("report", "run", *arguments, code=2)
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""
    assert sorted(path.name for path in bench.folder.iterdir()) == ["file", "run"]


HEAVY = """
from benchmark.api import Section, hookimpl

class Heavy(Section):
    \"\"\"A section of 11 MB.\"\"\"

    name, title = "heavy", "Heavy"

    def render(self, report, data):
        return "x" * 11_000_000

@hookimpl
def bench_report_sections():
    return [Heavy]
"""


def test_the_command_says_that_a_page_is_large_and_which_section_makes_it_so(bench: Any, stored: Path) -> None:
    (bench.folder / "heavy.py").write_text(HEAVY)
    done = bench("report", "run", "-o", "page.html", "-p", "heavy.py")
    assert done.stdout == "Report: page.html\n"
    assert re.match(r"bench: This page is 11\.\d MB, of which 11\.0 MB are the section Heavy\.", done.stderr)


def in_first_format(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report as it was written before its rows said `configuration` and `class`."""
    old = {"configuration": "generator", "class": "cls", "score_with_failures": "as_user"}

    def renamed(rows: list[dict[str, Any]], **also: str) -> list[dict[str, Any]]:
        return [{{**old, **also}.get(name, name): value for name, value in row.items()} for row in rows]

    return {
        **{name: value for name, value in report.items() if name != "configurations"},
        "format": "bench.report/1",
        "generators": report["configurations"],
        **{name: renamed(report[name]) for name in ("results", "kinds", "cells", "failures")},
        "calibrated": renamed(report["calibrated"], fits="n"),
        "sections": {
            **report["sections"],
            **{name: renamed(report["sections"][name]) for name in ("copies", "images", "training")},
        },
    }


def test_a_report_of_the_first_format_gives_the_same_page(bench: Any, report: dict[str, Any]) -> None:
    for row in report["configurations"]:
        del row["generator"]  # not recorded then
    pages = []
    for name, content in (("new", report), ("old", in_first_format(report))):
        (bench.folder / name).mkdir()
        (bench.folder / name / "report.json").write_text(json.dumps(content), encoding="utf-8")
        bench("report", name)
        html = (bench.folder / name / "report.html").read_text(encoding="utf-8")
        data = re.search(r'id="report-data"[^>]*>(.*?)</script>', html)
        assert data
        pages.append((html.replace(data[1], ""), json.loads(data[1])))  # its order may differ
    assert pages[0] == pages[1]


def test_what_is_no_report_is_refused(bench: Any) -> None:
    (bench.folder / "report.json").write_text("[1, 2]")
    assert "'report.json' is damaged (it holds list instead of an object)" in bench("report", ".", code=2).stderr
    (bench.folder / "report.json").write_text("{}")
    assert "has the format 'None', but this version reads 'bench.report/2'" in bench("report", ".", code=2).stderr
