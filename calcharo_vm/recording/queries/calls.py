"""Calls of functions: who called which with what, and what came of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.frame_info import argument_words
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.endings import is_unwound
from calcharo_vm.recording.queries.rows import Call
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def calls(recording: "Recording", function: str | None) -> Answer[Call]:
    """The calls of a function of that qualified name, or of any function if it is None."""
    journal, table = recording.journal, recording.frames
    codes = frozenset(
        number
        for number, code in enumerate(journal.codes)
        if not code.is_namespace and function in (None, code.function)
    )

    def find() -> Iterator[int]:
        return (frame for frame in range(len(table)) if table.codes[frame] in codes and _is_complete(frame))

    def find_last() -> Iterator[int]:
        return (frame for frame in reversed(range(len(table))) if table.codes[frame] in codes and _is_complete(frame))

    def _is_complete(frame: int) -> bool:
        return table.entered[frame] < len(recording)

    return Answer(find, lambda frame: _call(recording, frame), find_last)


def _call(recording: "Recording", frame: int) -> Call:
    journal, table = recording.journal, recording.frames
    entered, last = table.entered[frame], table.last[frame]
    state = recording.state_after(entered)
    plain = PlainValues(state)
    caller = table.callers[frame]
    calling = journal.instructions[state.frames[caller].word] if caller != NONE else None
    return Call(
        recording[entered],
        journal.codes[table.codes[frame]].function,
        {name: plain.of(word) for name, word in argument_words(state, state.frames[frame]).items()},
        table.depth(frame),
        frame,
        None if caller == NONE else journal.codes[table.codes[caller]].function,
        None if calling is None else calling.line,
        _step(recording, table.first(frame)),
        _step(recording, last),
        last != NONE and is_unwound(recording, frame, last),
    )


def _step(recording: "Recording", step: StepIndex) -> ExecutionStep | None:
    return recording[step] if 0 <= step < len(recording) else None
