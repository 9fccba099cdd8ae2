"""Code objects as instructions: decoding, positions, exception table and what each opcode does to the stack."""

from calcharo_vm.code.decoded import DecodedCode, decode, localsplus_names
from calcharo_vm.code.exception_table import HandlerEntry
from calcharo_vm.code.instruction import Instruction, Position
from calcharo_vm.code.metadata import Flags, flags, pops, stack_effect

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
