"""Tests for calcharo_vm/tiers/compiled/templates/bound_methods.py, and for what compiled code goes on with."""

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from tests.tiers.comparing import difference

PROGRAMS = {
    "methods of instances and classes": """
class A:
    known = {}
    def __init__(self, n): self.n = n
    def get(self, x=1): return self.n + x
    def values(self):
        for i in range(2): yield self.n + i
    @classmethod
    def make(cls, n): return cls(n)
    @classmethod
    def is_known(cls, n): return n in cls.known
    @staticmethod
    def twice(n): return 2 * n
class B(A):
    def get(self, x=2): return x
def work(a, n):
    get = a.get
    found = [get(n), get(), A.make(n).n, a.make(n).n, B.is_known(n), a.is_known(n), A.twice(n), a.twice(n)]
    found += [A.get(a, n), *a.values()]
    values = a.values
    for value in values(): found.append(value)
    handlers = {'get': a.get, 'make': B.make, 'twice': a.twice}
    for name in handlers: found.append(handlers[name](n))
    return found, get
for turn in range(50): work(A(turn) if turn % 2 else B(turn), turn)
""",
    "methods that change": """
class A:
    def get(self, x): return x
    @classmethod
    def make(cls, x): return [cls, x]
class B(A):
    @classmethod
    def make(cls, x): return x
def work(a, n, turn):
    if turn == 30: A.get = lambda self, x: [x]
    if turn == 35: a.get = len
    if turn == 40: A.make = staticmethod(lambda x: x)
    if turn == 45: a.make = str
    found = []
    for each in (A, B):
        try: found.append(each.make(n))
        except TypeError as error: found.append(str(error))
    get = a.get
    try: found.append(get(n))
    except TypeError as error: found.append(str(error))
    found.append(a.make(n))
    return found
a = A()
for turn in range(55): work(a, turn if turn % 3 else 'text', turn)
""",
    "receivers that end": """
import weakref
class A:
    def __init__(self, n): self.n = n
    def get(self): return self.n
    def raises(self): raise ValueError(self.n)
class Seen(A):
    def __del__(self): print('gone', self.n)
def work(n):
    a = A(n)
    found = [A(n).get(), Seen(n).get()]
    get = A(n).get
    found.append(get())
    seen = Seen(n).get
    seen()
    del seen
    method = a.get
    reference = weakref.WeakMethod(method)
    del method
    found.append(reference()())
    raises = a.raises
    try: raises()
    except ValueError as error: found.append(error.args)
    callbacks = [A(i).get for i in range(2)] + [Seen(3).get]
    while callbacks:
        callback = callbacks.pop()
        found.append(callback())
    return found
for turn in range(50): work(turn)
""",
    "equality of scalars of several types": """
def work(name, values):
    found = []
    for value in values:
        if name == value: found.append(value)
        elif value != 'a': found.append(name)
        found.append(value == values)
    return found
for turn in range(40): work(None if turn % 2 else 'a', [1, 'a', None, 1.0, True, b'a'])
""",
    "handlers that the eval loop leaves": """
def work(n):
    found = []
    for i in range(n):
        try:
            if i % 2: raise KeyError(i)
            found.append([i][i])
        except (KeyError, IndexError) as error:
            found.append(repr(error))
            found.sort(key=len)
        found.append(str(i))
    return found
for turn in range(30): work(6)
""",
}
CALLING = """
class A:
    def get(self, x): return x
    @classmethod
    def make(cls, x): return x
def work(a, n):
    get = a.get
    return get(n) + A.make(n)
a = A()
for turn in range(300): work(a, turn)
"""


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])


def test_making_and_calling_them_is_not_left_to_handlers() -> None:
    statistics = execute_and_trace(CALLING, TracerConfig(optimization="compiled")).statistics
    (work,) = [code for code in statistics.codes if code.function == "work"]

    assert work.handled == {}
