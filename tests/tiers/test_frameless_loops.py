"""Tests for calcharo_vm/tiers/compiled/templates/frameless_loops.py: loops of functions that do without a frame."""

import sys

import pytest

from tests.tiers.comparing import difference
from tests.tiers.test_compiled import compiled, interpreted, states

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

LOOPS = """
def total(items):
    t = 0
    for x in items: t += x
    return t
import sys
def objects(items):
    found = None
    for x in items: found = x
    return found
def keys(table):
    r = 0
    for k in table: r += table[k]
    for v in table.values(): r += v
    return r
def nested(n):
    t = 0
    for i in range(n):
        for c in "abc":
            t += i
            if t % 7 == 3: break
        else: t += 1
        for j in (1, 2, 3):
            if j == 2: continue
            t += total([i, j])
    return t
def early(items, k):
    for x in items:
        if x == k: return x
    return -1
def temp(n):
    t = 0
    for x in [n, n + 1]: t += x
    for x in list((n, 2)): t += x
    return t
def squares(n): return [i * i for i in range(n)]
def table(n): return {i: i + 1 for i in range(n)}
def refs(items):
    for x in items:
        if x == 5: return sys.getrefcount(items)
    return 0
def failing(items):
    t = 0
    for x in items: t += 10 // x
    return t
def mixed(items):
    t = 0
    for x in items: t += 1
    return t
def look(items):
    for x in items:
        if x == 9: print(sorted(sys._getframe(0).f_locals, key=str), sys._getframe(1).f_code.co_name)
    return 1
class N:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def noisy(n):
    t = 0
    for x in [N(n), N(n + 1)]: t += x.n
    return t
def grow(items):
    for x in items:
        if x < 3: items.append(x + 1)
    return items
def unpack(items):
    t = 0
    for a, b in items: t += a * b
    return t
def work(n):
    r = [total([n, 1]), total((1, 2)), total(range(n)), objects([[n], [2]]), objects(((n,), (1,)))]
    r += [keys({n: 1, "a": n}), nested(n % 5), early([1, 2, n], n), early(range(9), 4), temp(n)]
    r += [squares(n % 6), table(n % 4), refs([1, n]), look([1, n]), noisy(n), grow([n % 4]), unpack([(1, n), (n, 2)])]
    r += [mixed([n]), mixed([[n]]) if n > 12 else 0, total([]), total([1.5, n]) if n > 14 else 1]
    try: r.append(failing([n - 10, 2]))
    except ZeroDivisionError as e: r.append(str(e))
    return r
for n in range(18): print(work(n))
def gen():
    yield 1; yield 2
print(total(gen()), total({5: 1}), total(iter([1, 2])), mixed("abc"))
def big(n):
    t = 0
    for i in range(n): t += i
    return t
print([big(n * 300) for n in range(8)])
iterator = iter([1, 2, 3, 4])
def part(i):
    for x in i:
        return x
print([part(iterator) for n in range(6)])
try:
    def change(d):
        for k in d: d[k + 100] = 1
    for n in range(5): change({n: 1})
except RuntimeError as e: print(e)
"""


def test_the_recording_is_that_of_the_interpreter() -> None:
    assert not difference(LOOPS)


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="loops have frames there")
def test_a_function_that_loops_has_no_frame() -> None:
    source = """
def total(items):
    found = 0
    for item in items: found += item
    return found
def above(n): return total((n, n + 1)) + total([n])
print([above(n) for n in range(200)][-1])
"""
    recording, other = compiled(source), interpreted(source)
    (code,) = [code for code in recording.statistics.codes if code.function == "total"]

    assert code.direct_source
    assert code.failures < 100
    assert recording.stdout == other.stdout
    assert states(recording[-900::7]) == states(other[-900::7])
