"""Writes to an object: what each changed."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from calcharo_vm.errors import RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.rows import ObjectWrite, ObjectWriteKind
from calcharo_vm.recording.values import MAPPING_KINDS, HeapKind, Ref
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_Key: TypeAlias = tuple[int, StepIndex, int]
_WHOLE: Mapping[int, ObjectWriteKind] = {
    ops.NEW: ObjectWriteKind.SEEN,
    ops.TABLE: ObjectWriteKind.REPLACED,
    ops.FIELDS: ObjectWriteKind.REPLACED,
}


def writes(recording: "Recording", oid: Oid, slot: object) -> Answer[ObjectWrite]:
    """The writes to an object, or to one of its slots unless that is None."""
    finder = object_writes(recording, oid, slot)
    return Answer(finder.find, finder.row, lambda: finder.find(is_backwards=True))


def object_writes(recording: "Recording", oid: Oid, slot: object) -> "ObjectWrites":
    """What finds the writes to an object, or to one of its slots unless that is None."""
    if not isinstance(oid, int):
        raise RecordingError(f"the oid of an object was wanted, not {oid!r}")
    return ObjectWrites(recording, oid, range(slot.oid) if isinstance(slot, Ref) else slot)


@attrs.frozen
class Change:
    """What one operation changed: words, not values."""

    kind: ObjectWriteKind
    slot: object = None
    words: tuple[object, ...] = ()
    bounds: tuple[int, int] | None = None  # of the items of a sequence that are gone

    def concerns(self, slot: object) -> bool:
        """Returns whether a slot has another content after it, or at least a content that was set."""
        if self.slot is None:
            return True
        if self.bounds is not None and isinstance(slot, int):
            start, stop = self.bounds
            return slot >= start and (slot < stop or len(self.words) != stop - start)
        return type(slot) is type(self.slot) and slot == self.slot


class ObjectWrites:
    """Finds the operations that write to an object."""

    def __init__(self, recording: "Recording", oid: Oid, slot: object) -> None:
        self._recording = recording
        self._oid = oid
        self._slot = slot

    def find(self, *, is_backwards: bool = False, before: StepIndex | None = None) -> Iterator[_Key]:
        """Yields chunk, step and place of each write, of those before a step unless that is None."""
        recording, index = self._recording, self._recording.chunk_index
        end = len(recording) if before is None else before
        numbers = range(recording.journal.chunk_of(end) + 1)
        order = reversed(numbers) if is_backwards else numbers
        for chunk in index.chunks(Wanted(oids=frozenset({self._oid})), order):
            found = [(chunk, index.step(chunk, at), at) for at in index.writes(chunk).get(self._oid, ())]
            counted = [key for key in found if key[1] < end and self._counts(key)]
            yield from reversed(counted) if is_backwards else counted

    def _counts(self, key: _Key) -> bool:
        if self._is_first_content(key):
            return False
        return self._slot is None or self.change(key).concerns(self._slot)

    def _is_first_content(self, key: _Key) -> bool:
        """Returns whether an operation gives an object the content it was first seen with."""
        chunk, step, at = key
        words, places = self._recording.journal.chunks[chunk], self._recording.chunk_index.writes(chunk)[self._oid]
        before = places[: places.index(at)]
        return words[at] != ops.NEW and any(
            words[place] == ops.NEW and self._recording.chunk_index.step(chunk, place) == step for place in before
        )

    def change(self, key: _Key) -> Change:
        """What a write changed."""
        chunk, _step, at = key
        words = self._recording.journal.chunks[chunk]
        operands = words[at + 2 : at + ops.length(words, at)]
        operation: int = words[at]  # type: ignore[assignment] # an operation is an int
        match operation:
            case ops.ITEMS:
                return _spliced(operands[0], operands[1], operands[3:])  # type: ignore[arg-type]
            case ops.KEY | ops.FIELD:
                return Change(ObjectWriteKind.SET, operands[0], operands[1:])
            case ops.UNKEY | ops.UNFIELD:
                return Change(ObjectWriteKind.DELETED, operands[0])
            case _:
                return Change(_WHOLE[operation])

    def step_of(self, key: _Key) -> StepIndex:
        """The step of a write: where threads race, those of others may end between the write and its own end."""
        return self._recording.chunk_index.own_step(key[0], key[2])

    def row(self, key: _Key) -> ObjectWrite:
        """The row of a write."""
        step, change = self.step_of(key), self.change(key)
        state = self._recording.state_after(key[1])
        plain, is_set = PlainValues(state), state.heap[self._oid].kind in _SETS
        if change.slot is None:
            value: object = plain.of(range(self._oid))
        elif isinstance(change.slot, slice):
            value = [plain.of(word) for word in change.words]
        elif is_set and change.words:
            value = plain.of(change.slot)
        else:
            value = plain.of(change.words[0]) if change.words else None
        slot = plain.of(change.slot) if type(change.slot) is range else change.slot
        return ObjectWrite(self._recording[step], self._oid, change.kind, slot, value)


_SETS = MAPPING_KINDS - {HeapKind.DICT, HeapKind.NAMESPACE}


def _spliced(start: int, stop: int, words: tuple[object, ...]) -> Change:
    gone, now = stop - start, start + len(words)
    if gone and words:
        kind = ObjectWriteKind.SET if gone == len(words) == 1 else ObjectWriteKind.REPLACED
    else:
        kind = ObjectWriteKind.INSERTED if words else ObjectWriteKind.DELETED
    slot = slice(start, now if words else stop)
    is_one = slot.stop - slot.start == 1 and kind is not ObjectWriteKind.REPLACED
    return Change(kind, start if is_one else slot, words, (start, stop))
