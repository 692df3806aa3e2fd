"""Classes that a user selects: names may have commas, and what can be read in two ways is refused."""

from __future__ import annotations

import pytest

from benchmark.errors import InputError
from benchmark.images.classes import parse_classes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b", ["a, b"]),
        ("A, B,c", ["a, b", "c"]),
        ("c,a, b", ["c", "a, b"]),
        ("0,2", ["a, b", "x,y,z"]),
        ("x,y,z,c", ["x,y,z", "c"]),
        ("all", ["a, b", "c", "x,y,z"]),
    ],
)
def test_class_names_with_commas_are_written_as_they_are(text: str, expected: list[str]) -> None:
    assert parse_classes(text, ("a, b", "c", "x,y,z")) == expected


def test_a_selection_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(InputError, match="'a,b' is a class, and so are a and b; name classes by number"):
        parse_classes("a,b", ("a", "b", "a,b"))
    assert parse_classes("b,a", ("a", "b", "a,b")) == ["b", "a"]
