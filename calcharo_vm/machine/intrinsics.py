"""The operations of CALL_INTRINSIC_1 and CALL_INTRINSIC_2 (CPython's `Python/intrinsics.c`)."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.calls import call_native
from calcharo_vm.machine.guest_code import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from calcharo_vm.machine.imports import import_star
from calcharo_vm.machine.native_instruction import native_instruction

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.frame import Frame


def print_expression(frame: Frame, value: Any) -> None:
    """Shows the value of an interactive expression statement."""
    hook = getattr(sys, "displayhook", None)
    if hook is None:
        message = "lost sys.displayhook"
        raise RuntimeError(message)
    call_native(frame, hook, (value,), {})


def stop_iteration_error(frame: Frame, error: BaseException) -> BaseException:
    """The RuntimeError that a StopIteration becomes when it leaves a generator (PEP 479), or the error itself."""
    flags = frame.guest.code.co_flags
    raised = None
    if isinstance(error, StopIteration):
        kinds = ((CO_GENERATOR, "generator"), (CO_COROUTINE, "coroutine"), (CO_ASYNC_GENERATOR, "async generator"))
        kind = next((name for flag, name in kinds if flags & flag), "generator")
        raised = f"{kind} raised StopIteration"
    elif flags & CO_ASYNC_GENERATOR and isinstance(error, StopAsyncIteration):
        raised = "async generator raised StopAsyncIteration"
    if raised is None:
        return error
    result = RuntimeError(raised)
    result.__cause__ = error
    result.__context__ = error
    return result


_IMPLEMENTED: dict[int, Callable[[Frame, Any], Any]] = {
    1: print_expression,
    2: import_star,
    3: stop_iteration_error,
    5: lambda frame, value: +value,  # noqa: ARG005
    6: lambda frame, value: tuple(value),  # noqa: ARG005
}


@cache
def intrinsic_1(number: int) -> Callable[[Frame, Any], Any]:
    """The operation on one value with this number."""
    return _IMPLEMENTED.get(number) or _native_1(number)


def _native_1(number: int) -> Callable[[Frame, Any], Any]:
    return lambda frame, value: native_instruction("CALL_INTRINSIC_1", number, 1, 1)(value)  # noqa: ARG005


@cache
def intrinsic_2(number: int) -> Callable[[Frame, Any, Any], Any]:
    """The operation on two values with this number."""
    return lambda frame, first, second: native_instruction("CALL_INTRINSIC_2", number, 2, 1)(first, second)  # noqa: ARG005
