"""Tests for calcharo_vm/tiers/compiled/native_entry.py: functions that native code calls."""

import pytest

from calcharo_vm.machine.frame import Frame
from calcharo_vm.tiers.compiled import native_entry
from tests.tiers.comparing import difference
from tests.tiers.test_compiled import compiled, interpreted, states

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

KEYS = """
def by_second(item): return item[1]
def pair(item): return (item[1] % 3, -item[0])
def add(a, b): return a + b
items = [(n, n * 7919 % 101) for n in range(40)]
for n in range(6):
    items.sort(key=by_second)
    print(sorted(items, key=pair)[:3], sorted(items, key=lambda item: item[0])[:2])
    print(list(map(add, range(5), range(5))), max(items, key=by_second), min(items, key=pair, default=None))
    print([*filter(lambda n: n % 2, range(9))])
"""
PROGRAMS = {
    "keys": KEYS,
    "instances": """
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    @property
    def sum(self): return self.x + self.y
    def __eq__(self, other): return self.x == other.x
    def __lt__(self, other): return self.x < other.x
    def __hash__(self): return hash(self.x)
    def __getitem__(self, n): return self.y[n]
    def __len__(self): return self.x
    def __bool__(self): return self.x > 2
class Deeper(Point):
    def __init__(self, x):
        super().__init__(x, [x, x + 1])
for n in range(12):
    point, other = Point(n, n + 1), Point(1, 2)
    deeper = Deeper(n)
    print(point.sum, point == other, point < other, deeper[1], len(point), bool(point))
    print(sorted([point, other, deeper])[0].x, {point: n}.get(Point(n, 0)), point in [other, deeper])
    print(Point([n], (n,)).x, Point(Point(n, 1), 2).x.x)
""",
    "what stops": """
import sys
def key(item):
    if item == 3: return look()
    return item
def look(): return len(inspect())
def inspect(): return sys._getframe(2).f_code.co_name
def failing(item): return 10 // (item - limit)
def nested(item): return helper(item) + 1
def helper(item): return item.bit_length() if type(item) is int else failing(0)
for n in range(8):
    print(sorted([4, 3, 2, 1], key=key))
for limit in (50, 51, 2, 1, 52):
    try: print(sorted([1, 2, 3], key=failing))
    except ZeroDivisionError as error: print(error, error.__traceback__.tb_next.tb_frame.f_locals)
for n in range(8): print(list(map(nested, [1, 2, 300])))
print(list(map(nested, [1, "a"])))
""",
    "what changes meanwhile": """
def popping(item):
    others.append(item)
    return others[-1]
def clearing(item):
    found.clear()
    return item
for n in range(12):
    others, found = [n], [1, 2]
    print(sorted([3, 1, 2], key=popping), others)
    print(list(map(clearing, [n, 2])), found)
    try: found.sort(key=clearing)
    except ValueError as error: print(error)
""",
    "arguments": """
def same(a): return a
def two(a, b): return (a, b)
for n in range(9):
    print(list(map(same, [1j, ..., NotImplemented, None, [n], n])), list(map(two, [n, [n]], [1j, (n,)])))
    print(sorted([[2], [1]], key=same), sorted("ba", key=same), list(map(same, [n] * 3)))
    print(sorted(({"a": n}, {"a": 1}), key=lambda table: table["a"]))
""",
    "recursion": """
def deep(n):
    return 0 if n == 0 else max(map(deep, [n - 1])) + 1
import sys
for n in range(9): print(deep(n))
sys.setrecursionlimit(200)
try: print(deep(300))
except RecursionError as error: print(error)
""",
    "finalisers": """
class Noisy:
    def __init__(self, n): self.n = n
    def __del__(self): gone.append(self.n)
gone = []
def make(n):
    noisy = Noisy(n)
    return noisy.n
for n in range(9): print(list(map(make, [n, n + 1])), gone)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])


def test_a_key_needs_no_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Frame] = []

    def make(*given: object) -> Frame:
        made.append(Frame(*given))  # type: ignore[arg-type] # as they come
        return made[-1]

    monkeypatch.setattr(native_entry, "Frame", make)
    key = "def by_second(item): return item[1]\n"
    source = f"{key}items = [(n, -n) for n in range(900)]\nprint(sorted(items, key=by_second)[0])"
    one, other = compiled(source), interpreted(source)

    assert len(made) < 50
    assert one.stdout == other.stdout
    assert states(one[-900:]) == states(other[-900:])
    assert len(one.calls("by_second")) == 900


def test_frames_are_made_where_a_key_stops() -> None:
    source = PROGRAMS["what stops"].replace("range(8)", "range(80)")
    one, other = compiled(source), interpreted(source)

    assert one.stdout == other.stdout
    assert states(one[::53]) == states(other[::53])


def test_arguments_of_other_kinds_have_a_frame() -> None:
    source = """
def same(a): return a
first = list(map(same, range(200)))
print(list(map(same, [1j, [2], None])), len(first))
"""
    one, other = compiled(source), interpreted(source)

    assert one.stdout == other.stdout
    assert states(one[-60:]) == states(other[-60:])
