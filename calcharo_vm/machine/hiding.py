"""Functions of the tier whose frames are the machine's: no traceback of the program shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.tracebacks import StubMarker

if TYPE_CHECKING:
    from types import CodeType, FunctionType

_Function = TypeVar("_Function")
_hidden_codes: dict[CodeType, CodeType] = {}


def hidden(function: _Function) -> _Function:
    """The same function, whose frames are the machine's from now on."""
    host = cast("FunctionType", function)
    code = host.__code__
    if code not in _hidden_codes:
        _hidden_codes[code] = marked(code)
    host.__code__ = _hidden_codes[code]
    return function


def marked(code: CodeType) -> CodeType:
    """The same code, for frames that are the machine's."""
    return code.replace(co_consts=(*code.co_consts, StubMarker()))
