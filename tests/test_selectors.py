"""Selectors: names, parameters, value lists, globs, tags."""

from dataclasses import dataclass

import pytest

from benchmark.api import Generator
from benchmark.errors import InputError
from benchmark.plugins.parameters import config_of
from benchmark.plugins.selectors import select, split


@dataclass
class One(Generator):
    """One."""

    name = "one"
    tags = ("baseline",)
    k: int = 5
    rate: float = 0.1


@dataclass
class Other(Generator):
    """Other."""

    name = "other"
    k: int = 5


KNOWN = {"one": One, "other": Other}


def chosen(text: str, exclude: str = "") -> list[str]:
    return [config_of(each) for each in select(text, KNOWN, "generator", exclude)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one", ["one"]),
        ("one, other", ["one", "other"]),
        ("one[k=3]", ["one[k=3]"]),
        ("one[k=3,4]", ["one[k=3]", "one[k=4]"]),
        (
            "one[k=3,4,rate=0.2,0.3]",
            ["one[k=3,rate=0.2]", "one[k=3,rate=0.3]", "one[k=4,rate=0.2]", "one[k=4,rate=0.3]"],
        ),
        ("one[k=5],one", ["one"]),
        ("o*", ["one", "other"]),
        ("*[k=1]", ["one[k=1]", "other[k=1]"]),
        ("@baseline", ["one"]),
        ("One,OTHER", ["one", "other"]),
        ("one[k=\"3\",'4']", ["one[k=3]", "one[k=4]"]),
    ],
)
def test_selection(text: str, expected: list[str]) -> None:
    assert chosen(text) == expected


def test_exclude() -> None:
    assert chosen("*", "other") == ["one"]
    assert chosen("one[k=1,2]", "one[k=2]") == ["one[k=1]"]
    assert chosen("*", "@baseline") == ["other"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("on", "generator 'on' is not known; there are: one, other. Did you mean 'one'"),
        ("x*", "generator 'x\\*' is not known"),
        ("@base", "tag '@base' is not known; .* Did you mean '@baseline'"),
        ("one[k=3", "brackets do not match"),
        ("one]k", "brackets do not match"),
        ("one[k=3]x", "text after the bracket"),
        ("one[3]", "'3' has no parameter name"),
        ("one[k=]", "'k' has an empty value"),
        ('one[k=""]', "'k' has an empty value"),
        ("one[k=1,rate=2,k=3]", "'k' is given twice"),
        ("", "no generator is selected"),
    ],
)
def test_bad_selectors_are_one_sentence(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        chosen(text)


def test_nothing_left_is_said() -> None:
    with pytest.raises(InputError, match="no generator is selected by 'one' without 'one'"):
        chosen("one", "one")


def test_split_leaves_brackets_whole() -> None:
    assert split("a[k=1,2], b ,c") == ["a[k=1,2]", "b", "c"]
