"""Keyframes: a whole state as a run of journal words, from which reading can start.

They say nothing of what only the last step is asked for, such as what it pushed, so they serve the steps after it.
"""

from collections.abc import Mapping, Sequence
from types import EllipsisType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.keyframe_states import KeyframeStates
from calcharo_vm.recording.state import Raised, State, Thing
from calcharo_vm.recording.values import HeapKind

Words = list[object]


def put_object(words: Words, oid: int, kind: HeapKind, type_name: str, name: str) -> None:
    """Adds an object, empty as yet."""
    words += (ops.NEW, oid, kind._value_, type_name, name)


def put_content(
    words: Words, oid: int, items: Sequence[object], table: Mapping[object, object], fields: Mapping[object, object]
) -> None:
    """Adds what an object holds, as words."""
    if items:
        words += (ops.ITEMS, oid, 0, 0, len(items), *items)
    for operation, entries in ((ops.TABLE, table), (ops.FIELDS, fields)):
        if entries:
            words += (operation, oid, 2 * len(entries))
            words += [part for entry in entries.items() for part in entry]


def _put_heap(words: Words, heap: Mapping[int, Thing]) -> None:
    for oid, thing in heap.items():
        put_object(words, oid, thing.kind, thing.type_name, thing.name)
        put_content(words, oid, thing.items, thing.table, thing.fields)
        if thing.frame is not None:
            words += (ops.RUNS, oid, thing.frame)


def words_of(state: State) -> tuple[object, ...]:
    """The keyframe of a state."""
    words: Words = []
    for thread, kept in state.kept.items():
        _put_heap(words, kept)
        words += (ops.KEPT, thread)
    gone = set(state.dropped)
    _put_heap(words, {oid: thing for oid, thing in state.heap.items() if oid not in gone})
    finished = {number for _depth, number, is_over in state._finished if is_over}
    for frame in state.frames.values():
        if frame.number not in finished:
            words += (ops.FRAME, frame.number, frame.code, frame.globals, frame.namespace)
            words += (frame.word, frame.base, frame.depth, len(frame.fast), len(frame.fast) + len(frame.stack))
            words += frame.fast + frame.stack
    for thread, running in state.threads.items():
        words += (ops.RUNNING, thread, state.following.get(thread, -1), len(running), *running)
        words += (ops.THREAD, thread)
        for left in state.left.get(thread, ()):
            words += (ops.LEFT, *left)
        for is_caught, raises in ((False, state.raises), (True, state.caught)):
            if thread in raises:
                words += _raising(raises[thread], is_caught=is_caught)
        if thread in state.unhandled:
            words += _raising(state.unhandled[thread], is_caught=...)
        if thread in state.seconds:
            words += (ops.SAMPLE, state.resident, state.seconds[thread])
    words += (ops.THREAD, state.thread, ops.WRITTEN, *state.written)
    return tuple(words)


def _raising(raised: Raised, *, is_caught: bool | EllipsisType) -> Words:
    left = raised.unwound
    where = (raised.frame, raised.caught_in, raised.word)
    kind = None if raised.is_again and not is_caught else is_caught
    return [ops.RAISING, kind, raised.type_name, raised.message, *where, len(left), *left]


def make_keyframe(journal: Journal) -> None:
    """Adds the keyframe at the end of a journal, which is found by applying the steps since the last one."""
    state = KeyframeStates(journal).after(journal.keyframes.last_before(journal.length))
    state.advance(journal.length)
    journal.keyframes.add(journal.length, words_of(state))
