"""What the recorder keeps of each frame and thread while they run."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import CodeType
from typing import Final, Protocol
from weakref import ref

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
    """What goes when the record of a suspended frame goes."""

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

    def take_top(self) -> Shade:
        """Takes the topmost object from the stack, which keeps its count."""
        self.places.pop()
        self.top = self.places[-1]
        return self.shades.pop()

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
        return [*self.shades[1:], *self.slots.values(), *self.namespaces]


_UNTRACKED: Final = (lambda: None).__code__
"""An object whose copies go last of all that they are garbage with.

The garbage collector tracks no code objects. Of all else that can tell of its end, it would say so before it
finalises a generator in the same garbage, which then runs once more to be closed.
"""


class Holdings:
    """What suspended frames hold, until they end or go, which happens without a word."""

    def __init__(self, abandoned: "Abandoned") -> None:
        """`abandoned` is told of the frames that go."""
        self._held: dict[int, tuple[ref[CodeType], Iterable[Shade], Mapping[int, Shade], list[Shade]]] = {}
        self._abandoned = abandoned

    def suspended(self, record: FrameRecord) -> None:
        """Prepares for the never being resumed of a frame that is suspended for the first time."""
        record.leash = leash = _UNTRACKED.replace()
        gone = ref(leash, partial(self._gone, record.number))
        self._held[record.number] = gone, record.shades, record.slots, record.namespaces

    def ended(self, record: FrameRecord) -> None:
        """Forgets a frame that goes on no more."""
        del self._held[record.number]
        record.leash = None

    def _gone(self, number: int, _leash: ref[CodeType]) -> None:
        _, shades, slots, namespaces = self._held.pop(number)
        self._abandoned(number, [*shades, *slots.values(), *namespaces])


Abandoned = Callable[[int, Words], None]
"""What is told that a suspended frame is gone, and which words it held."""


class ThreadRecord:
    """What is recorded of a thread: its frames, innermost last, and the word of the step it is at.

    Attributes:
        caught: The word of an exception that a handler has taken over, until that handler's first instruction.
        yielded: The object that a frame of compiled code has just yielded, which it held; None for a scalar.
    """

    __slots__ = ("caught", "frames", "number", "word", "yielded")

    def __init__(self, number: int) -> None:
        self.number = number
        self.frames: list[FrameRecord] = []
        self.caught: object = None
        self.yielded: Shade | None = None
        self.word = 0
        """What ends the thread's latest step, 0 when that is complete."""
