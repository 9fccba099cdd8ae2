"""Code objects as instructions: decoding, positions, exception table and what each opcode does to the stack."""

from typing import TYPE_CHECKING

from calcharo_vm.code.decoded import DecodedCode, decode, localsplus_names
from calcharo_vm.code.exception_table import HandlerEntry
from calcharo_vm.code.metadata import Flags, flags, pops, stack_effect

if TYPE_CHECKING:
    from calcharo_vm.code.instruction import Instruction, Position

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


def __getattr__(name: str) -> object:
    """Imports the value classes when they are asked for: running a program does not need them."""
    if name in {"Instruction", "Position"}:
        from calcharo_vm.code import instruction  # noqa: PLC0415

        return getattr(instruction, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
