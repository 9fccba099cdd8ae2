"""Signal handlers of the guest: they get the guest's frame, and the guest gets them back as it set them.

The functions of `_signal` are replaced while machines are active: those of `signal` call them.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # unknown to typeshed
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import current_context
from calcharo_vm.machine.failures import is_ours
from calcharo_vm.machine.native_errors import in_place_of
from calcharo_vm.machine.tracebacks import mirror_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from calcharo_vm.machine.machine import Machine


class _SignalHandler:
    """Calls the guest's signal handler with the guest's frame, and never while the observer is at work."""

    def __init__(self, handler: Any, machine: Machine) -> None:
        self.handler = handler
        self.machine = machine

    def __call__(self, number: int, host_frame: FrameType | None) -> Any:
        machine = self.machine
        is_at_work = machine.is_at_work
        if is_at_work is not None and host_frame is not None and (_is_between(host_frame) or is_at_work(host_frame)):
            machine.interrupt(partial(self, number, None))
            return None
        current = self.machine.context.frame
        if current is not None and (host_frame is None or is_ours(host_frame)):
            self.machine.frames_shown = True
            host_frame = mirror_of(current)
        return self.handler(number, host_frame)


def _is_between(innermost: FrameType) -> bool:
    """Returns whether the eval loop, or what it calls besides handlers, is what a thread executes."""
    frame: FrameType | None = innermost
    while frame is not None and frame.f_globals.get("__package__") == "calcharo_vm.code":
        frame = frame.f_back
    # Warnings of the machine are in the program's name, so that is what its modules are called (`__name__`).
    return frame is not None and getattr(frame.f_globals.get("__spec__"), "name", None) in _BETWEEN_INSTRUCTIONS


_BETWEEN_INSTRUCTIONS = frozenset(
    f"calcharo_vm.machine.{name}" for name in ("context", "eval_loop", "frame", "guest_code", "hiding", "machine")
)
"""Modules that never wait for anything: an instruction follows soon."""


def _as_set(handler: Any) -> Any:
    return handler.handler if type(handler) is _SignalHandler else handler


def getsignal_for(original: Callable[[int], Any]) -> Callable[[int], Any]:
    """`_signal.getsignal`, which the library asks, too: asyncio, whether a handler is the default."""

    def getsignal(signalnum: Any, /) -> Any:
        return _as_set(original(signalnum))

    return in_place_of(original, getsignal)


def signal_for(original: Callable[[int, Any], Any]) -> Callable[[int, Any], Any]:
    """`_signal.signal`: the default handler of SIGINT, too, waits for an observer."""

    def signal(signalnum: Any, handler: Any, /) -> Any:
        context = current_context()
        if context is not None and callable(handler) and type(handler) is not _SignalHandler:
            waits = context.machine.is_at_work is not None and signalnum == _signal.SIGINT
            if waits or handler is not _signal.default_int_handler:
                handler = _SignalHandler(handler, context.machine)
        return _as_set(original(signalnum, handler))

    return in_place_of(original, signal)


# --- SIGINT without a handler of the guest ------------------------------------------------------------


def take_default_interrupts() -> None:
    """Has the default handler of SIGINT, if that is what there is, wait for the observer of this thread's machine."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and _getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


def give_back_default_interrupts() -> None:
    """Sets the default handler of SIGINT as it was, in the main thread."""
    handler = _getsignal(_signal.SIGINT)
    is_ours = type(handler) is _SignalHandler and handler.handler is _signal.default_int_handler
    if is_ours and threading.current_thread() is threading.main_thread():
        _set_signal(_signal.SIGINT, _signal.default_int_handler)


_getsignal, _set_signal = _signal.getsignal, _signal.signal
