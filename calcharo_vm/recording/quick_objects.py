"""Records new objects whose content is known: nothing of them has to be read."""

from collections.abc import Callable
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.comparison import Comparison
from calcharo_vm.recording.identity import Shade, Table, Words
from calcharo_vm.recording.values import HeapKind


class New(Protocol):
    """Gives the shade of a new object, which one place holds."""

    def __call__(self, value: object, kind: HeapKind, type_name: str, items: Words, name: str = "") -> Shade:
        """The object holds `items`, which are counted already; whoever calls this writes what there is to journal."""
        ...


NewTable = Callable[[object, HeapKind, str, Table], Shade]
"""The same for an object that keeps what it holds by key, all of which are scalars."""


def make_new(shadow: Comparison) -> New:
    """Makes what records a new object of built-in type."""
    by_id, note_written = shadow.by_id, shadow.note_written

    def new(value: object, kind: HeapKind, type_name: str, items: Words, name: str = "") -> Shade:
        number = shadow.made
        shadow.made = number + 1
        shade = by_id[id(value)] = Shade(number, value, kind, shadow.epoch, type_name, name)
        note_written(number)
        shade.items = items
        shade.count = 1
        return shade

    return new


def make_new_table(shadow: Comparison) -> NewTable:
    """Makes what records a new dictionary or set."""
    by_id, note_written = shadow.by_id, shadow.note_written

    def new(value: object, kind: HeapKind, type_name: str, table: Table) -> Shade:
        number = shadow.made
        shadow.made = number + 1
        shade = by_id[id(value)] = Shade(number, value, kind, shadow.epoch, type_name)
        note_written(number)
        shade.table = table
        shade.count = 1
        return shade

    return new
