"""The compiled tier records what the interpreter tier does: conformance programs, random ones, and some of our own."""

import re
from pathlib import Path

import pytest

from calcharo_vm.tiers.compiled.templates import TEMPLATES
from tests.conformance.fuzzing.comparing import write_program
from tests.conformance.fuzzing.semantics import SeededChoices
from tests.conformance.program import Program, programs_for, share
from tests.recording.mutating_programs import write_program as write_mutating_program
from tests.tiers.comparing import difference

SEED = 2026
CHANCE = re.compile(r"asyncio|thread|signal")
"""What lets the recording depend on when the system switches threads, or on addresses."""
LONG = "recursion__deep_structures"
"""Takes half a minute to record, in each tier."""
PROGRAMS = share(
    [each for each in programs_for() if each.name != LONG and not CHANCE.search(each.path.read_text("utf-8"))],
    parts=16,
)
MUTATING = [
    source
    for number in range(20)
    if "in_thread("
    not in (source := write_mutating_program(SeededChoices(f"{SEED}:{number}"))).partition("\na, b, c")[2]
]
BENCHMARKS = Path(__file__).parents[1] / "benchmarks" / "programs"
SIZES = {
    "loop": 300,
    "recursion": 2,
    "sorting": 2,
    "methods": 60,
    "generators": 60,
    "strings": 60,
    "counting": 20,
    "exceptions": 60,
    "matrix": 2,
    "closures": 60,
    "comprehensions": 20,
    "nbody": 10,
    "sieve": 300,
    "bubble_sort": 1,
    "queens": 1,
    "json_parser": 1,
    "lisp": 1,
    "warehouse": 1,
    "markdown": 1,
}
# The worker of a parallel run has a thread of its own, which the child neither needs nor waits for.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_conformance_programs(program: Program) -> None:
    assert not difference(program.path)


@pytest.mark.parametrize("name", sorted(SIZES))
def test_benchmark_programs(name: str) -> None:
    source = (BENCHMARKS / f"{name}.py").read_text(encoding="utf-8")

    assert not difference(f"SIZE = {SIZES[name]}\n{source}")


@pytest.mark.parametrize("number", range(4))
def test_random_programs(number: int) -> None:
    program = write_program(SEED, number)

    assert program is None or not difference(program["source"])


@pytest.mark.parametrize("number", range(2))
def test_programs_that_change_objects(number: int) -> None:
    assert not difference(MUTATING[number])


OPERATORS = """
def work(values):
    for a in values:
        for b in values:
            found = []
            for op in range(14):
                try:
                    if op == 0: found.append(a + b)
                    elif op == 1: found.append(a - b)
                    elif op == 2: found.append(a * b)
                    elif op == 3: found.append(a // b)
                    elif op == 4: found.append(a % b)
                    elif op == 5: found.append(a / b)
                    elif op == 6: found.append(a < b)
                    elif op == 7: found.append(a == b)
                    elif op == 8: found.append(a is b)
                    elif op == 9: found.append(-a)
                    elif op == 10: found.append(not a)
                    elif op == 11: found.append(a & b)
                    elif op == 12: found.append(~a)
                    else: found.append(a ** 2)
                except Exception as error:
                    found.append(type(error).__name__)
    return found
"""


@pytest.mark.parametrize(
    "values",
    [
        *(
            "[1, 2, 3]",
            "[1.5, -0.0, 0.0, float('nan')]",
            "[True, False]",
            "['a', 'b', '']",
            "[1, 2.5, True, 'x', None]",
        ),
        *("[[1], [2]]", "[(1,), (2,)]", "[10**20, -1]", "[1j, 2]", "[b'x', b'y']"),
    ],
)
def test_operators_between_values_of_all_kinds(values: str) -> None:
    assert not difference(f"{OPERATORS}\nprint(work({values}))\nprint(work([1, 2, 3]))")


TYPES_CHANGE = """
def total(items):
    result = items[0]
    for item in items[1:]:
        result = result + item
    return result

for items in ([1, 2, 3, 4] * 5, [1.5] * 9, ["a"] * 9, [[1]] * 9, [(1,)] * 9, [1, 2.5, 3] * 4):
    print(total(items))
"""
OBJECTS = """
class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def moved(self, by):
        self.x += by
        self.y = [by]
        return self
class Slotted(Point):
    __slots__ = ("z",)
class Watching(Point):
    @property
    def z(self): return self.x
    def __setattr__(self, name, value): super().__setattr__(name, value)
for cls in (Point, Slotted, Watching, Point):
    for i in range(9):
        point = cls(i, i).moved(i)
        print(point.x, point.y)
"""
CLASS_CHANGES = """
class Counter:
    def __init__(self): self.n = 0
    def step(self): self.n += 1
counter = Counter()
for i in range(30):
    counter.step()
    if i == 10: Counter.step = lambda self: None
    if i == 15: Counter.n = property(lambda self: 7, lambda self, value: None)
    if i == 20: del Counter.n
    if i == 25: counter.step = lambda: print("own")
print(counter.n)
"""
DROPS = """
class Noisy:
    def __init__(self, name): self.name = name
    def __del__(self): print("gone", self.name)
def pairs(count):
    for i in range(count):
        item = (i, i + 1)
        a, b = item
        item = [a, b]
        item = Noisy(i) if i % 3 == 0 else (i,)
        for x, y in zip([i], [Noisy(-i)]):
            pass
for x in [Noisy("a"), Noisy("b")]:
    print(x.name)
pairs(12)
def short(n):
    kept = Noisy(n)
    listed = [n]
    deep = [Noisy(-n)] if n % 2 else None
    return n
def shorter(n): Noisy(n); given = (n,); return given
def passed(thing): return thing.name
def twice(n):
    a = b = Noisy(n)
    return n
def both(n):
    for i in range(n):
        a = b = Noisy(i)
        a, b = i, i
        c = d = (i, i)
        c, d = d, [i]
for i in range(12):
    print(short(i), shorter(i), passed(Noisy(i)), twice(i), shorter(i)[0])
both(12)
"""
CLOSURES = """
def make():
    count = 0
    kept = []
    def step(by=1):
        nonlocal count, kept
        count += by
        kept = kept + [count] if count % 2 else kept
        return count
    return step
steps = [make(), make()]
for i in range(20):
    for step in steps:
        step(); step(2)
"""
CONTAINERS = """
def work(n):
    seen, order, counts, text = set(), [], {}, ""
    stack = [0]
    for i in range(n):
        key = i % 5
        if key in seen or key in counts and "a" in "abc":
            counts[key] = counts.get(key, 0) + 1
        else:
            seen.add(key)
            counts[key] = 1
        order.append(key); order.append([key])
        stack.append(i); stack.pop()
        text = f"{text}{key!r:>3}"[-20:]
        order[0] = i
        order[-1][0] = text
        nested = order[-1]
        squares = [each * each for each in range(4)]
        size = len(order) + len(text) + len(counts)
    return seen, order, counts, text, size
print(work(30))
"""
DEEP = """
def down(n): return 0 if n == 0 else 1 + down(n - 1)
def forever(n): return forever(n + 1)
print([down(20) for _ in range(5)])
try: forever(0)
except RecursionError as error: print(error)
"""
GENERATORS = """
def numbers(n):
    total = 0
    for i in range(n):
        total += i
        got = yield total
        if got: total = got
def through(n):
    yield from numbers(n)
work = through(20)
for value in work:
    if value == 10: print(work.send(100))
print(sum(numbers(30)), [x async for x in ()] if False else 0)
"""
NAMES = """
import builtins
limit = 3
def look(n):
    total = 0
    for i in range(n):
        total += limit + len("abc")
    return total
print(look(20)); limit = 2.5; print(look(20)); limit = [1]
try: print(look(20))
except TypeError as error: print(error)
limit = 1
len = lambda text: 100
print(look(20))
del len
print(look(20))
"""
MODULE = """
total, items, counts, last = 0, [], {}, None
for n in range(60):
    total += n * 2
    if n % 3 == 0: items.append(total)
    counts[n % 7] = counts.get(n % 7, 0) + 1
    pair = (n, items)
    a, b = pair
    last = b if n % 2 else a
    x = last; x = x
    if n == 30: total = "text"; total = 1.5
    if n == 40: range_ = range; del a
print(total, len(items), counts, last is b, __name__)
exec("for n in range(20):\\n    total = n; y = total", globals(), {})
class Body:
    for n in range(20):
        total = n
"""


@pytest.mark.parametrize(
    "source",
    [MODULE, TYPES_CHANGE, OBJECTS, CLASS_CHANGES, DROPS, CLOSURES, CONTAINERS, DEEP, GENERATORS, NAMES],
    ids=[
        "module",
        "types",
        "objects",
        "classes",
        "drops",
        "closures",
        "containers",
        "recursion",
        "generators",
        "names",
    ],
)
def test_programs_whose_guards_fail(source: str) -> None:
    assert not difference(source)


def test_canary_a_template_that_is_wrong_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEMPLATES, "COMPARE_OP", TEMPLATES["UNARY_NOT"])

    assert difference("i = 0\ndef f(n):\n    i = 0\n    while i < n:\n        i += 1\nf(30)")
