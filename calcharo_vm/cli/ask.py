"""The command line of `calcharo ask`: one command a question."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import attrs
import click

from calcharo_vm.cli import exit_statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcharo_vm.cli.asking import Asked

__all__ = ["ask"]

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_Words = ParamSpec("_Words")


@attrs.define
class _Request:
    """What a command line says before and beside the question itself."""

    file: Path
    limit: int = 100
    backwards: bool = False

    @contextmanager
    def asked(self) -> Iterator[Asked]:
        """Give the recording to ask; what cannot be answered is said in one line."""
        from calcharo_vm.cli.answers import Showing  # noqa: PLC0415 - only what is asked for is loaded
        from calcharo_vm.cli.asking import Asked, recording_of  # noqa: PLC0415 - as above
        from calcharo_vm.cli.loading import show_error  # noqa: PLC0415 - as above
        from calcharo_vm.errors import CalcharoError, CompilationError  # noqa: PLC0415 - as above

        try:
            yield Asked(recording_of(self.file), Showing(self.limit, self.backwards))
        except CompilationError as error:
            show_error(error.__cause__ or error)
            sys.exit(exit_statuses.NOT_COMPILED)
        except CalcharoError as error:
            sys.stderr.write(f"calcharo ask: {error}\n")
            sys.exit(exit_statuses.FAILED)


@click.group(options_metavar="", subcommand_metavar="QUESTION [ARGUMENTS]...")
@click.argument("file", type=_FILE)
@click.pass_context
def ask(context: click.Context, file: Path) -> None:
    """Ask a recording what happened.

    FILE is a recording, .calcharo or .json, or a program, which is run and recorded first.
    A STEP is its number, counted from 0, or from the end if it is negative: -1 is the last one.
    An OBJECT is written as values show it: #7.
    """
    context.obj = _Request(file)


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep the value of an option that all questions have."""
    setattr(context.obj, str(parameter.name), value)


def _question(command: Callable[_Words, None]) -> Callable[_Words, None]:
    """Give a command the options that all questions have."""
    limit = click.option(
        *("--limit", "limit"),
        type=click.IntRange(min=0),
        default=100,
        show_default=True,
        metavar="N",
        help="Show at most N rows.",
        callback=_keep,
        expose_value=False,
    )
    backwards = click.option(
        "--backwards", is_flag=True, help="Show the last row first.", callback=_keep, expose_value=False
    )
    return limit(backwards(command))


_NEGATIVE = {"ignore_unknown_options": True}
"""A negative step is no option."""


@ask.command()
@_question
@click.pass_obj
def story(request: _Request) -> None:
    """Tell what happened, line by line."""
    with request.asked() as asked:
        asked.story()


@ask.command()
@click.argument("name")
@click.option("--function", metavar="NAME", help="The variable that the name means in this function.")
@_question
@click.pass_obj
def history(request: _Request, name: str, function: str | None) -> None:
    """Show which values the variable NAME had."""
    with request.asked() as asked:
        asked.history(name, function)


@ask.command(context_settings=_NEGATIVE)
@click.argument("step", type=int)
@click.argument("target", metavar="NAME|OBJECT")
@_question
@click.pass_obj
def last_write(request: _Request, step: int, target: str) -> None:
    """Show which step wrote last, up to STEP."""
    with request.asked() as asked:
        asked.last_write(step, target)


@ask.command()
@click.argument("target", metavar="OBJECT")
@_question
@click.pass_obj
def writes(request: _Request, target: str) -> None:
    """Show all writes to an object."""
    with request.asked() as asked:
        asked.writes(target)


@ask.command(context_settings=_NEGATIVE)
@click.argument("step", type=int)
@click.argument("target", metavar="NAME|OBJECT")
@_question
@click.pass_obj
def aliases(request: _Request, step: int, target: str) -> None:
    """Show what refers to an object at STEP."""
    with request.asked() as asked:
        asked.aliases(step, target)


@ask.command(context_settings=_NEGATIVE)
@click.argument("step", type=int)
@click.argument("name")
@_question
@click.pass_obj
def origin(request: _Request, step: int, name: str) -> None:
    """Show where the value of NAME at STEP came from."""
    with request.asked() as asked:
        asked.origin(step, name)


@ask.command()
@click.argument("function", required=False)
@_question
@click.pass_obj
def calls(request: _Request, function: str | None) -> None:
    """Show the calls of FUNCTION, or of all functions."""
    with request.asked() as asked:
        asked.calls(function)


@ask.command()
@click.argument("place", metavar="FILE:LINE")
@_question
@click.pass_obj
def hits(request: _Request, place: str) -> None:
    """Show the visits to a line, such as program.py:12."""
    with request.asked() as asked:
        asked.hits(place)


@ask.command()
@click.argument("type_name", metavar="[TYPE]", required=False)
@_question
@click.pass_obj
def raises(request: _Request, type_name: str | None) -> None:
    """Show the exceptions of class TYPE, or all."""
    with request.asked() as asked:
        asked.raises(type_name)


@ask.command()
@_question
@click.pass_obj
def output(request: _Request) -> None:
    """Show what each step wrote."""
    with request.asked() as asked:
        asked.output()
