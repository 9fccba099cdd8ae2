"""Tests for calcharo_vm/tiers/compiled/asking.py: what made functions ask about values of any class."""

import pytest

from tests.tiers.comparing import difference

PROGRAMS = {
    "isinstance": """
import weakref
class A: pass
class B(A): pass
class Odd:
    @property
    def __class__(self):
        print('asked')
        return A
class Meta(type):
    def __instancecheck__(cls, each):
        print('checked')
        return True
class C(metaclass=Meta): pass
b = B()
values = [1, 'a', None, [1], A(), b, Odd(), weakref.proxy(b), C(), ValueError(1), A]
def work(value):
    found = []
    for types in (A, B, int, (int, str), (B, (list, A)), C, type):
        found.append(isinstance(value, types))
    if isinstance(value, A): found.append(type(value))
    return found
for turn in range(12):
    for value in values: work(value)
""",
    "truth": """
class Plain: pass
class Sized:
    def __init__(self, n): self.n = n
    def __len__(self):
        print('len')
        return self.n
class Later: pass
def work(values):
    found = []
    for value in values:
        if value: found.append(1)
        if not value: found.append(2)
        found.append(value and 3)
        while not value: break
    return found
values = [1, 0, '', 'a', None, [], [1], {}, {1: 2}, (), set(), {3}, Plain(), Sized(0), Sized(2), Later()]
values += [range(0), Plain, len]
for turn in range(30):
    if turn == 25: Later.__bool__ = lambda self: print('bool') or False
    work(values)
""",
}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])
