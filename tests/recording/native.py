"""What CPython itself says of a program: the values of its variables, seen before each instruction and at each end."""

import opcode
import sys
from collections.abc import Callable, Mapping
from types import CodeType, FrameType

FILENAME = "<small program>"

_MAKE_CELL = opcode.opmap["MAKE_CELL"]
"""Before it, CPython 3.13.0 crashes when a comprehension's variable is looked at."""

Look = Callable[[FrameType], None]


def variables_seen(source: str) -> list[Mapping[str, object]]:
    """Runs a program natively, and returns its local and global variables as they were found on the way, in order."""
    seen: list[Mapping[str, object]] = []
    space: dict[str, object] = {"__name__": "__main__"}

    def look(frame: FrameType) -> None:
        if frame.f_code.co_code[frame.f_lasti] != _MAKE_CELL:
            seen.extend((dict(space), dict(frame.f_locals)))

    code = compile(source, FILENAME, "exec")
    if sys.version_info >= (3, 12):
        _run_monitored(code, space, look)
    else:
        _run_traced(code, space, look)
    return seen


def _run_traced(code: CodeType, space: dict[str, object], look: Look) -> None:
    def trace(frame: FrameType, _event: str, _arg: object) -> object:
        if frame.f_code.co_filename != FILENAME:
            return None
        frame.f_trace_opcodes = True
        look(frame)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        exec(code, space)
    finally:
        sys.settrace(before)


def _run_monitored(code: CodeType, space: dict[str, object], look: Look) -> None:
    """Looks by other means: tracing functions that read variables break comprehensions in CPython 3.12."""
    monitoring = vars(sys)["monitoring"]
    tool = monitoring.PROFILER_ID

    def event(running: CodeType, *_details: object) -> None:
        if running.co_filename == FILENAME:
            look(sys._getframe(1))

    events = monitoring.events.INSTRUCTION | monitoring.events.PY_RETURN | monitoring.events.PY_YIELD
    monitoring.use_tool_id(tool, "variables")
    for number in (monitoring.events.INSTRUCTION, monitoring.events.PY_RETURN, monitoring.events.PY_YIELD):
        monitoring.register_callback(tool, number, event)
    monitoring.set_events(tool, events)
    try:
        exec(code, space)
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
