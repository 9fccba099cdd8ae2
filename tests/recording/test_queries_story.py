"""Tests for calcharo_vm/recording/queries/story.py."""

import contextlib
import io
import sys
from pathlib import Path
from types import FrameType

import pytest

from calcharo_vm.recording import Recorder, ops
from calcharo_vm.recording.queries.story import _ended_in
from tests.recording.audit import record
from tests.recording.machine import NULL, finish
from tests.recording.racing import record_race

EXAMPLES = Path(__file__).parent.parent.parent / "docs" / "examples"
PROGRAMS = ("bubble_sort", "recursion", "pipeline", "shapes", "chain")


def native_events(source: str) -> list[tuple[str, str, object]]:
    """The lines that CPython says a program comes to, and what its functions return or yield, or raise."""
    events: list[tuple[str, str, object]] = []

    def trace(frame: FrameType, event: str, arg: object) -> object:
        if frame.f_code.co_filename != "native":
            return None
        if event == "exception":
            assert isinstance(arg, tuple)
            events.append((event, frame.f_code.co_qualname, arg[0].__name__))
        elif event != "call":
            value = frame.f_lineno if event == "line" else repr(arg)
            events.append((event, frame.f_code.co_qualname, value))
        return trace

    code = compile(source, "native", "exec")
    before = sys.gettrace()
    with contextlib.redirect_stdout(io.StringIO()):
        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            exec(code, {"__name__": "__main__"})
        finally:
            sys.settrace(before)
    return events


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_has_the_lines_that_cpython_comes_to(name: str) -> None:
    source = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    native = [(function, value) for event, function, value in native_events(source) if event == "line"]

    recording = record(source)

    assert native == [(step.function, step.line_number) for step in recording.lines()]
    assert set(recording.lines()) <= set(recording.story())


@pytest.mark.parametrize("name", ["recursion", "pipeline"])
def test_it_has_what_functions_give(name: str) -> None:
    source = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    native = [
        (function, value)
        for event, function, value in native_events(source)
        if event == "return" and "<" not in function
    ]

    lines = [(step.function, str(step).partition(" | ")[0]) for step in record(source).story()]
    told = [
        (function, line.rpartition(verb)[2].strip())
        for function, line in lines
        for verb in ("-> returns ", "-> yields ")
        if verb in line
    ]

    assert native == told


def test_it_has_what_is_raised_and_written() -> None:
    recording = record((EXAMPLES / "chain.py").read_text(encoding="utf-8"))
    told = set(recording.story())

    assert ["KeyError", "ValueError"] == [each.type_name for each in recording.raises()]
    assert {each.step for each in recording.raises()} <= told
    assert {each.step for each in recording.output()} <= told


@pytest.mark.parametrize("name", PROGRAMS)
def test_backwards_it_is_the_same(name: str) -> None:
    recording = record((EXAMPLES / f"{name}.py").read_text(encoding="utf-8") * 20)  # several chunks

    forwards = [step.index for step in recording.story()]

    assert sorted(set(forwards)) == forwards
    assert forwards[::-1] == [step.index for step in reversed(recording.story())]
    assert recording.story()[-1] == recording.story()[len(forwards) - 1]


def test_what_has_no_line_is_left_out() -> None:
    recording = record("def f():\n try: 1 / 0\n finally: x = 1\ntry: f()\nexcept ZeroDivisionError: pass\n")

    assert all(step.line_number is not None for step in recording.story())


def test_nothing_happened() -> None:
    assert not finish(Recorder(NULL)).story()


@pytest.mark.parametrize("chunk_steps", [100, 1024])
def test_threads_raise_and_write_at_their_own_steps(chunk_steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = record_race(monkeypatch, chunk_steps)
    steps = [step.index for step in recording.story()]
    told = {step for step in steps if recording[step].opname in {"RAISE_VARARGS", "CALL"}}

    assert sorted(set(steps)) == steps
    assert steps[::-1] == [step.index for step in reversed(recording.story())]
    assert {step.index for step in recording if step.opname == "RAISE_VARARGS"} <= told


@pytest.mark.parametrize(("ended", "expected"), [(1, {1}), (5, {5}), (9, {9}), (400, {0})])
def test_a_step_that_begins_in_one_chunk_and_ends_in_another(
    ended: int, expected: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ops, "CHUNK_STEPS", 4)
    recording = record("x = 1\n" * 300)
    marks = {0: [(1, ended, 0)]}
    recording.journal.columns(ended // 4).threads[ended % 4] = 1
    monkeypatch.setattr(recording.chunk_index, "marks_of_threads", lambda chunk, _operations: marks.get(chunk, ()))

    assert expected == {step for chunk in range(110) for step in _ended_in(recording, chunk)}
