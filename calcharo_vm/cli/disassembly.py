"""`calcharo dis`: a program's instructions as the machine decodes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.cli.listing import Remark, nested_code, remarks
from calcharo_vm.cli.table import Column, print_heading, print_table
from calcharo_vm.code import decode
from calcharo_vm.code.exception_table import parse_exception_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from calcharo_vm.code import DecodedCode, Position

__all__ = ["print_disassembly"]

_UNIT = 2
"""The bytes of a code unit."""
_COLUMNS = (
    Column("line", right=True),
    Column("label", right=True),
    Column("offset", right=True),
    Column("opname"),
    Column("oparg", right=True),
    Column("argument", share=3),
    Column("position", share=1),
)
_HANDLERS = (Column("from", right=True), Column("to", right=True), Column("handler", right=True), Column("depth"))


def print_disassembly(code: CodeType) -> None:
    """Print a code object and all that it holds, a table each."""
    for number, current in enumerate(nested_code(code)):
        if number:
            print()
        decoded = decode(current)
        print_heading(f"{current.co_qualname} ({current.co_filename}, line {current.co_firstlineno})")
        print_table(_COLUMNS, _rows(decoded))
        if decoded.handlers:
            print_heading("exception table")
            print_table(_HANDLERS, _handler_rows(current))


def _rows(decoded: DecodedCode) -> Iterator[tuple[str, ...]]:
    beside = remarks(decoded.code)
    shown: int | None = None
    for instruction in decoded.instructions:
        line = instruction.position.line
        remark = beside.get(instruction.offset, Remark("", ""))
        yield (
            "" if line is None or line == shown else str(line),
            remark.label,
            str(instruction.offset),
            instruction.opname,
            "" if instruction.oparg is None else str(instruction.oparg),
            remark.argument,
            _place(instruction.position),
        )
        shown = line


def _place(position: Position) -> str:
    """Write the range of source text of an instruction, as `line:column-line:column`."""
    if position.line is None:
        return ""
    if position.column is None or position.end_column is None:
        return str(position.line)
    end = "" if position.end_line == position.line else f"{position.end_line}:"
    return f"{position.line}:{position.column}-{end}{position.end_column}"


def _handler_rows(code: CodeType) -> Iterator[tuple[str, ...]]:
    """Write the exception table in offsets: ranges with both ends included, as `dis` writes them."""
    for entry in parse_exception_table(code.co_exceptiontable):
        yield (
            str(entry.start),
            str(entry.end - _UNIT),
            str(entry.target),
            f"{entry.depth} lasti" if entry.lasti else str(entry.depth),
        )
