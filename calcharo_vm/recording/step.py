"""A step: an immutable view of what one instruction did and of the state just after it."""

from functools import cached_property, wraps
from typing import TYPE_CHECKING, TypeVar

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.evaluation import condition_at, evaluations_at
from calcharo_vm.recording.frame_info import frame_info, module_words, variable_words
from calcharo_vm.recording.heap import Heap
from calcharo_vm.recording.journal import LINE, CodeInfo, InstructionInfo
from calcharo_vm.recording.plain import PlainValues, heap_object
from calcharo_vm.recording.state import State
from calcharo_vm.recording.values import CallInfo, Condition, Evaluation, ExceptionEvent, ExceptionState
from calcharo_vm.types import LineNumber, Offset, StepIndex, ThreadId

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.recording.recording import Recording

_RAISING_AGAIN = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})
_BEGINNING_TO_HANDLE = frozenset({"PUSH_EXC_INFO", LINE})
_CONTRADICTIONS = (AssertionError, AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
_Value = TypeVar("_Value")


def guarded(read: "Callable[[ExecutionStep], _Value]") -> "Callable[[ExecutionStep], _Value]":
    """Makes reading a property say so when a stored recording contradicts itself."""

    @wraps(read)
    def guarded(step: "ExecutionStep") -> _Value:
        try:
            return read(step)
        except _CONTRADICTIONS as error:
            message = f"step {step.index} of the recording contradicts itself ({error!r}): record again"
            raise RecordingFormatError(message) from error

    return guarded


class ExecutionStep:
    """One executed instruction and the state just after it, as the frame that executed it saw it.

    Values are fresh plain copies: changing one changes nothing in the recording.

    Attributes:
        index: The place of the step in the recording, from 0.
    """

    __slots__ = ("__dict__", "_recording", "index")

    index: StepIndex
    _recording: "Recording"

    def __init__(self, recording: "Recording", index: StepIndex) -> None:
        object.__setattr__(self, "_recording", recording)
        object.__setattr__(self, "index", index)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a step cannot be changed, so its {name} cannot be set")

    def __repr__(self) -> str:
        return f"<ExecutionStep {self.index}: {self.function} line {self.line_number} {self.opname}>"

    @guarded
    def __str__(self) -> str:
        """The step in one line: its number, function, source line, what happened, and the variables."""
        from calcharo_vm.recording.summary import text_of  # noqa: PLC0415 - who does not print pays nothing

        return text_of(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExecutionStep):
            return NotImplemented
        return self._recording is other._recording and self.index == other.index

    def __hash__(self) -> int:
        return hash((id(self._recording), self.index))

    # --- the instruction -------------------------------------------------------------------------

    @cached_property
    def _instruction(self) -> InstructionInfo:
        return self._recording.journal.instruction(self.index)

    @property
    def _code(self) -> CodeInfo:
        return self._recording.journal.codes[self._instruction.code]

    @property
    def thread(self) -> ThreadId:
        """The number of the thread, 0 for the first."""
        return self._recording.journal.thread(self.index)

    @property
    def filename(self) -> str:
        """The file of the code."""
        return self._code.filename

    @property
    def function(self) -> str:
        """The qualified name of the code, `<module>` for a module."""
        return self._code.function

    @property
    def line_number(self) -> LineNumber | None:
        """The line the instruction was compiled from, None where CPython has none."""
        return self._instruction.line

    @property
    def end_line_number(self) -> LineNumber | None:
        """The last line of the instruction's source text."""
        return self._instruction.end_line

    @property
    def column(self) -> int | None:
        """Where the instruction's source text starts, in UTF-8 bytes from 0."""
        return self._instruction.column

    @property
    def end_column(self) -> int | None:
        """One past where the instruction's source text ends."""
        return self._instruction.end_column

    @property
    def opname(self) -> str:
        """The name of the opcode, as `dis` writes it."""
        return self._instruction.opname

    @property
    def oparg(self) -> int | None:
        """The argument of the opcode, None when it has none."""
        return self._instruction.oparg

    @property
    def offset(self) -> Offset:
        """Where the instruction lies in its code, in bytes, as `dis` prints it."""
        return self._instruction.offset

    # --- the state after it ----------------------------------------------------------------------

    @property
    def _state(self) -> State:
        return self._recording.state_after(self.index)

    @property
    @guarded
    def value_stack(self) -> tuple[object, ...]:
        """The value stack of the step's frame, bottom first, as plain values."""
        state = self._state
        plain = PlainValues(state)
        return tuple(plain.of(word) for word in state.frames[state.executing].stack)

    @property
    @guarded
    def variables_state(self) -> dict[str, object]:
        """The variables of the step's frame by name, as plain values; unbound ones are left out."""
        state = self._state
        words = variable_words(state, state.frames[state.executing])
        plain = PlainValues(state)
        return {name: plain.of(word) for name, word in words.items()}

    @property
    @guarded
    def globals_state(self) -> dict[str, object]:
        """The global variables of the step's module by name, as plain values."""
        state = self._state
        plain = PlainValues(state)
        entries = module_words(state, state.frames[state.executing].globals)
        return {str(name): plain.of(word) for name, word in entries.items()}

    @property
    @guarded
    def call_stack(self) -> tuple[CallInfo, ...]:
        """The functions that were being executed, outermost first; the step's own is the last."""
        state = self._state
        plain = PlainValues(state)
        return tuple(frame_info(state, frame, plain) for frame in state.call_frames())

    @property
    @guarded
    def frames(self) -> dict[int, CallInfo]:
        """All frames by number: those of every thread's stack, and those of generators and coroutines that wait."""
        state = self._state
        plain = PlainValues(state)
        return {frame.number: frame_info(state, frame, plain) for frame in state.shown_frames()}

    @property
    @guarded
    def heap(self) -> Heap:
        """The objects that the frames of the call stack and their globals lead to, by oid.

        A generator or coroutine leads to what its own frame holds.
        """
        state = self._state
        called = state.call_frames()
        found = state.reachable([word for frame in called for word in frame.words()])
        objects = [heap_object(oid, state) for oid in found]
        waiting = [state.frames[each.frame] for each in objects if each.frame is not None]
        plain = PlainValues(state)
        shown = dict.fromkeys((*waiting, *called))
        return Heap(objects, (frame_info(state, frame, plain) for frame in shown))

    @property
    @guarded
    def heap_bytes(self) -> int:
        """Roughly how much memory all objects take that are recorded, by the sizes of CPython's own types."""
        return sum(thing.size for thing in self._state.heap.values())

    @property
    @guarded
    def stdout_snapshot(self) -> str:
        """What had been written to standard output."""
        return self._recording.stdout[: self._state.written[0]]

    @property
    @guarded
    def stderr_snapshot(self) -> str:
        """What had been written to standard error."""
        return self._recording.stderr[: self._state.written[1]]

    @property
    @guarded
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The values of the expressions whose evaluation this step finished."""
        return evaluations_at(self._recording, self.index)

    @property
    @guarded
    def condition(self) -> Condition | None:
        """What a conditional jump tested and whether it jumped; None for other instructions and when it raised."""
        return condition_at(self._recording, self.index) if self._instruction.is_condition else None

    @property
    @guarded
    def exception(self) -> ExceptionEvent | None:
        """The exception that this step raised or raised again, or whose handler starts with it; or None."""
        state = self._state
        event = state.raised or (state.handling if self.opname in _BEGINNING_TO_HANDLE else None)
        if event is None or (event is not state.raised and event.caught_in != state.executing):
            return None
        codes = state.journal.codes
        how = ExceptionState.HANDLED
        if event is state.raised:
            is_again = event.is_again or self.opname in _RAISING_AGAIN
            how = ExceptionState.PROPAGATED if is_again else ExceptionState.RAISED
        catcher = state.frames.get(event.caught_in)
        return ExceptionEvent(
            event.type_name,
            event.message,
            state=how,
            oid=event.word.stop if type(event.word) is range else None,
            frame=event.frame,
            unwound=tuple(codes[code].function for code in event.unwound),
            caught_in=None if catcher is None else catcher.number,
            caught_by="" if catcher is None else codes[catcher.code].function,
        )

    @property
    @guarded
    def memory_bytes(self) -> int:
        """The resident memory of the process at the last sample."""
        return int(self._state.resident)  # type: ignore[call-overload,no-any-return]

    @property
    @guarded
    def cpu_time(self) -> float:
        """The CPU time of the thread, in seconds, at the last sample."""
        return float(self._state.seconds.get(self.thread, 0.0))  # type: ignore[arg-type]
