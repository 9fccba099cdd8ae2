"""Which frames a recording has, and which of them executed each step.

The recorder fills the table while the program runs on one thread, which costs it next to nothing. For
any other journal, `frame_walk` makes it.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.types import StepIndex

NONE: Final = -1
"""Stands for a frame, a step or an object that there is not."""

_WIDTH: Final = 5


class FrameTable:
    """The frames of a journal in the order in which they started, and the turns they take in executing steps.

    Attributes:
        entries: Of each frame in turn: the number of its code object, the frame below it when it started or `NONE`,
            the oid of its global namespace, that of its own namespace or `NONE`, and the step that made it.
        turns: A step and the frame that executes from it on, in turn; for the same step, the last word counts.
        ends: A frame and the step in which it ended, in turn.
    """

    def __init__(self) -> None:
        self.entries = array("q")
        self.turns = array("q")
        self.ends = array("q")

    def __len__(self) -> int:
        return len(self.entries) // _WIDTH

    @cached_property
    def codes(self) -> "array[int]":
        """The number of each frame's code object."""
        return self.entries[::_WIDTH]

    @cached_property
    def callers(self) -> "array[int]":
        """The frame below each frame when it started, or `NONE`."""
        return self.entries[1::_WIDTH]

    @cached_property
    def globals(self) -> "array[int]":
        """The oid of each frame's global namespace."""
        return self.entries[2::_WIDTH]

    @cached_property
    def namespaces(self) -> "array[int]":
        """The oid of each frame's own namespace, or `NONE`."""
        return self.entries[3::_WIDTH]

    @cached_property
    def entered(self) -> "array[int]":
        """The step that made each frame."""
        return self.entries[4::_WIDTH]

    @cached_property
    def last(self) -> "array[int]":
        """The step in which each frame ended, or `NONE`."""
        last = array("q", (NONE,)) * len(self)
        for frame, step in zip(self.ends[::2], self.ends[1::2], strict=True):
            last[frame] = step
        return last

    @cached_property
    def turn_steps(self) -> "array[int]":
        """The steps at which a frame goes on."""
        return self.turns[::2]

    @cached_property
    def turn_frames(self) -> "array[int]":
        """The frames that go on at those steps."""
        return self.turns[1::2]

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
        while at < len(self.turn_frames) and (self.turn_frames[at] != frame or self._is_void(at)):
            at += 1
        return self.turn_steps[at] if at < len(self.turn_steps) else NONE

    def _is_void(self, turn: int) -> bool:
        """Returns whether another frame goes on instead."""
        return self.turn_steps[turn : turn + 1] == self.turn_steps[turn + 1 : turn + 2]

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
        while self.turn_frames[turn] != frame or self.turn_steps[turn] == end:
            end = self.turn_steps[turn]
            turn -= 1
        return end - 1

    def depth(self, frame: int) -> int:
        """How many frames were below a frame when it started."""
        depth, caller = 0, self.callers[frame]
        while caller != NONE:
            depth, caller = depth + 1, self.callers[caller]
        return depth
