"""The last write: backwards from a step to the one that bound a variable, or changed an object."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.queries import search
from calcharo_vm.recording.queries.bindings import last_binding
from calcharo_vm.recording.queries.objects import object_writes
from calcharo_vm.recording.queries.variables import UNBOUND, Variable, seen_from
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def last_write_of_name(recording: "Recording", step: StepIndex, name: str) -> StepIndex | None:
    """The last step, up to one, that bound the variable that a name means there, or changed what it stood for."""
    state = recording.state_after(step)
    variable = seen_from(state, recording.frames.executing(step), name)
    word = variable.word(state)
    if word is UNBOUND:
        return _before_it_was_unbound(recording, step, variable)
    changed = next(writing_steps(recording, word.stop, step), 0) if type(word) is range else 0
    binding = last_binding(recording, variable, step, changed)
    return changed if binding is None else binding.step


def _before_it_was_unbound(recording: "Recording", step: StepIndex, variable: Variable) -> StepIndex | None:
    binding = last_binding(recording, variable, step)
    if binding is None:
        return None
    word = variable.word(recording.state_after(binding.step))
    if type(word) is not range:
        return binding.step
    steps = range(binding.step, step)
    unbound = steps[bisect_left(steps, True, key=lambda at: variable.word(recording.state_after(at)) is UNBOUND) - 1]
    return next(writing_steps(recording, word.stop, unbound, binding.step + 1), binding.step)


def last_write_of_object(recording: "Recording", step: StepIndex, oid: Oid, slot: object) -> StepIndex | None:
    """The last step, up to one, that changed an object, or one of its slots unless that is None."""
    writes = object_writes(recording, oid, slot)
    return next((found for _chunk, found, _at in writes.find(is_backwards=True, before=step + 1)), None)


def writing_steps(recording: "Recording", oid: Oid, last: StepIndex, first: StepIndex = 0) -> Iterator[StepIndex]:
    """Yields the steps that changed an object, from `last` backwards to `first`."""
    oids = frozenset({oid})
    return search.steps_back(recording, Wanted(oids=oids), oids, last, first)
