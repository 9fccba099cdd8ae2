"""What each opcode may do beyond its stack effect."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from calcharo_vm.code.metadata import TABLE

if TYPE_CHECKING:
    from calcharo_vm.code.instruction import Instruction


class Flags(enum.Flag):
    """What an opcode may do beyond its stack effect; the meanings are those of `opcode_specs/dsl.py`."""

    NONE = 0
    JUMPS = enum.auto()
    BACKWARD = enum.auto()
    CALLS = enum.auto()
    WRITES_HEAP = enum.auto()
    EXPRESSION = enum.auto()


def flags(instruction: Instruction) -> Flags:
    """The flags of an instruction's opcode."""
    return Flags(TABLE.FLAGS[instruction.opcode])
