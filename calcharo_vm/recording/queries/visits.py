"""Visits to source lines, and what steps wrote."""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.journal import InstructionInfo
from calcharo_vm.recording.queries import search
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.rows import Hit, Output
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.types import LineNumber, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_STREAMS: dict[object, str] = {ops.OUT: "stdout", ops.ERR: "stderr"}
_WRITING = frozenset({ops.OUT, ops.ERR})
_Key: TypeAlias = tuple[StepIndex, str, str]
_Row = TypeVar("_Row")


def lines(recording: "Recording") -> Answer[ExecutionStep]:
    """The first step of each visit to a line."""
    return _visits(recording, frozenset(_on_lines(recording)), lambda step: recording[step])


def hits(recording: "Recording", file: str, line: LineNumber) -> Answer[Hit]:
    """The visits to a line of a file."""
    journal, table = recording.journal, recording.frames
    codes = {number for number, code in enumerate(journal.codes) if _is_file(code.filename, file)}
    wanted = frozenset(
        number
        for number in _on_lines(recording)
        if journal.instructions[number].line == line and journal.instructions[number].code in codes
    )

    def make(step: StepIndex) -> Hit:
        frame = table.executing(step)
        return Hit(recording[step], journal.codes[table.codes[frame]].function, frame)

    return _visits(recording, wanted, make)


def _on_lines(recording: "Recording") -> Iterator[int]:
    """Yields the instructions that a debugger would stop at."""
    return (number for number, info in enumerate(recording.journal.instructions) if _is_on_line(info))


def _is_on_line(info: InstructionInfo) -> bool:
    return info.line is not None and info.opname != "RESUME"


def _is_file(known: str, asked: str) -> bool:
    """Returns whether a file is meant by a path, of which the beginning may be left out."""
    parts, wanted = PurePath(known).parts, PurePath(asked).parts
    return bool(wanted) and parts[-len(wanted) :] == wanted


def _visits(recording: "Recording", wanted: frozenset[int], make: Callable[[StepIndex], _Row]) -> Answer[_Row]:
    """The visits that begin with some of the instructions on lines."""

    def find(*, is_backwards: bool = False) -> Iterator[StepIndex]:
        numbers = range(len(recording.journal.chunks))
        for chunk in search.chunks(recording, Wanted(wanted), reversed(numbers) if is_backwards else numbers):
            found = [step for step in _begun_in(recording, chunk) if recording.journal.word(step) in wanted]
            yield from reversed(found) if is_backwards else found

    return Answer(find, make, lambda: find(is_backwards=True))


def _begun_in(recording: "Recording", chunk: int) -> Iterator[StepIndex]:
    """Yields the steps of a chunk that are on another line, or in another frame, than their thread's step before."""
    journal, table = recording.journal, recording.frames
    columns, infos = journal.columns(chunk), journal.instructions
    places: dict[int, tuple[int, int | None] | None] = {}  # by thread: frame and line
    for step, (number, thread) in enumerate(
        zip(columns.instructions, columns.threads, strict=True), journal.starts[chunk]
    ):
        if not _is_on_line(infos[number]):
            continue
        place = table.executing(step), infos[number].line
        if thread not in places:
            places[thread] = _place_before(recording, step, thread)
        if places[thread] != place:
            places[thread] = place
            yield step


def _place_before(recording: "Recording", step: StepIndex, thread: int) -> tuple[int, int | None] | None:
    """The frame and line that a thread was at before a step."""
    journal = recording.journal
    for at in range(step - 1, -1, -1):
        info = journal.instruction(at)
        if journal.thread(at) == thread and _is_on_line(info):
            return recording.frames.executing(at), info.line
    return None


def output(recording: "Recording") -> Answer[Output]:
    """What each step wrote, in order."""

    def find(*, is_backwards: bool = False) -> Iterator[_Key]:
        last = len(recording) - 1
        numbers = range(len(recording.journal.chunks)) if last >= 0 else range(0)
        wanted = Wanted(operations=_WRITING)
        for chunk in recording.chunk_index.chunks(wanted, reversed(numbers) if is_backwards else numbers):
            words = recording.journal.chunks[chunk]
            marks = [(min(step, last), at) for step, at in recording.chunk_index.marks(chunk, _WRITING)]
            found = [
                (step, stream, "".join(str(words[at + 1]) for _step, at in pieces))
                for (step, stream), pieces in groupby(marks, key=lambda mark: (mark[0], _STREAMS[words[mark[1]]]))
            ]
            yield from reversed(found) if is_backwards else found

    def make(key: _Key) -> Output:
        step, stream, text = key
        return Output(recording[step], stream, text)

    return Answer(find, make, lambda: find(is_backwards=True))
