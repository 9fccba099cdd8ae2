"""Tests for what compiled code makes: displays, comprehensions, iterators, and what native functions return."""

import pytest

from tests.tiers.comparing import difference
from tests.tiers.test_compiled import compiled, interpreted, states

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PROGRAMS = {
    "displays": """
def make(n, other):
    pair, items, empty = (n, other), [n, other, n], []
    table, nested, none = {n: other, "x": n}, {"pair": pair, n: items}, {}
    twice = {n: 1, float(n): 2}
    longest = (n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n)
    return pair, items, empty, table, nested, none, twice, longest
for n in range(9): print(make(n, "text"), make(n, [n]), make(n, other := {n}))
""",
    "constants": """
def pick(n):
    known = (1, "two", 3.0)
    for part in (n, 5): found = part in (1, 2, 3)
    f = lambda: known
    return known, found, f()
kept = []
for n in range(9):
    kept.append(pick(n)[0])
    print(pick(n), len(kept))
""",
    "temporary objects": """
def work(n):
    total, held = 0, []
    for i in range(n):
        a, b = (i, n)
        b, a = a, b
        total += [i, a][0] + (a, b)[-1]
        held.append((i, [i]))
        for x, y in held: total += x
    return total, held
for n in range(8): print(work(n))
""",
    "pairs": """
def loops(table, items, others):
    found = []
    for key, value in table.items(): found.append((key, value))
    for key in table: found.append(key)
    for value in table.values(): found.append(value)
    for n, item in enumerate(items): found.append((n, item))
    for n, item in enumerate(items, 5): found.append(n)
    for left, right in zip(items, others): found.append((left, right))
    for left, right, third in zip(items, others, table): found.append(third)
    for n, (left, right) in enumerate(zip(items, others)): found.append(left)
    for pair in zip(items, others): found.append(pair)
    for pair in enumerate(others): kept = pair
    return found
shared = [[1], [2], [3]]
for n in range(7): print(loops({"a": n, "b": 2.5, n: None}, [n, 1, 2][:n], shared))
print(loops({"a": [1], 2: shared}, shared, "ab"), loops({}, [], []))
def numbers():
    yield 1; yield [2]
for n in range(5): print(loops({n: n}, [1, 2, 3], numbers()))
""",
    "loops that end": """
import weakref
class Loud:
    def __init__(self, n): self.n = n
    def __del__(self): print("gone", self.n)
class Watched(set): pass
def ends(n, text):
    total, kept = 0, []
    for i in range(n):
        for j in range(i): total += j
        for letter in text: total += ord(letter)
        for item in [i, n, 2]: total += item
        for item in (i, [n]): kept.append(item)
        for key in {i: n, n: i}: total += key
        for each in {n}: total += each
    return total, kept
def alone(n):
    for loud in [Loud(i) for i in range(n)]: print(loud.n)
    loud = None
    for loud in {Loud("key"): 1}: print(loud.n)
    iterator = iter([Loud(n), Loud(n + 1)])
    for loud in iterator: print(loud.n)
    loud = None
    for loud in iterator: print("never")
    items = Watched([n])
    watch = weakref.ref(items, lambda _ref: print("set gone"))
    iterator = iter(items)
    del items
    for item in iterator: print(item, iterator.__length_hint__())
    watch, others = weakref.ref(iter_of({n}), print), [1]
    for item in others:
        if len(others) < n: others.append(item + 1)
    for item in others: pass
    return item, iterator, others
def iter_of(items): return items
for n in range(8): print(ends(n, "abé"[:n]), alone(n))
""",
    "pairs that are taken apart": """
class Loud:
    def __init__(self, n): self.n = n
    def __del__(self): print("gone", self.n)
def apart(items, others, table, n):
    total, kept = 0, []
    for at, item in enumerate(items, n): total += at; kept.append(item)
    for left, right in zip(items, others): kept.append(left); total += right
    for first, second, third in zip(others, items, others): total += first + third
    for key, value in table.items(): kept += [key, value]
    for at, letter in enumerate("abé"[:n]): total += at; kept.append(letter)
    for at, each in enumerate(range(n)): total += at * each
    for at, each in enumerate(reversed(items)): kept.append(each)
    for at, each in enumerate({*others}): total += at * each
    for at, (key, value) in enumerate(table.items()): kept.append((at, key, value))
    for i, j in enumerate(others):
        for k, l in zip(others, items): total += i * j * k
    return total, kept
shared = [[1], [2], [3]]
for n in range(8): print(apart(shared[:n], [1, 2, 3, n][:n], {"a": n, n: "b"}, n))
print(apart([1, "2", None], [1.5, True, 2], {1: shared}, 3), apart([Loud(1)], [1], {2: Loud(2)}, 3))
def goes(n):
    for at, loud in enumerate([Loud(i) for i in range(n)]): print(at)
    for at, loud in enumerate(iter([Loud(n)])): print(at, loud.n)
    for left, right in zip([Loud(n)], (Loud(i) for i in range(n))): print(left.n, right.n)
    iterator = enumerate([Loud(i) for i in range(n)])
    for at, loud in iterator:
        if at == 2: break
    for at, loud in iterator: print(at)
    long, short = iter([1, 2, 3, 4]), iter([1, 2])
    for left, right in zip(long, short): print(left, right)
    return [*long]
for n in range(6): print(goes(n))
def changes(items, n):
    for at, item in enumerate(items):
        if at < n: items.append(at)
    try:
        for at, item in zip(items, [1, 2, "3", 4]): items[at + item] = 0
    except (TypeError, IndexError) as error: print(error)
    try:
        for at, item in enumerate(items): left, right = item
    except TypeError as error: print(error)
    try:
        for one, two in zip(items): print("never")
    except ValueError as error: print(error)
    try:
        for one, two in zip(items, items, items): print("never")
    except ValueError as error: print(error)
    return items
for n in range(8): print(changes([1, 2], n))
""",
    "pairs of what changes": """
def change(table, items):
    try:
        for key, value in table.items():
            if value == 3: table[len(table)] = 1
    except RuntimeError as error: return str(error)
    for n, item in enumerate(items):
        if n < 2: items.append(n)
    for item in items: last = item
    iterator = iter(items)
    for item in iterator: break
    for item in iterator: last = item
    return last, items
for n in range(8): print(change({1: 2, 2: n}, [n]), change({1: 3}, []))
""",
    "native results": """
def natives(n, text, items, table):
    words, parts = text.split(), text.partition(" ")
    total, most, least = sum(items), max(items), min(items)
    ordered, copied, unique = sorted(items), list(items), set(items)
    pairs, keys, values = list(table.items()), list(table), tuple(table.values())
    r = range(n)
    same, view, other = tuple(r), table.keys(), table.copy()
    for line in text.splitlines(): words.append(line)
    return words, parts, total, most, least, ordered, copied, unique, pairs, keys, values, r, same, view, other
shared = [1]
for n in range(8):
    print(natives(n, "some words \\nto split", [3, n, 2], {"a": n, n: 2.5}))
    print(natives(n, "", (2.5, n), {}), natives(n, "x", {1, n}, {1: shared}), any([n]), all((n, 1)))
try: natives(1, "", [1, "two"], {})
except TypeError as error: print(error)
try: natives(1, "", [shared, shared], {})
except TypeError as error: print(error)
""",
    "comprehensions": """
def comprehend(n, items):
    squares, table, unique = [i * i for i in range(n)], {i: i + 1 for i in items}, {i % 3 for i in items}
    nested = [[j for j in range(i)] for i in range(n)]
    objects, keyed, frozen = [(i, [i]) for i in items], {i: [i] for i in items}, {(i, 1) for i in items}
    texts = {str(i): i for i in items if i}
    again = [item for pair in objects for item in pair]
    return squares, table, unique, nested, objects, keyed, frozen, texts, again
for n in range(8): print(comprehend(n, [n, 2, 1.0, 1, True]))
""",
    "objects that go with others": """
class Noisy:
    def __init__(self, n): self.n = n
    def __del__(self): gone.append(self.n)
gone = []
def pair(n):
    noisy = Noisy(n)
    kept = (noisy, n)
    return n
def items(n):
    noisy = Noisy(n); kept = [noisy, [noisy]]; kept.append(n)
    return n
def cell(n):
    noisy = Noisy(n)
    def look(): return noisy
    return n
def stores(n):
    noisy = Noisy(n); kept = (noisy, 1)
    noisy, kept = 1, 2
    kept, noisy = Noisy(n), 2
    kept, noisy = (kept, noisy), kept
    kept, noisy = n, n
    return len(gone)
for n in range(40): print(pair(n), items(n), cell(n), stores(n), gone[-3:])
""",
    "objects that go": """
import weakref
class Thing: pass
def work(n):
    gone = []
    thing = Thing()
    reference = weakref.ref(thing, lambda _: gone.append(n))
    pair = (thing, n)
    del thing
    pair = (n, n)
    items = [Thing(), Thing()]
    finalizer = weakref.finalize(items[0], gone.append, "finalised")
    items = [n]
    for part in (Thing(), n): kept = part
    return gone, reference() is None, finalizer.alive, type(kept)
for n in range(9): print(work(n))
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])


@pytest.mark.parametrize("name", ["pairs", "displays"])
def test_the_states_are_those_of_the_interpreter(name: str) -> None:
    source = PROGRAMS[name].replace("range(9)", "range(90)").replace("range(7)", "range(60)")
    one, other = compiled(source), interpreted(source)

    assert one.stdout == other.stdout
    assert states(one[::97]) == states(other[::97])


def test_nothing_of_a_loop_over_pairs_is_left_to_handlers() -> None:
    source = """
def count(table):
    total, found = 0, []
    for key, value in table.items():
        total += value
        found.append((key, [total]))
    return len(found)
for n in range(100): count({"a": 1, "b": n})
"""
    (code,) = [code for code in compiled(source).statistics.codes if code.function == "count"]

    assert set(code.handled) <= {"FOR_ITER", "POP_ITER", "RETURN_VALUE", "CALL"}
    assert code.failures < 300


def test_a_constant_is_not_referred_to_more_often_for_being_compiled() -> None:
    source = """
import sys
def count():
    known = (1, 2, 3)
    return sys.getrefcount(known)
print([count() for n in range(200)][-1])
"""
    assert compiled(source).stdout == interpreted(source).stdout
