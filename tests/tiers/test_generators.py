"""Tests for calcharo_vm/tiers/compiled/resuming.py: generators and coroutines whose frames compiled code works with."""

import sys

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture, Limits
from calcharo_vm.tiers.compiled import stops, tier
from tests.tiers.comparing import EAGER, difference, told

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

PIPELINES = """
def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1
def odd(source):
    for i in source:
        if i % 2: yield i
def both(n):
    yield from odd(numbers(n))
    return (yield from numbers(n)) or n
def pairs(n):
    for i in range(n): yield i, str(i)
def shared(items):
    for item in items: yield item
def mixed(n):
    for i in range(n): yield (i if i % 3 else "text") if i % 5 else [i]
class Node:
    def __init__(self, value): self.value = value
def nodes(n):
    for i in range(n): yield Node(i)
for n in range(12):
    print(sum(odd(numbers(n))), [x for x in both(n)], list(pairs(n)), max(odd(numbers(9))), {*numbers(n)})
    kept = [[i] for i in range(n)]
    for item in shared(kept): item.append(n)
    print(kept, [m for m in mixed(n)], [node.value for node in nodes(n)])
    g = numbers(3)
    print(next(g), next(g), next(g, None), next(g, "over"), next(g, "over"), *g)
"""
SENDING = """
def totals():
    total = 0
    while True:
        got = yield total
        if got is None: return total
        total += got
def relay():
    result = yield from totals()
    return "relayed", result
def drive(make, values):
    g = make()
    print(next(g), [g.send(value) for value in values])
    try: g.send(None)
    except StopIteration as stop: print(stop.value)
    try: g.send(1)
    except StopIteration as stop: print("over", stop.value)
for n in range(8):
    drive(totals, range(n))
    drive(relay, [n, 0.5, True])
    drive(relay, [n, n])
def echo():
    got = None
    while True: got = yield got
e = echo(); next(e)
for value in (1, "a", [1], (2,), None, e, 1.5, {}) * 4: print(type(e.send(value)).__name__)
try: echo().send(1)
except TypeError as error: print(error)
"""
ERRORS = """
import traceback
def fails(n):
    for i in range(n):
        yield i
        if i == 5: raise KeyError(i)
def through(n):
    for i in fails(n): yield i + 1
def guarded(n):
    try:
        yield from through(n)
    except KeyError as error: yield -1
    finally: yield -2
def stops(n):
    for i in range(n):
        yield i
        if i == 4: next(iter(()))
for n in range(10):
    try: print([i for i in through(n)])
    except KeyError as error: traceback.print_exc()
    print(list(guarded(n)))
    try:
        for i in stops(n): print(i, end=" ")
    except RuntimeError as error: print(repr(error), repr(error.__cause__))
def itself():
    yield 1
    yield next(g)
for _ in range(6):
    g = itself()
    try:
        for i in g: print(i)
    except ValueError as error: print(error)
    for i in g: print("never")
def many():
    for i in range(30):
        try: yield i
        except ValueError: yield "thrown"
        finally: last.append(i)
for n in range(6):
    last = []
    g = many()
    for i in g:
        if i == n: print(g.throw(ValueError))
        if i == n + 2: break
    print(g.close(), last)
def deep(n):
    if n: yield from deep(n - 1)
    yield n
import sys
for _ in range(4): print(sum(deep(40)))
sys.setrecursionlimit(300)
try: print(sum(deep(1000)))
except RecursionError as error: print(error)
"""
ENDS = """
import sys, weakref
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): print("gone", self.name)
def one(n):
    held = Loud(n)
    for i in range(2): yield i
def given(loud):
    yield loud.name
def makes(n):
    for i in range(n): yield Loud((n, i))
def iterates(n):
    items = [Loud(i) for i in range(n)]
    for item in items: yield item.name
for n in range(6):
    for i in one(n): print(i)
    for i in given(Loud("given")): print(i)
    for loud in makes(2): print(loud.name)
    del loud
    for name in iterates(2): print(name)
    for i in one("abandoned"): break
    g = one("watched")
    watch = weakref.ref(g, lambda _ref: print("generator gone"))
    for i in g: print(sys.getrefcount(g))
    del g
    print(next(one("short")))
def counted(item):
    for i in range(3): yield sys.getrefcount(item)
for _ in range(5): print([*counted([1])])
total = 0
for n in range(8):
    for x in (i * n for i in range(n)): total += x
    total += sum(i + n for i in [1, 2])
print(total)
"""
AWAITING = """
import asyncio
async def leaf(n): return n + 1
async def pair(n): return n, await leaf(n)
async def middle(n): return await leaf(n) + await leaf(n + 1)
class Pause:
    def __await__(self):
        got = yield "paused"
        return got
async def waits(n):
    total = 0
    for i in range(n): total += (await Pause()) or 1
    return total
async def top(n):
    total = 0
    for i in range(n):
        total += await middle(i)
        total += (await pair(i))[1]
    return total, await waits(3)
def run(coroutine):
    try:
        while True: print(coroutine.send(None))
    except StopIteration as stop: return stop.value
for n in range(6): print(run(top(n)))
async def fails(n):
    if n > 3: raise ValueError(n)
    return await leaf(n)
async def tries(n):
    try: return await fails(n)
    except ValueError as error: return repr(error)
for n in range(8): print(run(tries(n)))
async def twice():
    one = leaf(1)
    print(await one)
    try: await one
    except RuntimeError as error: print(error)
for _ in range(5): run(twice())
async def numbers(n):
    for i in range(n): yield i
async def sums(n):
    total = 0
    async for i in numbers(n): total += i
    return total, [i async for i in numbers(n)]
async def sleeps(n):
    await asyncio.sleep(0)
    return n
async def gathers(): return await asyncio.gather(*(sleeps(n) for n in range(5)))
for n in range(5): print(run(sums(n)), asyncio.run(gathers()))
"""
OTHERS = """
import contextlib, itertools, sys
@contextlib.contextmanager
def managed(n):
    yield n + 1
for n in range(6):
    with managed(n) as m: print(m)
def numbers(n):
    for i in range(n): yield i
for n in range(8):
    print(list(itertools.chain(numbers(n), numbers(2))), list(zip(numbers(n), numbers(3))))
    print(sorted(numbers(n), reverse=True))
    for i, j in zip(numbers(n), itertools.count()): print(i, j)
    for i, j in enumerate(numbers(n)): print(i, j)
    print(",".join(str(i) for i in numbers(n)), dict.fromkeys(numbers(n)), any(i > 2 for i in numbers(n)))
def in_names(n):
    import sys
    for i in range(n):
        frame = sys._getframe()
        yield frame.f_code.co_name, frame.f_back.f_code.co_name, sorted(frame.f_locals)
for found in in_names(6): print(found[:2], g if (g := None) else "")
g = numbers(3)
for i in g: print(g.gi_running, g.gi_suspended, g.gi_frame.f_lineno if g.gi_frame else None)
print(g.gi_frame, g.gi_running)
"""
TRACING = """
import sys
def numbers(n):
    for i in range(n):
        if i == 7: sys.settrace(trace)
        yield i
events = []
def trace(frame, event, argument):
    events.append((event, frame.f_code.co_name, frame.f_lineno))
    return trace
def run():
    for i in numbers(12): pass
run(); sys.settrace(None)
print(events)
"""
REFERENCES = """
import sys
holder = [None]
def own(n):
    for i in range(n): yield sys.getrefcount(holder[0])
def outer(n):
    holder[0] = own(n)
    yield from holder[0]
for n in range(8):
    g = holder[0] = own(n)
    for count in g: print(count)
    print([c for c in outer(n)])
    g = holder[0] = own(n)
    print(sum(g))
async def leaf(n):
    return sys.getrefcount(holder[0])
async def top(n):
    holder[0] = leaf(n)
    return await holder[0]
for n in range(8):
    try: top(n).send(None)
    except StopIteration as stop: print(stop.value)
"""
METHODS = """
import contextlib, sys, weakref
holder = [None]
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): print("gone", self.name)
def counts():
    got = 0
    while got is not None: got = yield sys.getrefcount(holder[0])
def varied():
    got = 0
    while True:
        got = yield got if got % 3 else [got] if got % 2 else Loud(got) if got % 4 else None
        if got > 20: raise KeyError(got)
def twice():
    got = 0
    while True:
        got = yield got
        if got == 9: print(g.send(1))
def library():
    with contextlib.suppress(ValueError):
        while True: yield (yield 1)
def echo():
    got = 0
    while True: got = yield got
class Sender:
    def send(self, value): return value + 1
def drive(g, n):
    found = 0
    for i in range(n): found = g.send(i)
    return found
def both(g, n):
    for i in range(n): print(g.send(i), g.send(i + 1), next(g), end=" ")
def driven(g, n):
    try:
        for i in range(n): print(type(g.send(i)).__name__, end=" ")
    except (KeyError, ValueError, StopIteration) as error: print(repr(error))
def ended(n):
    for i in range(n): got = yield i
    return got
for n in range(4, 30, 5):
    g = holder[0] = counts()
    next(g)
    print(drive(g, n), [g.send(i) for i in range(3)])
    g = echo(); next(g)
    both(g, n)
    g = varied(); next(g)
    driven(g, n)
    g = twice(); next(g)
    driven(g, n)
    g = library(); next(g)
    driven(g, n)
    driven(Sender(), n)
    g = ended(n - 6); next(g)
    driven(g, n)
    driven(g, n)
    driven(counts(), n)
    watch = weakref.ref(g, lambda _ref: print("generator gone"))
    del g
def deep(g, n): return deep(g, n - 1) if n else g.send(1)
sys.setrecursionlimit(250)
g = ended(300); next(g)
for n in (3, 4, 5, 6, 400):
    try: print(deep(g, n))
    except RecursionError as error: print(error)
"""
THREADS = """
import threading
def numbers(n):
    for i in range(n): yield i
def switching(n):
    for i in range(n):
        if i == 6:
            thread = threading.Thread(target=lambda: found.append(sum(numbers(5))))
            thread.start(); thread.join()
        yield i
found = []
for i in switching(12): found.append(i)
print(found)
"""
NATIVE = """
def numbers(n):
    for i in range(n): yield [i]
for _ in range(40): print(list(numbers(3)))
"""
PROGRAMS = {
    "pipelines": PIPELINES,
    "sending": SENDING,
    "errors": ERRORS,
    "ends": ENDS,
    "awaiting": AWAITING,
    "others": OTHERS,
    "tracing": TRACING,
    "references": REFERENCES,
    "methods": METHODS,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_records_the_same(program: str) -> None:
    if program in {"references", "methods"} and sys.gettrace() is not None:
        pytest.skip("CPython 3.11 holds another reference while a function traces the tier's own code")
    assert not difference(PROGRAMS[program])


def traced(source: str, monkeypatch: pytest.MonkeyPatch, **settings: object) -> Recording:
    """A recording by the compiled tier, with nearly all code compiled."""
    for module, name in ((tier, "WARM"), (tier, "LOOKS"), (stops, "PATIENCE")):
        monkeypatch.setattr(module, name, EAGER)
    config = TracerConfig(optimization="compiled", capture=Capture(metrics=False), **settings)  # type: ignore[arg-type]
    return execute_and_trace(source, config)


@pytest.mark.parametrize("program", ["errors", "sending"])
def test_prints_the_same(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = execute_and_trace(PROGRAMS[program], TracerConfig(capture=Capture(metrics=False)))
    recording = traced(PROGRAMS[program], monkeypatch)

    assert recording.outcome == expected.outcome
    assert recording.stdout == expected.stdout


def test_frames_pause_and_end_whoever_resumes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = traced(NATIVE, monkeypatch)
    source = next(code.source for code in recording.statistics.codes if code.function == "numbers")

    assert recording.stdout == f"{[[i] for i in range(3)]}\n" * 40
    assert "return PAUSED" in source
    assert "return ENDED" in source


def test_a_second_thread_may_come_while_a_generator_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = traced(THREADS, monkeypatch)

    assert recording.stdout == f"{[*range(6), 10, *range(6, 12)]}\n"
    assert {step.thread for step in recording} == {0, 1}


@pytest.mark.parametrize("steps", range(160, 200, 3))
def test_a_limit_ends_the_run_at_its_step(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def numbers():\n    for i in range(99): yield i\nfor i in numbers(): pass"
    recording = traced(source, monkeypatch, limits=Limits(steps=steps))
    expected = execute_and_trace(source, TracerConfig(capture=Capture(metrics=False), limits=Limits(steps=steps)))

    assert recording.outcome.limit == "steps"
    assert [*told(recording)] == [*told(expected)]
