"""A frame as a state has it, and an exception that leaves frames."""

from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__

Words = list[object]
NO_WORD: Final = -1


class FrameState:
    """A frame: its code, its slots and value stack as words, and the instruction it is at."""

    __slots__ = ("base", "code", "depth", "fast", "globals", "namespace", "number", "stack", "word")

    def __init__(self, number: int, code: int, globals_: int, namespace: int | None, fast: Words) -> None:
        self.number = number
        self.code = code
        self.globals = globals_
        self.namespace = namespace
        self.fast = fast
        self.stack: Words = []
        self.base = 0  # how much of the stack the instruction it is at leaves alone
        self.depth = 0  # of the stack when that instruction started
        self.word = NO_WORD

    def copy(self) -> "FrameState":
        """Another frame with the same content."""
        other = FrameState(self.number, self.code, self.globals, self.namespace, self.fast.copy())
        other.stack = self.stack.copy()
        other.base, other.depth, other.word = self.base, self.depth, self.word
        return other

    def words(self) -> Words:
        """All that the frame holds."""
        namespace = [] if self.namespace is None else [range(self.namespace)]
        return [*self.fast, *self.stack, range(self.globals), *namespace]


@attrs.define
class Raised:
    """An exception that a step raised: where, what it left, and which handler takes over.

    Attributes:
        type_name: The name of its class.
        message: What it says.
        frame: The frame it was raised in.
        unwound: The codes of the frames it left, innermost first.
        caught_in: The frame whose handler takes over.
        word: What stands for it.
        is_again: Whether a handler had taken it over before, and has passed it on.
    """

    type_name: str
    message: str
    frame: int
    unwound: list[int] = attrs.field(factory=list)
    caught_in: int = NO_WORD
    word: object = None
    is_again: bool = False

    def copy(self) -> "Raised":
        """Another one with the same content."""
        return attrs.evolve(self, unwound=self.unwound.copy())
