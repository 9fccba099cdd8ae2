"""The journal: what each step did, in sealed chunks of flat words.

What a step changed are words of `calcharo_vm.recording.ops`, then the number of its instruction. A
chunk is a tuple with the words of some thousand steps; tuples of scalars leave nothing to do for the
cyclic garbage collector. Where each step lies in its chunk is found when somebody asks.
"""

import platform
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops

if TYPE_CHECKING:
    from types import CodeType


@attrs.frozen
class CodeInfo:
    """What a recording knows of a code object.

    Attributes:
        filename: Its file.
        function: Its qualified name.
        first_line: The line it starts at.
        slots: The names of its fast local slots.
        parameters: How many of them, from the first, are parameters.
        is_namespace: Whether its names live in a namespace: a module, class body or exec.
        cells: The slots that hold cells.
        first: The number of its first instruction in the journal.
        has_source: Whether it was compiled from the source of its file, or that of the program; what the
            program itself compiles may bear the same file name.
    """

    filename: str
    function: str
    first_line: int
    slots: tuple[str, ...]
    parameters: int
    is_namespace: bool
    cells: tuple[int, ...]
    first: int
    has_source: bool = True


@attrs.frozen
class InstructionInfo:
    """What a recording knows of an instruction; positions are those of `code.co_positions()`.

    Attributes:
        code: The number of its code object.
        offset: Its offset in bytes.
        opname: The name of the opcode.
        oparg: Its argument, None when it has none.
        line: The first line of its source text.
        end_line: The last line of it.
        column: Where it starts, in UTF-8 bytes from 0.
        end_column: One past where it ends.
        pops: How many values it takes from the stack.
        is_expression: Whether it produces the value of an expression.
        is_condition: Whether it jumps by a value.
    """

    code: int
    offset: int
    opname: str
    oparg: int | None
    line: int | None
    end_line: int | None
    column: int | None
    end_column: int | None
    pops: int
    is_expression: bool
    is_condition: bool


class Columns:
    """What the words of one chunk say of each of its steps, to find them quickly.

    Attributes:
        instructions: The number of each step's instruction.
        ends: Where each step's words end.
        threads: The number of each step's thread.
    """

    __slots__ = ("ends", "instructions", "threads")

    def __init__(self, words: tuple[object, ...]) -> None:
        self.instructions = array("I")
        self.ends = array("I")
        self.threads = array("I")
        at = thread = 0
        while at < len(words):
            word = words[at]
            if word >= ops.FIRST_STEP:  # type: ignore[operator] # an operation is an int
                self.instructions.append(word - ops.FIRST_STEP)  # type: ignore[operator]
                self.ends.append(at)
                self.threads.append(thread)
            elif word == ops.THREAD:
                thread = words[at + 1]  # type: ignore[assignment]
            at += ops.length(words, at)


class Journal:
    """All that a run left behind, and the tables its numbers refer to.

    Attributes:
        codes: The code objects that were executed.
        instructions: Their instructions, code object by code object.
        chunks: The words of the steps, sealed.
        starts: The first step of each chunk.
        length: The number of steps.
        null: What stands for CPython's NULL among the words.
        python: The version of the CPython that the program ran on.
        sources: The source texts of files whose code was executed.
    """

    def __init__(self, null: object) -> None:
        self.codes: list[CodeInfo] = []
        self.instructions: list[InstructionInfo] = []
        self.chunks: list[tuple[object, ...]] = []
        self.starts: list[int] = []
        self.length = 0
        self.null = null
        self.python = platform.python_version()
        self.sources: dict[str, str] = {}
        self.main_codes: frozenset[CodeType] = frozenset()  # the code objects of the program's own text
        self._columns: dict[int, Columns] = {}

    def __len__(self) -> int:
        return self.length

    def add_chunk(self, words: tuple[object, ...]) -> None:
        """Adds a sealed chunk and counts its steps."""
        self.starts.append(self.length)
        self.chunks.append(words)
        self.length += len(self.columns(len(self.chunks) - 1).ends)

    def chunk_of(self, step: int) -> int:
        """The number of the chunk that has a step's words."""
        return bisect_right(self.starts, step) - 1

    def columns(self, chunk: int) -> Columns:
        """The columns of a chunk."""
        known = self._columns.get(chunk)
        if known is None:
            known = self._columns[chunk] = Columns(self.chunks[chunk])
        return known

    def word(self, step: int) -> int:
        """The number of the instruction that a step executed."""
        chunk = self.chunk_of(step)
        return self.columns(chunk).instructions[step - self.starts[chunk]]

    def thread(self, step: int) -> int:
        """The number of the thread that executed a step."""
        chunk = self.chunk_of(step)
        return self.columns(chunk).threads[step - self.starts[chunk]]

    def instruction(self, step: int) -> InstructionInfo:
        """The instruction that a step executed."""
        return self.instructions[self.word(step)]

    def place(self, step: int) -> tuple[tuple[object, ...], int, int]:
        """The chunk of a step, and where in it the words of what the step changed start and end."""
        chunk = self.chunk_of(step)
        ends, at = self.columns(chunk).ends, step - self.starts[chunk]
        return self.chunks[chunk], (ends[at - 1] + 1 if at else 0), ends[at]

    def operations(self, step: int) -> Iterator[tuple[int, tuple[object, ...]]]:
        """Yields the operations of one step, each with its operands."""
        words, at, end = self.place(step)
        while at < end:
            length = ops.length(words, at)
            yield words[at], words[at + 1 : at + length]  # type: ignore[misc] # an operation is an int
            at += length
