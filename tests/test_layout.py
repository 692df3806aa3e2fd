"""The house: a folder is a question, the map in CONTRIBUTING.md shows them all, and no file is too long to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("benchmark", "generators", "metrics", "reports")
AROUND = ("docs", "examples", "performance", "tests")
ROW = re.compile(r"^\| `([\w/]+)/` \| ([^|]+\?) \| ([^|]+) \|$", re.MULTILINE)
FLAT, LINES = 12, 400


def rows() -> list[tuple[str, str, str]]:
    """Return the rows of the map: the folder, its question, and what the map names as examples."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    return ROW.findall(text[text.index("## Where things are") : text.index("## Add a generator")])


def python_files(*folders: str) -> list[Path]:
    """Return every Python file in these folders."""
    return [file for folder in folders for file in (ROOT / folder).rglob("*.py")]


def test_every_folder_stands_in_the_map_and_every_folder_in_the_map_exists() -> None:
    there = {file.parent.relative_to(ROOT).as_posix() for file in python_files(*PACKAGES)}
    assert sorted(folder for folder, _, _ in rows()) == sorted(there | set(AROUND))


def test_no_two_folders_answer_the_same_question() -> None:
    questions = [question for _, question, _ in rows()]
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize(("folder", "examples"), [(folder, examples) for folder, _, examples in rows()])
def test_what_the_map_names_is_there(folder: str, examples: str) -> None:
    for name in re.findall(r"`([\w.-]+\.(?:py|md)|[\w-]+/)`", examples):
        assert (ROOT / folder / name).exists(), f"CONTRIBUTING.md names {folder}/{name}"


def test_few_files_lie_flat_in_the_core() -> None:
    flat = sorted(file.name for file in (ROOT / "benchmark").glob("*.py"))
    assert len(flat) <= FLAT, f"{len(flat)} files; a new one belongs in a folder: {', '.join(flat)}"


def test_no_file_is_too_long_to_be_read() -> None:
    files = python_files(*PACKAGES, *AROUND)
    assert len(files) > 100
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines()) for file in files}
    assert {name: n for name, n in lengths.items() if n > LINES} == {}
