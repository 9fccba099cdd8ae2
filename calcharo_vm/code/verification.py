"""Checks code objects that come from elsewhere than this CPython's compiler.

CPython executes whatever a code object holds, and crashes when it makes no sense. The machine refuses
it: `verify` follows every path through the instructions and keeps count of the value stack.
"""

from __future__ import annotations

import dis
import sys
from typing import TYPE_CHECKING

from calcharo_vm.code.decoded import DecodedCode, decode
from calcharo_vm.code.metadata import TABLE, stack_effect
from calcharo_vm.errors import InvalidBytecode
from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from types import CodeType

_BASE_OPCODES = {number: number for number in TABLE.OPNAMES} | {
    dis._all_opmap[name]: dis._all_opmap[base]  # type: ignore[attr-defined]
    for name, base in dis.deoptmap.items()  # type: ignore[attr-defined]
}
"""For each opcode that a readable code object may hold, specialised ones among them, the one the compiler emitted."""
_ENDING = frozenset({"RETURN_VALUE", "RETURN_CONST", "RERAISE", "RAISE_VARARGS"})
_ALWAYS_JUMPING = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})
_GENERATOR_FLAGS = 0x20 | 0x80 | 0x200


def verify(code: CodeType) -> None:
    """Checks a code object, but not those among its constants.

    Raises:
        InvalidBytecode: It has unknown opcodes, jumps or arguments that lead nowhere, or does not keep its
            value stack in balance. Another CPython compiled it, or it was changed.
    """
    _verify_readable(code)
    decoded = decode(code)
    if not decoded.opcodes:
        raise _invalid(code, "has no instructions")
    _verify_indexes(decoded)
    _verify_stack(decoded)


def _verify_readable(code: CodeType) -> None:
    """Refuses what CPython itself cannot read.

    `co_code` looks for data that belongs to instrumented opcodes, and writes inline caches behind the end of
    code that was cut off: both crash.
    """
    units = code._co_code_adaptive  # type: ignore[attr-defined]
    offset = 0
    while offset < len(units):
        base = _BASE_OPCODES.get(units[offset])
        if base is None:
            raise _invalid(code, f"has the opcode {units[offset]} at offset {offset}, which no compiler emits")
        offset += 2 + 2 * TABLE.INLINE_CACHES.get(base, 0)
    if offset > len(units):
        raise _invalid(code, "ends within the inline cache of its last instruction")


def _verify_indexes(decoded: DecodedCode) -> None:
    """Checks every index into names, constants and local variables."""
    code = decoded.code
    sizes = {"names": len(code.co_names), "consts": len(code.co_consts), "locals": len(decoded.localsplus)}
    for opcode, oparg, offset in zip(decoded.opcodes, decoded.opargs, decoded.offsets, strict=True):
        for kind, index in TABLE.INDEXES[opcode](oparg) if opcode in TABLE.INDEXES else ():
            if index >= sizes[kind]:
                raise _invalid(code, f"refers at offset {offset} to number {index} of its {sizes[kind]} {kind}")


def _verify_stack(decoded: DecodedCode) -> None:
    """Follows all paths; each instruction must be reached with one depth of the stack only."""
    code = decoded.code
    # Until 3.12 the compiler counts what is sent to a generator first as there from the start.
    start = 1 if sys.version_info < (3, 13) and code.co_flags & _GENERATOR_FLAGS else 0
    depths: dict[int, int] = {}
    pending = [(0, start)]
    pending += [(entry.target, entry.depth + entry.lasti + 1) for entry in decoded.handlers]
    while pending:
        index, depth = pending.pop()
        while index not in depths:
            depths[index] = depth
            opcode, oparg = decoded.opcodes[index], decoded.opargs[index]
            name = TABLE.OPNAMES[opcode]
            if opcode in TABLE.JUMPS:
                after_jump = depth + stack_effect(opcode, oparg, jump=True)
                _check_depth(decoded, index, after_jump)
                pending.append((decoded.targets[index], after_jump))
            if name in _ENDING or name in _ALWAYS_JUMPING:
                _check_depth(decoded, index, depth + stack_effect(opcode, oparg, jump=name in _ALWAYS_JUMPING))
                break
            depth += stack_effect(opcode, oparg, jump=False)
            _check_depth(decoded, index, depth)
            index += 1
            if index == len(decoded.opcodes):
                raise _invalid(code, "runs past its last instruction")
        else:
            if depths[index] != depth:
                raise _invalid(code, f"reaches offset {decoded.offsets[index]} with {depths[index]} and {depth} values")


def _check_depth(decoded: DecodedCode, index: int, depth: int) -> None:
    if depth < 0:
        raise _invalid(decoded.code, f"pops from an empty value stack at offset {decoded.offsets[index]}")
    if depth > decoded.code.co_stacksize + 1:
        raise _invalid(decoded.code, f"needs more than its {decoded.code.co_stacksize} stack slots")


def _invalid(code: CodeType, what: str) -> InvalidBytecode:
    where = f"the code object {code.co_qualname!r} of {code.co_filename!r}"
    return InvalidBytecode(f"{where} {what}: compile its source again with this CPython")
