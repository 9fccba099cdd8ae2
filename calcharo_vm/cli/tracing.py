"""`calcharo trace`: a program's steps, recorded and shown as a table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import attrs

from calcharo_vm.cli import exit_statuses
from calcharo_vm.cli.loading import show_error
from calcharo_vm.cli.step_rows import StepRows
from calcharo_vm.cli.table import print_heading, print_table
from calcharo_vm.config import Isolation, Limits, TracerConfig
from calcharo_vm.config.sources import from_words
from calcharo_vm.errors import (
    AuditError,
    CalcharoError,
    CompilationError,
    InternalError,
    PluginError,
    ReplayDiverged,
)
from calcharo_vm.recording import Recording
from calcharo_vm.recording.journal import LINE
from calcharo_vm.tracer import execute_and_trace

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TraceRequest", "trace_program"]


class TraceRequest(NamedTuple):
    """What a command line of `calcharo trace` asks for."""

    file: Path
    arguments: tuple[str, ...] = ()
    output: Path | None = None
    lines: bool = False
    limit: int = 300
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    config: Path | None = None
    limits: Limits = Limits()
    expanded: bool = False
    audit: bool = False
    deterministic: bool = False
    inputs: bool = False
    replay: Path | None = None
    tier: str | None = None
    isolation: str | None = None
    allow_degraded: bool = False
    policy: str | None = None
    readable: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


def trace_program(request: TraceRequest) -> int:
    """Carry out `calcharo trace`; the exit status is the program's."""
    argv = [str(request.file), *request.arguments]
    failure: CalcharoError | None = None
    try:
        config = _config(request)
        replay = None if request.replay is None else Recording.open(request.replay).inputs
        # A worker cannot read this process's input: what is to be read there goes with the program.
        stdin = None if config.isolation is Isolation.NONE or sys.stdin.isatty() else sys.stdin.read()
        recording = execute_and_trace(request.file, config, argv=argv, stdin=stdin, replay=replay)
    except CompilationError as error:
        show_error(error.__cause__ or error)
        return exit_statuses.NOT_COMPILED
    except CalcharoError as error:
        sys.stderr.write(f"calcharo trace: {error}\n")
        if error.recording is None:
            return exit_statuses.FAILED
        recording, failure = error.recording, error
    _show(recording, request)
    if request.output is not None and _spill(request.output) is None and not _save(recording, request):
        return exit_statuses.FAILED
    if isinstance(failure, AuditError | InternalError | PluginError | ReplayDiverged):
        return exit_statuses.FAILED
    if recording.outcome.limit is not None:
        return exit_statuses.LIMIT_REACHED
    return recording.outcome.exit_code or 0


def _config(request: TraceRequest) -> TracerConfig:
    """Give the configuration of files and the environment, with what the command line says in its place."""
    # Whoever types the program's input must see what it asks for.
    capture = {"forward": sys.stdin.isatty() or None, "audit": request.audit or None, "inputs": request.inputs or None}
    changes: dict[str, dict[str, object]] = {
        "capture": {**capture, "spill": _spill(request.output)},
        "limits": attrs.asdict(request.limits),
        "scope": {"include": request.include or None, "exclude": request.exclude or None},
    }
    given = {part: {name: value for name, value in of.items() if value is not None} for part, of in changes.items()}
    config = TracerConfig.load(request.config).evolve(**from_words(request.settings)).evolve(**given)
    whole = {
        "deterministic": request.deterministic or None,
        "optimization": request.tier,
        "isolation": request.isolation,
        "readable": request.readable or None,
        "allow_degraded": request.allow_degraded or None,
        "policy": request.policy,
    }
    return config.evolve(**{name: value for name, value in whole.items() if value is not None})


def _spill(output: Path | None) -> Path | None:
    """Give the file that gets the steps while the program runs; JSON is written at the end."""
    return output if output is not None and output.suffix == ".calcharo" else None


def _save(recording: Recording, request: TraceRequest) -> bool:
    try:
        recording.to_json(request.output, expanded=request.expanded)
    except OSError as error:
        sys.stderr.write(f"calcharo trace: the recording cannot be saved: {error}\n")
        return False
    return True


def _show(recording: Recording, request: TraceRequest) -> None:
    count = len(recording)
    are_lines = any(info.opname == LINE for info in recording.journal.instructions[:1])
    what = "line" if are_lines else "instruction"
    print_heading(f"{request.file}: {count} {what}{'' if count == 1 else 's'} executed")
    steps = StepRows(recording, by_lines=request.lines or are_lines)
    rows = list(steps.first(request.limit + 1))
    if rows[: request.limit]:
        print_table(steps.columns, rows[: request.limit])
    if len(rows) > request.limit:
        more = "more lines" if request.lines and not are_lines else f"{count - request.limit} more"
        print(f"({more}; --limit {count} shows all)")
    _show_text("output of the program", recording.stdout)
    _show_text("errors of the program", recording.stderr)
    _show_outcome(recording)


def _show_text(title: str, text: str) -> None:
    if text:
        print()
        print_heading(title)
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def _show_outcome(recording: Recording) -> None:
    outcome = recording.outcome
    print()
    print_heading(f"outcome: {outcome.status}")
    if outcome.exception is not None:
        print(f"{outcome.exception.type_name}: {outcome.exception.message}".removesuffix(": "))
    if outcome.limit is not None:
        print(f"the program reached its limit of {outcome.limit}")
