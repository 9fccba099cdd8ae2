"""Code objects decoded into parallel lists of opcodes, arguments and jump targets."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from calcharo_vm.code.exception_table import HandlerEntry, parse_exception_table
from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.errors import InvalidBytecode
from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from types import CodeType

    from calcharo_vm.code.instruction import Instruction

_EXTENDED_ARG = TABLE.EXTENDED_ARG
_RESUME = OPCODES["RESUME"]
RESUME_PLACE_MASK = 7 if sys.version_info >= (3, 15) else 3
"""Where the argument of RESUME says what it stands at."""


class DecodedCode:
    """A code object as instructions, by index.

    `opcodes`, `opargs`, `targets` and `offsets` have one element an instruction; `opargs` is 0 for
    opcodes without an argument and `targets` is -1 where nothing is jumped to.
    """

    def __init__(self, code: CodeType) -> None:
        """Decodes `code`.

        Raises:
            InvalidBytecode: An opcode is unknown to this CPython, or a jump leads nowhere.
        """
        self.code = code
        self.opcodes: list[int] = []
        self.opargs: list[int] = []
        self.offsets: list[int] = []
        self._starts: list[int] = []  # as offsets, but of the first EXTENDED_ARG prefix
        self.targets: list[int] = []
        self._decode(code.co_code)
        self.handlers: tuple[HandlerEntry, ...] = tuple(
            map(self._by_index, parse_exception_table(code.co_exceptiontable))
        )

    def _decode(self, units: bytes) -> None:
        names, caches, have_argument = TABLE.OPNAMES, TABLE.INLINE_CACHES, TABLE.HAVE_ARGUMENT
        distances: list[tuple[int, int]] = []
        start = offset = extended = 0
        length = len(units) & ~1
        while offset < length:
            opcode = units[offset]
            oparg = units[offset + 1] | extended
            if opcode == _EXTENDED_ARG:
                extended = oparg << 8
                offset += 2
                continue
            if opcode not in names:
                raise self._invalid(f"has the opcode {opcode} at offset {offset}, which this CPython does not have")
            following = offset + 2 + 2 * caches.get(opcode, 0)
            if opcode in TABLE.JUMPS:
                distances.append((len(self.opcodes), following + 2 * oparg * TABLE.JUMPS[opcode]))
            self.opcodes.append(opcode)
            self.opargs.append(oparg if opcode >= have_argument else 0)
            self.offsets.append(offset)
            self._starts.append(start)
            start = offset = following
            extended = 0
        self.targets = [-1] * len(self.opcodes)
        for index, target in distances:
            self.targets[index] = self._target(target)

    def _target(self, offset: int) -> int:
        index = bisect_left(self._starts, offset)
        if index == len(self._starts) or self._starts[index] != offset:
            raise self._invalid(f"jumps to offset {offset}, where no instruction starts")
        return index

    def _by_index(self, entry: HandlerEntry) -> HandlerEntry:
        start, end = bisect_left(self._starts, entry.start), bisect_left(self._starts, entry.end)
        return entry._replace(start=start, end=end, target=self._target(entry.target))

    def _invalid(self, what: str) -> InvalidBytecode:
        where = f"the code object {self.code.co_qualname!r} of {self.code.co_filename!r}"
        return InvalidBytecode(f"{where} {what}: compile its source again with this CPython")

    def handler_for(self, index: int) -> HandlerEntry | None:
        """The exception handler that covers an instruction, or None."""
        for entry in self.handlers:
            if entry.start <= index < entry.end:
                return entry
        return None

    def index_at(self, offset: int) -> int:
        """The index of the instruction that has the code unit at `offset` (bytes), inline caches included.

        Raises:
            InvalidBytecode: The code is not as long as that.
        """
        if not 0 <= offset < len(self.code.co_code):
            raise self._invalid(f"has no instruction at offset {offset}")
        return bisect_right(self._starts, offset) - 1

    @cached_property
    def first_traceable(self) -> int:
        """The index of the instruction that starts a frame when its cells, or its generator, are made."""
        for index, (opcode, oparg) in enumerate(zip(self.opcodes, self.opargs, strict=True)):
            if opcode == _RESUME and oparg & RESUME_PLACE_MASK == 0:
                return index
        return len(self.opcodes)

    @cached_property
    def positions(self) -> list[tuple[int | None, int | None, int | None, int | None]]:
        """Line, end line, column and end column of each instruction."""
        of_units = list(self.code.co_positions())  # fewer than there are units if the line table is cut off
        of_units += [(None, None, None, None)] * (len(self.code.co_code) // 2 - len(of_units))
        return [of_units[offset >> 1] for offset in self.offsets]

    @cached_property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions as values."""
        from calcharo_vm.code.instruction import Instruction, Position  # noqa: PLC0415 - attrs is slow to import

        have_argument = TABLE.HAVE_ARGUMENT
        return tuple(
            Instruction(
                index,
                offset,
                opcode,
                TABLE.OPNAMES[opcode],
                oparg if opcode >= have_argument else None,
                target if target >= 0 else None,
                Position(*position),
            )
            for index, (offset, opcode, oparg, target, position) in enumerate(
                zip(self.offsets, self.opcodes, self.opargs, self.targets, self.positions, strict=True)
            )
        )

    @cached_property
    def localsplus(self) -> tuple[str, ...]:
        """The names of the fast local slots; see `localsplus_names`."""
        return localsplus_names(self.code)


def localsplus_names(code: CodeType) -> tuple[str, ...]:
    """The names of a frame's slots in order: fast locals, cells that are not arguments, free variables."""
    local = code.co_varnames
    return (*local, *(name for name in code.co_cellvars if name not in local), *code.co_freevars)


_decoded: WeakValueDictionary[int, DecodedCode] = WeakValueDictionary()


def decode(code: CodeType) -> DecodedCode:
    """Decodes a code object; the same object is decoded once for as long as anybody keeps the result.

    Raises:
        InvalidBytecode: The code object is not one that this CPython compiled.
    """
    known = _decoded.get(id(code))
    if known is None:
        known = _decoded[id(code)] = DecodedCode(code)  # it keeps the code alive, so the id is not used again
    return known
