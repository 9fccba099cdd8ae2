"""Steps of a recording as rows of a table."""

from __future__ import annotations

import dis
import reprlib
from typing import TYPE_CHECKING

from calcharo_vm.cli.listing import nested_code
from calcharo_vm.cli.table import Column
from calcharo_vm.program.source import compile_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calcharo_vm.recording import ExecutionStep, Recording

__all__ = ["StepRows"]

_ABSENT = object()
_Where = tuple[str, int, str, int | None]
"""What tells an instruction from others of its file: function, offset, opname and line."""


class StepRows:
    """The rows of a recording's first steps."""

    def __init__(self, recording: Recording, *, by_lines: bool) -> None:
        """Choose the columns that say something about this recording."""
        self._recording = recording
        self._by_lines = by_lines
        self._has_threads = len({step.thread for step in recording[:_LOOKED_AT]}) > 1
        self._meanings: dict[str, dict[_Where, str]] = {}
        self._seen: dict[tuple[int, int, str], ExecutionStep] = {}
        self._stdout = self._stderr = 0
        self._repr = reprlib.Repr()
        self._repr.maxstring = self._repr.maxother = 40
        self._repr.maxlist = self._repr.maxtuple = self._repr.maxdict = self._repr.maxset = 8

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns' titles and shapes."""
        middle = () if self._by_lines else (Column("instruction", share=3), Column("stack", share=3))
        threads = (Column("thread", right=True),) if self._has_threads else ()
        return (
            Column("step", right=True),
            *threads,
            Column("position", right=True),
            Column("function"),
            *middle,
            Column("changes", share=4),
            Column("output", share=2),
        )

    def first(self, count: int) -> Iterator[tuple[str, ...]]:
        """Give the rows of the first steps."""
        for step in self._recording[:count]:
            threads = (str(step.thread),) if self._has_threads else ()
            middle = () if self._by_lines else (self._instruction(step), self._stack(step))
            yield (
                str(step.index),
                *threads,
                self._position(step),
                step.function,
                *middle,
                ", ".join(self._changes(step)),
                self._output(step),
            )

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
        """Say which variables differ from the same frame's previous step."""
        frame = (step.thread, len(step.call_stack), step.function)
        before = self._seen.get(frame)
        yield from self._differences("", before and before.variables_state, step.variables_state)
        if step.globals_state is not None and len(step.call_stack) > 1 and before is not None:
            yield from self._differences("global ", before.globals_state, step.globals_state)
        if step.exception is not None:
            yield f"raised {step.exception.type_name}: {step.exception.message}".rstrip(": ")
        self._seen[frame] = step

    def _differences(
        self, prefix: str, before: Mapping[str, object] | None, after: Mapping[str, object]
    ) -> Iterator[str]:
        old = before or {}
        for name, value in after.items():
            earlier = old.get(name, _ABSENT)
            if earlier is _ABSENT or earlier != value or type(earlier) is not type(value):
                yield f"{prefix}{name} = {self._repr.repr(value)}"
        yield from (f"del {prefix}{name}" for name in old if name not in after)

    def _output(self, step: ExecutionStep) -> str:
        written = step.stdout_snapshot[self._stdout :] + step.stderr_snapshot[self._stderr :]
        self._stdout, self._stderr = len(step.stdout_snapshot), len(step.stderr_snapshot)
        return repr(written) if written else ""


_LOOKED_AT = 1000
"""How many steps are looked at to see whether there are several threads."""


def _compiled_meanings(filename: str) -> dict[_Where, str]:
    try:
        with open(filename, "rb") as file:  # noqa: PTH123 - a code object's file name may be any string
            code = compile_file(file.read(), filename)
    except (OSError, SyntaxError, ValueError):
        return {}
    return {
        (current.co_qualname, instruction.offset, instruction.opname, _line(instruction.positions)): instruction.argrepr
        for current in nested_code(code)
        for instruction in dis.get_instructions(current)
    }


def _line(positions: dis.Positions | None) -> int | None:
    return None if positions is None else positions.lineno
