"""What a machine tells while it executes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.signals import RETURNED, STARTED, UNWOUND, YIELDED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.signals import Signal

    Handler = Callable[..., Any]


class FrameObserver(Protocol):
    """Is told of frames and exceptions; events of different threads come on their threads.

    An observer sees the frames themselves and must not change them.
    """

    def frame_entered(self, frame: Frame) -> None:
        """Tells that a frame starts."""

    def raised(self, frame: Frame, error: BaseException) -> None:
        """Tells that an exception was raised in the frame, or passes it, at instruction `frame.ip - 1`."""

    def handled(self, frame: Frame, depth: int, error: BaseException) -> None:
        """Tells that a handler of the frame takes over; its stack was cut to `depth` values."""

    def jumped(self, frame: Frame, bound: Sequence[int]) -> None:
        """Tells that the frame goes on elsewhere, by `frame.jump`, and does not execute the instruction it is at.

        The slots `bound` have been bound to None; the stack is cut next.
        """

    def frame_left(self, frame: Frame, how: Signal) -> None:
        """Tells that the frame returned, was unwound, or paused."""

    def frame_resumed(self, frame: Frame) -> None:
        """Tells that a generator's frame goes on."""


class Observer(FrameObserver, Protocol):
    """Is told of every instruction, too."""

    def instruction(self, frame: Frame, index: int) -> None:
        """Tells that the frame's instruction `index` is about to execute; all state is as it finds it."""


@runtime_checkable
class LinkingObserver(FrameObserver, Protocol):
    """Puts handlers of its own in the place of the instructions', which is faster than being told of each one.

    The garbage collector may run in the midst of what an observer does. One that finalisers must not interrupt has
    the methods `is_in_the_way` and `postpone` besides, one that signal handlers must not interrupt `is_at_work` and
    `interrupt`, and one that compares what native code may have changed has
    `library_ran` (see `Machine`).
    """

    def observed(self, code: CodeType, index: int, handler: Handler) -> Handler:
        """The handler to link for instruction `index` of a code object; it must call the instruction's own."""
        ...


class Leave:
    """Holds the ways in which a frame is left."""

    RETURNED = RETURNED
    UNWOUND = UNWOUND
    SUSPENDED = YIELDED
    STARTED = STARTED
    """The frame became a generator's and was not resumed yet."""
