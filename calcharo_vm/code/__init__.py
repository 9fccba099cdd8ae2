"""Code objects as instructions: decoding, positions, exception table and what each opcode does to the stack."""

import importlib
from typing import TYPE_CHECKING

from calcharo_vm.code.decoded import DecodedCode, decode, localsplus_names
from calcharo_vm.code.exception_table import HandlerEntry
from calcharo_vm.code.metadata import pops, stack_effect

if TYPE_CHECKING:
    from calcharo_vm.code.instruction import Instruction, Position
    from calcharo_vm.code.opcode_flags import Flags, flags

__all__ = [
    "DecodedCode",
    "Flags",
    "HandlerEntry",
    "Instruction",
    "Position",
    "decode",
    "flags",
    "localsplus_names",
    "pops",
    "stack_effect",
]


_LAZY = {"Flags": "opcode_flags", "flags": "opcode_flags", "Instruction": "instruction", "Position": "instruction"}


def __getattr__(name: str) -> object:
    """Imports what running a program does not need when it is asked for."""
    if name not in _LAZY:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"calcharo_vm.code.{_LAZY[name]}"), name)
