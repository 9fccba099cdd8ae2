"""Tracing and profiling of the guest: events of guest frames, in CPython's order.

While a program traces, instructions run through wrappers that tell its functions. The host's own tracing is
never switched on: it would show the machine.
"""

from __future__ import annotations

import sys
from types import CoroutineType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from calcharo_vm.code.decoded import RESUME_PLACE_MASK
from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import Told
from calcharo_vm.machine.jumps import make_jump, start_jump
from calcharo_vm.machine.signals import RETURNED, YIELDED
from calcharo_vm.machine.tracebacks import mirror_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from calcharo_vm.machine.context import ExecutionContext
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.machine.signals import Signal

_RESUME, _SEND, _FOR_ITER, _JUMP_BACKWARD = (OPCODES[name] for name in ("RESUME", "SEND", "FOR_ITER", "JUMP_BACKWARD"))
_IS_INSTRUMENTED = bool(sys.version_info >= (3, 12))
"""Whether CPython traces by instrumenting code (PEP 669)."""
_END_SEND = OPCODES.get("END_SEND", -1)
_ITERATOR = -1 if sys.version_info < (3, 15) else -2
"""Where a loop's iterator is on the stack: since 3.15 its position follows it."""
_GENERATORS = frozenset({CoroutineType, GeneratorType})
_NEVER_A_START = frozenset(
    number
    for number, name in TABLE.OPNAMES.items()
    if name in {"END_ASYNC_FOR", "END_FOR", "END_SEND", "POP_ITER", "RESUME"}
)
_LEAVING = (RETURNED, YIELDED)
_JUMPS_INSTEAD_OF_YIELDING = sys.version_info >= (3, 14)
_FROM_NEW_FRAME = "can't jump from the 'call' trace event of a new frame"
_NOT_FROM_LINE = "can only jump from a 'line' trace event"
_DURING_CALL = "can't jump during a call" if _IS_INSTRUMENTED else _NOT_FROM_LINE


def traced_table(guest: GuestCode, table: list[tuple[Callable[..., Any], Any]]) -> list[tuple[Callable[..., Any], Any]]:
    """A code object's handlers, wrapped so that they tell the guest's trace functions."""
    starts = _line_starts(guest)
    opcodes = guest.decoded.opcodes
    return [
        (_traced(guest, index, _telling_its_end(handler, opcodes[index]), starts[index]), operand)
        for index, (handler, operand) in enumerate(table)
    ]


def _line_starts(guest: GuestCode) -> list[int | None]:
    """For each instruction the line that may begin with it, or None (CPython's `initialize_lines`).

    On 3.11 any instruction may begin one; since then it is the first of its line, or something jumps there.
    """
    decoded = guest.decoded
    lines = [position[0] for position in decoded.positions]
    if not _IS_INSTRUMENTED:
        return lines
    starts: list[int | None] = []
    current: int | None = None
    for opcode, line in zip(decoded.opcodes, lines, strict=True):
        if opcode in _NEVER_A_START:
            starts.append(None)
            continue
        starts.append(line if line != current else None)
        current = line
    for target in (*decoded.targets, *(handler.target for handler in decoded.handlers)):
        if target >= 0:
            starts[target] = lines[target]
    return starts


def _begins_line(guest: GuestCode, previous: int, index: int, line: int | None) -> bool:
    """Whether an instruction that runs after `previous` begins a line of the program."""
    opcodes, positions = guest.decoded.opcodes, guest.decoded.positions
    if line is None:
        return False
    if previous < 0 or line != positions[previous][0]:
        return True
    if not _IS_INSTRUMENTED:
        return previous <= opcodes.index(_RESUME) or (index < previous and opcodes[index] != _SEND)
    return opcodes[previous] == _RESUME or (index < previous and opcodes[previous] == _JUMP_BACKWARD)


def _telling_its_end(handler: Callable[..., Any], opcode: int) -> Callable[..., Any]:
    """A handler that tells of the StopIteration which ends a loop or a delegation, where CPython raises one."""
    if opcode == _FOR_ITER:

        def for_iter(frame: Frame, stack: list[Any], operand: Any) -> Any:
            iterator = stack[_ITERATOR]
            target = handler(frame, stack, operand)
            if type(target) is int and type(getattr(type(iterator), "__next__", None)) is FunctionType:
                tell_exception(frame.context, frame, StopIteration())
            return target

        return for_iter
    if opcode == _SEND:

        def send(frame: Frame, stack: list[Any], operand: Any) -> Any:
            receiver = stack[_ITERATOR - 1]
            sent = stack[-1]
            target = handler(frame, stack, operand)
            if type(target) is int and _raises_at_its_end(receiver, sent, stack[-1]):
                tell_exception(frame.context, frame, StopIteration(stack[-1]))
            return target

        return send
    if opcode == _END_SEND:

        def end_send(frame: Frame, stack: list[Any], operand: Any) -> Any:
            if type(stack[_ITERATOR - 1]) in _GENERATORS:
                tell_exception(frame.context, frame, StopIteration(stack[-1]))
            return handler(frame, stack, operand)

        return end_send
    return handler


def _raises_at_its_end(receiver: Any, sent: Any, value: Any) -> bool:
    """Whether the end of a delegation is a StopIteration that CPython raises in SEND, and not a value handed over."""
    kind = type(receiver)
    if kind in _GENERATORS:
        return not _IS_INSTRUMENTED and (kind is CoroutineType or sent is not None or value is not None)
    method = getattr(kind, "send", getattr(kind, "__next__", None))
    return type(method) is FunctionType or (sys.version_info < (3, 15) and hasattr(kind, "send"))


def _traced(guest: GuestCode, index: int, handler: Callable[..., Any], line: int | None) -> Callable[..., Any]:
    """A handler that tells the guest's trace functions, and jumps when they say so."""
    is_resume = guest.decoded.opcodes[index] == _RESUME
    is_start = is_resume and guest.decoded.opargs[index] & RESUME_PLACE_MASK == 0

    def traced(frame: Frame, stack: list[Any], operand: Any) -> Any:
        context = frame.context
        previous = frame.last_traced
        frame.last_traced = index
        if context.telling or (context.trace_function is None and context.profile_function is None):
            return handler(frame, stack, operand)
        if is_resume:
            if previous != index or _IS_INSTRUMENTED:  # 3.11 says nothing of the instruction to which a frame jumps
                tell_call(context, frame, _FROM_NEW_FRAME if is_start or not _IS_INSTRUMENTED else "")
        else:
            _tell_before(context, frame, line if _begins_line(frame.guest, previous, index, line) else None)
        if frame.jump is not None:
            return make_jump(frame)
        signal = handler(frame, stack, operand)
        return _told_leaving(context, frame, signal) if signal in _LEAVING else signal

    return traced


def _told_leaving(context: ExecutionContext, frame: Frame, signal: Signal) -> Any:
    """Tells that a frame returns or yields; one that yields may jump instead, which until 3.13 it does afterwards."""
    tell_return(context, frame, frame.result, _NOT_FROM_LINE if signal is RETURNED else "")
    if frame.jump is None:
        return signal
    if _JUMPS_INSTEAD_OF_YIELDING:
        frame.take_result()
        return make_jump(frame)
    start_jump(frame)
    return YIELDED


def tell_call(context: ExecutionContext, frame: Frame, refusal: str) -> None:
    """Tells that a frame starts, or that a generator's goes on."""
    host_frame = mirror_of(frame)
    told = Told(frame, refusal)
    if context.profile_function is not None:
        _tell(context, context.profile_function, told, "call", None)
    if context.trace_function is not None:
        host_frame.f_trace = _tell(context, context.trace_function, told, "call", None)


def tell_throw(context: ExecutionContext, frame: Frame) -> None:
    """Tells that a generator's frame goes on with an exception."""
    tell_call(context, frame, _NOT_FROM_LINE if _IS_INSTRUMENTED else _FROM_NEW_FRAME)


def _tell_before(context: ExecutionContext, frame: Frame, line: int | None) -> None:
    """Tells that an instruction is about to run, and the line that begins with it, if any."""
    if frame.mirror is None:
        return
    host_frame: FrameType = frame.mirror[0]
    local = host_frame.f_trace
    if local is None or context.trace_function is None:
        return
    if line is not None and host_frame.f_trace_lines:
        host_frame.f_trace = local = _tell(context, local, Told(frame, ""), "line", None)
    if frame.traces_opcodes and local is not None and frame.jump is None:
        host_frame.f_trace = _tell(context, local, Told(frame, _NOT_FROM_LINE), "opcode", None)


def tell_return(context: ExecutionContext, frame: Frame, value: Any, refusal: str) -> None:
    """Tells that a frame returns, yields, or is left by an exception (with None)."""
    if frame.mirror is None or context.telling:
        return
    host_frame: FrameType = frame.mirror[0]
    if context.trace_function is not None and host_frame.f_trace is not None:
        _tell(context, host_frame.f_trace, Told(frame, refusal), "return", value)
    if context.profile_function is not None:
        _tell(context, context.profile_function, Told(frame, refusal), "return", value)


def tell_exception(context: ExecutionContext, frame: Frame, error: BaseException) -> None:
    """Tells that an exception was raised in a frame or passes it."""
    if frame.mirror is None or context.telling or context.trace_function is None:
        return
    host_frame: FrameType = frame.mirror[0]
    if host_frame.f_trace is not None:
        argument = (type(error), error, error.__traceback__)
        host_frame.f_trace = _tell(context, host_frame.f_trace, Told(frame, _NOT_FROM_LINE), "exception", argument)


def told_exception(context: ExecutionContext, frame: Frame, error: BaseException) -> BaseException:
    """Tells of an exception, and gives the one that goes on: the trace function's own, or the same."""
    try:
        tell_exception(context, frame, error)
    except BaseException as replacement:
        return replacement
    return error


def told_unwinding(context: ExecutionContext, frame: Frame, error: BaseException) -> BaseException:
    """Tells that an exception leaves a frame, and gives the one that goes on."""
    try:
        tell_return(context, frame, None, _NOT_FROM_LINE)
    except BaseException as replacement:
        return replacement
    return error


def profiled_call(context: ExecutionContext, callable: Any, arguments: Any, named: Any) -> Any:
    """Calls a function of C and tells the program's profile function of it."""
    frame = context.frame
    if frame is None or context.telling:
        return callable(*arguments, **named)
    told = Told(frame, _DURING_CALL)
    _tell(context, context.profile_function, told, "c_call", callable)
    try:
        result = callable(*arguments, **named)
    except BaseException:
        if context.profile_function is not None:
            _tell(context, context.profile_function, Told(frame, _NOT_FROM_LINE), "c_exception", callable)
        raise
    if context.profile_function is not None:
        _tell(context, context.profile_function, told, "c_return", callable)
    return result


def _tell(context: ExecutionContext, function: Any, told: Told, event: str, argument: Any) -> Any:
    """Calls a trace function with tracing off; a function that raises ends the tracing, and its jump is forgotten."""
    host_frame = mirror_of(told.frame)
    context.telling = told
    try:
        result = function(host_frame, event, argument)
    except BaseException:
        context.trace_function = context.profile_function = told.frame.jump = None
        raise
    finally:
        context.telling = None
    return host_frame.f_trace if result is None and event != "call" else result
