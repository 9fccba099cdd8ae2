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
    from collections.abc import Callable, Sequence

    from calcharo_vm.machine.machine import Machine

__all__ = ["USAGE", "RunRequest", "UsageError", "parse_run", "run", "run_alone", "settings_there", "show_failure"]

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
  --config FILE    Take the settings of a TOML file, instead of the nearest one.
  --set NAME=VALUE
                   Change any setting, such as capture.metrics=no or
                   scope.include=json,re; may be given more than once.
  --max-steps N    Stop the program after N instructions.
  --timeout SECONDS
                   Stop it after so many seconds, as soon as it executes an
                   instruction; in a worker, whatever it does.
  --max-LIMIT N    Stop it at another limit: cpu-seconds, memory-bytes,
                   heap-objects, recursion-depth, output-bytes, container-size,
                   integer-bits, string-length, open-files, threads, processes,
                   source-bytes, source-nesting or recording-bytes.
  --isolation HOW  Run it in a process that can be killed (worker), or that can
                   reach next to nothing (isolated).
  --readable PATH  What an isolated program may read besides; may be given more
                   than once.
  --allow-degraded
                   Run it even where the system cannot isolate it as well.
  --policy POLICY  Refuse the program what the standard policy does not allow
                   (standard), or nothing (none).
  -m MODULE        Run a library module, as python -m does.
  -c CODE          Run CODE, as python -c does.
  -h, --help       Show this message and exit.
"""

_TIERS = ("interpreter", "compiled", "native")
_LIMITS = {
    "--max-steps": "steps",
    "--timeout": "wall_seconds",
    **{
        f"--max-{name.replace('_', '-')}": name
        for name in (
            *("cpu_seconds", "memory_bytes", "heap_objects", "recursion_depth", "output_bytes", "container_size"),
            *("integer_bits", "string_length", "open_files", "threads", "processes", "source_bytes", "source_nesting"),
            "recording_bytes",
        )
    },
}
"""Which limit an option sets; the class of limits itself takes longer to import than a short program to run."""
_VALUED = (
    "--tier",
    "--include",
    "--exclude",
    "--record",
    "--config",
    "--set",
    "--isolation",
    "--readable",
    "--policy",
    *_LIMITS,
)
_SETTINGS_FILE, _PROJECT_FILE, _TABLE = "calcharo.toml", "pyproject.toml", b"tool.calcharo"


class UsageError(Exception):
    """Says what is wrong with a command line."""


class RunRequest(NamedTuple):
    """What a command line of `calcharo run` asks for; no program means help."""

    program: Program | None
    tier: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    record: str | None = None
    config: str | None = None
    limits: tuple[tuple[str, float], ...] = ()
    isolation: str | None = None
    readable: tuple[str, ...] = ()
    allow_degraded: bool = False
    policy: str | None = None
    settings: tuple[str, ...] = ()

    @property
    def asks_for_settings(self) -> bool:
        """Whether more is asked for than a program on the machine."""
        asked = self.config, self.limits, self.isolation, self.readable, self.allow_degraded, self.policy, self.settings
        return any(asked)


def parse_run(arguments: Sequence[str]) -> RunRequest:
    """Read the words after `calcharo run`.

    Raises:
        UsageError: They do not say what to run, or ask for what there is not.
    """
    given: dict[str, list[str]] = {name: [] for name in _VALUED}
    rest, allow_degraded = list(arguments), False
    while rest and rest[0].startswith("--") and rest[0] != "--":
        name, has_value, value = rest.pop(0).partition("=")
        if name == "--help":
            return RunRequest(None)
        if name == "--allow-degraded" and not has_value:
            allow_degraded = True
            continue
        if name not in given:
            raise UsageError(f"no such option: {name}")
        if not has_value:
            value = _next(rest, f"option {name} needs a value")
        given[name].append(value)
    if rest[:1] == ["-h"]:
        return RunRequest(None)
    tier, record, config, isolation, policy = (
        given[name][-1] if given[name] else None
        for name in ("--tier", "--record", "--config", "--isolation", "--policy")
    )
    if tier not in (None, *_TIERS):
        raise UsageError(f"tier {tier!r} is not available in this release; use {' or '.join(map(repr, _TIERS))}")
    if tier == "native" and record is None and (given["--include"] or given["--exclude"]):
        raise UsageError("--include and --exclude say what the native tier records: say where to with --record OUT")
    if tier == "compiled" and record is None:
        raise UsageError("the compiled tier is for recording: say where to with --record OUT")
    limits = tuple((limit, _number(name, given[name][-1])) for name, limit in _LIMITS.items() if given[name])
    program, include, exclude = _program(rest), tuple(given["--include"]), tuple(given["--exclude"])
    readable, settings = tuple(given["--readable"]), tuple(given["--set"])
    return RunRequest(
        program, tier, include, exclude, record, config, limits, isolation, readable, allow_degraded, policy, settings
    )


def _number(option: str, text: str) -> float:
    try:
        return float(text) if option in {"--timeout", "--max-cpu-seconds"} else int(text)
    except ValueError:
        raise UsageError(f"option {option} is {text!r}; give a number") from None


def settings_there() -> bool:
    """Whether there are settings in the environment or in a file, found without reading any of them in full."""
    if any(name.startswith("CALCHARO_") for name in os.environ):
        return True
    folder = os.getcwd()  # noqa: PTH109 - pathlib costs start-up time
    while True:
        if os.path.isfile(os.path.join(folder, _SETTINGS_FILE)):  # noqa: PTH113, PTH118 - as above
            return True
        try:
            with open(os.path.join(folder, _PROJECT_FILE), "rb") as file:  # noqa: PTH118, PTH123 - as above
                if _TABLE in file.read():
                    return True
        except OSError:
            pass
        parent = os.path.dirname(folder)  # noqa: PTH120 - as above
        if parent == folder:
            return False
        folder = parent


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
    if request.record is not None or request.asks_for_settings or settings_there():
        from calcharo_vm.cli.governed import run_with_settings  # noqa: PLC0415 - few runs need it

        return run_with_settings(request.program, request)
    if request.tier == "native":
        return run_natively(request.program)
    return run_alone(request.program, request.include, request.exclude)


def run_natively(program: Program) -> int:
    """Run a program as `python` does."""
    from calcharo_vm.program.launch import launch  # noqa: PLC0415 - not needed to find a usage error

    return launch(program, lambda _folder: exec)


def run_alone(
    program: Program, include: Sequence[str], exclude: Sequence[str], made: Callable[[Machine], None] | None = None
) -> int:
    """Run a program on the machine with nobody to look at it; `made` gets the machine first."""
    from calcharo_vm.program.launch import launch  # noqa: PLC0415 - not needed to find a usage error
    from calcharo_vm.program.on_machine import starter  # noqa: PLC0415 - as above

    try:
        return launch(program, starter(include=include, exclude=exclude, made=made))
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
