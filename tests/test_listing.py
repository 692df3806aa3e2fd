"""`bench list` remembers: it loads no plugin the second time, and never says what is no longer true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

LIST = """
import sys
from benchmark.cli import main
sys.argv = ["bench", "list", "--json"]
try:
    main()
finally:
    print("numpy" in sys.modules, file=sys.stderr)
"""
PLUGIN = '''
from benchmark.api import Generator, hookimpl

class Foreign(Generator):
    """{help}"""
    name = "foreign"

    def fit(self, real, ctx):
        self.real = real

    def sample(self, n, ctx):
        return self.real[:n]

@hookimpl
def bench_generators():
    return [Foreign]
'''


def listed(folder: Path) -> tuple[dict[str, str], bool]:
    """Return generators with what is said of them, and whether numpy was loaded."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-c", LIST], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    found = json.loads(done.stdout)
    return {row["name"]: row["help"] for row in found["generators"]}, done.stderr.split()[-1] == "True"


def install(folder: Path, text: str) -> None:
    """Put a package with a plugin where Python finds packages."""
    (folder / "site" / "foreign_plugin.py").write_text(PLUGIN.format(help=text))
    about = folder / "site" / "foreign_plugin-1.0.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-plugin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[synthassay]\nforeign = foreign_plugin\n")


def test_the_second_list_loads_no_plugin_and_says_the_same(tmp_path: Path) -> None:
    first, loaded = listed(tmp_path)
    assert loaded
    assert "smote" in first
    assert listed(tmp_path) == (first, False)


def test_a_plugin_that_is_installed_changed_or_removed_is_noticed(tmp_path: Path) -> None:
    assert "foreign" not in listed(tmp_path)[0]
    install(tmp_path, "One thing.")
    assert listed(tmp_path)[0]["foreign"] == "One thing."
    assert listed(tmp_path)[0]["foreign"] == "One thing."
    install(tmp_path, "Another thing altogether.")
    assert listed(tmp_path)[0]["foreign"] == "Another thing altogether."
    for file in ("foreign_plugin.py", "foreign_plugin-1.0.dist-info/entry_points.txt"):
        (tmp_path / "site" / file).unlink()
    assert "foreign" not in listed(tmp_path)[0]


def test_a_damaged_memory_is_no_fault(tmp_path: Path) -> None:
    first, _ = listed(tmp_path)
    (memory,) = (tmp_path / "cache" / "synthassay").glob("list-*.json")
    memory.write_text(memory.read_text()[:-20])
    assert listed(tmp_path) == (first, True)


def test_info_says_the_licence(bench, jitter: Path) -> None:
    (gan,) = json.loads(bench("info", "gan", "--json").stdout)
    assert gan["licence"] == "MIT"
    assert "licence:   MIT" in bench("info", "smote").stdout
    assert "licence:" not in bench("info", "-p", jitter, "jitter").stdout  # a file of one's own says nothing of it
