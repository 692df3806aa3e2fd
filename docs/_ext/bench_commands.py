"""A directive that generates the command-line reference from what the commands print for `--help`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from docutils import nodes
from docutils.parsers.rst import Directive

from benchmark.cli import bench

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def commands() -> dict[str, str]:
    """Return what `bench --help` and `bench COMMAND --help` print, by the words typed before --help."""
    top = click.Context(bench, info_name="bench", max_content_width=110, terminal_width=110)
    found = {"bench": bench.get_help(top)}
    for name in bench.list_commands(top):
        command = bench.get_command(top, name)
        assert command is not None  # noqa: S101 - it was listed
        found[f"bench {name}"] = command.get_help(click.Context(command, info_name=name, parent=top))
    return found


class BenchCommands(Directive):
    """One section per command."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        made: list[nodes.Node] = []
        for typed, text in commands().items():
            section = nodes.section(ids=[typed.replace(" ", "-")], names=[typed])
            section += [nodes.title(text=typed), nodes.literal_block(text, text, language="text")]
            made.append(section)
        return made


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("bench-commands", BenchCommands)
    return {"parallel_read_safe": True}
