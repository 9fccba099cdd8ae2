"""A frame as a state has it."""

from typing import Final

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
