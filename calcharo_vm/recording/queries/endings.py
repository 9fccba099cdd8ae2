"""How frames end: by returning something, or by an exception."""

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.queries.line_steps import how_left, is_line
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def is_unwound(recording: "Recording", frame: int, last: StepIndex) -> bool:
    """Returns whether it was an exception that ended a frame in its last step."""
    if is_line(recording, last):
        return how_left(recording, last, frame) == "UNWOUND"
    if recording.frames.executing(last) != frame:
        return True  # it ended while another frame executed
    left = [operands[0] for operation, operands in recording.journal.operations(last) if operation == ops.LEAVE]
    return left[0] == "UNWOUND"


def return_word(recording: "Recording", last: StepIndex, frame: int) -> object:
    """What a frame returned in its last step."""
    if recording.journal.instruction(last).opname == "RETURN_CONST":
        return next(words[0] for pushed, words in recording.journal.operations(last) if pushed == 1)
    return recording.state_after(last - 1).frames[frame].stack[-1]
