"""Tests for calcharo_vm/machine/trampolines.py: host functions that stand for guest functions."""

import sys
from types import FunctionType
from typing import Any

import pytest

from calcharo_vm.machine.tracebacks import StubMarker
from calcharo_vm.machine.trampolines import guest_code_of, is_trampoline, make_stub
from tests.machine.running import assert_same, on_machine

PROGRAMS = {
    "functions called by native code": """
        import functools
        def call(function, *arguments, **named): return functools.partial(function, *arguments, **named)()
        def f(a, /, b=2, *args, c, d=4, **more): return a, b, args, c, d, more
        def n(): return "nothing"
        def k(*, x): return x
        def outer():
            free = 1
            def inner(a, *, b=free): return free, a, b
            return inner
        print(call(f, 1, c=3), call(f, 1, 5, 6, c=7, e=8), call(n), call(k, x=9), call(outer(), 2))
        for wrong in (lambda: call(f), lambda: call(n, 1), lambda: call(k), lambda: call(outer(), b=1)):
            try: wrong()
            except TypeError as error: print(error)
    """,
    "functions called by guest code": """
        def f(a, b=2): return a, b
        def g(a, b, c=3, d=4): return a, b, c, d
        def h(a, *, b): return a, b
        def s(*args, **more): return args, more
        class C:
            def m(self, a, b=2): return a, b
        print(f(1), f(1, 3), f(b=1, a=2), g(1, 2), g(1, 2, 5), g(1, 2, d=6), h(1, b=2), s(1, x=2), C().m(1),
            C().m(b=1, a=3))
        wrong = (
            lambda: f(), lambda: f(1, 2, 3), lambda: f(1, a=2), lambda: f(c=1), lambda: g(1), lambda: h(1),
                lambda: h(1, 2),
            lambda: h(1, b=2, c=3), lambda: C().m(), lambda: C().m(1, 2, 3), lambda: C.m(), lambda: (lambda x,
                /: x)(x=1),
        )
        for call in wrong:
            try: call()
            except TypeError as error: print(error)
        f.__defaults__ = None
        h.__kwdefaults__ = {"b": 5}
        f.__qualname__ = "renamed.f"
        print(h(1))
        try: f(1)
        except TypeError as error: print(error)
    """,
    "what functions look like": """
        import inspect
        def f(a, /, b: int = 2, *args, c, d=4, **more) -> str:
            "Says something."
        def g(a, b): pass
        print(inspect.signature(f), f.__doc__, inspect.signature(g), g.__doc__, inspect.getdoc(f))
        print(f.__code__.co_argcount, f.__code__.co_posonlyargcount, f.__code__.co_kwonlyargcount,
            f.__code__.co_varnames)
        print(inspect.isgeneratorfunction(f), inspect.iscoroutinefunction(f))
        async def c(): pass
        def it(): yield
        print(inspect.iscoroutinefunction(c), inspect.isgeneratorfunction(it))
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_guest_functions_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_a_trampoline_is_known_from_the_code_it_stands_for() -> None:
    function: Any = on_machine("def f(): return 1")["f"]

    assert is_trampoline(function.__code__)
    guest = guest_code_of(function.__code__)
    assert guest is not None
    assert guest.code.co_name == "f"
    assert not is_trampoline(guest.code)


def test_a_native_function_stands_for_nothing() -> None:
    def function() -> None: ...

    native: Any = function
    assert guest_code_of(native.__code__) is None
    assert not is_trampoline(native.__code__)
    assert not is_trampoline(native.__code__.replace(co_consts=()))
    assert guest_code_of(native.__code__.replace(co_consts=())) is None


def test_opcodes_of_a_stub_can_be_replaced() -> None:
    adding = make_stub("def stub(a, b): return -a", StubMarker(), {"UNARY_NEGATIVE": "UNARY_INVERT"})

    assert FunctionType(adding, {})(5, 3) == ~5
    assert is_trampoline(adding)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="docstrings are marked since 3.13")
def test_a_first_constant_that_is_no_docstring() -> None:
    assert_same("""
        def f(): return "text"
        print(f.__doc__, f())
    """)
