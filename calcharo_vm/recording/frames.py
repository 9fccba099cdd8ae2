"""What the recorder keeps of each frame and thread while they run."""

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Final, Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.identity import Shade, Words
from calcharo_vm.recording.plan import Held, Plan, Row
from calcharo_vm.recording.values import HeapKind


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
    ip: int
    globals: dict[str, object]
    record: "FrameRecord"  # set when the frame is entered

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


_NOBODY: Final = Shade(0, None, HeapKind.OPAQUE, 0)

CUT: Final = -(1 << 62)
"""The length of a stack that was journalled anew while its instruction executes."""


class FrameRecord:
    """What is recorded of a frame: the objects on its stack and in its slots, and the instruction it is at.

    Attributes:
        number: Its place in the order of frames.
        plan: What its instructions may change.
        row: The row of the instruction it is at, None when all that it did is journalled or it has not begun.
        length: The length of its stack before that instruction, or `CUT`.
        thread: The thread that executes it.
        top: Where on its stack the topmost recorded object lies, -1 when there is none.
        places: Where on its stack recorded objects lie, bottom first, after a -1.
        shades: The objects that lie there, after one that stands for nobody.
        slots: The recorded objects in its fast local slots.
        namespaces: Its globals, and its locals if it has a namespace for them.
        held: What the instruction it is at may change.
    """

    kept: int = 0
    """With `CUT`, how much of the stack is as the journal has it."""
    searches: int = 0
    """How many searches had been due when it was suspended."""
    variable_writes: int = 0
    """How often variables had been written from outside when it was suspended."""
    leash: object = None
    """What tells that a suspended frame is gone."""

    def __init__(self, number: int, plan: Plan, thread: "ThreadRecord") -> None:
        self.number = number
        self.plan = plan
        self.row: Row | None = None
        self.length = 0
        self.thread = thread
        self.top = -1
        self.places = [-1]
        self.shades: list[Shade] = [_NOBODY]
        self.slots: dict[int, Shade] = {}
        self.namespaces: list[Shade]
        self.held: Held = None

    def put(self, place: int, shade: Shade) -> None:
        """Takes note that an object lies on the stack."""
        self.places.append(place)
        self.shades.append(shade)
        self.top = place

    def take(self, base: int) -> list[Shade]:
        """Takes the objects from the stack that lie at `base` or above, the topmost first."""
        places, shades = self.places, self.shades
        gone = [shades.pop()]
        places.pop()
        while places[-1] >= base:
            places.pop()
            gone.append(shades.pop())
        self.top = places[-1]
        return gone

    def take_all(self) -> list[Shade]:
        """Takes all objects that the frame holds."""
        gone = [*self.shades[1:], *self.slots.values(), *self.namespaces]
        self.namespaces.clear()  # in place: the leash looks at it
        return gone

    def suspend(self, abandoned: "Abandoned", searches: int, variable_writes: int) -> None:
        """Prepares for never being resumed."""
        self.searches, self.variable_writes = searches, variable_writes
        if self.leash is None:
            self.leash = _Leash(self, abandoned)


class _Leash:
    """Goes when the record of a suspended frame goes, which happens without a word."""

    __slots__ = ("abandoned", "holdings", "number")

    def __init__(self, record: FrameRecord, abandoned: "Abandoned") -> None:
        self.number = record.number
        self.holdings = record.shades, record.slots, record.namespaces
        self.abandoned = abandoned

    def __del__(self) -> None:
        shades, slots, namespaces = self.holdings
        if namespaces:
            self.abandoned(self.number, [*shades, *slots.values(), *namespaces])


Abandoned = Callable[[int, Words], None]
"""What is told that a suspended frame is gone, and which words it held."""


class ThreadRecord:
    """What is recorded of a thread: its frames, innermost last, and the word of the step it is at.

    Attributes:
        caught: The word of an exception that a handler has taken over, until that handler's first instruction.
    """

    __slots__ = ("caught", "frames", "number", "word")

    def __init__(self, number: int) -> None:
        self.number = number
        self.frames: list[FrameRecord] = []
        self.caught: object = None
        self.word = 0
        """What ends the thread's latest step, 0 when that is complete."""
