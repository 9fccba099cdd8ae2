"""Steps grouped by line: what a program did each time it came to a source line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcharo_vm.recording import ExecutionStep, Recording

__all__ = ["Visit", "visits", "with_output"]


class Visit(NamedTuple):
    """One execution of a line by one call of a function, calls it makes included.

    Attributes:
        first: The index of its first step.
        last: Its last step; the state after it is the line's result.
        output: What its own steps wrote, those of calls left out.
    """

    first: int
    last: ExecutionStep
    output: str


def with_output(recording: Recording) -> Iterator[tuple[ExecutionStep, str]]:
    """Yield each step and what it wrote, to standard output before standard error."""
    written = 0, 0
    for step in recording:
        out, err = step.stdout_snapshot, step.stderr_snapshot
        yield step, out[written[0] :] + err[written[1] :]
        written = len(out), len(err)


def visits(recording: Recording) -> Iterator[Visit]:
    """Yield the visits of a recording in the order in which they began.

    A frame comes to a line when its instructions turn to another line, or jump back within one, as
    with CPython's line events; the instructions that only prepare a frame belong to no visit.
    """
    begun: dict[tuple[int, int], Visit] = {}
    waiting: list[tuple[int, int] | Visit] = []
    early = ""  # written by steps that belong to no visit
    for step, text in with_output(recording):
        line, output = step.line_number, early + text
        if line is None or step.opname in _PREPARATION:
            early = output
            continue
        early = ""
        depth = (step.thread, len(step.call_stack))
        open_ = begun.get(depth)
        if open_ is not None and _goes_on(open_.last, step):
            begun[depth] = open_._replace(last=step, output=open_.output + output)
            continue
        for other in [each for each in begun if each[0] == depth[0] and each[1] >= depth[1]]:
            waiting[waiting.index(other)] = begun.pop(other)
        begun[depth] = Visit(step.index, step, output)
        waiting.append(depth)
        while waiting and isinstance(waiting[0], Visit):
            yield waiting.pop(0)  # type: ignore[misc]
    for each in waiting:
        yield each if isinstance(each, Visit) else begun[each]


_PREPARATION = frozenset({"COPY_FREE_VARS", "MAKE_CELL", "RESUME", "RETURN_GENERATOR"})


def _goes_on(last: ExecutionStep, step: ExecutionStep) -> bool:
    return (
        step.line_number == last.line_number
        and step.offset > last.offset
        and step.function == last.function
        and step.filename == last.filename
    )
