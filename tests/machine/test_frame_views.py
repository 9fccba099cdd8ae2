"""Tests for calcharo_vm/machine/frame_views.py: chains of frames that show the guest's call stack."""

import _thread
import contextlib
import io
import sys
import traceback
from collections.abc import Callable
from types import FrameType

import pytest

from calcharo_vm.machine import Machine
from calcharo_vm.machine.frame_views import host_frames
from tests.machine.running import assert_same, natively, on_machine

PROGRAMS = {
    "the stack that library code reads": """
        import traceback, inspect
        def names(): return [entry.name for entry in traceback.extract_stack()][-3:]
        def f(): return names()
        class C:
            found = f()
        print(f(), C.found, [names() for _ in (1,)][0][-2:])
        print([record.function for record in inspect.stack()][:1])
        def lines(): return [(entry.name, entry.lineno, entry.line) for entry in traceback.extract_stack()][-2:]
        print(lines())
    """,
    "the locals that library code reads": """
        import traceback
        def f(a, b=2):
            c = 3
            def g(): return c
            summary = traceback.StackSummary.extract(traceback.walk_stack(None), capture_locals=True)
            return [entry.locals for entry in summary if entry.name == "f"]
        print([sorted(k for k in found if k in "abcg") for found in f(1)])
    """,
    "in a thread": """
        import threading, traceback
        def names(): seen.append([entry.name for entry in traceback.extract_stack()][-1:])
        def f(): names()
        seen = []
        thread = threading.Thread(target=f)
        thread.start(); thread.join()
        print(seen)
    """,
    "in another thread, which waits": """
        import sys, threading
        def names(frame):
            while frame is not None:
                yield frame.f_code.co_name
                frame = frame.f_back
        def inner():
            kept.append(sys._getframe()); ready.set(); done.wait()
        def work(): list(map(lambda _: inner(), [1]))
        kept, ready, done = [], threading.Event(), threading.Event()
        thread = threading.Thread(target=work)
        thread.start(); ready.wait()
        print(list(names(kept[0])), list(names(sys._current_frames()[thread.ident])))
        done.set(); thread.join()
        print(list(names(kept[0]))[:2])
    """,
    "in a thread without a start": """
        import _thread, traceback
        def f():
            seen.append([entry.name for entry in traceback.extract_stack()])
            done.release()
        seen = []
        done = _thread.allocate_lock()
        done.acquire()
        _thread.start_new_thread(f, ())
        done.acquire()
        print(seen)
    """,
    "in what a native thread lets go of": """
        import _thread, sys
        def callers():
            frame, found = sys._getframe(1), []
            while frame is not None:
                found.append(frame.f_code.co_name)
                frame = frame.f_back
            return found
        class Finalised:
            def __del__(self):
                seen.append(callers())
                done.release()
        def g():
            local = Finalised()
            yield
        seen, done = [], _thread.allocate_lock()
        done.acquire()
        _thread.start_new_thread(list, (g(),))
        done.acquire()
        print(seen)
    """,
    "callers of frames": """
        import sys
        def back(frame):
            found = []
            while frame is not None and len(found) < 4:
                found.append(frame.f_code.co_name)
                frame = frame.f_back
            return found
        def g():
            yield back(sys._getframe())[:2]
        def f(): return sys._getframe()
        frame = f()
        print(back(frame)[:1], next(g()), list(g())[0], list(map(lambda x: back(sys._getframe())[:2], [1])))
        def dead():
            def inner(): return sys._getframe()
            return inner()
        print(dead().f_code.co_name)
    """,
    "frames of a traceback": """
        def f(): 1 / 0
        def g(): f()
        try: g()
        except ZeroDivisionError as error: traceback = error.__traceback__
        print(traceback.tb_next.tb_frame.f_code.co_name, traceback.tb_frame.f_lineno)
    """,
    "frames given to library code": """
        import sys, inspect, traceback
        def f():
            frame = sys._getframe()
            outer = inspect.getouterframes(frame)
            return [record.function for record in outer][:2], inspect.getframeinfo(frame).lineno
        print(f())
        print([e.name for e in traceback.extract_stack(f=sys._getframe())][-1:])
        def g(): return [e.name for e in traceback.extract_stack(limit=1, f=sys._getframe())]
        print(g())
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_frames_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_a_native_frame_is_given_on_as_it_is() -> None:
    source = """
        import sys, inspect
        mine = sys._getframe()
        name = inspect.getframeinfo(frame).function
        named = inspect.getframeinfo(frame=frame).function
    """

    def host() -> FrameType:
        return sys._getframe()

    names = on_machine(source, frame=host())

    assert (names["name"], names["named"]) == ("host", "host")


def test_frames_are_shown_even_when_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        message = "can't create new thread at interpreter shutdown"
        raise RuntimeError(message)

    monkeypatch.setattr(_thread, "start_new_thread", refuse)
    frame = host_frames([sys._getframe()])

    assert frame.f_code.co_name == "test_frames_are_shown_even_when_no_thread_can_be_started"


def test_an_idle_machine_does_not_matter() -> None:
    source = """
        import sys
        def f(): return sys._getframe().f_back.f_code.co_name
        def g(): return f()
        result = g()
    """

    with Machine().activate():
        assert on_machine(source)["result"] == "g"


def test_the_stack_can_be_printed() -> None:
    stream = io.StringIO()
    with contextlib.redirect_stderr(stream):
        on_machine("def f(): show()\nf()", show=traceback.print_stack)

    assert 'File "<guest>", line 1, in f' in stream.getvalue()


def test_the_stack_of_a_frame_that_has_ended_is_its_callers() -> None:
    assert_same("""
        import sys, traceback
        def inner(): return sys._getframe()
        def middle(): return inner()
        def outer(): return middle()
        def made(): yield sys._getframe()
        def names(frame): return [entry.name for entry in traceback.extract_stack(frame)][-3:]
        print(names(outer()))
        running = made()
        suspended = next(running)
        print(names(suspended)[-1:], names(running.gi_frame)[-1:])
    """)


def test_the_frames_of_another_thread_lead_to_the_guests() -> None:
    assert_same("""
        import sys, threading
        ready, go = threading.Event(), threading.Event()
        def work(): ready.set(); go.wait()
        def names(frame):
            found = []
            while frame is not None: found.append(frame.f_code.co_name); frame = frame.f_back
            return found
        worker = threading.Thread(target=work); worker.start(); ready.wait()
        while 'wait' not in (seen := names(sys._current_frames()[worker.ident])): pass
        go.set(); worker.join(); print(seen[seen.index('wait') : seen.index('work') + 1])
        """)


def test_a_native_frame_that_the_guest_has_called_has_the_guests_as_its_callers() -> None:
    source = """
        import sys, traceback
        def names(): return [entry.name for entry in traceback.extract_stack(sys._getframe(1))][-3:]
        def f(): return call(names)
        found = f()
    """

    def call(function: Callable[[], list[str]]) -> list[str]:
        return function()

    def call_beside_an_idle_machine(function: Callable[[], list[str]]) -> list[str]:
        with Machine().activate():
            return function()

    assert ["<module>", "f", "call"] == natively(source, call=call)["found"]
    assert ["<module>", "f", "call"] == on_machine(source, call=call)["found"]
    found = on_machine(source, call=call_beside_an_idle_machine)["found"]
    assert ["<module>", "f", "call_beside_an_idle_machine"] == found
