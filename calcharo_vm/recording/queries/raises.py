"""Exceptions: where each was raised, which functions it left and where it was caught."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from calcharo_vm.errors import RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.line_steps import is_line
from calcharo_vm.recording.queries.rows import Handling, Raise
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_Key: TypeAlias = tuple[int, StepIndex, int]
"""Chunk, step and place of an operation."""

_MOVES = frozenset({ops.ENTER, ops.LEAVE, ops.RESUME})
_RAISES = frozenset({ops.RAISED, ops.RAISED_AGAIN})
_PASSING_ON = frozenset({"RERAISE", "CLEANUP_THROW", "END_ASYNC_FOR"})
"""Opcodes that raise an exception which a handler has not caught."""


def raises(recording: "Recording", type_: str | type[BaseException] | None) -> Answer[Raise]:
    """The exceptions of a class of that name, or of any class if it is None."""
    name = type_.__name__ if isinstance(type_, type) else type_
    if name is not None and not isinstance(name, str):
        raise RecordingError(f"an exception's class or its name was wanted, not {type_!r}")

    def find(*, is_backwards: bool = False) -> Iterator[_Key]:
        chunks = recording.journal.chunks
        numbers = range(len(chunks))
        order = reversed(numbers) if is_backwards else numbers
        named = (number for number in order if name is None or name in chunks[number])
        for chunk in recording.chunk_index.chunks(Wanted(operations=frozenset({ops.RAISED})), named):
            found = [key for key in _raised_in(recording, chunk) if name in (None, _exception(recording, key)[0])]
            yield from reversed(found) if is_backwards else found

    return Answer(find, lambda key: _Flight(recording, key).row(), lambda: find(is_backwards=True))


def raised_first(recording: "Recording", step: StepIndex) -> StepIndex:
    """The step that raised the exception which a step raises, or passes on to a handler further out."""
    journal = recording.journal
    thread, last = journal.thread(step), journal.chunk_of(step)
    wanted = {_exception(recording, key) for key in _raised_at(recording, step)}
    keys = (key for chunk in range(last, -1, -1) for key in reversed(list(_raised_in(recording, chunk))))
    ours = (key for key in keys if key[1] <= step and journal.thread(key[1]) == thread)
    return next((key[1] for key in ours if _exception(recording, key) in wanted), step)


def _exception(recording: "Recording", key: _Key) -> tuple[str, str]:
    """Class and message that an operation says were raised."""
    words, at = recording.journal.chunks[key[0]], key[2]
    return str(words[at + 1]), str(words[at + 2])


def _raised_in(recording: "Recording", chunk: int) -> Iterator[_Key]:
    """Yields the operations of a chunk by which exceptions are raised, and not passed on."""
    chunks = recording.journal.chunks
    flying: dict[StepIndex, tuple[str, str]] = {}  # by step: what has just ended a frame
    moved: set[StepIndex] = set()  # in these, a frame has been entered or left
    for key in _moves_and_raises(recording, chunk):
        number, step, at = key
        operation = chunks[number][at]
        if operation in _RAISES:
            error = _exception(recording, key)
            is_new = (
                operation == ops.RAISED
                and flying.get(step) != error
                and (step in moved or not _is_passed_on(recording, key))
            )
            if is_new and number == chunk:
                yield key
            flying[step] = error
        elif operation != ops.LEAVE:
            flying.pop(step, None)
        if operation not in _RAISES:
            moved.add(step)


def _moves_and_raises(recording: "Recording", chunk: int) -> Iterator[_Key]:
    """Yields the operations of a chunk on frames and exceptions, behind those of earlier ones in the same steps."""
    wanted, threads = _MOVES | _RAISES, set()
    for thread, step, at in recording.chunk_index.marks_of_threads(chunk, wanted):
        if step == len(recording):  # which is not complete
            continue
        if thread not in threads:  # other threads may have gone on since its step began
            threads.add(thread)
            yield from (key for key in _parts(recording, step, wanted) if key[0] < chunk)
        yield chunk, step, at


def _parts(recording: "Recording", step: StepIndex, operations: frozenset[int]) -> list[_Key]:
    """Those of a step's operations that are wanted, in whichever chunks they are."""
    thread, index = recording.journal.thread(step), recording.chunk_index
    found: list[_Key] = []
    for chunk in range(recording.journal.chunk_of(step), -1, -1):  # from where the step ends to where it starts
        marks = index.marks_of_threads(chunk, operations)
        found[:0] = [(chunk, each, at) for _thread, each, at in marks if each == step]
        if thread in recording.journal.columns(chunk).threads[: max(step - recording.journal.starts[chunk], 0)]:
            break
    return found


def _raised_at(recording: "Recording", step: StepIndex) -> list[_Key]:
    """The operations by which a step raises."""
    return _parts(recording, step, frozenset({ops.RAISED}))


def _is_passed_on(recording: "Recording", key: _Key) -> bool:
    """Returns whether the instruction of a step raises what a handler before it has not caught."""
    instructions, number = recording.journal.instructions, recording.journal.word(key[1])
    type_name, message = _exception(recording, key)
    is_converted = type_name == "RuntimeError" and " raised Stop" in message  # of what leaves a generator
    is_new = is_converted and instructions[number - 1].opname == "CALL_INTRINSIC_1"
    return instructions[number].opname in _PASSING_ON and not is_new


class _Flight:
    """Follows one exception."""

    def __init__(self, recording: "Recording", key: _Key) -> None:
        self._recording = recording
        self._key = key
        self._exception = _exception(recording, key)
        self._left: list[str] = []

    def row(self) -> Raise:
        """The row of the exception."""
        recording, step = self._recording, self._recording[self._key[1]]
        function = self._function(self._stack(self._key)[-1])
        handling, caught = self._follow(self._key)
        handler = None if caught is None else recording[caught]
        return Raise(step, *self._exception, function, tuple(self._left), handling, handler)

    def _function(self, frame: int) -> str:
        return self._recording.journal.codes[self._recording.frames.codes[frame]].function

    def _stack(self, key: _Key) -> list[int]:
        """The frames of its thread where it is raised."""
        recording, (chunk, step, at) = self._recording, key
        own, index = recording.journal.thread(step), recording.chunk_index
        after = index.step(chunk, at)
        before = recording.state_after(after - 1).threads if after else {}
        stack = list(before.get(own, ()))
        for thread, _step, place in index.marks_of_threads(chunk, _MOVES):
            if thread == own and place < at and index.step(chunk, place) == after:
                _move(stack, recording.journal.chunks[chunk], place)
        return stack

    def _follow(self, key: _Key) -> tuple[Handling, StepIndex | None]:
        """What becomes of it from where it is raised, or passed on, in a frame."""
        recording, stack = self._recording, self._stack(key)
        level = len(stack)
        goes_on = len(recording)  # the step at which the innermost frame goes on as if nothing had happened
        for chunk, step, at in self._events(key):
            words = recording.journal.chunks[chunk]
            if step >= goes_on:
                break
            if words[at] == ops.HANDLED and len(stack) == level:
                if is_line(recording, step):
                    return self._handled_on_line(stack[-1], (chunk, step, at))
                return self._handled(stack[-1], step, words[at + 1])  # type: ignore[arg-type]
            if words[at] in _RAISES and len(stack) == level:
                if _exception(recording, (chunk, step, at)) != self._exception:
                    return Handling.CAUGHT_OUTSIDE, None
                goes_on = len(recording)
            innermost = _move(stack, words, at)
            if len(stack) < level:
                level = len(stack)
                self._left.append(self._function(innermost))
                if not stack:
                    return Handling.UNCAUGHT, None
                goes_on = next(self._steps(stack[-1], step + 1), len(recording))
        return (Handling.UNCAUGHT if goes_on == len(recording) else Handling.CAUGHT_OUTSIDE), None

    def _events(self, key: _Key) -> Iterator[_Key]:
        """Yields the operations on its thread after the one that raises it."""
        recording = self._recording
        own, wanted = recording.journal.thread(key[1]), _MOVES | _RAISES | {ops.HANDLED}
        for chunk in range(key[0], len(recording.journal.chunks)):
            for thread, step, at in recording.chunk_index.marks_of_threads(chunk, wanted):
                if thread == own and (chunk, at) > (key[0], key[2]) and step < len(recording):
                    yield chunk, step, at

    def _handled(self, frame: int, handled: StepIndex, depth: int) -> tuple[Handling, StepIndex | None]:
        """What becomes of it from where a handler of a frame takes over, when so much of the stack was kept."""
        recording, journal = self._recording, self._recording.journal
        error = recording.state_after(handled).frames[frame].stack[-1]
        caught: StepIndex | None = None
        for step in self._steps(frame, handled + 1):
            info = journal.instruction(step)
            if caught is None and info.line is not None:
                caught = step
            if info.opname == "CHECK_EXC_MATCH" and recording.state_after(step - 1).frames[frame].stack[-2] == error:
                caught = step  # the clause that matches is the last one that is tried
            if info.opname in _PASSING_ON and recording.state_after(step - 1).frames[frame].stack[-1] == error:
                raised = _raised_at(recording, step)
                if raised:
                    return self._follow(raised[0])
                break
            if info.opname == "POP_EXCEPT" and len(recording.state_after(step).frames[frame].stack) <= depth + 1:
                break
        return (Handling.CAUGHT_OUTSIDE if caught is None else Handling.CAUGHT), caught

    def _handled_on_line(self, frame: int, key: _Key) -> tuple[Handling, StepIndex | None]:
        """What becomes of it from where a handler of a frame takes over, where steps are lines.

        The handler has caught it unless it says that it passes it on.
        """
        recording = self._recording
        stack = self._stack(key)
        level = len(stack)
        for chunk, step, at in self._events(key):  # pragma: no branch - it ends only with a run that was cut short
            words = recording.journal.chunks[chunk]
            if words[at] == ops.RAISED_AGAIN and len(stack) == level:
                return self._follow((chunk, step, at))
            _move(stack, words, at)
            if len(stack) < level:
                break
        caught = next(self._steps(frame, key[1] + 1), None)
        return (Handling.CAUGHT_OUTSIDE if caught is None else Handling.CAUGHT), caught

    def _steps(self, frame: int, start: StepIndex) -> Iterator[StepIndex]:
        """Yields the steps of a frame from one on."""
        return self._recording.frames.steps(frame, start, len(self._recording))


def _move(stack: list[int], words: tuple[object, ...], at: int) -> int:
    """Enters or leaves a frame, and returns which was innermost."""
    innermost = stack[-1] if stack else NONE
    if words[at] == ops.LEAVE:
        stack.pop()
    elif words[at] in (ops.ENTER, ops.RESUME):
        stack.append(words[at + 1])  # type: ignore[arg-type]
    return innermost
