"""What hooks are told of a running program: views of a frame, which are over when the hook returns."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from calcharo_vm.code.metadata import TABLE
from calcharo_vm.errors import PluginError
from calcharo_vm.machine.tracebacks import visible_locals
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.types import LineNumber, Offset, StepIndex

    Skip = Callable[[Frame], bool]

__all__ = ["LeaveKind", "LiveCall", "LiveException", "LiveFrame", "LiveReturn", "LiveStep"]


class LeaveKind(StrEnum):
    """Names the ways in which a frame is left."""

    RETURNED = "returned"
    YIELDED = "yielded"
    """It is suspended, and may go on."""
    MADE_GENERATOR = "made_generator"
    """The call of a generator function or coroutine function gave a generator, which has executed nothing yet."""
    RAISED = "raised"


class LiveFrame:
    """A frame of the program, while a hook is told of it.

    Values are the program's own objects: read them, and keep none.
    """

    __slots__ = ("_frame",)

    def __init__(self, frame: Frame) -> None:
        self._frame: Frame | None = frame

    def end(self) -> None:
        """Let go of the frame, when the hook has returned."""
        self._frame = None

    @property
    def _live(self) -> Frame:
        if self._frame is None:
            raise PluginError(f"this {type(self).__name__} is over; copy what you need of it while the hook runs")
        return self._frame

    @property
    def thread(self) -> int:
        """The number of the thread that executes the frame, counted from 0."""
        number: int = self._live.record.thread.number
        return number

    @property
    def number(self) -> int:
        """The number of the frame, counted from 0 in the order in which frames start."""
        number: int = self._live.record.number
        return number

    @property
    def depth(self) -> int:
        """How many frames of the program are below it in its thread."""
        return len(self._live.record.thread.frames) - 1

    @property
    def filename(self) -> str:
        """The file of the frame's code."""
        return self._live.code.co_filename

    @property
    def function(self) -> str:
        """The qualified name of the frame's code."""
        return self._live.code.co_qualname

    @property
    def line_number(self) -> LineNumber | None:
        """The line that the frame is at, counted from 1."""
        frame = self._live
        return frame.decoded.positions[max(frame.ip - 1, 0)][0]

    @property
    def locals(self) -> Mapping[str, object]:
        """The variables of the frame; those of the module, in a module."""
        return MappingProxyType(dict(visible_locals(self._live)))

    @property
    def globals(self) -> Mapping[str, object]:
        """The global variables that the frame sees."""
        return MappingProxyType(self._live.globals)

    def __repr__(self) -> str:
        if self._frame is None:
            return f"<{type(self).__name__} that is over>"
        return f"<{type(self).__name__} in {self.function}, line {self.line_number}>"


class LiveStep(LiveFrame):
    """An instruction that is about to be executed.

    Attributes:
        index: How many steps are complete: the step's own index, where the program has one thread.
    """

    __slots__ = ("_skips", "index")

    def __init__(self, frame: Frame, index: StepIndex, skips: dict[int, Skip]) -> None:
        super().__init__(frame)
        self.index = index
        self._skips = skips

    @property
    def opname(self) -> str:
        """The name of the instruction, as `dis` shows it."""
        frame = self._live
        name: str = TABLE.OPNAMES[frame.decoded.opcodes[frame.ip - 1]]
        return name

    @property
    def oparg(self) -> int | None:
        """The argument of the instruction; None when it has none."""
        frame = self._live
        opcode = frame.decoded.opcodes[frame.ip - 1]
        return frame.decoded.opargs[frame.ip - 1] if opcode >= TABLE.HAVE_ARGUMENT else None

    @property
    def offset(self) -> Offset:
        """Where the instruction is in its code, in bytes."""
        frame = self._live
        return frame.decoded.offsets[frame.ip - 1]

    @property
    def value_stack(self) -> tuple[object, ...]:
        """The frame's value stack, the bottom first; what is None there may be CPython's NULL."""
        return tuple(None if value is NULL else value for value in self._live.stack)

    def skip(self, steps: int) -> None:
        """Do not tell this plugin of the next steps of the thread.

        Raises:
            PluginError: It is no positive number.
        """
        if type(steps) is not int or steps < 1:
            raise PluginError(f"skip({steps!r}): pass a positive number of steps")
        left = steps + 1

        def skips(_frame: Frame) -> bool:
            nonlocal left
            left -= 1
            return left > 0

        self._skip(skips)

    def skip_line(self) -> None:
        """Do not tell this plugin of the rest of the line: of the next steps of the thread in this frame and line."""
        number, line = self.number, self.line_number

        def skips(frame: Frame) -> bool:
            return frame.record.number == number and frame.decoded.positions[frame.ip - 1][0] in {line, None}

        self._skip(skips)

    def skip_function(self) -> None:
        """Do not tell this plugin of the rest of this call: of any step of the thread until the frame is left."""
        number, depth = self.number, self.depth

        def skips(frame: Frame) -> bool:
            frames = frame.record.thread.frames
            return len(frames) > depth and frames[depth].number == number

        self._skip(skips)

    def _skip(self, skips: Skip) -> None:
        self._skips[self.thread] = skips


class LiveCall(LiveFrame):
    """A frame that starts, or goes on.

    Attributes:
        is_resumed: Whether it was suspended, as a generator or coroutine, and goes on.
    """

    __slots__ = ("is_resumed",)

    def __init__(self, frame: Frame, *, is_resumed: bool) -> None:
        super().__init__(frame)
        self.is_resumed = is_resumed


class LiveReturn(LiveFrame):
    """A frame that is left.

    Attributes:
        kind: How it is left.
    """

    __slots__ = ("kind",)

    def __init__(self, frame: Frame, kind: LeaveKind) -> None:
        super().__init__(frame)
        self.kind = kind

    @property
    def depth(self) -> int:
        """How many frames of the program are below it in its thread."""
        return len(self._live.record.thread.frames)

    @property
    def value(self) -> object:
        """What it returns or yields; None if it does neither."""
        frame = self._live
        return frame.result if self.kind in {LeaveKind.RETURNED, LeaveKind.YIELDED} else None


class LiveException(LiveFrame):
    """An exception in a frame."""

    __slots__ = ("_error",)

    def __init__(self, frame: Frame, error: BaseException) -> None:
        super().__init__(frame)
        self._error: BaseException | None = error

    def end(self) -> None:
        """Let go of the frame and the exception, when the hook has returned."""
        super().end()
        self._error = None

    @property
    def error(self) -> BaseException:
        """The exception."""
        self._live  # noqa: B018 - which raises when it is over
        assert self._error is not None
        return self._error
