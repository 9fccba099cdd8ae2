"""Adapters of the built-in iterators: what they iterate and how far they are.

A step at which `for` advances such an iterator says nothing about it: replaying the journal advances what it
has of the iterator, by the names of these fields. Any other advance is found by comparing.
"""

import gc
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.adapters import Adapter, Content, register_type
from calcharo_vm.recording.layouts import derives_from, is_scalar
from calcharo_vm.recording.values import HeapKind

ITERATES: Final = "iterates"
"""What an iterator takes its values from."""

POSITION: Final = "position"
"""The index of the next value."""

REMAINING: Final = "remaining"
"""How many values are left."""

COUNT: Final = "count"
"""The number that goes with the next value."""

NEXT: Final = "next"
"""The next value, of those that follow from each other by a fixed `STEP`."""

STEP: Final = "step"

IS_EXHAUSTED: Final = "is_exhausted"

_EXHAUSTED: Final = Content(fields={IS_EXHAUSTED: True})


MAPPING: Final = "mapping"
"""What a view of a dictionary is a view of."""

FOLLOWING: Final = {
    id(type(iter(each))): (id(type(each)), kind)
    for each, kind in (
        ([], HeapKind.LIST),
        ((), HeapKind.TUPLE),
        ({}, HeapKind.DICT),
        (set(), HeapKind.SET),
        (range(0), HeapKind.RANGE),
        ({}.items(), HeapKind.NATIVE),
        ({}.values(), HeapKind.NATIVE),
    )
}
"""The types of iterators whose content follows from what they iterate, with that one's type and kind."""


Reduced = tuple[object, tuple[object, ...], int | None]


def _reduced(iterator: object, method: Callable[[object], object]) -> Reduced:
    """What `__reduce__` says: the arguments that make such an iterator, and its state."""
    found = method(iterator)
    assert isinstance(found, tuple)
    maker, arguments, state = (*found, None)[:3]
    return maker, arguments, state


def _sequence_iterator(cls: type, step: int) -> Adapter:
    """Of an iterator whose `__reduce__` tells what it iterates, and an index as long as it is not exhausted."""
    reduce = vars(cls)["__reduce__"]

    def read(iterator: object) -> Content:
        _maker, (iterated,), index = _reduced(iterator, reduce)
        if index is None or index < 0:
            return _EXHAUSTED
        fields = {ITERATES: iterated, POSITION: index}
        return Content(fields=fields if step == 1 else {**fields, STEP: step})

    return read


def _hash_iterator(cls: type, container: type) -> Adapter:
    """Of an iterator that knows only how many elements of a dictionary, set or deque are left."""
    hint = vars(cls)["__length_hint__"]

    def read(iterator: object) -> Content:
        found = [part for part in gc.get_referents(iterator) if derives_from(type(part), container)]
        return Content(fields={ITERATES: found[0], REMAINING: hint(iterator)}) if found else _EXHAUSTED

    return read


def _range_iterator(cls: type) -> Adapter:
    reduce, hint = vars(cls)["__reduce__"], vars(cls)["__length_hint__"]

    def read(iterator: object) -> Content:
        _maker, (numbers,), index = _reduced(iterator, reduce)
        assert isinstance(numbers, range)
        place = numbers.start + (index or 0) * numbers.step
        return Content(fields={NEXT: place, STEP: numbers.step, REMAINING: hint(iterator)})

    return read


def _read_enumerate(iterator: object) -> Content:
    _maker, (iterated, count), _state = _reduced(iterator, vars(enumerate)["__reduce__"])
    return Content(fields={ITERATES: iterated, COUNT: count})


def _read_zip(iterator: object) -> Content:
    _maker, iterators, _state = _reduced(iterator, vars(zip)["__reduce__"])
    return Content(items=iterators)


def _read_map(iterator: object) -> Content:
    _maker, (function, *iterators), _state = _reduced(iterator, vars(map)["__reduce__"])
    return Content(items=iterators, fields={"function": function})


def _read_filter(iterator: object) -> Content:
    _maker, (function, iterated), _state = _reduced(iterator, vars(filter)["__reduce__"])
    return Content(fields={"function": function, ITERATES: iterated})


def _read_callable_iterator(iterator: object) -> Content:
    found = gc.get_referents(iterator)
    return Content(fields=dict(zip(("function", "sentinel"), found, strict=True))) if found else _EXHAUSTED


def _read_count(iterator: object) -> Content:
    held = [part for part in gc.get_referents(iterator) if not isinstance(part, type)]
    if not all(map(is_scalar, held)):
        return Content(items=held)
    return Content(text=vars(itertools.count)["__repr__"](iterator))


def _read_repeat(iterator: object) -> Content:
    element = next(part for part in gc.get_referents(iterator) if part is not itertools.repeat)
    try:
        return Content(fields={"element": element, REMAINING: vars(itertools.repeat)["__length_hint__"](iterator)})
    except TypeError:  # without end
        return Content(fields={"element": element})


def _register(iterators: Iterable[Iterator[object]], make: Callable[[type], Adapter]) -> None:
    """Registers the types of iterators, with what makes an adapter of one."""
    for iterator in iterators:
        register_type(type(iterator), HeapKind.ITERATOR, make(type(iterator)))


def _read_ordered(iterator: object) -> Content:
    found = [part for part in gc.get_referents(iterator) if derives_from(type(part), OrderedDict)]
    return Content(fields={ITERATES: found[0]}) if found else _EXHAUSTED


class _Indexed:
    """Has indexes only: its iterator is one of its own kind."""

    __getitem__ = list.__getitem__


_OTHERS: Final[dict[type, Adapter]] = {
    enumerate: _read_enumerate,
    zip: _read_zip,
    map: _read_map,
    filter: _read_filter,
    type(iter(int, 1)): _read_callable_iterator,
    type(iter(OrderedDict())): _read_ordered,
    itertools.count: _read_count,
    itertools.repeat: _read_repeat,
}

_sequences: tuple[Iterable[object], ...] = ([], (), "", "é", b"", bytearray(), _Indexed())  # type: ignore[assignment]
_views: tuple[Iterable[object], ...] = ({}.keys(), {}.values(), {}.items())
_register(map(iter, _sequences), lambda cls: _sequence_iterator(cls, 1))
_register([reversed([]), reversed(())], lambda cls: _sequence_iterator(cls, -1))
_register(map(iter, (range(0), range(1 << 70))), _range_iterator)
_register([*map(iter, _views), *map(reversed, _views)], lambda cls: _hash_iterator(cls, dict))  # type: ignore[arg-type]
_register([iter(set())], lambda cls: _hash_iterator(cls, set))
_register([iter(deque()), reversed(deque())], lambda cls: _hash_iterator(cls, deque))
for _cls, _read in _OTHERS.items():
    register_type(_cls, HeapKind.ITERATOR, _read)
