"""One thread's execution on a machine."""

from __future__ import annotations

import sys
from _operator import index
from typing import TYPE_CHECKING, Any, NamedTuple, final

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.machine import Machine


host_trace = sys.gettrace
"""What traces the host's own frames; the guest has another."""


class Told(NamedTuple):
    """An event that a trace or profile function is told of."""

    frame: Frame
    """The frame in which it happens."""
    refusal: str
    """Why the function may not make the frame go on at another line, if it may not."""


@final
class ExecutionContext:
    """What a thread is executing on a machine.

    Attributes:
        machine: The machine.
        host_trace: What traced the thread when it became one of the machine's.
        frame: The frame that executes or waits for native code; None when there is none.
        depth: The number of guest frames.
        limit: The guest's recursion limit, in frames.
        trace_function: What the program gave to `sys.settrace`.
        profile_function: What the program gave to `sys.setprofile`.
        telling: What one of them is being told, while it is called.
    """

    __slots__ = (
        "__weakref__",
        "depth",
        "frame",
        "host_trace",
        "limit",
        "machine",
        "profile_function",
        "telling",
        "trace_function",
    )

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.host_trace = host_trace()
        self.frame: Frame | None = None
        self.depth = 0
        self.limit = machine.recursion_limit
        self.trace_function: Any = None
        self.profile_function: Any = None
        self.telling: Told | None = None

    def call_stack(self) -> list[Frame]:
        """The guest frames of the thread, outermost first."""
        frames = []
        frame = self.frame
        while frame is not None:
            frames.append(frame)
            frame = frame.back
        return frames[::-1]


ACTIVE_MACHINES: list[Machine] = []
"""The machines that are active in the process, the latest last."""


def contexts_here() -> list[ExecutionContext]:
    """The current thread's contexts on the active machines whose thread it is, the latest machine's first."""
    return [machine.context for machine in ACTIVE_MACHINES[::-1] if machine.runs_here]


def executing_context() -> ExecutionContext | None:
    """The current thread's innermost context that executes a frame, or None."""
    return next((context for context in contexts_here() if context.frame is not None), None)


def current_context() -> ExecutionContext | None:
    """The current thread's innermost context that executes a frame, or the latest; None if it is no machine's."""
    return executing_context() or next(iter(contexts_here()), None)


HOST_LIMIT_FACTOR = 12
"""Host frames that one guest frame may need when native code lies between each two of them."""


host_limit, _set_host_limit = sys.getrecursionlimit, sys.setrecursionlimit  # the guest sees others


def raise_host_limit(guest_limit: int) -> None:
    """Lets the host recurse so deeply that the guest's own limit comes first."""
    needed = guest_limit * HOST_LIMIT_FACTOR + 1000
    if host_limit() < needed:
        _set_host_limit(needed)


def set_recursion_limit(context: ExecutionContext, limit: Any) -> None:
    """`sys.setrecursionlimit(...)`, for the guest's frames.

    Raises:
        RecursionError: The guest has recursed more deeply already.
        TypeError: The limit is not an integer; CPython's own error.
        ValueError: The limit is not positive; CPython's own error.
    """
    if not isinstance(limit, int) or not 1 <= limit < 1 << 31:
        _set_host_limit(limit)  # raises
    limit = index(limit)
    if context.depth >= limit:
        depth = context.depth + (sys.version_info < (3, 12))
        message = f"cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
        raise RecursionError(message)
    context.machine.recursion_limit = context.limit = limit
    raise_host_limit(limit)
