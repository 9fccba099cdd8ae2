"""Tests for calcharo_vm/recording/heap.py, frame_info.py, sizes.py and exception_chain.py."""

import collections

import pytest

from calcharo_vm.recording import (
    ExceptionState,
    ExecutionStep,
    FrameStatus,
    HeapKind,
    HeapObject,
    ObjectSnapshot,
    Place,
    Recording,
    Ref,
    Referrer,
)
from tests.recording.audit import record


def of_kind(step: ExecutionStep, kind: HeapKind) -> list[HeapObject]:
    return [each for each in step.heap.values() if each.kind is kind]


def at(recording: Recording, line: int, opname: str = "") -> ExecutionStep:
    """The last step of a line."""
    return [step for step in recording if step.line_number == line and step.opname.startswith(opname)][-1]


class TestReferrers:
    def test_who_refers_to_an_object(self) -> None:
        recording = record("""
def f(held):
    box = {'k': held, (1,): [held]}
    class C: pass
    c = C(); c.field = held
    return len(held)
a = []
f(a)
""")
        step = at(recording, 6, "LOAD_FAST")
        inner, outer = step.call_stack[-1], step.call_stack[0]
        oid = inner.references["held"]
        assert isinstance(oid, Ref)
        (box,) = [each for each in of_kind(step, HeapKind.DICT) if each.length == 2]
        (holder,) = [each for each in of_kind(step, HeapKind.LIST) if each.items == (oid,)]
        (instance,) = [each for each in of_kind(step, HeapKind.INSTANCE) if "field" in each.fields]
        (names,) = of_kind(step, HeapKind.NAMESPACE)

        assert {
            Referrer(Place.VARIABLE, "a", frame=outer.frame),
            Referrer(Place.VARIABLE, "held", frame=inner.frame),
            Referrer(Place.STACK, len(inner.value_stack) - 1, frame=inner.frame),
            Referrer(Place.VALUE, "k", oid=box.oid),
            Referrer(Place.ITEM, 0, oid=holder.oid),
            Referrer(Place.FIELD, "field", oid=instance.oid),
            Referrer(Place.VALUE, "a", oid=names.oid),
        } <= {*step.heap.referrers(oid.oid)}
        (key,) = [each for each in of_kind(step, HeapKind.TUPLE) if each.items == (1,)]
        assert Referrer(Place.KEY, Ref(key.oid), oid=box.oid) in step.heap.referrers(key.oid)
        assert () == step.heap.referrers(10_000)

    def test_a_named_item_is_one_place(self) -> None:
        step = record("import collections\nP = collections.namedtuple('P', 'x y')\na = []\np = P(1, a)")[-1]
        (pair,) = [each for each in of_kind(step, HeapKind.TUPLE) if each.type_name == "P"]
        (a,) = [each for each in of_kind(step, HeapKind.LIST) if not each.items]

        assert {"x": 1, "y": Ref(a.oid)} == pair.fields
        assert "" == pair.name
        assert [Referrer(Place.ITEM, 1, oid=pair.oid)] == [r for r in step.heap.referrers(a.oid) if r.oid == pair.oid]
        assert (1, []) == step.variables_state["p"]

    def test_a_weak_reference_refers_as_long_as_there_is_something(self) -> None:
        recording = record("import weakref\nclass T: pass\nt = T()\nr = weakref.ref(t)\nx = 1\ndel t\ny = 2")
        alive, gone = at(recording, 5), at(recording, 7)
        (reference,) = of_kind(alive, HeapKind.WEAKREF)
        (thing,) = of_kind(alive, HeapKind.INSTANCE)

        assert {"referent": Ref(thing.oid)} == reference.fields
        assert not [each for each in alive.heap.referrers(thing.oid) if each.oid == reference.oid]
        assert [{"referent": None}] == [each.fields for each in of_kind(gone, HeapKind.WEAKREF)]
        snapshots = [step.variables_state["r"] for step in (alive, gone)]
        referents = [each.attributes["referent"] for each in snapshots if isinstance(each, ObjectSnapshot)]
        assert isinstance(referents[0], ObjectSnapshot)
        assert referents[1] is None


class TestFrames:
    recording = record("""
def inner(n):
    got = yield n
    yield got
def outer(n, more=(1,)):
    kept = [n]
    yield from inner(n)
a = outer(5)
made = 1
next(a)
waits = 1
list(a)
over = 1
""")

    def test_every_frame_of_the_call_stack(self) -> None:
        recording = record("def f(a, b=[2]):\n c = a\n return g(c)\ndef g(x):\n return 1 + x\nf(1)\n")
        stack = at(recording, 5, "LOAD_FAST").call_stack

        assert ["<module>", "f", "g"] == [each.function for each in stack]
        assert {"a": 1, "b": [2]} == stack[1].arguments
        assert {"a": 1, "b": [2], "c": 1} == stack[1].variables
        assert (1, 1) == stack[2].value_stack == stack[2].stack_references
        assert {FrameStatus.RUNNING} == {each.state for each in stack}
        assert stack[0].variables.keys() == {"f", "g"}

    def generators(self, line: int) -> dict[str, HeapObject]:
        return {each.name: each for each in of_kind(at(self.recording, line), HeapKind.GENERATOR)}

    def test_a_generator_that_was_made(self) -> None:
        step, generator = at(self.recording, 9), self.generators(9)["outer"]

        assert (FrameStatus.CREATED, "generator") == (generator.state, generator.type_name)
        assert generator.frame is not None
        frame = step.frames[generator.frame]
        assert ("outer", {"n": 5, "more": (1,)}, FrameStatus.CREATED) == (frame.function, frame.arguments, frame.state)

    def test_a_generator_that_waits(self) -> None:
        step, generators = at(self.recording, 11), self.generators(11)
        outer, inner = (step.frames[generators[name].frame or 0] for name in ("outer", "inner"))

        assert (7, 3) == (outer.line_number, inner.line_number)
        assert {"n": 5, "more": (1,), "kept": [5]} == outer.variables
        assert Ref(generators["inner"].oid) == outer.awaits
        assert inner.awaits is None
        assert {FrameStatus.SUSPENDED} == {outer.state, inner.state}
        kept = outer.references["kept"]
        assert isinstance(kept, Ref)
        assert [Referrer(Place.VARIABLE, "kept", frame=outer.frame)] == [*step.heap.referrers(kept.oid)]

    def test_a_generator_that_is_over(self) -> None:
        generator = self.generators(13)["outer"]

        assert (FrameStatus.CLOSED, None) == (generator.state, generator.frame)

    def test_a_generator_while_it_runs(self) -> None:
        step = at(self.recording, 6)
        (generator,) = [each for each in of_kind(step, HeapKind.GENERATOR) if each.name == "outer"]

        assert (FrameStatus.RUNNING, step.call_stack[-1].frame) == (generator.state, generator.frame)

    def test_every_step_shows_frames_and_heap(self) -> None:
        for step in self.recording:
            assert step.function == step.call_stack[-1].function
            assert step.call_stack[-1].frame in step.frames
            assert step.heap

    def test_coroutines_and_asynchronous_generators(self) -> None:
        recording = record("""
import asyncio
async def work(x):
    await asyncio.sleep(0)
async def values():
    kept = [1]
    yield kept
async def main():
    task, stream = asyncio.ensure_future(work(3)), values()
    await stream.__anext__()
    await asyncio.sleep(0)
    done = 1
asyncio.run(main())
""")
        step = at(recording, 12, "STORE_FAST")
        (stream,) = of_kind(step, HeapKind.ASYNC_GENERATOR)
        waiting = [frame for frame in step.frames.values() if frame.function == "work"]

        assert (FrameStatus.SUSPENDED, "values") == (stream.state, stream.name)
        assert {"kept": [1]} == step.frames[stream.frame or 0].variables
        assert [({"x": 3}, 4)] == [(frame.arguments, frame.line_number) for frame in waiting]
        assert all(isinstance(frame.awaits, Ref) for frame in waiting)


class TestExceptions:
    recording = record("""
def fails(n):
    try: raise ValueError('v', [n])
    finally: n = 0
def through(n): fails(n)
try: through(1)
except ValueError as error: pass
try:
    try: through(2)
    except KeyError: pass
except ValueError as other:
    kept = other
after = 1
try: hasattr(kept, 'nothing') or [].pop()
except IndexError: pass
""")

    def test_where_an_exception_is_raised_unwound_and_caught(self) -> None:
        events = [step.exception for step in self.recording if step.exception is not None]
        shown = [(str(each.state), each.unwound, each.caught_by) for each in events[:5]]

        assert [
            ("raised", (), "fails"),
            ("handled", (), "fails"),
            ("propagated", (), "fails"),  # by what the compiler adds to end the `finally`
            ("propagated", ("fails", "through"), "<module>"),
            ("handled", ("fails", "through"), "<module>"),
        ] == shown
        assert {("ValueError", "v, <list>")} == {(each.type_name, each.message) for each in events[:5]}
        assert 1 == len({each.oid for each in events[:5]})
        assert events[0].oid is not None

    def test_the_object_is_on_the_heap(self) -> None:
        step = at(self.recording, 13)
        (kept,) = of_kind(step, HeapKind.EXCEPTION)
        (argument,) = [step.heap[item.oid] for item in kept.items if isinstance(item, Ref)]

        assert (2,) == argument.items
        assert [("<module>", 9), ("through", 5), ("fails", 3)] == [
            (entry.function, entry.line_number)
            for entry in kept.traceback
            if entry.filename == "program.py"  # the test's own frames are in it, too
        ]
        assert not kept.text

    def test_an_exception_that_native_code_keeps_to_itself(self) -> None:
        recording = record("""
class Odd:
    def __getattr__(self, name): raise AttributeError(name)
found = hasattr(Odd(), 'x')
""")
        (event,) = [step.exception for step in recording if step.exception is not None]
        values = [each.value for step in recording for each in step.evaluations if each.text == "hasattr(Odd(), 'x')"]

        assert (ExceptionState.RAISED, None, "", None) == (event.state, event.caught_in, event.caught_by, event.oid)
        assert [False] == values

    def test_causes_and_contexts(self) -> None:
        step = record("""
try:
    try: raise KeyError('k')
    except KeyError as key: raise ValueError('v') from key
except ValueError as error: kept = error; kept.add_note('n')
""")[-1]
        kept = step.variables_state["kept"]
        assert isinstance(kept, ObjectSnapshot)
        cause = kept.attributes["__cause__"]

        assert isinstance(cause, ObjectSnapshot)
        assert cause is kept.attributes["__context__"]
        assert (True, ["n"]) == (kept.attributes["__suppress_context__"], kept.attributes["__notes__"])
        assert ("KeyError", ("k",)) == (cause.type_name, cause.value)


class TestKinds:
    @pytest.mark.parametrize(
        ("source", "kind", "fields"),
        [
            ("x = iter([1, 2]); next(x)", "iterator", {"position": 1}),
            ("x = enumerate('ab', 5); next(x)", "iterator", {"count": 6}),
            ("x = reversed((1, 2, 3)); next(x)", "iterator", {"position": 1, "step": -1}),
            ("x = iter(range(0, 9, 4)); next(x)", "iterator", {"next": 4, "step": 4, "remaining": 2}),
            ("x = iter({1: 2, 3: 4}); next(x)", "iterator", {"remaining": 1}),
            ("x = iter([]); list(x)", "iterator", {"is_exhausted": True}),
            ("import datetime\nx = datetime.timedelta(days=1, seconds=2)", "native", {"days": 1, "seconds": 2}),
            ("import datetime\nx = datetime.date(2024, 2, 29)", "native", {"year": 2024, "month": 2, "day": 29}),
            ("import fractions\nx = fractions.Fraction(2, 6)", "native", {"numerator": 1, "denominator": 3}),
            ("import io\nx = io.StringIO(); x.write('ab')", "native", {"value": "ab", "position": 2}),
            ("import io\nx = io.BytesIO(); x.close()", "native", {"closed": True}),
            ("import threading\nx = threading.Lock(); x.acquire()", "native", {"locked": True}),
            ("import threading\nx = threading.RLock(); x.acquire(); x.acquire()", "native", {"count": 2}),
            ("import re\nx = re.compile('(a)b')", "native", {"pattern": "(a)b", "groups": 1}),
            ("import re\nx = re.search('b(c)?', 'xbz')", "native", {"start": 1, "end": 2, "string": "xbz"}),
            ("from array import array\nx = array('i', [1])", "native", {"typecode": "i"}),
            ("x = memoryview(b'abc')", "native", {"nbytes": 3, "obj": b"abc", "readonly": True}),
            ("x = memoryview(b'abc'); x.release()", "native", {"released": True}),
            ("from collections import deque\nx = deque([1], 3)", "deque", {"maxlen": 3}),
        ],
    )
    def test_fields(self, source: str, kind: str, fields: dict[str, object]) -> None:
        step = record(source)[-1]
        reference = step.call_stack[0].references["x"]
        assert isinstance(reference, Ref)
        found = step.heap[reference.oid]

        assert kind == found.kind
        assert fields == {name: found.fields[name] for name in fields}

    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("import decimal\nx = decimal.Decimal('1.50')", "1.50"),
            ("import datetime\nx = datetime.time(1, 2)", "datetime.time(1, 2)"),
            ("import pathlib\nx = pathlib.PurePosixPath('a', 'b')", "a/b"),
            ("import itertools\nx = itertools.count(5); next(x)", "count(6)"),
            ("import itertools\nx = itertools.count(0.5)", "count(0.5)"),
        ],
    )
    def test_texts(self, source: str, text: str) -> None:
        value = record(source)[-1].variables_state["x"]

        assert isinstance(value, ObjectSnapshot)
        assert text == value.text
        assert f"<{value.type_name} {text} #{value.oid}>" == repr(value)
        assert value == value  # noqa: PLR0124 - as two steps would be compared

    def test_plain_values_of_containers_stay_plain(self) -> None:
        values = record("""
from collections import defaultdict, deque, namedtuple
d = defaultdict(list, a=[1])
q = deque([1, 2], maxlen=2)
p = namedtuple('P', 'x')(1)
""")[-1].variables_state

        assert {"a": [1]} == values["d"]
        assert collections.deque([1, 2]) == values["q"]
        assert isinstance(values["q"], collections.deque)
        assert 2 == values["q"].maxlen
        assert (1,) == values["p"]

    def test_items_of_native_objects(self) -> None:
        values = record("""
from array import array
import re
a = array('d', [1.5]); m = re.match('(a)(b)?', 'a')
def f(): pass
for z in zip([1], 'b'): w = zip(iter([]))
c = f.__code__
""")[-1].variables_state
        shown = {name: each.value for name, each in values.items() if isinstance(each, ObjectSnapshot)}

        assert [1.5] == shown["a"]
        assert ["a", None] == shown["m"]
        assert [iterator.type_name for iterator in shown["w"]] == ["list_iterator"]  # type: ignore[attr-defined]
        assert repr(values["c"]).startswith("<code f #")


def test_the_heaps_size_grows_with_it() -> None:
    recording = record("a = []\nfor i in range(50): a.append(('text', i, 1.5, b'b', None, {i: True}))\n")
    sizes = [step.heap_bytes for step in recording[:: len(recording) // 4]]

    assert sizes == sorted(sizes)
    assert sizes[-1] - sizes[0] > 50 * 200


def test_each_thread_has_its_own_cpu_time() -> None:
    recording = record("""
import threading
def work(): return [n for n in range(3)]
x = sum(n * n for n in range(2_000))
thread = threading.Thread(target=work)
thread.start(); thread.join()
""")
    first = next(step for step in recording if step.thread == 1)

    assert 0 < first.cpu_time < recording[-1].cpu_time
