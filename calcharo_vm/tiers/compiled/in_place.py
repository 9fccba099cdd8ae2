"""Functions called in place of the native code that would call them, properties and `__init__`: where one stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.tiers.compiled.direct_code import make_frames_of_native, note_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.tiers.compiled.written import Point


@attrs.frozen
class Resumed:
    """What goes on where a function has stopped that was called in place of native code.

    Attributes:
        frame: The frame whose instruction executes the native code.
        index: The instruction.
        first: The frame of the function.
        innermost: The frame that goes on.
        given: What the native code gives, in a tuple; empty if it gives what the function returns.
        replaced: Whether that takes the place of what lies on the stack.
    """

    frame: Frame
    index: int
    first: Frame
    innermost: Frame
    given: tuple[object, ...]
    replaces: bool


def stopped_in_place(
    frame: Frame, point: Point, error: BaseException, values: Mapping[str, object], recorder: Recorder
) -> Resumed:
    """Makes the frames of functions that have stopped, the first of which was called in place of native code."""
    note_call(frame, point.index)
    first, innermost = make_frames_of_native(frame, error, recorder)
    given = (values[point.gives],) if point.gives else ()
    return Resumed(frame, point.index, first, innermost, given, replaces=not given)


@hidden
def resume(stop: Resumed) -> int:
    """Runs the function as native code would, does what that does then, and returns the next instruction."""
    result = run(stop.first, stop.innermost)
    stack = stop.frame.stack
    if stop.replaces:
        stack.pop()
    stack.append(*(stop.given or (result,)))
    return stop.index + 1
