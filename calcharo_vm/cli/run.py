"""`calcharo run`: a program on the machine, as `python` would run it.

Its command line is read by hand. What follows the program belongs to the program, as with
`python`, and a parser that is worth its name takes longer to import than most programs to run.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from calcharo_vm.cli import exit_statuses
from calcharo_vm.errors import InternalError
from calcharo_vm.program.command_line import Program, ProgramKind

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["USAGE", "RunRequest", "UsageError", "parse_run", "run", "show_failure"]

USAGE = """\
Usage: calcharo run [OPTIONS] (FILE | -m MODULE | -c CODE | -) [ARGS]...

  Run a program on the machine, as python would run it.

  Everything after FILE, -m MODULE or -c CODE belongs to the program.
  FILE is a script, a folder or an archive with __main__.py, or - for stdin.

Options:
  --tier TIER      How the program is executed: interpreter (the default);
                   compiled, which records faster where much is repeated; or
                   native, CPython itself, which records lines.
  --include GLOB   Run modules of this name on the machine too ('*' is all of
                   them); may be given more than once.
  --exclude GLOB   Run modules of this name natively; may be given more than
                   once, and wins over --include.
  --record OUT     Record every step into the file OUT: a .calcharo file, which
                   grows while the program runs, or else JSON.
  -m MODULE        Run a library module, as python -m does.
  -c CODE          Run CODE, as python -c does.
  -h, --help       Show this message and exit.
"""

_TIERS = ("interpreter", "compiled", "native")
_VALUED = ("--tier", "--include", "--exclude", "--record")


class UsageError(Exception):
    """Says what is wrong with a command line."""


class RunRequest(NamedTuple):
    """What a command line of `calcharo run` asks for; no program means help."""

    program: Program | None
    tier: str = "interpreter"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    record: str | None = None


def parse_run(arguments: Sequence[str]) -> RunRequest:
    """Read the words after `calcharo run`.

    Raises:
        UsageError: They do not say what to run, or ask for what there is not.
    """
    given: dict[str, list[str]] = {name: [] for name in _VALUED}
    rest = list(arguments)
    while rest and rest[0].startswith("--") and rest[0] != "--":
        name, has_value, value = rest.pop(0).partition("=")
        if name == "--help":
            return RunRequest(None)
        if name not in given:
            raise UsageError(f"no such option: {name}")
        if not has_value:
            value = _next(rest, f"option {name} needs a value")
        given[name].append(value)
    if rest[:1] == ["-h"]:
        return RunRequest(None)
    tier = (given["--tier"] or ["interpreter"])[-1]
    record = given["--record"][-1] if given["--record"] else None
    if tier not in _TIERS:
        raise UsageError(f"tier {tier!r} is not available in this release; use {' or '.join(map(repr, _TIERS))}")
    if tier == "native" and record is None and (given["--include"] or given["--exclude"]):
        raise UsageError("--include and --exclude say what the native tier records: say where to with --record OUT")
    if tier == "compiled" and record is None:
        raise UsageError("the compiled tier is for recording: say where to with --record OUT")
    return RunRequest(_program(rest), tier, tuple(given["--include"]), tuple(given["--exclude"]), record)


def _program(words: list[str]) -> Program:
    """Read which program to run, and with which arguments."""
    first = _next(words, "nothing to run: give FILE, -m MODULE or -c CODE")
    if first == "--":
        return Program(ProgramKind.FILE, _next(words, "nothing to run after --"), tuple(words))
    if first == "-":
        return Program(ProgramKind.STDIN, first, tuple(words))
    for kind, meaning in ((ProgramKind.MODULE, "the name of a module"), (ProgramKind.COMMAND, "a program's text")):
        if first.startswith(kind.value):
            if first != kind.value:
                return Program(kind, first.removeprefix(kind.value), tuple(words), is_attached=True)
            target = _next(words, f"{kind.value} needs {meaning}")
            return Program(kind, target, tuple(words))
    if first.startswith("-"):
        raise UsageError(f"no such option: {first}")
    return Program(ProgramKind.FILE, first, tuple(words))


def _next(words: list[str], missing: str) -> str:
    if not words:
        raise UsageError(missing)
    return words.pop(0)


def run(arguments: Sequence[str]) -> int:
    """Carry out `calcharo run`; the exit status is the program's."""
    try:
        request = parse_run(arguments)
    except UsageError as error:
        sys.stderr.write(f"calcharo run: {error} (calcharo run --help shows what there is)\n")
        return exit_statuses.FAILED
    if request.program is None:
        sys.stdout.write(USAGE)
        return 0
    if request.record is not None:
        from calcharo_vm.cli.record import run_and_record  # noqa: PLC0415 - needed by --record alone

        return run_and_record(request.program, request, request.record)
    from calcharo_vm.program.launch import launch  # noqa: PLC0415 - not needed to find a usage error

    if request.tier == "native":
        return launch(request.program, lambda _folder: exec)
    from calcharo_vm.program.on_machine import starter  # noqa: PLC0415 - as above

    try:
        return launch(request.program, starter(include=request.include, exclude=request.exclude))
    except InternalError as error:
        return show_failure(error)


def show_failure(error: InternalError) -> int:
    """Show all that a report of a mistake of ours needs, whatever the program has made of `sys.stderr`."""
    try:
        import traceback  # noqa: PLC0415 - not needed otherwise

        traceback.print_exception(error, file=sys.__stderr__)
    except BaseException:  # where the standard library is in scope, what has failed executes that, too
        os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "backslashreplace"))
    return exit_statuses.FAILED
