"""Tables on the standard output: framed on a terminal, plain aligned text anywhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Column", "print_heading", "print_table"]


class Column(NamedTuple):
    """One column of a table."""

    title: str
    right: bool = False
    share: int = 0
    """How much of a narrow terminal's width it may claim; 0 is as much as its text needs."""


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
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - a terminal alone needs it
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ellipsis",
            ratio=column.share or None,
        )
    for row in rows:
        table.add_row(*(Text(_on_one_line(cell)) for cell in row))
    Console(highlight=False).print(table)


def _print_plain(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    lines = [[column.title for column in columns], *([_on_one_line(cell) for cell in row] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(line, widths, columns, strict=True)
        ]
        print("  ".join(cells).rstrip())


def _on_one_line(cell: str) -> str:
    """Keep a cell's control characters from breaking the table or steering the terminal."""
    return "".join(character if character.isprintable() else _escaped(character) for character in cell)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
