"""`calcharo run --record`: the run goes on as without it, and leaves a recording behind."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import TYPE_CHECKING

from calcharo_vm.program.launch import launch
from calcharo_vm.program.observation import MachineRecorder, as_observer
from calcharo_vm.program.on_machine import starter
from calcharo_vm.program.outcome import exit_status_of, outcome_of
from calcharo_vm.recording import Outcome, OutcomeStatus, OutputCapture, Recording

if TYPE_CHECKING:
    from calcharo_vm.cli.run import RunRequest
    from calcharo_vm.program import Program

__all__ = ["run_and_record"]

_FAILURE_STATUS = 2


def run_and_record(program: Program, request: RunRequest, target: str) -> int:
    """Run a program and save its recording when all of it has ended, exit functions included."""
    recorder = MachineRecorder()
    capture = OutputCapture(recorder.wrote)
    process = os.getpid()
    left: BaseException | None = None
    uncaught: list[BaseException] = []
    status = 0
    capture.__enter__()
    try:
        start = starter(observer=as_observer(recorder), include=request.include, exclude=request.exclude)
        status = launch(program, start, uncaught.append)
    except (SystemExit, KeyboardInterrupt) as error:
        left = error
    if os.getpid() != process:
        return _leave(left, status)  # a fork of the program: the recording is its parent's
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    outcome = _outcome(left, uncaught)
    capture.__exit__(None, None, None)
    if not _save(Recording(recorder.finish(), outcome), target):
        return _FAILURE_STATUS
    return _leave(left, status)


def _outcome(left: BaseException | None, uncaught: list[BaseException]) -> Outcome:
    if uncaught:
        return outcome_of(uncaught[0])
    if isinstance(left, SystemExit):
        return Outcome(OutcomeStatus.EXITED, exit_code=exit_status_of(left))
    return Outcome(OutcomeStatus.COMPLETED, exit_code=0)


def _save(recording: Recording, target: str) -> bool:
    try:
        recording.to_json(target)
    except OSError as error:
        sys.stderr.write(f"calcharo run: the recording cannot be saved: {error}\n")
        return False
    return True


def _leave(left: BaseException | None, status: int) -> int:
    if left is not None:
        raise left
    return status
