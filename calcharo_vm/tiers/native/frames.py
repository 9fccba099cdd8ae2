"""CPython's frames as the recorder reads frames, and what has to be known of their code objects."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, final

from calcharo_vm.code import decode
from calcharo_vm.code.decoded import RESUME_PLACE_MASK
from calcharo_vm.code.metadata import TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.observer import Leave
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from calcharo_vm.machine.signals import Signal
    from calcharo_vm.recording.frames import FrameRecord
    from calcharo_vm.recording.identity import Words


def _type_of_locals() -> type:
    return type(sys._getframe().f_locals)


_PROXY: Final = _type_of_locals() if sys.version_info >= (3, 13) else None
"""What CPython has for the slots of a frame, also of one with a namespace while a comprehension in it is executed."""
_TAKES_ALL_FOR_CELLS: Final = sys.version_info[:2] == (3, 13)
"""Whether asking CPython for a variable may crash it, that has no cell where another comprehension needs one."""
_OPTIMIZED: Final = 1
"""CO_OPTIMIZED: local variables are in slots."""
_RETURNING: Final = frozenset({"RETURN_VALUE", "RETURN_CONST"})
_PASSING_ON: Final = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})
_ITERATING: Final = frozenset({"FOR_ITER", "SEND", "END_SEND", "END_FOR", "POP_ITER", "INSTRUMENTED_LINE"})
"""What is told to raise StopIteration when an iterator has nothing more, although it does not."""


@final
class NativeCode:
    """A code object of the program.

    Attributes:
        code: The code object.
        shares_variables: Whether closures share some of its variables.
    """

    __slots__ = ("_decoded", "_names", "_untellable", "code", "shares_variables")

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.shares_variables = bool(code.co_cellvars or code.co_freevars)
        self._decoded = decode(code)
        self._names = self._decoded.localsplus
        self._untellable = self._not_always_cells() if _TAKES_ALL_FOR_CELLS else frozenset[str]()

    @property
    def is_optimized(self) -> bool:
        """Whether local variables are in slots, and not in a namespace."""
        return bool(self.code.co_flags & _OPTIMIZED)

    def _not_always_cells(self) -> frozenset[str]:
        """The names that stand for a cell in one comprehension and for a value in another."""
        stored = zip(self._decoded.opcodes, self._decoded.opargs, strict=True)
        plain = frozenset(self._names[slot] for opcode, slot in stored if TABLE.OPNAMES[opcode] == "STORE_FAST")
        return plain & frozenset(self.code.co_cellvars)

    def index_of(self, host: FrameType) -> int:
        """The index of the instruction that a frame is at."""
        return self._decoded.index_at(max(host.f_lasti, 0))

    def is_thrown_into(self, host: FrameType) -> bool:
        """Whether a frame that is called is one of a generator that never began, and is only to be closed."""
        return self.index_of(host) < self._decoded.first_traceable

    def slots(self, host: FrameType) -> Words:
        """What the slots of a frame hold, NULL where there is nothing, or CPython does not tell."""
        if not self._names:
            return []
        # CPython 3.12 writes to the program's variables when it is asked for those of a comprehension in a namespace.
        if not self.is_optimized and (_PROXY is None or type(host.f_locals) is not _PROXY):
            return [NULL] * len(self._names)
        if self._untellable:
            found = host.f_locals
            return [NULL if name in self._untellable else found.get(name, NULL) for name in self._names]
        variables = dict(host.f_locals)
        return [variables.get(name, NULL) for name in self._names]

    def is_exhaustion(self, index: int, error: BaseException) -> bool:
        """Whether an exception is only how CPython tells that a loop has come to its end."""
        return isinstance(error, StopIteration) and self._opname(index) in _ITERATING

    def handles(self, index: int, error: BaseException) -> bool:
        """Whether a handler of the source takes over what an instruction raises.

        Handlers that only the compiler has put there pass everything on.
        """
        while (entry := self._decoded.handler_for(index)) is not None:
            name = self._opname(entry.target)
            if name == "PUSH_EXC_INFO" or (name == "END_ASYNC_FOR" and isinstance(error, StopAsyncIteration)):
                return True
            index = next(
                each for each in range(entry.target, len(self._decoded.opcodes)) if self._opname(each) in _PASSING_ON
            )
        return False

    def ending(self, index: int, raised_at: int) -> Signal:
        """How a frame is left that is at an instruction, and has raised since its line began at another one, or at -1.

        CPython 3.13 says of a frame that yields that it is where it will be resumed.
        """
        name = self._opname(index)
        if name in _RETURNING:
            return Leave.RETURNED
        is_yielding = name == "YIELD_VALUE" or (name == "RESUME" and self._decoded.opargs[index] & RESUME_PLACE_MASK)
        return Leave.SUSPENDED if is_yielding and index != raised_at else Leave.UNWOUND

    def _opname(self, index: int) -> str:
        return str(TABLE.OPNAMES[self._decoded.opcodes[index]])


@final
class NativeFrame:
    """A frame of the program that CPython executes, for as long as it may go on.

    CPython's own frame refers to this one, by its trace function, so this one refers to that only while it runs.

    Attributes:
        native: Its code object.
        host: CPython's frame; None while it is suspended, and when it is over.
        back: The frame of the program below it.
        locals: The namespace of a module, class body or exec, as long as it runs; None for functions.
        record: What is recorded of it.
        words: What is recorded of its slots.
        caught: Class and message of what its handlers took over last.
        is_raising: Whether an exception that none of its handlers takes over has been told.
        watched: The next frame below that may change while this one runs.
        is_blamed: Whether it was told to raise what something else has raised, and will be told to be left.
        raised_at: Where it was told to raise since its line began, -1 if it was not.
    """

    __slots__ = (
        "__weakref__",
        "_told",
        "back",
        "caught",
        "host",
        "is_blamed",
        "is_raising",
        "locals",
        "native",
        "raised_at",
        "record",
        "watched",
        "words",
    )

    stack: Final[list[object]] = []
    """Nobody tells what lies on a frame's value stack."""

    def __init__(
        self,
        native: NativeCode,
        host: FrameType,
        back: NativeFrame | None,
        told: Callable[[NativeFrame, FrameType, str, Any], Any],
    ) -> None:
        """`told` is called with each event of the frame."""
        self.native = native
        self.host: FrameType | None = host
        self.back = back
        self.locals: Any = None if native.is_optimized else host.f_locals
        self.record: FrameRecord
        self.words: Words = []
        self.caught: tuple[str, str] | None = None
        self.is_raising = False
        self.is_blamed = False
        self.raised_at = -1
        self.watched: Any = None
        self._told = told

    def trace(self, host: FrameType, event: str, argument: Any) -> Any:
        """The trace function of CPython's frame."""
        return self._told(self, host, event, argument)

    def pause(self) -> None:
        """Takes note that it runs no more, or not for now."""
        self.host = self.back = self.watched = self.locals = None

    @property
    def code(self) -> CodeType:
        """The code object."""
        return self.native.code

    @property
    def shares_variables(self) -> bool:
        """Whether other functions may have bound its variables."""
        return self.native.shares_variables

    @property
    def ip(self) -> int:
        """The index after that of the instruction it is at."""
        return self.native.index_of(self._running) + 1

    @property
    def globals(self) -> dict[str, Any]:
        """The global namespace."""
        return self._running.f_globals

    @property
    def fast(self) -> Words:
        """What its slots hold at present."""
        return self.native.slots(self._running)

    @property
    def _running(self) -> FrameType:
        assert self.host is not None, "only frames that run are looked at"
        return self.host
