"""Which variables a name stands for: anywhere, or in one function."""

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.queries.names import free_names, is_global_in, is_within
from calcharo_vm.types import Oid

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


@attrs.frozen
class Scope:
    """The variables that a name stands for.

    Attributes:
        name: The name.
        codes: The code objects that have it as a local variable, or share that of an enclosing function.
        namespaces: The namespaces that count.
    """

    name: str
    codes: frozenset[int]
    namespaces: frozenset[Oid]


def scope(recording: "Recording", name: str, function: str | None) -> Scope:
    """The variables that a name stands for in a function of that qualified name, or anywhere if it is None."""
    table, codes = recording.frames, recording.journal.codes
    if function is None:
        spaces = {*table.globals, *(oid for oid in table.namespaces if oid >= 0)}
        return Scope(name, frozenset(_with_slot(recording.journal, name)), frozenset(spaces))
    asked = {number for number, code in enumerate(codes) if code.function == function}
    local: set[int] = set()
    for number in asked:
        if name in codes[number].slots:
            local |= _sharing(recording.journal, name, number)
    outer = {code for code in asked if is_global_in(recording.journal, code, name)}
    spaces: set[Oid] = set()
    for code, globals_, namespace in set(zip(table.codes, table.globals, table.namespaces, strict=True)):
        if code in asked and codes[code].is_namespace:
            spaces.add(globals_ if namespace == NONE else namespace)
        if code in outer:
            spaces.add(globals_)
    return Scope(name, frozenset(local), frozenset(spaces))


def _with_slot(journal: Journal, name: str) -> set[int]:
    return {number for number, code in enumerate(journal.codes) if name in code.slots}


def _sharing(journal: Journal, name: str, number: int) -> set[int]:
    """The code objects that share a local variable of one of them through closures, that one included."""
    owner = _owner(journal, name, number)
    return {other for other in _with_slot(journal, name) if _owner(journal, name, other) == owner}


def _owner(journal: Journal, name: str, number: int) -> tuple[str, str]:
    """File and qualified name of the function whose variable a name is in a code object that has a slot for it."""
    code = journal.codes[number]
    if name in free_names(journal, number):
        outer = [each for at, each in enumerate(journal.codes) if _has_own(journal, name, at) and is_within(code, each)]
        code = max(outer, key=lambda each: len(each.function), default=code)
    return code.filename, code.function


def _has_own(journal: Journal, name: str, number: int) -> bool:
    code = journal.codes[number]
    return name in code.slots and name not in free_names(journal, number)
