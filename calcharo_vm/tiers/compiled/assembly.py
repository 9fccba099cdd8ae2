"""Puts the code of blocks together to one host function: loops become `while`, jumps forward pass blocks over.

`b` is the number of the block that is to execute next. A block is executed when `b` is not beyond it, so that
going on to the next one costs nothing but that comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.blocks import Block, Loop, last_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INDENT = "    "


@attrs.frozen
class Line:
    """A line of code.

    Attributes:
        text: The code.
        point: Where the code stops if something is raised there; -1 if it is not known how much is done by then.
        depth: How deep it is nested within its block.
        following: The instruction that follows if the line, and `rest`, are done; -1 for what handlers raise.
        rest: The lines that belong to it, to be executed even if an interrupt comes in between.
    """

    text: str
    point: int = -1
    depth: int = 0
    following: int = -1
    rest: tuple[str, ...] = ()


@attrs.frozen
class Goto:
    """Goes on at an instruction."""

    target: int
    depth: int = 0


class Assembly:
    """The lines of a function.

    Attributes:
        lines: The lines; the number of the first is 1.
        points: The point that each line belongs to, by line number.
        unfinished: What has to be done after a line that has no point, and the instruction that follows.
    """

    def __init__(self, numbers: Mapping[int, int]) -> None:
        """`numbers` has the number of the block that begins at an instruction."""
        self.lines: list[str] = []
        self.points: dict[int, int] = {}
        self.unfinished: dict[int, tuple[tuple[str, ...], int]] = {}
        self._numbers = numbers
        self._loops: list[Loop] = []
        self._outwards: set[int] = set()

    def add(self, text: str, depth: int, point: int = -1) -> None:
        """Adds a line."""
        self.lines.append(_INDENT * depth + text)
        if point >= 0:
            self.points[len(self.lines)] = point

    def add_parts(self, parts: Sequence[Block | Loop], code: Mapping[int, Sequence[Line | Goto]], depth: int) -> None:
        """Adds blocks and loops, without those that are only part of paths from others."""
        for part in parts:
            if not _is_written(part, code):
                continue
            self.add(f"if b <= {last_block(part)}:", depth)
            if isinstance(part, Block):
                self._add_block(part, code[part.number], depth + 1)
            else:
                self._add_loop(part, code, depth + 1)

    def _add_loop(self, loop: Loop, code: Mapping[int, Sequence[Line | Goto]], depth: int) -> None:
        self._loops.append(loop)
        self.add("while True:", depth)
        self.add_parts(loop.parts, code, depth + 1)
        self.add("break", depth + 1)
        self._loops.pop()
        if loop.first in self._outwards and self._loops:
            around = self._loops[-1]
            if around.first in self._outwards:
                self.add(f"if b < {around.first}: break", depth)
            self.add(f"if b < {loop.first}: continue", depth)

    def _add_block(self, block: Block, lines: Sequence[Line | Goto], depth: int) -> None:
        for line in lines:
            if isinstance(line, Goto):
                for text in self._goto(block, line.target):
                    self.add(text, depth + line.depth)
                    self.unfinished[len(self.lines)] = (), line.target
            else:
                self.add(line.text, depth + line.depth, line.point)
                if line.following >= 0:
                    self.unfinished[len(self.lines)] = line.rest, line.following

    def _goto(self, block: Block, target: int) -> list[str]:
        number = self._numbers.get(target)
        if number is None:
            return [f"return cold({target})"]
        loop = self._loops[-1] if self._loops else None
        if number == block.number + 1:
            return ["pass"]
        if number > block.number:
            leaves = loop is not None and number > loop.last
            return [f"b = {number}", *(["break"] if leaves else [])]
        assert loop is not None
        if number == loop.first:
            return [f"b = {number}", "continue"]
        self._outwards.update(each.first for each in self._loops if each.first > number)
        return [f"b = {number}", "break"]


def _is_written(part: Block | Loop, code: Mapping[int, Sequence[Line | Goto]]) -> bool:
    """Returns whether there is code of a block, or of any block of a loop."""
    return part.number in code if isinstance(part, Block) else any(_is_written(each, code) for each in part.parts)
