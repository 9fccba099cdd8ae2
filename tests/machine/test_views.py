"""Tests for calcharo_vm/machine/views.py: attributes that would show the machine show the guest."""

import sys
from collections.abc import Iterable
from typing import Any

import pytest

from calcharo_vm.machine.trampolines import is_trampoline
from calcharo_vm.machine.views import original_of
from tests.machine.running import assert_same, natively, on_machine

PROGRAMS = {
    "code of functions and methods": """
        class C:
            def m(self): return 1
            @staticmethod
            def s(): pass
        def f(): pass
        print(f.__code__.co_name, C.m.__code__ is C().m.__code__, C.s.__code__.co_filename, f.__code__.co_varnames)
        print(f.__code__.co_code == f.__code__.co_code, (lambda: 1).__code__.co_consts[-1])
        import json
        print(json.dumps.__code__.co_name)
        class HasCode: __code__ = gi_code = f_code = f_lineno = f_locals = f_lasti = 1
        owner = HasCode()
        print(owner.__code__, owner.gi_code, owner.f_code, owner.f_lineno, owner.f_locals, owner.f_lasti)
        for name in ("__code__", "gi_frame", "f_back", "f_lineno"):
            try: eval("(1)." + name)
            except AttributeError as error: print(error)
    """,
    "code that is set": """
        def f(x): return x + 1
        def g(x): return x * 10
        f.__code__ = g.__code__
        print(f(2), f.__code__ is g.__code__)
        f.__code__ = f.__code__.replace(co_name="renamed")
        print(f(3), f.__code__.co_name)
        for wrong in (1, None):
            try: f.__code__ = wrong
            except TypeError as error: print(error)
        def closure():
            n = 1
            def inner(): return n
            return inner
        try: f.__code__ = closure().__code__
        except ValueError as error: print(error)
        class C: pass
        C.__code__ = 5
        print(C.__code__)
    """,
    "generators, coroutines and asynchronous generators": """
        import types
        def g(): x = yield; yield from [1]
        async def c(): await w()
        async def a():
            await w()
            yield 1
        @types.coroutine
        def w(): yield
        it, co, ag = g(), c(), a()
        print(it.gi_frame.f_code is g.__code__, co.cr_frame.f_code is c.__code__, ag.ag_frame.f_code is a.__code__)
        print(it.gi_code is g.__code__, co.cr_code is c.__code__, ag.ag_code is a.__code__)
        print(it.gi_yieldfrom, co.cr_await, ag.ag_await)
        next(it); next(it)
        co.send(None)
        step = ag.asend(None)
        step.send(None)
        print(type(it.gi_yieldfrom).__name__, type(co.cr_await).__name__, type(ag.ag_await).__name__)
        co.close(); it.close()
        try: step.throw(ValueError("over"))
        except ValueError as error: print(error)
        print(it.gi_frame, co.cr_frame, ag.ag_frame, it.gi_yieldfrom, co.cr_await, ag.ag_await)
        def running(): print(me.gi_yieldfrom, me.gi_running, me.gi_frame.f_lineno); yield
        me = running()
        next(me)
        def native(): return (y for y in [1])
        print(native().gi_frame.f_code.co_name)
    """,
    "generators of the library": """
        import contextlib, os, types
        it = os.walk("/nowhere")
        print(it.gi_frame.f_code.co_name, it.gi_code.co_name, it.gi_yieldfrom)
    """,
    "frames": """
        import sys
        def f(x):
            frame = sys._getframe()
            return frame, frame.f_lineno, frame.f_lasti > 0, frame.f_trace_opcodes, sorted(frame.f_locals)
        frame, *rest = f(1)
        print(rest, frame.f_code is f.__code__, frame.f_back is None, frame.f_builtins is not None)
        class C:
            y = 1
            names = sorted(k for k in sys._getframe().f_locals if k[0] != "_")
        print(C.names, sys._getframe().f_locals is globals())
        top = sys._getframe()
        print(top.f_lineno)
        print(top.f_lineno)
    """,
    "frames of the library": """
        import json
        try: json.loads("{")
        except ValueError as error: entry = error.__traceback__.tb_next
        frame = entry.tb_frame
        print(frame.f_lineno == entry.tb_lineno, frame.f_lasti == entry.tb_lasti, frame.f_code.co_name)
        print(sorted(frame.f_locals)[-1], frame.f_trace_opcodes)
    """,
    "frames of tracebacks after the end": """
        def f():
            local = 1
            raise ValueError
        try: f()
        except ValueError as error: entry = error.__traceback__.tb_next
        frame = entry.tb_frame
        print(frame.f_lineno, frame.f_locals, frame.f_code.co_name, frame.f_lasti == entry.tb_lasti, entry.tb_lineno)
        try: print(frame.f_back.f_code.co_name)
        except AttributeError: print("no caller")
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_attributes_show_what_cpython_shows(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_the_original_of_other_things_is_themselves() -> None:
    code = test_the_original_of_other_things_is_themselves.__code__

    assert original_of(code) is code
    assert original_of(code.co_name) is code.co_name


def test_code_of_a_native_function_is_set_as_it_is() -> None:
    def mine() -> int:
        return 1

    code = compile("2", "<test>", "eval")
    on_machine("mine.__code__ = code", mine=mine, code=code)

    assert mine() == 2
    assert mine.__code__ is code


def test_a_trampoline_is_set_as_it_is() -> None:
    names = on_machine("""
        def f(): return 1
        def g(): return 2
    """)
    names.update(on_machine("f.__code__ = trampoline", trampoline=names["g"].__code__, f=names["f"]))

    assert names["f"]() == 2
    assert is_trampoline(names["f"].__code__)
    assert original_of(names["f"].__code__) is original_of(names["g"].__code__)


def test_callers_are_found_without_an_active_machine() -> None:
    from calcharo_vm.machine.views import GUEST_VIEWS

    def caller() -> tuple[Any, Any]:
        return callee()

    def callee() -> tuple[Any, Any]:
        frame = sys._getframe()
        return GUEST_VIEWS["f_back"](frame), frame.f_back

    found, expected = caller()

    assert found is expected


def test_what_the_library_reads_of_a_generator_is_the_programs_code() -> None:
    assert_same("""
        import types
        def generate(): yield 1
        wrapper = types.coroutine(lambda: generate())
        print(wrapper().cr_code is wrapper().gi_code is generate.__code__)
    """)


def test_an_ended_generators_frame_has_the_callers_that_cpython_leaves_it() -> None:
    source = """
        import sys
        def g(): yield sys._getframe()
        def f():
            frame, found = last_of(g()), []
            while frame is not None and len(found) < 4:
                found.append(frame.f_code.co_name)
                frame = frame.f_back
            return found
        names = f()
    """

    def last_of(values: Iterable[object]) -> object:
        (value,) = values
        return value

    names = natively(source, last_of=last_of)["names"]
    has_caller = (3, 12) <= sys.version_info < (3, 14)

    assert names == (["g", "last_of", "f", "<module>"] if has_caller else ["g"])
    assert names == on_machine(source, last_of=last_of)["names"]
