"""Questions about a recording, answered step by step while somebody wants to know."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_info import argument_words, variable_words
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.state import State
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_HEAP_WRITES = frozenset({ops.ITEMS, ops.KEY, ops.UNKEY, ops.TABLE, ops.FIELD, ops.UNFIELD, ops.FIELDS})
_NOT_THERE = object()


@attrs.frozen
class Write:
    """A step that bound or changed a variable.

    Attributes:
        step: The step.
        value: What the variable held after it, as a plain value.
    """

    step: ExecutionStep
    value: object


@attrs.frozen
class Call:
    """A call of a function.

    Attributes:
        step: The step that called it.
        function: The qualified name of the function.
        arguments: Its parameters when it started, as plain values.
        depth: How many functions were being executed already.
    """

    step: ExecutionStep
    function: str
    arguments: dict[str, object]
    depth: int


def history(recording: "Recording", name: str, function: str | None) -> Iterator[Write]:
    """Yields the steps that bound or changed a variable."""
    known: dict[int, object] = {}  # by frame
    for index in range(len(recording)):
        state = recording.state_after(index)
        frame = state.frames[state.executing]
        if function is None or state.journal.codes[frame.code].function == function:
            word = variable_words(state, frame).get(name, _NOT_THERE)
            if word is _NOT_THERE:
                known.pop(frame.number, None)
            elif frame.number not in known or not _same(known[frame.number], word):
                known[frame.number] = word
                yield Write(recording[index], PlainValues(state).of(word))
                continue
        written = _written(recording, index)
        for word in {word for number, word in known.items() if type(word) is range and word.stop in written}:
            yield Write(recording[index], PlainValues(recording.state_after(index)).of(word))
        for number in [number for number in known if number not in state.frames]:
            del known[number]


def _same(one: object, other: object) -> bool:
    """Returns whether two words are the same value of the same type."""
    return type(one) is type(other) and (one is other or repr(one) == repr(other))


def _written(recording: "Recording", index: StepIndex) -> set[object]:
    """The objects whose content a step changed."""
    return {operands[0] for operation, operands in recording.journal.operations(index) if operation in _HEAP_WRITES}


def _writes(recording: "Recording", index: StepIndex, word: object) -> bool:
    """Returns whether a step changed the content of the object that a word stands for."""
    return type(word) is range and word.stop in _written(recording, index)


def last_write(recording: "Recording", step: StepIndex, target: str | Oid) -> ExecutionStep | None:
    """The last step, up to `step`, that bound or changed a variable of its frame, or changed an object."""
    if isinstance(target, int):
        indexes = (index for index in range(step, -1, -1) if _writes(recording, index, range(target)))
        return next((recording[index] for index in indexes), None)
    frame = recording.state_after(step).executing
    found = None
    before: object = _NOT_THERE
    for index in range(step + 1):
        state = recording.state_after(index)
        if frame not in state.frames:
            continue
        word = variable_words(state, state.frames[frame]).get(target, _NOT_THERE)
        if word is not _NOT_THERE and (not _same(before, word) or _writes(recording, index, word)):
            found = index
        before = word
    return None if found is None else recording[found]


def lines(recording: "Recording") -> Iterator[ExecutionStep]:
    """Yields the first step of each visit to a source line."""
    places: dict[int, tuple[int, int]] = {}  # by thread: frame and line
    journal = recording.journal
    for index in range(len(recording)):
        instruction = journal.instruction(index)
        state = recording.state_after(index)
        if instruction.line is None or instruction.opname == "RESUME":
            continue
        place = state.executing, instruction.line
        if places.get(state.step_thread) != place:
            places[state.step_thread] = place
            yield recording[index]


def calls(recording: "Recording") -> Iterator[Call]:
    """Yields each call of a function."""
    for index in range(len(recording)):
        entered = [operands[0] for operation, operands in recording.journal.operations(index) if operation == ops.ENTER]
        for number in entered:
            state = recording.state_after(index)
            frame = state.frames.get(number)  # type: ignore[call-overload]
            code = None if frame is None else state.journal.codes[frame.code]
            if code is not None and not code.is_namespace:
                plain = PlainValues(state)
                arguments = {name: plain.of(word) for name, word in argument_words(state, frame).items()}
                yield Call(recording[index], code.function, arguments, _depth(state, frame.number))


def _depth(state: State, frame: int) -> int:
    return next(stack.index(frame) for stack in state.threads.values() if frame in stack)
