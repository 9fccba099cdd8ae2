"""Tests for calcharo_vm/tiers/compiled/in_place.py: properties, and instances being made."""

import pytest

from tests.tiers.comparing import difference
from tests.tiers.test_compiled import compiled, interpreted, states

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

MADE = """
class P:
    def __init__(self, x, y):
        self.x = x
        self.y = y
        self.z = x
    @property
    def sum(self): return self.x + self.y
class S:
    __slots__ = ("a", "b")
    def __init__(self, a): self.a = a; self.b = [a]
class E: pass
def work(n):
    p = P(n, n + 1)
    s = S(n)
    e = E()
    t = p.sum
    return P(n, [n]).x + t
for n in range(3): work(n)
import sys
def loop(n):
    total, kept = 0, []
    for i in range(n):
        p = P(i, i + 1)
        total += p.sum + p.z
        s = S(i)
        e = E()
        kept.append(s)
        total += P(i, 2).sum
        q = P(y=[i], x=p)
        kept.append(q.x.sum)
    return total, len(kept)
for n in range(12): print(loop(n))
"""
STOPS = """
import sys, traceback
class P:
    def __init__(self, x, deep=0):
        self.x = x
        if x == 37: look(self)
        self.y = 10 // (x - 31)
        if x == 33: self.extra = [x]; self = None
        if x == 34: raise ValueError("no")
        if deep: self.inner = P(x + 1, deep - 1)
    @property
    def half(self):
        if self.x == 35: look(self)
        return self.y + self.x
    @property
    def obj(self): return [self.x]
    @property
    def bad(self): return 1 // (self.x - 30)
    @property
    def gone(self):
        global kept
        if self.x == 36: kept = None
        return self.x
    def __repr__(self): return f"P{sorted(self.__dict__)}"
class R:
    def __init__(self, x):
        self.x = x
        if x == 36: return 1
class Noisy:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
class Sub(P):
    def __init__(self, x):
        super().__init__(x)
        self.sub = [x]
    @property
    def half(self): return super().half * 2
def look(p):
    f = sys._getframe(1)
    names = []
    while f is not None: names.append((f.f_code.co_name, f.f_lineno)); f = f.f_back
    print(names, p)
def work(n):
    global kept
    r = []
    p = P(n)
    r.append(p.half); r.append(p.obj)
    r.append(p.bad)
    r.append(R(n).x)
    kept = P(n)
    r.append(kept.gone)
    r.append(P(n).half)
    q = Sub(n)
    r.append(q.half)
    r.append(P(n, deep=2).inner.inner.x)
    Noisy(n)
    r.append(sys.getrefcount(P(n)))
    return r
for n in range(45):
    try: print(work(n))
    except Exception as error: print("".join(traceback.format_exception(error)))
def loop(m):
    for n in range(m):
        try:
            p = P(n)
            print(p.half, p.obj, p.bad, end=" ")
            print(Sub(n).half, Sub(n).sub)
            print(R(n).x)
        except Exception as error: print("".join(traceback.format_exception(error)), repr(error.__context__))
loop(45)
P.half = property(lambda self: "new")
loop(6)
P.__init__ = lambda self, x: setattr(self, "x", x)
print([P(n).x for n in range(4)])
def limit(n):
    return Deep(n).d
class Deep:
    def __init__(self, n): self.d = limit(n + 1) if n < 400 else 0
    @property
    def down(self): return self.down2 + 1
    @property
    def down2(self): return self.down + 1
sys.setrecursionlimit(250)
for n in range(3):
    try: limit(0)
    except RecursionError as error: print(error)
    d = Deep(400)
    try: d.down
    except RecursionError as error: print(error)
"""


@pytest.mark.parametrize("source", [MADE, STOPS], ids=["made", "stops"])
def test_the_recording_is_that_of_the_interpreter(source: str) -> None:
    assert not difference(source)


LOOP = """
class Point:
    def __init__(self, x, y=2):
        self.x = x
        self.y = y
    @property
    def sum(self): return self.x + self.y
class Slotted:
    __slots__ = ("a",)
    def __init__(self, a): self.a = a
class Empty: pass
def work(n):
    total = 0
    for i in range(n):
        point = Point(i)
        total += point.sum + Point(i, y=3).sum + Slotted(i).a
        empty = Empty()
    return total
print(work(300))
"""


def test_nothing_of_a_loop_over_instances_is_left_to_handlers() -> None:
    recording = compiled(LOOP)
    codes = {code.function: code for code in recording.statistics.codes}

    assert not codes["work"].handled
    assert codes["work"].failures < 300
    assert recording.stdout == interpreted(LOOP).stdout


def test_the_states_are_those_of_the_interpreter() -> None:
    one, other = compiled(LOOP), interpreted(LOOP)

    assert states(one[::97]) == states(other[::97])
    assert one[-900].heap == other[-900].heap


def test_functions_go_on_in_frames_where_they_stop() -> None:
    source = """
class Root:
    def __init__(self, x):
        self.x = x
        self.root = x ** 0.5 if x >= 0 else inverse(x)
    @property
    def half(self): return self.x // 2 if type(self.x) is int else inverse(self)
class Returning:
    def __init__(self, x):
        if x == 290: return x
def inverse(x): return 1 / x if type(x) is int else len(type(x).__name__)
def work(numbers):
    found = []
    for n in numbers:
        try:
            root = Root(n)
            found.append(root.half)
            Returning(n)
        except (TypeError, ZeroDivisionError) as error: found.append(str(error))
    return found
print(work([*range(300), -1, 2.5, "a", 0, [1], 5]))
"""
    one, other = compiled(source), interpreted(source)

    assert one.stdout == other.stdout
    assert states(one[-900:]) == states(other[-900:])


def test_a_class_that_is_changed_is_looked_up_anew() -> None:
    source = """
class Point:
    def __init__(self, x): self.x = x
    @property
    def double(self): return self.x * 2
def work(n):
    total = 0
    for i in range(n):
        total += Point(i).double
        if i == 200: Point.double = property(lambda self: 1)
        if i == 250: Point.__init__ = lambda self, x: setattr(self, "x", 0)
    return total
print(work(300))
"""
    assert compiled(source).stdout == interpreted(source).stdout
    assert not difference(source.replace("range(n)", "range(190, n)"))
