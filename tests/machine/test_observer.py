"""Tests for calcharo_vm/machine/observer.py: a machine tells of every frame, instruction and exception, in balance."""

import contextlib
import sys
import threading
from collections.abc import Callable, Sequence
from textwrap import dedent
from types import CodeType
from typing import Any

import pytest

from calcharo_vm.machine import Machine
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.observer import Leave
from calcharo_vm.machine.signals import Signal
from tests.machine.running import natively


class Log:
    """Keeps what it is told, as tuples that begin with the event and the name of the frame's code."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.executed: list[tuple[str, str]] = []
        self.active: dict[int, list[Frame]] = {}

    @property
    def _frames(self) -> list[Frame]:
        return self.active.setdefault(threading.get_ident(), [])

    def frame_entered(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.events.append(("entered", frame.code.co_name))

    def frame_resumed(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.events.append(("resumed", frame.code.co_name))

    def instruction(self, frame: Frame, index: int) -> None:
        assert self._frames[-1] is frame
        assert frame.ip - 1 == index
        self.executed.append((frame.code.co_name, frame.decoded.instructions[index].opname))

    def raised(self, frame: Frame, error: BaseException) -> None:
        assert self._frames[-1] is frame
        self.events.append(("raised", frame.code.co_name, type(error).__name__))

    def handled(self, frame: Frame, depth: int, error: BaseException) -> None:
        assert self._frames[-1] is frame
        assert len(frame.stack) == depth
        self.events.append(("handled", frame.code.co_name, type(error).__name__, depth))

    def jumped(self, frame: Frame, bound: Sequence[int]) -> None:
        assert self._frames[-1] is frame
        self.events.append(("jumped", frame.code.co_name, tuple(bound)))

    def frame_left(self, frame: Frame, how: Signal) -> None:
        assert self._frames.pop() is frame
        self.events.append(("left", frame.code.co_name, repr(how)))


def told_of(source: str) -> Log:
    """What an observer is told of source, which may end with an exception."""
    log = Log()
    machine = Machine(observer=log)
    code = compile(dedent(source), "<guest>", "exec", dont_inherit=True)
    with machine.activate(), contextlib.suppress(ZeroDivisionError):
        machine.run_code(code, {"__name__": "__main__"})
    return log


def test_a_call_is_entered_and_left() -> None:
    log = told_of("""
        def f(x): return x
        f(1)
    """)

    assert log.events == [
        ("entered", "<module>"),
        ("entered", "f"),
        ("left", "f", "RETURNED"),
        ("left", "<module>", "RETURNED"),
    ]
    assert next(opname for name, opname in log.executed if name == "f") == "RESUME"
    assert log.executed[-1][1] in {"RETURN_VALUE", "RETURN_CONST"}


def test_a_call_from_c_is_told_like_any_other() -> None:
    log = told_of("sorted([1], key=lambda x: x)")

    assert log.events[1:3] == [("entered", "<lambda>"), ("left", "<lambda>", "RETURNED")]


def test_a_generator_starts_is_resumed_and_pauses() -> None:
    log = told_of("""
        def g():
            yield 1
        list(g())
    """)

    assert log.events == [
        ("entered", "<module>"),
        ("entered", "g"),
        ("left", "g", "STARTED"),
        ("resumed", "g"),
        ("left", "g", "YIELDED"),
        ("resumed", "g"),
        ("left", "g", "RETURNED"),
        ("left", "<module>", "RETURNED"),
    ]


def test_an_exception_is_raised_in_each_frame_that_it_passes() -> None:
    log = told_of("""
        def f(): 1 / 0
        def g(): f()
        try:
            g()
        except ZeroDivisionError:
            pass
    """)

    assert log.events[1:] == [
        ("entered", "g"),
        ("entered", "f"),
        ("raised", "f", "ZeroDivisionError"),
        ("left", "f", "UNWOUND"),
        ("raised", "g", "ZeroDivisionError"),
        ("left", "g", "UNWOUND"),
        ("raised", "<module>", "ZeroDivisionError"),
        ("handled", "<module>", "ZeroDivisionError", 0),
        ("left", "<module>", "RETURNED"),
    ]


def test_an_exception_that_is_raised_again_is_told_again() -> None:
    log = told_of("""
        try:
            1 / 0
        finally:
            pass
    """)

    assert [event[0] for event in log.events].count("raised") >= 2
    assert log.events[-1] == ("left", "<module>", "UNWOUND")


def test_an_exception_that_leaves_a_generator() -> None:
    log = told_of("""
        def g():
            yield 1
            1 / 0
        def f():
            yield from g()
        for x in f():
            pass
    """)

    assert [event[1:] for event in log.events if event[0] == "left" and event[2] == "UNWOUND"] == [
        ("g", "UNWOUND"),
        ("f", "UNWOUND"),
        ("<module>", "UNWOUND"),
    ]


def test_a_paused_handler_goes_on() -> None:
    log = told_of("""
        def g():
            try:
                1 / 0
            except ZeroDivisionError:
                yield 1
                yield 2
        list(g())
    """)

    assert [event[0] for event in log.events if event[1] == "g"] == [
        "entered", "left", "resumed", "raised", "handled", "left", "resumed", "left", "resumed", "left",
    ]  # fmt: skip


def test_what_ends_a_generator_early_is_raised_in_it() -> None:
    log = told_of("""
        def g():
            try:
                yield 1
            finally:
                pass
        it = g()
        next(it)
        it.close()
    """)

    assert ("raised", "g", "GeneratorExit") in log.events
    assert ("left", "g", "UNWOUND") in log.events


def test_threads_have_events_of_their_own() -> None:
    log = told_of("""
        import threading
        def f(): return 1
        thread = threading.Thread(target=f)
        thread.start()
        thread.join()
    """)

    assert [("entered", "f"), ("left", "f", "RETURNED")] == [event for event in log.events if event[1] == "f"]
    assert len(log.active) == 2
    assert all(frames == [] for frames in log.active.values())


@pytest.mark.parametrize(
    "source",
    [
        "for x in (1, 2): pass",
        "async def f(): pass\nf().close()",
        "class C:\n    def m(self): return 1\nC().m()",
        "with open('/dev/null') as file: pass",
        "import keyword\nexec('x = [y for y in (1, 2)]')",
        "def f():\n    try: return 1\n    finally: 1 / 0\nf()",
        "try:\n    raise ExceptionGroup('g', [OSError(), TypeError()])\nexcept* OSError: pass\nexcept* TypeError: pass",
    ],
)
def test_what_is_entered_is_left(source: str) -> None:
    log = told_of(source)

    kinds = [event[0] for event in log.events]
    assert kinds.count("left") == kinds.count("entered") + kinds.count("resumed")
    assert all(frames == [] for frames in log.active.values())


def test_the_ways_of_leaving_have_names() -> None:
    assert [repr(how) for how in (Leave.RETURNED, Leave.UNWOUND, Leave.SUSPENDED, Leave.STARTED)] == [
        "RETURNED",
        "UNWOUND",
        "YIELDED",
        "STARTED",
    ]


class LinkingLog(Log):
    """Keeps what it is told, instructions by handlers of its own."""

    def observed(self, code: CodeType, index: int, handler: Callable[..., Any]) -> Callable[..., Any]:
        assert code.co_filename == "<guest>"

        def telling(frame: Frame, stack: list[Any], operand: Any) -> Any:
            self.instruction(frame, index)
            return handler(frame, stack, operand)

        return telling


def test_handlers_of_the_observers_own_see_the_same_instructions() -> None:
    code = compile("def f(n): return n and f(n - 1)\nf(3)\n[x for x in (1, 2)]\nf(None / 1)", "<guest>", "exec")
    told, linked = Log(), LinkingLog()
    tracebacks = []
    for log in (told, linked):
        with pytest.raises(TypeError) as caught:
            Machine(observer=log).run_code(code, {})
        tracebacks.append(
            [(entry.name, entry.lineno) for entry in caught.traceback if str(entry.path).endswith("<guest>")]
        )

    assert linked.executed == told.executed
    assert linked.events == told.events
    assert tracebacks[0] == tracebacks[1]


class Interrupted(Log):
    """Is in the midst of something when it says so, and has finalisers wait."""

    def __init__(self) -> None:
        super().__init__()
        self.is_busy = False
        self.postponed: list[Callable[[], object]] = []

    def is_in_the_way(self) -> bool:
        return self.is_busy

    def postpone(self, call: Callable[[], object]) -> None:
        self.postponed.append(call)


CLOSED_LATER = {
    "seen.append('closed')": (["closed"], []),
    "yield": ([], ["RuntimeError('generator ignored GeneratorExit')"]),
    "raise KeyError('k')": ([], ["KeyError('k')"]),
    "raise": ([], []),
}


@pytest.mark.parametrize("handler", CLOSED_LATER)
def test_a_generator_that_is_thrown_away_while_the_observer_is_busy_is_closed_later(
    handler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: reports.append(repr(report.exc_value)))
    source = f"def g():\n try: yield\n except GeneratorExit: {handler}\nseen = []\nit = g()\nnext(it)\n"
    names = natively(source)
    del names["it"]
    assert CLOSED_LATER[handler] == (names["seen"], reports)
    reports.clear()

    observer = Interrupted()
    machine = Machine(observer=observer)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with machine.activate():
        machine.run_code(compile(source, "<guest>", "exec", dont_inherit=True), namespace)
        events = len(observer.events)
        observer.is_busy = True
        del namespace["it"]
        assert events == len(observer.events)
        observer.is_busy = False
        observer.postponed.clear()

    assert ("resumed", "g") == observer.events[events]
    assert CLOSED_LATER[handler] == (namespace["seen"], reports)
