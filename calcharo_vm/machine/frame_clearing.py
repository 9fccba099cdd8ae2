"""`frame.clear()` and the generator of a frame: what a frame of the guest does with the host object that owns it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.generators import FRAME_ATTRIBUTES

if TYPE_CHECKING:
    from types import FrameType

    from calcharo_vm.machine.frame import Frame


def generator_of(frame: Frame) -> Any:
    """The host generator, coroutine or asynchronous generator that runs a frame, or None when there is none.

    A frame does not know it, since nothing but this asks; but it is what refers to the frame.
    """
    if frame.generator is None:
        return None
    return next((owner for owner in gc.get_referrers(frame) if type(owner) in FRAME_ATTRIBUTES), None)


def clear_frame(host_frame: FrameType, frame: Frame) -> None:
    """Drops the locals of a frame that has ended, and ends a generator, which a mirror stands for.

    Raises:
        RuntimeError: The frame is executing, or since 3.13 suspended.
    """
    if frame in frame.context.call_stack():
        message = "cannot clear an executing frame"
        raise RuntimeError(message)
    generator = generator_of(frame)
    if generator is not None:
        getattr(generator, FRAME_ATTRIBUTES[type(generator)]).clear()
    frame.fast = []
    for cell in frame.mirror_cells:  # the mirror's function keeps them
        cell.cell_contents = None
        del cell.cell_contents
    host_frame.clear()
