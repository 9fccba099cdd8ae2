"""The functions of `sys` that switch tracing on and off, for the guest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import current_context, host_trace
from calcharo_vm.machine.native_errors import in_place_of

if TYPE_CHECKING:
    from collections.abc import Callable


def _settrace_for(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def settrace(function: Any, /) -> None:
        context = current_context()
        if context is None:
            original(function)
        else:
            if host_trace() is not context.host_trace:  # C code has begun to trace, the machine too
                original(context.host_trace)
            context.trace_function = function
            context.machine.trace_frames()

    return in_place_of(original, settrace)


def _gettrace_for(original: Callable[[], Any]) -> Callable[[], Any]:
    def gettrace() -> Any:
        context = current_context()
        return original() if context is None else context.trace_function

    return in_place_of(original, gettrace)


def _setprofile_for(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def setprofile(function: Any, /) -> None:
        context = current_context()
        if context is None:
            original(function)
        else:
            context.profile_function = function
            context.machine.trace_frames()

    return in_place_of(original, setprofile)


def _getprofile_for(original: Callable[[], Any]) -> Callable[[], Any]:
    def getprofile() -> Any:
        context = current_context()
        return original() if context is None else context.profile_function

    return in_place_of(original, getprofile)


TRACING_FUNCTIONS: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "settrace": _settrace_for,
    "gettrace": _gettrace_for,
    "setprofile": _setprofile_for,
    "getprofile": _getprofile_for,
}
"""What makes the functions of `sys` that switch tracing on and off, for the guest as well, of the original ones."""
