"""Tests for keyframes.py, live_keyframes.py, and Keyframes in journal.py: what they build is what the steps lead to."""

import gc
import itertools
import sys
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Capture, TracerConfig, execute_and_trace
from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import Recorder, Recording, journal, live_keyframes, ops
from calcharo_vm.recording.frames import CUT
from calcharo_vm.recording.journal import is_based
from calcharo_vm.recording.keyframe_states import KeyframeStates
from calcharo_vm.recording.keyframes import words_of
from calcharo_vm.recording.state import Raised, State, Thing
from tests.recording.audit import record
from tests.recording.machine import NULL, FakeFrame, finish, function_frame, step

if TYPE_CHECKING:
    from calcharo_vm.recording.state import FrameState

OFTEN = 24

PROGRAMS = {
    "loops and strings": """
text, total = '', 0
for i in range(60):
    text += str(i); total += i * 1.5
    print(text)
""",
    "recursion and heap": """
def tree(n): return {'n': n, 'parts': [tree(n - 1), (n, {n})] if n else []}
kept = [tree(2) for _ in range(3)]
kept.clear()
""",
    "objects": """
import collections
class Node:
    __slots__ = ('next', 'value')
    def __init__(self, value, next=None): self.value, self.next = value, next
class Stack(list):
    label = 'x'
node = None
for i in range(12): node = Node(i, node)
stack = Stack('abc'); stack.more = collections.deque([node]); stack.__class__ = Stack
keys = {node: 1, (1, stack[0]): 2, frozenset([1]): 3}
del node, stack.more
""",
    "suspended generators": """
def numbers(n):
    kept, scalar = [n], n
    while True:
        got = yield scalar
        kept.append(got); scalar += 1
def outer(n): yield from numbers(n)
some = [outer(i) for i in range(5)]
for _ in range(4):
    for each in some: next(each)
some.pop().close(); del each
left = [next(one) for one in some for _ in range(2)]
finished = list(x for x in left)
async def run(): return [await other(i) for i in range(3)]
async def other(i): return i
try: run().send(None)
except StopIteration as stop: pass
""",
    "generators that the garbage collector closes": """
import gc
class Box: pass
def generator(box):
    try: yield box
    finally:
        for i in range(20): done.append(i)
done = []
for i in range(3):
    box = Box()
    box.generator = generator(box)
    next(box.generator)
    del box
gc.collect()
for i in range(20): done.append(i)
""",
    "exceptions and finalisers": """
class Loud:
    def __del__(self): done.append(len(done))
done = []
def fail(n):
    kept = Loud()
    try:
        if n: fail(n - 1)
        else: raise ValueError(n)
    except ValueError:
        done.append(n); raise
    finally: done.append('f')
for i in range(4):
    try: fail(i)
    except ValueError: pass
""",
    "native code that calls back": """
class Key:
    def __init__(self, n): self.n = n
    def __lt__(self, other): return self.n < other.n
    def __hash__(self): return hash(self.n)
    def __eq__(self, other): return self.n == other.n
    def __add__(self, other): return Key(self.n + other.n)
keys = sorted([Key(3), Key(1), Key(2)], key=lambda key: Key(-key.n))
total = {key: key + key for key in keys}
again = [total[Key(2)].n for _ in range(5)]
""",
    "a handler that cuts off the last of an object": """
class Numbers(list):
    def __iter__(self): return self
    __next__ = list.pop
    def __del__(self):
        for i in range(40): done.append([i])
def f():
    try:
        for n in Numbers([1, 2]): pass
    except IndexError as error: return str(error)
done, told = [], []
for _ in range(4): told.append(f())
def g(): return [n for n in Numbers([1, 2])]
for _ in range(4):
    try: g()
    except IndexError as error: told.append(error)
""",
    "tracing": """
import sys
def trace(frame, event, argument):
    seen.append(event)
    return trace
seen = []
def f(n): return [n * i for i in range(n)]
sys.settrace(trace)
f(3)
sys.settrace(None)
""",
    "iterators": """
class Keeper: pass
keeper = Keeper()
keeper.kept = iter([1, 2, 3, 4])
inner = enumerate("abcde")
for a, (b, c) in zip(range(5), inner):
    d = [a * n for n in range(3)]
    next(keeper.kept, None)
def pipeline(source):
    for each in source:
        try:
            yield 1 / each
        except ZeroDivisionError as error:
            yield [error, each]
list(map(str, pipeline(reversed([0, 1, 2, 0]))))
gone = iter({1: 2, 3: 4}); next(gone)
""",
    "threads": """
import threading
done, lock = [], threading.Lock()
def work(n):
    for i in range(20):
        with lock:
            try: done.append((n, 1 / i))
            except ZeroDivisionError: done.append(n)
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads: t.start()
for t in threads: t.join()
""",
    "a thread that waits for another once its frame is left": """
import queue, threading
ask, answer = queue.Queue(), queue.Queue()
def work(n):
    kept = [[n], {}]
    return len(kept) / n
def works():
    try: list(map(answer.put, map(work, iter(ask.get, None))))
    except ZeroDivisionError: answer.put(None)
thread = threading.Thread(target=works)
thread.start()
for n in (1, 2, 0):
    ask.put(n)
    answer.get()
    for i in range(9): x = [[n, i]]
thread.join()
""",
}


CONTAINERS = {
    "lists": """
kept, ends, other = list(range(40)), [], ['a'] * 5
for i in range(120):
    kept[i % 40] = (True, 1.0, 1, None)[i % 4]
    if i % 3 == 0: kept.pop(); kept.insert(i % 40, [i])
    if i % 7 == 0: kept.sort(key=str); kept.reverse()
    if i % 20 == 0: kept.__init__(range(40))
    ends.append(i)
    if i % 4 == 0: del ends[:2]
    if i == 60: other = kept; kept = list(range(40))
kept.clear()
""",
    "mappings": """
import collections
table, seen, turns = {n: str(n) for n in range(30)}, set(range(10)), collections.deque(range(20), 25)
for i in range(100):
    table[i % 33] = [i]; table.pop(i % 5, None)
    seen.add(i % 17); seen.discard(i % 6)
    turns.append(i)
    if i % 9 == 0: turns.rotate(3); turns.appendleft(table)
    if i % 10 == 0: table = dict(sorted(table.items())); seen |= {i, str(i)}
    if i % 50 == 0: seen.clear(); table.clear()
""",
    "containers with attributes, which get other classes": """
class Stack(list): pass
class Queue(list): pass
stack = Stack(range(20))
for i in range(80):
    stack.append(i); stack.top = [i]; del stack[0]
    stack.__class__ = (Stack, Queue)[i % 2]
    if i % 8 == 0: del stack.top
""",
    "weak references, cells and generators": """
import weakref
class Node: pass
def counter():
    n, kept = 0, [1, 2, 3]
    def count():
        nonlocal n
        n += 1; kept.append(n)
        return kept
    return count
def numbers(some):
    for each in some: yield each, some
nodes = [Node() for _ in range(12)]
references = [weakref.ref(node) for node in nodes]
count, running = counter(), numbers(list(range(50)))
for i in range(60):
    count(); x = next(running, None)
    if i % 6 == 0: nodes.pop(); nodes[0].me = [nodes[0]]
    if i % 16 == 0: nodes = [Node() for _ in range(5)]
""",
}


def record_as(optimization: str, source: str) -> Recording:
    """Records a program with one of the tiers."""
    return execute_and_trace(source, TracerConfig(optimization=optimization))


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes short chunks, with a keyframe after each."""
    monkeypatch.setattr(ops, "CHUNK_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_LEAST_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_WORDS_A_STEP", 1 << 60)


@pytest.fixture
def based(often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has most of these keyframes tell only what is unlike an earlier one, however small the states are."""

    def base_the_next(keyframes: journal.Keyframes) -> None:
        keyframes.base_due = keyframes.base + 5 * OFTEN

    monkeypatch.setattr(live_keyframes, "_LARGE", 2)
    monkeypatch.setattr(live_keyframes, "_LARGE_STATE", 0)
    monkeypatch.setattr(journal, "_DISTANCE_IF_BASED", 1)
    monkeypatch.setattr(journal, "_RARE", 1)
    monkeypatch.setattr(journal, "_RARE_IF_LARGE", 1)
    monkeypatch.setattr(journal.Keyframes, "base_the_next", base_the_next)


def frame_shape(frame: "FrameState", *, is_top: bool) -> object:
    place = None if is_top else (frame.word, frame.base)  # the next step of the top frame says where it is
    return frame.code, frame.globals, frame.namespace, repr(frame.fast), repr(frame.stack), place


def heap_shape(heap: dict[int, Thing]) -> dict[int, object]:
    return {
        oid: (
            *(thing.kind, thing.type_name, thing.name, thing.frame),
            *map(repr, (thing.items, thing.table, thing.fields)),
        )
        for oid, thing in sorted(heap.items())
    }


def shape(state: State) -> dict[str, object]:
    """All that a state says of the steps that follow, and of the step it is after."""
    gone = set(state.dropped)
    running = {thread: numbers for thread, numbers in state.threads.items() if numbers}
    frames = {
        number: frame_shape(state.frames[number], is_top=number == numbers[-1])
        for numbers in running.values()
        for number in numbers
    }
    return {
        "heap": heap_shape({oid: thing for oid, thing in state.heap.items() if oid not in gone}),
        "running": running,
        "frames": frames,
        "next": dict(sorted(state.following.items())),
        "left": {thread: left for thread, left in state.left.items() if left},
        "raises": state.raises,
        "kept": {thread: heap_shape(kept) for thread, kept in state.kept.items()},
        "caught": state.caught,
        "rest": (state.steps, state.thread, state.written, state.resident, state.seconds),
        "raised": (state.raised, state.handling),
        "step": (repr(state.pushed), repr(state.popped), state.branch, state.executing),
    }


def raised_shape(raised: Raised | None) -> object:
    return raised and (
        *(raised.type_name, raised.message, raised.frame, raised.caught_in, repr(raised.word)),
        list(raised.unwound),
    )


def check_keyframes(recording: Recording) -> int:
    """Goes on from each keyframe, and compares the states with those of a way from the start; returns how many."""
    written = recording.journal
    followed = State(written)
    ends = [*written.keyframes.steps, len(written)]
    for start, end in itertools.pairwise(ends):
        for target in sorted({start + 1, end}):
            if not start < target <= len(written):
                continue
            followed.advance(target)
            state = KeyframeStates(written).after(start)
            state.advance(target)
            found, expected = shape(state), shape(followed)
            assert expected == found, [
                (key, expected[key], found[key]) for key in expected if expected[key] != found[key]
            ]
    return len(written.keyframes.steps)


@pytest.mark.parametrize("name", PROGRAMS)
def test_keyframes_are_what_the_steps_lead_to(name: str, often: None) -> None:
    recording = record(PROGRAMS[name])

    assert check_keyframes(recording) > len(recording) // OFTEN // 3 >= 1
    assert recording.outcome.status == "completed"


@pytest.mark.parametrize("optimization", ["interpreter", "compiled"])
@pytest.mark.parametrize("name", [*PROGRAMS, *CONTAINERS])
def test_keyframes_may_tell_only_what_is_unlike_an_earlier_one(name: str, optimization: str, based: None) -> None:
    recording = record_as(optimization, PROGRAMS.get(name) or CONTAINERS[name])
    keyframes = recording.journal.keyframes

    assert check_keyframes(recording) >= 1
    is_replayed = "thread" in name or name == "iterators"  # where no frame says how far an iterator is
    assert is_replayed or any(is_based(keyframes.words(steps)) for steps in keyframes.steps)
    assert recording.outcome.status == "completed", recording.outcome


CLOSED_OR_FINALISED = (
    PROGRAMS["generators that the garbage collector closes"],
    """
class Cycle:
    def __init__(self): self.me = self
    def __del__(self): done.append(len(done))
done = []
for i in range(30): Cycle(); x = [[i], {}]
import gc; gc.collect(); last = len(done)
""",
)


@pytest.mark.parametrize("source", CLOSED_OR_FINALISED, ids=["closed", "finalised"])
def test_recordings_and_keyframes_are_right_whenever_the_collector_runs(source: str, often: None) -> None:
    executed = set()
    before = gc.get_threshold()
    for threshold in (5, 7, 10, 12, 15, 17, 24, 700):
        gc.collect()
        gc.set_threshold(threshold, 2, 2)
        try:
            recording = record(source)
        finally:
            gc.set_threshold(*before)
        check_keyframes(recording)
        executed.add(tuple(sorted((step.function, step.offset) for step in recording)))

    assert len(executed) == 1  # no instruction more or less, only in another order


def test_keyframes_have_no_metrics_where_none_are_taken(often: None) -> None:
    recording = execute_and_trace(PROGRAMS["threads"], TracerConfig(capture=Capture(metrics=False)))

    assert check_keyframes(recording) > len(recording) // OFTEN // 3 >= 1
    assert {(0, 0.0)} == {(step.memory_bytes, step.cpu_time) for step in recording}


def test_small_states_have_keyframes_every_thousand_steps() -> None:
    recording = record("n = 0\nwhile n < 1000: n += 1\n")

    assert [1024, 2048] == list(recording.journal.keyframes.steps)[:2]


def test_few_keyframes_of_large_states_tell_all() -> None:
    recording = record("kept = list(range(3000))\nn = 0\nwhile n < 2000: n += 1; kept[n] = str(n)\n")
    keyframes = recording.journal.keyframes
    complete = [steps for steps in keyframes.steps if not is_based(keyframes.words(steps))]

    assert all(later - earlier <= 2048 for earlier, later in itertools.pairwise(keyframes.steps))
    assert all(later - earlier >= 3000 for earlier, later in itertools.pairwise(complete))
    assert len(complete) >= 3
    assert all(len(keyframes.words(steps)) < 200 for steps in keyframes.steps if steps not in complete)


def test_keyframes_that_are_replayed_tell_all_and_are_far_apart() -> None:
    recording = record("""
import threading
kept = list(range(3000))
def work():
    n = 0
    while n < 1000: n += 1
threads = [threading.Thread(target=work) for _ in range(2)]
for each in threads: each.start()
for each in threads: each.join()
""")
    keyframes = recording.journal.keyframes
    complete = [steps for steps in keyframes.steps if not is_based(keyframes.words(steps))]

    assert len(complete) >= 3
    assert all(later - earlier >= 3000 for earlier, later in itertools.pairwise(complete[1:]))


def test_nothing_is_kept_alive_by_keyframes(often: None) -> None:
    recording = record("""
import weakref
class Thing: pass
def generator(thing):
    n = 0
    while True: yield n
for i in range(40):
    thing = Thing(); reference = weakref.ref(thing)
    running = generator(thing); next(running)
    del thing, running
    assert reference() is None, i
""")

    assert recording.outcome.status == "completed", recording.outcome


def test_variables_that_another_frame_writes_are_in_later_keyframes(often: None) -> None:
    recording = record("x = [0]\nfor i in range(100): x[0] = i\n")

    assert {"x": [99], "i": 99} == recording[-1].variables_state


class TestFramesUnlikeTheJournal:
    """Where frames do not tell the keyframe, it is found from the journal, as with several threads."""

    def run(self, change: str) -> Recording:
        recorder = Recorder(NULL)
        outer = function_frame("def f(a):\n return a", [1])
        recorder.frame_entered(outer)
        step(recorder, outer, "LOAD_FAST", lambda stack: stack.append([1]))
        frame = function_frame("def f(a):\n b = a\n return b", [[2], NULL], outer)
        recorder.frame_entered(frame)
        self.change(change, frame, outer)
        for _ in range(3 * OFTEN):
            step(recorder, frame, "RESUME")
        return finish(recorder)

    @staticmethod
    def change(change: str, frame: FakeFrame, outer: FakeFrame) -> None:
        match change:
            case "no caller":
                frame.back = None
            case "an object more":
                frame.fast[1] = [3]
            case "an iterator more":
                frame.fast[1] = iter([3])
            case "an object less":
                frame.fast[0] = 3
            case "a result already":
                outer.stack += [4, 5, 6]

    @pytest.mark.parametrize(
        "change", ["no caller", "an object more", "an iterator more", "an object less", "a result already"]
    )
    def test_it_is_replayed(self, change: str, often: None) -> None:  # noqa: ARG002 - it is asked for its effect
        recording = self.run(change)

        assert check_keyframes(recording) >= 2


class TestWhatComesBetween:
    """A keyframe is not made while something is journalled that belongs to the step that follows."""

    def run(self) -> tuple[Recorder, FakeFrame]:
        recorder = Recorder(NULL)
        frame = function_frame("def f(a):\n return a", [1])
        recorder.frame_entered(frame)
        for _ in range(OFTEN):
            step(recorder, frame, "RESUME")
        return recorder, frame

    def finish(self, recorder: Recorder, frame: FakeFrame) -> int:
        for _ in range(2 * OFTEN):
            step(recorder, frame, "RESUME")
        return check_keyframes(finish(recorder))

    @pytest.mark.parametrize("length", [CUT, -1])
    def test_an_instruction_whose_stack_is_not_journalled(self, length: int) -> None:
        recorder, frame = self.run()
        frame.record.row, frame.record.length = frame.record.plan.rows[-1], length

        assert recorder._live.words(frame, recorder.journal.keyframes, OFTEN) is None
        frame.record.row = None
        recorder.finish()

    def test_something_before_the_keyframe(self, often: None) -> None:  # noqa: ARG002 - it is asked for its effect
        recorder, frame = self.run()
        recorder.wrote("between", is_error=False)

        assert self.finish(recorder, frame) >= 1

    def test_something_while_it_is_made(self, often: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002
        recorder, frame = self.run()
        words = recorder._live.words

        def interrupted(*arguments: object) -> object:
            if not recorder.journal.written[0]:
                recorder.wrote("meanwhile", is_error=False)
            return words(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(recorder._live, "words", interrupted)

        assert self.finish(recorder, frame) >= 1


def test_steps_that_are_not_complete_are_in_keyframes() -> None:
    recording = record(PROGRAMS["a thread that waits for another once its frame is left"])
    returned = [step for step in recording if step.function == "work" and step.opname.startswith("RETURN")]
    before = State(recording.journal)
    before.advance(returned[0].index)
    before.left[0], before.raises[0] = [(1, 0, False)], Raised("ValueError", "x", 0)
    recording.journal.keyframes.add(before.steps, words_of(before))
    recording.journal.starts = [0, before.steps]
    after = KeyframeStates(recording.journal).after(before.steps)

    assert 1 == len(before.kept)
    assert shape(before)["kept"] == shape(after)["kept"]
    assert shape(before)["left"] == shape(after)["left"]
    assert shape(before)["raises"] == shape(after)["raises"]


def test_what_a_step_left_is_shown_though_it_is_gone_when_the_step_is_complete() -> None:
    recording = record(PROGRAMS["a thread that waits for another once its frame is left"])
    returned = [step for step in recording if step.function == "work" and step.opname.startswith("RETURN")]
    waited = [recording[step.index - 1] for step in returned]

    shown = [{"n": 1, "kept": [[1], {}]}, {"n": 2, "kept": [[2], {}]}]
    assert shown == [step.call_stack[-1].variables for step in returned]
    assert ["<module>", "<module>"] == [step.function for step in waited]
    assert all("work" not in {frame.function for frame in step.frames.values()} for step in waited)


@pytest.mark.parametrize("words", [(ops.WRITTEN, "a", 1), (ops.FRAME, 1), (60,)])
def test_a_keyframe_that_makes_no_sense(words: tuple[object, ...]) -> None:
    recording = record("x = 1")
    recording.journal.keyframes.add(2, words)

    with pytest.raises(RecordingFormatError, match="record again"):
        recording[2].variables_state


def test_a_keyframe_inside_of_a_chunk_is_refused() -> None:
    recording = record("x = 1")
    recording.journal.keyframes.add(2, ())

    with pytest.raises(RecordingFormatError, match="inside of a chunk"):
        recording[2].variables_state


def test_a_journal_that_cannot_be_followed_is_recorded_to_the_end(often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(state: State, steps: int) -> None:
        raise AssertionError(state, steps)

    monkeypatch.setattr(State, "advance", fail)
    recording = record(PROGRAMS["threads"])

    assert recording.outcome.status == "completed"
    assert sys.getrefcount(recording) < 10
