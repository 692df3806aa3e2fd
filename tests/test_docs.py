"""The documentation says what is so: hooks with their signatures, commands that run as they are written."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from benchmark import api, hookspecs
from benchmark.cli import bench as command_line
from benchmark.plugins.registry import discover

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = ("tutorial.md", "how-to/own-generator.md", "how-to/own-metric.md")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBERS = re.compile(r"p = [\d.]+|-?\d[\d.,]*%?(?: \[[^]]*\])?")  # with their intervals
HOOKS = [function for name, function in vars(hookspecs).items() if name.startswith("bench_")]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_every_hook_stands_in_the_docs_with_its_signature(hook: Any) -> None:
    signature = f"{hook.__name__}{inspect.signature(hook)}".replace("'", "")
    assert f"### `{signature}`" in (DOCS / "reference" / "hooks.md").read_text()


def test_every_name_of_the_author_interface_is_explained() -> None:
    """Its docstring is what the reference shows."""
    for name in api.__all__:
        thing = getattr(api, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), name


def test_every_page_stands_in_the_index() -> None:
    index = (DOCS / "index.md").read_text()
    for page in DOCS.glob("**/*.md"):
        path = page.relative_to(DOCS).with_suffix("").as_posix()
        glob = f"{path.rpartition('/')[0]}/*"
        if path in ("index", "README"):
            continue
        assert re.search(rf"^({re.escape(path)}|{re.escape(glob)})$", index, re.MULTILINE), path


@pytest.mark.slow("runs the commands of a page as a reader would")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", PAGES)
def test_commands_run_as_they_are_written(page: str, bench: Any) -> None:
    """A console block is what a reader types; one line after another in one folder, on tiny digits."""
    typed = [
        line.removeprefix("$ ")
        for block in CONSOLE.findall((DOCS / page).read_text())
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    assert typed
    for line in typed:
        name, *arguments = shlex.split(line, comments=True)
        assert name == "bench", line
        if arguments[0] == "run":
            assert {"--quick", "--dry-run"} & set(arguments), f"{line}: what is typed here must take seconds"
            arguments += ["-d", "digits", *([] if "-m" in arguments else ["-m", "mixing,nearest_neighbour"])]
        bench(*arguments)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *[p.relative_to(ROOT) for p in DOCS.glob("**/*.md")]])
def test_commands_and_options_that_are_named_are_there(page: str) -> None:
    """Also where they are not run: in text, in `sh` blocks."""
    text = (ROOT / page).read_text()
    context = command_line.make_context("bench", ["--help"], resilient_parsing=True)
    known = {name: command_line.get_command(context, name) for name in command_line.list_commands(context)}
    for name, rest in re.findall(r"(?:^|[`$/ ])bench ([a-z]+)\b([^`\n]*)", text, re.MULTILINE):
        if name not in known and not rest.strip():
            continue  # a word after 'bench' in a sentence
        assert name in known, f"{page}: bench {name}"
        options = {option for parameter in known[name].params for option in parameter.opts}
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest):
            assert option in options or option == "--help", f"{page}: bench {name} {option}"


def test_quoted_studies_have_the_words_that_the_studies_print() -> None:
    """The numbers are of a run at full size; claims and the words between the numbers are those of the code."""
    studies = discover().studies
    for quoted in re.split(r"^## ", (DOCS / "results" / "studies.md").read_text(), flags=re.MULTILINE)[1:]:
        study = studies[quoted.split()[0]]
        rows = [line.strip("| ").split(" | ") for line in quoted.splitlines() if line.startswith("| ")][1:]
        assert [claim for claim, _, _ in rows] == [claim.text for claim in study.claims]
        assert f"{study.title}. " in quoted
        for claim, (_, measured, _) in zip(study.claims, rows, strict=True):
            source = Path(inspect.getfile(claim.judge)).read_text()
            for words in NUMBERS.split(measured):
                assert words.strip(" ,:;()=") in source, f"{study.name}: {words!r} in {measured!r}"
