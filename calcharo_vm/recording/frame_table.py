"""Which frames a recording has, and which of them executed each step.

The recorder fills the table while the program runs on one thread, which costs it next to nothing. For
any other journal, `frame_walk` makes it.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.types import Oid, StepIndex

NONE: Final = -1
"""Stands for a frame, a step or an object that there is not."""


class FrameTable:
    """The frames of a journal in the order in which they started, and the turns they take in executing steps.

    Attributes:
        codes: The number of each frame's code object.
        callers: The frame below each frame when it started, or `NONE`.
        globals: The oid of each frame's global namespace.
        namespaces: The oid of each frame's own namespace, or `NONE`.
        entered: The step that made each frame.
        last: The step in which each frame ended, or `NONE`.
        turn_steps: From these steps on ...
        turn_frames: ... these frames execute.
    """

    __slots__ = ("callers", "codes", "entered", "globals", "last", "namespaces", "turn_frames", "turn_steps")

    def __init__(self) -> None:
        self.codes = array("I")
        self.callers = array("q")
        self.globals = array("q")
        self.namespaces = array("q")
        self.entered = array("Q")
        self.last = array("q")
        self.turn_steps = array("Q")
        self.turn_frames = array("q")

    def __len__(self) -> int:
        return len(self.codes)

    # --- filling it ------------------------------------------------------------------------------

    def enter(self, step: StepIndex, caller: int, code: int, globals_: Oid, namespace: Oid | None) -> None:
        """Takes note of a frame that starts in a step."""
        self.codes.append(code)
        self.callers.append(caller)
        self.globals.append(globals_)
        self.namespaces.append(NONE if namespace is None else namespace)
        self.entered.append(step)
        self.last.append(NONE)

    def turn(self, step: StepIndex, frame: int) -> None:
        """Takes note that a frame executes from a step on; for the same step, the last word counts."""
        if self.turn_steps and self.turn_steps[-1] == step:
            self.turn_frames[-1] = frame
        else:
            self.turn_steps.append(step)
            self.turn_frames.append(frame)

    # --- asking it -------------------------------------------------------------------------------

    def executing(self, step: StepIndex) -> int:
        """The number of the frame that executed a step."""
        return self.turn_frames[bisect_right(self.turn_steps, step) - 1]

    def executing_in(self, start: StepIndex, stop: StepIndex) -> "array[int]":
        """The frames that executed the steps of a range, in turns; the first may only have done so before it."""
        first = max(bisect_right(self.turn_steps, start) - 1, 0)
        return self.turn_frames[first : bisect_left(self.turn_steps, stop)]

    def first(self, frame: int) -> StepIndex:
        """The first step that a frame executed, or `NONE`."""
        at = bisect_left(self.turn_steps, self.entered[frame])
        while at < len(self.turn_frames) and self.turn_frames[at] != frame:
            at += 1
        return self.turn_steps[at] if at < len(self.turn_steps) else NONE

    def steps(self, frame: int, start: StepIndex, stop: StepIndex) -> Iterator[StepIndex]:
        """Yields the steps of a range that a frame executed."""
        turn = max(bisect_right(self.turn_steps, start) - 1, 0)
        while turn < len(self.turn_steps) and self.turn_steps[turn] < stop:
            end = min(self.turn_steps[turn + 1], stop) if turn + 1 < len(self.turn_steps) else stop
            if self.turn_frames[turn] == frame:
                yield from range(max(self.turn_steps[turn], start), end)
            turn += 1

    def step_before(self, frame: int, step: StepIndex) -> StepIndex:
        """The last step before one that a frame executed."""
        turn = bisect_left(self.turn_steps, step) - 1
        end = step
        while self.turn_frames[turn] != frame:
            end = self.turn_steps[turn]
            turn -= 1
        return end - 1

    def depth(self, frame: int) -> int:
        """How many frames were below a frame when it started."""
        depth, caller = 0, self.callers[frame]
        while caller != NONE:
            depth, caller = depth + 1, self.callers[caller]
        return depth
