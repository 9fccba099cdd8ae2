"""A step: an immutable view of what one instruction did and of the state just after it."""

from functools import cached_property, wraps
from typing import TYPE_CHECKING, TypeVar

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import CodeInfo, InstructionInfo
from calcharo_vm.recording.layouts import MACHINERY_NAMES
from calcharo_vm.recording.plain import PlainValues, heap_object, reachable
from calcharo_vm.recording.state import FrameState, State
from calcharo_vm.recording.values import (
    CallInfo,
    Condition,
    Evaluation,
    ExceptionSnapshot,
    HeapKind,
    HeapObject,
)
from calcharo_vm.types import LineNumber, Offset, StepIndex, ThreadId

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.recording.recording import Recording

_CLASS_MACHINERY = frozenset(
    {"__module__", "__qualname__", "__firstlineno__", "__classdict__", "__static_attributes__"}
)


_CONTRADICTIONS = (AssertionError, AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
_Value = TypeVar("_Value")


def _guarded(read: "Callable[[ExecutionStep], _Value]") -> "Callable[[ExecutionStep], _Value]":
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
    @_guarded
    def value_stack(self) -> tuple[object, ...]:
        """The value stack of the step's frame, bottom first, as plain values."""
        state = self._state
        plain = PlainValues(state)
        return tuple(plain.of(word) for word in state.frames[state.executing].stack)

    @property
    @_guarded
    def variables_state(self) -> dict[str, object]:
        """The variables of the step's frame by name, as plain values; unbound ones are left out."""
        state = self._state
        words = variable_words(state, state.frames[state.executing])
        plain = PlainValues(state)
        return {name: plain.of(word) for name, word in words.items()}

    @property
    @_guarded
    def globals_state(self) -> dict[str, object]:
        """The global variables of the step's module by name, as plain values."""
        state = self._state
        plain = PlainValues(state)
        entries = _module_words(state, state.frames[state.executing].globals)
        return {str(name): plain.of(word) for name, word in entries.items()}

    @property
    @_guarded
    def call_stack(self) -> tuple[CallInfo, ...]:
        """The functions that were being executed, outermost first; the step's own is the last."""
        state = self._state
        plain = PlainValues(state)
        return tuple(_call(state, frame, plain) for frame in state.call_frames())

    @property
    @_guarded
    def heap(self) -> dict[int, HeapObject]:
        """The objects that the frames of the call stack and their globals lead to, by oid."""
        state = self._state
        roots = [word for frame in state.call_frames() for word in frame.words()]
        return {oid: heap_object(oid, state) for oid in reachable(state, roots)}

    @property
    @_guarded
    def stdout_snapshot(self) -> str:
        """What had been written to standard output."""
        return self._recording.stdout[: self._state.written[0]]

    @property
    @_guarded
    def stderr_snapshot(self) -> str:
        """What had been written to standard error."""
        return self._recording.stderr[: self._state.written[1]]

    @property
    @_guarded
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The values of the expressions whose evaluation this step finished."""
        state = self._state
        if state.pushed is None or state.raised is not None:
            return ()
        word, words = state.pushed
        instruction = state.journal.instructions[word]
        values = [each for each in words if each is not state.journal.null]
        if not instruction.is_expression or not values or instruction.opname == "STORE_FAST_LOAD_FAST":
            return ()
        # Of two values pushed, the position is that of the first; a method's receiver is the second.
        value = PlainValues(state).of(values[0])
        return (Evaluation(instruction.line, instruction.column, instruction.end_line, instruction.end_column, value),)

    @property
    @_guarded
    def condition(self) -> Condition | None:
        """What a conditional jump tested and whether it jumped; None for other instructions and when it raised."""
        if not self._instruction.is_condition:
            return None
        state = self._state
        if state.raised is not None or not state.popped:
            return None
        value, frame = PlainValues(state).of(state.popped[-1]), state.executing
        taken = self._recording.branch_taken(self.index, frame)  # from here on, `state` may be another step's
        return None if taken is None else Condition(value, taken)

    @property
    @_guarded
    def exception(self) -> ExceptionSnapshot | None:
        """The exception that this step raised, or None."""
        raised = self._state.raised
        return None if raised is None else ExceptionSnapshot(*raised)

    @property
    @_guarded
    def memory_bytes(self) -> int:
        """The resident memory of the process at the last sample."""
        return int(self._state.sample[0])  # type: ignore[call-overload,no-any-return]

    @property
    @_guarded
    def cpu_time(self) -> float:
        """The CPU time of the thread, in seconds, at the last sample."""
        return float(self._state.sample[1])  # type: ignore[arg-type]


def variable_words(state: State, frame: FrameState) -> dict[str, object]:
    """The words of a frame's variables by name; unbound ones are left out."""
    words: dict[str, object] = {}
    code = state.journal.codes[frame.code]
    if code.is_namespace:
        entries = _module_words(state, frame.globals if frame.namespace is None else frame.namespace)
        hidden = frozenset[str]() if frame.namespace is None else _CLASS_MACHINERY
        words.update((name, word) for name, word in entries.items() if type(name) is str and name not in hidden)
    words.update(_slots(state, frame, range(len(code.slots))))
    return words


def _module_words(state: State, namespace: int) -> dict[object, object]:
    """The words of a namespace by name, without what every module is born with."""
    words = {name: word for name, word in state.heap[namespace].table.items() if name not in MACHINERY_NAMES}
    annotations = words.get("__annotations__")
    if type(annotations) is range:
        thing = state.heap[annotations.stop]
        if thing.kind is HeapKind.DICT and not thing.table:
            del words["__annotations__"]
    return words


def argument_words(state: State, frame: FrameState) -> dict[str, object]:
    """The words of a frame's parameters by name; unbound ones are left out."""
    return _slots(state, frame, range(state.journal.codes[frame.code].parameters))


def _call(state: State, frame: FrameState, plain: PlainValues) -> CallInfo:
    code = state.journal.codes[frame.code]
    arguments = {name: plain.of(word) for name, word in argument_words(state, frame).items()}
    line = state.journal.instructions[frame.word].line if frame.word >= 0 else code.first_line
    return CallInfo(code.function, code.filename, line, arguments)


def _slots(state: State, frame: FrameState, slots: range) -> dict[str, object]:
    """The words of fast local slots by name, cells opened, unbound ones left out."""
    code, null = state.journal.codes[frame.code], state.journal.null
    words: dict[str, object] = {}
    for slot in slots:
        word = frame.fast[slot]
        if slot in code.cells and type(word) is range and state.heap[word.stop].kind is HeapKind.CELL:
            content = state.heap[word.stop].items
            word = content[0] if content else null
        if word is not null:
            words[code.slots[slot]] = word
    return words
