"""Variables: where a name of the program keeps its value."""

from typing import Final, TypeAlias

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.queries.names import Access, Place, is_global_in
from calcharo_vm.recording.state import State
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.types import Oid


class Unbound:
    """What a variable has that has no value."""


UNBOUND: Final = Unbound()


@attrs.frozen
class Local:
    """A variable in a fast local slot of a frame."""

    frame: int
    slot: int

    def word(self, state: State) -> object:
        """What the variable holds, or `UNBOUND`; a cell in the slot is opened."""
        frame = state.frames.get(self.frame)
        if frame is None:
            return UNBOUND
        variable = in_slot(state, self.frame, self.slot)
        word = frame.fast[self.slot] if isinstance(variable, Local) else variable.word(state)
        return UNBOUND if word is state.journal.null else word


@attrs.frozen
class Cell:
    """A variable in a cell, which closures share."""

    oid: Oid
    name: str

    def word(self, state: State) -> object:
        """What the variable holds, or `UNBOUND`."""
        thing = state.heap.get(self.oid)
        return thing.items[0] if thing is not None and thing.items else UNBOUND


@attrs.frozen
class Named:
    """A variable in a namespace: of a module, class body or exec."""

    namespace: Oid
    name: str

    def word(self, state: State) -> object:
        """What the variable holds, or `UNBOUND`."""
        thing = state.heap.get(self.namespace)
        return UNBOUND if thing is None else thing.table.get(self.name, UNBOUND)


Variable: TypeAlias = Local | Cell | Named


def in_slot(state: State, number: int, slot: int) -> Local | Cell:
    """The variable that a slot of a frame is for."""
    frame = state.frames[number]
    code, word = state.journal.codes[frame.code], frame.fast[slot]
    if slot in code.cells and type(word) is range and state.heap[word.stop].kind is HeapKind.CELL:
        return Cell(word.stop, code.slots[slot])
    return Local(number, slot)


def accessed(state: State, number: int, access: Access) -> Variable:
    """The variable that an instruction of a frame is about."""
    frame = state.frames[number]
    if access.place in (Place.SLOT, Place.CELL):
        return in_slot(state, number, access.slot)
    is_own = access.place is Place.NAMESPACE and frame.namespace is not None
    return Named(frame.namespace if is_own else frame.globals, access.name)  # type: ignore[arg-type]


def seen_from(state: State, number: int, name: str) -> Variable:
    """The variable that a name means in a frame: a local one, or else a global one."""
    frame = state.frames[number]
    code = state.journal.codes[frame.code]
    if name in code.slots:
        local = in_slot(state, number, code.slots.index(name))
        is_other = code.is_namespace or is_global_in(state.journal, frame.code, name)  # but for a comprehension's
        if not is_other or local.word(state) is not UNBOUND:
            return local
    own = Named(frame.globals if frame.namespace is None else frame.namespace, name)
    return own if own.word(state) is not UNBOUND else Named(frame.globals, name)


def same(one: object, other: object) -> bool:
    """Returns whether two words are the same value of the same type."""
    return type(one) is type(other) and (one is other or one == other or repr(one) == repr(other))
