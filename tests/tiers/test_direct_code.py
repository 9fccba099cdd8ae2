"""Tests for calcharo_vm/tiers/compiled/direct_code.py: calls without frames, and the frames that are made after all."""

import signal
import sys

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture, Limits
from calcharo_vm.machine.frame import Frame
from calcharo_vm.tiers.compiled import direct_code, tier
from tests.tiers.comparing import difference, told

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

TREE = """
class Tree:
    def __init__(self, value, left, right):
        self.value, self.left, self.right = value, left, right
def make(depth, value=1):
    if not depth: return None
    return Tree(value, make(depth - 1, value * 2), make(depth - 1, value * 2 + 1))
def total(tree):
    if tree is None: return 0
    return tree.value + total(tree.left) + total(tree.right)
def leftmost(tree):
    if tree.left is None: return tree
    return leftmost(tree.left)
def depth(tree, so_far):
    if tree is None: return so_far
    one, other = depth(tree.left, so_far + 1), depth(tree.right, so_far + 1)
    return one if one > other else other
tree = make(6)
for _ in range(8):
    print(total(tree), leftmost(tree).value, depth(tree, 0))
tree.left.left.value = 1.5; print(total(tree))
tree.left.left.value = "text"
try: print(total(tree))
except TypeError as error: print(error)
"""
ERRORS = """
import traceback
def inner(n, d): return n // d
def outer(n, d):
    x = n + 1
    return inner(x, d) + x
for n in range(30):
    try: outer(n, n % 10)
    except ZeroDivisionError as error: print(traceback.format_exc()) if n == 20 else None
def find(items, key): return items[key] + 1
def found(items, key): return 1 + find(items, key)
table = {n: n for n in range(20)}
for n in range(25):
    try: found(table, n)
    except KeyError as error: print(error, error.__traceback__.tb_next.tb_next.tb_frame.f_locals)
"""
CLOSURES = """
import sys
def counter(step):
    value = 0
    def advance(times=1):
        nonlocal value
        value += step * times
        return value
    def peek(): return value
    def fail(n): return value // n
    return advance, peek, fail
def shared(n, items):
    def push(item): items.append((n, item))
    def total(): return sum(part[0] for part in items) + n
    push(1); push([n])
    n += 1
    return total()
def late(flag):
    def use(): return known
    if flag: known = [flag]
    try: return use()
    except NameError as error: return str(error)
def deep(n):
    def down(m): return 0 if m == 0 else down(m - 1) + n
    return down(n)
def seen():
    def look(n):
        if n == 7: return sorted(sys._getframe(1).f_locals, key=str), n
        return outer + n
    outer = 1
    def ask(n): return look(n)
    return [ask(n) for n in range(9)]
for n in range(12):
    advance, peek, fail = counter(n)
    print(advance(2), advance(3), peek(), list(map(advance, [1, 2])), sorted([3, 1], key=lambda m: m * n))
    print(shared(n, []), late(n), deep(n % 5), seen(), fail(1))
    try: fail(0)
    except ZeroDivisionError as error: print(error, error.__traceback__.tb_next.tb_frame.f_locals)
"""
KEYWORDS = """
def minus(a, b): return a - b
def make(n):
    def times(a, b): return (a - b) * n
    return times
def work(n):
    times = make(n)
    return minus(1, b=n), minus(b=n, a=3), times(b=1, a=n), times(n, b=2), minus(n, 1), natives(n)
def natives(n):
    parts = "a b c".split(maxsplit=1), int("11", base=n + 2), round(1.256, ndigits=n % 3), list(enumerate("a", start=n))
    return parts, pow(n, 2, mod=7), sorted([n, 1], reverse=True), minus(n, 2)
for n in range(30): print(work(n))
"""
FRAMES = """
import sys
def look(n):
    if n < 0: return sys._getframe(2).f_locals["n"] + len(inspect_stack())
    return n
def inspect_stack():
    frame, found = sys._getframe(), []
    while frame is not None: found.append((frame.f_code.co_name, frame.f_lineno)); frame = frame.f_back
    return found
def middle(n): return look(n - 1) * 2
def above(n, unused=3): return middle(n) + middle(n + 1)
for n in [*range(20), 0, 1, -1, *range(5)]: print(above(n))
"""
CHANGES = """
def f(n): return n + 1
def g(n): return f(n) + f(n + 1)
def change(n):
    global f
    if n == 30:
        def f(n): return [n]
    if n == 40: f = len
    if n == 50: f = lambda n: n * 2
for n in range(60):
    change(n)
    try: print(g(n), end=" ")
    except TypeError as error: print(type(error).__name__, end=" ")
def f(n): return n + 1
for n in range(20): g(n)
f.__code__ = (lambda n: n - 1).__code__
print(g(1))
f.__defaults__ = (5,)
print([g(n) for n in range(5)], f())
"""
OBJECTS = """
import weakref
class Thing:
    def __init__(self, n): self.n = n
    def value(self): return self.n
    def __del__(self): print("gone", self.n)
class Quiet:
    def __init__(self, n): self.n = n
def use(thing): return thing.n
def drop(thing, n):
    thing = n
    return thing + 1
def keep(thing):
    other = thing
    return other
def swapped(a, b):
    a, b = b, a
    return a
for n in range(20):
    x, y = use(Quiet(n)), drop(Quiet(n), n)
    z = keep(Quiet(n)).n, swapped(Quiet(1), Quiet(n)).n
    q = Quiet(n); a = keep(q) is q, swapped(q, q) is q
for n in range(20):
    print(use(Thing(n)), drop(Thing(n), n), keep(Thing(n)).n)
things = [Quiet(n) for n in range(20)]
watched = weakref.ref(things[7], lambda _: print("watched"))
while things: print(drop(things.pop(), 1), end=" ")
"""
WHILE = """
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
        if steps > 500: break
    return steps
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
def both(a, b): return collatz(a) + gcd(a, b)
print([both(n, 12) for n in range(1, 40)], both(10**9, 1.5) if False else 0)
print(gcd(4.5, 1.5), collatz(True))
"""
DEEP = """
import sys
def down(n): return 0 if n == 0 else 1 + down(n - 1)
def up(n): return up(n + 1) + 1
print([down(30) for _ in range(5)])
for limit in (200, 300):
    sys.setrecursionlimit(limit)
    try: up(0)
    except RecursionError as error: print(error)
    print(down(150))
def broken(n): return 1 // n if n < 1 else 1 + broken(n - 1)
for _ in range(10):
    try: broken(40)
    except ZeroDivisionError as error: print(type(error))
"""
MIXED = """
def kind(n): return n if n % 3 == 0 else [n] if n % 3 == 1 else None
def use(n):
    found = kind(n)
    return found
def text(n): return "even" if n % 2 == 0 else f"odd {n}"
def nothing(n): pass
for n in range(40): print(use(n), text(n), nothing(n))
def first(pair): return pair[0]
def second(pair): return first(pair) + pair[1]
print([second((n, n)) for n in range(20)], second(([1], [2])))
"""
METHODS = """
class Point:
    def __init__(self, x): self.x = x
    def moved(self, by): self.x += by; return self.x
    def twice(self, by): return self.moved(by) + self.moved(by)
class Other(Point):
    def moved(self, by): return 0
points = [Point(1), Other(2)]
for n in range(30):
    for point in points: point.twice(n)
Point.moved = lambda self, by: self.x
print([point.twice(1) for point in points], points[0].x)
points[0].moved = lambda by: by
print(points[0].twice(3))
class Base:
    def __init__(self, x): self.x = x
    def add(self, by): self.x += by; return self.x
class Middle(Base):
    def add(self, by): return super().add(by + 1)
class Left(Middle):
    def __init__(self, x): super().__init__(x); self.kept = [x]
    def add(self, by): return super().add(by) + len(self.kept)
class Right(Middle):
    y = 5
    def add(self, by): return super().add(by) + super().y if hasattr(super(), "y") else 0
class Both(Left, Right): pass
for n in range(20):
    for cls in (Left, Right, Both): print(cls(n).add(n))
Base.add = lambda self, by: by
print([cls(1).add(2) for cls in (Left, Right, Both)])
Middle.add = property(lambda self: lambda by: -by)
print([cls(1).add(2) for cls in (Left, Right, Both)])
"""


LOOPS_FIRST = """
def run(steps):
    while True:
        try: steps.append(len(steps))
        except AttributeError: return 0
        if len(steps) > 9: return len(steps)
def twice(steps): return run(steps) + run(steps)
for n in range(9): print(run([]), twice([]), run(range(3)))
"""


TRACED = """
import sys
def g(n): return n + 1
def f(n): return g(n) + g(n + 1)
events = []
def hook(frame, event, arg):
    events.append((frame.f_code.co_name, event))
    return hook
def maybe(i):
    if i == 30: start(hook)
    return i
def main(times):
    i = 0
    while i < times:
        list(map(maybe, (i,)))
        f(i)
        i += 1
for start in (sys.settrace, sys.setprofile):
    main(20); main(40); start(None); print(len(events), events[:20])
"""


@pytest.mark.parametrize(
    "source",
    [LOOPS_FIRST, TREE, ERRORS, CLOSURES, KEYWORDS, FRAMES, CHANGES, OBJECTS, WHILE, DEEP, MIXED, METHODS, TRACED],
    ids=[
        *("loops first", "tree", "errors", "closures", "keywords", "frames", "changes", "objects"),
        *("while", "deep", "mixed", "methods", "traced"),
    ],
)
def test_the_recording_is_that_of_the_interpreter(source: str) -> None:
    assert not difference(source)


FIBONACCI = "def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)\n"


def recorded(source: str, **settings: object) -> Recording:
    return execute_and_trace(source, TracerConfig(optimization="compiled").evolve(**settings))


def test_frames_are_made_only_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Frame] = []

    def make(*given: object) -> Frame:
        made.append(Frame(*given))  # type: ignore[arg-type] # as they come
        return made[-1]

    monkeypatch.setattr(direct_code, "Frame", make)
    recording = recorded(f"{FIBONACCI}for n in range(6): fibonacci(12)")

    assert 0 < len(made) < 100
    assert 465 * 6 == len(recording.calls("fibonacci"))


@pytest.mark.parametrize("steps", [5_000, 5_001, 5_007, 20_011, 20_012])
def test_a_limit_on_steps_is_exact(steps: int) -> None:
    source = f"{FIBONACCI}fibonacci(20)"
    ways = [
        execute_and_trace(source, TracerConfig(optimization=which, limits=Limits(steps=steps)))
        for which in ("interpreter", "compiled")
    ]

    assert [steps, steps] == [len(recording) for recording in ways]
    assert ways[0][-1].call_stack == ways[1][-1].call_stack


def test_a_signal_is_handled_in_the_innermost_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "WARM", 2)
    source = f"""
import signal, sys
found = []
def handle(number, frame):
    found.append((frame.f_code.co_name, frame.f_back and frame.f_back.f_code.co_name))
    signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGALRM, handle)
{FIBONACCI}
for _ in range(20): fibonacci(5)
signal.setitimer(signal.ITIMER_REAL, 0.05)
while not found: fibonacci(16)
signal.signal(signal.SIGALRM, signal.SIG_DFL)
"""
    before = signal.getsignal(signal.SIGALRM)
    recording = recorded(source)

    recording.raise_for_outcome()
    assert recording[-1].variables_state["found"] in (
        [("fibonacci", "fibonacci")],
        [("fibonacci", "<module>")],
        [("<module>", None)],
    )
    assert before == signal.getsignal(signal.SIGALRM)


def test_a_function_that_stops_often_is_not_called_so_any_more() -> None:
    source = """
def half(n):
    return n // 2 if n % 2 == 0 else n
def quarter(n): return half(half(n))
for n in range(200): quarter(8)
for n in range(200): quarter(1.5)
"""
    recording = recorded(source)

    assert sum(code.failures for code in recording.statistics.codes) < 400
    assert not difference(source)


def test_states_within_a_call_are_those_of_the_interpreter() -> None:
    source = f"{FIBONACCI}for n in range(4): fibonacci(10)"
    config = TracerConfig(capture=Capture(metrics=False))
    one, other = (execute_and_trace(source, config.evolve(optimization=each)) for each in ("interpreter", "compiled"))

    assert list(told(one)) == list(told(other))
    for at in range(1000, len(one), 997):
        assert one[at].call_stack == other[at].call_stack
        assert one[at].heap == other[at].heap


def test_threads_that_start_meanwhile_are_recorded() -> None:
    source = f"""
import threading
{FIBONACCI}
def work(): results.append(fibonacci(12))
results = []
fibonacci(12)
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
fibonacci(12)
for thread in threads: thread.join()
"""
    recording = recorded(source)

    recording.raise_for_outcome()
    assert [144] * 3 == recording[-1].variables_state["results"]
    assert 465 * 5 == len(recording.calls("fibonacci"))


def test_what_the_program_sees_of_the_recursion_limit_is_the_same() -> None:
    limit = sys.getrecursionlimit()
    recorded("def down(n): return n and down(n - 1)\nfor n in range(99): down(n)")

    assert limit == sys.getrecursionlimit()
