"""Text and numbers of plugins: whatever they are, they can be stored, printed and shown, and end nobody's run."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import InputError
from benchmark.results.csv import field
from benchmark.text import MOST, cleaned, number, one_line, safe, shortened, whole

PLUGIN = r'''
"""Plugins that say and log what nobody expects."""

import numpy as np
from benchmark.api import Data, Dataset, Generator, Measure, Metric, Score, hookimpl

ODD = "lone \ud800, bell \a, \x1b[31mred\x1b[0m, \x9b31m, turned \u202e, isolated \u2066, line \u2028"


class Diverges(Generator):
    """Logs what is not a number."""

    name = "diverges"
    label = "Diverges \x1b[31m"
    light = True

    def fit(self, real, ctx):
        self.real = real
        for step in range(240):
            ctx.log(step, loss=1.0 if step % 100 < 50 else float("nan" if step % 2 else "inf"), none=float("-inf"))
        ctx.log(float("nan"), loss=1.0)
        ctx.log(241, **{"odd \x1b[31m \ud800": 1e300})
        ctx.snapshot(1, np.full((8, *real.shape[1:]), np.nan))
        ctx.snapshot(2, "no images")
        ctx.snapshot(3, real[:8])
        ctx.unit = ODD
        ctx.warn(ODD)
        print(ODD.encode("utf-8", "surrogatepass"))

    def sample(self, n, ctx):
        return self.real[ctx.rng.integers(len(self.real), size=n)]


class Shouts(Generator):
    """Fails with a long and unprintable text."""

    name = "shouts"
    light = True

    def fit(self, real, ctx):
        raise ValueError(ODD + "x" * 10**7)

    def sample(self, n, ctx):
        return None


class Mute(Generator):
    """Fails, and cannot even say so."""

    name = "mute"
    light = True

    def fit(self, real, ctx):
        class Silent(Exception):
            def __str__(self):
                raise RuntimeError("no")

        raise Silent

    def sample(self, n, ctx):
        return None


class Odd(Metric):
    """A note that cannot be printed."""

    name = "odd"
    measures = (Measure("oddity", "none", "how odd " + ODD),)

    def score(self, evidence, ctx):
        ctx.warn(ODD)
        return {"oddity": Score(np.float32(1), draws=np.array([1, np.nan, np.inf]), note=ODD)}


class Strange(Dataset):
    """Two classes whose names are \x1b[31mno names."""

    name = "strange"
    source = licence = ODD

    def load(self, folder):
        rng = np.random.default_rng(0)
        return Data(rng.random((400, 8, 8, 1)).astype(np.float32), np.arange(400) % 2, (ODD + "a", "=1+1"))


@hookimpl
def bench_generators():
    return [Diverges, Shouts, Mute]


@hookimpl
def bench_metrics():
    return [Odd]


@hookimpl
def bench_datasets():
    return [Strange]
'''
RUN = [
    "run", "-p", "../odd.py", "-d", "strange", "-g", "diverges,shouts,mute", "-c", "all", "-m", "odd,diversity",
    "--n-real", "40", "--n-synthetic", "20", "--seeds", "1",
]  # fmt: skip


def unsafe(text: str) -> list[str]:
    """Return the characters of a text that change how the rest is read."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c not in "\n\t\r"] + re.findall(
        "[\u202a-\u202e\u2066-\u2069]", text
    )


def strict(path: Path) -> Any:
    """Read JSON, without the NaN that Python's reader accepts."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{path} has {word}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


@pytest.fixture
def run(bench: Any) -> Any:
    """A run with these plugins, among which `diverges` works."""
    (bench.folder.parent / "odd.py").write_text(PLUGIN, encoding="utf-8")
    return bench(*RUN, "--verbose", code=1)


def test_a_run_with_unsafe_text_and_numbers_ends_with_a_page(bench: Any, run: Any) -> None:
    out = bench.folder / "bench-results"
    for text in (run.stdout, run.stderr, *((out / name).read_text("utf-8") for name in ("report.html", "scores.csv"))):
        assert not unsafe(text)
        assert "lone \\ud800, bell \\x07, \\x1b[31mred" in text
    assert "Traceback" not in run.stderr
    report, _ = strict(out / "report.json"), strict(out / "summary.json")
    with (out / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["status"] for row in rows if row["config"] == "diverges"} <= {"ok", "not-judged"}
    assert {row["class"] for row in rows} >= {"'=1+1"}
    reasons = {row["config"]: row["reason"] for row in rows if row["status"] == "failed"}
    assert reasons["shouts"].startswith("ValueError: lone \\ud800")
    assert len(reasons["shouts"].encode()) < MOST + 200
    assert reasons["mute"].startswith("Silent")
    (history, *_) = report["sections"]["training"]
    values = [value for _, value in history["curves"]["loss"]["points"]]
    assert None in values and 1.0 in values and values[-1] == 1.0
    assert {value for _, value in history["curves"]["none"]["points"]} == {None}
    assert history["moments"] == [1, 3]
    page = (out / "report.html").read_text("utf-8")
    assert "Gaps: values that are NaN or infinite" in page
    warnings = next(cell["warnings"] for cell in report["cells"] if cell["configuration"] == "diverges")
    assert any(re.match("the curve loss has gaps: 10. of 241 values are NaN or infinite", w) for w in warnings), (
        warnings
    )
    assert any("the curve loss has 1 points without a finite step" in warning for warning in warnings)
    assert any("2 was left out" in warning for warning in warnings)
    assert bench("report", "bench-results").returncode == 0


def test_lists_show_no_unsafe_text(bench: Any) -> None:
    (bench.folder.parent / "odd.py").write_text(PLUGIN, encoding="utf-8")
    for words in (["list"], ["list", "--json"], ["info", "strange"], ["info", "odd", "--json"]):
        done = bench(*words, "-p", "../odd.py")
        assert not unsafe(done.stdout)
        assert "\\x1b[31m" in done.stdout.replace("\\\\", "\\")


def test_a_plugin_that_cannot_be_loaded_says_so_on_one_line(bench: Any) -> None:
    (bench.folder / "bad.py").write_text('raise ValueError("two\\nlines \\x1b[31m\\ud800")')
    said = bench("list", "-p", "./bad.py", code=2).stderr
    assert len(said.splitlines()) == 1
    assert "two lines \\x1b[31m\\ud800" in said


@given(st.text(st.characters(), max_size=50))
def test_safe_text_is_safe_and_what_was_safe_stays(text: str) -> None:
    found = safe(text)
    assert not unsafe(found)
    assert found.encode().decode() == found
    assert safe(found) == found
    if not unsafe(text) and "\r" not in text:
        assert found == text


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_overrides_of_direction_are_escaped_and_other_scripts_stay(code: int) -> None:
    """Wherever text is shown: docs/decisions/0024."""
    name = f"\u05e9\u05dc\u05d5\u05dd {chr(code)}0.9"
    assert safe(name) == one_line(name) == field(name) == f"\u05e9\u05dc\u05d5\u05dd \\u{code:04x}0.9"
    assert safe("\u0633\u0644\u0627\u0645") == "\u0633\u0644\u0627\u0645"


def test_text_is_cut_at_100_kb() -> None:
    assert safe("x" * MOST) == "x" * MOST
    found = safe("\U0001f642" * MOST)
    assert len(found.encode()) < MOST + 60
    assert found.endswith("… (cut: it has 100,000 characters)")
    assert len(one_line("a\nb" * 10**6)) < MOST + 60


def test_values_in_messages_are_cut() -> None:
    assert str(InputError(f"--out {'x' * 250!r} is bad")) == f"--out '{'x' * 199}…' is bad"
    assert shortened(f"{'a b' * 100!r} is not {'c' * 250}") == f"'{('a b' * 100)[:59]}…' is not {'c' * 59}…"
    assert str(InputError("two\nlines")) == "two lines"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {"a": [float("-inf")]}, ("\ud800", {"\x1b": float("nan")})]
)
def test_cleaned_values_are_json(value: Any) -> None:
    assert "\\u001b" not in json.dumps(cleaned(value), allow_nan=False, ensure_ascii=False)


@pytest.mark.parametrize("text", ["", "1_0", "\u0661", "1.5", " 1", "0x1", "9" * 300, "nan", "\u00b2"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number"):
        whole(text)


@pytest.mark.parametrize("text", ["", "1_0", "\u0661.5", "1 ", "nan", "inf", "1e400", "0x1", "."])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        number(text)


def test_numbers() -> None:
    assert [whole(text) for text in ("0", "-3", "+12")] == [0, -3, 12]
    assert [number(text) for text in ("0", "-1.5", ".5", "1.", "1e-3", "+2E2")] == [0, -1.5, 0.5, 1, 0.001, 200]
