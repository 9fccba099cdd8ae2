"""Checks the machine against `dis` while it runs: stack depths, exception handlers, positions.

An observer, and a server (see forking.py) which runs programs under it; check_invariants.py is the command.
What is checked, of all code that the machine executes:

- the value stack's depth after every instruction is what `dis.stack_effect` says, for the way control went on;
- the stack is empty at a frame's end;
- an exception is handled where, and at the depth that, the exception table says as `dis` reads it;
- instructions, their arguments and jump targets are those of `dis`, their positions those of `co_positions()`.
"""

from collections.abc import Sequence
from types import CodeType

from calcharo_vm.code.decoded import decode
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.observer import Leave
from calcharo_vm.machine.signals import Signal
from tests.conformance.dis_rules import JUMPED_PAST, Rule, rules_of
from tests.conformance.forking import Request, serve
from tests.conformance.machine_path import run_on_machine

MOST_VIOLATIONS = 20
_START = (0, 0)
_UNHANDLED = (-1, 0)


class _Followed:
    """What is known of a frame since its last event."""

    __slots__ = ("depth", "index", "rules", "wanted")

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules
        self.index = -1
        self.depth = 0
        # The instruction and depth that must come next at the start and after an exception, else None.
        self.wanted: tuple[int, int] | None = _START


class InvariantObserver:
    """Notes every violation of the invariants, of any thread; `violations` stays empty when all is well."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.checked = 0
        self._rules: dict[int, tuple[CodeType, list[Rule]]] = {}

    def frame_entered(self, frame: Frame) -> None:
        """Checks a code object when it is first executed."""
        code = frame.code
        if id(code) not in self._rules:
            self._read(code)
        frame.record = _Followed(self._rules[id(code)][1])

    def instruction(self, frame: Frame, index: int) -> None:
        """Compares the stack with what the instruction before should have left."""
        followed: _Followed = frame.record
        depth = len(frame.stack)
        if followed.wanted is not None:
            if (index, depth) != followed.wanted:
                self._note(frame, index, f"at depth {depth}, wanted instruction and depth {followed.wanted}")
            followed.wanted = None
        else:
            expected = _depth_after(followed, index)
            if depth != expected:
                before = followed.rules[followed.index].opname
                self._note(frame, index, f"at depth {depth}, not {expected}, after {before}")
        followed.index = index
        followed.depth = depth
        self.checked += 1

    def raised(self, frame: Frame, _: BaseException) -> None:
        """Finds out which handler must take over."""
        followed: _Followed = frame.record
        last, index = followed.index, frame.ip - 1
        # A signal's handler may raise when the next instruction has been chosen already.
        if index not in {last, last + 1, followed.rules[last].target}:
            self._note(frame, index, f"raises, but {last} was the last instruction")
        rule = followed.rules[index]
        if rule.handler is None:
            followed.wanted = _UNHANDLED
        else:
            followed.wanted = (rule.handler_index, rule.handler.depth + rule.handler.lasti + 1)

    def handled(self, frame: Frame, depth: int, _: BaseException) -> None:
        """Compares the depth of a handler."""
        handler = frame.record.rules[frame.ip - 1].handler
        if handler is None or depth != handler.depth or len(frame.stack) != depth:
            self._note(frame, frame.ip - 1, f"handled at depth {depth}, {len(frame.stack)} on the stack: {handler}")

    def jumped(self, frame: Frame, _: Sequence[int]) -> None:
        """Takes note of where the frame goes on, and at which depth."""
        frame.record.wanted = frame.jump.target, frame.jump.depth

    def frame_left(self, frame: Frame, how: Signal) -> None:
        """Looks for values left on the stack of a frame which ends."""
        wanted = frame.record.wanted
        if how is Leave.UNWOUND:
            if wanted is None:
                return  # a generator closed outside of any `try`: nothing was raised in it
            if wanted != _UNHANDLED:
                self._note(frame, frame.ip - 1, f"is left by an exception it handles at {wanted}")
        if how in {Leave.RETURNED, Leave.UNWOUND} and frame.stack:
            self._note(frame, frame.ip - 1, f"ends with {len(frame.stack)} values on its stack")

    def frame_resumed(self, frame: Frame) -> None:
        """Goes on with what was known when the frame paused."""

    def _read(self, code: CodeType) -> None:
        """Checks a code object and those in it, all ahead: `dis` does not work while a program has replaced `len`."""
        rules = rules_of(code)
        self._rules[id(code)] = code, rules
        self.violations += [f"{code.co_filename}, {code.co_qualname}: {found}" for found in _decoding(code, rules)]
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._read(constant)

    def _note(self, frame: Frame, index: int, what: str) -> None:
        if len(self.violations) < MOST_VIOLATIONS:
            opname = frame.record.rules[index].opname
            self.violations.append(f"{frame.code.co_filename}, {frame.code.co_qualname}, {index} ({opname}): {what}")


def _depth_after(followed: _Followed, index: int) -> int:
    """Gives the depth which the last instruction must leave where control went on at `index`, -1 if it cannot."""
    rules, last = followed.rules, followed.index
    rule = rules[last]
    if index == last + 1:
        return followed.depth + rule.straight
    if not 0 <= rule.target <= index:
        return -1
    depth = followed.depth + rule.jumping
    for skipped in rules[rule.target : index]:
        if rule.opname != "FOR_ITER" or skipped.opname not in JUMPED_PAST:
            return -1
        depth += skipped.straight
    return depth


def _decoding(code: CodeType, rules: list[Rule]) -> list[str]:
    """Lists where the machine decodes otherwise than `dis` and `co_positions()`."""
    positions = list(code.co_positions())
    wanted = [(one.offset, one.opcode, one.arg, one.target, positions[one.offset // 2]) for one in rules]
    found = []
    for one in decode(code).instructions:
        place = (one.position.line, one.position.end_line, one.position.column, one.position.end_column)
        found.append((one.offset, one.opcode, one.oparg, -1 if one.target is None else one.target, place))
    if len(wanted) != len(found):
        return [f"{len(found)} instructions, not {len(wanted)}"]
    return [f"{own}, not {right}" for own, right in zip(found, wanted, strict=True) if own != right]


def perform(request: Request) -> dict[str, object]:
    """Runs one program under the checks."""
    observer = InvariantObserver()
    run_on_machine(request, observer)
    return {"violations": observer.violations, "checked": observer.checked}


if __name__ == "__main__":
    serve(perform)
