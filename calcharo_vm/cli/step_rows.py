"""Steps of a recording as rows of a table."""

from __future__ import annotations

import dis
import re
import reprlib
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from calcharo_vm.cli.listing import nested_code
from calcharo_vm.cli.table import Column
from calcharo_vm.cli.visits import Visit, visits, with_output
from calcharo_vm.program.source import compile_file
from calcharo_vm.recording import ExceptionState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calcharo_vm.recording import ExecutionStep, Recording

__all__ = ["StepRows"]

_ABSENT = object()
_MODULE = "<module>"
_LOOKED_AT = 1000
"""How many steps are looked at to see whether there are several threads."""

_Where = tuple[str, int, str, int | None]
"""What tells an instruction from others of its file: function, offset, opname and line."""


class _Seen(NamedTuple):
    """What was last shown of a frame."""

    variables: Mapping[str, object]
    globals: Mapping[str, object]


_NOTHING_SEEN = _Seen({}, {})


class StepRows:
    """The rows of a recording's first steps, or of its first lines."""

    def __init__(self, recording: Recording, *, by_lines: bool) -> None:
        """Choose the columns that say something about this recording."""
        self._recording = recording
        self._by_lines = by_lines
        self._has_threads = len({step.thread for step in recording[:_LOOKED_AT]}) > 1
        self._meanings: dict[str, dict[_Where, str]] = {}
        self._seen: dict[tuple[int, int, str], _Seen] = {}
        self._repr = reprlib.Repr()
        self._repr.maxstring = self._repr.maxother = 40
        self._repr.maxlist = self._repr.maxtuple = self._repr.maxdict = self._repr.maxset = 8

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns' titles and shapes."""
        middle = () if self._by_lines else (Column("instruction", share=3), Column("stack", share=3, keeps_end=True))
        threads = (Column("thread", right=True),) if self._has_threads else ()
        return (
            Column("step", right=True),
            *threads,
            Column("line" if self._by_lines else "position", right=True),
            Column("function"),
            *middle,
            Column("changes", share=4),
            Column("output", share=2),
        )

    def first(self, count: int) -> Iterator[tuple[str, ...]]:
        """Give the first rows."""
        for visit in islice(self._visits(), count):
            step = visit.last
            threads = (str(step.thread),) if self._has_threads else ()
            middle = () if self._by_lines else (self._instruction(step), self._stack(step))
            changes = ", ".join(self._changes(step))
            yield (
                str(visit.first),
                *threads,
                self._position(step),
                step.function,
                *middle,
                changes,
                repr(visit.output) if visit.output else "",
            )

    def _visits(self) -> Iterator[Visit]:
        if self._by_lines:
            return visits(self._recording)
        return (Visit(step.index, step, text) for step, text in with_output(self._recording))

    def _position(self, step: ExecutionStep) -> str:
        if step.line_number is None:
            return ""
        if self._by_lines or step.column is None:
            return str(step.line_number)
        return f"{step.line_number}:{step.column}"

    def _instruction(self, step: ExecutionStep) -> str:
        """Write an instruction as `dis` does: its name, its argument, and what the argument means."""
        if step.oparg is None:
            return step.opname
        known = self._meanings_in(step.filename)
        meaning = known.get((step.function, step.offset, step.opname, step.line_number))
        return f"{step.opname} {step.oparg}" + (f" ({meaning})" if meaning else "")

    def _meanings_in(self, filename: str) -> dict[_Where, str]:
        """Compile a file again to know what its instructions' arguments mean; nothing when that fails."""
        if filename not in self._meanings:
            self._meanings[filename] = _compiled_meanings(filename)
        return self._meanings[filename]

    def _stack(self, step: ExecutionStep) -> str:
        return " ".join(map(self._repr.repr, step.value_stack))

    def _changes(self, step: ExecutionStep) -> Iterator[str]:
        """Say which variables differ from what the same frame had when it was last shown."""
        depth = len(step.call_stack)
        frame = (step.thread, depth, step.function)
        for left in [each for each in self._seen if each[0] == step.thread and each[1] > depth]:
            del self._seen[left]
        is_module = step.function == _MODULE
        now = _Seen(step.variables_state, {} if is_module else step.globals_state)
        # A frame shown for the first time has changed no global yet.
        before = self._seen.get(frame, _NOTHING_SEEN._replace(globals=now.globals))
        yield from self._differences("", before.variables, now.variables)
        yield from self._differences("global ", before.globals, now.globals)
        if step.exception is not None and step.exception.state is not ExceptionState.HANDLED:
            yield f"raised {step.exception.type_name}: {step.exception.message}".removesuffix(": ")
        self._seen[frame] = now
        if step.opname.startswith("RETURN_"):
            del self._seen[frame]

    def _differences(self, prefix: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
        for name, value in after.items():
            earlier = before.get(name, _ABSENT)
            if earlier is _ABSENT or type(earlier) is not type(value) or earlier != value:
                yield f"{prefix}{name} = {self._repr.repr(value)}"
        yield from (f"del {prefix}{name}" for name in before if name not in after)


def _compiled_meanings(filename: str) -> dict[_Where, str]:
    try:
        with open(filename, "rb") as file:  # noqa: PTH123 - a code object's file name may be any string
            code = compile_file(file.read(), filename)
    except (OSError, SyntaxError, ValueError):
        return {}
    return {
        (current.co_qualname, instruction.offset, instruction.opname, _line(instruction.positions)): _meaning(
            instruction.argrepr
        )
        for current in nested_code(code)
        for instruction in dis.get_instructions(current)
    }


def _meaning(argument: str) -> str:
    """Leave out of a code object's description its address, which no two runs share, and its place."""
    return re.sub(r"(<code object [^ ]+) at 0x[0-9a-f]+, file .*>", r"\1>", argument)


def _line(positions: dis.Positions | None) -> int | None:
    return None if positions is None else positions.lineno
