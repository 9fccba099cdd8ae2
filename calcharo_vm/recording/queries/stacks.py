"""Which step put a value where it lies on the value stack of a frame."""

from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import InstructionInfo
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_LOGS_KEPT: Final = 8


@attrs.frozen
class Push:
    """A step that replaced what lay on a frame's stack from some place on.

    Attributes:
        step: The step, which another frame may have executed, such as one that returned.
        frame: The frame.
        number: The instruction that the frame was at.
        base: The place of the first value pushed.
        count: How many values were pushed.
        is_handler: Whether a handler took over, and an exception was pushed.
    """

    step: StepIndex
    frame: int
    number: int
    base: int
    count: int
    is_handler: bool


class Stacks:
    """Finds pushes, chunk by chunk backwards."""

    def __init__(self, recording: "Recording") -> None:
        self._recording = recording
        self._logs: dict[int, dict[int, list[Push]]] = {}

    def push_of(self, frame: int, place: int, step: StepIndex) -> Push | None:
        """The push of what lay at a place of a frame's stack before a step."""
        journal, table = self._recording.journal, self._recording.frames
        entered = journal.chunk_of(table.entered[frame])
        for chunk in range(journal.chunk_of(step), entered - 1, -1):
            for push in reversed(self._log(chunk).get(frame, ())):
                if push.step < step and push.base <= place < push.base + push.count:
                    return push
        return None  # pragma: no cover - whatever lies on a stack has been pushed

    def _log(self, chunk: int) -> dict[int, list[Push]]:
        if chunk not in self._logs:
            self._logs[chunk] = _ChunkLog(self._recording, chunk).pushes
            if len(self._logs) > _LOGS_KEPT:
                del self._logs[next(iter(self._logs))]
        return self._logs[chunk]


class _ChunkLog:
    """The pushes of one chunk, found by following the lengths of the stacks."""

    def __init__(self, recording: "Recording", chunk: int) -> None:
        self._recording = recording
        self._journal = journal = recording.journal
        self.pushes: dict[int, list[Push]] = {}
        start, columns = journal.starts[chunk], journal.columns(chunk)
        self._take_over(start)
        at = 0
        for step, end in enumerate(columns.ends, start):
            self._begin(step)
            while at < end:
                at = self._apply(journal.chunks[chunk], at, step)
            running = self._threads.get(columns.threads[step - start])
            if running:
                self._depths[running[-1]] = self._lengths[running[-1]]
            at = end + 1

    def _take_over(self, start: StepIndex) -> None:
        """Takes over the stacks before the first step."""
        state = self._recording.state_after(start - 1) if start else None
        frames = {} if state is None else state.frames
        self._threads = {} if state is None else {thread: list(stack) for thread, stack in state.threads.items()}
        self._thread = 0 if state is None else state.thread
        self._lengths = {number: len(frame.stack) for number, frame in frames.items()}
        self._depths = {number: frame.depth for number, frame in frames.items()}
        self._bases = {number: frame.base for number, frame in frames.items()}
        self._numbers = {number: frame.word for number, frame in frames.items()}
        self._handled: set[int] = set()

    def _begin(self, step: StepIndex) -> None:
        self._handled = set()
        self._executing = self._recording.frames.executing(step)
        self._instruction = self._journal.word(step)
        if self._executing in self._lengths:
            self._place(self._executing)

    def _place(self, frame: int) -> None:
        self._numbers[frame] = self._instruction
        self._bases[frame] = self._depths[frame] - self._journal.instructions[self._instruction].pops

    def _apply(self, words: tuple[object, ...], at: int, step: StepIndex) -> int:
        operation: int = words[at]  # type: ignore[assignment] # an operation is an int
        operand: int = words[at + 1]  # type: ignore[assignment] # of those that are looked at
        stack = self._threads.setdefault(self._thread, [])
        if operation <= ops.MOST_PUSHES:
            self._push(step, stack[-1], self._bases[stack[-1]], operation)
        elif operation == ops.STACK:
            self._push(step, stack[-1], operand, words[at + 2])  # type: ignore[arg-type]
        elif operation == ops.STORE:
            self._lengths[stack[-1]] -= 1
        elif operation == ops.HANDLED:
            self._bases[stack[-1]] = min(self._bases[stack[-1]], operand)
            self._handled.add(stack[-1])
        elif operation == ops.ENTER:
            stack.append(operand)
            self._lengths[operand] = self._depths[operand] = self._bases[operand] = 0
            if operand == self._executing:
                self._place(operand)
        elif operation == ops.LEAVE:
            stack.pop()
        elif operation == ops.RESUME:
            stack.append(operand)
        elif operation == ops.THREAD:
            self._thread = operand
        return at + ops.length(words, at)

    def _push(self, step: StepIndex, frame: int, base: int, count: int) -> None:
        self._lengths[frame] = base + count
        if count:
            push = Push(step, frame, self._numbers[frame], base, count, frame in self._handled)
            self.pushes.setdefault(frame, []).append(push)


def moved_from(info: InstructionInfo, push: Push, ordinal: int) -> int | None:
    """Where a pushed value lay before, if its instruction only moved it or left it where it was."""
    place, top = push.base + ordinal, push.base + push.count - 1
    match info.opname:
        case "SWAP":
            return {push.base: top, top: push.base}.get(place, place)
        case "COPY":
            return top - (info.oparg or 0) if place == top else place
        case "END_SEND":
            return push.base + info.pops - 1
        case "PUSH_EXC_INFO":
            return push.base if place == top else None
        case "IMPORT_FROM" | "GET_LEN" | "MATCH_SEQUENCE" | "MATCH_MAPPING" | "MATCH_KEYS" | "CHECK_EXC_MATCH":
            return None if place == top else place
        case _:
            return None
