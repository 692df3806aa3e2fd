"""The kit finds what it is for: each faulty plugin fails the check that is about it, and no other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import InputError
from benchmark.testing import checks_of, parametrize_with_checks
from generators.copy import Copy
from generators.repeat import Repeat

GENERATOR = '''
from dataclasses import dataclass
import numpy as np
from benchmark.api import CannotFit, Generator, hookimpl
{top}
class Mine(Generator):
    """Training images, a little brighter or darker."""
    name = "mine"
    {fields}
    def fit(self, real, ctx):
        {fit}
        self.real = real
    def sample(self, n, ctx):
        {sample}
        made = self.real[ctx.rng.integers(len(self.real), size=n)] * ctx.rng.uniform(0.9, 1, (n, 1, 1, 1))
        return {returned}
    {more}
@hookimpl
def bench_generators():
    return [Mine]
'''
Faults = Callable[..., dict[str, str]]
PARTS = {"top": "", "fields": "", "fit": "pass", "sample": "pass", "returned": "made", "more": ""}


def test_a_generator_without_a_fault_passes(faults: Faults) -> None:
    assert faults(GENERATOR.format(**PARTS), "generators") == {}


@pytest.mark.parametrize(
    ("part", "code", "found", "said"),
    [
        ("fit", "real *= 0.5", {"training_images"}, "fit changed the training images"),
        ("sample", "self.real += 0.1", {"training_images"}, "sample changed the training images"),
        ("fit", "np.random.seed(0)", {"global_state"}, "generator of numpy was used"),
        ("fit", "import random; random.random()", {"global_state"}, "generator of Python was used"),
        ("top", "import sklearn.cluster", {"light_import"}, "imports sklearn; import it inside a function"),
        ("more", "def skip(self, task): return True", {"skip"}, "skip returned True"),
        ("fit", "self.call = lambda: 0", {"fitted_pickles"}, "pickling failed"),
        ("fit", "real = getattr(self, 'real', real)", {"fitted_again"}, "second time"),
        ("fit", "ctx.log(1, loss=float('nan'))", {"curves"}, "not finite: loss"),
        ("fit", "ctx.snapshot(1, real.reshape(len(real), -1))", {"curves"}, "at step 1 was given the shape (220, 64)"),
        ("fit", "assert len(real) > 3, 'too few'", {"tiny_fits"}, "AssertionError: too few (mine.py, line 11, in fit)"),
        ("fit", "assert real.shape[-1] == 1, 'grey only'", {"colour", "training_images"}, "grey only"),
        ("fit", "assert real.std() > 0, 'black'", {"equal_images"}, "black"),
        ("fit", "assert real.shape[1] > 1, 'a pixel'", {"one_pixel"}, "a pixel"),
        ("fit", "assert real.shape[1] in (1, 5, 6, 8, 28), 'odd'", {"other_sizes"}, "odd"),
        ("sample", "assert n > 1, 'one'", {"one_image_asked"}, "one"),
        ("sample", "n = min(n, len(self.real))", {"more_than_it_saw", "tiny_fits"}, "expected (50, 8, 8, 1)"),
        ("sample", "ctx = type(ctx)(np.random.default_rng(0))", {"other_seed"}, "two seeds gave the same images"),
        ("sample", "ctx = type(ctx)(np.random.default_rng())", {"same_seed", "fitted_pickles", "fitted_again"}, "rng"),
        ("fit", "import os; os._exit(3) if real.shape[-1] == 3 else 0", {"colour", "training_images"}, "exit code 3"),
    ],
)
def test_a_fault_fails_the_check_that_is_about_it(
    faults: Faults, part: str, code: str, found: set[str], said: str
) -> None:
    source = GENERATOR.format(**{**PARTS, part: code})
    failed = faults(source, "generators", apart="_exit" in code)
    assert set(failed) == found
    assert any(said in reason for reason in failed.values()), failed


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("(made * 255).astype('uint8')", "divide by the largest value"),
        ("made[..., 0]", "sample returned the shape (20, 28, 28); expected (20, 28, 28, 1)"),
        ("made / 0", "NaN or infinite"),
        ("made.astype(str)", "instead of numbers"),
    ],
)
def test_what_is_no_image_fails(faults: Faults, returned: str, said: str) -> None:
    source = GENERATOR.format(**{**PARTS, "returned": returned})
    assert said in faults(source, "generators", ("usual_images",))["usual_images"]


def test_parameters_that_do_not_come_back_fail(faults: Faults) -> None:
    parts = {**PARTS, "top": "@dataclass", "fields": "k: int = 3", "more": "def __post_init__(self): self.k += 1"}
    failed = faults(GENERATOR.format(**parts), "generators", ("parameters",))
    assert "k was given as 4 and became 5" in failed["parameters"]


METRIC = '''
import numpy as np
from benchmark.api import Measure, Metric, Score, hookimpl
class Mine(Metric):
    """Share of bright pixels."""
    name = "mine"
    measures = (Measure("mine", {declared}),)
    def score(self, evidence, ctx):
        {body}
        real = evidence.held_out.mean(axis=(1, 2, 3))
        near = np.abs(made - real.mean()) < 3 * real.std()
        return {returned}
@hookimpl
def bench_metrics():
    return [Mine]
'''
HONEST = {
    "declared": '"higher", "share as bright as real ones", failing="repeat"',
    "body": "made = evidence.synthetic.mean(axis=(1, 2, 3))",
    "returned": '{"mine": Score.of_means(lambda m: m, near, rng=ctx.rng)}',
}
BY_EYE = '"{}", "squared distance to the mean real image", failing="noise", bounds=(0, None)'
DISTANCE = (
    "made = evidence.synthetic.mean(axis=(1, 2, 3)); d = ((evidence.features('synthetic', 'pixels')[:, None] "
    "- evidence.features('held_out', 'pixels')[None]) ** 2).sum(-1).min(axis=1)"
)
TOLD = '{"mine": Score.of_means(lambda m: m, d, rng=ctx.rng)}'


@pytest.mark.parametrize(
    ("changed", "found", "said"),
    [
        ({"declared": BY_EYE.format("lower"), "body": DISTANCE, "returned": TOLD}, set(), ""),
        (
            {"declared": BY_EYE.format("higher"), "body": DISTANCE, "returned": TOLD},
            {"orders_controls"},
            "is better, but",
        ),
        ({"body": "made = evidence.train.mean(axis=(1, 2, 3))"}, {"orders_controls"}, "the controls do not separate"),
        (
            {"declared": '"none", "x", failing="noise"'},
            {"declaration"},
            "is calibrated, but better is 'none'; give it a direction",
        ),
        (
            {"declared": '"higher", "x", failing="nobody"'},
            {"declaration"},
            "failing is 'nobody', which is not a control; allowed: ",
        ),
    ],
)
def test_a_metric_must_order_its_controls_and_declare_what_there_is(
    faults: Faults, changed: dict[str, str], found: set[str], said: str
) -> None:
    parts = {**HONEST, **changed}
    source = METRIC
    for name, value in parts.items():
        source = source.replace("{" + name + "}", value)
    failed = faults(source, "metrics", ("declaration", "orders_controls") if len(found) else ())
    assert set(failed) - ({"orders_controls"} if found == {"declaration"} else set()) == found, failed
    assert any(said in reason for reason in failed.values()) or not found, failed


@pytest.mark.parametrize(
    ("change", "found", "said"),
    [
        (
            '{"other": Score(0.5)}',
            {"declared_measures"},
            "that score returned differ from those that mine declares: mine, other",
        ),
        ('{"mine": Score(None)}', {"declared_measures"}, "has no value and no reason"),
        ('{"mine": Score(2.0)}', {"bounds"}, "mine is 2; its bounds are 0.0 to 1.0"),
        ('{"mine": Score(0.5, np.ones(50))}', {"bounds"}, "but its draws have the mean 1"),
        ('{"mine": Score(np.random.default_rng().random())}', {"same_seed"}, "a different number the second time"),
        ('{"mine": Score(np.random.rand())}', {"same_seed", "global_state"}, "numpy was used"),
        (
            '(evidence.synthetic.sort(axis=0), evidence.held_out.fill(0), {"mine": Score(0.5)})[-1]',
            {"evidence_unchanged"},
            "score changed images",
        ),
        ('{"mine": Score(1 / max(len(made) - 5, 0))}', {"few_images"}, "ZeroDivisionError"),
    ],
)
def test_a_metric_that_breaks_a_promise_fails_the_check_about_it(
    faults: Faults, change: str, found: set[str], said: str
) -> None:
    source = METRIC
    for name, value in {**HONEST, "declared": '"none", "x"', "returned": change}.items():
        source = source.replace("{" + name + "}", value)
    only = ("declared_measures", "bounds", "same_seed", "global_state", "evidence_unchanged", "few_images")
    failed = faults(source, "metrics", only)
    assert found <= set(failed), failed
    assert any(said in reason for reason in failed.values()), failed


DATASET = '''
import numpy as np
from benchmark.api import Data, Dataset, hookimpl
class Mine(Dataset):
    """Grey noise."""
    name = "mine"
    source = "made here"
    licence = "{licence}"
    def load(self, folder):
        rng = np.random.default_rng({seed})
        return Data({images}, np.repeat([0, 1], {n}), class_names=({names}))
@hookimpl
def bench_datasets():
    return [Mine]
'''
NOISE = {"licence": "MIT", "seed": "0", "n": "200", "names": "'a', 'b'", "images": "rng.random((400, 4, 4, 1))"}


@pytest.mark.parametrize(
    ("changed", "found", "said"),
    [
        ({}, set(), ""),
        ({"licence": ""}, {"source"}, "source or licence is not stated"),
        ({"seed": ""}, {"same_images"}, "a generator with a fixed seed"),
        ({"n": "4", "images": "rng.random((8, 4, 4, 1))"}, {"every_class"}, "no test images of a, b"),
    ],
)
def test_a_dataset_is_held_to_its_promises(faults: Faults, changed: dict[str, str], found: set[str], said: str) -> None:
    failed = faults(DATASET.format(**{**NOISE, **changed}), "datasets")
    assert set(failed) == found, failed
    assert any(said in reason for reason in failed.values()) or not found


SECTION = '''
from markupsafe import Markup
from benchmark.api import Section, hookimpl
class Mine(Section):
    """What was run."""
    name = "mine"
    title = "Mine"
    def collect(self, source):
        return {collected}
    def render(self, report, data):
        return {html}
@hookimpl
def bench_report_sections():
    return [Mine]
'''


@pytest.mark.parametrize(
    ("collected", "html", "found", "said"),
    [
        (
            "[len(source.samples(c['cell'])) for c in source.report['cells'] if c['status'] == 'ok']",
            "Markup('<p>{}</p>').format(report['failures'][0]['reason'])",
            set(),
            "",
        ),
        ("None", "Markup('<p>')", {"renders", "offline"}, "<p> is never closed"),
        ("None", "Markup('<p>' + report['failures'][0]['reason'] + '</p>')", {"escapes"}, "is not escaped"),
        (
            "None",
            "Markup('<img src=\"https://example.org/x.png\">')",
            {"offline"},
            "it fetches 'https://example.org/x.png'",
        ),
        ("{1: 2}", "str(data)", {"collects_json"}, "rendered from the file, the section differs"),
        ("{'a': float('nan')}", "str(data)", {"collects_json"}, "data that JSON cannot hold"),
        ("None", "report.update(x=1) or 'a'", {"same_twice"}, "render changed the report"),
    ],
)
def test_a_section_is_held_to_its_promises(
    faults: Faults, collected: str, html: str, found: set[str], said: str
) -> None:
    source = SECTION.replace("{collected}", collected).replace("{html}", html)
    failed = faults(source, "report_sections")
    assert set(failed) == found, failed
    assert any(said in reason for reason in failed.values()) or not found


@parametrize_with_checks([Copy, Repeat()])
def test_the_kit_as_a_test(plugin: Any, check: Any) -> None:
    check(plugin)


EXPECTED = """
from benchmark.api import Generator
from benchmark.testing import parametrize_with_checks

class Bad(Generator):
    "Training images, if they are grey."
    name = "bad"
    def fit(self, real, ctx):
        assert real.shape[-1] == 1, "grey only"
        self.real = real
    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]

@parametrize_with_checks([Bad()], expected_failures={
    "colour": "grey only", "training_images": "grey only", "one_pixel": "was once true", "hook": "none here",
})
def test_contract(plugin, check):
    check(plugin)
"""


def test_an_expected_failure_that_passes_is_a_failure(tmp_path: Path) -> None:
    """Honest: the list of what fails cannot rot."""
    (tmp_path / "test_bad.py").write_text(EXPECTED)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "[XPASS(strict)] was once true" in done.stdout
    assert f"1 failed, {len(checks_of(Copy)) - 4} passed, 3 xfailed" in done.stdout


def test_an_expected_failure_of_no_check_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="expected failure 'color' is not known.*Did you mean 'colour'"):
        parametrize_with_checks([Copy], expected_failures={"color": "grey only"})


def test_what_is_no_plugin_is_refused() -> None:
    with pytest.raises(TypeError, match="is not a plugin"):
        checks_of(int)


def test_on_the_command_line_a_fault_is_exit_1_and_names_the_line(bench: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(GENERATOR.format(**{**PARTS, "fit": "assert real.shape[-1] == 1"}))
    done = bench("check", "-p", tmp_path / "mine.py", "mine", code=1)
    assert "FAIL  colour" in done.stdout
    assert "AssertionError (mine.py, line 11, in fit)" in done.stdout
    assert "19 PASS, 2 FAIL, 0 SKIP" in done.stdout
    rows = json.loads(bench("check", "-p", tmp_path / "mine.py", "mine", "--json", code=1).stdout)
    assert [row["check"] for row in rows if row["word"] == "FAIL"] == ["colour", "training_images"]
    assert list(bench.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["smot"], "plugin 'smot' is not known; there are: .* Did you mean 'smote'?"),
        (["smote[kk=3]"], "parameter of smote 'kk' is not known; there are: k"),
        (["smote", "--seeds", "3"], "--seeds can only be used with --metrics"),
        (
            ["smote", "--metrics"],
            "name the plugins to check, as in: bench check smote; or check the metrics: bench check --metrics",
        ),
        (["idx", "--data-dir", "nowhere"], "--data-dir 'nowhere' does not exist"),
    ],
)
def test_bad_input_is_one_sentence(bench: Any, arguments: list[str], said: str) -> None:
    done = bench("check", *arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert re.search(said, done.stderr), done.stderr
