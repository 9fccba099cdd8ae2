"""Writes the host code of one basic block: values that only move get no code, words are written once a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.values import SCALARS, Value

if TYPE_CHECKING:
    from calcharo_vm.code import DecodedCode
    from calcharo_vm.recording.plan import Plan
    from calcharo_vm.tiers.compiled.profile import Profile


class Declined(Exception):  # noqa: N818 - it is no error
    """The instruction is left to its handler."""


@attrs.frozen
class Place:
    """What the made code has done of a block when an instruction begins: what has to be told if it stops there.

    Attributes:
        words: The words of the steps that are complete, as expressions.
        steps: Their number.
        stack: What they have left on the stack.
    """

    words: tuple[str, ...]
    steps: int
    stack: tuple[Value, ...]


@attrs.define
class Subject:
    """What code is made of.

    Attributes:
        decoded: The instructions.
        plan: What the recorder knows of them.
        profile: What they have worked on.
        constants: The objects that the made code names, by name.
    """

    decoded: DecodedCode
    plan: Plan
    profile: Profile
    constants: dict[str, object] = attrs.field(factory=dict)

    def constant(self, name: str, value: object) -> str:
        """Gives a name to an object for the made code to use."""
        self.constants[name] = value
        return name


class BlockWriter:
    """Collects the lines of a block, and what they leave to be told.

    Attributes:
        lines: The lines of code with the index of the instruction that each belongs to.
        places: What has been done when an instruction begins, by index.
    """

    def __init__(self, subject: Subject, first: int) -> None:
        self.subject = subject
        self.lines: list[tuple[int, str]] = []
        self.places: dict[int, Place] = {}
        self.index = first
        self.steps = 0
        self._words: list[str] = []
        self._stack: list[Value] = []
        self._slots: dict[int, Value] = {}
        self._objects: list[str] = []
        self._named = 0
        self.depth = subject.plan.depths[first]

    # --- what templates use ----------------------------------------------------------------------

    @property
    def oparg(self) -> int:
        """The argument of the instruction."""
        return self.subject.decoded.opargs[self.index]

    @property
    def step_word(self) -> str:
        """The word that ends the instruction's step."""
        return str(self.subject.plan.rows[self.index][0])

    def begin(self, index: int) -> None:
        """Begins an instruction."""
        self.index = index
        self.places[index] = Place(tuple(self._words), self.steps, tuple(self._stack))

    def end(self, *words: str) -> None:
        """Ends the instruction: these words are of its step."""
        self._words += (*words, self.step_word)
        self.steps += 1

    def emit(self, line: str) -> None:
        """Adds a line of code."""
        self.lines.append((self.index, line))

    def name(self, prefix: str) -> str:
        """A name that no other variable of the block has."""
        self._named += 1
        return f"{prefix}{self.index}_{self._named}"

    def leave_unless(self, condition: str) -> None:
        """Has the handlers go on with this instruction where a condition does not hold; nothing may be done yet."""
        self.emit(f"if not ({condition}): return leave(frame, stack, {self.index}, locals())")

    def push(self, value: Value) -> None:
        """Puts a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Value:
        """Takes the value on top of the stack."""
        if not self._stack:
            raise Declined
        return self._stack.pop()

    def peek(self, place: int) -> Value:
        """The value at a place from the top of the stack, from 1."""
        if len(self._stack) < place:
            raise Declined
        return self._stack[-place]

    def swap(self, place: int) -> None:
        """Exchanges the top of the stack with the value at a place from it."""
        if len(self._stack) < place:
            raise Declined
        stack = self._stack
        stack[-1], stack[-place] = stack[-place], stack[-1]

    @property
    def is_stack_known(self) -> bool:
        """Whether the block has something on the stack that need not be there when the next one begins."""
        return bool(self._stack)

    def scalar(self, code: str, kind: type | None) -> Value:
        """Computes a scalar and gives it a name."""
        name = self.name("v")
        self.emit(f"{name} = {code}")
        return Value(name, kind)

    def only(self, value: Value, kind: type) -> Value:
        """The same value where it is known to be of a type: the code looks, unless that is known already."""
        if value.type is kind:
            return value
        if value.type is not None:
            raise Declined
        self.leave_unless(f"type({value.code}) is {kind.__name__}")
        known = attrs.evolve(value, type=kind)
        self._know(value, known)
        return known

    def _know(self, value: Value, known: Value) -> None:
        """Has all places that hold a value know its type from here on."""
        self._stack = [known if each is value else each for each in self._stack]
        self._slots = {slot: known if each is value else each for slot, each in self._slots.items()}

    def checked(self, code: str, kinds: frozenset[type]) -> Value:
        """A value that has just been read, and can be read again, as one of the scalars that were seen there."""
        if not kinds or not kinds <= SCALARS:
            raise Declined
        value = self.scalar(code, None)
        kind = next(iter(kinds)) if len(kinds) == 1 else None
        if kind is type(None):
            self.leave_unless(f"{value.code} is None")
        elif kind is not None:
            self.leave_unless(f"type({value.code}) is {kind.__name__}")
        else:
            self.leave_unless(f"type({value.code}) in SCALARS")
        return attrs.evolve(value, type=kind)

    # --- slots -----------------------------------------------------------------------------------

    def load(self, slot: int, kinds: frozenset[type]) -> Value:
        """The value of a fast local slot, which is of one of the types that were seen there."""
        known = self._slots.get(slot)
        if known is not None:
            return known
        if kinds and kinds <= SCALARS:
            value = self.checked(f"fast[{slot}]", kinds)
        elif len(kinds) == 1:
            value = self._load_object(slot, next(iter(kinds)))
        else:
            raise Declined
        self._slots[slot] = value
        return value

    def _load_object(self, slot: int, kind: type) -> Value:
        if kind is object:
            raise Declined
        name, shade = self.name("o"), self.name("s")
        self._objects.append(name)
        self.emit(f"{name} = fast[{slot}]")
        self.leave_unless(f"type({name}) is {kind.__name__}")
        self.emit(f"{shade} = record.slots[{slot}]")
        self.leave_unless(f"{shade}.epoch == shadow.epoch")
        return Value(name, kind, shade)

    def store(self, slot: int, value: Value) -> None:
        """Moves a scalar to a fast local slot that holds none but scalars."""
        if not value.is_scalar:
            raise Declined
        old = self._slots.get(slot)
        if old is None:
            self.leave_unless(f"{slot} not in record.slots")
        elif not old.is_scalar:
            raise Declined
        self.emit(f"fast[{slot}] = {value.code}")
        self._slots[slot] = value

    # --- the end of the block --------------------------------------------------------------------

    def commit(self, words: tuple[str, ...] = ()) -> list[str]:
        """The lines that tell what the block has done, with the last words of it, and let its objects go."""
        lines = []
        everything = (*self._words, *words)
        if everything:
            lines.append(f"extend(({', '.join(everything)},))")
        if self.steps:
            lines.append(f"tape.room -= {self.steps}")
        for value in self._stack:
            lines.append(f"stack.append({value.code})")
        for place, value in enumerate(self._stack, self.depth):
            if value.shade is not None:
                lines += [f"{value.shade}.count += 1", f"record.put({place}, {value.shade})"]
        if self._objects:
            lines.append(f"{' = '.join(self._objects)} = None")
        return lines

    def branch(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ends a conditional jump; the last words where it is taken, and where it is not."""
        self.steps += 1
        jumps = tuple((str(0), str(ops.BRANCH), told, self.step_word) for told in ("True", "False"))
        return jumps[0], jumps[1]
