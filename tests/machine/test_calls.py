"""Tests for calcharo_vm/machine/calls.py: calls of everything that can be called, and of what cannot."""

import sys

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "guest functions": """
        def f(a, /, b, c=3, *args, d, e=5, **more): return a, b, c, args, d, e, more
        print(f(1, 2, d=4), f(1, b=2, d=4), f(1, 2, 3, 4, d=5, x=6), f(*(1, 2), **{"d": 4, "y": 5}))
    """,
    "bound methods": """
        import types
        class C:
            def m(self, x=0, **more): return x, more
        bound = C().m
        print(bound(), bound(1), bound(1, y=2), bound(*[3]))
        print(types.MethodType(len, "abc")(), types.MethodType(C, 1) is not None)
        print(types.MethodType(print, 1)(2, sep="-"))
    """,
    "callables of C": """
        import functools, operator
        print(int("10", base=2), len("ab"), "a,b".split(sep=","), str.upper("a"), [3, 1].sort(reverse=True))
        print((1).__add__(2), int.__add__(1, 2), dict.fromkeys("ab", 1), object.__repr__.__name__)
        print(functools.partial(divmod, 7)(2), operator.itemgetter(1)([1, 2]), functools.reduce(operator.add, [1, 2]))
        print(dict(a=1, **{"b": 2}), type("C", (), {})().__class__.__name__)
    """,
    "classes and instances": """
        class C:
            def __new__(cls, *args, **more):
                print("new", args, more)
                return super().__new__(cls)
            def __init__(self, *args, **more): print("init", args, more)
            def __call__(self, *args, **more): return args, more
        print(C(1, x=2)(3, y=4))
    """,
    "functions called by what they decorate": """
        import functools
        @functools.lru_cache(maxsize=None)
        def cached(x): return x + 1
        @functools.singledispatch
        def kind(x): return "any"
        @kind.register
        def _(x: int): return "int"
        print(cached(1), cached(1), kind(1), kind(""))
    """,
    "what cannot be called": """
        class C: pass
        for thing in (None, 1, C(), "s", []):
            for call in (lambda: thing(), lambda: thing(1), lambda: thing(x=1), lambda: thing(*[])):
                try: call()
                except TypeError as error: print(error)
    """,
    "arguments that are wrong": """
        import functools
        class C:
            def __call__(self, **named): return named
            def __str__(self): return "a C"
        def f(x=0): return x
        cases = (
            lambda: f(*1), lambda: f(**1), lambda: print(*None), lambda: len(**[]), lambda: C()(*1), lambda: C()(**1),
            lambda: f(x=1, **{"x": 2}), lambda: C()(y=1, **{"y": 2}), lambda: f(**{1: 2}),
            lambda: C()(**{"z": 1}, **{"z": 2}),
            lambda: dict(a=1, **{"a": 2}), lambda: functools.reduce(*5), lambda: f(**{"x": 1}, **{1: 2}),
            lambda: f(1, *2), lambda: C.__call__(C(), *3), lambda: "".join(*None), lambda: f(y=1), lambda: f(1, 2),
        )
        for number, case in enumerate(cases):
            try: print(number, case())
            except TypeError as error: print(number, error)
    """,
    "names with a hash function of their own": """
        class Name(str):
            def __hash__(self): print("hash", str(self)); return hash(str(self))
            def __eq__(self, other): print("eq", str(other)); return str(self) == other
        class NoName:
            def __hash__(self): print("hash"); return 0
        def f(**named): return named
        class C:
            def __init__(self, **named): print("init", named)
            def m(self, **named): return named
            def __repr__(self): return "a C"
        for function in (dict, f, C, print, C().m, lambda a=1: a):
            for name in (Name("a"), Name("end"), NoName(), 3):
                named = {name: 1}
                try: print(function(**named))
                except TypeError as error: print(error)
    """,
    "arguments of every iterable kind": """
        class Sequence:
            def __getitem__(self, index): return range(3)[index]
        class Mapping:
            def keys(self): return ["sep"]
            def __getitem__(self, key): return "-"
        print(*Sequence(), **Mapping())
        print(*"ab", *{1: 2}, *(x for x in (5,)))
        class Bad:
            def __iter__(self): raise ValueError("in iter")
        try: print(*Bad())
        except ValueError as error: print(error)
    """,
    "a call in code without a line": """
        import types
        def f(): return len("ab"), print
        code = f.__code__.replace(co_linetable=b"\\xf8" * (len(f.__code__.co_code) // 2))
        print(types.FunctionType(code, {"__builtins__": __builtins__})()[0])
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_calls_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_a_profile_function_does_not_hear_of_types() -> None:
    assert_same("""
        import sys
        events = []
        def profiler(frame, event, arg): events.append((event, getattr(arg, "__name__", None)))
        sys.setprofile(profiler)
        int("1"); [].append(1); "a".upper(); dict(a=1); "b".join(["c"], **{})
        sys.setprofile(None)
        print(events)
    """)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new syntax")
def test_calls_of_generic_functions() -> None:
    assert_same("""
        def f[T](x: T, *more: T) -> T: return x, more
        class C[T]:
            def m(self) -> T: return 1
        print(f(1, 2), C[int]().m(), f.__type_params__)
    """)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="sentinels are new in 3.15")
def test_a_sentinel_belongs_to_the_module_that_makes_it() -> None:
    assert_same("print(sentinel('MISSING').__module__)")
