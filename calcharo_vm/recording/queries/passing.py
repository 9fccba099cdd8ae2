"""Where on a stack lies what is passed as an argument, or stored in an object."""

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.queries.variables import same
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def operands(recording: "Recording", step: StepIndex, frame: int) -> tuple[int, list[object]]:
    """The operands of the instruction that a frame executed in a step: the place of the first, and the words."""
    stack = stack_before(recording, step, frame)
    base = len(stack) - recording.journal.instruction(step).pops
    return base, stack[base:]


def stack_before(recording: "Recording", step: StepIndex, frame: int) -> list[object]:
    """What lay on the stack of a frame before a step."""
    state = recording.state_after(step - 1) if step else None
    return [] if state is None or frame not in state.frames else state.frames[frame].stack


def argument_place(recording: "Recording", frame: int, slot: int) -> int | None:
    """Where on its caller's stack lay what a function got for a parameter; None when the caller did not give it."""
    table, step = recording.frames, recording.frames.entered[frame]
    caller = table.callers[frame]
    if caller == NONE or table.executing(step) != caller:
        return None
    got = passed_word(recording, frame, slot)
    base, words = operands(recording, step, caller)
    places = _positional(words, recording.journal.null)
    for at in (slot, slot - 1):  # a bound method's receiver, or a new instance, comes first
        if 0 <= at < len(places) and same(words[places[at]], got):
            return base + places[at]
    others = [at for at, word in enumerate(words) if same(word, got)]
    return base + others[0] if len(others) == 1 else None


def passed_word(recording: "Recording", frame: int, slot: int) -> object:
    """What a function got for a parameter."""
    return next(
        operands[5 + slot]
        for operation, operands in recording.journal.operations(recording.frames.entered[frame])
        if operation == ops.ENTER and operands[0] == frame
    )


def bound_method_place(recording: "Recording", frame: int) -> int | None:
    """Where on its caller's stack lay the bound method by which a function was called; None when that did not call."""
    table, step = recording.frames, recording.frames.entered[frame]
    caller = table.callers[frame]
    if caller == NONE or table.executing(step) != caller:
        return None
    base, words = operands(recording, step, caller)
    heap = recording.state_after(step - 1).heap
    is_method = [type(word) is range and heap[word.stop].kind is HeapKind.METHOD for word in words[:2]]
    return base + is_method.index(True) if True in is_method else None


def _positional(words: list[object], null: object) -> list[int]:
    """Which operands of a call are arguments: the receiver of a method, if there is one, comes first."""
    has_receiver = len(words) > 1 and words[0] is not null and words[1] is not null
    return [*([1] if has_receiver else []), *range(2, len(words))]


def stored_place(opname: str, words: list[object], slot: object, word: object) -> int | None:
    """Which operand an instruction stored in a slot of an object, where it holds a word now."""
    if opname in _FIRST:
        return 0
    if opname in _LAST:
        return len(words) - 1
    if opname in _EACH and isinstance(slot, int):
        return slot
    found = [at for at, operand in enumerate(words) if same(operand, word)]
    return found[-1] if found else None


_FIRST = frozenset({"STORE_SUBSCR", "STORE_ATTR"})
_LAST = frozenset({"LIST_APPEND", "SET_ADD", "MAP_ADD"})
_EACH = frozenset({"BUILD_LIST", "BUILD_TUPLE"})
"""Opcodes that store their first operand, their last, or each in its place."""
