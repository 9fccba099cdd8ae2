"""What iterating objects natively changes: which iterators it advances, as far as that is known."""

import gc
import itertools
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from types import GeneratorType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.anatomy import MISSING, Anatomy, class_attribute, is_guest_function, is_guest_generator
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.layouts import SCALAR_TYPES, Items
from calcharo_vm.recording.library import is_pure_generator
from calcharo_vm.recording.natives import GENERATORS, effect_of
from calcharo_vm.recording.values import HeapKind

_ITERABLES: tuple[Iterable[object], ...] = (
    *([], (), "", "é", b"", {}, {}.values(), {}.items(), set(), range(0), range(1 << 70), bytearray(), deque()),
)
_VIEWS: tuple[Iterable[object], ...] = (
    *({}.keys(), {}.values(), {}.items()),
    *(view(OrderedDict()) for view in (OrderedDict.keys, OrderedDict.values, OrderedDict.items)),
)
_ENDLESS = frozenset(
    map(
        id,
        (
            *(list, tuple, dict, set, frozenset, deque, range, *SCALAR_TYPES),
            *(bytearray, defaultdict, Counter, OrderedDict, re.Pattern, re.Match, slice),
            *map(type, _VIEWS),
            *(itertools.product, itertools.permutations, itertools.combinations),
            itertools.combinations_with_replacement,
        ),
    )
)
"""The types of what keeps no place that is recorded."""
PLAIN_ITERATORS = _ENDLESS | {
    id(type(reversed([]))),
    id(type(reversed({}))),
    *(id(type(iter(each))) for each in _ITERABLES),
}
"""The types of iterables and iterators that change nothing else when they are iterated, and of what cannot be."""
LEADING = frozenset(map(id, (enumerate, zip)))
"""The types of iterators that advance others."""
ITERATORS = (PLAIN_ITERATORS - _ENDLESS) | LEADING
"""The types of those iterators that keep a place."""


_METHODS = ("__iter__", "__next__", "__getitem__", "__len__", "__length_hint__", "__contains__", "__call__")


def is_plain_iterable(value: object, anatomy: Anatomy) -> bool:
    """Returns whether iterating a value changes no recorded object, or is executed by the machine.

    So is calling it, if it is an instance of a class of the program.
    """
    cls = type(value)
    if id(cls) in PLAIN_ITERATORS:
        return True
    if id(cls) in GENERATORS:
        return is_guest_generator(value, anatomy.guest_modules) or (  # type: ignore[arg-type] # it is one
            cls is GeneratorType and is_pure_generator(value)  # type: ignore[arg-type] # as above
        )
    if not anatomy.is_guest(cls) or anatomy.of(cls).kind is not HeapKind.INSTANCE:
        return False
    methods = (class_attribute(cls, name) for name in _METHODS)
    return all(method is MISSING or is_guest_function(method, anatomy.guest_modules) for method in methods)


def advances_nothing_else(iterator: object, anatomy: Anatomy) -> bool:
    """Returns whether advancing an iterator changes no recorded object, or is executed by the machine."""
    if is_plain_iterable(iterator, anatomy):
        return True
    if id(type(iterator)) not in LEADING:
        return False
    return all(is_plain_iterable(part, anatomy) for part in _led(iterator, anatomy))


def keeps_a_place(value: object) -> bool:
    """Returns whether a value is an iterator whose place is recorded, and advanced without code of the program."""
    return id(type(value)) in ITERATORS


def advanced_with(iterator: object, anatomy: Anatomy) -> Items | None:
    """All recorded iterators that iterating an object may advance; None if that may do anything else."""
    found: Items = []
    waiting = [iterator]
    known = {id(iterator)}
    for each in waiting:
        if keeps_a_place(each) or id(type(each)) in _COUNTING:
            found.append(each)
        if id(type(each)) in _COUNTING or is_plain_iterable(each, anatomy):
            continue
        read = _PARTS.get(id(type(each)))
        parts = None if read is None else read(each, anatomy)
        if parts is None:
            return None
        for part in parts:
            if id(part) not in known:
                known.add(id(part))
                waiting.append(part)
    return found


_reduce = {id(cls): vars(cls)["__reduce__"] for cls in (enumerate, zip, map, filter)}


def _led(iterator: object, _anatomy: Anatomy) -> Items:
    """What an enumerate or zip takes its values from."""
    arguments = _reduce[id(type(iterator))](iterator)[1]
    return list(arguments[:1] if type(iterator) is enumerate else arguments)


def _mapped(iterator: object, anatomy: Anatomy) -> Items | None:
    """What a map or filter takes its values from, if its function changes nothing."""
    function, *parts = _reduce[id(type(iterator))](iterator)[1]
    return parts if function is None or effect_of(function, anatomy) is Effect.NONE else None


def _held(iterator: object) -> Items:
    return [part for part in gc.get_referents(iterator) if part is not type(iterator)]


def _first(iterator: object, _anatomy: Anatomy) -> Items:
    """What an iterator takes its values from: the first that it holds, or what a tuple of its own has of them.

    `zip_longest` has such a tuple, and puts NULL into it where an iterator has ended: it cannot be read otherwise.
    """
    first = _held(iterator)[:1]
    return gc.get_referents(*first) if first and type(first[0]) is tuple else first


def _all(iterator: object, _anatomy: Anatomy) -> Items:
    return _held(iterator)


def _tested(iterator: object, anatomy: Anatomy) -> Items | None:
    """What an iterator takes its values from that keeps a function behind it, if that changes nothing."""
    held = _held(iterator)
    is_harmless = not held or held[-1] is None or effect_of(held[-1], anatomy) is Effect.NONE
    return held[:-1] if is_harmless else None


def _accumulated(iterator: object, anatomy: Anatomy) -> Items:
    """What an accumulate works with: its function is left out if that changes nothing."""
    return [part for part in _held(iterator) if effect_of(part, anatomy) is not Effect.NONE]


def _chained(iterator: object, _anatomy: Anatomy) -> Items | None:
    """What a chain is iterating, and what it will be, if that is in a tuple or list."""
    found = held = _held(iterator)
    for part in held:
        if id(type(part)) in _OF_SEQUENCES:
            found = [*found, *(each for sequence in gc.get_referents(part) for each in gc.get_referents(sequence))]
        elif id(type(part)) not in _OF_SCALARS:
            return None
    return found


_COUNTING = frozenset(map(id, (itertools.count, itertools.repeat)))
"""The types of iterators that keep a place, but are not advanced by a word: their content is compared."""
_OF_SEQUENCES = frozenset({id(type(iter(()))), id(type(iter([])))})
_OF_SCALARS = frozenset(id(type(iter(each))) for each in ("", "é", b"", range(0), range(1 << 70)))
_PARTS: dict[int, Callable[[object, Anatomy], Items | None]] = {
    **dict.fromkeys(map(id, (enumerate, zip)), _led),
    **dict.fromkeys(map(id, (map, filter)), _mapped),
    **dict.fromkeys(map(id, (itertools.islice, itertools.zip_longest, itertools.pairwise)), _first),
    **dict.fromkeys(map(id, (itertools.compress, itertools.cycle)), _all),
    **dict.fromkeys(
        map(id, (itertools.starmap, itertools.takewhile, itertools.dropwhile, itertools.filterfalse)), _tested
    ),
    id(itertools.accumulate): _accumulated,
    id(itertools.chain): _chained,
}
"""What the types of iterators take their values from that lead to others."""
