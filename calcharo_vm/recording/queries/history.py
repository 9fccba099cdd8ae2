"""The history of a variable: the steps that bound it, or changed in place what it stood for."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from calcharo_vm.errors import RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.index import Wanted
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.queries import search
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.line_steps import line_instructions, slots_set
from calcharo_vm.recording.queries.names import Access, Names, Place, beginning
from calcharo_vm.recording.queries.rows import Write, WriteKind
from calcharo_vm.recording.queries.scopes import scope
from calcharo_vm.recording.queries.variables import UNBOUND, Cell, Local, Named, Variable, accessed, in_slot, same
from calcharo_vm.recording.state import State
from calcharo_vm.types import Oid, StepIndex

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

_STORES = frozenset({"STORE_NAME", "STORE_GLOBAL", "STORE_DEREF"})
"""Instructions that are known to bind a variable, or not to."""

_Key: TypeAlias = tuple[StepIndex, WriteKind, Variable]


def history(recording: "Recording", name: str, function: str | None) -> Answer[Write]:
    """The steps that bound a variable or changed what it stood for."""
    if not isinstance(name, str):
        raise RecordingError(f"the name of a variable was wanted, not {name!r}")

    def make(key: _Key) -> Write:
        step, kind, variable = key
        state = recording.state_after(step)
        value = PlainValues(state).of(variable.word(state))
        return Write(recording[step], value, kind, name, variable.frame if isinstance(variable, Local) else None)

    return Answer(lambda: _History(recording, name, function).find(), make)


class _History:
    """Goes through a recording forwards and remembers what the variables stand for."""

    def __init__(self, recording: "Recording", name: str, function: str | None) -> None:
        self._recording = recording
        self._table = recording.frames
        self._names = Names(recording.journal)
        self._scope = scope(recording, name, function)
        self._binding = self._binders()
        self._beginning = self._beginnings()
        self._moving = self._movings()
        self._lines = line_instructions(recording.journal)
        self._words: dict[Variable, object] = {}
        self._holders: dict[Oid, dict[Variable, None]] = {}  # the variables that stood for an object
        self._room = 100

    def _binders(self) -> dict[int, tuple[Access, ...]]:
        """The instructions that may bind a variable of that name in the scope, and which."""
        found: dict[int, tuple[Access, ...]] = {}
        for number, info in enumerate(self._recording.journal.instructions):
            accesses = tuple(each for each in self._names.bound(number) if self._counts(info.code, each))
            if accesses:
                found[number] = accesses
        return found

    def _counts(self, code: int, access: Access) -> bool:
        if access.name != self._scope.name:
            return False
        if access.place in (Place.SLOT, Place.CELL):
            return code in self._scope.codes
        return bool(self._scope.namespaces)

    def _beginnings(self) -> dict[int, int]:
        """The instructions that begin functions which have the name as a parameter, and its slot."""
        codes = ((code, self._recording.journal.codes[code]) for code in self._scope.codes)
        name = self._scope.name
        return {
            beginning(self._recording.journal, code): info.slots.index(name)
            for code, info in codes
            if name in info.slots[: info.parameters]
        }

    def _movings(self) -> dict[int, int]:
        """The instructions that put a value back in a slot of that name, or move it to a cell; and the slot."""
        journal, found = self._recording.journal, dict[int, int]()
        for number, info in enumerate(journal.instructions):
            slots = {access.slot for access in self._names.restored(number)}
            if info.opname == "MAKE_CELL":
                slots.add(info.oparg or 0)
            if info.code in self._scope.codes:
                named = (slot for slot in slots if journal.codes[info.code].slots[slot] == self._scope.name)
                found.update((number, slot) for slot in named)
        return found

    @property
    def _instructions(self) -> frozenset[int]:
        return self._lines or frozenset({*self._binding, *self._beginning, *self._moving})

    def find(self) -> Iterator[_Key]:
        """Yields step, kind and variable of each row."""
        for chunk in range(len(self._recording.journal.chunks)):
            if next(search.chunks(self._recording, self._wanted(), (chunk,)), None) is not None:
                yield from self._in_chunk(chunk)
                self._forget(chunk)

    def _wanted(self) -> Wanted:
        names = frozenset({self._scope.name}) if self._scope.namespaces else frozenset[str]()
        cells = (each.oid for each in self._words if isinstance(each, Cell))
        oids = frozenset({*self._holders, *cells})
        return Wanted(self._instructions, oids, names, self._scope.namespaces)

    def _in_chunk(self, chunk: int) -> Iterator[_Key]:
        recording, journal = self._recording, self._recording.journal
        writes: dict[StepIndex, list[int]] = {}
        for places in recording.chunk_index.writes(chunk).values():
            for at in places:
                writes.setdefault(recording.chunk_index.step(chunk, at), []).append(at)
        for step in sorted({*recording.chunk_index.steps(chunk, self._instructions), *writes}):
            if step < len(recording):
                bound = dict.fromkeys(self._bound_at(step, journal.word(step)))
                bound.update(dict.fromkeys(self._bound_by_writes(chunk, step, writes.get(step, []), bound)))
                yield from ((step, WriteKind.BOUND, variable) for variable in bound)
                yield from self._changed_at(chunk, step, writes.get(step, []), bound)

    # --- bindings --------------------------------------------------------------------------------

    def _bound_at(self, step: StepIndex, number: int) -> Iterator[Variable]:
        """Yields the variables of the scope that the instruction of a step bound."""
        if self._lines:
            yield from self._with_value(step, self._bound_on_line(step))
            return
        frame = self._table.executing(step)
        if number in self._beginning:
            yield from self._with_value(step, [Local(frame, self._beginning[number])])
        if number in self._moving:
            state = self._recording.state_after(step)
            self._remember(state, in_slot(state, frame, self._moving[number]))
        if number in self._binding:
            state = self._recording.state_after(step)
            variables = [accessed(state, frame, access) for access in self._binding[number]]
            yield from self._with_value(step, filter(self._is_in_scope, variables))

    def _bound_on_line(self, step: StepIndex) -> Iterator[Variable]:
        """Yields the local variables of the scope that got another value in a step which is a line."""
        codes, frame, name = self._recording.journal.codes, self._table.executing(step), self._scope.name
        code = codes[self._table.codes[frame]]
        is_parameter = self._table.codes[frame] in self._scope.codes and name in code.slots[: code.parameters]
        if is_parameter and self._table.first(frame) == step:
            yield Local(frame, code.slots.index(name))
        for other, slot in slots_set(self._recording, step):
            number = self._table.codes[other]
            if number in self._scope.codes and codes[number].slots[slot] == name:
                yield Local(other, slot)

    def _with_value(self, step: StepIndex, variables: Iterable[Variable]) -> Iterator[Variable]:
        state = self._recording.state_after(step)
        return (variable for variable in variables if self._remember(state, variable))

    def _is_in_scope(self, variable: Variable) -> bool:
        return not isinstance(variable, Named) or variable.namespace in self._scope.namespaces

    def _remember(self, state: State, variable: Variable) -> bool:
        """Remembers what a variable stands for, and returns whether it has a value."""
        word = variable.word(state)
        old = self._words.pop(variable, None)
        if type(old) is range and old.stop in self._holders:
            self._holders[old.stop].pop(variable, None)
            if not self._holders[old.stop]:
                del self._holders[old.stop]
        if word is UNBOUND:
            return False
        self._words[variable] = word
        if type(word) is range:
            self._holders.setdefault(word.stop, {})[variable] = None
        return True

    def _bound_by_writes(
        self, chunk: int, step: StepIndex, places: list[int], bound: dict[Variable, None]
    ) -> Iterator[Variable]:
        """Yields the variables that a step bound by writing to their namespace or cell: whatever wrote there."""
        words = self._recording.journal.chunks[chunk]
        is_store = self._recording.journal.instruction(step).opname in _STORES
        for at in places:
            oid: Oid = words[at + 1]  # type: ignore[assignment]
            variable: Variable = (
                Named(oid, self._scope.name) if oid in self._scope.namespaces else Cell(oid, self._scope.name)
            )
            if variable in bound or (isinstance(variable, Cell) and variable not in self._words):
                continue
            state = self._recording.state_after(step)
            old = self._words.get(variable, UNBOUND)
            if not same(old, variable.word(state)) and self._remember(state, variable) and not is_store:
                yield variable

    # --- changes in place ------------------------------------------------------------------------

    def _changed_at(
        self, chunk: int, step: StepIndex, places: list[int], bound: dict[Variable, None]
    ) -> Iterator[_Key]:
        """Yields a key for each object that a step changed and a variable stood for before and stands for after it."""
        words = self._recording.journal.chunks[chunk]
        for oid in dict.fromkeys(words[at + 1] for at in places):
            holders = self._holders.get(oid, {})  # type: ignore[call-overload]
            for variable in reversed(list(holders)):
                state = self._recording.state_after(step)
                if variable.word(state) != range(oid):  # type: ignore[call-overload]
                    self._remember(state, variable)
                elif variable not in bound:
                    yield step, WriteKind.CHANGED, variable
                    break

    def _forget(self, chunk: int) -> None:
        """Forgets the local variables of frames that have ended, when there are many."""
        if len(self._words) < self._room:
            return
        ends = [*self._recording.journal.starts[chunk + 1 : chunk + 2], len(self._recording)]
        for variable in list(self._words):
            if isinstance(variable, Local) and NONE < self._table.last[variable.frame] < ends[0]:
                word = self._words.pop(variable)
                if type(word) is range:
                    self._holders.get(word.stop, {}).pop(variable, None)
        self._holders = {oid: holders for oid, holders in self._holders.items() if holders}
        self._room = max(100, 2 * len(self._words))
