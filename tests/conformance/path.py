"""The executed path of a program: which instruction of which code object ran, in order.

Neither `sys.settrace` nor `sys.monitoring` reports every instruction. What they leave out, found by experiment on
3.11 to 3.15, is the same for both and is left out of the machine's path too:

- everything up to a code object's first traceable instruction, which is its first RESUME with place 0
  (MAKE_CELL, COPY_FREE_VARS, RETURN_GENERATOR and its POP_TOP; on 3.15 also what a generator expression does
  before RETURN_GENERATOR, which runs under a RESUME with place 4);
- RESUME itself, wherever it stands.

EXTENDED_ARG and CACHE units are no instructions. END_FOR is reported only where it runs (3.12 and later jump past
it). Opcode events of `sys.settrace` differ from a plain run on 3.14 and later: closing a generator suspended outside
of any `try` runs nothing plainly, but two instructions when traced, so `sys.monitoring` is the oracle from 3.12.
"""

import dis
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import CodeType
from typing import NamedTuple, TypedDict

_PLACE_MASK = 7 if sys.version_info >= (3, 15) else 3

Step = tuple[CodeType, int]


class PathData(TypedDict):
    """A path as stored: code objects once, then per thread code number and offset in turns."""

    codes: list[list[str | int]]
    operations: list[dict[str, str]]
    threads: list[list[int]]


class Divergence(NamedTuple):
    """The first place where two paths differ."""

    thread: int
    step: int
    before: list[str]
    expected: str
    actual: str


@cache
def visible_offsets(code: CodeType) -> frozenset[int]:
    """Gives the offsets of the instructions which CPython's own tracing reports."""
    return frozenset(reported_offsets(code).values())


def reported_offsets(code: CodeType, *, by_start: bool = False) -> dict[int, int]:
    """Maps the places which CPython's own tracing reports to the offsets of instructions.

    A place is the offset itself, or that of the first EXTENDED_ARG if `by_start`.
    """
    instructions = list(_instructions(code))
    entry = next(
        (
            position
            for position, (opname, arg, _, _) in enumerate(instructions)
            if opname == "RESUME" and arg & _PLACE_MASK == 0
        ),
        -1,
    )
    found = {}
    for opname, _, start, offset in instructions[entry + 1 :]:
        if opname != "RESUME":
            found[start if by_start else offset] = offset
    return found


def operation_offset(code: CodeType, offset: int) -> int:
    """Gives the offset of the instruction which starts, perhaps with EXTENDED_ARG, at an offset."""
    return _extended_offsets(code).get(offset, offset)


@cache
def _extended_offsets(code: CodeType) -> dict[int, int]:
    """Gives, for the offset of a first EXTENDED_ARG, the offset of the instruction which it extends."""
    return {start: offset for _, _, start, offset in _instructions(code) if start != offset}


def _instructions(code: CodeType) -> Iterator[tuple[str, int, int, int]]:
    """Gives name, argument, first unit's offset and own offset of each instruction; faster than `dis`."""
    units = code.co_code
    start, extended = -1, 0
    for offset in range(0, len(units), 2):
        opname = dis.opname[units[offset]]
        if opname == "CACHE":
            continue
        start = offset if start < 0 else start
        arg = units[offset + 1] | extended
        if opname == "EXTENDED_ARG":
            extended = arg << 8
            continue
        yield opname, arg, start, offset
        start, extended = -1, 0


def store(threads: Iterable[list[Step]]) -> PathData:
    """Turns the steps of each thread, the main thread's first, into the stored form.

    Other threads are put in the order of their paths, since CPython may start them in any.
    """
    numbers: dict[CodeType, int] = {}
    flat = []
    for steps in threads:
        row: list[int] = []
        for code, offset in steps:
            if offset in visible_offsets(code):
                row += numbers.setdefault(code, len(numbers)), offset
        flat.append(row)
    codes = [_key(code) for code in numbers]
    main, *others = flat or [[]]
    others = sorted((row for row in others if row), key=lambda row: _readable(row, codes))
    return {"codes": codes, "operations": [_operations(code) for code in numbers], "threads": [main, *others]}


def executed_opcodes(path: PathData) -> set[str]:
    """Names the opcodes which a path executes."""
    found = set()
    for row in path["threads"]:
        for number, offset in set(zip(row[::2], row[1::2], strict=True)):
            found.add(path["operations"][number][str(offset)].split()[0])
    return found


def first_divergence(expected: PathData, actual: PathData) -> Divergence | None:
    """Finds where two paths part, or gives None when they are equal."""
    for thread in range(max(len(expected["threads"]), len(actual["threads"]))):
        wanted, got = _steps(expected, thread), _steps(actual, thread)
        if wanted == got:
            continue
        index = next(
            (i for i, (one, other) in enumerate(zip(wanted, got, strict=False)) if one != other),
            min(len(wanted), len(got)),
        )
        show_wanted, show_got = _describer(expected, thread), _describer(actual, thread)
        before = [show_wanted(i) for i in range(max(0, index - 4), index)]
        return Divergence(thread, index, before, show_wanted(index), show_got(index))
    return None


def _key(code: CodeType) -> list[str | int]:
    return [code.co_filename, code.co_qualname, code.co_firstlineno]


@cache
def _operations(code: CodeType) -> dict[str, str]:
    lines = {
        instruction.offset: (instruction.opname, instruction.positions) for instruction in dis.get_instructions(code)
    }
    return {
        str(offset): f"{opname} line {positions.lineno if positions else None}"
        for offset, (opname, positions) in lines.items()
    }


def _readable(row: list[int], codes: list[list[str | int]]) -> list[tuple[str, int, int]]:
    return [(str(codes[row[i]][1]), int(codes[row[i]][2]), row[i + 1]) for i in range(0, len(row), 2)]


def _steps(data: PathData, thread: int) -> list[tuple[str, str, int, int]]:
    if thread >= len(data["threads"]):
        return []
    row, codes = data["threads"][thread], data["codes"]
    keys = [(str(name), str(qualname), int(line)) for name, qualname, line in codes]
    return [(*keys[row[i]], row[i + 1]) for i in range(0, len(row), 2)]


def _describer(data: PathData, thread: int) -> Callable[[int], str]:
    row = data["threads"][thread] if thread < len(data["threads"]) else []

    def describe(index: int) -> str:
        if 2 * index >= len(row):
            return "(end)"
        number, offset = row[2 * index : 2 * index + 2]
        operation = data["operations"][number].get(str(offset), "(no instruction)")
        return f"{data['codes'][number][1]} offset {offset}: {operation}"

    return describe
