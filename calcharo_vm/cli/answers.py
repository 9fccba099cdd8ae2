"""Answers of a recording as tables: what each question's rows show."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from calcharo_vm.cli.table import Column, print_table
from calcharo_vm.recording.summary import short, summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.recording import Alias, Call, ExecutionStep, Hit, Link, ObjectWrite, Output, Raise, Write

__all__ = [
    "ALIASES",
    "CALLS",
    "HITS",
    "LINKS",
    "OBJECT_WRITES",
    "OUTPUT",
    "RAISES",
    "STEPS",
    "WRITES",
    "Showing",
    "show",
]

_Row = TypeVar("_Row")
_Shape = tuple[tuple[Column, ...], "Callable[[_Row], tuple[str, ...]]"]
"""The columns of a table, and the cells of a row."""

_PLACE = (Column("step", right=True), Column("line", right=True), Column("function"))


class Showing(NamedTuple):
    """How much of an answer is shown.

    Attributes:
        limit: How many rows.
        backwards: Whether they are those at the end, the last one first.
    """

    limit: int = 100
    backwards: bool = False


def show(answer: Sequence[_Row], shape: _Shape[_Row], showing: Showing) -> None:
    """Print an answer as a table, no more of it than what is wanted."""
    columns, cells = shape
    rows = reversed(answer) if showing.backwards else iter(answer)
    table = [cells(row) for row in islice(rows, showing.limit)]
    if table:
        print_table(columns, table)
    if next(rows, None) is not None:
        print(f"(more; --limit {len(answer)} shows all)")
    elif not table:
        print("nothing found")


def _place(step: ExecutionStep) -> tuple[str, str, str]:
    return str(step.index), "" if step.line_number is None else str(step.line_number), step.function


def _step(step: ExecutionStep) -> tuple[str, ...]:
    number, line, function = _place(step)
    summary = summary_of(step)
    return number, line, "  " * summary.depth + function, summary.source, ", ".join(summary.events), summary.variables


def _write(row: Write) -> tuple[str, ...]:
    return *_place(row.step), row.name, row.kind, short(row.value)


def _object_write(row: ObjectWrite) -> tuple[str, ...]:
    return *_place(row.step), row.kind, "" if row.slot is None else short(row.slot), short(row.value)


def _call(row: Call) -> tuple[str, ...]:
    arguments = ", ".join(f"{name}={short(value)}" for name, value in row.arguments.items())
    caller = "" if row.caller is None else f"{row.caller}, line {row.caller_line}"
    return str(row.index), "" if row.last is None else str(row.last.index), _called(row, arguments), caller, _end(row)


def _called(row: Call, arguments: str) -> str:
    return f"{'  ' * row.depth}{row.function}({arguments})"


def _end(row: Call) -> str:
    if row.last is None:
        return "did not end"
    if not row.is_unwound:
        return f"returned {short(row.returned)}"
    return "was closed" if row.exception is None else f"raised {row.exception.type_name}"


def _raise(row: Raise) -> tuple[str, ...]:
    what = f"{row.type_name}: {row.message}".removesuffix(": ")
    by = "" if row.caught is None else f" in {row.caught_in}, line {row.caught.line_number}"
    return *_place(row.step), what, f"{row.handling}{by}", ", ".join(row.left)


def _output(row: Output) -> tuple[str, ...]:
    return *_place(row.step), row.stream, repr(row.text)


def _link(row: Link) -> tuple[str, ...]:
    return *_place(row.step), row.description, row.source or ""


def _alias(row: Alias) -> tuple[str, ...]:
    slot = row.slot if isinstance(row.slot, str) else short(row.slot)
    if row.frame is not None:
        return row.kind, slot, f"{row.function}, frame {row.frame}"
    if row.kind == "name":
        return row.kind, slot, "global variables"
    thing = None if row.owner is None else row.step.heap.get(row.owner)
    return row.kind, slot, f"#{row.owner}" if thing is None else f"{thing.type_name} #{row.owner}"


STEPS: _Shape[ExecutionStep] = (
    (*_PLACE, Column("source", share=3), Column("what happened", share=3), Column("variables", share=4)),
    _step,
)
HITS: _Shape[Hit] = STEPS[0], lambda row: _step(row.step)
WRITES: _Shape[Write] = (*_PLACE, Column("name"), Column("kind"), Column("value", share=3)), _write
OBJECT_WRITES: _Shape[ObjectWrite] = (*_PLACE, Column("kind"), Column("slot"), Column("value", share=3)), _object_write
CALLS: _Shape[Call] = (
    (
        *(Column("step", right=True), Column("last", right=True), Column("call", share=3)),
        *(Column("called by", share=2), Column("end", share=2)),
    ),
    _call,
)
RAISES: _Shape[Raise] = (
    (*_PLACE, Column("exception", share=3), Column("handling", share=2), Column("ended", share=1)),
    _raise,
)
OUTPUT: _Shape[Output] = (*_PLACE, Column("stream"), Column("text", share=3)), _output
LINKS: _Shape[Link] = (*_PLACE, Column("what happened", share=2), Column("source", share=3)), _link
ALIASES: _Shape[Alias] = (Column("kind"), Column("place", share=2), Column("of", share=2)), _alias
