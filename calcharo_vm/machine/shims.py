"""Shims: host functions that make native calls in the name of the guest.

A native callable that looks at its caller finds a function with the guest's name, file, line and globals.
"""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.guest_code import CO_OPTIMIZED, GuestCode
from calcharo_vm.machine.locations import placed_at
from calcharo_vm.machine.tracebacks import StubMarker
from calcharo_vm.machine.trampolines import make_stub

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame

_SHIM = StubMarker()
_SHIM_CODES = tuple(
    make_stub(f"def shim(callable, positional, named): return callable({arguments})", _SHIM)
    for arguments in ("*positional", "*positional, **named")  # empty keywords are not the same to every type
)


def shim(frame: Frame, *, named: bool = False) -> Any:
    """The function that calls in the name of a frame's current instruction: `shim(callable, positional, named)`.

    Only its code is kept: a function would keep the program's globals alive where no collector sees it.
    """
    guest = frame.guest
    index = frame.ip - 1
    key = ~index if named else index
    code = guest.shims.get(key)
    if code is None:
        code = guest.shims[key] = _shim_code(guest, index, _SHIM_CODES[named])
    return FunctionType(code, frame.globals)


def _shim_code(guest: GuestCode, index: int, template: CodeType) -> CodeType:
    return placed_at(
        guest.decoded.positions[index], guest.code, template.replace(co_flags=template.co_flags | CO_OPTIMIZED)
    )
