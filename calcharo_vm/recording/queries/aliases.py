"""Aliases: all that refers to an object at a step."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.rows import Alias, AliasKind
from calcharo_vm.recording.queries.variables import Local, in_slot, seen_from
from calcharo_vm.recording.state import FrameState, State, Thing
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_PARTS = {HeapKind.METHOD: ("__func__", "__self__"), HeapKind.CELL: ("cell_contents",)}
"""What the items of an object are called when they are its attributes."""


def aliases(recording: "Recording", step: StepIndex, target: str | Oid) -> Answer[Alias]:
    """All that refers to an object after a step, or to that of a variable: frames, innermost first, then objects."""

    def find() -> Iterator[Alias]:
        oid = _oid_of(recording, step, target) if isinstance(target, str) else target
        if oid is None:
            return
        finder = _Aliases(recording, step, oid)
        yield from finder.in_frames()
        yield from finder.in_objects()

    return Answer(find, lambda row: row)


def _oid_of(recording: "Recording", step: StepIndex, name: str) -> Oid | None:
    """The object that a name stands for at a step, None when that is no object with an identity."""
    state = recording.state_after(step)
    word = seen_from(state, recording.frames.executing(step), name).word(state)
    return word.stop if type(word) is range else None


class _Aliases:
    """Looks for references to an object in one state."""

    def __init__(self, recording: "Recording", step: StepIndex, oid: Oid) -> None:
        self._recording = recording
        self._step = recording[step]
        self._oid = oid
        self._state: State = recording.state_after(step).copy()  # rows may be asked for much later
        self._named: set[Oid] = set()  # cells that a frame has a name for

    def in_frames(self) -> Iterator[Alias]:
        """Yields the slots, cells and places on the value stack of all frames, running or suspended."""
        for frame in reversed(self._state.shown_frames()):
            yield from self._in_slots(frame)
            for place, word in enumerate(frame.stack):
                if self._is_it(word):
                    yield self._row(AliasKind.STACK, place, frame=frame)

    def _in_slots(self, frame: FrameState) -> Iterator[Alias]:
        for slot, name in enumerate(self._state.journal.codes[frame.code].slots):
            if self._is_it(frame.fast[slot]):
                yield self._row(AliasKind.LOCAL, name, frame=frame)
            variable = in_slot(self._state, frame.number, slot)
            if not isinstance(variable, Local) and self._is_it(variable.word(self._state)):
                self._named.add(variable.oid)
                yield self._row(AliasKind.CELL, name, owner=variable.oid, frame=frame)

    def in_objects(self) -> Iterator[Alias]:
        """Yields the items, keys and attributes of all objects."""
        for owner, thing in sorted(self._state.heap.items()):
            if owner not in self._named:
                yield from (self._row(kind, slot, owner=owner) for kind, slot in self._in_thing(thing))

    def _in_thing(self, thing: Thing) -> Iterator[tuple[AliasKind, object]]:
        parts = _PARTS.get(thing.kind)
        for at, word in enumerate(thing.items):
            if self._is_it(word):
                yield (AliasKind.ITEM, at) if parts is None else (AliasKind.FIELD, parts[at])
        is_set = thing.is_mapping and thing.kind in {HeapKind.SET, HeapKind.FROZENSET}
        for key, word in thing.table.items():
            if self._is_it(key):
                yield AliasKind.ITEM if is_set else AliasKind.KEY, self._plain(key)
            if self._is_it(word):
                yield AliasKind.NAME if thing.kind is HeapKind.NAMESPACE else AliasKind.ITEM, self._plain(key)
        for name, word in thing.fields.items():
            if self._is_it(word):
                yield AliasKind.FIELD, name

    def _is_it(self, word: object) -> bool:
        return type(word) is range and word.stop == self._oid

    def _plain(self, word: object) -> object:
        return PlainValues(self._state).of(word)

    def _row(
        self, kind: AliasKind, slot: object, *, owner: Oid | None = None, frame: FrameState | None = None
    ) -> Alias:
        if frame is None:
            return Alias(self._step, kind, slot, owner, None, None)
        function = self._state.journal.codes[frame.code].function
        return Alias(self._step, kind, slot, owner, frame.number, function)
