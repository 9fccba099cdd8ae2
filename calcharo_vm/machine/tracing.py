"""`sys.settrace` and `sys.setprofile` of the guest: events of guest frames, in CPython's order.

While a program traces, instructions run through wrappers that tell its functions. The host's own tracing is
never switched on: it would show the machine.
"""

from __future__ import annotations

import sys
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.native_errors import with_native_errors
from calcharo_vm.machine.signals import RETURNED, YIELDED
from calcharo_vm.machine.tracebacks import mirror_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from calcharo_vm.machine.context import ExecutionContext
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.machine.machine import Machine

_RESUME = OPCODES["RESUME"]
_NEVER_A_START = frozenset(
    number
    for number, name in TABLE.OPNAMES.items()
    if name in {"END_ASYNC_FOR", "END_FOR", "END_SEND", "POP_ITER", "RESUME"}
)
_LEAVING = (RETURNED, YIELDED)


def tracing_functions(machine: Machine) -> dict[str, Callable[..., Any]]:
    """The functions of `sys` that switch tracing on and off, for the guest of a machine."""

    def settrace(function: Any, /) -> None:
        machine.context.trace_function = function
        machine.trace_frames()

    def gettrace() -> Any:
        return machine.context.trace_function

    def setprofile(function: Any, /) -> None:
        machine.context.profile_function = function
        machine.trace_frames()

    def getprofile() -> Any:
        return machine.context.profile_function

    functions: dict[str, Callable[..., Any]] = {}
    for function in (settrace, gettrace, setprofile, getprofile):
        native = getattr(sys, function.__name__)
        functions[function.__name__] = update_wrapper(with_native_errors(function, native), native)
    return functions


def traced_table(guest: GuestCode, table: list[tuple[Callable[..., Any], Any]]) -> list[tuple[Callable[..., Any], Any]]:
    """A code object's handlers, wrapped so that they tell the guest's trace functions."""
    starts = _line_starts(guest)
    return [
        (_traced(handler, index, guest.decoded.opcodes[index] == _RESUME, starts[index]), operand)
        for index, (handler, operand) in enumerate(table)
    ]


def _line_starts(guest: GuestCode) -> list[int | None]:
    """For each instruction the line that starts with it, or None."""
    starts: list[int | None] = []
    current: int | None = None
    for opcode, position in zip(guest.decoded.opcodes, guest.decoded.positions, strict=True):
        line = position[0]
        if opcode in _NEVER_A_START:
            starts.append(None)
            continue
        starts.append(line if line is not None and line != current else None)
        if line is not None or sys.version_info < (3, 12):
            current = line
    return starts


def _traced(handler: Callable[..., Any], index: int, is_resume: bool, line: int | None) -> Callable[..., Any]:
    def traced(frame: Frame, stack: list[Any], operand: Any) -> Any:
        context = frame.context
        if context.telling or (context.trace_function is None and context.profile_function is None):
            return handler(frame, stack, operand)
        if is_resume:
            _tell_call(context, frame)
        else:
            _tell_before(context, frame, index, line)
        frame.last_traced = index
        signal = handler(frame, stack, operand)
        if signal in _LEAVING:
            tell_return(context, frame, frame.result)
        return signal

    return traced


def _tell_call(context: ExecutionContext, frame: Frame) -> None:
    host_frame = mirror_of(frame)
    if context.profile_function is not None:
        _tell(context, context.profile_function, host_frame, "call", None)
    if context.trace_function is not None:
        host_frame.f_trace = _tell(context, context.trace_function, host_frame, "call", None)


def _tell_before(context: ExecutionContext, frame: Frame, index: int, line: int | None) -> None:
    if frame.mirror is None:
        return
    host_frame: FrameType = frame.mirror[0]
    local = host_frame.f_trace
    if local is None or context.trace_function is None:
        return
    jumped_back = index < frame.last_traced
    if jumped_back and line is None:
        line = frame.guest.decoded.positions[index][0]
    if line is not None and host_frame.f_trace_lines:
        host_frame.f_trace = local = _tell(context, local, host_frame, "line", None)
    if frame.traces_opcodes and local is not None:
        host_frame.f_trace = _tell(context, local, host_frame, "opcode", None)


def tell_return(context: ExecutionContext, frame: Frame, value: Any) -> None:
    """Tells that a frame returns, yields, or is left by an exception (with None)."""
    if frame.mirror is None or context.telling:
        return
    host_frame: FrameType = frame.mirror[0]
    if context.trace_function is not None and host_frame.f_trace is not None:
        _tell(context, host_frame.f_trace, host_frame, "return", value)
    if context.profile_function is not None:
        _tell(context, context.profile_function, host_frame, "return", value)


def tell_exception(context: ExecutionContext, frame: Frame, error: BaseException) -> None:
    """Tells that an exception was raised in a frame or passes it."""
    if frame.mirror is None or context.telling or context.trace_function is None:
        return
    host_frame: FrameType = frame.mirror[0]
    if host_frame.f_trace is not None:
        host_frame.f_trace = _tell(
            context, host_frame.f_trace, host_frame, "exception", (type(error), error, error.__traceback__)
        )


def profiled_call(context: ExecutionContext, callable: Any, arguments: Any, named: Any) -> Any:
    """Calls a function of C and tells the program's profile function of it."""
    frame = context.frame
    if frame is None or context.telling:
        return callable(*arguments, **named)
    host_frame = mirror_of(frame)
    _tell(context, context.profile_function, host_frame, "c_call", callable)
    try:
        result = callable(*arguments, **named)
    except BaseException:
        if context.profile_function is not None:
            _tell(context, context.profile_function, host_frame, "c_exception", callable)
        raise
    if context.profile_function is not None:
        _tell(context, context.profile_function, host_frame, "c_return", callable)
    return result


def _tell(context: ExecutionContext, function: Any, host_frame: FrameType, event: str, argument: Any) -> Any:
    """Calls a trace function with tracing off; a function that raises ends the tracing."""
    context.telling = True
    try:
        result = function(host_frame, event, argument)
    except BaseException:
        context.trace_function = context.profile_function = None
        raise
    finally:
        context.telling = False
    return host_frame.f_trace if result is None and event != "call" else result
