"""Tests for functions that compiled code makes, and for arguments that it binds."""

import pytest

from tests.tiers.comparing import difference
from tests.tiers.test_compiled import compiled, interpreted, states

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

MADE = """
def counter(step):
    value = 0
    def advance(times=1, *, k=2):
        nonlocal value
        value += step * times
        return value
    return advance
def plain(n):
    f = lambda: n
    g = lambda x: x
    h = lambda x, y=n: (x, y)
    return f, g, h
def annotated(n):
    def f(x: int = n) -> "str": return x
    return f
def kw(n):
    def f(a, b=[n], *, c=n, d=(n,)): return a, b, c, d, n
    return f
for i in range(9):
    counter(i)(3); plain(i)[2](4); annotated(i)(3); kw(i)(2)
    print(kw(i)(3), kw(3)(i, 4), kw(2)(i, d=4), annotated(i).__annotations__)
    f = kw(i)
    print(f.__kwdefaults__, f.__defaults__, f.__closure__[0].cell_contents, f.__qualname__, f.__name__, f.__module__)
"""
CALLED = """
import sys
def minus(a, b=2, *, c=3, d=[4]): return (a, b, c, d)
def scalars(a, b=2, *, c=3): return a - b * c
def star(*args): return args
def count(first, *args): return first + len(args)
def both(a, *args, **named): return (a, args, named)
def size(*args, **named): return len(args) + len(named)
def refs(*args): return sys.getrefcount(args)
def only(a, /, b): return a - b
def make(n):
    def inner(x, y=n, *, z=[n]): return (x + n, y, z)
    return inner
class Thing:
    def __init__(self, n=1): self.n = n
    def add(self, m=2, *, k=3): return self.n + m + k
    def many(self, *args, **named): return (self.n, args, named)
def work(n):
    t = Thing(n)
    r = [minus(n), minus(n, 3), minus(n, c=n), minus(b=n, a=1)]
    r += [scalars(n), scalars(n, 1), scalars(n, c=4), scalars(c=1, a=n, b=2)]
    r += [star(n), star(n, [n]), star(r, r, 1), count(n), count(n, 1, 2), count(1, [n], (n,))]
    r += [size(), size(1, a=n, b=[n]), both(n), both(n, 1, x=[n]), both(a=n), both(1, *(2, n))]
    r += [refs(n), refs(n, [n]), only(n, b=1), only(n, 3)]
    f = make(n)
    r += [f(1), f(1, 2), f(1, z=n), make(n)(3), make(n)(3, y=4), (lambda *a, k=n: (a, k))(n, 2)]
    r += [t.add(), t.add(4), t.add(k=1), t.add(m=n), t.many(), t.many(1, n, x=n), Thing(n=5).add(m=1)]
    wrong = lambda: minus(), lambda: minus(1, a=2), lambda: only(a=1, b=2), lambda: star(x=1), lambda: minus(1, 2, 3)
    for call in wrong:
        try: call()
        except TypeError as error: r.append(str(error))
    return r
for n in range(14): print(work(n))
minus.__defaults__ = (7,); minus.__kwdefaults__ = {"c": [1], "d": 2}
print(work(3))
minus.__defaults__ = None
try: print(work(3))
except TypeError as error: print(error)
minus.__defaults__ = (1, 2)
minus.__kwdefaults__ = None
try: print(work(3))
except TypeError as error: print(error)
"""
LET_GO = """
class N:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def make(n):
    noisy = N(n)
    def f(): return noisy.n
    return f
def run(m):
    t = 0
    for i in range(m):
        f = make(i)
        t += f()
        f = None
        t += 1
    return t
for n in range(9): print(run(n))
"""


@pytest.mark.parametrize("source", [MADE, CALLED, LET_GO], ids=["made", "called", "let go"])
def test_the_recording_is_that_of_the_interpreter(source: str) -> None:
    assert not difference(source)


CLOSURES = """
def counter(step):
    value = 0
    def advance(times=1):
        nonlocal value
        value += step * times
        return value
    return advance
def work(n):
    total = 0
    for i in range(n):
        advance = counter(i)
        total += advance() + advance(2) + (lambda x: x + i)(3)
    return total
print(work(300))
"""


def test_nothing_of_a_loop_over_closures_is_left_to_handlers() -> None:
    recording = compiled(CLOSURES)
    codes = {code.function: code for code in recording.statistics.codes}

    assert not codes["work"].handled
    assert not codes["counter"].handled
    assert codes["counter"].direct_source
    assert codes["work"].failures < 200
    assert recording.stdout == interpreted(CLOSURES).stdout


def test_the_states_are_those_of_the_interpreter() -> None:
    one, other = compiled(CLOSURES), interpreted(CLOSURES)

    assert states(one[::97]) == states(other[::97])
    assert one[-900].heap == other[-900].heap


def test_a_function_that_binds_its_arguments_has_no_frame() -> None:
    source = """
def add(a, b=2, *others, c=3): return a + b + len(others) + c
def work(n): return add(n) + add(n, 3) + add(n, 3, 4, 5)
print([work(n) for n in range(200)][-1])
"""
    recording = compiled(source)
    codes = {code.function: code for code in recording.statistics.codes}

    assert codes["add"].direct_source
    assert not codes["work"].handled
    assert recording.stdout == interpreted(source).stdout
