"""Goes through a recording for steps that may be what a question looks for, passing over most chunks."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.errors import RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def step_index(recording: "Recording", step: StepIndex | ExecutionStep) -> StepIndex:
    """The index of a step that a question is about; negative ones count from the end.

    Raises:
        UnknownStep: The recording has no such step.
        RecordingError: It is a step of another recording.
    """
    if isinstance(step, ExecutionStep):
        if step != recording[step.index]:
            raise RecordingError(f"step {step.index} of another recording was given: ask the recording it is from")
        return step.index
    if not isinstance(step, int):
        raise RecordingError(f"a step or its index was wanted, not {step!r}")
    return recording[step].index


def chunks(recording: "Recording", wanted: Wanted, numbers: Iterable[int]) -> Iterator[int]:
    """Yields those of some chunks that may have something that is wanted, in their order."""
    journal, table, index = recording.journal, recording.frames, recording.chunk_index
    codes = {journal.instructions[instruction].code for instruction in wanted.instructions}
    rest = attrs.evolve(wanted, instructions=frozenset())
    ends = [*journal.starts[1:], journal.length]
    for number in numbers:
        frames = table.executing_in(journal.starts[number], ends[number]) if codes else ()
        is_executing = any(frame >= 0 and table.codes[frame] in codes for frame in frames)
        if index.has(wanted if is_executing else rest, number):
            yield number


def steps_back(
    recording: "Recording", wanted: Wanted, oids: frozenset[Oid], last: StepIndex, first: StepIndex
) -> Iterator[StepIndex]:
    """Yields the steps from `last` back to `first` that execute what is wanted or write to one of some objects."""
    journal, index = recording.journal, recording.chunk_index
    numbers = range(journal.chunk_of(first), journal.chunk_of(last) + 1) if first <= last else range(0)
    for chunk in chunks(recording, wanted, reversed(numbers)):
        found = set(index.steps(chunk, wanted.instructions)) if wanted.instructions else set()
        writes = index.writes(chunk) if oids else {}
        found.update(index.step(chunk, at) for oid in oids for at in writes.get(oid, ()))
        yield from sorted((step for step in found if first <= step <= last), reverse=True)
