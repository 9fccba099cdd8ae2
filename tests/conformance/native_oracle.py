"""Runs programs natively and records which instructions CPython executes: the path oracle.

A server (see forking.py) run by the interpreter in question. From 3.12 the path comes from `sys.monitoring`'s
INSTRUCTION events, set globally so that imported guest modules are covered; code which is not the guest's is disabled
at its first event. On 3.11 it comes from the opcode events of `sys.settrace`. What either leaves out: see path.py.
"""

import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import TYPE_CHECKING

from tests.conformance.forking import Request, main_module, read_code, serve
from tests.conformance.path import PathData, Step, operation_offset, store
from tests.conformance.program import is_guest_file

if TYPE_CHECKING:
    from _typeshed import TraceFunction

_ORACLE_TOOL = 4
_ORACLE_FRAMES = 20


class PathRecorder:
    """The steps of every thread, each in its own list."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._threads: list[list[Step]] = []
        self.steps()

    def steps(self) -> list[Step]:
        """Gives the list which the running thread's steps go to."""
        try:
            found: list[Step] = self._local.steps
        except AttributeError:
            found = self._local.steps = []
            self._threads.append(found)
        return found

    def path(self, offset_of: Callable[[CodeType, int], int] = lambda _, offset: offset) -> PathData:
        """Gives what was recorded so far."""
        return store([(code, offset_of(code, offset)) for code, offset in list(steps)] for steps in self._threads)


def record_by_monitoring(recorder: PathRecorder, run: Callable[[], None]) -> PathData:
    """Runs with INSTRUCTION events on (3.12 and later)."""
    monitoring = vars(sys)["monitoring"]  # unknown to the type checker, which reads as 3.11
    disable = monitoring.DISABLE

    def instruction(code: CodeType, offset: int) -> object:
        if not is_guest_file(code.co_filename):
            return disable
        recorder.steps().append((code, offset))
        return None

    monitoring.use_tool_id(_ORACLE_TOOL, "path oracle")
    monitoring.register_callback(_ORACLE_TOOL, monitoring.events.INSTRUCTION, instruction)
    monitoring.set_events(_ORACLE_TOOL, monitoring.events.INSTRUCTION)
    try:
        run()
    finally:
        monitoring.set_events(_ORACLE_TOOL, 0)
    return recorder.path()


def record_by_settrace(recorder: PathRecorder, run: Callable[[], None]) -> PathData:
    """Runs with opcode events on (3.11).

    An instruction with EXTENDED_ARG has one event there, at the offset of its first EXTENDED_ARG.
    """

    def trace(frame: FrameType, event: str, _: object) -> "TraceFunction | None":
        if not is_guest_file(frame.f_code.co_filename):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if event == "opcode":
            recorder.steps().append((frame.f_code, frame.f_lasti))
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type,unused-ignore]
    return recorder.path(operation_offset)


def run_to_end(start: Callable[[], object]) -> int:
    """Runs a program as the interpreter's main does, to its exit code: uncaught exceptions, then threads."""
    try:
        try:
            start()
        except SystemExit as error:
            return _exit_code(error)
        except BaseException as error:
            error.__traceback__ = _guest_part(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)
            return 1
        return 0
    finally:
        _join_threads()


def _guest_part(traceback: TracebackType | None) -> TracebackType | None:
    """Drops the frames which run the program."""
    while traceback is not None and not is_guest_file(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    return traceback


def _exit_code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def _join_threads() -> None:
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()


def perform(request: Request) -> dict[str, object]:
    """Records the path of one program."""
    code = read_code(request["program"])
    module = main_module(request)
    recorder = PathRecorder()
    exit_code = 0

    def run() -> None:
        nonlocal exit_code
        exit_code = run_to_end(lambda: exec(code, module.__dict__))

    sys.setrecursionlimit(sys.getrecursionlimit() + _ORACLE_FRAMES)
    record = record_by_monitoring if sys.version_info >= (3, 12) else record_by_settrace
    return {"path": record(recorder, run), "exit_code": exit_code}


if __name__ == "__main__":
    serve(perform)
