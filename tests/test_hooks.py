"""Whatever a plugin raises where its code is called, the run ends with its page, or one sentence says what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmark.errors import InputError
from benchmark.plugins.registry import discover

BEGIN = '''
"""Mine: a plugin with a fault."""

import numpy as np

from benchmark.api import Control, Data, Dataset, Features, Generator, Measure, Metric, Score, Section, hookimpl


class Odd(Exception):
    def __str__(self):
        raise ValueError("it cannot say what it is")


class Good(Generator):
    """Training images."""

    name = "good"
    light = True

    def fit(self, real, ctx):
        self.real = real

    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]


class Grey(Metric):
    """The mean grey."""

    name = "grey"
    measures = (Measure("grey", "none", "the mean grey"),)

    def score(self, evidence, ctx):
        return {"grey": Score(float(evidence.synthetic.mean()))}


class Squares(Dataset):
    """Two classes of noise."""

    name = "squares"

    def load(self, folder):
        images = np.random.default_rng(0).random((400, 8, 8, 1), dtype=np.float32)
        return Data(images, np.repeat([0, 1], 200), ("a", "b"))


'''
HOOKS = """

@hookimpl
def bench_generators():
    return [Good]


@hookimpl
def bench_metrics():
    return [Grey]


@hookimpl
def bench_datasets():
    return [Squares]
"""
SIZES = ("--n-real", "20", "--n-synthetic", "30", "--seeds", "1", "--map-points", "0", "--quiet")
RUN = ("run", "-p", "mine.py", "-g", "good", "-d", "digits", "-c", "3", "-m", "grey", *SIZES)
RAISE = {"an error": "raise RuntimeError('bad day')", "an exit": "raise SystemExit(7)", "an odd error": "raise Odd"}


def plugin(folder: Path, **bodies: str) -> Path:
    """Write the plugin, with more code in a class (by its name) or at the end (`hooks`)."""
    text = BEGIN
    for name, body in bodies.items():
        if name != "hooks":
            head = text.index(f"class {name}(")
            at = text.index("\n    name", head) + 1
            text = text[:at] + body + "\n\n" + text[at:]
    path = folder / "mine.py"
    path.write_text(text + HOOKS + bodies.get("hooks", ""))
    return path


def method(name: str, arguments: str, body: str) -> str:
    return f"    def {name}({arguments}):\n        {body}"


def rows(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (folder / "bench-results" / "scores.csv").open(newline="", encoding="utf-8") as file:
        return {(row["config"], row["measure"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("raising", RAISE.values(), ids=RAISE)
def test_a_generators_skip_that_fails_is_a_failed_row(bench, raising: str) -> None:
    plugin(bench.folder, Good=method("skip", "self, task", raising))
    done = bench(*RUN, code=1)
    found = rows(bench.folder)
    assert found["good", ""]["status"] == "failed"
    assert found["good", ""]["reason"].startswith("skip failed: ")
    assert "(mine.py, line" in found["good", ""]["reason"]
    assert found["real", "grey"]["value"]
    assert (bench.folder / "bench-results" / "report.html").exists()
    assert "Traceback" not in done.stderr
    assert "failed: skip failed" in bench(*RUN, "--dry-run").stdout


def test_a_metrics_skip_that_fails_is_a_failed_row(bench) -> None:
    plugin(bench.folder, Grey=method("skip", "self, task", "return task.nothing"))
    bench(*RUN, code=1)
    found = rows(bench.folder)["good", "grey"]
    assert (found["status"], "AttributeError" in found["reason"]) == ("failed", True)


def test_a_reason_that_is_no_text_is_shown_as_one(bench) -> None:
    plugin(bench.folder, Good=method("skip", "self, task", "return ValueError('too \\x1b[31mfew')"))
    bench(*RUN)
    assert rows(bench.folder)["good", ""]["reason"] == r"too \x1b[31mfew"


@pytest.mark.parametrize(
    "body",
    [
        *RAISE.values(),
        "return None",
        "return Data([[1]], [1], ('a',))",
        "return Data(np.zeros((9, 8, 8, 1), np.uint8), ['x'] * 9, ('a',))",
        "return Data(np.zeros((9, 8, 8, 1), np.uint8), np.zeros(9, int), None)",
        "return Data(np.array([object()]), np.zeros(1, int), ('a',))",
        "raise MemoryError",
    ],
)
def test_a_dataset_that_cannot_be_loaded_is_one_sentence(bench, body: str) -> None:
    path = plugin(bench.folder)
    text = path.read_text()
    at = text.index("        images = np.random")
    path.write_text(f"{text[:at]}        {body}\n{text[at:]}")
    words = ["squares" if word == "digits" else "a" if word == "3" else word for word in RUN]
    said = bench(*words, code=2)
    assert said.stderr.startswith("bench: squares: load failed: ") or "training images" in said.stderr
    assert said.stderr.count("\n") == 1
    assert not (bench.folder / "bench-results").exists()


@pytest.mark.parametrize(
    "hook", ["bench_run_started(run)", "bench_cell_finished(cell, result)", "bench_run_finished(run, results)"]
)
def test_a_hook_that_fails_is_said_and_the_run_goes_on(bench, hook: str) -> None:
    plugin(bench.folder, hooks=f"\n\n@hookimpl\ndef {hook}:\n    raise RuntimeError('bad day')\n")
    said = bench(*RUN).stderr
    assert f"bench: plugin mine.py: {hook.partition('(')[0]} failed: RuntimeError: bad day (mine.py, line" in said
    assert said.count("bad day") == 1  # and not once per cell
    assert rows(bench.folder)["good", "grey"]["value"]


def test_a_dataset_that_does_not_know_whether_it_is_here_is_listed(bench) -> None:
    plugin(bench.folder, Squares=method("is_here", "self", "raise RuntimeError('bad day')"))
    assert "is_here failed: RuntimeError: bad day" in bench("list", "datasets", "-p", "mine.py").stdout


def test_measures_that_are_due_are_checked_before_the_run(bench) -> None:
    body = "    @classmethod\n" + method("due", "cls, control", "return cls.nothing")
    plugin(bench.folder, Grey=body)
    assert "bench: grey: due failed: AttributeError" in bench(*RUN, code=2).stderr


def test_a_space_without_a_name_is_found_before_the_run(bench) -> None:
    text = '''

class Flat(Features):
    """Pixels."""

    name = "flat"

    def fit(self, images, labels, ctx):
        pass

    def transform(self, images):
        return images.reshape(len(images), -1)


@hookimpl
def bench_features():
    return [Flat]
'''
    plugin(bench.folder, hooks=text)
    assert (
        "bench: --features: flat: space failed: NotImplementedError" in bench(*RUN, "--features", "flat", code=2).stderr
    )


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("Good", "    cost = 'hours'", "Good has cost = 'hours'; expected 'seconds' or 'minutes'"),
        ("Good", "    source = property(lambda self: 1)", "Good has source = <property object"),
        ("Good", "    licence = None", "Good has licence = None; expected a text"),
        ("Good", "    needs = (1,)", "Good has tags or needs that are not texts"),
        ("Grey", "    maps = 'yes'", "Grey has maps = 'yes'; expected True or False"),
        ("Good", "    __doc__ = 5", "Good has __doc__ = 5; expected a text"),
        (
            "Good",
            method("__init__", "self", RAISE["an error"]),
            "failed with the default parameters: RuntimeError: bad day",
        ),
        ("Good", method("__init__", "self", RAISE["an odd error"]), "Good() failed with the default parameters: Odd."),
        ("Grey", "    scope = 'page'", "Grey has scope = 'page'; expected 'cell' or 'generator'"),
        ("Squares", "    noun = 3", "Squares has noun = 3; expected a text"),
    ],
)
def test_what_a_class_declares_is_checked_when_it_is_loaded(tmp_path: Path, name: str, body: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        discover([str(plugin(tmp_path, **{name: body}))])
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ("'grey'", "Grey has a measure 'grey'; write Measure(name, better, help)"),
        (
            "Measure('grey', 'up', 'help')",
            "the measure grey has better = 'up'; allowed are 'higher', 'lower', 'half', 'none'",
        ),
        ("Measure('grey', 'none', 'help', space='pca')", "the measure grey has space = 'pca'"),
        ("Measure(3, 'none', 'help')", "Grey has a measure whose name is 3; expected a text"),
    ],
)
def test_measures_are_checked_when_they_are_loaded(tmp_path: Path, measure: str, said: str) -> None:
    path = plugin(tmp_path)
    path.write_text(path.read_text().replace('Measure("grey", "none", "the mean grey")', measure))
    with pytest.raises(InputError) as error:
        discover([str(path)])
    assert said in str(error.value)


def test_roles_of_a_control_are_checked(tmp_path: Path) -> None:
    path = plugin(tmp_path)
    path.write_text(path.read_text().replace("class Good(Generator):", "class Good(Control):\n    roles = ('all',)\n"))
    with pytest.raises(InputError, match="Good has roles"):
        discover([str(path)])


def test_a_package_whose_parent_is_missing_is_missing(bench) -> None:
    plugin(bench.folder, Good="    needs = ('nowhere.inside', '')")
    assert "nowhere.inside" in bench("info", "good", "-p", "mine.py").stdout
    bench(*RUN, code=3)
    assert rows(bench.folder)["good", ""]["status"] == "skipped"
