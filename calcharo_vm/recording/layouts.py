"""What built-in types hold, read through their own methods: items by the type that an object is laid out as."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from types import (
    AsyncGeneratorType,
    CellType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    MethodType,
    ModuleType,
    NotImplementedType,
)
from weakref import ReferenceType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.recording.weak_references import PROXIES

SCALAR_TYPES = (int, str, bool, float, type(None), bytes, complex, type(...), NotImplementedType)
"""Types whose exact instances are recorded as themselves."""

MACHINERY_NAMES = frozenset(
    {"__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__spec__"}
)
"""Names that every module is born with; a recording leaves them out of namespaces."""

Items = list[object]


def descriptor(cls: type, name: str) -> Callable[[object], object]:
    """What reads an attribute of a built-in type, whatever a subclass says."""
    found: Callable[[object], object] = vars(cls)[name].__get__
    return found


_mro_of = descriptor(type, "__mro__")
_namespace_of = descriptor(type, "__dict__")
_exception_args = descriptor(BaseException, "args")
_cell_contents = descriptor(CellType, "cell_contents")
_method_parts = (descriptor(MethodType, "__func__"), descriptor(MethodType, "__self__"))

_SCALAR_IDS = frozenset(map(id, SCALAR_TYPES))


def mro(cls: type) -> tuple[type, ...]:
    """The real MRO of a class, whatever its metaclass says."""
    found = _mro_of(cls)
    if found is None:  # as in `namespace`
        return cls, object
    assert type(found) is tuple
    return found


def derives_from(cls: type, base: type) -> bool:
    """Returns whether a class has a base, without asking any `__eq__`, `__hash__` or `__subclasscheck__`."""
    return any(ancestor is base for ancestor in mro(cls))


def namespace(cls: type) -> Mapping[str, object]:
    """The real namespace of a class, whatever its metaclass says."""
    found = _namespace_of(cls)
    if found is None:  # of types that CPython 3.11 forgets to prepare, such as that of `code.co_lines()`
        return {}
    assert type(found) is MappingProxyType
    return found


def is_scalar(value: object) -> bool:
    """Returns whether a value is recorded as itself."""
    return id(type(value)) in _SCALAR_IDS


def _slice_all(cls: type) -> Callable[[object], Items]:
    take = vars(cls)["__getitem__"]
    return lambda value: list(take(value, slice(None)))


def _iterate(cls: type) -> Callable[[object], Items]:
    iterate = vars(cls)["__iter__"]
    return lambda value: list(iterate(value))


def _flat(pairs: object) -> Items:
    assert isinstance(pairs, list)
    return [part for pair in pairs for part in pair]


def _dict_items(value: object) -> Items:
    return _flat(list(dict.items(value)))  # type: ignore[arg-type]


def _ordered_items(value: object) -> Items:
    # Walking an OrderedDict in its own order looks keys up, which is safe for scalars only.
    if all(map(is_scalar, dict.keys(value))):  # type: ignore[arg-type]
        return _flat(list(OrderedDict.items(value)))  # type: ignore[arg-type]
    return _dict_items(value)


def namespace_items(value: object) -> Items:
    """Keys and values in turn of a module's dictionary, without the names every module is born with."""
    entries = _dict_items(value)
    named = zip(entries[::2], entries[1::2], strict=True)
    return _flat([(key, part) for key, part in named if not (type(key) is str and key in MACHINERY_NAMES)])


def cell_items(value: object) -> Items:
    """What is in a cell."""
    try:
        return [_cell_contents(value)]
    except ValueError:  # an empty cell
        return []


def method_items(value: object) -> Items:
    """The function of a method, and what that is bound to."""
    return [read(value) for read in _method_parts]


def exception_arguments(value: object) -> Items:
    """The `args` of an exception."""
    return list(_exception_args(value))  # type: ignore[call-overload,no-any-return]


def _bytearray_items(value: object) -> Items:
    return [bytes(bytearray.__getitem__(value, slice(None)))]  # type: ignore[call-overload]


def _range_items(value: object) -> Items:
    assert isinstance(value, range)
    return [value.start, value.stop, value.step]


def _slice_items(value: object) -> Items:
    assert isinstance(value, slice)
    return [value.start, value.stop, value.step]


def _scalar_items(cls: type) -> Callable[[object], Items]:
    if cls is bytes:
        return lambda value: [bytes(bytes.__getitem__(value, slice(None)))]  # type: ignore[call-overload]
    if cls is complex:
        return lambda value: [complex.__add__(value, 0j)]  # type: ignore[operator]
    if cls is str:
        return lambda value: [str.__str__(value)]
    if cls is float:
        return lambda value: [float.__float__(value)]  # type: ignore[arg-type]
    return lambda value: [int.__int__(value)]  # type: ignore[arg-type]


def _nothing(_value: object) -> Items:
    return []


_LAYOUTS: tuple[tuple[type, HeapKind, Callable[[object], Items]], ...] = (
    (list, HeapKind.LIST, _slice_all(list)),
    (tuple, HeapKind.TUPLE, _slice_all(tuple)),
    (OrderedDict, HeapKind.DICT, _ordered_items),
    (dict, HeapKind.DICT, _dict_items),
    (set, HeapKind.SET, _iterate(set)),
    (frozenset, HeapKind.FROZENSET, _iterate(frozenset)),
    (deque, HeapKind.DEQUE, _iterate(deque)),
    (bytearray, HeapKind.BYTEARRAY, _bytearray_items),
    (range, HeapKind.RANGE, _range_items),
    (slice, HeapKind.SLICE, _slice_items),
    (CellType, HeapKind.CELL, cell_items),
    (MethodType, HeapKind.METHOD, method_items),
    (FunctionType, HeapKind.FUNCTION, _nothing),
    (type, HeapKind.CLASS, _nothing),
    (ModuleType, HeapKind.MODULE, _nothing),
    (BaseException, HeapKind.EXCEPTION, exception_arguments),
    *((cls, HeapKind.WEAKREF, _nothing) for cls in (ReferenceType, *PROXIES)),
    (GeneratorType, HeapKind.GENERATOR, _nothing),
    (CoroutineType, HeapKind.COROUTINE, _nothing),
    (AsyncGeneratorType, HeapKind.ASYNC_GENERATOR, _nothing),
    *((cls, HeapKind.SCALAR, _scalar_items(cls)) for cls in (int, float, complex, str, bytes)),
)


def layout(cls: type) -> tuple[HeapKind, Callable[[object], Items]]:
    """What the instances of a class are, by the built-in type they are laid out as, and how their items are read."""
    for ancestor in mro(cls):
        for base, kind, items in _LAYOUTS:
            if ancestor is base:
                return kind, items
    return HeapKind.OPAQUE, _nothing


_OWN_FIELDS: tuple[tuple[type, str], ...] = ((deque, "maxlen"), (defaultdict, "default_factory"))


def own_fields(cls: type) -> tuple[tuple[str, Callable[[object], object]], ...]:
    """The fields that a built-in container has beside its items, with what reads them."""
    return tuple((name, descriptor(base, name)) for base, name in _OWN_FIELDS if derives_from(cls, base))


def names_of_items(cls: type) -> tuple[str, ...]:
    """The names of the items of a named tuple or structure; none for other classes."""
    for ancestor in mro(cls):
        entries = namespace(ancestor)
        names = entries.get("_fields", entries.get("__match_args__") if "n_sequence_fields" in entries else None)
        if type(names) is tuple and all(type(name) is str for name in names):
            return names
    return ()
