"""What steps that are lines bind: their instructions do not tell, but their words do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import LINE, Journal
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def line_instructions(journal: Journal) -> frozenset[int]:
    """The instructions whose steps are lines: all of a journal, or none."""
    return frozenset(number for number, info in enumerate(journal.instructions) if info.opname == LINE)


def is_line(recording: "Recording", step: StepIndex) -> bool:
    """Returns whether a step is a line."""
    return recording.journal.instruction(step).opname == LINE


def slots_set(recording: "Recording", step: StepIndex) -> Iterator[tuple[int, int]]:
    """Yields the numbers of frames and slots that got another value in a step that is a line."""
    for operation, operands in recording.journal.operations(step):
        if operation == ops.SLOT:
            frame, slot, _word = operands
            yield frame, slot  # type: ignore[misc] # they are numbers


def how_left(recording: "Recording", step: StepIndex, frame: int) -> object:
    """The name of the way in which a frame was left for good in a step."""
    thread = recording.journal.thread(step)
    stack = list(recording.state_after(step - 1).threads.get(thread, ())) if step else []
    how: object = None
    for operation, operands in recording.journal.operations(step):
        if operation in (ops.ENTER, ops.RESUME):
            stack.append(operands[0])  # type: ignore[arg-type] # it is a number
        elif operation == ops.LEAVE and stack.pop() == frame:
            how = operands[0]
    return how
