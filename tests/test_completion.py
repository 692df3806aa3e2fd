"""Completion in a shell, and what `bench` alone and `bench --help` say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from benchmark.cli import PURPOSES
from benchmark.cli import bench as group

from ._in_process import bench

BENCH = Path(sys.executable).with_name("bench")
COMPLETED = r"""
eval "$("$0" completion bash)"
COMP_WORDS=("$0" "${@:2}"); COMP_CWORD=$#; COMP_CWORD=$((COMP_CWORD - 1))
_bench_completion "$0"
printf '%s\n' "${COMPREPLY[@]}"
"""


def completed(*typed: str) -> list[str]:
    """Return what bash offers for the last word of a command line."""
    done = subprocess.run(["bash", "-c", COMPLETED, BENCH, "bench", *typed], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["sc"], ["score"]),
        (["run", "-g", "smote,af"], ["smote,affine"]),
        (["run", "--dataset", "mnist"], ["mnist", "mnist-pooled"]),
        (["score", "x", "--nam"], ["--names"]),
        (["info", "nothing-is-known-of-this"], []),
    ],
    ids=["command", "generator after a comma", "dataset", "option", "nothing"],
)
def test_bash_offers_what_fits(typed: list[str], offered: list[str]) -> None:
    assert completed(*typed) == offered


def test_every_command_has_a_purpose_in_the_help() -> None:
    named = [name for names in PURPOSES.values() for name in names]
    assert sorted(named) == sorted(group.list_commands(click.Context(group)))


def test_bench_alone_is_its_help() -> None:
    alone, asked = bench(), bench("--help")
    assert (alone.code, alone.out) == (0, asked.out)
    assert all(purpose in alone.out for purpose in PURPOSES)


def test_the_version_has_a_short_option() -> None:
    assert bench("-V").out == bench("--version").out
