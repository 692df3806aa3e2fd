"""Code: a result goes stale when code changes that it was made by, wherever that code is, and by nothing else."""

import csv
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import benchmark
from benchmark.api import Task
from benchmark.datasets.digits import Digits
from benchmark.evidence.reference import prepare
from benchmark.features.pca import Pca
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.jobs.score import ScoreCell, ScoreGroup
from benchmark.jobs.sources import DataSource
from benchmark.plan.keys import SCORING
from benchmark.plugins import code
from benchmark.plugins.loadable import loadable
from benchmark.plugins.registry import discover
from benchmark.store import weights

Change = Callable[[dict[str, str], str, str], bool]
GOLDEN = '''"""A docstring."""
from __future__ import annotations

import os  # a comment


class Model:
    """A docstring."""

    rate: float = 1e-3

    def name(self, x: int, /, *, deep: bool = False) -> str:
        """A docstring."""
        *first, last = [x, 1.5, 2j, b"\\x00", None, ...]
        with open(os.devnull) as a, open(os.devnull) as b:
            pass
        match x:
            case {"a": [1, *_]} | None:
                return f"{x!r:>{last}}{'a' 'b'} {x:.2f}" "tail" f"{first}"
        return "".join(f"{y}" for y in first if (z := y)) + (lambda: "ü\\udc80")()
'''
PLUGIN = "class G:\n    pass\n"
DOCUMENTED = 'class G:\n    """One."""\n\n    pass\n'
NUMBERS = count()
SLOW = ("umap",)  # its own code is all in the library


@pytest.fixture
def changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Whether the hash of pkg.gen.G changes when `text` is written into one of the files of a package `pkg`."""

    def changed(files: dict[str, str], name: str, text: str) -> bool:
        package = f"made_up_{next(NUMBERS)}"
        monkeypatch.syspath_prepend(str(tmp_path))

        def write(name: str, text: str) -> None:
            path = tmp_path / name.replace("pkg", package)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("pkg", package))

        for each, content in {"pkg/__init__.py": "", **files}.items():
            write(each, content)
        plugin = import_module(f"{package}.gen").G
        before = hashed(plugin)
        assert hashed(plugin) == before
        write(name, text)
        return hashed(plugin) != before

    return changed


def hashed(plugin: type) -> str:
    """The hash as a new process finds it."""
    code._code_of.cache_clear()
    code._read.cache_clear()
    return code.code_of(plugin)


@pytest.mark.parametrize(
    ("importing", "helper"),
    [
        ("from pkg.nets import size", "pkg/nets.py"),
        ("from pkg import nets", "pkg/nets.py"),
        ("import pkg.nets", "pkg/nets.py"),
        ("import pkg.nets as n", "pkg/nets.py"),
        ("from . import nets", "pkg/nets.py"),
        ("from .nets import size", "pkg/nets.py"),
        ("from .deep.nets import size", "pkg/deep/nets.py"),
        ("from pkg.deep import nets", "pkg/deep/nets.py"),
        ("from .deep import size", "pkg/deep/__init__.py"),
        ("import pkg_other", "pkg_other.py"),
        ("from importlib import import_module\nimport_module('pkg.nets')", "pkg/nets.py"),
        ("def f():\n    from pkg.nets import size", "pkg/nets.py"),
        ("try:\n    from .nets import size\nexcept ImportError:\n    pass", "pkg/nets.py"),
    ],
)
def test_a_changed_helper_is_noticed(importing: str, helper: str, changes: Change) -> None:
    files = {"pkg/deep/__init__.py": "size = 1\n", helper: "size = 1\n", "pkg/gen.py": f"{importing}\n{PLUGIN}"}
    assert changes(files, helper, "size = 2\n")


def test_a_helper_of_a_helper_is_noticed(changes: Change) -> None:
    files = {"pkg/a.py": "from . import b\n", "pkg/b.py": "from .sub.c import d\n", "pkg/sub/__init__.py": ""}
    files |= {"pkg/sub/c.py": "d = 1\n", "pkg/gen.py": f"from .a import b\n{PLUGIN}"}
    assert changes(files, "pkg/sub/c.py", "d = 2\n")


def test_helpers_that_import_each_other_are_no_endless_loop(changes: Change) -> None:
    files = {"pkg/a.py": "import pkg.b\n", "pkg/b.py": "import pkg.a\n", "pkg/gen.py": f"import pkg.a\n{PLUGIN}"}
    assert changes(files, "pkg/b.py", "import pkg.a\nx = 1\n")


def test_the_package_that_is_run_by_an_import_is_noticed(changes: Change) -> None:
    files = {"pkg/deep/__init__.py": "", "pkg/deep/nets.py": "", "pkg/gen.py": f"import pkg.deep.nets\n{PLUGIN}"}
    assert changes(files, "pkg/__init__.py", "import os\nos.environ['X'] = '1'\n")
    assert changes(files, "pkg/deep/__init__.py", "x = 1\n")


@pytest.mark.parametrize(
    "reading",
    [
        "Path(__file__).with_name('w.npz')",
        "Path(__file__).parent / 'data' / 'w.npz'",
        "os.path.join(os.path.dirname(__file__), 'data', 'w.npz')",
        "files(__package__) / 'data/w.npz'",
        "Path(__file__).parent.joinpath('data', 'w.npz')",
    ],
)
def test_a_changed_data_file_is_noticed_where_the_code_names_it(reading: str, changes: Change) -> None:
    files = {"pkg/data/w.npz": "1", "pkg/w.npz": "1", "pkg/gen.py": f"{PLUGIN}    def f(self): return {reading}\n"}
    assert changes(files, "pkg/data/w.npz" if "data" in reading else "pkg/w.npz", "2")


@pytest.mark.parametrize(
    "writing",
    [
        "Path(__file__).with_name('log').open('a')",
        "open(os.path.join(os.path.dirname(__file__), 'log'), mode='wb')",
        "(Path(__file__).parent / 'log').write_text('')",
    ],
)
def test_a_file_that_the_code_writes_is_no_input(writing: str, changes: Change) -> None:
    assert not changes({"pkg/log": "1", "pkg/gen.py": f"{PLUGIN}    def f(self): return {writing}\n"}, "pkg/log", "2")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pkg/gen.py", f'"""Another docstring."""\nfrom .nets import size  # a comment\n{DOCUMENTED}'),
        ("pkg/gen.py", f"from .nets import (\n    size,\n)\n{PLUGIN}"),
        ("pkg/nets.py", "# a comment\nsize   =   1"),
        ("pkg/unused.py", "size = 2\n"),
        ("pkg/notes.txt", "2"),
    ],
    ids=["docstring", "layout", "comment", "unused", "unnamed-data"],
)
def test_what_changes_no_result_changes_no_hash(name: str, text: str, changes: Change) -> None:
    files = {"pkg/nets.py": "size = 1\n", "pkg/unused.py": "size = 1\n", "pkg/notes.txt": "1"}
    assert not changes({**files, "pkg/gen.py": f"from .nets import size\n{PLUGIN}"}, name, text)


def test_what_only_type_checkers_import_changes_nothing(changes: Change) -> None:
    only = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .nets import Size\n"
    assert not changes({"pkg/nets.py": "Size = int\n", "pkg/gen.py": only + PLUGIN}, "pkg/nets.py", "Size = float\n")


def test_libraries_count_for_nothing() -> None:
    import_module("prdc")
    files = code._closure(["prdc"])
    assert {path.parent.name for path in files} == {"prdc"}


def test_libraries_of_another_environment_count_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment on top of another one has folders that no function of `site` names."""
    folder = tmp_path / "base" / "site-packages"
    for name in ("made_up_user", "made_up_library"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("")
    (folder / "made_up_user" / "__init__.py").write_text("import made_up_library\n")
    monkeypatch.syspath_prepend(str(folder))
    code._installed.cache_clear()
    import_module("made_up_user")
    assert {path.parent.name for path in code._closure(["made_up_user"])} == {"made_up_user"}
    code._installed.cache_clear()


def test_a_text_that_is_too_long_for_a_file_name_is_no_data_file(changes: Change) -> None:
    files = {"pkg/gen.py": f"{PLUGIN}    letters = '{'ü' * 180}'\n"}
    assert not changes(files, "pkg/gen.py", files["pkg/gen.py"] + "# a comment\n")


def test_the_hash_is_the_same_on_every_python(tmp_path: Path) -> None:
    path = tmp_path / "golden.py"
    path.write_text(GOLDEN, encoding="utf-8")
    assert code._read(path, "golden").digest[:16] == "04aaac34b44f5a0e"


def test_the_folders_of_the_suite_are_apart() -> None:
    """A change of one built-in plugin's helper makes nothing of the core, nor of the other plugins, stale."""
    plugins = discover().generators
    homes = {code._home(plugin.__module__, None).prefix for plugin in plugins.values()}
    assert {"generators"} <= homes
    files = code._closure([plugins["smote"].__module__])
    assert {path.parent.name for path in files} == {"generators"}
    assert len({code.code_of(plugin) for plugin in plugins.values()}) == len(plugins)


def test_a_file_beside_a_plugin_file_is_its_helper(tmp_path: Path, bench) -> None:
    """The whole way: the score of the old helper is not served for the new one."""
    (tmp_path / "shades.py").write_text("SHADE = 0.0\n")
    (tmp_path / "grey.py").write_text(
        "import numpy as np\nfrom benchmark.api import Generator, hookimpl\n\n\n"
        "class Grey(Generator):\n"
        "    name = 'grey'\n"
        "    def fit(self, real, ctx):\n        self.shape = real.shape[1:]\n"
        "    def sample(self, n, ctx):\n        from shades import SHADE\n"
        "        return np.full((n, *self.shape), SHADE) + ctx.rng.random((n, *self.shape)) / 9\n\n\n"
        "@hookimpl\ndef bench_generators():\n    return [Grey]\n"
    )
    run = ("run", "-p", tmp_path / "grey.py", "-g", "grey", "-d", "digits", "-c", "3", "--quick", "--no-report")

    def made() -> tuple[str, list[str]]:
        bench(*run, "-m", "nearest_neighbour")
        with (bench.folder / "bench-results/scores.csv").open() as file:
            rows = [row for row in csv.DictReader(file) if row["generator"] == "grey"]
        return rows[0]["cell"], [row["value"] for row in rows]

    first = made()
    (tmp_path / "shades.py").write_text("# a comment\nSHADE = 0.0\n")
    assert made() == first
    (tmp_path / "shades.py").write_text("SHADE = 0.8\n")
    second = made()
    assert second[0] != first[0] and second[1] != first[1]


def test_the_core_that_scores_depend_on_is_complete(digits: RealData, tmp_path: Path) -> None:
    """Every file of the core that runs while a metric scores counts, whichever metric it is."""
    ran: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            ran.add(frame.f_code.co_filename)

    registry, sizes = discover(), Sizes(60, 40, neutral=40)
    space, samples = tmp_path / f"{'0' * 24}.npz", tmp_path / "samples.npz"
    images = [digits.roles(label, 0, sizes)["neutral"] for label in range(10)]
    fitted = prepare(Pca(components=8), np.concatenate(images), np.repeat(range(10), 40), np.random.default_rng(0), "p")
    weights.write(fitted, space.stem, space)
    np.savez(samples, images=digits.roles(3, 0, sizes)["fresh"])
    source = DataSource(loadable(Digits()), "", digits.fingerprint)
    task = Task("digits", 3, "3", 60, 40, digits.shape, 10, 0)
    metrics = {name: metric() for name, metric in registry.metrics.items() if name not in SLOW}
    parts = {"folder": tmp_path, "task": task, "control": None, "sizes": sizes, "data": source, "space": space}
    parts["features"] = loadable(fitted.features)
    each = {name: loadable(metric) for name, metric in metrics.items() if metric.scope == "cell"}
    every = {name: loadable(metric) for name, metric in metrics.items() if metric.scope == "generator"}
    said: list[Any] = []
    sys.setprofile(note)
    try:
        for job in (
            ScoreCell(key="cell", metrics=each, samples=samples, **parts),
            ScoreGroup(key="group", metrics=every, samples={3: samples, 5: samples}, **parts),
        ):
            job.run(lambda *event: said.append(event))
    finally:
        sys.setprofile(None)
    records = {what[0]: what[1] for kind, what in said if kind == "scored"}
    assert set(records) == set(metrics)
    assert {name for name, record in records.items() if record["status"] != "ok"} == set()
    suite = Path(benchmark.__file__).parent
    own = {path for name in ran if (path := Path(name)).is_relative_to(suite)}
    loading = {suite / "plugins" / f"{name}.py" for name in ("code", "loadable", "registry", "parameters")} | {
        suite / "jobs/sources.py",
        suite / "datasets/digits.py",
        suite / "features/pca.py",
    }
    assert own >= {suite / "evidence/evidence.py", suite / "evidence/neighbours.py"}
    assert own - loading - code.core_files(*SCORING) == set()
