"""Options: declared once, and the same on the command line, from Python and in a TOML file."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, reject
from hypothesis import settings as checked
from hypothesis import strategies as st

from benchmark.cli import _options, bench, run, score
from benchmark.errors import InputError
from benchmark.settings import ScoreSettings, Settings, from_mapping, read_toml
from benchmark.settings.option import options_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COMMANDS = {Settings: run.command, ScoreSettings: score.command}
NEEDED = {Settings: {"generators": "smote"}, ScoreSettings: {"fake": ("fakes",)}}
SHARED = {"--config", "--offline", "--dry-run", "--open", "--quiet", "-q", "--verbose", "-v", "--json", "--help", "-h"}
ON_BOTH = {
    "--classes", "-c", "--metrics", "-m", "--features", "--dataset", "-d", "--data-dir", "--seed", "--out", "-o",
    "--workers", "--require", "--plugin", "-p", "--fresh", "--quick", "--map-points", "--no-report",
    "--convert", "--fit", "--size", "--skip-broken", "--strict", "--n-synthetic", "--cluster",
}  # fmt: skip
FLAGS = {
    Settings: {
        "--generators", "-g", "--exclude", "-x", "--n-real", "--seeds", "--timeout",
        "--memory", "--device", "--shard", "--keep-failures",
    },
    ScoreSettings: {
        "--against", "--real", "--class", "--names", "--train", "--range", "--invert", "--as-is",
        "--embeddings", "--keep",
    },
}  # fmt: skip
DEFAULTS = {
    Settings: {
        "--classes": "all",
        "--metrics": "all but the diagnostic ones",
        "--features": "auto",
        "--dataset": "mnist",
        "--n-real": "1000, or 250 with --quick",
        "--n-synthetic": "500, or 100 with --quick",
        "--seeds": "3, or 1 with --quick",
        "--seed": "0",
        "--out": "bench-results",
        "--workers": "the number of CPU cores",
        "--timeout": "3600",
        "--memory": "4",
        "--device": "cpu",
        "--map-points": "4000, or 1000 with --quick",
    },
    ScoreSettings: {
        "--class": "all classes of FAKE",
        "--metrics": "all but the diagnostic ones",
        "--features": "auto",
        "--against": "mnist",
        "--names": "the file names",
        "--train": "unknown, so copies are searched for in all real training images",
        "--n-synthetic": "1000, or 100 with --quick",
        "--seed": "0",
        "--out": "bench-results",
        "--workers": "the number of CPU cores",
        "--map-points": "4000, or 1000 with --quick",
    },
}

kinds = pytest.mark.parametrize("kind", COMMANDS)


def typed(kind: type[Settings], words: list[str]) -> Settings:
    """Return the settings that a command reads from what is typed after its name."""
    context = COMMANDS[kind].make_context(kind.COMMAND, list(words))
    values = {name: value for name, value in context.params.items() if name in options_of(kind)}
    (needed,) = NEEDED[kind]
    return _options.settings_of(values, context.params["config"], needed, "nothing to do")


def help_of(kind: type[Settings]) -> list[str]:
    """Return what the help says: a line for each option."""
    command = COMMANDS[kind]
    context = click.Context(command, info_name=kind.COMMAND, terminal_width=1000, max_content_width=1000)
    context.help_option_names = ["-h", "--help"]
    _, _, options = command.get_help(context).partition("Options:\n")
    return options.splitlines()


@kinds
def test_help_shows_each_flag_once(kind: type[Settings]) -> None:
    """`bench score` has neither seeds nor limits: a set of images is not generated."""
    heads = [line.strip().partition("  ")[0] for line in help_of(kind)]
    flags = [flag for head in heads for flag in re.findall(r"(?<!\S)--?[a-z][a-z-]*", head)]
    assert len(flags) == len(set(flags))
    assert set(flags) == SHARED | ON_BOTH | FLAGS[kind]


@kinds
def test_help_shows_each_default(kind: type[Settings]) -> None:
    shown = {}
    for line in help_of(kind):
        if found := re.search(r"(--[a-z-]+).*  \[default: (.*)\]$", line):
            shown[found[1]] = found[2]
    assert shown == DEFAULTS[kind]


@kinds
def test_each_option_explains_itself_in_a_sentence(kind: type[Settings]) -> None:
    for name, option in options_of(kind).items():
        assert re.fullmatch(r"[A-Z].+\.|.+\bfiles\.", option.help), name


@pytest.mark.parametrize("flag", ["--json", "--open", "--quiet", "--plugin", "--workers", "--features"])
def test_an_option_of_several_commands_reads_the_same_in_all(flag: str) -> None:
    context = click.Context(bench, info_name="bench")
    names = [name for name in bench.list_commands(context) if (flag, name) != ("--plugin", "export")]  # for --train
    commands = [bench.get_command(context, name) for name in names]
    options = [each for command in commands for each in command.params if flag in each.opts]
    assert len(options) > 2
    assert len({option.get_help_record(context) for option in options}) == 1


BOUNDED = [
    (kind, name)
    for kind in COMMANDS
    for name, option in options_of(kind).items()
    if option.bounds and kind.COMMAND in option.commands
]


def test_there_are_bounds_to_test() -> None:
    assert {name for _, name in BOUNDED} == {
        "n_real", "n_synthetic", "seeds", "seed", "workers", "timeout", "memory", "map_points"
    }  # fmt: skip


def read_each_way(kind: type[Settings], name: str, value: float, file: Path) -> Iterator[Callable[[], Settings]]:
    """Yield functions that bring a value from Python, a TOML file and the command line into settings."""
    file.write_text(f"{name} = {value}\n")
    words = list(NEEDED[kind].get("fake", ["-g", "smote"]))
    yield lambda: kind(**{**NEEDED[kind], name: (value,) if options_of(kind)[name].many else value})
    yield lambda: from_mapping({**NEEDED[kind], name: value})
    yield lambda: from_mapping({**NEEDED[kind], **read_toml(file)}, str(file))
    yield lambda: typed(kind, [*words, "--config", str(file)])
    yield lambda: typed(kind, [*words, f"--{name.replace('_', '-')}", str(value)])


@pytest.mark.parametrize(("kind", "name"), BOUNDED, ids=[f"{kind.COMMAND}-{name}" for kind, name in BOUNDED])
@pytest.mark.parametrize("side", [0, 1], ids=["low", "high"])
def test_bounds_are_the_same_wherever_a_value_comes_from(
    kind: type[Settings], name: str, side: int, tmp_path: Path
) -> None:
    option = options_of(kind)[name]
    assert option.bounds is not None
    low, high = option.bounds
    inside = option.item(option.bounds[side])
    step = option.item(1 if option.item is int else 0.01)
    outside = inside + (step if side else -step)
    assert len({way() for way in read_each_way(kind, name, inside, tmp_path / "run.toml")}) == 1
    for way in read_each_way(kind, name, outside, tmp_path / "run.toml"):
        with pytest.raises(InputError) as caught:
            way()
        flag, shown = name.replace("_", "-"), str(outside).removesuffix(".0")
        assert str(caught.value) == f"--{flag} {shown} is out of range; allowed are {low:,} to {high:,}."


UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")  # characters that are refused, or that are no word alone
WORD = st.text(st.characters(codec="utf-8", exclude_categories=UNSEEN), min_size=1, max_size=40)
PART = st.text(st.sampled_from("abc019._-+"), min_size=1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "generators": WORD,
    "n_real": st.lists(st.integers(1, 10**6), min_size=1, max_size=3, unique=True).map(tuple),
    "cluster": st.just("tcp://host:8786"),
    "shard": st.sampled_from(["1/1", "2/5"]),
    "device": st.sampled_from(["cpu", "auto"]),
    "convert": st.sampled_from(["", "gray", "rgb"]),
    "fit": st.sampled_from(["", "crop", "pad", "stretch"]),
    "size": st.sampled_from(["64", "64x48"]),
    "fake": st.lists(PART, min_size=1, max_size=3).map(tuple),
    "names": st.lists(PART, max_size=3).map(tuple),
    "embeddings": st.lists(PART, max_size=3).map(tuple),
}


def value_of(name: str, option: Any) -> st.SearchStrategy[Any]:
    """Return values that an option may have."""
    if name in VALUES:
        return VALUES[name]
    if option.many:
        return st.lists(WORD, max_size=3).map(tuple)
    if option.bounds:
        low, high = option.bounds
        return st.integers(low, high) if option.item is int else st.floats(low, high)
    return st.booleans() if option.item is bool else WORD


@st.composite
def settings_to_repeat(draw: st.DrawFn, kind: type[Settings]) -> Settings:
    """Draw settings of a command, but for what is not repeated."""
    options = {n: o for n, o in options_of(kind).items() if kind.COMMAND in o.commands and o.repeated}
    needed = {name: value_of(name, options.pop(name)) for name in NEEDED[kind]}
    others = {name: value_of(name, option) for name, option in options.items()}
    try:
        return kind(**draw(st.fixed_dictionaries(needed, optional=others)))
    except InputError:  # two that exclude each other
        reject()


@kinds
@checked(deadline=None)
@given(data=st.data())
def test_the_command_of_settings_gives_these_settings(kind: type[Settings], data: st.DataObject) -> None:
    """It stands in the report, and is shown when a run is interrupted."""
    settings = data.draw(settings_to_repeat(kind))
    program, name, *words = settings.command()
    assert (program, name) == ("bench", kind.COMMAND)
    assert typed(kind, words) == settings


@kinds
@checked(deadline=None)
@given(data=st.data())
def test_the_toml_of_settings_gives_these_settings(kind: type[Settings], data: st.DataObject) -> None:
    settings = data.draw(settings_to_repeat(kind))
    assert from_mapping(tomllib.loads(settings.to_toml())) == settings


def test_a_command_that_is_repeated_does_not_start_afresh() -> None:
    for afresh in ({"fresh": True}, {"keep_failures": True}):
        assert Settings(generators="smote", **afresh).command() == ["bench", "run", "--generators", "smote"]


def test_a_contradiction_is_refused_from_python_too() -> None:
    with pytest.raises(InputError, match="--fresh recomputes everything, so --keep-failures cannot be combined"):
        Settings(generators="smote", fresh=True, keep_failures=True)


@pytest.mark.parametrize(("name", "value"), [("seeds", 2), ("n_real", [50]), ("generators", "smote"), ("shard", "1/2")])
def test_bench_score_refuses_what_it_has_no_option_for(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f"^{name} in run.toml is not an option of bench score; leave it out.$"):
        from_mapping({"fake": ["fakes"], name: value}, "run.toml")


def test_bench_score_takes_files_that_hold_the_defaults_of_all_options() -> None:
    """As earlier releases wrote them."""
    assert from_mapping({"fake": ["fakes"], "seeds": 1, "timeout": 3600.0, "shard": ""}).command() == [
        "bench", "score", "fakes"
    ]  # fmt: skip


def test_the_command_of_bench_score_has_only_options_that_it_takes() -> None:
    assert ScoreSettings(fake=("fakes",), seeds=2, keep_failures=True).command() == ["bench", "score", "fakes"]
    assert "seeds" not in ScoreSettings(fake=("fakes",)).to_toml()


def test_folders_that_look_like_options_are_told_apart() -> None:
    words = ScoreSettings(fake=("-x",), classes="5").command()
    assert words == ["bench", "score", "--class", "5", "--", "-x"]
    assert typed(ScoreSettings, words[2:]).fake == ("-x",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("seeds = '3'", "seeds in FILE is '3'; it must be a whole number from 1 to 10,000."),
        ("seeds = 2.5", "seeds in FILE is 2.5; it must be a whole number from 1 to 10,000."),
        ("seeds = true", "seeds in FILE is True; it must be a whole number from 1 to 10,000."),
        ("timeout = '1 h'", "timeout in FILE is '1 h'; it must be a number from 1 to 10,000,000."),
        pytest.param(
            f"timeout = 1{'0' * 400}",
            f"timeout in FILE is 1{'0' * 58}…; it must be a number from 1 to 10,000,000.",
            id="timeout too large",
        ),
        ("quick = 1", "quick in FILE is 1; it must be true or false."),
        ("out = 2.5", "out in FILE is 2.5; it must be a string."),
        ("classes = [3, 5.5]", "classes in FILE is [3, 5.5]; it must be a string."),
        ("n_real = ['50']", "n_real in FILE is ['50']; it must be a list of whole numbers from 1 to 1,000,000."),
        ("require = [true]", "require in FILE is [True]; it must be a list of strings."),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_what_is_allowed(line: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(line)
    with pytest.raises(InputError) as caught:
        typed(Settings, ["-g", "smote", "--config", str(file)])
    assert str(caught.value) == message.replace("FILE", str(file))


def test_plain_values_are_brought_to_the_type_of_the_option() -> None:
    settings = from_mapping(
        {"generators": ["smote", "gan"], "classes": [3, 5], "n_real": 50, "timeout": 60, "data_dir": Path("mine"),
         "plugins": Path("a.py"), "seeds": None}
    )  # fmt: skip
    assert settings == Settings(
        generators="smote,gan", classes="3,5", n_real=(50,), timeout=60.0, data_dir="mine", plugins=("a.py",)
    )


def test_a_grid_without_numbers_is_refused() -> None:
    with pytest.raises(InputError, match="--n-real is empty; give at least one number"):
        from_mapping({"n_real": []})


@kinds
def test_what_is_typed_wins_over_the_file(kind: type[Settings], tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(kind(**NEEDED[kind], seed=5, workers=2, report=False).to_toml())
    settings = typed(kind, ["--config", str(file), "--seed", "6"])
    assert (settings.seed, settings.workers, settings.report) == (6, 2, False)


@pytest.mark.parametrize(
    ("values", "known", "unknown"),
    [({"sedes": 2}, "seeds", "fake"), ({"fake": ["fakes"], "trian": "seen"}, "train", "seeds")],
)
def test_an_unknown_option_names_the_nearest_of_its_command(values: dict[str, Any], known: str, unknown: str) -> None:
    with pytest.raises(InputError, match=f"^option in run.toml .* Did you mean {known!r}") as caught:
        from_mapping(values, "run.toml")
    assert unknown not in re.split(r"[ ,;]+", str(caught.value))


def test_an_unknown_flag_names_the_nearest() -> None:
    with pytest.raises(click.NoSuchOption) as caught:
        typed(Settings, ["-g", "smote", "--sedes", "2"])
    assert "--seeds" in caught.value.format_message()
