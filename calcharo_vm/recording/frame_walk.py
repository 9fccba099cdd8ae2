"""Makes the table of frames from a journal that came without one: of several threads, or out of a file."""

from array import array
from collections.abc import Iterable

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE, FrameTable
from calcharo_vm.recording.index import RUN_OPERATIONS, Index
from calcharo_vm.recording.journal import Journal
from calcharo_vm.types import StepIndex, ThreadId

_FOR_GOOD = frozenset({"RETURNED", "UNWOUND"})


def frame_table(journal: Journal, index: Index) -> FrameTable:
    """Makes the table of a journal.

    Raises:
        RecordingFormatError: The journal contradicts itself.
    """
    walk = _Walk(journal)
    try:
        for chunk in range(len(journal.chunks)):
            walk.take(chunk, index.marks(chunk, RUN_OPERATIONS))
    except (AssertionError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        message = f"the frames of the recording contradict each other ({error!r}): record again"
        raise RecordingFormatError(message) from error
    return walk.table


class _Walk:
    """Goes through the operations on frames."""

    def __init__(self, journal: Journal) -> None:
        self.table = FrameTable()
        self._journal = journal
        self._thread: ThreadId = 0
        self._stacks: dict[ThreadId, list[int]] = {}
        self._next: dict[ThreadId, int] = {}  # the frame of each thread's next step
        self._due: tuple[StepIndex, int] | None = None  # a turn that begins unless another thread goes on

    def take(self, chunk: int, marks: Iterable[tuple[StepIndex, int]]) -> None:
        """Takes note of a chunk's operations."""
        journal = self._journal
        words, first, threads = journal.chunks[chunk], journal.starts[chunk], journal.columns(chunk).threads
        by_step: dict[StepIndex, list[int]] = {}
        for step, at in marks:
            by_step.setdefault(step, []).append(at)
        for step, places in by_step.items():
            if step - first < len(threads):  # otherwise it was not completed
                self._take_step(step, threads[step - first], words, places)
        if self._due is not None and self._due[0] < first + len(threads):
            self._turn(*self._due)

    def _take_step(self, step: StepIndex, thread: ThreadId, words: tuple[object, ...], places: list[int]) -> None:
        if self._due is not None and self._due[0] < step:
            self._turn(*self._due)
        self._due = None
        executing = self._next.get(thread, NONE)
        for at in places:
            self._apply(step, words, at)
            if executing == NONE and self._thread == thread:
                executing = self._next.get(thread, NONE)
        self._turn(step, executing)
        stack = self._stacks.get(thread)
        if stack:
            self._next[thread] = stack[-1]
            self._due = step + 1, stack[-1]
        else:
            self._next.pop(thread, None)

    def _turn(self, step: StepIndex, frame: int) -> None:
        self._due = None
        if self.table.turns[-1:] != array("q", (frame,)):
            self.table.turns.extend((step, frame))

    def _apply(self, step: StepIndex, words: tuple[object, ...], at: int) -> None:
        operation, operand = words[at], words[at + 1]
        stack = self._stacks.setdefault(self._thread, [])
        if operation == ops.THREAD:
            self._thread = operand  # type: ignore[assignment]
        elif operation == ops.LEAVE:
            number = stack.pop()
            if operand in _FOR_GOOD:
                self.table.ends.extend((number, step))
        elif operation == ops.RESUME:
            stack.append(operand)  # type: ignore[arg-type]
            self._next.setdefault(self._thread, operand)  # type: ignore[arg-type]
        else:
            assert operand == len(self.table), "frames start in the order of their numbers"
            code, globals_, namespace = words[at + 2 : at + 5]
            caller, own = stack[-1] if stack else NONE, NONE if namespace is None else namespace
            self.table.entries.extend((code, caller, globals_, own, step))  # type: ignore[arg-type]
            stack.append(operand)
            self._next.setdefault(self._thread, operand)
