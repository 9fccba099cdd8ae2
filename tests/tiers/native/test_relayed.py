"""Tests that dealing with events on another thread records the same, so that coverage can be measured there."""

import sys

import pytest

from calcharo_vm import Recording
from calcharo_vm.errors import InternalError
from calcharo_vm.recording import ops
from calcharo_vm.tiers.native.frames import NativeCode
from tests.tiers.native.native import NATIVE, lines_of, record
from tests.tiers.native.programs import PROGRAMS
from tests.tiers.native.relay import relayed


@pytest.mark.parametrize("name", [*PROGRAMS, "leaving", "looking", "within"])
def test_the_same_is_recorded(name: str) -> None:
    source = (
        PROGRAMS.get(name)
        or {
            "leaving": "import sys\nsys.exit(2)\n",
            "looking": "x = [len('a') for k in (1, 2)]\ndef f(a): return [a for k in (1, 2)]\nf(1)\n",
            "within": "def f():\n    for k in iter([]):\n        pass\n    return {k for k in (1, 2)}\nf()\n",
        }[name]
    )
    with relayed():
        found = record(source)

    assert found.stdout == record(source).stdout
    assert lines_of(found) == lines_of(record(source))
    assert [step.exception for step in found] == [step.exception for step in record(source)]


def test_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(NativeCode, "handles", fail)
    with relayed(), pytest.raises(InternalError, match="on purpose"):
        record("try:\n    None.missing\nexcept AttributeError:\n    k = 2\nk = 3\n")
    assert sys.gettrace() is None or sys.gettrace().__class__.__name__ != "Relayed"


def test_being_stopped() -> None:
    from calcharo_vm.program.on_cpython import NativeRecorder

    made: list[NativeRecorder] = []
    initialise = NativeRecorder.__init__

    def kept(self: NativeRecorder, *arguments: object, **named: object) -> None:
        initialise(self, *arguments, **named)  # type: ignore[arg-type] # as they come
        made.append(self)

    with relayed(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(NativeRecorder, "__init__", kept)
        from calcharo_vm import execute_and_trace

        shared = {"__name__": "__main__", "stop": lambda: made[0].stop()}
        recording = execute_and_trace("stop()\nk = 1\nk = 2\n", NATIVE, globals=shared)

    assert recording.outcome.status == "cancelled"
    assert [step.line_number for step in recording] == [1]


def test_an_exception_that_is_passed_on_in_a_step_that_another_thread_interrupts() -> None:
    source = """\
import threading
go, gone = threading.Event(), threading.Event()
def other():
    go.wait()
    for k in range(3000):
        n = k
    gone.set()
class Held:
    def __enter__(self): pass
    def __exit__(self, *_): pass
def fail():
    try:
        raise KeyError("k")
    finally:
        done = True
thread = threading.Thread(target=other)
thread.start()
def wait():
    go.set()
    gone.wait()
try:
    fail()
except KeyError: wait()
thread.join()
"""
    recording = record(source)
    again = Recording.from_json(str(recording.to_json()))

    assert ops.RAISED_AGAIN in {
        operation for step in range(len(recording)) for operation, _ in recording.journal.operations(step)
    }
    assert [step.exception for step in again] == [step.exception for step in recording]
    assert len(recording.journal.keyframes.steps) > 0
