"""Tests for calcharo_vm/machine/jumps.py: trace functions make frames go on at other lines, as on CPython."""

import sys
from textwrap import dedent

import pytest

from calcharo_vm.machine import Machine
from tests.machine.running import assert_same, on_machine, output_of

TRACED = """
import re, sys, warnings
warnings.simplefilter("ignore")
class Manager:
    def __init__(self, name): self.name = name
    def __enter__(self): print("enter", self.name)
    def __exit__(self, *error): print("exit", self.name, error[0])
def current(): return type(sys.exc_info()[1]).__name__
{function}
def run(traced, start, to, wanted="line"):
    code, events, tries = traced.__code__, [], []
    def trace(frame, event, arg):
        if frame.f_code is not code: return None
        line = frame.f_lineno - code.co_firstlineno
        events.append(event[0] + str(line))
        if event == wanted and line == start and not tries:
            tries.append(1)
            try:
                frame.f_lineno = code.co_firstlineno + to
                events.append((frame.f_lineno - code.co_firstlineno, frame.f_lasti))
            except ValueError as error:
                events.append(str(error))
        return trace
    sys.settrace(trace)
    try:
        print(f())
    except Exception as error:
        print(repr(error), error.__traceback__.tb_next.tb_lineno - code.co_firstlineno)
    finally:
        sys.settrace(None)
    print(*events, current())
{runs}
"""

FUNCTIONS = {
    "loops": """
        def f(n=2):
            total = 0
            for i in range(n):
                total += i
                for j in 'ab':
                    total += 1
                else:
                    total += 100
            while total > 1000:
                total -= 1
            return total
    """,
    "handlers": """
        def f():
            try:
                print(current())
                try:
                    1/0
                except ZeroDivisionError as e:
                    print(current())
                    try:
                        {}['k']
                    except KeyError:
                        print(current())
                        print(2)
                    print(current())
                finally:
                    print(current())
                    print('f')
            except ValueError:
                print('v')
            return current()
    """,
    "with statements": """
        def f():
            with Manager(1) as a:
                print('x')
                with Manager(2), Manager(3):
                    print('y')
                    {}['k']
                print('w')
            for c in [1, 2]:
                with Manager(4):
                    if c == 1:
                        continue
                    break
            print('end')
    """,
    "unbound variables": """
        def f():
            if print is None:
                v = 1
            w = 2
            def inner():
                return w
            del w
            try:
                u = v
            except UnboundLocalError as e:
                u = str(e)
            w = 5
            return inner(), u
    """,
    "groups": """
        def f():
            try:
                raise ExceptionGroup('g', [ValueError(1), KeyError(2)])
            except* ValueError as e:
                print(repr(e))
                print(1)
            except* KeyError:
                print(2)
                print(3)
            return 0
    """,
    "expressions": """
        def f(a=1):
            x = [
                a,
                len(
                    'abc'),
                {'k':
                    a},
            ]
            y = (a and
                 x or
                 None)
            return x, y
    """,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_jumps_from_each_line_to_each_other_are_as_on_cpython(name: str) -> None:
    lines = range(1, len(dedent(FUNCTIONS[name]).strip().splitlines()) + 1)
    runs = "\n".join(f"print({start}, {to}); run(f, {start}, {to})" for start in lines for to in lines)

    assert_same(TRACED.format(function=dedent(FUNCTIONS[name]), runs=runs))


GENERATOR = """
def generate():
    print('start')
    x = yield 1
    print(x)
    try:
        y = yield 2
    except ValueError:
        print('caught')
    yield 3
def f():
    it = generate()
    return next(it), it.send('sent'), it.throw(ValueError)
"""


@pytest.mark.parametrize("jump", ["3, 1", "5, 8", "8, 3", "4, 9"])
def test_generators_jump_from_line_events(jump: str) -> None:
    assert_same(TRACED.format(function=GENERATOR, runs=f"run(generate, {jump})"))


@pytest.mark.parametrize("event", ["exception", "call", "return", "opcode"])
def test_other_events_do_not_jump(event: str) -> None:
    function = "def f():\n    x = 1\n    try: len(1)\n    except TypeError: x = 2\n    return x"
    runs = "\n".join(f'run(f, {line}, 1, "{event}")' for line in range(5))

    assert_same(TRACED.format(function=function, runs=runs))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 refuses")
def test_a_generator_that_goes_on_may_go_on_elsewhere() -> None:
    assert_same(TRACED.format(function=GENERATOR, runs='run(generate, 2, 7, "call")'))


def test_a_generator_that_goes_on_with_an_exception_may_not() -> None:
    assert_same("""
        import sys
        def trace(frame, event, arg):
            if event == "call" and frame.f_lineno > first:
                try: frame.f_lineno = first + 1
                except ValueError as error: print(event, error)
            return trace
        def g():
            x = 1
            try: yield x
            except KeyError: x = 2
            yield x
        first = g.__code__.co_firstlineno
        it = g()
        sys.settrace(trace); next(it); it.throw(KeyError); sys.settrace(None)
    """)


@pytest.mark.parametrize("line", [2, 5])
@pytest.mark.skipif(sys.version_info < (3, 14), reason="until 3.12 CPython crashes; until 3.13 it yields first")
def test_a_generator_jumps_instead_of_yielding(line: int) -> None:
    function = GENERATOR.replace("it.throw(ValueError)", "0")

    assert_same(TRACED.format(function=function, runs=f'run(generate, {line}, 3, "return")'))


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="since 3.14 it jumps instead")
def test_a_generator_yields_before_it_jumps() -> None:
    function = (
        "def generate():\n    print('start')\n    x = yield 1\n    print('end')\ndef f():\n    return list(generate())"
    )

    shown = output_of(on_machine, TRACED.format(function=function, runs='run(generate, 2, 3, "return")'))

    assert shown.splitlines()[0:3] == ["start", "end", "[1]"]


@pytest.mark.parametrize("line", ["'x'", "3.0", "True", "1 << 40", "-5", "10**6"])
def test_lines_that_there_are_not_are_refused(line: str) -> None:
    assert_same(f"""
        import sys
        def trace(frame, event, arg):
            if event == "line":
                sys.settrace(None)
                try: frame.f_lineno = {line}
                except ValueError as error: print(error)
            return trace
        def f():
            return 1
        sys.settrace(trace); f()
    """)


def test_nobody_but_a_trace_function_jumps() -> None:
    assert_same("""
        import sys
        try: sys._getframe().f_lineno = 2
        except ValueError as error: print(error)
        try: ValueError().__traceback__.f_lineno = 2
        except AttributeError as error: print(error)
    """)


def test_profile_functions_hear_why_they_may_not_jump() -> None:
    assert_same("""
        import sys
        def profile(frame, event, arg):
            if frame.f_code.co_name == "f":
                try: frame.f_lineno = 12
                except ValueError as error: print(event, error)
        def f():
            len([])
            try: len(1)
            except TypeError: pass
        sys.setprofile(profile); f(); sys.setprofile(None)
    """)


def test_a_second_jump_starts_from_where_the_first_one_leads() -> None:
    assert_same("""
        import sys, warnings
        warnings.simplefilter("ignore")
        def trace(frame, event, arg):
            if event == "line" and frame.f_lineno == first + 3:
                for to in (4, 3, 1, 5):
                    try: frame.f_lineno = first + to
                    except ValueError as error: print(error)
                    print(frame.f_lineno - first)
            return trace
        def f():
            x = 0
            for i in [1, 2]:
                x += i
                x += 10
            return x
        first = f.__code__.co_firstlineno
        sys.settrace(trace); print(f()); sys.settrace(None)
    """)


def test_a_function_goes_on_at_its_start() -> None:
    assert_same("""
        import sys
        events = []
        def tracer(frame, event, arg):
            if frame.f_code is not f.__code__: return None
            line = frame.f_lineno - f.__code__.co_firstlineno
            events.append((event, line, frame.f_lasti))
            if event == "line" and line == 2 and len(events) < 6: frame.f_lineno = f.__code__.co_firstlineno
            return tracer
        def f():
            x = 1
            return x
        sys.settrace(tracer)
        f()
        sys.settrace(None)
        for event in events: print(*event)
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 leaves variables unbound")
def test_variables_are_bound_with_a_warning_at_the_trace_functions_line() -> None:
    assert_same("""
        import sys, warnings
        def trace(frame, event, arg):
            if event == "line" and frame.f_lineno == first + 1 and frame.f_code is f.__code__:
                try: frame.f_lineno = first + 3
                except RuntimeWarning as warning: print(repr(warning))
            return trace
        def f():
            x = 1
            y = 2
            return x, y
        first = f.__code__.co_firstlineno
        for action in ("error", "always"):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter(action)
                sys.settrace(trace); print(f()); sys.settrace(None)
                print(*((str(one.message), one.lineno, one.filename) for one in caught))
    """)


def test_a_stack_that_is_too_deep_is_not_left() -> None:
    deep = "[" + "x, [" * 25 + "\n x" + "]" * 26
    function = f"def f(x=1):\n    y = {deep}\n    return y\n"

    assert_same(TRACED.format(function=function, runs="run(f, 2, 3)\nrun(f, 1, 2)\nrun(f, 3, 2)"))


def test_code_that_nothing_leads_to_is_no_place_to_go() -> None:
    function = "def f(x=1):\n    while True:\n        if x: return 1\n        x = 2\n    x = 3\n"

    assert_same(TRACED.format(function=function, runs="run(f, 3, 4)\nrun(f, 2, 5)"))


def test_a_trace_function_that_raises_does_not_jump() -> None:
    source = """
        import sys
        def trace(frame, event, arg):
            if event == "line" and frame.f_lineno == first + 2:
                frame.f_lineno = first + 1
                raise KeyError
            return trace
        def f():
            x = 1
            x = 2
        first = f.__code__.co_firstlineno
        sys.settrace(trace)
        try: f()
        except KeyError as error: line = error.__traceback__.tb_next.tb_lineno - first
    """

    assert on_machine(source)["line"] == 2


def test_a_frame_jumps_only_when_it_is_its_event() -> None:
    source = """
        import sys
        def trace(frame, event, arg):
            try: frame.f_back.f_lineno = 3
            except ValueError as error: refusals.append(str(error))
        def f(): pass
        refusals = []
        sys.settrace(trace); f(); sys.settrace(None)
    """

    assert on_machine(source)["refusals"] == ["can only jump from a 'line' trace event"]


def test_invariants_hold_when_a_program_jumps(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.conformance.invariants import InvariantObserver

    observer = InvariantObserver()
    machine = Machine(observer=observer)
    lines = [(3, 9), (5, 10), (6, 2), (10, 6), (11, 3), (11, 15)]
    runs = "\n".join(f"run(f, {start}, {to})" for start, to in lines)
    source = TRACED.format(function=dedent(FUNCTIONS["handlers"]), runs=runs)
    with machine.activate():
        machine.run_code(compile(source, "<guest>", "exec", dont_inherit=True), {"__name__": "__main__"})

    assert capsys.readouterr().out.count("(") >= len(lines)  # where jumps lead to
    assert observer.violations == []
