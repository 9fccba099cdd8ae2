"""The eval loop: runs a frame and the frames it calls, one handler an instruction.

A handler region runs in a nested loop inside the host's own `except` block, so that the current
exception is the right one for native code too.
"""

from __future__ import annotations

from typing import Any

from calcharo_vm.errors import is_stop
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.failures import calls_only_ours, is_internal
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.signals import (
    ENTER_HANDLER,
    LEAVE_HANDLER,
    LEFT,
    RERAISED,
    RETURNED,
    STARTED,
    UNWOUND,
    Signal,
)
from calcharo_vm.machine.tracebacks import add_traceback_entry, fill_mirror
from calcharo_vm.machine.tracing import told_exception, told_unwinding


def run(frame: Frame, innermost: Frame | None = None) -> Any:
    """Runs a frame that native code enters and returns its result.

    Args:
        frame: The frame.
        innermost: Which goes on, if frames have been entered already: that one or one that it has called.

    Raises:
        BaseException: What the frame raised, its traceback starting with the guest's frames.
    """
    context = frame.context
    frame.entry = True
    if context.depth >= context.limit:
        raise recursion_error()
    context.depth += 1
    context.frame = innermost or frame
    observer = context.machine.observer
    if observer is not None and frame.record is None:
        observer.frame_entered(frame)
    try:
        signal = execute(frame, innermost)
    finally:
        context.frame = frame.back
        context.depth -= 1
    if observer is not None:
        observer.frame_left(frame, signal)
    if signal is STARTED:
        frame.back = None
    else:
        leave_frame(frame)
    if signal is UNWOUND:
        reraise(frame.take_result())
    return frame.take_result()


def recursion_error() -> RecursionError:
    """The error of a guest that recurses beyond its limit."""
    return RecursionError("maximum recursion depth exceeded")


def leave_frame(frame: Frame) -> None:
    """Ends a frame: what refers to it keeps its locals, or else they are dropped, the first one first."""
    if frame.mirror is not None:
        frame.result = frame.result if frame.entry else None
        fill_mirror(frame)
        frame.mirror = None
    elif frame.guest.drops_in_order:
        frame.fast.reverse()  # a list drops its last item first


reraise = native_instruction("RERAISE", 0, 1, 1)
"""Raises an exception as it is: its `__context__` is kept and no `__subclasscheck__` is asked."""


def execute(base: Frame, innermost: Frame | None = None) -> Signal:
    """Runs `base`, or what it has called, from where it is until it returns, yields, raises or leaves a handler."""
    frame: Any = innermost or base
    context = base.context
    observer = context.machine.observer
    stack, table, ip = frame.stack, frame.guest.table or frame.guest.link(), frame.ip
    while True:
        try:
            # A signal's handler runs where a loop turns, and CPython 3.11 takes that for the instruction before
            # the loop: one of the block's own must stand there.
            target = None
            while True:
                handler, operand, ip = table[ip]
                frame.ip = ip
                target = handler(frame, stack, operand)
                if target is None:
                    continue
                kind = type(target)
                if kind is int:
                    ip = target
                    continue
                if kind is Frame:
                    depth = context.depth
                    if depth >= context.limit:
                        raise recursion_error()
                    context.depth = depth + 1
                    context.frame = frame = target
                    stack = frame.stack
                    guest = frame.guest
                    table = guest.table
                    if table is None:
                        table = guest.link()
                    ip = guest.start
                    if observer is not None:
                        if frame.record is None:
                            observer.frame_entered(frame)
                        else:  # it is known already, and may have executed something
                            ip = frame.ip
                    continue
                if (target is RETURNED and frame is not base) or target is LEFT:
                    value = frame.result
                    if observer is not None and target is RETURNED:
                        observer.frame_left(frame, RETURNED)
                    if frame.mirror is not None:
                        leave_frame(frame)
                    elif frame.guest.drops_in_order:
                        frame.fast.reverse()  # a list drops its last item first
                    context.depth -= 1
                    context.frame = frame = frame.back
                    stack = frame.stack
                    stack.append(value)
                    table = frame.guest.table
                    ip = frame.ip
                    value = None
                    continue
                if target is ENTER_HANDLER:
                    target = run_handler(frame, frame.take_result())
                    if target is LEAVE_HANDLER:
                        ip = frame.ip
                        continue
                elif target is LEAVE_HANDLER:
                    frame.handled = frame.handled[:-1]
                    return LEAVE_HANDLER  # type: ignore[no-any-return] # mypy narrows the constant
                if target is RERAISED or (target is UNWOUND and frame is not base):
                    break
                if frame is base:
                    signal: Signal = target
                    return signal
                # Only STARTED is left: the frame became a generator's.
                value = frame.take_result()
                if observer is not None:
                    observer.frame_left(frame, target)
                context.depth -= 1
                back = frame.back
                frame.back = None  # a generator that waits has no caller
                context.frame = frame = back
                back = None
                stack, table, ip = frame.stack, frame.guest.table, frame.ip
                stack.append(value)
                value = None
            caught = frame.take_result()
            raised = False
        except BaseException as error:
            caught = error
            target, raised = None, True
        frame = unwind(frame, base, caught, raised=raised, left=target is UNWOUND)
        caught = target = None
        if frame is None:
            return UNWOUND
        stack, table, ip = frame.stack, frame.guest.table, frame.ip


def unwind(frame: Frame, base: Frame, error: BaseException, *, raised: bool, left: bool) -> Frame | None:
    """Finds the frame that handles an exception, and puts it at its handler; None if `base` does not handle it.

    Args:
        frame: The frame in which the exception is.
        base: The last frame that may handle it.
        error: The exception; a `base` that does not handle it keeps it as its result.
        raised: Whether it was raised here, so that it gets a traceback entry, and not raised again.
        left: Whether the exception has left `frame` already.
    """
    if is_stop(error):
        _leave_all(frame, base, error)
        return None
    if raised and is_internal(error):
        _leave_all(frame, base, frame.context.machine.failed(frame, error))
        return None
    context = frame.context
    observer = context.machine.observer
    is_calling = False
    while True:
        if not left:
            if raised:
                frame.reraised_from = None
                add_traceback_entry(frame, error, is_calling=is_calling)
                if context.trace_function is not None:
                    error = told_exception(context, frame, error)
            index = frame.ip - 1
            if observer is not None:
                observer.raised(frame, error)
            handler = frame.guest.decoded.handler_for(index)
            if handler is not None:
                del frame.stack[handler.depth :]
                raised_at, frame.raised_at = frame.raised_at, None
                if observer is not None:
                    observer.handled(frame, handler.depth, error)
                if handler.lasti:
                    offset = frame.guest.decoded.offsets[index] if raised_at is None else raised_at
                    frame.stack.append(offset >> 1 if frame.reraised_from is None else frame.reraised_from)
                frame.stack.append(error)
                frame.ip = handler.target
                return frame
            if frame.reraised_from is not None:
                frame.raised_at = frame.reraised_from << 1
                frame.ip = frame.guest.decoded.index_at(frame.raised_at) + 1
            if context.trace_function is not None or context.profile_function is not None:
                error = told_unwinding(context, frame, error)
            frame.stack.clear()
            if frame is base:
                frame.result = error
                return None
        if observer is not None:
            observer.frame_left(frame, UNWOUND)
        leave_frame(frame)
        context.depth -= 1
        context.frame = frame = frame.back
        raised, left, is_calling = True, False, True


def _leave_all(frame: Frame, base: Frame, error: BaseException) -> None:
    """Leaves all frames up to `base` when the run is over: none of their handlers has a say in that."""
    context = frame.context
    while frame is not base:
        leave_frame(frame)
        context.depth -= 1
        context.frame = frame = frame.back
    base.stack.clear()
    base.result = error


def run_handler(frame: Frame, error: BaseException) -> Signal:
    """Runs a frame's handler with `error` as the current exception, until the handler or the frame is left."""
    frame.handled = (*frame.handled, error)
    return _with_current_exception(frame, error, ())


def resume_handlers(frame: Frame, handled: tuple[BaseException, ...]) -> Signal:
    """Runs a frame that paused within handlers: they are entered again first."""
    if not handled:
        return execute(frame)
    signal = _with_current_exception(frame, handled[0], handled[1:])
    del handled  # what has been handled may be gone while the frame goes on
    return execute(frame) if signal is LEAVE_HANDLER else signal


def _with_current_exception(frame: Frame, error: BaseException, inner: tuple[BaseException, ...]) -> Signal:  # type: ignore[return] # the exception is raised
    traceback = error.__traceback__
    try:
        reraise(error)
    except BaseException:
        error.__traceback__ = traceback
        del error, traceback
        return resume_handlers(frame, inner)


for _function in (run, execute, unwind):
    calls_only_ours(_function.__code__)
