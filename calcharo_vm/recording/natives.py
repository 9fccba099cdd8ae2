"""What native callables do to the objects they are given: the effects table.

A callable that is in no table is taken to be able to change whatever it can reach.
"""

import builtins
import enum
import gc
import heapq
import operator
import re
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from threading import Lock, RLock
from types import BuiltinFunctionType, CoroutineType, FunctionType, GeneratorType, MethodType, MethodWrapperType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.anatomy import Anatomy, class_name, is_guest_function, is_guest_generator
from calcharo_vm.recording.layouts import SCALAR_TYPES, derives_from
from calcharo_vm.recording.modules import MODULE_TYPES


class Effect(enum.Enum):
    """What a native call does to its receiver or operands."""

    __hash__ = object.__hash__  # an enum's own is written in Python

    NONE = enum.auto()
    CONSUMES = enum.auto()
    """It advances the iterators it is given, and changes nothing else."""
    ADVANCES = enum.auto()
    """It advances these very iterators, and those that they take their values from."""
    ENDS = enum.auto()
    """It ends these very iterators, or advances them by one, which need not be told."""
    WRITES = enum.auto()
    """It writes to the file it is given, or to standard output."""
    FIRST = enum.auto()
    """It changes its receiver or first operand itself, nothing in it."""
    AT_END = enum.auto()
    POPS = enum.auto()
    """It removes the last item, or the one its argument names."""
    AT_START = enum.auto()
    EXTENDS = enum.auto()
    ADDS = enum.auto()
    KEYED = enum.auto()
    """It changes at most one entry of a dictionary, named by the second operand."""
    ATTRIBUTE = enum.auto()
    """It sets or deletes the attribute of its first operand that the second names."""
    RESUMES = enum.auto()
    """It resumes the generator or coroutine that is its receiver or first operand."""
    RETURNS = enum.auto()
    """It may have changed what it returns."""
    VARIABLES = enum.auto()
    """It may have changed the variables of any frame."""
    MAKES_CLASS = enum.auto()
    RUNS_CODE = enum.auto()
    """It may change namespaces, too."""
    UNKNOWN = enum.auto()
    """It may change whatever its operands lead to."""
    UNKNOWN_CALL = enum.auto()
    """It may change whatever its operands lead to, or what the callable remembers."""


_METHODS: dict[type, dict[Effect, str]] = {
    list: {
        Effect.AT_END: "append",
        Effect.POPS: "pop",
        Effect.EXTENDS: "extend",
        Effect.FIRST: "insert remove reverse sort clear __setitem__ __delitem__ __imul__ __init__",
        Effect.NONE: "copy index count __len__ __getitem__ __contains__",
    },
    dict: {
        Effect.KEYED: "pop setdefault __setitem__ __delitem__",
        Effect.FIRST: "popitem clear",
        Effect.NONE: "get keys items values copy __len__ __contains__ __getitem__",
    },
    set: {
        Effect.ADDS: "add",
        Effect.FIRST: "discard remove pop clear",
        Effect.NONE: "copy isdisjoint issubset issuperset __len__ __contains__",
    },
    deque: {
        Effect.AT_END: "append pop",
        Effect.AT_START: "appendleft popleft",
        Effect.FIRST: "clear insert remove reverse rotate",
        Effect.NONE: "copy count index __len__ __getitem__ __contains__",
    },
    re.Pattern: {
        Effect.CONSUMES: "sub subn",  # which may call a function for each match
        Effect.NONE: "match fullmatch search findall finditer split",
    },
    re.Match: {Effect.NONE: "end expand group groupdict groups span start __getitem__"},
    object: {Effect.NONE: "__init__", Effect.ATTRIBUTE: "__setattr__ __delattr__"},
}
_FUNCTIONS: dict[Effect, str] = {
    Effect.WRITES: "print",
    Effect.NONE: """abs aiter ascii bin breakpoint callable chr compile dir divmod format getattr
        globals hasattr hash hex id input isinstance issubclass iter len oct open ord pow repr round""",
    Effect.RETURNS: "locals vars",
    Effect.CONSUMES: "all any max min next sorted sum",
    Effect.ATTRIBUTE: "setattr delattr",
    Effect.RUNS_CODE: "exec eval __import__",
    Effect.MAKES_CLASS: "__build_class__",
}
_CONSUMING_TYPES = (list, tuple, set, frozenset, dict, bytes, bytearray, deque, enumerate, zip, map, filter, reversed)
_PURE_TYPES = (
    int,
    float,
    complex,
    str,
    bool,
    range,
    object,
    type,
    slice,
    memoryview,
    property,
    staticmethod,
    classmethod,
    super,
)
_PURE_METHODS_OF = frozenset(map(id, (str, int, float, bytes, bool, complex, tuple, frozenset, range)))
_CONSUMING_METHODS = frozenset({"join"})
GENERATORS = frozenset(map(id, (GeneratorType, CoroutineType)))
"""The types of generators and coroutines, whose code is the program's own or the library's."""
_GENERATOR_METHODS = frozenset({"send", "throw", "close"})
_CONSUMING_OPERATORS = frozenset({"contains", "countOf", "indexOf"})
_IN_PLACE = (name for name in vars(operator) if name[0] == "i" and {name[1:], name[1:] + "_"} & set(operator.__all__))
_WRITING_OPERATORS = frozenset({"setitem", "delitem", "call", *_IN_PLACE})
_HEAP_FUNCTIONS = ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")
_PURE_MODULES = frozenset(
    {"_operator", "_sre", "_weakref", "binascii", "cmath", "math", "posix", "sys", "time", "unicodedata"}
)

_bound: dict[tuple[int, str], Effect] = {}
_by_address: dict[int, Effect] = {}
for _cls, _effects in _METHODS.items():
    for _effect, _names in _effects.items():
        for _name in _names.split():
            _bound[id(_cls), _name] = _effect
            _by_address[id(vars(_cls)[_name])] = _effect
for _effect, _names in _FUNCTIONS.items():
    for _name in _names.split():
        _by_address[id(getattr(builtins, _name))] = _effect
for _cls in (GeneratorType, CoroutineType):
    _by_address.update((id(vars(_cls)[_name]), Effect.RESUMES) for _name in _GENERATOR_METHODS)
_by_address.update((id(_cls), Effect.CONSUMES) for _cls in _CONSUMING_TYPES)
_by_address.update((id(_cls), Effect.NONE) for _cls in _PURE_TYPES)
_by_address.update((id(getattr(heapq, _name)), Effect.FIRST) for _name in _HEAP_FUNCTIONS)
for _name, _function in vars(operator).items():
    if type(_function) is BuiltinFunctionType and _name in _WRITING_OPERATORS | _CONSUMING_OPERATORS:
        _by_address[id(_function)] = Effect.CONSUMES if _name in _CONSUMING_OPERATORS else Effect.UNKNOWN
for _cls in vars(builtins).values():
    if isinstance(_cls, type) and issubclass(_cls, BaseException):
        if "__init__" in vars(_cls):
            _by_address[id(vars(_cls)["__init__"])] = Effect.FIRST
        if not issubclass(_cls, BaseExceptionGroup):
            _by_address[id(_cls)] = Effect.NONE
for _cls in (str, int, float, bytes, tuple, frozenset):
    for _name, _method in vars(_cls).items():
        if type(_method) is type(str.join):
            _by_address[id(_method)] = Effect.CONSUMES if _name in _CONSUMING_METHODS else Effect.NONE

_MANAGERS = (nullcontext, suppress)
"""The library's context managers that change nothing when they are entered and left."""
_LOCKS = (type(Lock()), type(RLock()))
_by_address.update((id(_cls), Effect.NONE) for _cls in _MANAGERS)
for _cls in _LOCKS:
    for _name in ("__enter__", "__exit__", "acquire", "release"):
        _bound[id(_cls), _name] = _by_address[id(vars(_cls)[_name])] = Effect.FIRST
_HARMLESS = {id(vars(_cls)[_name]): vars(_cls)[_name] for _cls in _MANAGERS for _name in ("__enter__", "__exit__")}
"""Functions of the library that change nothing, by address; they are kept, so that it stays their own."""

_ITERABLES: tuple[Iterable[object], ...] = (
    *([], (), "", "é", b"", {}, {}.values(), {}.items(), set(), range(0), range(1 << 70), bytearray(), deque()),
)
PLAIN_ITERATORS = frozenset(id(type(iter(each))) for each in _ITERABLES) | {
    id(type(reversed([]))),
    id(type(reversed({}))),
    *map(id, (list, tuple, dict, set, frozenset, deque, range, *SCALAR_TYPES)),
}
"""The types of iterables and iterators that change nothing else when they are iterated."""


_ENDLESS = frozenset(map(id, (list, tuple, dict, set, frozenset, deque, range, *SCALAR_TYPES)))
LEADING = frozenset(map(id, (enumerate, zip)))
"""The types of iterators that advance others."""
ITERATORS = (PLAIN_ITERATORS - _ENDLESS) | LEADING
"""The types of those iterators that keep a place."""


def is_plain_iterable(value: object, guest_modules: set[str]) -> bool:
    """Returns whether iterating a value changes no recorded object, or is executed by the machine."""
    return id(type(value)) in PLAIN_ITERATORS or (
        id(type(value)) in GENERATORS and is_guest_generator(value, guest_modules)  # type: ignore[arg-type] # it is one
    )


def advances_nothing_else(iterator: object, guest_modules: set[str]) -> bool:
    """Returns whether advancing an iterator changes no recorded object, or is executed by the machine."""
    cls = type(iterator)
    if is_plain_iterable(iterator, guest_modules):
        return True
    if id(cls) not in LEADING:
        return False
    # A zip keeps its iterators in a tuple.
    parts = _reduce_zip(iterator)[1] if cls is zip else gc.get_referents(iterator)
    for part in parts:  # noqa: SIM110 - faster than all()
        if not is_plain_iterable(part, guest_modules) and part is not cls:
            return False
    return True


_reduce_zip = vars(zip)["__reduce__"]


def keeps_a_place(value: object) -> bool:
    """Returns whether a value is an iterator whose place is recorded, and advanced without code of the program."""
    return id(type(value)) in ITERATORS


def writes_variables(target: object) -> bool:
    """Returns whether writing to an object writes to the variables of a frame (PEP 667)."""
    return class_name(type(target)) == "FrameLocalsProxy"


_NATIVE_TYPES = frozenset(map(id, (BuiltinFunctionType, type(re.compile("").match))))
BOUND_TYPES = _NATIVE_TYPES | {id(MethodWrapperType)}
"""The types of native functions and of methods of native types that are bound to their objects."""


def effect_of(called: object, anatomy: Anatomy) -> Effect:
    """What calling `called` natively does; NONE for what the machine executes itself."""
    cls = type(called)
    known = None if cls is FunctionType else _by_address.get(id(called))
    if known is not None:
        return known
    if cls is FunctionType:
        if id(called) in _HARMLESS or is_guest_function(called, anatomy.guest_modules):
            return Effect.NONE
        return Effect.RUNS_CODE
    if cls is MethodType:
        if writes_variables(called.__self__):  # type: ignore[attr-defined]
            return Effect.VARIABLES
        return effect_of(called.__func__, anatomy)  # type: ignore[attr-defined]
    if id(cls) in _NATIVE_TYPES:  # a class of the program may compare in its own way
        return _effect_of_bound(called)
    if cls is MethodWrapperType:
        slot = vars(called.__objclass__).get(called.__name__)  # type: ignore[attr-defined]
        return _by_address.get(id(slot), Effect.UNKNOWN)
    if derives_from(cls, type) and anatomy.is_guest(called):  # type: ignore[arg-type]
        return Effect.NONE
    return Effect.UNKNOWN


def _effect_of_bound(method: object) -> Effect:
    owner = method.__self__  # type: ignore[attr-defined]
    name = method.__name__  # type: ignore[attr-defined]
    if id(type(owner)) in MODULE_TYPES:
        module = vars(owner).get("__name__")
        return Effect.NONE if module in _PURE_MODULES else Effect.UNKNOWN
    if id(type(owner)) in GENERATORS and name in _GENERATOR_METHODS:
        return Effect.RESUMES
    if id(type(owner)) in _PURE_METHODS_OF:
        return Effect.CONSUMES if name in _CONSUMING_METHODS else Effect.NONE
    return _bound.get((id(type(owner)), name), Effect.UNKNOWN)
