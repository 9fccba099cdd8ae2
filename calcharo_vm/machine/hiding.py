"""Functions of ours whose frames are the machine's: no traceback of the program shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.tracebacks import StubMarker

if TYPE_CHECKING:
    from types import CodeType

_Function = TypeVar("_Function")
_codes: dict[int, tuple[CodeType, CodeType]] = {}
"""The code of functions that were hidden, by address, and what they have instead."""


def hidden(function: _Function) -> _Function:
    """The same function, whose frames are the machine's from now on; functions of one definition share their code."""
    host: Any = function
    own: CodeType = host.__code__
    known = _codes.get(id(own))
    if known is None:
        known = _codes[id(own)] = own, marked(own)
    host.__code__ = known[1]
    return function


def marked(code: CodeType) -> CodeType:
    """The same code, for frames that are the machine's."""
    return code.replace(co_consts=(*code.co_consts, StubMarker()))
