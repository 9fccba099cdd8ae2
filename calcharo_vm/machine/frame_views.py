"""Host frames that show the guest's call stack to code that asks for frames.

Python cannot make a frame with a caller, except by calling: a chain of stubs in the guest's names calls
one another, and what is left when they have returned are dead frames that keep code, line, locals and caller.
"""

from __future__ import annotations

import _thread
import sys
from functools import partial
from itertools import islice
from types import CellType, CodeType, FrameType, FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import contexts_here
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.generators import resume
from calcharo_vm.machine.guest_code import CO_NEWLOCALS, CO_OPTIMIZED
from calcharo_vm.machine.locations import placed_at
from calcharo_vm.machine.tracebacks import (
    GuestReference,
    StubMarker,
    copying_free_variables,
    is_machine_code,
    local_values,
    mirrored,
)
from calcharo_vm.machine.trampolines import make_stub
from calcharo_vm.machine.views import original_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcharo_vm.machine.context import ExecutionContext


_ENTERING = {id(code): code for code in (run.__code__, resume.__code__)}
"""The code of the host frames that enter the machine, by address: equal code of others does not."""


def enters_machine(code: CodeType) -> None:
    """Takes note that host frames of some code enter the machine, with one of its frames each."""
    _ENTERING[id(code)] = code


def logical_stack(context: ExecutionContext, host_frame: FrameType | None) -> Iterator[Frame | FrameType]:
    """The frames of a thread from the innermost: guest frames, and host frames that are not the machine's.

    Args:
        context: The thread's execution context.
        host_frame: The innermost host frame to look at.
    """
    frame = context.frame
    while host_frame is not None:
        code = host_frame.f_code
        if id(code) in _ENTERING:
            # The host frame that entered the machine: all guest frames up to its own are above it.
            while frame is not None:
                yield frame
                if frame.outermost:
                    return
                was_entry = frame.entry
                frame = frame.back
                if was_entry:
                    break
        elif not is_machine_code(code):
            yield host_frame
        host_frame = host_frame.f_back


def callers(frame: Frame | FrameType) -> tuple[bool, Frame | FrameType | None]:
    """Whether a frame is on the logical stack of this thread, or a guest frame on that of its own, and its caller."""
    places: list[tuple[ExecutionContext, FrameType | None]] = []
    here = contexts_here()
    for context in here:  # no comprehension: until 3.11, that is a frame of its own
        places.append((context, _getframe(1)))  # noqa: PERF401
    if isinstance(frame, Frame) and frame.context not in here and _is_executing(frame):
        places.append((frame.context, _host_frame_of(frame.context)))
    for context, host_frame in places:
        if context.frame is not None:
            stack = list(logical_stack(context, host_frame))
            if frame in stack:
                position = stack.index(frame)
                return True, stack[position + 1] if position + 1 < len(stack) else None
    return False, None


def _is_executing(frame: Frame) -> bool:
    """Whether a guest frame is on its context's stack."""
    each = frame.context.frame
    while each is not None and each is not frame:
        each = each.back
    return each is not None


def _host_frame_of(context: ExecutionContext) -> FrameType | None:
    """The innermost host frame of the thread that executes a context, None when none does."""
    for innermost in _current_frames().values():
        host_frame: FrameType | None = innermost
        while host_frame is not None:
            if id(host_frame.f_code) in _ENTERING:
                variables = host_frame.f_locals
                entered = variables.get("frame")
                if type(variables) is dict:  # until 3.12, the frame keeps it, and what it has would live as long
                    variables.clear()
                if type(entered) is Frame and entered.context is context:
                    return innermost
            host_frame = host_frame.f_back
    return None


def host_frames(stack: list[Frame | FrameType]) -> FrameType:
    """The innermost of a chain of dead frames that show a stack, given innermost first, as it is now."""
    chain = _Chain(stack)
    try:
        # In a thread of its own, the outermost frame has no caller.
        _thread.start_new_thread(chain.calls.pop(), ())
        chain.finished.acquire()
    except RuntimeError:  # no new threads: the interpreter shuts down
        chain = _Chain(stack)
        chain.calls.pop()()
    innermost = chain.innermost
    assert innermost is not None
    chain.innermost = None  # or else the frames and the chain keep each other, and the guest's locals
    return innermost


def make_coroutine(context: ExecutionContext, make: Callable[[], Any]) -> Any:
    """What `make` makes for the innermost frame, called by frames that show its callers: a coroutine notes them."""
    depth = sys.get_coroutine_origin_tracking_depth()
    stack = list(islice(logical_stack(context, _getframe()), 1, depth + 1))
    sys.set_coroutine_origin_tracking_depth(len(stack))
    chain = _Chain(stack, make)
    try:
        return chain.next_call()()
    finally:
        chain.innermost = None  # as in host_frames
        sys.set_coroutine_origin_tracking_depth(depth)


class _Chain(StubMarker):
    """Lets stubs call one another; is a constant of each."""

    def __init__(self, stack: list[Frame | FrameType], function: Callable[[], object] = int) -> None:
        self.calls = [_call_of(frame, self) for frame in stack]
        self.function = function
        self.innermost: FrameType | None = None
        self.finished = _thread.allocate_lock()
        self.finished.acquire()

    def next_call(self) -> Callable[[], object]:
        """What the calling stub calls: the next stub, or the function when it is the innermost."""
        if self.calls:
            return self.calls.pop()
        self.innermost = _getframe(1)
        self.finished.release()
        return self.function


_getframe = sys._getframe  # the host's own, whatever it is replaced by later
_current_frames = sys._current_frames
_STUB = make_stub('def stub(): return "chain".next_call()()', StubMarker())


def _call_of(frame: Frame | FrameType, chain: _Chain) -> Callable[[], object]:
    """A call that makes a host frame like `frame`, and goes on with the chain."""
    if isinstance(frame, Frame):
        code, namespace = frame.guest.code, frame.globals
        position = frame.guest.decoded.positions[max(frame.ip - 1, 0)]
        local = frame.locals if frame.locals is not None else local_values(frame)
        is_function = frame.locals is None
    else:
        code, namespace, line = original_of(frame.f_code), frame.f_globals, frame.f_lineno
        position = (line, line, None, None)
        local, is_function = dict(frame.f_locals), bool(code.co_flags & CO_OPTIMIZED)
    values = local if is_function else {}
    stub = _STUB.replace(
        co_code=copying_free_variables(len(values)) + _STUB.co_code,
        co_flags=CO_OPTIMIZED | CO_NEWLOCALS if is_function else 0,
        co_freevars=tuple(values),
        co_consts=(
            *(chain if constant == "chain" else constant for constant in _STUB.co_consts[:-1]),
            GuestReference(code),
        ),
    )
    stub = placed_at(position, code, stub)
    if is_function or local is namespace:
        return FunctionType(stub, namespace, closure=tuple(CellType(value) for value in values.values()))
    return partial(eval, stub, namespace, local)


def as_native_sees(positional: Any, named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Arguments of a native call, with chains of dead frames for the mirrors among them."""
    shown: dict[int, Any] = {}  # one frame given twice stays one frame
    if any(type(value) is FrameType for value in positional):
        positional = [shown.setdefault(id(value), _native_frame(value)) for value in positional]
    if any(type(value) is FrameType for value in named.values()):
        named = {name: shown.setdefault(id(value), _native_frame(value)) for name, value in named.items()}
    return positional, named


def _with_guest_callers(native: FrameType) -> FrameType:
    """A native frame that has the guest's frames as its callers, if it has been called by the guest."""
    for context in contexts_here():
        if context.frame is not None:
            stack = list(logical_stack(context, _getframe()))
            if native in stack[:-1]:
                return host_frames(stack[stack.index(native) :])
    return native


def _native_frame(value: Any) -> Any:
    frame = mirrored(value)
    if frame is None and type(value) is FrameType:
        return _with_guest_callers(value)
    if frame is not None:
        stack = list(logical_stack(frame.context, _getframe()))
        chain: list[Frame | FrameType] = []
        while frame is not None and frame not in stack:
            chain.append(frame)
            frame = frame.back
        if frame is not None:
            chain += stack[stack.index(frame) :]
        return host_frames(chain)
    return value
