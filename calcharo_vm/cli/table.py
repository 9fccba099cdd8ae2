"""Tables on the standard output: framed on a terminal, plain aligned text anywhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Column", "print_heading", "print_table"]


_GAP = 2
"""The columns of text between two columns."""
_LEAST = 6
"""The width down to which a column is narrowed."""


class Column(NamedTuple):
    """One column of a table."""

    title: str
    right: bool = False
    share: int = 0
    """How much of a narrow terminal's width it claims; 0 is always as much as its text needs."""
    keeps_end: bool = False
    """Whether the end of a text that does not fit is shown, not its beginning."""


def print_heading(text: str) -> None:
    """Print a heading, set apart from the program's own output."""
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415 - a terminal alone needs it
        from rich.text import Text  # noqa: PLC0415 - as above

        Console(highlight=False).print(Text(text, style="bold"))
    else:
        print(text)


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of cells below the columns' titles."""
    if sys.stdout.isatty():
        _print_framed(columns, rows)
    else:
        _print_plain(columns, rows)


def _print_framed(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - a terminal alone needs it
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(highlight=False)
    lines, widths = _measured(columns, rows)
    widths = fitted(columns, widths, console.width - _GAP * (len(columns) - 1))
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.right else "left"
        table.add_column(column.title, justify=justify, no_wrap=True, overflow="ellipsis", width=width)
    for line in lines[1:]:
        cells = map(_cut, line, columns, widths)
        table.add_row(*map(Text, cells))
    console.print(table)


def _print_plain(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    lines, widths = _measured(columns, rows)
    for line in lines:
        cells = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        ]
        print((" " * _GAP).join(cells).rstrip())


def _measured(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> tuple[list[list[str]], list[int]]:
    """Give titles and rows as they are printed, and the width each column needs for all of its text."""
    lines = [[column.title for column in columns], *([_on_one_line(cell) for cell in row] for row in rows)]
    return lines, [max(map(len, cells)) for cells in zip(*lines, strict=True)]


def fitted(columns: Sequence[Column], widths: Sequence[int], available: int) -> list[int]:
    """Narrow the columns that may be narrowed, by their shares, until a table fits; no column vanishes."""
    given = list(widths)
    flexible = [number for number, column in enumerate(columns) if column.share]
    while sum(given) > available:
        flexible = [number for number in flexible if given[number] > _LEAST]
        if not flexible:
            break
        widest = max(flexible, key=lambda number: given[number] / columns[number].share)
        given[widest] -= 1
    return given


def _cut(cell: str, column: Column, width: int) -> str:
    if not column.keeps_end or len(cell) <= width:
        return cell  # rich cuts at the end
    return "…" + cell[len(cell) - width + 1 :]


def _on_one_line(cell: str) -> str:
    """Keep a cell's control characters from breaking the table or steering the terminal."""
    return "".join(character if character.isprintable() else _escaped(character) for character in cell)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
