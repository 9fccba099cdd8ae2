"""The story of a run: the steps at which something happened that a reader of the source would tell."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.visits import begun_in
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.recording.summary import RETURNING, YIELDING
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_MOST_BETWEEN: Final = 48
_TOLD: Final = frozenset({ops.OUT, ops.ERR, ops.RAISED})


def story(recording: "Recording") -> Answer[ExecutionStep]:
    """The steps that begin a visit to a line, leave a function with a value, raise or write."""
    infos = recording.journal.instructions
    leaving = frozenset(number for number, info in enumerate(infos) if info.opname in RETURNING | {YIELDING})

    def find(*, is_backwards: bool = False) -> Iterator[StepIndex]:
        numbers = range(len(recording.journal.chunks)) if len(recording) else range(0)
        for chunk in reversed(numbers) if is_backwards else numbers:
            yield from sorted(_told_in(recording, chunk, leaving), reverse=is_backwards)

    return Answer(find, lambda step: recording[step], lambda: find(is_backwards=True))


def _told_in(recording: "Recording", chunk: int, leaving: frozenset[int]) -> set[StepIndex]:
    """The steps of a chunk that are told; the compiler's own, which have no line, are not."""
    index, journal = recording.chunk_index, recording.journal
    told = set(begun_in(recording, chunk))
    told.update(_ended_in(recording, chunk))
    told.update(index.steps(chunk, leaving))
    return {step for step in told if journal.instruction(step).line is not None}


def _ended_in(recording: "Recording", chunk: int) -> Iterator[StepIndex]:
    """Yields the steps of a chunk that raise or write; they may have done it in an earlier one.

    Other threads may complete steps in between. Where they fill too many chunks, the step is told that ends next.
    """
    index, journal = recording.chunk_index, recording.journal
    start, stop, last = journal.starts[chunk], journal.end_of_chunk(journal.starts[chunk]), len(recording) - 1
    for earlier in _earlier(recording, chunk):
        steps = (step for _thread, step, _at in index.marks_of_threads(earlier, _TOLD))
        yield from (step for step in steps if start <= step < stop)
    for _thread, step, at in index.marks_of_threads(chunk, _TOLD):
        if step < stop:
            yield step
        elif step > last or journal.chunk_of(step) - chunk > _MOST_BETWEEN:
            yield min(index.step(chunk, at), last)


def _earlier(recording: "Recording", chunk: int) -> Iterator[int]:
    """Yields the chunks in which steps of a chunk may have begun, backwards: each ends a step of its thread at most."""
    unseen = set(recording.journal.columns(chunk).threads)
    for earlier in reversed(range(max(0, chunk - _MOST_BETWEEN), chunk)):
        if not unseen:
            return
        yield earlier
        unseen.difference_update(recording.journal.columns(earlier).threads)
