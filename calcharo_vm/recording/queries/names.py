"""Which instructions bind and read which names: known from the tables of a recording alone."""

import enum
from collections.abc import Iterator
from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import LINE, CodeInfo, InstructionInfo, Journal


class Place(enum.Enum):
    """Where the variable of an instruction lives."""

    SLOT = "slot"
    """A fast local slot of the frame."""
    CELL = "cell"
    """A cell that a fast local slot of the frame holds."""
    NAMESPACE = "namespace"
    """The namespace of the frame: of a module, class body or exec."""
    GLOBAL = "global"
    """The global namespace of the frame."""


@attrs.frozen
class Access:
    """A variable that an instruction is about.

    Attributes:
        place: Where it lives.
        name: What it is called.
        slot: Its fast local slot, -1 when it has none.
    """

    place: Place
    name: str
    slot: int = -1


_NAMED: Final = {
    "STORE_NAME": Place.NAMESPACE,
    "LOAD_NAME": Place.NAMESPACE,
    "STORE_GLOBAL": Place.GLOBAL,
    "LOAD_GLOBAL": Place.GLOBAL,
    "LOAD_FROM_DICT_OR_GLOBALS": Place.GLOBAL,
}
_SLOTS: Final = {
    "STORE_FAST_LOAD_FAST": (True, False),
    "STORE_FAST_STORE_FAST": (True, True),
    "LOAD_FAST_LOAD_FAST": (False, False),
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": (False, False),
}
"""Instructions with two slots, in the upper and the lower four bits: whether they bind each."""
_STORES: Final = {"STORE_FAST": Place.SLOT, "STORE_DEREF": Place.CELL}
_LOADS: Final = {
    "LOAD_FAST": Place.SLOT,
    "LOAD_FAST_BORROW": Place.SLOT,
    "LOAD_FAST_CHECK": Place.SLOT,
    "LOAD_DEREF": Place.CELL,
    "LOAD_CLASSDEREF": Place.CELL,
    "LOAD_FROM_DICT_OR_DEREF": Place.CELL,
}


class Names:
    """What the instructions of a journal do with names."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def bound(self, number: int) -> tuple[Access, ...]:
        """The variables that an instruction binds, in the order in which it does so.

        What the compiler adds of its own accord does not count: that `except ... as e` binds `e` to None before
        it unbinds it, and that a variable gets back its value when a comprehension is over.
        """
        info = self._journal.instructions[number]
        if self._is_cleanup(number, info):
            return ()
        return tuple(each for each in self._stored(info) if not self._is_restored(number, info, each.slot))

    def restored(self, number: int) -> tuple[Access, ...]:
        """The variables that an instruction gives back the values they had before a comprehension."""
        info = self._journal.instructions[number]
        return tuple(each for each in self._stored(info) if self._is_restored(number, info, each.slot))

    def read(self, number: int) -> tuple[Access, ...]:
        """The variables that an instruction reads, in the order in which it pushes them."""
        return tuple(self._accesses(self._journal.instructions[number], binding=False, kinds=_LOADS))

    def _stored(self, info: InstructionInfo) -> Iterator[Access]:
        return self._accesses(info, binding=True, kinds=_STORES)

    def _accesses(self, info: InstructionInfo, *, binding: bool, kinds: dict[str, Place]) -> Iterator[Access]:
        opname, oparg = info.opname, info.oparg or 0
        slots = self._journal.codes[info.code].slots
        if info.name is not None and opname in _NAMED and opname.startswith("STORE") is binding:
            yield Access(_NAMED[opname], info.name)
        elif opname in kinds:
            yield Access(kinds[opname], slots[oparg], oparg)
        elif opname in _SLOTS:
            for slot, is_binding in zip((oparg >> 4, oparg & 15), _SLOTS[opname], strict=True):
                if is_binding is binding:
                    yield Access(Place.SLOT, slots[slot], slot)

    def _is_cleanup(self, number: int, info: InstructionInfo) -> bool:
        """Returns whether an instruction binds what the next one unbinds, for the same piece of source."""
        following = self._at(number + 1, info.code)
        return (
            following is not None
            and following.opname == info.opname.replace("STORE", "DELETE")
            and (following.oparg, position(following)) == (info.oparg, position(info))
        )

    def _is_restored(self, number: int, info: InstructionInfo, slot: int) -> bool:
        """Returns whether an instruction gives back a slot the value it had before a comprehension."""
        if slot < 0:
            return False
        first = self._journal.codes[info.code].first
        saved = {
            position(each)
            for each in self._journal.instructions[first:number]
            if each.opname == "LOAD_FAST_AND_CLEAR" and each.oparg == slot
        }
        return position(info) in saved

    def _at(self, number: int, code: int) -> InstructionInfo | None:
        instructions = self._journal.instructions
        found = instructions[number] if number < len(instructions) else None
        return found if found is not None and found.code == code else None


def position(info: InstructionInfo) -> tuple[int | None, ...]:
    """The source text that an instruction was compiled from."""
    return info.line, info.column, info.end_line, info.end_column


def free_names(journal: Journal, code: int) -> tuple[str, ...]:
    """The names of a code object's free variables: those of an enclosing function."""
    info, slots = journal.codes[code], journal.codes[code].slots
    if journal.instructions[info.first].opname == LINE:  # which does not tell
        shared = {slots[slot] for slot in info.cells}
        outer = (each for each in journal.codes if is_within(info, each))
        return tuple(shared.intersection(each.slots[slot] for each in outer for slot in each.cells))
    counts = (info.oparg or 0 for info in _instructions(journal, code) if info.opname == "COPY_FREE_VARS")
    return slots[len(slots) - next(counts, 0) :]


def is_within(inner: CodeInfo, outer: CodeInfo) -> bool:
    """Returns whether a code object is that of a function which another one defines."""
    return inner.filename == outer.filename and inner.function.startswith(f"{outer.function}.<locals>.")


def is_global_in(journal: Journal, code: int, name: str) -> bool:
    """Returns whether a code object has the name as that of a global variable; or may have, if steps are lines."""
    info = journal.codes[code]
    if journal.instructions[info.first].opname == LINE:
        return not info.is_namespace and name not in info.slots
    opnames = {
        info.opname
        for info in _instructions(journal, code)
        if info.name == name and info.opname.endswith(("_NAME", "_GLOBAL", "_GLOBALS"))
    }
    return bool(opnames) and "STORE_NAME" not in opnames


def _instructions(journal: Journal, code: int) -> list[InstructionInfo]:
    ends = [*(each.first for each in journal.codes[code + 1 : code + 2]), len(journal.instructions)]
    return journal.instructions[journal.codes[code].first : ends[0]]


def beginning(journal: Journal, code: int) -> int:
    """The first instruction of a code object with a line: every frame executes it once."""
    first = journal.codes[code].first
    lines = (info.line for info in _instructions(journal, code))
    return first + next((at for at, line in enumerate(lines) if line is not None), 0)
