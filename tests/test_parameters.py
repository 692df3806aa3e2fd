"""Parameters: from text and back, checked against type and range."""

from dataclasses import dataclass, field
from typing import Literal

import pytest

from benchmark.api import Generator
from benchmark.errors import InputError
from benchmark.plugins.parameters import build, config_of, parameters_of, to_text, values_of


@dataclass
class Example(Generator):
    """All kinds of parameters."""

    name = "example"
    k: int = field(default=5, metadata={"min": 1, "max": 9, "help": "neighbours"})
    rate: float = field(default=0.5, metadata={"above": 0})
    mode: Literal["a", "b"] = "a"
    fast: bool = False
    widths: tuple[int, ...] = (256, 512)
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.mode == "b" and self.fast:
            raise ValueError("mode=b cannot be fast")


def test_text_becomes_typed_values_and_back() -> None:
    texts = {"k": "3", "rate": "0.0002", "mode": "b", "widths": "64-128-8", "limit": "7"}
    made = build(Example, texts)
    assert values_of(made) == {"k": 3, "rate": 0.0002, "mode": "b", "fast": False, "widths": (64, 128, 8), "limit": 7}
    assert {name: to_text(values_of(made)[name]) for name in texts} == texts
    assert config_of(made) == "example[k=3,rate=0.0002,mode=b,widths=64-128-8,limit=7]"


def test_defaults_are_not_part_of_the_configuration() -> None:
    assert config_of(build(Example, {"k": "5", "limit": "none", "fast": "no"})) == "example"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"kk": "1"}, "parameter of example 'kk' is not known; .* Did you mean 'k'"),
        ({"k": "x"}, r"'x' is not allowed; k must be a whole number from 1 to 9"),
        ({"k": "2.5"}, "'2.5' is not allowed"),
        ({"k": "10"}, "out of range; k must be a whole number from 1 to 9"),
        ({"rate": "0"}, "out of range; rate must be a number above 0"),
        ({"rate": "nan"}, "'nan' is not allowed; rate must be a number above 0"),
        ({"rate": "1e400"}, "'1e400' is not allowed; rate must be a number above 0"),
        ({"rate": "1_0"}, "'1_0' is not allowed"),
        ({"k": "\u0663"}, "is not allowed; k must be a whole number"),
        ({"mode": "c"}, "mode must be one of a, b"),
        ({"fast": "maybe"}, "fast must be true or false"),
        ({"widths": "64-x"}, "widths must be numbers joined by '-'"),
        ({"mode": "b", "fast": "true"}, "mode=b cannot be fast"),
    ],
)
def test_bad_values_are_one_sentence(texts: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build(Example, texts)


def test_help_comes_from_the_field() -> None:
    assert parameters_of(Example)["k"].help == "neighbours"
