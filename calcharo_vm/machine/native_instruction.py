"""Host functions that execute one instruction of CPython.

A few instructions do what Python code cannot: make a type variable with a lazy bound, wrap what an
asynchronous generator yields, word an error that only the interpreter words. Their definitions execute
the very instruction, in a host function of its own.
"""

from __future__ import annotations

import builtins
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.tracebacks import StubMarker

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER = StubMarker()


@cache
def native_instruction(opname: str, oparg: int | str, inputs: int, outputs: int) -> Any:
    """A host function that takes the instruction's inputs and returns its output, or a tuple of several.

    Args:
        opname: The instruction's name.
        oparg: Its argument, 0 if it has none, or the name that the argument stands for.
        inputs: The number of values it pops.
        outputs: The number of values it pushes.
    """
    names = (oparg,) if isinstance(oparg, str) else ()
    number = 0 if isinstance(oparg, str) else oparg
    units = [("RESUME", 0), *(("LOAD_FAST", slot) for slot in range(inputs)), (opname, number)]
    if outputs != 1:
        units.append(("BUILD_TUPLE", outputs))
    units.append(("RETURN_VALUE", 0))
    code = _empty.__code__.replace(
        co_name=opname,
        co_qualname=opname,
        co_code=bytes(unit for name, argument in units for unit in _encode(name, argument)),
        co_consts=(None, _MARKER),
        co_names=names,
        co_argcount=inputs,
        co_nlocals=inputs,
        co_varnames=tuple(f"value{slot}" for slot in range(inputs)),
        co_stacksize=inputs + outputs + 2,
        co_linetable=b"",
    )
    return FunctionType(code, {"__builtins__": builtins})


def _empty() -> None:
    """Lends its code object, all of which is replaced."""


def _encode(name: str, argument: int) -> Iterator[int]:
    number = OPCODES[name]
    yield from (number, argument)
    yield from (0, 0) * TABLE.INLINE_CACHES.get(number, 0)
