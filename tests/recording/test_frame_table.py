"""Tests for calcharo_vm/recording/frame_table.py and frame_walk.py, beside those of the calls."""

from collections.abc import Callable, Sequence

import pytest

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import ExecutionStep, Handling, Outcome, Recording, ops
from calcharo_vm.recording.frame_table import NONE, FrameTable
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.queries.rows import StepRow
from tests.recording.audit import record


def table() -> FrameTable:
    """Two frames: the second starts in step 3 and ends in step 6 without having executed step 4."""
    found = FrameTable()
    found.entries.extend((0, NONE, 0, NONE, 0, 1, 0, 0, NONE, 3))
    found.turns.extend((0, 0, 4, 1, 4, 0, 5, 1, 7, 0))
    found.ends.extend((1, 6))
    return found


def test_turns() -> None:
    assert [0, 0, 0, 0, 0, 1, 1, 0, 0] == [table().executing(step) for step in range(9)]
    assert [0, 1, 2, 3, 4, 7, 8] == list(table().steps(0, 0, 9))
    assert [5, 6] == list(table().steps(1, 0, 9)) == list(table().steps(1, 5, 9))
    assert 5 == table().first(1)
    assert [4, 6] == [table().step_before(0, 6), table().step_before(1, 9)]
    assert [1, 0] == list(table().executing_in(6, 8))


def test_frames() -> None:
    assert 2 == len(table())
    assert ([NONE, 6], [0, 3]) == (list(table().last), list(table().entered))
    assert [0, 1] == [table().depth(0), table().depth(1)]


def test_a_frame_that_executes_nothing() -> None:
    found = FrameTable()
    found.entries.extend((0, NONE, 0, NONE, 2))

    assert NONE == found.first(0)


def cut(recording: Recording, operations: int) -> Recording:
    """A recording that ends in the middle of a step: without the last operations."""
    journal = Journal(recording.journal.null)
    journal.codes, journal.instructions = recording.journal.codes, recording.journal.instructions
    (words,) = recording.journal.chunks
    starts, at = [], 0
    while at < len(words):
        starts.append(at)
        at += ops.length(words, at)
    journal.add_chunk(words[: starts[-operations]])
    return Recording(journal, Outcome("crashed"))


SOURCE = """\
def f(a):
    try: a[0] / 0
    finally: print(a)
try: f([1])
except ArithmeticError as x: y = [x]
y.append(1)
"""
QUESTIONS: tuple[Callable[[Recording], Sequence[StepRow | ExecutionStep]], ...] = (
    lambda recording: recording.history("y"),
    lambda recording: recording.history("a"),
    lambda recording: recording.output(),
    lambda recording: recording.lines(),
    lambda recording: recording.raises(),
    lambda recording: recording.calls(),
)


@pytest.mark.parametrize("operations", range(1, 60, 4))
def test_a_recording_that_ends_within_a_step_answers_questions(operations: int) -> None:
    whole = record(SOURCE)
    recording = cut(whole, operations)
    end = len(recording)

    for ask in QUESTIONS:
        expected = [row.index for row in ask(whole) if row.index < end]
        assert expected == [row.index for row in ask(recording)][: len(expected)]
    assert all(row.index < end for row in recording.writes(0))
    assert recording.history("f")[-1].step == recording.last_write(-1, "f")


def test_an_exception_that_is_caught_outside_at_the_end() -> None:
    source = "class C:\n def __getattr__(self, name): raise AttributeError\ngetattr(C(), 'a', 1)\nx = 2\n"
    whole = record(source)
    last = whole.journal.operations(len(whole) - 1)

    assert [Handling.CAUGHT_OUTSIDE] == [row.handling for row in cut(whole, len(list(last)) + 1).raises()]


def test_frames_that_contradict_each_other() -> None:
    recording = record("x = 1\n")
    recording.journal.frames = None
    recording.journal.chunks[0] = (ops.LEAVE, "RETURNED", ops.FIRST_STEP)

    with pytest.raises(RecordingFormatError, match="contradict each other"):
        Recording(recording.journal, Outcome("completed")).frames
