"""Host functions that execute one instruction of CPython.

A few instructions do what Python code cannot: make a type variable with a lazy bound, wrap what an
asynchronous generator yields, word an error that only the interpreter words. Their definitions execute
the very instruction in a host function of its own, assembled by the `bytecode` package.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from types import FunctionType
from typing import Any

from calcharo_vm.machine.tracebacks import StubMarker

_MARKER = StubMarker()


@lru_cache(maxsize=None)
def native_instruction(opname: str, oparg: int | None, inputs: int, outputs: int) -> Any:  # noqa: ANN401
    """A host function that takes the instruction's inputs and returns its output, or a tuple of several."""
    from bytecode import Bytecode, Instr  # noqa: PLC0415 - slow to import, and few programs need it

    code = Bytecode()
    code.argcount = inputs
    code.argnames = [f"value{number}" for number in range(inputs)]
    code.name = opname
    code.filename = __file__
    code.flags = 3  # CO_OPTIMIZED | CO_NEWLOCALS
    code.append(Instr("RESUME", 0))
    code.extend(Instr("LOAD_FAST", name) for name in code.argnames)
    code.append(Instr(opname) if oparg is None else Instr(opname, _argument(opname, oparg)))
    if outputs != 1:
        code.append(Instr("BUILD_TUPLE", outputs))
    code.append(Instr("RETURN_VALUE"))
    assembled = code.to_code()
    return FunctionType(assembled.replace(co_consts=(*assembled.co_consts, _MARKER)), {})


def _argument(opname: str, oparg: int) -> Any:  # noqa: ANN401
    if sys.version_info >= (3, 12):
        from bytecode import Intrinsic1Op, Intrinsic2Op  # noqa: PLC0415

        if opname == "CALL_INTRINSIC_1":
            return Intrinsic1Op(oparg)
        if opname == "CALL_INTRINSIC_2":
            return Intrinsic2Op(oparg)
    return oparg
