"""Tests for calcharo_vm/machine/containers.py: displays and unpacking, with CPython's errors."""

import sys

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "displays": """
        a, b = [1, 2], {"x": 1}
        print([*a, 3], (*a, *a), {*a, 5}, {**b, "y": 2}, {**b, **{"x": 3}}, [1, 2, 3, 4], {1, 2, 3, 4}, a[0:1:1])
        class Sequence:
            def __getitem__(self, index): return "ab"[index]
        print([*Sequence()])
    """,
    "displays of what cannot be unpacked": """
        class Bad:
            def __iter__(self): raise TypeError("my own")
        class Keys:
            def keys(self): raise ValueError("no keys")
        cases = (
            lambda: [*1], lambda: (*None, 1), lambda: {*2}, lambda: {**1}, lambda: [*Bad()], lambda: {[]: 1},
            lambda: {**Keys()}, lambda: {*[[]]}, lambda: print(**Keys()), lambda: {**{1: 2}, **None},
        )
        for case in cases:
            try: print(case())
            except (TypeError, ValueError) as error: print(type(error).__name__, error)
    """,
    "values with items but no positions": """
        import re, types
        def f(*positional): return positional
        for value in (re.match("a", "a"), int | str, types.MappingProxyType({1: 2}), memoryview(b"ab")):
            for case in (lambda: [*value], lambda: (0, *value), lambda: f(*value), lambda: f(0, *value)):
                try: print(case())
                except TypeError as error: print(error)
    """,
    "keyword arguments of mappings": """
        class Mapping:
            def __init__(self, *keys): self.names = keys
            def keys(self): return self.names
            def __getitem__(self, key): return key * 2
        def f(**named): return named
        print(f(**Mapping("a", "b"), **Mapping("c")))
        for case in (lambda: f(**Mapping("a"), **Mapping("a")), lambda: f(a=1, **Mapping("a")), lambda: f(**1, **{})):
            try: case()
            except TypeError as error: print(error)
    """,
    "unpacking": """
        a, b = 1, 2
        c, *d = "xyz"
        *e, f = range(3)
        g, *h, i, j = {1: 1, 2: 2, 3: 3}
        [k, (l, *m)] = 1, (2, 3, 4)
        print(a, b, c, d, e, f, g, h, i, j, k, l, m)
        def two():
            yield 1
            yield 2
        x, y = two()
        for n, (o, p) in enumerate([(1, 2)]): print(x, y, n, o, p)
    """,
    "unpacking the wrong number": """
        class Endless:
            def __iter__(self):
                while True: yield 1
        def two(x): a, b = x
        def star(x): a, *b, c = x
        for case in (two, star):
            for value in ([1], [1, 2, 3], 5, None, {1: 2}, "", Endless() if case is two else ()):
                try: case(value)
                except (TypeError, ValueError) as error: print(error)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_containers_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new in 3.14")
def test_only_a_set_takes_conditional_annotations() -> None:
    assert_same("""
        class Set(set):
            def add(self, value): print("never called")
        for value in (0, {}, [], "", frozenset(), Set(), set()):
            code = "__conditional_annotations__ = value; x: int; print(__conditional_annotations__)"
            try: exec(code, {"value": value})
            except TypeError as error: print(error)
    """)
