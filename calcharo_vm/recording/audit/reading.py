"""Reads what live objects hold, by other means than the recorder's own.

As there, no code of the program runs. Which parts of a class or function are shown is not the audit's
to decide: these, and kinds that are not known here, are read as the recorder reads them.
"""

import gc
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.layouts import MACHINERY_NAMES, is_scalar
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.anatomy import Anatomy

Items = list[object]
Fields = dict[str, object]
Read = Callable[[object], Iterable[object]]

_type_base = vars(type)["__base__"].__get__
_type_mro = vars(type)["__mro__"].__get__
_type_entries = vars(type)["__dict__"].__get__
_type_name = vars(type)["__name__"].__get__
_arguments = vars(BaseException)["args"].__get__
_keys: Read = vars(dict)["keys"]
_entries: Callable[[object], Iterable[tuple[object, object]]] = vars(dict)["items"]
_lookup: Callable[[object, object], object] = vars(dict)["__getitem__"]
_ordered_keys: Read = vars(OrderedDict)["__iter__"]
_backwards: Read = vars(deque)["__reversed__"]
_slice_of_text: Callable[[object, object], object] = vars(str)["__getitem__"]
_slice_of_bytes: Callable[[object, object], object] = vars(bytes)["__getitem__"]
_joined: Callable[[object, bytes], bytes] = vars(bytearray)["__add__"]
_EXACT: dict[type, Callable[[object], object]] = {
    int: vars(int)["__pos__"],
    float: vars(float)["__pos__"],
    complex: vars(complex)["__pos__"],
    str: lambda value: _slice_of_text(value, slice(None)),
    bytes: lambda value: _slice_of_bytes(value, slice(None)),
}
_SLOT = type(vars(slice)["start"])
_GETTER = type(vars(type)["__name__"])

_KINDS: dict[int, frozenset[HeapKind]] = {
    id(list): frozenset({HeapKind.LIST}),
    id(tuple): frozenset({HeapKind.TUPLE}),
    id(dict): frozenset({HeapKind.DICT, HeapKind.NAMESPACE, HeapKind.OPAQUE}),
    id(set): frozenset({HeapKind.SET}),
    id(frozenset): frozenset({HeapKind.FROZENSET}),
    id(deque): frozenset({HeapKind.DEQUE}),
    id(bytearray): frozenset({HeapKind.BYTEARRAY}),
    id(range): frozenset({HeapKind.RANGE}),
    id(slice): frozenset({HeapKind.SLICE}),
    id(type): frozenset({HeapKind.CLASS}),
    id(BaseException): frozenset({HeapKind.EXCEPTION}),
    **dict.fromkeys(map(id, (int, float, complex, str, bytes)), frozenset({HeapKind.SCALAR})),
}
"""The kinds that an object may be recorded as, by the address of the type it is laid out as."""


def name_of_type(value: object) -> str:
    """The real name of an object's class."""
    return str(_type_name(type(value)))


def kinds_of(value: object) -> frozenset[HeapKind] | None:
    """The kinds that an object may be recorded as, or None when the audit has no opinion."""
    cls: object = type(value)
    while cls is not object and cls is not None:  # a type that is not prepared has no base yet
        kinds = _KINDS.get(id(cls))  # by address, as a metaclass may have a hash function of its own
        if kinds is not None:
            return kinds
        cls = _type_base(cls)
    return None


def _ordered_pairs(value: object) -> Items:
    # The own order of an OrderedDict is found by looking keys up, which may run code unless they are scalars.
    keys = list(_keys(value))
    if _is_a(value, OrderedDict) and all(map(is_scalar, keys)):
        return [part for key in _ordered_keys(value) for part in (key, _lookup(value, key))]
    return [part for entry in _entries(value) for part in entry]


def _namespace_pairs(value: object) -> Items:
    return [part for entry in _entries(value) if not _is_machinery(entry[0]) for part in entry]


def _is_machinery(key: object) -> bool:
    return type(key) is str and key in MACHINERY_NAMES


def _is_a(value: object, base: type) -> bool:
    return any(ancestor is base for ancestor in _type_mro(type(value)))


def _parts(value: object) -> Items:
    return [value.start, value.stop, value.step]  # type: ignore[attr-defined]


def _exact(value: object) -> Items:
    """The exact scalar in an instance of a scalar type's subclass."""
    return next([read(value)] for base, read in _EXACT.items() if _is_a(value, base))


_READERS: dict[HeapKind, Read] = {
    **{
        kind: vars(cls)["__iter__"]
        for kind, cls in (
            (HeapKind.LIST, list),
            (HeapKind.TUPLE, tuple),
            (HeapKind.SET, set),
            (HeapKind.FROZENSET, frozenset),
        )
    },
    HeapKind.DEQUE: lambda value: [*_backwards(value)][::-1],
    HeapKind.DICT: _ordered_pairs,
    HeapKind.NAMESPACE: _namespace_pairs,
    HeapKind.BYTEARRAY: lambda value: [bytes(_joined(value, b""))],
    HeapKind.RANGE: _parts,
    HeapKind.SLICE: _parts,
    HeapKind.SCALAR: _exact,
    HeapKind.CELL: gc.get_referents,
    HeapKind.METHOD: gc.get_referents,
    HeapKind.EXCEPTION: _arguments,
    HeapKind.INSTANCE: lambda _value: [],
    HeapKind.OPAQUE: lambda _value: [],
}
_WITHOUT_FIELDS = frozenset(
    {HeapKind.NAMESPACE, HeapKind.CELL, HeapKind.METHOD, HeapKind.RANGE, HeapKind.SLICE, HeapKind.OPAQUE}
)


class Reader:
    """Reads live objects as what they are recorded as."""

    def __init__(self, anatomy: "Anatomy") -> None:
        """`anatomy` is how the recorder reads objects."""
        self._anatomy = anatomy

    def content(self, value: object, kind: HeapKind) -> tuple[Items, Fields]:
        """What an object holds: its items (keys and values in turn for a dictionary) and its attributes."""
        read = _READERS.get(kind)
        if read is None:
            return self._anatomy.content(value, kind)
        return list(read(value)), {} if kind in _WITHOUT_FIELDS else self._fields(value, kind)

    def _fields(self, value: object, kind: HeapKind) -> Fields:
        cls = type(value)
        if kind is HeapKind.INSTANCE and self._anatomy.is_guest(cls) and not self._anatomy.is_booked(cls):
            return attributes(value)
        return self._anatomy.content(value, kind)[1]


def attributes(value: object) -> Fields:
    """The attributes that an object keeps in its slots and its dictionary."""
    fields: Fields = {}
    dictionary: object = {}
    for ancestor in _type_mro(type(value))[::-1]:
        entries = _type_entries(ancestor)
        for name, found in entries.items():
            if name == "__dict__" and (type(found) is _GETTER or type(found) is _SLOT):
                dictionary = found.__get__(value)
            elif type(found) is _SLOT and "__slots__" in entries:
                fields.update(_slot(found, name, value))
    return {**fields, **_named(dictionary)}


def _slot(member: object, name: str, value: object) -> Fields:
    try:
        return {name: member.__get__(value)}  # type: ignore[attr-defined]
    except AttributeError:
        return {}


def _named(dictionary: object) -> Fields:
    return {name: part for name, part in _entries(dictionary) if type(name) is str}
