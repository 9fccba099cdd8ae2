"""The command's own command line: everything but the fast path of `run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calcharo_vm import __version__
from calcharo_vm.cli import run as run_command
from calcharo_vm.cli.ask import ask
from calcharo_vm.cli.plugged import PluggedGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Command = Callable[..., None]  # type: ignore[explicit-any] # with whatever options it has

__all__ = ["calcharo", "carry_out"]

_HELP = {"help_option_names": ["-h", "--help"]}
_INTERRUPTED = 130
_PROGRAM = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def carry_out(arguments: Sequence[str]) -> int:
    """Carry out a command line, and give the exit status; what is wrong is said in one line."""
    try:
        status: object = calcharo.main(arguments, prog_name="calcharo", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if isinstance(context, click.Context) else "calcharo"
        sys.stderr.write(f"{command}: {error.format_message()} ({command} --help shows what there is)\n")
        return error.exit_code
    except click.Abort:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; what is still buffered must not be complained about at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status if isinstance(status, int) else 0


@click.group(cls=PluggedGroup, context_settings=_HELP)
@click.version_option(__version__, message="calcharo %(version)s")
@click.option("-v", "--verbose", count=True, help="Say on standard error what Calcharo does; -vv says more.")
@click.option("--log-json", is_flag=True, help="Say it in lines of JSON.")
def calcharo(verbose: int, log_json: bool) -> None:
    """Run Python programs on a virtual machine that can record every step."""
    if verbose or log_json:
        from calcharo_vm.cli.logs import log_to_stderr  # noqa: PLC0415 - most command lines do not ask for it

        log_to_stderr(verbose, as_json=log_json)


@calcharo.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Run a program on the machine, as python would run it.",
    add_help_option=False,
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def run(words: tuple[str, ...]) -> None:
    """Run a program on the machine, as python would run it."""
    if "calcharo_vm.cli.logs" not in sys.modules:
        sys.exit(run_command.run(words))
    from calcharo_vm.cli.logs import run_and_say  # noqa: PLC0415 - as above

    sys.exit(run_and_say(lambda: run_command.run(words), words))


_LIMITS = {
    "cpu_seconds": "seconds of CPU time",
    "memory_bytes": "bytes of memory more",
    "heap_objects": "objects",
    "recursion_depth": "frames of one thread",
    "output_bytes": "bytes of output",
    "container_size": "items in one container",
    "integer_bits": "bits in one whole number",
    "string_length": "characters or bytes in one text",
    "open_files": "files open at the same time",
    "threads": "threads running at the same time",
    "processes": "processes started",
    "source_bytes": "bytes of source that are compiled at once",
    "source_nesting": "statements and expressions in each other",
    "recording_bytes": "bytes of recorded steps",
}
"""What limits besides those of steps and time count."""


def _with_limits(command: _Command) -> _Command:
    """Add an option for each limit."""
    for name, what in reversed(_LIMITS.items()):
        kind = click.FloatRange(min=0, min_open=True) if name.endswith("_seconds") else click.IntRange(min=0)
        option = f"--max-{name.replace('_', '-')}"
        command = click.option(option, name, type=kind, metavar="N", help=f"Stop it at more than N {what}.")(command)
    return command


@calcharo.command(context_settings={"ignore_unknown_options": True})
@click.argument("file", type=_PROGRAM)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the recording: as JSON, or to a .calcharo file.",
)
@click.option("--lines", is_flag=True, help="Show one row for each line executed, not for each instruction.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=300, show_default=True, metavar="N", help="Show at most N rows."
)
@click.option(
    "--config", type=_PROGRAM, metavar="FILE", help="Take the settings of a TOML file, instead of the nearest one."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change any setting, such as capture.metrics=no or scope.include=json,re.",
)
@click.option("--max-steps", type=click.IntRange(min=1), metavar="N", help="Stop the program after N instructions.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop the program after so many seconds, as soon as it executes an instruction.",
)
@_with_limits
@click.option("--expanded", is_flag=True, help="Write each step of the JSON whole, for other programs to read.")
@click.option(
    "--tier",
    type=click.Choice(["interpreter", "compiled", "native"]),
    help="How the program is executed; compiled is faster where much is repeated, native is CPython, line by line.",
)
@click.option(
    "--isolation",
    type=click.Choice(["none", "worker", "isolated"]),
    help="Run the program in a process that can be killed (worker), or that can reach next to nothing (isolated).",
)
@click.option("--readable", multiple=True, metavar="PATH", help="What an isolated program may read besides.")
@click.option(
    "--policy",
    type=click.Choice(["none", "standard"]),
    help="Refuse the program what the standard policy does not allow: other imports, files, the interpreter's insides.",
)
@click.option("--allow-degraded", is_flag=True, help="Run it even where the system cannot isolate it as well as that.")
@click.option("--deterministic", is_flag=True, help="Give the program the same clocks and random numbers in every run.")
@click.option("--inputs", is_flag=True, help="Keep what the program is told of clocks, chance and standard input.")
@click.option(
    "--replay", type=_PROGRAM, metavar="RECORDING", help="Give the program the inputs that a recording has kept."
)
@click.option("--audit", is_flag=True, help="Compare the recording with the program's objects at each line.")
@click.option("--include", multiple=True, metavar="GLOB", help="Run modules of this name on the machine too.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Run modules of this name natively.")
def trace(
    file: Path,
    arguments: tuple[str, ...],
    output: Path | None,
    expanded: bool,
    lines: bool,
    limit: int,
    config: Path | None,
    settings: tuple[str, ...],
    max_steps: int | None,
    timeout: float | None,
    tier: str | None,
    isolation: str | None,
    readable: tuple[str, ...],
    policy: str | None,
    allow_degraded: bool,
    deterministic: bool,
    inputs: bool,
    replay: Path | None,
    audit: bool,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    **limits: float | None,
) -> None:
    """Record the program FILE and show its steps.

    ARGUMENTS are the program's own. Options are taken wherever they stand; put -- before arguments
    of the program that look like them.
    """
    from calcharo_vm.cli.tracing import TraceRequest, trace_program  # noqa: PLC0415 - only what is asked for is loaded
    from calcharo_vm.config import Limits  # noqa: PLC0415 - as above

    if expanded and (output is None or output.suffix == ".calcharo"):
        raise click.UsageError("--expanded is about JSON: say where to write it with -o FILE.json")
    request = TraceRequest(
        *(file, arguments, output, lines, limit, include, exclude),
        config=config,
        tier=tier,
        isolation=isolation,
        readable=readable,
        settings=settings,
        policy=policy,
        allow_degraded=allow_degraded,
        limits=Limits(steps=max_steps, wall_seconds=timeout, **limits),  # type: ignore[arg-type] # click checks them
        expanded=expanded,
        audit=audit,
        deterministic=deterministic,
        inputs=inputs,
        replay=replay,
    )
    sys.exit(trace_program(request))


@calcharo.command()
@click.argument("file", type=_PROGRAM)
def dis(file: Path) -> None:
    """Show the instructions of the program FILE, source or .pyc."""
    from calcharo_vm.cli.disassembly import print_disassembly  # noqa: PLC0415 - as in trace
    from calcharo_vm.cli.loading import load  # noqa: PLC0415 - as in trace

    code = load(file)
    if code is None:
        sys.exit(1)
    print_disassembly(code)


@calcharo.command()
@click.argument("recording", type=_PROGRAM)
@click.option("--format", "form", required=True, metavar="NAME", help="The format, which a plugin offers.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write it."
)
def export(recording: Path, form: str, output: Path) -> None:
    """Write the RECORDING, a .calcharo file, in a format that an installed plugin offers."""
    from calcharo_vm.cli.plugged import export_recording  # noqa: PLC0415 - as in trace

    sys.exit(export_recording(recording, output, form))


@calcharo.command()
def plugins() -> None:
    """Show which plugins are installed, and what each does."""
    from calcharo_vm.cli.plugged import list_plugins  # noqa: PLC0415 - as in trace

    sys.exit(list_plugins())


@calcharo.command()
@click.option(
    "--isolation",
    type=click.Choice(["worker", "isolated"]),
    default="isolated",
    show_default=True,
    help="The isolation whose layers are tried.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def doctor(isolation: str, as_json: bool) -> None:
    """Try what isolation there is on this machine.

    The exit status is 1 when a layer is missing.
    """
    from calcharo_vm.cli.doctor import examine  # noqa: PLC0415 - as in trace

    sys.exit(examine(isolation, as_json=as_json))


calcharo.add_command(ask)
