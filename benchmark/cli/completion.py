"""`bench completion`: lets a shell complete commands, options and the names of plugins."""

from __future__ import annotations

import os
from pathlib import Path

import click

from benchmark.cli._command import Command
from benchmark.errors import InputError, unknown

SHELLS = ("bash", "zsh", "fish")


@click.command(name="completion", cls=Command)
@click.argument("shell", required=False, default="", metavar="[SHELL]")
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script with which a shell completes commands, options and values.

    SHELL is bash, zsh or fish.  [default: that of $SHELL]

    \b
    bash:  eval "$(bench completion bash)" in ~/.bashrc
    zsh:   eval "$(bench completion zsh)" in ~/.zshrc
    fish:  bench completion fish > ~/.config/fish/completions/bench.fish
    """
    from click.shell_completion import get_completion_class

    name = shell or Path(os.environ.get("SHELL", "")).name
    if not shell and name not in SHELLS:
        raise InputError(f"$SHELL is {name or 'not set'}; name the shell: {', '.join(SHELLS)}.")
    found = get_completion_class(name) if name in SHELLS else None
    if found is None:
        raise unknown("shell", name, SHELLS)
    click.echo(found(ctx.find_root().command, {}, "bench", "_BENCH_COMPLETE").source())
