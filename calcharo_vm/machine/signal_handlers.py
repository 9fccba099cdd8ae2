"""Signal handlers of the guest: they get the guest's frame, and the guest gets them back as it set them.

The functions of `signal` are lookasides where that module runs natively, those of `_signal` where it is interpreted.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # unknown to typeshed
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.tracebacks import is_machine_code, mirror_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from calcharo_vm.machine.frame import Frame


class _SignalHandler:
    """Calls the guest's signal handler with the guest's frame."""

    def __init__(self, handler: Any, frame: Frame) -> None:
        self.handler = handler
        self.machine = frame.context.machine

    def __call__(self, number: int, host_frame: FrameType | None) -> Any:
        machine = self.machine
        if machine.is_at_work is not None and host_frame is not None and machine.is_at_work(host_frame):
            machine.interrupt(partial(self, number, None))
            return None
        current = self.machine.context.frame
        if current is not None and (host_frame is None or is_machine_code(host_frame.f_code)):
            self.machine.frames_shown = True
            host_frame = mirror_of(current)
        return self.handler(number, host_frame)


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
        handler = _SignalHandler(handler, frame)
    return _as_set(native(signalnum, handler))


def _as_set(handler: Any) -> Any:
    return handler.handler if type(handler) is _SignalHandler else handler


SIGNAL_LOOKASIDES: dict[Any, Callable[..., Any]] = {_signal.signal: set_handler, _signal.getsignal: get_handler}
"""The functions that guest code calls in place of those of `_signal`."""
