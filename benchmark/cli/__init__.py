"""The command `bench`: one file per command, imported when it is needed."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import click

from benchmark.cli._messages import show_messages
from benchmark.errors import InputError
from benchmark.text import shortened

SIGINT_EXIT = 130
PURPOSES = {  # what the commands are for, in the order of the help
    "Judge images": ("run", "score", "report"),
    "Look at results": ("compare", "export", "reproduce"),
    "Find and write plugins": ("list", "info", "new", "check"),
    "Look after stores and this machine": ("merge", "clean", "doctor", "completion"),
}


class Commands(click.Group):
    """Finds commands in this folder: `run.py` is `bench run`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(i.name for i in pkgutil.iter_modules(__path__) if not i.name.startswith("_"))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by purpose."""
        widest = max(map(len, self.list_commands(ctx)))
        for purpose, names in PURPOSES.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(purpose):
                formatter.write_dl(
                    [(f"{name:{widest}}", command.get_short_help_str(110)) for name, command in commands if command]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            from benchmark.errors import unknown

            raise unknown("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from benchmark.plugins.versions import version_of

        click.echo(f"synthassay {version_of('synthassay')}")
        ctx.exit()


@click.command(
    cls=Commands,
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--version",
    "-V",
    is_flag=True,
    callback=_version,
    expose_value=False,
    is_eager=True,
    help="Show the version and exit.",
)
@click.pass_context
def bench(ctx: click.Context) -> None:
    """Measure how good synthetic images are: realistic, varied, original and useful, per class and with evidence.

    \b
    To begin:  bench run --generators smote,gan --classes 3,5
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line and exit: 0 success, 1 failure, 2 bad input, 3 not installed, 130 interrupted."""
    show_messages()
    try:
        plain = False if os.environ.get("NO_COLOR") else None  # None: as the terminal allows
        code = bench.main(prog_name="bench", standalone_mode=False, color=plain)
    except InputError as error:
        _fail(str(error), 2)
    except click.UsageError as error:
        hint = f" Try: {error.ctx.command_path} --help" if error.ctx else ""
        _fail(f"{error.format_message()}{hint}", error.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(SIGINT_EXIT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(sentence: str, code: int) -> None:
    click.echo(f"bench: {shortened(sentence)}", err=True)
    sys.exit(code)
