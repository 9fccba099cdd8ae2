"""Tests for calcharo_vm/tiers/native/threads.py, and for what is told of threads: called as CPython calls it."""

import sys
import threading
from types import FrameType

import pytest

from calcharo_vm.machine.scope import Scope
from calcharo_vm.program.on_cpython import NativeRecorder
from calcharo_vm.tiers.native import tracing
from calcharo_vm.tiers.native.frames import NativeFrame
from calcharo_vm.tiers.native.threads import _trace_thread, traced_threads
from calcharo_vm.tiers.native.tracing import LineTracer


def new_tracer() -> LineTracer:
    return NativeRecorder().trace(Scope(None))


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_thread_is_traced_for_whoever_started_it(*, is_ours: bool) -> None:
    tracer = new_tracer()
    before = sys.gettrace()
    with traced_threads(tracer):
        if is_ours:
            tracer.threads.add(threading.current_thread())
        try:
            _trace_thread(sys._getframe(), "call", None)
            found = sys.gettrace()
        finally:
            sys.settrace(before)

    assert (found == tracer.called) is is_ours
    assert tracer.runs_here is is_ours


def test_starting_a_thread_is_noticed() -> None:
    tracer, frames = new_tracer(), list[FrameType]()
    thread = threading.Thread(target=list)

    def trace(frame: FrameType, _event: str, _argument: object) -> None:
        if frame.f_code is threading.Thread.start.__code__:
            frames.append(frame)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        thread.start()
    finally:
        sys.settrace(before)
    thread.join()

    assert tracer.called(frames[0], "call", None) is None
    assert set(tracer.threads) == {thread}


def test_nothing_is_told_when_the_recording_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    tracer, set_to, host = new_tracer(), list[object](), sys._getframe()
    frame = NativeFrame(tracer.enlist(host.f_code), host, None, tracer._told)
    tracer.stop_observing()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "settrace", set_to.append)
        results = tracer.called(host, "call", None), frame.trace(host, "line", None)
        tracer.go_on()

    assert results == (None, None)
    assert set_to == [None, None]


def test_calls_that_are_too_deep_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_depth: int) -> None:
        raise RecursionError

    tracer, set_to, host = new_tracer(), list[object](), sys._getframe()
    tracer.enlist(host.f_code)
    with monkeypatch.context() as patch:
        patch.setattr(tracing, "_descend", fail)
        patch.setattr(sys, "settrace", set_to.append)
        patch.setattr(sys, "gettrace", lambda: None)
        result = tracer.called(host, "call", None)
        del host.f_trace  # as when the frame goes

    assert result is None
    assert "near the recursion limit" in tracer.reason
    assert set_to == [None, tracer.called]
