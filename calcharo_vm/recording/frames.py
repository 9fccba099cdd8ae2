"""What the recorder keeps of each frame and thread while they run."""

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.plan import NOTHING, Plan


class Leave(Protocol):
    """How a frame is left."""

    @property
    def name(self) -> str:
        """RETURNED or UNWOUND; anything else means that the frame may go on."""
        ...


class ObservedFrame(Protocol):
    """What the recorder reads of the machine's frames, and the one slot it writes."""

    fast: list[object]
    stack: list[object]
    globals: dict[str, object]
    record: object

    @property
    def code(self) -> CodeType:
        """The program's own code object."""
        ...

    @property
    def locals(self) -> Mapping[str, object] | None:
        """The namespace of a module, class body or exec; None for functions."""
        ...

    @property
    def back(self) -> "ObservedFrame | None":
        """The frame that called this one."""
        ...


class FrameRecord:
    """What is recorded of a frame: the words on its stack and in its slots, and the instruction it is at."""

    __slots__ = (
        "abandoned",
        "act",
        "acts",
        "base",
        "fast",
        "held",
        "index",
        "namespaces",
        "number",
        "plan",
        "pops",
        "stack",
        "step_words",
        "thread",
    )

    def __init__(self, number: int, plan: Plan, thread: "ThreadRecord", abandoned: "Abandoned") -> None:
        self.number = number
        self.plan = plan
        self.step_words = plan.step_words
        self.pops = plan.pops
        self.acts = plan.acts
        self.thread = thread
        self.stack: Words = []
        self.fast: Words = []
        self.namespaces: Words = []
        self.base = 0
        self.index = 0
        self.act = NOTHING
        self.held: tuple[object, ...] | None = None
        self.abandoned = abandoned

    def __del__(self) -> None:
        # A suspended generator that nobody wants any more goes without a word; its frame takes this along.
        if self.fast or self.stack or self.namespaces:
            self.abandoned(self.number, [*self.stack, *self.fast, *self.namespaces])


Abandoned = Callable[[int, Words], None]
"""What is told that a suspended frame is gone, and which words it held."""


class ThreadRecord:
    """What is recorded of a thread: its frames, innermost last, and the step it is at."""

    __slots__ = ("frames", "number", "open")

    def __init__(self, number: int) -> None:
        self.number = number
        self.frames: list[FrameRecord] = []
        self.open: FrameRecord | None = None
        """The frame whose instruction is the thread's latest step, not complete yet."""
