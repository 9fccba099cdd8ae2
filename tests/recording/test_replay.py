"""Tests for calcharo_vm/recording/replay.py and state.py: any way of walking gives the same states."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import Outcome, Recording, ops
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.replay import Replay, StatesBetween
from calcharo_vm.recording.state import State
from calcharo_vm.recording.values import NULL
from tests.recording.audit import record

LONG = """
def sift(numbers):
    found = []
    for n in numbers:
        if all(n % f for f in found):
            found.append(n)
    return found
names = {}
for i in range(22):
    names[i] = [sift(range(2, i))]
    print(i)
"""


@pytest.fixture(scope="module")
def long_recording() -> Recording:
    return record(LONG)


@pytest.fixture(scope="module")
def shapes(long_recording: Recording) -> list[object]:
    """The state after each step, walking forward only."""
    state = State(long_recording.journal)
    found: list[object] = []
    for step in range(len(long_recording)):
        state.advance(step + 1)
        found.append(shape_of(state))
    return found


def shape_of(state: State) -> object:
    raised = state.raised and (state.raised.type_name, state.raised.unwound, state.raised.caught_in)
    frames = [(frame.number, frame.fast.copy(), frame.stack.copy()) for frame in state.call_frames()]
    heap = {
        oid: (thing.kind, thing.items.copy(), list(thing.table.items()), list(thing.fields.items()))
        for oid, thing in state.heap.items()
    }
    return frames, heap, state.written.copy(), raised, state.branch


def test_it_spans_several_keyframes(long_recording: Recording) -> None:
    assert len(long_recording) > 3000
    assert len(long_recording.journal.chunks) > 2


@given(st.data())
@settings(max_examples=40)
def test_random_access_is_forward_access(long_recording: Recording, shapes: list[object], data: st.DataObject) -> None:
    step = data.draw(st.integers(0, len(long_recording) - 1))

    assert shapes[step] == shape_of(long_recording.state_after(step))


def test_backwards_is_forward_reversed(long_recording: Recording, shapes: list[object]) -> None:
    backwards = [shape_of(long_recording.state_after(step)) for step in reversed(range(len(shapes)))]

    assert shapes == backwards[::-1]


def test_copies_do_not_share_what_changes(long_recording: Recording) -> None:
    first = State(long_recording.journal)
    first.advance(500)
    before = shape_of(first)
    copy = first.copy()
    copy.advance(3000)

    assert before == shape_of(first)

    first.advance(3000)

    assert shape_of(copy) == shape_of(first)


def test_a_journal_that_contradicts_itself_is_refused(long_recording: Recording) -> None:
    broken = Recording(record("x = [1]\ny = x").journal, Outcome("completed"))
    words = list(broken.journal.chunks[0])
    words[words.index("list") + 3 - 3 - 1] = 10_000  # the oid of the list
    broken.journal.chunks[0] = tuple(words)

    with pytest.raises(RecordingFormatError, match="contradicts"):
        list(broken)[-1].variables_state


def test_keyframes_are_made_where_somebody_reads() -> None:
    recording = record("n = 0\nwhile n < 4000: n += 1\n")
    recording.journal.keyframes.steps = []  # as if they were very far apart
    recording.journal.keyframes.are_complete = True
    replay = Replay(recording.journal)
    replay.after(10_000)
    between = replay._between

    assert between.last_before(10_000) > 10_000 - 2 * ops.CHUNK_STEPS
    state = between.after(between.last_before(3000))
    state.advance(3001)
    assert state.steps == 3001
    assert Replay(recording.journal).after(3000).frames[0].fast == state.frames[0].fast


def state_of(steps: int, objects: int = 1, words: int = 0) -> State:
    """A state after so many steps, with so many objects that hold so many words each."""
    state = State(Journal(NULL))
    state.steps = steps
    for oid in range(objects):
        state.add(oid, "list", "list", "")
        state.heap[oid].items = [None] * words
    return state


def test_the_oldest_keyframes_that_a_reader_made_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calcharo_vm.recording.replay._MOST_WORDS_BETWEEN", 10)
    between = StatesBetween()
    for steps in (1024, 3072, 2048):
        between.add(state_of(steps, words=5))

    assert [between.last_before(steps) for steps in (2048, 3073, 5000)] == [0, 3072, 3072]
    assert [between.last_before(steps) for steps in (2049, 3072)] == [2048, 2048]


@pytest.mark.parametrize(("steps", "before", "is_due"), [(1024, 0, True), (1023, 0, False), (3000, 2000, False)])
def test_keyframes_are_due_where_none_is_near(steps: int, before: int, is_due: bool) -> None:
    assert StatesBetween().is_due(steps, before) is is_due


def test_states_of_many_objects_are_further_apart() -> None:
    between = StatesBetween()
    between.add(state_of(1024, objects=12_000))

    assert [between.is_due(steps, 0) for steps in (2048, 4023, 4024)] == [False, False, True]
    assert between.is_due(4000, 2048)  # the journal's own is nearer
