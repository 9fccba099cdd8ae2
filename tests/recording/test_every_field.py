"""Tests for calcharo_vm/recording/step.py: every field of a step is the same, whichever way one comes to it.

The fields are those that the class has, so that a new one is tested without being named here.
"""

from collections import deque
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calcharo_vm.recording import ExecutionStep, Heap, Recording
from tests.recording.audit import record

FIELDS = [
    name for name in dir(ExecutionStep) if not name.startswith("_") and not callable(getattr(ExecutionStep, name))
]

PROGRAMS = {
    "loops": """
numbers = [3, 1, 2]
for end in range(2, 0, -1):
    i = 0
    while i < end:
        if numbers[i] > numbers[i + 1]:
            numbers[i], numbers[i + 1] = numbers[i + 1], numbers[i]
        i += 1
print(numbers)
""",
    "recursion": """
def hanoi(n, a, b, c, moves):
    if n and moves is not None:
        hanoi(n - 1, a, c, b, moves)
        moves.append(f"{a}->{c}")
        hanoi(n - 1, b, a, c, moves)
    return moves
print(*hanoi(2, "A", "B", "C", []))
""",
    "closures": """
def counter(start=0, *, by=1):
    def count(*args, **options):
        nonlocal start
        start += by
        return start, args, options
    return count
count = counter(by=2)
count(); count(1, k=2)
del counter
""",
    "generators": """
def inner():
    got = yield 1
    try:
        yield got
    finally:
        print("closed")
def outer():
    yield from inner()
    return "done"
g = outer()
next(g); g.send([7])
g.close()
pairs = list(zip(inner(), enumerate("ab")))
""",
    "classes": """
class Base:
    kind = "base"
    def __init__(self, x):
        self.x = x
    @property
    def double(self):
        return self.x * 2
    def __eq__(self, other):
        return self.x == other.x
    __hash__ = None
class Derived(Base):
    __slots__ = ("y",)
    def __init__(self, x):
        super().__init__(x)
        self.y = self
d = Derived(3)
same = d == Derived(d.double // 2)
del d.x
class L(list): pass
held = L([1]); held.name = "l"
""",
    "exceptions": """
class Own(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code
def f(k):
    try:
        return {}[k]
    except KeyError as error:
        raise Own(3) from error
    finally:
        done = True
try:
    f("k")
except Own as own:
    kept = own
    try:
        1 / 0
    except ZeroDivisionError:
        pass
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as group:
    values = group
except* TypeError:
    pass
""",
    "threads": """
import threading
lock = threading.Lock()
seen = []
def work(n):
    with lock:
        seen.append(n)
        print(n)
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
for each in threads: each.start()
for each in threads: each.join()
""",
    "async": """
import asyncio
async def numbers():
    for n in range(2):
        yield n
        await asyncio.sleep(0)
async def child(n):
    await asyncio.sleep(0)
    return [n]
async def main():
    found = [n async for n in numbers()]
    return found + await child(2) + sum(await asyncio.gather(child(3), child(4)), [])
result = asyncio.run(main())
""",
    "comprehensions": """
x = "kept"
square = [x * x for x in range(4) if x % 2]
table = {k: {v for v in range(k)} for k in (1, 2)}
total = sum(a for a in square)
lowest = min(square, key=lambda n: -n)
""",
    "native mutators": """
import heapq
from collections import Counter, OrderedDict, defaultdict, deque
heap = [5, 3, 4]
heapq.heapify(heap); heapq.heappush(heap, 1); heapq.heappop(heap)
heap.sort(reverse=True); heap.extend(range(2)); heap[1:3] = [9]; del heap[0]; heap.insert(0, heap)
d = {"a": 1}
d.update(b=2); d.setdefault("c", []).append(d); d.pop("a"); d |= {"z": 0}
s = {1, 2}
s.add(3); s ^= {1, 9}; s.discard(2)
q = deque([1, 2, 3], maxlen=3)
q.appendleft(0); q.rotate(1)
c = Counter("abca"); c["a"] += 1
dd = defaultdict(list); dd["k"].append(1)
o = OrderedDict(x=1, y=2); o.move_to_end("x")
b = bytearray(b"ab"); b += b"c"; b[0] = 0
""",
    "iterators": """
items = iter([1, 2, 3])
first = next(items)
rest = [*items]
d = {"a": 1, "b": 2}
for key in d: pass
for i, (k, v) in enumerate(sorted(d.items())): pass
r = reversed([1, 2]); next(r)
""",
    "with and match": """
import sys
class Manager:
    def __enter__(self): return self
    def __exit__(self, *details): return True
with Manager() as m:
    raise ValueError("swallowed")
def kind(value):
    match value:
        case {"k": [first, *rest]}: return first, rest
        case int() | str() as scalar if scalar: return scalar
        case _: return None
found = kind({"k": [1, 2]}), kind("s"), kind(0)
print("to stderr", file=sys.stderr)
if not found or found[0] and found[1] == "s": chained = 1 < len(found) <= 3
""",
    "lifetimes": """
import weakref
class Node:
    def __del__(self): gone.append(self.name)
gone = []
a, b = Node(), Node()
a.name, b.name = "a", "b"
r = weakref.ref(a)
del a
b.other = b
alive = r() is None
del b
""",
    "uncaught": """
def f(n):
    assert n, "no more"
    f(n - 1)
f(2)
""",
}


def canonical(value: object, seen: dict[int, tuple[int, object]]) -> object:
    """A value in a form in which `==` compares all of it, the order of entries and which parts are one included."""
    if isinstance(value, bool | int | str | bytes | type(None)):
        return type(value).__name__, value
    if id(value) in seen:
        return "again", seen[id(value)][0]
    parts = parts_of(value)
    if parts is None:
        return type(value).__name__, repr(value)
    seen[id(value)] = len(seen), value  # which keeps it, so that its identity stays its own
    found = [canonical(part, seen) for part in parts]
    return type(value).__name__, found


def parts_of(value: object) -> list[object] | None:
    """What a value is made of, None when its text says all."""
    if isinstance(value, Heap):
        return [(oid, value[oid], value.referrers(oid)) for oid in value]
    kind = type(value)
    if attrs.has(kind):
        return [(each.name, getattr(value, each.name)) for each in attrs.fields(kind)]
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return list(value) if isinstance(value, list | tuple | deque) else None


def field(step: ExecutionStep, name: str) -> object:
    value: object = getattr(step, name)
    return canonical(value, {})


def fields(step: ExecutionStep) -> dict[str, object]:
    return {name: field(step, name) for name in FIELDS}


@cache
def recorded(program: str) -> Recording:
    return record(PROGRAMS[program])


@cache
def forwards(program: str) -> list[dict[str, object]]:
    """All fields of all steps, from the first to the last."""
    assert recorded(program)
    return [fields(step) for step in recorded(program)]


def afresh(program: str) -> Recording:
    """The same recording, of which nobody has asked anything."""
    recording = recorded(program)
    return Recording(recording.journal, recording.outcome, recording.source)


def test_the_fields_are_those_of_the_class() -> None:
    assert {"index", "variables_state", "heap", "condition", "stdout_snapshot", "cpu_time"} <= set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_the_programs_have_something_to_show_in_each_field(name: str) -> None:
    values = {repr(each[name]) for program in ("exceptions", "with and match", "threads") for each in forwards(program)}

    assert len(values) > 1 or name in {"filename", "memory_bytes", "cpu_time"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_backwards_is_forwards_reversed(program: str) -> None:
    backwards = [fields(step) for step in reversed(afresh(program))]

    assert len(backwards) == len(forwards(program))
    for forward, backward in zip(forwards(program), reversed(backwards), strict=True):
        for name in FIELDS:
            assert forward[name] == backward[name], (name, forward["index"])


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_has_the_same(program: str, tmp_path: Path) -> None:
    recorded(program).save(tmp_path / "it.calcharo")
    stored = Recording.open(tmp_path / "it.calcharo")

    for step in (*stored[::-7], *stored[::5]):
        assert forwards(program)[step.index] == fields(step)


@settings(max_examples=20)
@given(data=st.data())
@pytest.mark.parametrize("program", PROGRAMS)
def test_any_order_gives_the_same(program: str, data: st.DataObject) -> None:
    states, recording = forwards(program), afresh(program)
    visits = st.tuples(st.integers(0, len(states) - 1), st.sampled_from(FIELDS))

    for index, name in data.draw(st.lists(visits, min_size=1, max_size=30)):
        assert states[index][name] == field(recording[index], name), (name, index)
