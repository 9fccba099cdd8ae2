"""What each opcode of the running CPython does to the stack, from the generated tables."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from types import ModuleType

    from calcharo_vm.code.instruction import Instruction


SUPPORTED = ((3, 11), (3, 12), (3, 13), (3, 14), (3, 15))
"""The CPython versions with an instruction table."""


def load_table(package: str, name: str) -> ModuleType:
    """Imports the generated module `name` of `package` for the running CPython.

    Raises:
        ImportError: This CPython has no instruction table.
    """
    version = sys.version_info[:2]
    if sys.implementation.name != "cpython" or version not in SUPPORTED:
        found = f"{sys.implementation.name} {version[0]}.{version[1]}"
        message = f"Calcharo runs on CPython 3.11 to 3.15, and this is {found}: start it with one of those"
        raise ImportError(message)
    return importlib.import_module(f"{package}._generated_{name}_py{version[0]}{version[1]}")


TABLE = load_table("calcharo_vm.code", "metadata")
OPCODES: dict[str, int] = {name: number for number, name in TABLE.OPNAMES.items()}
"""The number of each opcode of the running CPython, by name."""


def pops(instruction: Instruction) -> int:
    """The number of values an instruction takes from the stack, counting those it puts back changed."""
    return int(TABLE.POPS[instruction.opcode](instruction.oparg or 0))


def stack_effect(opcode: int, oparg: int, *, jump: bool) -> int:
    """The change of the stack's length by one instruction, as `dis.stack_effect` defines it."""
    return int(TABLE.STACK_EFFECT[opcode](oparg, jump))
