"""Starting is quick: what is heavy is loaded where it is used; and plugins stand alone."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.with_extras  # what is not installed cannot be loaded

HEAVY = ("keras", "numba", "sklearn", "tensorflow", "torch", "umap")
FOLDERS = ("benchmark.datasets", "benchmark.features", "generators", "metrics", "reports")
HELP = (["--help"], ["--version"], ["run", "--help"])

REPORT = """
import json, sys
{code}
print(json.dumps(sorted(name for name in sys.modules if "." not in name)), file=sys.stderr)
"""
COMMAND = """
from benchmark.cli import main
sys.argv = ["bench", *{arguments}]
try:
    main()
except SystemExit as exit:
    assert not exit.code, exit.code
"""


def loaded(code: str, folder: Path) -> set[str]:
    """Return the top-level modules that a new interpreter has loaded after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(code=code)], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def modules(folder: str) -> list[str]:
    """Return the names of all modules in a plugin folder, helpers too."""
    return [info.name for info in pkgutil.iter_modules(import_module(folder).__path__, f"{folder}.")]


@pytest.mark.parametrize("arguments", [*HELP, ["list"], ["list", "--json"]], ids=" ".join)
def test_a_command_that_computes_nothing_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert not loaded(COMMAND.format(arguments=arguments), tmp_path).intersection(HEAVY)


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_answers_without_numpy(arguments: list[str], tmp_path: Path) -> None:
    assert "numpy" not in loaded(COMMAND.format(arguments=arguments), tmp_path)


@pytest.mark.parametrize("folder", FOLDERS)
def test_importing_every_plugin_loads_nothing_heavy(folder: str, tmp_path: Path) -> None:
    names = [name for name in modules(folder) if not name.rpartition(".")[2].startswith("_")]
    assert names
    assert not loaded(f"import {', '.join(names)}", tmp_path).intersection(HEAVY)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_plugin_uses_no_other_plugin_of_its_folder(folder: str) -> None:
    plugins = {name for name in modules(folder) if not name.rpartition(".")[2].startswith("_")}
    for name in modules(folder):
        source = Path(str(import_module(name).__file__))
        assert not plugins.intersection(imported(source)), f"{name} uses another plugin; what both need is a _ helper's"


def imported(source: Path) -> set[str]:
    """Return the full names of what a file imports, `from a import b` as both a and a.b."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
