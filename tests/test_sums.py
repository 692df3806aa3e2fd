"""SHA256SUMS: a result that was changed after the run wrote it is noticed where it is read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmark.store import sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two results, written down."""
    (tmp_path / "scores.csv").write_text("config,value\nsmote,0.81\n")
    (tmp_path / "report.json").write_text("{}")
    sums.note(tmp_path, "scores.csv", "report.json")
    return tmp_path


def test_what_was_not_changed_is_not_mentioned(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "mine.csv").write_text("of the user's own")
    sums.check(folder / "scores.csv", folder / "report.json", folder / "mine.csv")
    assert caplog.messages == []


def test_one_digit_is_noticed(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "scores.csv").write_text("config,value\nsmote,0.91\n")
    sums.check(folder / "scores.csv", folder / "report.json")
    (message,) = caplog.messages
    assert str(folder / "scores.csv") in message
    assert "is not as the run wrote it" in message


def test_writing_one_of_them_again_keeps_the_others(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "report.json").write_text('{"more": 1}')
    sums.note(folder, "report.json")
    sums.check(folder / "scores.csv", folder / "report.json")
    assert caplog.messages == []


def test_sha256sum_reads_it(folder: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", sums.NAME], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["report.json: OK", "scores.csv: OK"]


@pytest.mark.parametrize("content", ["", "nonsense\n", "0" * 63 + "  scores.csv\n", "\ud800"])
def test_a_damaged_list_says_nothing_and_is_written_again(
    folder: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / sums.NAME).write_bytes(content.encode("utf-8", "surrogatepass"))
    sums.check(folder / "scores.csv")
    assert caplog.messages == []
    sums.note(folder, "scores.csv")
    (folder / "scores.csv").write_text("changed")
    sums.check(folder / "scores.csv")
    assert len(caplog.messages) == 1
