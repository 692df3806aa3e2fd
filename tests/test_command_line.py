"""Every option of every command, with values that it cannot have: one sentence that names both; nothing is written.

The options come from click. Which values an option may have follows from its type and from what the help calls it.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

import benchmark.cli
from benchmark.cli._command import Number, Whole
from benchmark.cli._options import Joined
from benchmark.results.summary_json import FORMAT
from benchmark.settings import Settings
from benchmark.settings.option import options_of

from ._in_process import Said, as_it_was, bench, tree

LONGEST = 300  # characters of a message
COMMANDS = {
    module.name: importlib.import_module(f"benchmark.cli.{module.name}").command
    for module in pkgutil.iter_modules(benchmark.cli.__path__)
    if not module.name.startswith("_")
}
# What else is typed: a command that would succeed, or would find out last that there is nothing in the store.
COMPLETE: dict[str, dict[str, list[str]]] = {
    "check": {"check_metrics": ["--metrics"], "dataset": ["-d", "digits"]},
    "clean": {"folder": ["store"]},
    "compare": {"a": ["store"], "b": ["pictures"]},
    "completion": {"shell": ["bash"]},
    "export": {"folder": ["store"], "form": ["--format", "csv"]},
    "info": {"name": ["smote"]},
    "merge": {"stores": ["store"], "into": ["--into", "new"]},
    "new": {"kind": ["generator"], "name": ["foo"]},
    "report": {"folder": ["store"]},
    "reproduce": {"name": ["smote-report"]},
    "run": {"generators": ["-g", "smote"], "classes": ["-c", "3"], "dataset": ["-d", "digits"]},
    "score": {"fake": ["images.npy"], "classes": ["--class", "3"], "dataset": ["-d", "digits"]},
}
WITHOUT = {
    "check-names": ("check_metrics", "dataset"),
    **{f"{name}-data_dir": ("dataset",) for name in COMMANDS},
}  # what would hide that a value is bad
DRY = {"run", "score"}  # commands with --dry-run, which may succeed here
INPUTS = {"--config", "--plugin", "--data-dir", "--real", "--train"}  # options that read what they name
PATHS = {"DIR", "[DIR]", "FILE", "PATH", "STORE...", "FAKE...", "A", "B"}
VALUES = {
    "empty": "",
    "blank": " ",
    "word": "nonsense",
    "negative": "-1",
    "zero": "0",
    "huge": "99999999999999999999",
    "infinite": "1e400",
    "nan": "nan",
    "fraction": "1.5",
    "digits of another script": "\u0661\u0662",
    "underscore": "1_0",
    "hexadecimal": "0x10",
    "missing": "nowhere/at/all",
    "folder": "pictures",
    "file": "file.txt",
    "not a picture": "file.png",
    "fifo": "fifo",
    "fifo as a plugin": "pictures/fifo.py",
    "fifo as settings": "fifo.toml",
    "fifo as images": "fifo.npy",
    "fifo as zipped images": "fifo.csv.gz",
    "socket": "sock",
    "dangling link": "dangling",
    "loop of links": "loop",
    "endless device": "/dev/zero",
    "full device": "/dev/full",
    "no permission": "locked/file",
    "long": "x" * 300,
    "very long": "word " * 1000,
    "newline": "two\nlines",
    "emoji": "\U0001f642",
    "above": "../../..",
    "not text": "\udc80",
    "escape sequence": "\x1b[31mred",
    "right to left": "\u202eabc",
    "comma": ",",
    "bracket": "smote[",
    "quotes": 'it\'s "quoted"',
}
if os.geteuid() == 0:
    del VALUES["no permission"]  # root may read and write everything


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one of everything that a path can name."""
    from sklearn.datasets import load_digits

    root, before = tmp_path_factory.mktemp("place"), Path.cwd()
    Path(root, "one", "two", "three").mkdir(parents=True)
    os.chdir(root / "one" / "two" / "three")
    for name in ("pictures", "store", "locked"):
        Path(name).mkdir()
    os.mkfifo("pictures/fifo.png")
    Path("store", "format.json").write_text('{"format": "bench.store/1"}')
    summary = {"format": FORMAT, "sha256": "0" * 64, "dataset": "digits", "features": "pca", "n_synthetic": 30}
    Path("store", "summary.json").write_text(json.dumps(summary))
    Path("store", "scores.csv").write_text("control,class\n")
    Path("locked", "file").write_text("mine")
    Path("locked").chmod(0)
    Path("file.txt").write_text("mine = [")
    Path("file.png").write_text("mine")
    Path("dangling").symlink_to("nowhere")
    Path("loop").symlink_to("loop")
    for value in VALUES.values():
        if Path(value).name.startswith("fifo"):
            os.mkfifo(value)
    digits = load_digits()
    np.save("images.npy", (digits.images[digits.target == 3] / 16).astype(np.float32))
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("sock")
        yield root
    Path("locked").chmod(0o700)
    os.chdir(before)


@pytest.fixture(scope="module", autouse=True)
def _as_it_was() -> Iterator[None]:
    with as_it_was():
        yield


def typed(command: str, param: click.Parameter, *values: str) -> list[str]:
    """Return a command line in which a parameter is given with each of these values."""
    words, last = [command, *["--dry-run"] * (command in DRY)], []
    for other in COMMANDS[command].params:
        given = (
            []
            if other.name in WITHOUT.get(f"{command}-{param.name}", ())
            else COMPLETE.get(command, {}).get(other.name, [])
        )
        if other is param:
            given = [word for value in values for word in ([*other.opts[:1], value] if is_option(other) else [value])]
        if is_option(other):
            words += given
        else:
            last += given
    return [*words, "--", *last] if last else words


def is_option(param: click.Parameter) -> bool:
    return isinstance(param, click.Option)


def is_flag(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and param.is_flag


def is_allowed(command: str, param: click.Parameter, value: str) -> bool:
    """Whether a parameter may have a value, by its type and by what the help calls it."""
    if isinstance(param.type, Whole | Number):
        pattern = r"-?[0-9]+" if isinstance(param.type, Whole) else r"-?[0-9]+(\.[0-9]+)?(e[0-9]+)?"
        low, high = bounds(param)
        return bool(re.fullmatch(pattern, value)) and low <= float(value) <= high
    if not value.strip() or not value.isprintable():
        return False
    if param.metavar in PATHS:
        return is_option(param) and not INPUTS & set(param.opts) and may_be_written(command, param, Path(value))
    if isinstance(param.type, Joined):
        return param.name == "names" and bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", value))
    if command == "new" and param.name == "name":
        return bool(re.fullmatch(r"[a-z][a-z0-9]*", value))
    return param.metavar == "CLASSES" and value == "0"


def bounds(param: click.Parameter) -> tuple[float, float]:
    """Return the smallest and the largest number that an option may be."""
    option = options_of(Settings).get(param.name or "")
    return option.bounds if option and option.bounds else (0, 36500)


def may_be_written(command: str, param: click.Parameter, path: Path) -> bool:
    """Whether a file, an empty or new folder, or (`bench new`) something in an existing folder can be written here."""
    try:
        exists = path.exists() or path.is_symlink()
    except OSError:
        return False
    if param.opts == ["--to"]:
        return path.is_dir()
    if param.metavar == "FILE" or param.opts[0] == "--to":
        return path.is_file() or (path.parent.is_dir() and not exists) or path.is_symlink()
    if command == "reproduce" or param.opts[0] in ("--assets", "--figures"):
        return path.is_dir() or not exists
    return not exists and not any(above.is_file() for above in path.parents)


def faults(command: str, param: click.Parameter, value: str, folder: Path) -> Iterator[str]:
    """Run a command with a value that it cannot have, and yield what is wrong with how it ends."""
    before = tree(folder)
    try:
        said = bench(*typed(command, param, value))
    except BaseException as error:  # noqa: BLE001 - a traceback is what this looks for
        yield f"{type(error).__name__}: {error}"
        return
    if tree(folder) != before:
        yield "something was written"
    if is_allowed(command, param, value):
        if said.code not in (0, 2):
            yield f"exit {said.code}: {said.err}"
        return
    line = said.err.removesuffix("\n")
    if said.code != 2 or said.out or not line.startswith("bench: "):
        yield f"exit {said.code}: {said.out}{said.err}"
    if len(line) > LONGEST or not line.isprintable():
        yield f"{len(line)} characters: {line}"
    if is_option(param) and not any(flag in line for flag in param.opts):
        yield f"does not name the option: {line}"
    shown = repr(value)[1:-1] if len(value) > 2 else repr(value)[:-1] if value else "''"
    if not any(text[:40] in line for text in (shown, f" {value.strip() or None} ", f" {numeric(value)} ")):
        yield f"does not name the value: {line}"


def numeric(value: str) -> str:
    """Return a number as it is written where its type is known."""
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return value


TAKE_A_VALUE = [(name, param) for name, command in COMMANDS.items() for param in command.params if not is_flag(param)]
OPTIONS = [(name, param) for name, command in COMMANDS.items() for param in command.params if is_option(param)]


def named(cases: list[tuple[str, click.Parameter]]) -> Any:
    """Return a decorator that runs a test for each parameter of each command."""
    return pytest.mark.parametrize(("command", "param"), cases, ids=[f"{name}-{param.name}" for name, param in cases])


def test_there_are_enough_cases() -> None:
    assert len(VALUES) >= 25
    refused = sum(not is_allowed(*case, value) for case in TAKE_A_VALUE for value in VALUES.values())
    assert refused >= 1500


@named(TAKE_A_VALUE)
@pytest.mark.slow("calls the command line 2,900 times")
def test_bad_values(command: str, param: click.Parameter, place: Path) -> None:
    known = VALUES.items()
    if command not in DRY:
        known = [(kind, value) for kind, value in known if not is_allowed(command, param, value)]
    found = [f"{kind}: {fault}" for kind, value in known for fault in faults(command, param, value, place)]
    assert not found, "\n".join(found)


@named([case for case in OPTIONS if not case[1].is_eager])
def test_an_option_given_twice(command: str, param: click.Option, place: Path) -> None:
    """Values of an option that can be repeated add up; of any other, none silently wins."""
    if param.multiple:
        assert param.help.endswith("Can be repeated.") or param.name == "plugins"
        return
    words = typed(command, param, "1", "2")
    if param.is_flag:
        words = [command, param.opts[0], param.opts[-1]]
    said = bench(*words)
    assert said == Said(2, "", f"bench: {long(param)} is given twice; give it once.\n")


def long(param: click.Parameter) -> str:
    return next(flag for flag in param.opts if flag.startswith("--"))


@named([case for case in OPTIONS if is_flag(case[1])])
def test_a_flag_takes_no_value(command: str, param: click.Option, place: Path) -> None:
    said = bench(command, f"{long(param)}=nonsense")
    assert said.code == 2
    assert f"Option '{long(param)}' does not take a value" in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "-g", "smote", "-q", "-v"], "--quiet and --verbose contradict each other"),
        (["run", "-g", "smote", "--fresh", "--keep-failures"], "--fresh recomputes everything, so --keep-failures"),
        (["run", "-g", "smote", "--no-report", "--open"], "--open shows the report, so --no-report"),
        (["compare", "store", "store/../store"], "'store' and 'store/../store' are the same folder"),
        (["report", "store", "-o", "-", "--open"], "--out - writes to standard output, so --open"),
    ],
)
def test_contradictions(words: list[str], message: str, place: Path) -> None:
    said = bench(*words)
    assert said.code == 2
    assert message in said.err
