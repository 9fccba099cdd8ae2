"""Signal handlers of the guest: they get the guest's frame, and the guest gets them back as it set them.

The functions of `signal` are lookasides where that module runs natively, those of `_signal` where it is interpreted.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # unknown to typeshed
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import current_context
from calcharo_vm.machine.native_errors import in_place_of
from calcharo_vm.machine.tracebacks import is_machine_code, mirror_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from calcharo_vm.machine.frame import Frame
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
        if current is not None and (host_frame is None or is_machine_code(host_frame.f_code)):
            self.machine.frames_shown = True
            host_frame = mirror_of(current)
        return self.handler(number, host_frame)


def _is_between(innermost: FrameType) -> bool:
    """Returns whether the eval loop, or what it calls besides handlers, is what a thread executes."""
    frame: FrameType | None = innermost
    while frame is not None and frame.f_globals.get("__package__") == "calcharo_vm.code":
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__") in _BETWEEN_INSTRUCTIONS


_BETWEEN_INSTRUCTIONS = frozenset(
    f"calcharo_vm.machine.{name}" for name in ("context", "eval_loop", "frame", "guest_code", "hiding", "machine")
)
"""Modules that never wait for anything: an instruction follows soon."""


def set_signal_handler(frame: Frame, /, signalnum: Any, handler: Any) -> Any:
    """`signal.signal(...)`."""
    return _set_handler(sys.modules["signal"].signal, frame, signalnum, handler)


def get_signal_handler(frame: Frame, /, signalnum: Any) -> Any:
    """`signal.getsignal(...)`."""
    return _as_set(sys.modules["signal"].getsignal(signalnum))


def set_handler(frame: Frame, signalnum: Any, handler: Any, /) -> Any:
    """`_signal.signal(...)`."""
    return _set_handler(_signal.signal, frame, signalnum, handler)


def get_handler(frame: Frame, signalnum: Any, /) -> Any:
    """`_signal.getsignal(...)`."""
    return _as_set(_signal.getsignal(signalnum))


def _set_handler(native: Callable[[Any, Any], Any], frame: Frame, signalnum: Any, handler: Any) -> Any:
    if callable(handler) and handler is not _signal.default_int_handler:
        handler = _SignalHandler(handler, frame.context.machine)
    return _as_set(native(signalnum, handler))


def _as_set(handler: Any) -> Any:
    return handler.handler if type(handler) is _SignalHandler else handler


# --- SIGINT without a handler of the guest ------------------------------------------------------------


def getsignal_for(original: Callable[[int], Any]) -> Callable[[int], Any]:
    """`_signal.getsignal` for the library that runs natively: asyncio asks whether a handler is the default."""

    def getsignal(signalnum: Any, /) -> Any:
        return _as_set(original(signalnum))

    return in_place_of(original, getsignal)


def signal_for(original: Callable[[int, Any], Any]) -> Callable[[int, Any], Any]:
    """`_signal.signal`, which sets the default handler of SIGINT so that it waits for the observer."""

    def signal(signalnum: Any, handler: Any, /) -> Any:
        context = current_context()
        if context is not None and context.machine.is_at_work is not None:
            is_default = handler is _signal.default_int_handler and signalnum == _signal.SIGINT
            handler = _SignalHandler(handler, context.machine) if is_default else handler
        return _as_set(original(signalnum, handler))

    return in_place_of(original, signal)


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

SIGNAL_LOOKASIDES: dict[Any, Callable[..., Any]] = {_signal.signal: set_handler, _signal.getsignal: get_handler}
"""The functions that guest code calls in place of those of `_signal`."""
