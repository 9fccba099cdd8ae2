"""Visits to source lines, and what steps wrote."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.journal import LINE, InstructionInfo
from calcharo_vm.recording.queries import search
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.rows import Hit, Output
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.types import LineNumber, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_STREAMS: dict[object, str] = {ops.OUT: "stdout", ops.ERR: "stderr"}
_WRITING = frozenset({ops.OUT, ops.ERR})
_PREPARATION = frozenset({"RESUME", "RETURN_GENERATOR"})
_Key: TypeAlias = tuple[StepIndex, str, str]
_Row = TypeVar("_Row")


def lines(recording: "Recording") -> Answer[ExecutionStep]:
    """The first step of each visit to a line."""
    return _visits(recording, frozenset(on_lines(recording)), lambda step: recording[step])


def hits(recording: "Recording", file: str, line: LineNumber) -> Answer[Hit]:
    """The visits to a line of a file."""
    journal, table = recording.journal, recording.frames
    codes = {number for number, code in enumerate(journal.codes) if _is_file(code.filename, file)}
    wanted = frozenset(
        number
        for number in on_lines(recording)
        if journal.instructions[number].line == line and journal.instructions[number].code in codes
    )

    def make(step: StepIndex) -> Hit:
        frame = table.executing(step)
        return Hit(recording[step], journal.codes[table.codes[frame]].function, frame)

    return _visits(recording, wanted, make)


def on_lines(recording: "Recording") -> Iterator[int]:
    """Yields the instructions that a debugger would stop at."""
    infos = recording.journal.instructions
    return (number for number in range(len(infos)) if _is_on_line(infos, number))


def _is_on_line(infos: Sequence[InstructionInfo], number: int) -> bool:
    """Returns whether an instruction belongs to a line, and does not only prepare a frame, or make a generator."""
    info = infos[number]
    is_after_making = info.opname == "POP_TOP" and infos[number - 1].opname == "RETURN_GENERATOR"
    return info.line is not None and info.opname not in _PREPARATION and not is_after_making


def _is_file(known: str, asked: str) -> bool:
    """Returns whether a file is meant by a path, of which the beginning may be left out."""
    parts, wanted = PurePath(known).parts, PurePath(asked).parts
    return bool(wanted) and parts[-len(wanted) :] == wanted


def _visits(recording: "Recording", wanted: frozenset[int], make: Callable[[StepIndex], _Row]) -> Answer[_Row]:
    """The visits that begin with some of the instructions on lines."""

    def find(*, is_backwards: bool = False) -> Iterator[StepIndex]:
        numbers = range(len(recording.journal.chunks))
        for chunk in search.chunks(recording, Wanted(wanted), reversed(numbers) if is_backwards else numbers):
            found = [step for step in begun_in(recording, chunk) if recording.journal.word(step) in wanted]
            yield from reversed(found) if is_backwards else found

    return Answer(find, make, lambda: find(is_backwards=True))


def begun_in(recording: "Recording", chunk: int) -> Iterator[StepIndex]:
    """Yields the steps of a chunk by which a frame comes to a line, as CPython's line events say it.

    It does so when it turns to another line, or jumps back within one, and not when a function that it called returns.
    Where steps are lines, CPython has said it.
    """
    journal, table, infos = recording.journal, recording.frames, recording.journal.instructions
    before: dict[int, int | None] = {}  # the instruction that each frame was at
    for step, number in enumerate(journal.columns(chunk).instructions, journal.starts[chunk]):
        if not _is_on_line(infos, number):
            continue
        frame = table.executing(step)
        last = before[frame] if frame in before else _instruction_before(recording, frame, step)
        before[frame] = number
        is_told = infos[number].opname == LINE
        if is_told or last is None or infos[last].line != infos[number].line or number <= last:
            yield step


def _instruction_before(recording: "Recording", frame: int, step: StepIndex) -> int | None:
    """The instruction on a line that a frame was at before a step, None when it has just started."""
    journal, table = recording.journal, recording.frames
    first = table.first(frame)
    while step > first:
        step = table.step_before(frame, step)
        number = journal.word(step)
        if _is_on_line(journal.instructions, number):
            return number
    return None


def output(recording: "Recording") -> Answer[Output]:
    """What each step wrote, in order."""

    def find(*, is_backwards: bool = False) -> Iterator[_Key]:
        last = len(recording) - 1
        numbers = range(len(recording.journal.chunks)) if last >= 0 else range(0)
        wanted = Wanted(operations=_WRITING)
        for chunk in recording.chunk_index.chunks(wanted, reversed(numbers) if is_backwards else numbers):
            words = recording.journal.chunks[chunk]
            told = recording.chunk_index.marks_of_threads(chunk, _WRITING)
            marks = [(min(step, last), at) for _thread, step, at in told]
            found = [
                (step, stream, "".join(str(words[at + 1]) for _step, at in pieces))
                for (step, stream), pieces in groupby(marks, key=lambda mark: (mark[0], _STREAMS[words[mark[1]]]))
            ]
            yield from reversed(found) if is_backwards else found

    def make(key: _Key) -> Output:
        step, stream, text = key
        return Output(recording[step], stream, text)

    return Answer(find, make, lambda: find(is_backwards=True))
