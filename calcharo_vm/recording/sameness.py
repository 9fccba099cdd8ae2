"""Tells quickly that an object holds what is recorded of it, and what that is.

Nearly all objects that a search looks at are as they were. Those of the types below are read and compared
in one go; whatever differs, or is of another type, is left to `Comparison`, which looks again.
"""

from collections.abc import Callable, Iterable, Sequence
from types import CellType, GeneratorType, MethodType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.identity import Shade, Table, stands_for
from calcharo_vm.recording.layouts import Items, cell_items, method_items


def parts_if_unchanged(value: object, shade: Shade) -> Items | None:
    """The objects that an object holds, scalars left out, if it is as it is recorded; None if that is to be seen."""
    read = _READERS.get(shade.type_address)
    return None if read is None else read(value, shade)


def parts_if_same(words: Iterable[object], values: Iterable[object]) -> Items | None:
    """The objects among some values, scalars left out, if words of the same number stand for them; None if not."""
    parts: Items = []
    for word, value in zip(words, values, strict=True):
        if type(word) is Shade:
            if word.address != id(value) or word.type_address != id(type(value)):
                return None
            parts.append(value)
        elif word is not value and not stands_for(word, value):
            return None
    return parts


def differing(words: Sequence[object], values: Sequence[object]) -> list[int]:
    """Where words of the same number do not stand for some values."""
    both = enumerate(zip(words, values, strict=True))
    return [place for place, (word, value) in both if word is not value and not stands_for(word, value)]


def same_at_start(words: Iterable[object], values: Iterable[object]) -> int:
    """How many of the first words stand for the first of some values."""
    count = 0
    for word, value in zip(words, values, strict=False):
        if not stands_for(word, value):
            break
        count += 1
    return count


def entries_if_same(table: Table, entries: Iterable[tuple[object, object]]) -> Items | None:
    """The objects among entries of the same number as those of a table, if they are the same in the same order."""
    parts: Items = []
    for (key, word), (now, value) in zip(table.items(), entries, strict=True):
        if key is not now:
            if not stands_for(key, now):
                return None
            if type(key) is Shade:
                parts.append(now)
        if type(word) is Shade:
            if word.address != id(value) or word.type_address != id(type(value)):
                return None
            parts.append(value)
        elif word is not value and not stands_for(word, value):
            return None
    return parts


def _sequence(value: object, shade: Shade) -> Items | None:
    items: Items = list(value)  # type: ignore[call-overload] # it is a list or tuple
    return parts_if_same(shade.items, items) if len(items) == len(shade.items) else None


def _dictionary(value: object, shade: Shade) -> Items | None:
    entries: list[tuple[object, object]] = list(dict.items(value))  # type: ignore[arg-type] # it is one
    return entries_if_same(shade.table, entries) if len(entries) == len(shade.table) else None


def _hashed(value: object, shade: Shade) -> Items | None:
    """Of a set, which has no order."""
    elements: Items = list(value)  # type: ignore[call-overload] # it is one
    table = shade.table
    if len(elements) != len(table):
        return None
    if shade.has_plain_keys:
        return [] if {*map(id, elements)} == {*map(id, table)} else None
    places = {(word.address, word.type_address) if type(word) is Shade else (id(word), 0) for word in table}
    parts: Items = []
    for element in elements:
        if (id(element), id(type(element))) in places:
            parts.append(element)
        elif (id(element), 0) not in places:
            return None
    return parts


def _single(read: Callable[[object], Items]) -> Callable[[object, Shade], Items | None]:
    def single(value: object, shade: Shade) -> Items | None:
        items = read(value)
        return parts_if_same(shade.items, items) if len(items) == len(shade.items) else None

    return single


def _holds_nothing(_value: object, _shade: Shade) -> Items:
    return []


_READERS: dict[int, Callable[[object, Shade], Items | None]] = {
    id(list): _sequence,
    id(tuple): _sequence,
    id(dict): _dictionary,
    id(set): _hashed,
    id(frozenset): _hashed,
    id(range): _holds_nothing,
    id(GeneratorType): _holds_nothing,
    id(CellType): _single(cell_items),
    id(MethodType): _single(method_items),
}
