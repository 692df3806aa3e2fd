"""Plugins: each fault is one sentence that names the file, and the others go on."""

import pkgutil
from pathlib import Path

import pytest

from benchmark.api import Generator
from benchmark.errors import InputError
from benchmark.plugins.registry import discover, importlib, missing, origin_of

HEAD = "from dataclasses import dataclass\nfrom benchmark.api import Generator, hookimpl\n"
G = """
class G(Generator):
    name = 'g'
    def {}: pass
    def {}: pass
@hookimpl
def bench_generators():
    return [G]
"""


def dataclass(field: str) -> str:
    """Return a generator with one field, or class variable."""
    methods = "    def fit(self, real, ctx): pass\n    def sample(self, n, ctx): pass\n"
    return (
        f"@dataclass\nclass G(Generator):\n    name = 'g'\n    {field}\n{methods}"
        "@hookimpl\ndef bench_generators():\n    return [G]"
    )


def write(folder: Path, body: str, name: str = "mine.py") -> str:
    (folder / name).write_text(HEAD + body)
    return str(folder / name)


def test_built_ins_are_named_as_their_files() -> None:
    registry = discover()
    assert registry.problems == []
    for kind, folder in [
        ("generators", "generators"),
        ("metrics", "metrics"),
        ("datasets", "benchmark.datasets"),
        ("features", "benchmark.features"),
        ("report_sections", "reports"),
    ]:
        package = __import__(folder, fromlist=["x"])
        files = {i.name for i in pkgutil.iter_modules(package.__path__) if not i.name.startswith("_")}
        dashes = kind in ("generators", "datasets")
        assert set(getattr(registry, kind)) == {name.replace("_", "-") if dashes else name for name in files}


def test_a_file_beside_you_is_a_plugin_like_any_other(jitter: Path) -> None:
    registry = discover([str(jitter)])
    found = registry.generators["jitter"]
    assert origin_of(found).file == str(jitter)
    assert origin_of(found).load() is found


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise RuntimeError('no luck')", r"mine.py cannot be loaded: .*mine.py, line 3: RuntimeError: no luck"),
        (
            "import nowhere_to_be_found",
            "cannot be loaded: .*ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        ),
        ("def x(:", "cannot be loaded: .*SyntaxError"),
        (
            "@hookimpl\ndef bench_generatorz():\n    return []",
            "does not fit the hooks: there is no hook bench_generatorz; did you mean bench_generators?",
        ),
        ("def bench_generators():\n    return []", "bench_generators has no @hookimpl above it"),
        (
            "@hookimpl\ndef bench_generators(oops):\n    return []",
            "does not fit the hooks: .* takes an argument 'oops', which does not exist; it has no arguments",
        ),
        (
            "@hookimpl\ndef bench_run_finished(runs, results):\n    pass",
            r"takes an argument 'runs', which does not exist; its arguments are \(run, results\); did you mean run\?",
        ),
        (
            "class G(Generator):\n    name = 'g'\n@hookimpl\ndef bench_generators():\n    return G",
            r"bench_generators returned the class G; it must return a list, as in: return \[G\]",
        ),
        (
            "class G(Generator):\n    name = 'g'\n@hookimpl\ndef bench_generators():\n    return [G()]",
            "is not a Generator or ConditionalGenerator class; return the class G, not an instance",
        ),
        (
            G.format("fit(self, real, ctx)", "samples(self, n, ctx)"),
            r"G does not define sample\(self, n, ctx\); did you misspell it as samples\?",
        ),
        (
            G.format("fit(self, real)", "sample(self, n, ctx)"),
            r"G.fit takes \(self, real\), but is called with \(self, real, ctx\)",
        ),
        (
            "@hookimpl\ndef bench_generators():\n    return [int]",
            "returned <class 'int'>, which is not a Generator or ConditionalGenerator class",
        ),
        ("@hookimpl\ndef bench_generators():\n    return 1/0", "bench_generators failed: ZeroDivisionError"),
        (
            "class G(Generator):\n    name = 'Bad Name'\n@hookimpl\ndef bench_generators():\n    return [G]",
            "has the name 'Bad Name'; allowed are",
        ),
        (
            "class G(Generator):\n    name = 'g'\n    k: int = 3\n@hookimpl\ndef bench_generators():\n    return [G]",
            "has parameters \\(k\\) but is not a dataclass",
        ),
        (
            "@dataclass\nclass A(Generator):\n    k: int\n    name = 'g'\n@hookimpl\ndef bench_generators(): return[A]",
            "without a default: k",
        ),
        ("import sys\nsys.exit(3)", "cannot be loaded: .*SystemExit: 3"),
        ("NOTHING = 1", "there is no hook in it, such as `@hookimpl def bench_generators"),
        (
            "class G(Generator):\n    name = 'g'\n@hookimpl\ndef bench_generators():\n    yield G",
            r"bench_generators yields; it must return a list, as in: return \[Mine\]",
        ),
        (dataclass("k: int = 'x'"), "the parameter k of G has the default 'x', which is not a whole number"),
        (dataclass("k: float = None"), "the parameter k of G has the default None, which is not a number"),
        (dataclass("k: dict = None"), "the parameter k of G has the type <class 'dict'>; allowed are int, float, bool"),
        (dataclass("k: 'Nowhere' = None"), "G has a parameter whose type cannot be read: name 'Nowhere'"),
        (dataclass("tags = 'fast'"), r"G has tags = 'fast'; expected a tuple, as in: \('one',\)"),
        (
            G.format("fit(self, real, ctx)", "sample(self, n, ctx)").replace("'g'", "'smote'"),
            "the name 'smote' is taken by .*smote.py",
        ),
    ],
)
def test_a_faulty_plugin_that_was_asked_for_is_one_sentence(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        discover([write(tmp_path, body)])


def test_types_that_parameters_may_have(tmp_path: Path) -> None:
    body = dataclass(
        "a: int = 1\n    b: float = 1\n    c: bool = True\n    d: str = 'x'\n    e: int | None = None\n"
        "    f: tuple[int, ...] = (1, 2)\n    g: Literal['p', 'q'] = 'q'\n    h: tuple[float, ...] | None = (0.5,)"
    )
    assert "g" in discover([write(tmp_path, f"from typing import Literal\n{body}")]).generators


def test_a_plugin_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^--plugin: there is no file '.*nope.py'\.$"):
        discover([str(tmp_path / "nope.py")])


def test_a_faulty_plugin_that_is_installed_lets_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name, value = "broken", "broken:plugin"

        def load(self) -> None:
            raise RuntimeError("no luck")

    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [Entry()])
    registry = discover()
    assert registry.problems == [
        "plugin broken (broken:plugin) cannot be loaded: " + registry.problems[0].split("loaded: ")[1]
    ]
    assert "RuntimeError: no luck" in registry.problems[0]
    assert "smote" in registry.generators


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match="there is no file 'nowhere.py'"):
        discover(["nowhere.py"])


def test_what_is_missing_comes_with_the_line_that_installs_it() -> None:
    class Needy(Generator):
        name = "needy"
        needs = ("numpy", "no_such_package_at_all")
        extra = "torch"

    assert missing(Needy) == "needs no_such_package_at_all: pip install 'synthassay[torch]'"
