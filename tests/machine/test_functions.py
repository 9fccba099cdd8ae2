"""Tests for calcharo_vm/machine/functions.py: functions and classes as statements make them."""

import sys

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "what functions are made of": """
        def outer():
            n = 5
            def f(a: int, b: str = "b", *, c: float = 1.5, d=n) -> "result":
                "What it says."
                return n
            return f
        f = outer()
        print(f.__defaults__, f.__kwdefaults__, f.__annotations__, f.__closure__[0].cell_contents, f())
        print(f.__doc__, f.__name__, f.__qualname__, f.__module__, f.__code__.co_freevars)
        print((lambda: n).__closure__, (lambda x=1: x)(), (lambda *, y=2: y).__kwdefaults__)
    """,
    "functions whose closures come after their other attributes": """
        def outer(base):
            def everything(a=base, *, b: int = base, c: "text" = 1): return base, a, b, c
            def annotated(x: base): return base
            lambda_ = lambda a=1, *, b=2: (base, a, b)
            return everything, annotated, lambda_
        everything, annotated, lambda_ = outer(7)
        print(everything(), everything.__annotations__, annotated.__annotations__, lambda_())
    """,
    "annotations that are not evaluated": """
        from __future__ import annotations
        def f(x: undefined, y: a[b] = 1) -> c.d: pass
        print(f.__annotations__)
    """,
    "classes": """
        class Meta(type):
            def __new__(meta, name, bases, namespace, **more):
                print(name, bases, sorted(k for k in namespace if k[0] != "_"), more)
                return super().__new__(meta, name, bases, namespace)
            def __init__(cls, *arguments, **more): super().__init__(*arguments)
        class C(metaclass=Meta, option=1):
            "What it is."
            x = 1
            def m(self): return __class__
        class D(C, *(), **{}): pass
        print(C().m() is C, C.__doc__, D.__mro__[1] is C, C.__qualname__, C.__module__)
        try:
            class Bad(1): pass
        except TypeError as error: print(error)
        try:
            class Raising: 1 / 0
        except ZeroDivisionError as error: print(error)
    """,
    "builtins without __build_class__": """
        space = {"__builtins__": {}, "__name__": "n"}
        try: exec("class C: pass", space)
        except NameError as error: print(error)
        def build(function, name, *bases, **more): return function.__name__, name, bases, more
        space = {"__builtins__": {"__build_class__": build}, "__name__": "n"}
        exec("class C(1, x=2): pass", space)
        print(space["C"])
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_functions_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


@pytest.mark.skipif(sys.version_info < (3, 14), reason="annotations are lazy since 3.14")
def test_annotations_are_evaluated_when_asked_for() -> None:
    assert_same("""
        def outer():
            def f(x: later, y: n = 1) -> later: return n
            n = 3
            return f
        f = outer()
        try: f.__annotations__
        except NameError as error: print(error)
        later = int
        print(f.__annotations__, f.__annotate__.__name__, f.__annotate__(1)["y"])
        class C:
            x: later
            y: unknown
        try: C.__annotations__
        except NameError as error: print(error)
        unknown = str
        print(C.__annotations__)
    """)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="functions get attributes one by one since 3.13")
def test_a_closure_may_come_after_other_attributes() -> None:
    assert_same("""
        import dis, types
        def outer():
            n = 5
            def f(a=1): return n, a
            return f
        units = bytearray(outer.__code__.co_code)
        *_, closure, defaults = [i.offset for i in dis.get_instructions(outer) if i.opname == "SET_FUNCTION_ATTRIBUTE"]
        start = next(i.offset for i in dis.get_instructions(outer) if i.argval == (1,))
        making = units[closure - 4:closure]  # LOAD_CONST and MAKE_FUNCTION
        units[start:defaults + 2] = (
            units[start + 2:closure - 4] + units[start:start + 2] + making
            + units[defaults:defaults + 2] + units[closure:closure + 2]
        )
        code = outer.__code__.replace(co_code=bytes(units))
        print([i.argval for i in dis.get_instructions(code) if i.opname == "SET_FUNCTION_ATTRIBUTE"])
        f = types.FunctionType(code, {})()
        print(f(), f(2), f.__defaults__, f.__closure__[0].cell_contents)
    """)
