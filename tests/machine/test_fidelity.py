"""Tests for docs/fidelity.md: each shows a difference from CPython that the page names."""

import sys
from types import FrameType

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.machine.tracebacks import MACHINE_FOLDER
from tests.machine.running import natively, on_machine, output_of


def test_the_repr_of_a_frame_shows_no_line() -> None:
    source = "import sys\nshown = repr(sys._getframe())"

    assert "line 2" in natively(source)["shown"]
    assert "line 2" not in on_machine(source)["shown"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_monitoring_reports_native_code_only() -> None:
    source = """
        import sys
        def f(): pass
        seen = []
        monitoring = sys.monitoring
        monitoring.use_tool_id(3, "test")
        monitoring.register_callback(3, monitoring.events.PY_START, lambda code, offset: seen.append(code.co_name))
        monitoring.set_local_events(3, f.__code__, monitoring.events.PY_START)
        f()
        monitoring.set_local_events(3, f.__code__, 0)
        monitoring.free_tool_id(3)
    """

    assert natively(source)["seen"] == ["f"]
    assert on_machine(source)["seen"] == []


def test_library_code_reads_the_trampoline() -> None:
    source = """
        import operator
        def f(): return 1
        same = operator.attrgetter("__code__")(f) is f.__code__
    """

    assert natively(source)["same"] is True
    assert on_machine(source)["same"] is False


def test_recursion_through_library_code_may_go_deeper() -> None:
    source = """
        import copy, sys
        nested = []
        for _ in range(sys.getrecursionlimit()):
            nested = [nested]
        try:
            copy.deepcopy(nested)
            outcome = "copied"
        except RecursionError:
            outcome = "RecursionError"
    """

    assert natively(source)["outcome"] == "RecursionError"
    assert on_machine(source)["outcome"] == "copied"


SMALLER = {
    "a generator in a call of C code": (
        (3, 11),
        (3, 13),
        """
            import gc
            def names(value): return [type(referrer).__name__ for referrer in gc.get_referrers(value)]
            def generator(value): yield list(map(names, [value]))
            print(*generator(object()))
        """,
    ),
    "an exception thrown that looks like close()": (
        (3, 13),
        (3, 99),
        "def g():\n    yield 1\nit = g()\nnext(it)\nit.throw(GeneratorExit)",
    ),
    "an asynchronous generator that dies": (
        (3, 13),
        (3, 13),  # later ones show it to monitoring only: tracing makes CPython execute the instructions too
        """
            import sys
            async def generator(): yield 1
            it = generator()
            try: it.asend(None).send(None)
            except StopIteration: pass
            def trace(frame, event, argument):
                if frame.f_code is generator.__code__: print(event)
            sys.settrace(trace)
            del it
            sys.settrace(None)
        """,
    ),
    "entries of an exception thrown in while another is handled": (
        (3, 11),
        (3, 11),
        """
            import traceback
            def inner(): yield
            def outer():
                try: 1 / 0
                except ZeroDivisionError: yield from inner()
            generator = outer()
            next(generator)
            try: generator.throw(KeyError)
            except KeyError as error: print(len(traceback.extract_tb(error.__traceback__)))
        """,
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SMALLER)
def test_smaller_differences(name: str) -> None:
    first, last, source = SMALLER[name]
    if not first <= sys.version_info[:2] <= last:
        pytest.skip("only between other versions")

    assert output_of(natively, source) != output_of(on_machine, source)


C_LEVEL = {
    "objects that running code makes": """
        import gc
        def f(): return [1]
        gc.collect()
        before = len(gc.get_objects())
        f()
        print(len(gc.get_objects()) - before)
    """,
    "referrers of a variable": """
        import gc
        def f():
            value = object()
            return [type(referrer) for referrer in next(map(gc.get_referrers, [value]))]
        print(f())
    """,
    "builtins of its own": """
        namespace = {"__builtins__": {"iter": "the guest's", "list": list}}
        exec("found = list.__iter__([1]).__reduce__()[0]", namespace)
        print(namespace["found"])
    """,
    "a function that library code makes": """
        import sys, types
        def f(): return 1
        made = next(map(types.FunctionType, [f.__code__], [{}]))
        seen = []
        sys.settrace(lambda frame, event, argument: seen.append(event))
        made()
        sys.settrace(None)
        print(seen)
    """,
}


@pytest.mark.parametrize("name", C_LEVEL)
def test_c_code_looks_behind_python_objects(name: str) -> None:
    assert output_of(natively, C_LEVEL[name]) != output_of(on_machine, C_LEVEL[name])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="C code cannot set it before")
def test_a_functions_vectorcall_is_of_no_effect() -> None:
    pytest.importorskip("_testcapi")
    source = """
        import _testcapi
        def f(number): return number
        _testcapi.function_setvectorcall(f)
        result = f(11)
    """

    assert natively(source)["result"] == "overridden"
    assert on_machine(source)["result"] == 11


@pytest.mark.skipif(sys.version_info < (3, 15), reason="CPython itself may be interrupted there before")
def test_an_interrupt_may_come_between_enter_and_the_body() -> None:
    pytest.importorskip("_testinternalcapi")
    source = """
        from _testinternalcapi import SelfInterruptingContextManager
        manager = SelfInterruptingContextManager()
        try:
            with manager: pass
        except KeyboardInterrupt: pass
        within = manager.within()
    """

    assert natively(source)["within"] is False
    assert on_machine(source)["within"] is True


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="library code reads the frame since")
def test_c_code_suggests_no_local_names() -> None:
    source = """
        import _testcapi, io
        def f():
            abcdef = 1
            return abcdeg
        stream = io.StringIO()
        try: f()
        except NameError as error:
            import sys
            from test.support import captured_stderr
            with captured_stderr() as stream: sys.__excepthook__(*sys.exc_info())
        shown = stream.getvalue()
    """
    pytest.importorskip("_testcapi")

    assert "Did you mean" in natively(source)["shown"]
    assert "Did you mean" not in on_machine(source)["shown"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="exceptions are made at once since")
def test_an_exception_that_c_code_fails_to_make_starts_with_the_caller() -> None:
    pytest.importorskip("_testcapi")
    source = """
        import _testcapi, sys
        class Bad(Exception):
            def __init__(self): raise RuntimeError
        def f():
            try: _testcapi.raise_exception(Bad, 0)
            except RuntimeError: return sys.exc_info()[2].tb_frame.f_code.co_name
        name = f()
    """

    assert natively(source)["name"] == "__init__"
    assert on_machine(source)["name"] == "f"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="C code has a limit of its own since")
def test_recursion_in_c_code_may_go_deeper() -> None:
    source = """
        group = TypeError(1)
        for _ in range(1500): group = ExceptionGroup("group", [group])
        try:
            group.split(TypeError)
            outcome = "split"
        except RecursionError:
            outcome = "RecursionError"
    """

    assert natively(source)["outcome"] == "RecursionError"
    assert on_machine(source)["outcome"] == "split"


def test_guest_code_is_never_specialized() -> None:
    source = """
        import dis
        def f(x): return x + 1
        for number in range(1000): f(number)
        names = [one.opname for one in dis.get_instructions(f, adaptive=True)]
    """

    assert "BINARY_OP_ADD_INT" in natively(source)["names"]
    assert "BINARY_OP_ADD_INT" not in on_machine(source)["names"]


def test_what_traces_the_host_hears_of_the_machine() -> None:
    files: list[str] = []

    def hear(frame: FrameType, event: str, _: object) -> None:
        files.append(frame.f_code.co_filename)

    on_machine("import sys\ndef f(): pass\nbegin(hear)\nf()\nsys.settrace(None)", begin=sys.settrace, hear=hear)

    assert sys.gettrace() is not hear
    assert any(file.startswith(MACHINE_FOLDER) for file in files)


def test_values_that_a_jump_drops_live_until_the_trace_function_returns() -> None:
    source = """
        import sys
        class Item:
            def __iter__(self): return self
            def __next__(self): return 1
            def __del__(self): gone.append(1)
        def trace(frame, event, arg):
            if event == "line" and frame.f_lineno == f.__code__.co_firstlineno + 2:
                frame.f_lineno += 2
                seen.append(len(gone))
            return trace
        def f():
            for x in Item():
                x = 2
            else: x = 3
            return x
        gone, seen = [], []
        sys.settrace(trace); f(); sys.settrace(None)
    """

    assert natively(source)["seen"] == [1]
    assert on_machine(source)["seen"] == [0]


def test_functions_that_tell_inputs_are_written_in_python() -> None:
    source = "import time\nkind = type(time.time).__name__\n"

    assert execute_and_trace(source)[-1].globals_state["kind"] == "builtin_function_or_method"
    pinned = execute_and_trace(source, TracerConfig(deterministic=True))
    assert pinned[-1].globals_state["kind"] == "function"


def test_library_code_gets_frames_of_its_own() -> None:
    source = """
        import inspect
        def f(): return inspect.stack()[0].frame, inspect.currentframe()
        first, second = f()
        same, shown = first is second, first.f_code is second.f_code
    """

    assert natively(source)["same"] is True
    assert on_machine(source)["same"] is False
    assert natively(source)["shown"] is on_machine(source)["shown"] is True


def test_code_that_no_compiler_made_is_refused_before_it_runs() -> None:
    source = """
        def f(): return 1
        outcome = "made"
        try: f.__code__ = f.__code__.replace(co_code=bytes([255, 0]) * 4)
        except Exception as error: outcome = type(error).__name__
    """

    assert natively(source)["outcome"] == "made"
    assert on_machine(source)["outcome"] == "InvalidBytecode"
