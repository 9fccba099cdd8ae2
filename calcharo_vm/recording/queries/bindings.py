"""The last binding of a variable: backwards from a step to the one that gave the variable its value."""

from typing import TYPE_CHECKING, TypeAlias

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.queries import search
from calcharo_vm.recording.queries.line_steps import is_line, line_instructions, slots_set
from calcharo_vm.recording.queries.names import Names, Place, beginning, position
from calcharo_vm.recording.queries.variables import UNBOUND, Cell, Local, Named, Variable, accessed, same
from calcharo_vm.types import StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


@attrs.frozen
class Binding:
    """The step that gave a variable its value.

    Attributes:
        step: The step; for an argument, the first of its function.
        frame: The frame that did it.
        is_argument: Whether the value came as an argument.
    """

    step: StepIndex
    frame: int
    is_argument: bool = False


_Found: TypeAlias = Binding | StepIndex | None
"""What a step is: a binding, where to go on to look, or nothing of interest."""


def last_binding(recording: "Recording", variable: Variable, last: StepIndex, first: StepIndex = 0) -> Binding | None:
    """The last binding of a variable in the steps from `first` to `last`."""
    return _KINDS[type(variable)](recording, variable).find(last, first)


def begun_at(recording: "Recording", frame: int, last: StepIndex) -> StepIndex:
    """The first step of a frame that the source has a line for; its very first one if that comes after `last`."""
    journal, table = recording.journal, recording.frames
    first = step = table.first(frame)
    if is_line(recording, first):
        return first
    begins = beginning(journal, table.codes[frame])
    while step <= last:
        if journal.word(step) == begins and table.executing(step) == frame:
            return step
        step += 1
    return first


class _Backwards:
    """Looks for the last binding of one variable."""

    def __init__(self, recording: "Recording", variable: Variable) -> None:
        self.recording = recording
        self.variable = variable
        self.names = Names(recording.journal)
        self.wanted = self.what_is_wanted()

    def what_is_wanted(self) -> Wanted:
        """What a chunk has to have to be worth looking at."""
        raise NotImplementedError  # pragma: no cover - each kind of variable says what

    def look_at(self, step: StepIndex) -> _Found:
        """What a step that has what is wanted is to the variable."""
        raise NotImplementedError  # pragma: no cover - each kind of variable says how

    def find(self, last: StepIndex, first: StepIndex) -> Binding | None:
        """The last binding in a range of steps."""
        self.last = last
        for step in search.steps_back(self.recording, self.wanted, self.oids, last, first):
            found = self.look_at(step) if step <= last else None
            if isinstance(found, Binding):
                return found
            last = last if found is None else found
        return None

    @property
    def oids(self) -> frozenset[int]:
        """The object whose changes are looked at."""
        return self.wanted.oids

    def instructions(self, kinds: tuple[Place, ...], name: str) -> frozenset[int]:
        """The instructions of any code that store a name in certain places."""
        return frozenset(
            number
            for number, info in enumerate(self.recording.journal.instructions)
            if info.opname.startswith("STORE_")
            and any(access.place in kinds and access.name == name for access in self.names.bound(number))
        )

    def is_bound_at(self, step: StepIndex) -> bool:
        """Returns whether the instruction of a step bound the variable."""
        state, frame = self.recording.state_after(step), self.recording.frames.executing(step)
        bound = self.names.bound(self.recording.journal.word(step))
        return self.variable in (accessed(state, frame, access) for access in bound)

    def is_given_at(self, step: StepIndex) -> bool:
        """Returns whether the variable has another value after a step than it had before."""
        before = self.variable.word(self.recording.state_after(step - 1)) if step else UNBOUND
        now = self.variable.word(self.recording.state_after(step))
        return now is not UNBOUND and not same(before, now)


class _LocalBackwards(_Backwards):
    """Looks for the last binding of a variable in a slot."""

    variable: Local

    def what_is_wanted(self) -> Wanted:
        journal, slot = self.recording.journal, self.variable.slot
        code = self.recording.frames.codes[self.variable.frame]
        lines = line_instructions(journal)
        return Wanted(
            lines
            or frozenset(
                number
                for number, info in enumerate(journal.instructions)
                if info.code == code
                and slot in {each.slot for each in (*self.names.bound(number), *self.names.restored(number))}
            )
        )

    def find(self, last: StepIndex, first: StepIndex) -> Binding | None:
        """The last binding in a range of steps, the function's beginning included."""
        table, frame = self.recording.frames, self.variable.frame
        begun = begun_at(self.recording, frame, last)
        found = super().find(last, max(first, begun))
        if found is None and first <= begun <= last:
            is_parameter = self.variable.slot < self.recording.journal.codes[table.codes[frame]].parameters
            return Binding(begun, frame, is_argument=True) if is_parameter else None
        return found

    def look_at(self, step: StepIndex) -> _Found:
        if is_line(self.recording, step):
            is_set = (self.variable.frame, self.variable.slot) in slots_set(self.recording, step)
            return Binding(step, self.recording.frames.executing(step)) if is_set else None
        if self.recording.frames.executing(step) != self.variable.frame:
            return None
        number = self.recording.journal.word(step)
        if self.variable.slot in {each.slot for each in self.names.restored(number)}:
            return self._saved_before(step)
        return Binding(step, self.variable.frame)

    def _saved_before(self, step: StepIndex) -> StepIndex:
        """The step that put away the variable's value, which another one has put back."""
        instructions = self.recording.journal.instructions
        restoring = self.recording.journal.instruction(step)
        saving = frozenset(
            number
            for number, info in enumerate(instructions)
            if (info.opname, info.code, info.oparg) == ("LOAD_FAST_AND_CLEAR", restoring.code, self.variable.slot)
            and position(info) == position(restoring)
        )
        steps = search.steps_back(self.recording, Wanted(saving), frozenset(), step, 0)
        return next(each for each in steps if self.recording.frames.executing(each) == self.variable.frame)


class _CellBackwards(_Backwards):
    """Looks for the last binding of a variable in a cell."""

    variable: Cell

    def what_is_wanted(self) -> Wanted:
        return Wanted(
            self.instructions((Place.CELL,), self.variable.name),
            frozenset({self.variable.oid}),
        )

    def look_at(self, step: StepIndex) -> _Found:
        frame, info = self.recording.frames.executing(step), self.recording.journal.instruction(step)
        if info.opname == "MAKE_CELL":
            is_filled = self.variable.word(self.recording.state_after(step)) is not UNBOUND
            begun = begun_at(self.recording, frame, self.last)
            return Binding(begun, frame, is_argument=True) if is_filled else None
        if info.opname == "STORE_DEREF":
            return Binding(step, frame) if self.is_bound_at(step) else None
        return Binding(step, frame) if self.is_given_at(step) else None


class _NamedBackwards(_Backwards):
    """Looks for the last binding of a variable in a namespace."""

    variable: Named

    def what_is_wanted(self) -> Wanted:
        name = self.variable.name
        return Wanted(
            self.instructions((Place.NAMESPACE, Place.GLOBAL), name), names=frozenset({name}), namespaces=self.oids
        )

    @property
    def oids(self) -> frozenset[int]:
        """The namespace."""
        return frozenset({self.variable.namespace})

    def look_at(self, step: StepIndex) -> _Found:
        frame = self.recording.frames.executing(step)
        if self.recording.journal.instruction(step).opname in {"STORE_NAME", "STORE_GLOBAL"}:
            return Binding(step, frame) if self.is_bound_at(step) else None
        return Binding(step, frame) if self._is_written_at(step) and self.is_given_at(step) else None

    def _is_written_at(self, step: StepIndex) -> bool:
        """Returns whether a step wrote to the namespace under the name, or anew."""
        name, namespace = self.variable.name, self.variable.namespace
        for operation, operands in self.recording.journal.operations(step):
            is_key = operation == ops.KEY and operands[:2] == (namespace, name)
            if is_key or (operation == ops.TABLE and operands[0] == namespace and name in operands[2::2]):
                return True
        return False


_KINDS: dict[type, type[_Backwards]] = {Local: _LocalBackwards, Cell: _CellBackwards, Named: _NamedBackwards}
