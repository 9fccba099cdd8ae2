"""Runs programs and notes each line that begins, with its variables: by `sys.settrace` on CPython, or from a recording.

A server (see forking.py). A request's kind is "native", "recorded" or, for the native tier, "lines"; the answers are
to be the same.
"""

import dis
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from calcharo_vm import Capture, ExecutionTracer, Recording, TracerConfig
from calcharo_vm.config import Tier
from calcharo_vm.recording.frame_info import variable_words
from calcharo_vm.recording.journal import LINE
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.state import State
from tests.conformance.forking import Request, main_module, read_code, serve
from tests.conformance.native_oracle import run_to_end
from tests.conformance.shown_values import shown_variables

if TYPE_CHECKING:
    from _typeshed import TraceFunction

Event = tuple[str, int, dict[str, object]]
"""The qualified name of a function, a line that begins there, and the local variables at its beginning."""

MOST_EVENTS = 10_000


class Events:
    """The lines that begin: those of each frame one after another, without repetitions."""

    def __init__(self) -> None:
        self.found: list[Event] = []
        self._lines: dict[int, int] = {}

    def begins(self, frame: int, line: int) -> bool:
        """Returns whether a frame is at another line now."""
        if len(self.found) >= MOST_EVENTS or self._lines.get(frame) == line:
            return False
        self._lines[frame] = line
        return True

    def forget(self, frame: int) -> None:
        """Takes note that a frame is new."""
        self._lines.pop(frame, None)


def native_events(request: Request) -> list[Event]:
    """The events of a program on CPython."""
    code, module = read_code(request["program"]), main_module(request)
    events = Events()

    def trace(frame: FrameType, event: str, _: object) -> "TraceFunction | None":
        if frame.f_code.co_filename != request["program"]:
            return None
        if event == "call" and frame.f_lasti <= _first_traceable(frame):
            events.forget(id(frame))
        elif event == "line" and events.begins(id(frame), frame.f_lineno or 0):
            variables = shown_variables(frame.f_locals)
            events.found.append((frame.f_code.co_qualname, frame.f_lineno or 0, variables))
        return trace

    def run() -> None:
        sys.settrace(trace)
        try:
            exec(code, module.__dict__)
        finally:
            sys.settrace(None)

    run_to_end(run)
    return events.found


def _first_traceable(frame: FrameType) -> int:
    return 2 * frame.f_code.co_code[::2].index(_RESUME)


_RESUME = dis.opmap["RESUME"]


def recorded_events(request: Request) -> list[Event]:
    """The events of a program's recording."""
    tier = Tier.NATIVE if request["kind"] == "lines" else Tier.INTERPRETER
    config = TracerConfig(optimization=tier, capture=Capture(forward=True))
    program = Path(request["program"])
    recording = ExecutionTracer(config).trace(program, argv=[request["program"], *request["argv"]])
    return events_of(recording, request["program"])


def events_of(recording: Recording, filename: str) -> list[Event]:
    """The events that a recording tells of."""
    events = Events()
    started: set[int] = set()
    journal = recording.journal
    for step in range(len(recording)):
        instruction = journal.instruction(step)
        code = journal.codes[instruction.code]
        state = recording.state_after(step)
        frame = state.executing
        if instruction.opname in {"RESUME", LINE}:
            started.add(frame)
        is_event = instruction.opname != "RESUME" and instruction.line is not None and frame in started
        if (
            is_event
            and code.filename == filename
            and journal.thread(step) == 0
            and events.begins(frame, instruction.line or 0)
        ):
            variables = _variables_before(recording.state_after(step - 1), frame) if step else {}
            events.found.append((code.function, instruction.line or 0, variables))
        if not state.threads.get(0):
            break  # the main program has ended, and with it the native tracing
    return events.found


def _variables_before(state: State, frame: int) -> dict[str, object]:
    plain = PlainValues(state)
    words = variable_words(state, state.frames[frame])
    return shown_variables({name: plain.of(word) for name, word in words.items()})


def perform(request: Request) -> dict[str, list[Event]]:
    """Notes the events of one program."""
    return {"events": native_events(request) if request["kind"] == "native" else recorded_events(request)}


if __name__ == "__main__":
    serve(perform)
