"""Tests for calcharo_vm/recording/keyframe_states.py: states of keyframes that tell only what is unlike another."""

import itertools
import random

import pytest

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import Outcome, Recording, keyframe_states, ops
from calcharo_vm.recording.journal import is_based
from calcharo_vm.recording.keyframe_states import KeyframeStates
from calcharo_vm.recording.state import State
from tests.recording.audit import record
from tests.recording.test_keyframes import check_keyframes, heap_shape

PROGRAM = """
kept, table, texts = list(range(9000)), {}, []
for i in range(2500):
    kept[i * 7 % 9000] = -i
    if i % 2: texts.append(f'{i}')
    else: table[i % 700] = i
"""


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(PROGRAM)


def based(recording: Recording) -> list[int]:
    keyframes = recording.journal.keyframes
    return [steps for steps in keyframes.steps if is_based(keyframes.words(steps))]


def test_they_are_what_the_steps_lead_to(recording: Recording) -> None:
    assert check_keyframes(recording) > len(based(recording)) > 6


def test_they_are_the_same_in_any_order(recording: Recording) -> None:
    steps = based(recording)
    followed = State(recording.journal)
    expected = {}
    for each in steps:
        followed.advance(each)
        expected[each] = heap_shape({oid: followed.heap[oid] for oid in followed.heap if followed.is_alive(oid)})
    random.Random(3).shuffle(steps)
    states = KeyframeStates(recording.journal)

    assert expected == {each: heap_shape(states.after(each).heap) for each in steps}


def test_what_is_the_same_is_shared(recording: Recording) -> None:
    states, steps = KeyframeStates(recording.journal), based(recording)[:2]
    first, second = map(states.after, steps)
    (base,) = {recording.journal.keyframes.words(each)[1] for each in steps}
    assert base in recording.journal.keyframes.steps
    same = [oid for oid in first.heap if first.heap[oid] is second.heap.get(oid)]

    assert same


def test_a_state_is_the_caller_s_own(recording: Recording) -> None:
    states, steps = KeyframeStates(recording.journal), based(recording)[2]
    state = states.after(steps)
    before = heap_shape(state.heap)
    state.advance(steps + 1000)

    assert before != heap_shape(state.heap)
    assert before == heap_shape(states.after(steps).heap)


def test_few_are_kept(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyframe_states, "_MOST_WORDS_KEPT", 20_000)
    monkeypatch.setattr(keyframe_states, "_CHUNKS_KEPT", 2)
    states = KeyframeStates(recording.journal)
    for steps in based(recording):
        states.after(steps)

    assert 1 <= len(states._kept) < 5
    assert states._kept.keys() == states._sizes.keys()
    assert states._size == sum(states._sizes.values())
    assert states._bases.keys() <= states._kept.keys()
    assert 2 == len(states._writes._known)


def test_sizes_and_types_are_kept_in_mind(recording: Recording) -> None:
    for steps in based(recording)[2:6]:
        state = KeyframeStates(recording.journal).after(steps)
        for thing in state.heap.values():
            assert thing.size >= 0
        state.advance(steps + 700)
        found = {oid: (thing.size, thing.kinds) for oid, thing in state.heap.items()}
        for oid, thing in state.heap.items():
            thing.may_change()
            assert found[oid][0] == thing.size
            assert found[oid][1] >= thing.kinds


def with_keyframe(*words: object) -> Recording:
    """A recording with a keyframe that tells all, and another, of these words, after it."""
    made = record("x = [1, 2, 3]\nfor i in range(2000): x[0] = i")
    journal = made.journal
    first, second = itertools.islice(journal.keyframes.steps, 2)
    keyframes = {first: journal.keyframes.words(first), second: words}
    journal.keyframes.steps = [first, second]
    journal.keyframes.words = keyframes.__getitem__  # type: ignore[method-assign, assignment]
    return Recording(journal, Outcome("completed"))


@pytest.mark.parametrize(
    "words",
    [
        (ops.BASE, 5, 0),
        (ops.BASE, 2048, 0),
        (ops.BASE, 0, 0),
        (ops.BASE, "1024", 0),
        (ops.BASE, 1024, 1, 10_000),
        (ops.BASE, 1024, -1),
        (ops.BASE, 1024, 0, ops.SINCE, 10_000),
        (ops.BASE, 1024, 0, ops.SINCE, 0),
        (ops.SINCE, 0),
        (ops.BASE,),
        (ops.BASE, 1024, 0, ops.BASE, 1024, 0),
    ],
)
def test_keyframes_that_make_no_sense(words: tuple[object, ...]) -> None:
    with pytest.raises(RecordingFormatError, match="record again"):
        with_keyframe(*words)[2100].heap


def test_a_base_has_no_base(recording: Recording) -> None:
    journal = record(PROGRAM).journal
    first, second = based(recording)[:2]
    words = {each: journal.keyframes.words(each) for each in journal.keyframes.steps}
    words[second] = (ops.BASE, first, 0)
    journal.keyframes.words = words.__getitem__  # type: ignore[method-assign, assignment]

    with pytest.raises(ValueError, match="based on one that has a base itself"):
        KeyframeStates(journal).after(second)
