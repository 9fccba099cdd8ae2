"""Records new objects whose content is known: nothing of them has to be read."""

from collections.abc import Callable
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
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


NewTuple = Callable[[tuple[object, ...]], tuple[Shade, Words] | None]
"""Gives the shade of a new tuple, which one place holds, and the words that tell of it.

None, if it has the address of something recorded, or holds what is not recorded, and nothing is done.
"""


def make_new_tuple(shadow: Comparison) -> NewTuple:
    """Makes what records a tuple that native code has made of what is recorded."""
    by_id, scalars, new = shadow.by_id, shadow.scalars, make_new(shadow)
    anatomy = shadow.anatomy.of(tuple)
    kind, name = anatomy.kind, anatomy.name
    told = kind.value, name, "", ops.ITEMS

    def new_tuple(value: tuple[object, ...]) -> tuple[Shade, Words] | None:
        if id(value) in by_id:
            return None
        items: Words = [*value]
        tokens: Words = [*value]
        for at, part in enumerate(value):
            cls = id(type(part))
            if cls not in scalars:
                shade = by_id.get(id(part))
                if shade is None or not shade.count or shade.epoch != shadow.epoch or shade.type_address != cls:
                    return None
                items[at], tokens[at] = shade, shade.token
        for item in items:
            if type(item) is Shade:
                item.count += 1
        made = new(value, kind, name, items)
        oid = made.token.stop
        return made, [ops.NEW, oid, *told, oid, 0, 0, len(items), *tokens]

    return new_tuple


def make_hold_tuple(shadow: Comparison) -> Callable[[tuple[object, ...]], Shade]:
    """Makes what gives the shade of a tuple that is probably new, which one more place holds, and tells of it."""
    new_tuple, extend, hold = make_new_tuple(shadow), shadow.log.extend, shadow.hold

    def hold_tuple(value: tuple[object, ...]) -> Shade:
        made = new_tuple(value) if value else None  # there is only one empty tuple
        if made is None:
            return hold(value)  # type: ignore[return-value] # it is no scalar
        shade, words = made
        extend(words)
        return shade

    return hold_tuple


def record_tuple(shadow: Comparison, value: tuple[object, ...], number: int, items: Words) -> Shade:
    """Makes the shade of a new tuple, which one place holds, of which everything has been told under that number."""
    anatomy = shadow.anatomy.of(tuple)
    shade = shadow.by_id[id(value)] = Shade(number, value, anatomy.kind, shadow.epoch, anatomy.name)
    shade.items = items
    shade.count = 1
    for item in items:
        if type(item) is Shade:
            item.count += 1
    return shade
