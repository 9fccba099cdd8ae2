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
    index, journal, last = recording.chunk_index, recording.journal, len(recording) - 1
    told = set(begun_in(recording, chunk))
    told.update(min(step, last) for step, _at in index.marks(chunk, _TOLD))
    told.update(index.steps(chunk, leaving))
    return {step for step in told if journal.instruction(step).line is not None}
