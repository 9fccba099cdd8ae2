"""Library functions that look beyond their caller, replaced while a machine is active."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from calcharo_vm.machine.frame_views import host_frames, logical_stack

if TYPE_CHECKING:
    from calcharo_vm.machine.machine import Machine

_real_getframe = sys._getframe  # noqa: SLF001


@contextmanager
def patched_library(machine: Machine) -> Iterator[None]:
    """Replaces `sys._getframe` by one that shows the guest's frames, for as long as the block runs."""

    def _getframe(depth: int = 0, /) -> FrameType:
        context = machine.context
        host_frame = _real_getframe(1)
        if context.frame is None:
            return _real_getframe(depth + 1)
        stack = list(logical_stack(context, host_frame))
        if depth >= len(stack):
            message = "call stack is not deep enough"
            raise ValueError(message)
        return host_frames(stack[max(depth, 0) :])

    original = sys._getframe  # noqa: SLF001
    sys._getframe = _getframe  # type: ignore[assignment] # noqa: SLF001
    try:
        yield
    finally:
        sys._getframe = original  # type: ignore[assignment] # noqa: SLF001


