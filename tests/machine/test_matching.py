"""Tests for calcharo_vm/machine/matching.py: what patterns match, and what they complain of."""

import pytest

from calcharo_vm.machine.matching import match_keys
from tests.machine.running import assert_same

PROGRAMS = {
    "sequences and mappings": """
        import collections
        def f(x):
            match x:
                case []: return "empty"
                case [a]: return "one", a
                case [a, *rest, b]: return a, rest, b
                case {"k": v, "l": {"m": w}, **rest}: return v, w, rest
                case {"k": v}: return "key", v
                case {}: return "mapping"
                case str(): return "text"
                case _: return "other"
        class Sequence(collections.UserList): pass
        for x in ([], (1,), [1, 2, 3], {"k": 1, "l": {"m": 2}, "n": 3}, {"k": 1}, {}, "ab", b"ab", range(2),
                  Sequence([1]), collections.deque([1]), collections.OrderedDict(k=2), {1}, iter([1]), None):
            print(f(x))
    """,
    "keys that a mapping makes up": """
        import collections
        counts = collections.defaultdict(int)
        match counts:
            case {"missing": _}: print("made up")
            case _: print("not made up", dict(counts))
        class Mapping(dict):
            def get(self, key, default=None): return "got" if key == "k" else default
        match Mapping():
            case {"k": value, "other": _}: print("both")
            case {"k": value}: print(value)
    """,
    "the same key twice": """
        class K: k = "a"
        match {"a": 1, "b": 2}:
            case {"a": 1, K.k: 2}: pass
    """,
    "class patterns": """
        import dataclasses
        @dataclasses.dataclass
        class P:
            x: int
            y: int
        class Q(P):
            __match_args__ = ("y",)
        class Lacking:
            __match_args__ = ("a", "b")
            a = 1
        def f(subject):
            match subject:
                case int(n): return "int", n
                case str() as s: return "str", s
                case Q(2): return "Q with y 2"
                case P(1, y=y): return "P(1)", y
                case P(x=x, y=3): return "P with y 3", x
                case P(a, b): return a, b
                case Lacking(a, b): return "never"
                case Lacking(c=c): return "never"
                case Lacking(): return "Lacking"
                case list([a, _]): return "list", a
                case _: return "other"
        for subject in (1, True, "s", Q(1, 2), P(1, 5), P(2, 3), P(4, 4), Lacking(), [1, 2], [1], 1.5):
            print(f(subject))
    """,
    "class patterns that do not suit the class": """
        class NoTuple: __match_args__ = ["x"]
        class NoStrings: __match_args__ = (1, 2)
        class Twice:
            __match_args__ = ("x", "x")
            x = 1
        class None_: pass
        class One: __match_args__ = ("x",); x = 1
        def a(s):
            match s:
                case NoTuple(x): pass
        def b(s):
            match s:
                case NoStrings(x): pass
        def c(s):
            match s:
                case Twice(x, y): pass
        def d(s):
            match s:
                case None_(x): pass
        def e(s):
            match s:
                case One(x, y): pass
        def f(s):
            match s:
                case One(1, x=2): pass
        def g(s):
            match s:
                case int(x, y): pass
        def h(s):
            not_a_class = 5
            match s:
                case not_a_class(): pass
        subjects = NoTuple(), NoStrings(), Twice(), None_(), One(), One(), 1, 1
        for case, subject in zip((a, b, c, d, e, f, g, h), subjects):
            try: case(subject)
            except TypeError as error: print(error)
    """,
    "what is not quite a class": """
        import collections, re, types, weakref
        class Meta(type):
            __name__ = property(lambda cls: "a lie")
        class Lying(metaclass=Meta):
            __match_args__ = ["x"]
        proxy = weakref.proxy(Lying)
        def a(s):
            match s:
                case proxy(): pass
        def b(s):
            match s:
                case Lying(x): pass
        def c(s):
            match s:
                case re.Match(x): pass
        def d(s):
            match s:
                case collections.OrderedDict(x, y): pass
        subjects = 1, Lying(), re.match("a", "a"), collections.OrderedDict()
        for case, subject in zip((a, b, c, d), subjects):
            try: case(subject)
            except TypeError as error: print(error)
    """,
    "attributes that would show the machine": """
        import types
        def f(function):
            match function:
                case types.FunctionType(__name__=name, __code__=code): return name, code is f.__code__, code.co_consts
                case _: return None
        print(f(f), f(len))
    """,
    "attributes that raise": """
        class C:
            @property
            def x(self): raise AttributeError("x")
            @property
            def y(self): raise ValueError("y")
        def f(c):
            match c:
                case C(x=_): return "x"
                case C(y=_): return "y"
        f(C())
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_patterns_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_no_keys_always_match() -> None:
    assert match_keys({}, ()) == ()
