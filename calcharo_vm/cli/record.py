"""`calcharo run --record`: the run goes on as without it, and leaves a recording behind.

A `.calcharo` file gets the steps while the program runs; JSON is written at the end.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING

from calcharo_vm.cli import exit_statuses
from calcharo_vm.cli.run import show_failure
from calcharo_vm.errors import InternalError, RecordingError
from calcharo_vm.program.command_line import ProgramKind
from calcharo_vm.program.launch import launch
from calcharo_vm.program.observation import MachineRecorder, as_observer, spilling_journal
from calcharo_vm.program.on_cpython import NativeRecorder, native_starter, tracers
from calcharo_vm.program.on_machine import machines, starter
from calcharo_vm.program.outcome import exit_status_of, outcome_of
from calcharo_vm.program.teardown import forget_last_exception, let_main_go
from calcharo_vm.recording import Outcome, OutcomeStatus, OutputCapture

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.cli.run import RunRequest
    from calcharo_vm.program import Program
    from calcharo_vm.program.launch import Start

__all__ = ["run_and_record"]


def run_and_record(program: Program, request: RunRequest, target: str) -> int:
    """Run a program and save its recording when all of it has ended, exit functions included."""
    source = _source(program)
    try:
        kind = NativeRecorder if request.tier == "native" else MachineRecorder
        recorder = kind(spilling_journal(target, source) if target.endswith(".calcharo") else None)
    except RecordingError as error:
        sys.stderr.write(f"calcharo run: {error}\n")
        return exit_statuses.FAILED
    process = os.getpid()
    uncaught: list[Outcome] = []
    with OutputCapture(recorder.wrote):
        start = _starter(recorder, request)
        left, outcome = _run(lambda: launch(program, start, lambda error: uncaught.append(outcome_of(error))))
        if os.getpid() != process:
            raise left  # a fork of the program: the recording is its parent's
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        forget_last_exception()
        recorder.let_types_go()
        let_main_go()
    for machine in machines:
        machine.stop_observing()
    for tracer in tracers:
        tracer.stop_observing()
    outcome = uncaught[0] if uncaught else outcome
    if not _save(recorder, outcome, source, target):
        return exit_statuses.FAILED
    raise left


def _starter(recorder: MachineRecorder, request: RunRequest) -> Start:
    """Give what begins to record a program when the process is set up for it."""
    if isinstance(recorder, NativeRecorder):
        return native_starter(recorder, request.include, request.exclude)
    made = recorder.compile_on if request.tier == "compiled" else None
    return starter(observer=as_observer(recorder), include=request.include, exclude=request.exclude, made=made)


def _run(run: Callable[[], int]) -> tuple[BaseException, Outcome]:
    """Run a program, and give the exception by which the process is to end, and how the program ended.

    The exception is a new one: a program's own would keep alive what its frames hold.
    """
    try:
        status = run()
    except InternalError as error:
        return SystemExit(show_failure(error)), outcome_of(error)
    except KeyboardInterrupt:
        return KeyboardInterrupt(), Outcome(OutcomeStatus.EXCEPTION, exit_code=1)
    except SystemExit as error:
        outcome = Outcome(OutcomeStatus.EXITED, exit_code=exit_status_of(error))
        if error.code is None or isinstance(error.code, int):
            return SystemExit(error.code), outcome
        # As the interpreter will, but now: the message belongs before what exit functions write.
        sys.stderr.write(f"{error.code}\n")
        return SystemExit(1), outcome
    return SystemExit(status), Outcome(OutcomeStatus.COMPLETED, exit_code=status)


def _source(program: Program) -> str:
    """Give the program's text, as far as the command line says where it is."""
    if program.kind is ProgramKind.COMMAND:
        return program.target
    if program.kind is not ProgramKind.FILE:
        return ""
    try:
        return decode_source(Path(program.target).read_bytes())
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""  # a folder, an archive, a compiled file


def _save(recorder: MachineRecorder, outcome: Outcome, source: str, target: str) -> bool:
    """Complete the file of the recording, and say whether that could be done."""
    try:
        recording = recorder.recording(outcome, source)
        if not target.endswith(".calcharo"):
            recording.to_json(target)
    except RecordingError as error:
        sys.stderr.write(f"calcharo run: {error}\n")
        return False
    except OSError as error:
        sys.stderr.write(f"calcharo run: the recording cannot be saved: {error}\n")
        return False
    return True
