"""An instruction and its place in the source, as values."""

import attrs


@attrs.frozen(slots=True)
class Position:
    """A range of source text, as `code.co_positions()` gives it: 1-based lines, 0-based UTF-8 columns."""

    line: int | None
    end_line: int | None
    column: int | None
    end_column: int | None


@attrs.frozen(slots=True)
class Instruction:
    """One instruction of a code object; EXTENDED_ARG prefixes and inline caches are not instructions.

    Attributes:
        index: Its number in the code object, from 0.
        offset: Its offset in bytes, as `dis` prints it.
        opcode: The number of the opcode in this CPython.
        opname: The name of the opcode.
        oparg: Its argument with all prefixes, or None when the opcode has none.
        target: The index of the instruction it may jump to, or None.
        position: The source text it was compiled from.
    """

    index: int
    offset: int
    opcode: int
    opname: str
    oparg: int | None
    target: int | None
    position: Position
