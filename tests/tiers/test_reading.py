"""Tests for calcharo_vm/tiers/compiled/reading.py: values that are scalars at times and objects at others."""

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from tests.tiers.comparing import difference

PROGRAMS = {
    "variables": """
class Thing:
    def __init__(self, a): self.a = a
def work(items):
    last = None
    found = []
    for item in items:
        if last is not None and last.a > 3: found.append(last.a)
        last = item
        copy = last
        found.append(copy is None)
    return found
things = [Thing(n) for n in range(5)]
for turn in range(60): work([things[turn % 5], None, things[2], None, things[4]])
""",
    "arguments": """
def second(x, y): return y
def work(values):
    total = []
    for value in values:
        got = second(1, value)
        total.append(got)
        pair = value, got
        total.append(pair)
    return total
for turn in range(60): work([1, [2], 'a', (3, 4), None, {1: 2}])
""",
    "results of calls": """
def choose(x): return None if x % 3 else [x]
def work(n):
    out = []
    for i in range(n):
        got = choose(i)
        if got is None: out.append(i)
        else: out.append(got[0])
    return out
for turn in range(40): work(10)
""",
    "attributes": """
class Node:
    def __init__(self, value, next=None): self.value, self.next = value, next
def total(node):
    found = 0
    while node is not None:
        found += node.value
        node = node.next
    return found
chain = None
for n in range(10): chain = Node(n, chain)
for turn in range(60): total(chain)
""",
    "what generators yield": """
def some(n):
    for i in range(n):
        yield i if i % 2 else [i]
        yield None
def work(n):
    return [x for x in some(n)]
for turn in range(40): work(6)
""",
    "elements": """
def work(d, l):
    out = []
    for k in ('a', 'b', 'c'):
        x = d[k]
        y = l[0]
        l[0] = k
        out.append(x)
        a, b = x, y
        b, a = a, b
        out.append(a)
    return out
for turn in range(40): work({'a': 1, 'b': [2], 'c': None}, [0, [1]])
""",
    "results of functions without frames": """
class E:
    def __init__(s, names, outer): s.names, s.outer = names, outer
    def find(s, name):
        place = s
        while place is not None:
            if name in place.names: return place.names[name]
            place = place.outer
        return None
g = E({'a': 1, 'b': [1, 2]}, None)
l = E({'c': 3}, g)
def work(e, n):
    r = []
    for k in ('a', 'b', 'c', 'd'):
        r.append(e.find(k))
    return r
for turn in range(60): work(l, turn)
""",
    "objects that end": """
def work(n):
    x = None
    for i in range(n):
        x = [i] if i % 3 else i
        y = x
    return y
for turn in range(40): work(8)
""",
    "objects with finalisers": """
class F:
    def __init__(s, n): s.n = n
    def __del__(s): print('del', s.n)
def work(n):
    x = None
    for i in range(n):
        x = F(i) if i % 3 == 0 else i
        y = x
        x = None
    return y
for turn in range(40): work(8)
""",
    "variables that are deleted": """
def work(n):
    for i in range(n):
        if i % 4 == 3:
            try: del x
            except UnboundLocalError: print('u', i)
        else: x = i if i % 2 else str(i)
        try: print(x)
        except UnboundLocalError as e: print(e)
for turn in range(20): work(9)
""",
}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])


def test_they_are_not_left_to_handlers() -> None:
    source = PROGRAMS["attributes"].replace("range(60)", "range(300)")
    statistics = execute_and_trace(source, TracerConfig(optimization="compiled")).statistics
    (total,) = [code for code in statistics.codes if code.function == "total"]

    assert (total.handled, total.failures) == ({}, 0)
