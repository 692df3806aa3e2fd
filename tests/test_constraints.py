"""What pyproject.toml promises is what the environments test: the lowest versions, and a pin for every package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
CONTENT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES = CONTENT["project"]["dependencies"]
ASKED_FOR = [
    entry
    for group in (CONTENT["project"]["optional-dependencies"], CONTENT["dependency-groups"])
    for entries in group.values()
    for entry in entries
    if isinstance(entry, str) and not entry.startswith("synthassay[")
]


def pins(file: str) -> dict[str, set[str]]:
    """Return the pinned versions of each package; there may be one for each Python."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / file).read_text().splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "==", line
            found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_the_lowest_version_that_is_allowed_is_the_one_that_is_tested(dependency: str) -> None:
    requirement = Requirement(dependency)
    (bound,) = requirement.specifier
    assert bound.operator == ">="
    (lowest,) = pins("constraints-lowest.txt")[canonicalize_name(requirement.name)]
    assert Version(lowest) == Version(bound.version)


@pytest.mark.parametrize("entry", sorted({*DEPENDENCIES, *ASKED_FOR}))
def test_every_package_is_pinned_at_a_version_that_is_allowed(entry: str) -> None:
    requirement = Requirement(entry)
    for version in pins("constraints.txt")[canonicalize_name(requirement.name)]:
        assert requirement.specifier.contains(version, prereleases=True)
