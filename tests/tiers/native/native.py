"""Programs on the native tier, and what a plain line tracer sees of them."""

import contextlib
import inspect
import io
import sys
from types import CodeType, FrameType
from typing import TYPE_CHECKING

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.recording.frame_info import variable_words
from calcharo_vm.recording.plain import PlainValues
from tests.conformance.shown_values import shown_variables

if TYPE_CHECKING:
    from _typeshed import TraceFunction

    from calcharo_vm.program.subject import Source

NATIVE = TracerConfig(optimization="native")

Line = tuple[str, int, dict[str, object]]
"""The qualified name of a function, a line that begins there, and its variables then."""


def record(source: "Source", config: TracerConfig = NATIVE) -> Recording:
    return execute_and_trace(source, config)


def lines_of(recording: Recording) -> list[Line]:
    """All steps as the lines that begin with them; the variables are those after the step before."""
    found: list[Line] = []
    for step in range(len(recording)):
        journal, frame = recording.journal, recording.state_after(step).executing
        info, variables = journal.instruction(step), dict[str, object]()
        before = recording.state_after(step - 1) if step else None
        if before is not None and frame in before.frames:
            plain, words = PlainValues(before), variable_words(before, before.frames[frame])
            variables = shown_variables({name: plain.of(word) for name, word in words.items()})
        found.append((journal.codes[info.code].function, info.line or 0, variables))
    return found


def seen_by_tracer(source: str) -> list[Line]:
    """What `sys.settrace` tells of the functions that a program defines itself."""
    code = compile(source, "<string>", "exec")
    own = set(_within(code))
    found: list[Line] = []

    def trace(frame: FrameType, event: str, _argument: object) -> "TraceFunction | None":
        if frame.f_code not in own:
            return None
        if event == "line":
            is_namespace = not frame.f_code.co_flags & inspect.CO_OPTIMIZED
            # CPython 3.12 writes to variables of comprehensions in namespaces when somebody looks.
            seen = {} if is_namespace and sys.version_info[:2] == (3, 12) else frame.f_locals
            found.append((frame.f_code.co_qualname, frame.f_lineno, shown_variables(seen)))
        return trace

    before = sys.gettrace()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
        sys.settrace(trace)
        try:
            exec(code, {"__name__": "__main__"})
        finally:
            sys.settrace(before)
    return found


def _within(code: CodeType) -> list[CodeType]:
    inner = [each for constant in code.co_consts if isinstance(constant, CodeType) for each in _within(constant)]
    return [code, *inner]
