"""Tests for calcharo_vm/machine/tracing.py: trace and profile functions get CPython's events."""

import sys

import pytest

from tests.machine.running import assert_same, on_machine

TRACED = """
import sys
events = []
def tracer(frame, event, arg):
    if frame.f_code.co_filename != "<guest>":
        return None
    shown = arg[0].__name__ if event == "exception" else arg if isinstance(arg, int) else None
    events.append((event, frame.f_code.co_name, frame.f_lineno, shown))
    return tracer
{program}
sys.settrace(tracer)
{run}
sys.settrace(None)
for event in events:
    print(*event)
print(sys.gettrace())
"""
PROGRAMS = {
    "a loop": ("def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total", "f(3)"),
    "an exception that is handled": (
        "def f():\n    try:\n        [][0]\n    except IndexError:\n        return 1\n    finally:\n        x = 2",
        "f()",
    ),
    "an exception that passes": (
        "def g():\n    raise ValueError\ndef f():\n    g()",
        "try:\n    f()\nexcept ValueError:\n    pass",
    ),
    "a generator": ("def f():\n    yield 1\n    yield 2", "list(f())"),
    "a while loop on one line": ("def f(n):\n    while n: n -= 1\n    return n", "f(2)"),
    "nested calls": ("def g(x):\n    return x\ndef f():\n    return (g(1),\n            g(2))", "f()"),
    "a lambda and a comprehension": ("def f():\n    return [(lambda y: y)(x) for x in (1, 2)]", "f()"),
    "a call back from C": ("def f():\n    return sorted([2, 1], key=lambda x: x)", "f()"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_events_are_cpythons(name: str) -> None:
    program, run = PROGRAMS[name]

    assert_same(TRACED.format(program=program, run=run))


def test_a_profile_function_hears_of_calls_and_c_calls() -> None:
    assert_same("""
        import sys
        events = []
        def profiler(frame, event, arg):
            if frame.f_code.co_filename == "<guest>":
                events.append((event, frame.f_code.co_name, getattr(arg, "__name__", None)))
        def f(x):
            return len(x)
        sys.setprofile(profiler)
        f("abc")
        try:
            f(1)
        except TypeError:
            pass
        sys.setprofile(None)
        print(events, sys.getprofile())
    """)


def test_a_profile_function_that_is_switched_off_hears_no_more() -> None:
    assert_same("""
        import sys
        def profiler(frame, event, arg): events.append((event, getattr(arg, "__name__", None)))
        def key(x):
            sys.setprofile(None)
            1 / x
        events = []
        for x in (1, 0):
            sys.setprofile(profiler)
            try: sorted([x], key=key)
            except ZeroDivisionError: print(sys.getprofile())
        print(events)
    """)


def test_exceptions_thrown_in_are_traced() -> None:
    assert_same("""
        import sys
        events = []
        def tracer(frame, event, arg):
            events.append((event, frame.f_code.co_name))
            return tracer
        def g():
            try: yield 1
            except ValueError: yield 2
        it = g()
        next(it)
        sys.settrace(tracer)
        it.throw(ValueError("thrown"))
        sys.settrace(None)
        print(events[:3])
    """)


def test_a_trace_function_that_raises_ends_the_tracing() -> None:
    assert_same("""
        import sys
        def tracer(frame, event, arg):
            raise ValueError("from the tracer")
        def f():
            return 1
        sys.settrace(tracer)
        try:
            f()
        except ValueError as error:
            print(error, sys.gettrace())
    """)


def test_a_local_function_that_returns_none_is_asked_again() -> None:
    assert_same("""
        import sys
        seen = []
        def local(frame, event, arg):
            seen.append((event, frame.f_lineno))
        def tracer(frame, event, arg):
            return local if frame.f_code.co_name == "f" else None
        def f():
            x = 1
            return x
        sys.settrace(tracer)
        f()
        sys.settrace(None)
        print(seen)
    """)


def test_lines_can_be_switched_off_and_opcodes_on() -> None:
    names = on_machine("""
        import sys
        seen = []
        def tracer(frame, event, arg):
            frame.f_trace_lines = False
            frame.f_trace_opcodes = True
            seen.append((event, frame.f_lasti, frame.f_trace_opcodes))
            return tracer
        def f(x):
            return x + 1
        sys.settrace(tracer)
        f(1)
        sys.settrace(None)
    """)
    seen = [event for event in names["seen"] if event[2]]

    assert {event for event, _, _ in seen} == {"call", "opcode", "return"}
    assert [offset for event, offset, _ in seen if event == "opcode"] == sorted(
        offset for event, offset, _ in seen if event == "opcode"
    )


def test_a_frame_of_c_code_keeps_its_own_setting() -> None:
    def host() -> object:
        return sys._getframe()

    frame = host()
    on_machine("frame.f_trace_opcodes = True", frame=frame)

    assert frame.f_trace_opcodes  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", ["exception", "return"])
def test_what_a_trace_function_raises_takes_the_place_of_the_exception(event: str) -> None:
    assert_same(f"""
        import sys, traceback
        def tracer(frame, event, arg):
            if event == {event!r}: raise KeyError(event)
            return tracer
        def fails(): 1 / 0
        def passes():
            try: fails()
            finally: sys.settrace(None)
        sys.settrace(tracer)
        try: passes()
        except Exception as error:
            print(repr(error), repr(error.__context__))
            print([(entry.name, entry.lineno) for entry in traceback.extract_tb(error.__traceback__)][-2:])
    """)
