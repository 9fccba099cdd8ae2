"""Jumps to another line: what a trace function asks for by setting `f_lineno` (CPython's `frame_lineno_set`).

A jump is found first, and made when the frame goes on: then its value stack is cut, and the handlers that it
leaves end one by one.
"""

from __future__ import annotations

import sys
import warnings
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

from calcharo_vm.code import stack_kinds
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.signals import ENTER_HANDLER, LEAVE_HANDLER, Signal
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from calcharo_vm.code import DecodedCode
    from calcharo_vm.code.stack_kinds import Kinds
    from calcharo_vm.machine.frame import Frame

_BINDS_UNBOUND = sys.version_info >= (3, 12)
"""Whether a jump binds None to unbound variables, as the compiler may have taken them for bound."""
_REFUSALS = {
    stack_kinds.TOO_DEEP[-1]: "stack is too deep to analyze",
    stack_kinds.UNREACHABLE: "can't jump into an exception handler, or code may be unreachable",
    stack_kinds.EXCEPTION: "can't jump into an 'except' block as there's no exception",
    stack_kinds.PREVIOUS: "can't jump into an 'except' block as there's no exception",
    stack_kinds.LASTI: "can't jump into a re-raising block as there's no location",
    stack_kinds.OBJECT: "incompatible stacks",
    stack_kinds.NULL: "incompatible stacks",
    stack_kinds.ITERATOR: "can't jump into the body of a for loop",
}
"""Why a frame cannot go on at an instruction, by the kind of the topmost value there."""
_OUTSIDE = (
    "can't jump from the 'call' trace event of a new frame"
    if sys.version_info < (3, 12)
    else "f_lineno can only be set in a trace function"
)
_OF_ANOTHER = "can only jump from a 'line' trace event"
_EXCEPTIONS = stack_kinds.PREVIOUS + stack_kinds.EXCEPTION
_MOST, _LEAST = (1 << 31) - 1, -(1 << 31)


class Jump(NamedTuple):
    """Where a frame goes on, and what it gives up for that."""

    target: int
    """The index of the instruction that is executed next."""
    depth: int
    """How many values stay on the stack."""
    handled: tuple[BaseException, ...]
    """The exceptions whose handlers the frame is in then."""


def jump_to_line(frame: Frame, line: int) -> Jump:
    """The jump to a line, or to the next one that has code, from the instruction that a frame is about to execute.

    Raises:
        ValueError: The frame's code has no such line, or it cannot be jumped to; CPython's own words.
    """
    decoded = frame.guest.decoded
    starts = _line_starts(decoded)
    line = _line_with_code(decoded, starts, line)
    kinds = stack_kinds.stack_kinds(decoded)
    here = kinds[frame.ip - 1 if frame.jump is None else frame.jump.target]
    target = _best_target(here, {index: kinds[index] for index, start in starts.items() if start == line})
    return Jump(target, len(kinds[target]), _handled_there(frame, here, kinds[target]))


def _handled_there(frame: Frame, here: Kinds, there: Kinds) -> tuple[BaseException, ...]:
    """The exceptions whose handlers a frame is in after a jump: what was saved becomes current when it is popped."""
    handlers = there.count(stack_kinds.PREVIOUS)
    if not handlers:
        return ()
    popped = range(len(there), len(here))
    saved = [frame.stack[place] for place in popped if here[place] in _EXCEPTIONS]
    current = saved[0] if saved else frame.handled[-1]
    if current is None:  # CPython has a handler without an exception then
        return frame.handled[:handlers]
    return *(*frame.handled, *[current] * handlers)[: handlers - 1], current


def _line_starts(decoded: DecodedCode) -> dict[int, int]:
    """The lines that begin with an instruction, by its index."""
    starts: dict[int, int] = {}
    last: int | None = None
    for index, (line, *_) in enumerate(decoded.positions):
        if line is not None and line != last:
            starts[index] = last = line
    return starts


def _line_with_code(decoded: DecodedCode, starts: dict[int, int], wanted: int) -> int:
    """The line that is wanted, or the next one that has code."""
    if not _LEAST <= wanted <= _MOST:
        raise ValueError("lineno out of range")
    if wanted < decoded.code.co_firstlineno:
        raise ValueError(f"line {wanted} comes before the current code block")
    line = min((start for start in starts.values() if start >= wanted), default=None)
    if line is None:
        raise ValueError(f"line {wanted} comes after the current code block")
    return line


def _best_target(here: Kinds, targets: dict[int, Kinds]) -> int:
    """The one of some instructions that keeps most of the stack."""
    possible = [index for index, there in targets.items() if stack_kinds.can_be_cut(here, there)]
    if not possible:
        raise ValueError(_refusal(here, next(iter(targets.values()))))
    return max(possible, key=lambda index: (len(targets[index]), stack_kinds.as_cpythons(targets[index])))


def _refusal(here: Kinds, there: Kinds) -> str:
    """Why a frame cannot go on where its stack would have to be as it is `there`."""
    if here is stack_kinds.TOO_DEEP:
        return "stack to deep to analyze"
    return _REFUSALS[there[-1]]


def plan_jump(frame: Frame, line: Any) -> None:
    """Has the frame whose event a trace function is told of go on at a line, when the function returns.

    Raises:
        ValueError: The frame cannot go on there, or not from this event; CPython's own words.
        RuntimeWarning: The program has made an error of the warning that variables are bound to None.
    """
    if type(line) is not int:
        raise ValueError("lineno must be an integer")
    told = frame.context.telling
    refusal = _OUTSIDE if told is None else told.refusal if told.frame is frame else _OF_ANOTHER
    if refusal:
        raise ValueError(refusal)
    jump = jump_to_line(frame, line)
    unbound = len(_unbound(frame))
    if unbound:
        noun = "local" if unbound == 1 else "locals"
        warnings.warn(f"assigning None to {unbound} unbound {noun}", RuntimeWarning, stacklevel=1)
    frame.jump = jump


def _unbound(frame: Frame) -> list[int]:
    """The variables that a jump binds."""
    return [slot for slot, value in enumerate(frame.fast) if value is NULL] if _BINDS_UNBOUND else []


def start_jump(frame: Frame) -> None:
    """Starts the jump that was planned: the frame goes on behind its code, where it lands."""
    bound = _unbound(frame)
    for slot in bound:
        frame.fast[slot] = None
    observer = frame.context.machine.observer
    if observer is not None:
        observer.jumped(frame, bound)
    del frame.stack[frame.jump.depth :]
    frame.last_traced = frame.jump.target
    frame.ip = len(frame.guest.decoded.opcodes)


def make_jump(frame: Frame) -> int | Signal:
    """Makes the jump that was planned, and returns what tells the eval loop to go there."""
    start_jump(frame)
    return land(frame, frame.stack, None)


def land(frame: Frame, stack: list[Any], _operand: None) -> int | Signal:
    """Leaves or enters a handler, or goes on at the target: what stands behind each code object's last instruction.

    A frame comes here again when that has been done, or when it has yielded first.
    """
    jump: Jump = frame.jump
    del stack[jump.depth :]  # what was sent
    handled, wanted = frame.handled, jump.handled
    if len(handled) > len(wanted) or not all(map(is_, handled, wanted)):
        return LEAVE_HANDLER
    if len(handled) < len(wanted):
        frame.result = wanted[len(handled)]
        return ENTER_HANDLER
    frame.jump = None
    return jump.target
