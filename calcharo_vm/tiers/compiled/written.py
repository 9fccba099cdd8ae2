"""What is written of the paths that start with one block, and the points where they may stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.assembly import Line

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.assembly import Goto
    from calcharo_vm.tiers.compiled.values import Value

ROOM = "ROOM"
"""Stands for the number of steps of the longest path, which is known when all are written."""


class Declined(Exception):
    """The instruction is left to its handler."""


class Ended(Exception):
    """The instruction has never gone on to the next one: nothing of the path follows."""


@attrs.frozen
class Point:
    """Where the made code may stop: what it has done of a block by then, which has to be told.

    Attributes:
        index: The instruction that is next.
        words: The words of the steps that are complete, as expressions.
        steps: Their number.
        depth: How long the stack is without what they have left on it.
        stack: What they have left on the stack.
        gives: Where the instruction has called a function in place of native code, the variable that has what it gives
            in the end; "" for what the function returns.
        handled: The variable that has the exception whose handler the path is in, which the eval loop does not know.
    """

    index: int
    words: tuple[str, ...]
    steps: int
    depth: int
    stack: tuple[Value, ...]
    gives: str | None = None
    handled: str = ""


@attrs.define
class Written:
    """What is written of the paths that start with one block.

    Attributes:
        lines: The lines of code.
        points: Where they may stop, by number; all code of a function shares them.
        most_steps: How many steps the longest path has.
        instructions: How many instructions are written.
    """

    points: dict[int, Point]
    lines: list[Line | Goto] = attrs.field(factory=list)
    most_steps: int = 0
    instructions: int = 0

    def all_lines(self) -> list[Line | Goto]:
        """The lines, now that the number of steps is known for which there must be room."""
        room = str(self.most_steps)
        return [
            attrs.evolve(line, text=line.text.replace(ROOM, room))
            if isinstance(line, Line) and ROOM in line.text
            else line
            for line in self.lines
        ]

    def mark(self) -> tuple[int, int, int]:
        """How much is written, for `back_to`."""
        return len(self.lines), len(self.points), self.most_steps

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """Takes back what has been written since; it counts as written, so that trying comes to an end."""
        lines, points, self.most_steps = mark
        del self.lines[lines:]
        for number in range(points, len(self.points)):
            del self.points[number]
