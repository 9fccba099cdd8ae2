"""What native callables do to the objects they are given: the effects table.

A callable that is in no table is taken to be able to change whatever it can reach.
"""

import _random
import builtins
import functools
import heapq
import itertools
import operator
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from contextlib import nullcontext, suppress
from threading import Lock, RLock
from types import (
    BuiltinFunctionType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
)

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.adapters import full_name
from calcharo_vm.recording.anatomy import Anatomy, class_attribute, class_name, is_guest_function
from calcharo_vm.recording.effect import Effect
from calcharo_vm.recording.layouts import derives_from, descriptor, mro, namespace
from calcharo_vm.recording.library import effect_of_library, wrapped
from calcharo_vm.recording.modules import MODULE_TYPES
from calcharo_vm.recording.values import HeapKind

_METHODS: dict[type, dict[Effect, str]] = {
    list: {
        Effect.AT_END: "append",
        Effect.POPS: "pop",
        Effect.EXTENDS: "extend",
        Effect.UPDATES: "sort __init__",
        Effect.INSERTS: "insert",
        Effect.FIRST: "remove reverse clear __setitem__ __delitem__ __imul__",
        Effect.NONE: "copy index count __len__ __getitem__ __contains__",
    },
    dict: {
        Effect.KEYED: "pop __setitem__ __delitem__",
        Effect.MAY_ADD: "setdefault",
        Effect.UPDATES: "update __init__",
        Effect.FIRST: "popitem clear",
        Effect.NONE: "get keys items values copy __len__ __contains__ __getitem__",
    },
    set: {
        Effect.ADDS: "add",
        Effect.DISCARDS: "discard remove",
        Effect.UPDATES: "update difference_update intersection_update symmetric_difference_update __init__",
        Effect.FIRST: "pop clear",
        Effect.READS: "union difference intersection symmetric_difference isdisjoint issubset issuperset",
        Effect.NONE: "copy __len__ __contains__",
    },
    deque: {
        Effect.AT_END: "append pop",
        Effect.AT_START: "appendleft popleft",
        Effect.UPDATES: "extend extendleft __init__",
        Effect.FIRST: "clear insert remove reverse rotate",
        Effect.NONE: "copy count index __len__ __getitem__ __contains__",
    },
    re.Pattern: {
        Effect.READS: "sub subn",  # which may call a function for each match
        Effect.NONE: "match fullmatch search findall finditer split",
    },
    re.Match: {Effect.NONE: "end expand group groupdict groups span start __getitem__"},
    frozenset: {Effect.READS: "union difference intersection symmetric_difference isdisjoint issubset issuperset"},
    _random.Random: {Effect.NONE: "random getrandbits getstate setstate seed"},
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
_METHODS_BY_NAME: dict[str, dict[Effect, str]] = {
    "_io.StringIO": {
        Effect.FIRST: "write read readline seek truncate getvalue tell close",
        Effect.UPDATES: "writelines",
    },
    "_io.BytesIO": {Effect.FIRST: "write read read1 readline seek truncate getvalue tell close"},
    "array.array": {
        Effect.FIRST: "append pop insert remove reverse byteswap frombytes index count tobytes tolist",
        Effect.UPDATES: "extend",
    },
}
"""Methods of types whose modules are not imported for them."""
_IMMUTABLE_TYPES = frozenset(
    {
        *(f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta", "timezone")),
        *("decimal.Decimal", "fractions.Fraction", "_struct.Struct", "_hashlib.HASH", "zoneinfo.ZoneInfo"),
    }
)
"""Types of which making one, and calling the methods that are native, changes nothing that is shown."""
_MODULE_FUNCTIONS: dict[str, dict[Effect, str]] = {
    "_bisect": {Effect.CONSUMES: "bisect_left bisect_right", Effect.REORDERS: "insort_left insort_right"},
    "_functools": {Effect.CONSUMES: "reduce", Effect.NONE: "cmp_to_key"},
    "_heapq": {Effect.FIRST: "heapify_max heappop_max heappush_max heappushpop_max heapreplace_max"},
    "itertools": {Effect.NONE: "tee"},
    "math": {Effect.CONSUMES: "dist fsum prod sumprod"},
}
_CONSUMING_TYPES = (
    *(list, tuple, set, frozenset, dict, bytes, bytearray, deque, enumerate, zip, map, filter, reversed),
    *(Counter, OrderedDict),
    *(cls for name, cls in vars(itertools).items() if isinstance(cls, type) and name[0] != "_"),
)
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
    functools.partial,
    operator.attrgetter,
    operator.itemgetter,
    operator.methodcaller,
    re.Pattern,
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
_by_address[id(defaultdict)] = Effect.READS  # its factory is left alone
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
_by_address.update((id(vars(_cls)["__init__"]), Effect.UPDATES) for _cls in (bytearray, OrderedDict, defaultdict))
_by_address.update((id(_cls.__new__), Effect.CONSUMES) for _cls in (tuple, frozenset))
for _cls in (str, int, float, bytes, tuple, frozenset):
    for _name, _method in vars(_cls).items():
        if type(_method) is type(str.join) and id(_method) not in _by_address:
            _by_address[id(_method)] = Effect.CONSUMES if _name in _CONSUMING_METHODS else Effect.NONE

_LOCKS = (type(Lock()), type(RLock()))
_by_address.update((id(_cls), Effect.NONE) for _cls in (nullcontext, suppress))
for _cls in _LOCKS:
    for _name in ("__enter__", "__exit__", "acquire", "release"):
        _bound[id(_cls), _name] = _by_address[id(vars(_cls)[_name])] = Effect.FIRST
_by_name: dict[tuple[str, str], Effect] = {
    (owner, name): effect
    for table in (_METHODS_BY_NAME, _MODULE_FUNCTIONS)
    for owner, effects in table.items()
    for effect, names in effects.items()
    for name in names.split()
}
"""What native methods and functions do, by the full name of their type, or that of their module, and their own."""
_TAKING_KINDS = frozenset(
    {HeapKind.LIST, HeapKind.TUPLE, HeapKind.SET, HeapKind.FROZENSET, HeapKind.DICT, HeapKind.DEQUE, HeapKind.BYTEARRAY}
)
_TAKING = frozenset({Effect.UPDATES, Effect.CONSUMES})
_cached = descriptor(functools._lru_cache_wrapper, "__dict__")
_INNER_CLASS_METHODS: dict[tuple[int, str], Effect] = {(id(dict), "fromkeys"): Effect.CONSUMES}
_PURE_CLASS_METHODS_OF = frozenset(map(id, (int, float, bytes, str)))


def writes_variables(target: object) -> bool:
    """Returns whether writing to an object writes to the variables of a frame (PEP 667)."""
    return class_name(type(target)) == "FrameLocalsProxy"


_NATIVE_TYPES = frozenset(map(id, (BuiltinFunctionType, type(re.compile("").match))))
BOUND_TYPES = _NATIVE_TYPES | {id(MethodWrapperType)}
"""The types of native functions and of methods of native types that are bound to their objects."""


def effect_of(called: object, anatomy: Anatomy) -> Effect:
    """What calling `called` natively does; NONE for what the machine executes itself."""
    cls = type(called)
    if anatomy.taught and id(called) in anatomy.taught:
        return anatomy.taught[id(called)][1]
    if cls is FunctionType:
        return Effect.NONE if is_guest_function(called, anatomy.guest_modules) else _effect_of_function(called, anatomy)
    known = _by_address.get(id(called))
    if known is not None:
        return known
    if cls is MethodType:
        if writes_variables(called.__self__):  # type: ignore[attr-defined]
            return Effect.VARIABLES
        return effect_of(called.__func__, anatomy)  # type: ignore[attr-defined]
    found = _READERS.get(id(cls))  # a class of the program may compare in its own way
    if found is not None:
        return found(called, anatomy)
    if derives_from(cls, type):
        return _effect_of_class(called, anatomy)  # type: ignore[arg-type] # it is a class
    is_executed = anatomy.is_guest(cls) and is_guest_function(class_attribute(cls, "__call__"), anatomy.guest_modules)
    return Effect.NONE if is_executed else Effect.UNKNOWN


def _effect_of_function(function: object, anatomy: Anatomy) -> Effect:
    effect = effect_of_library(function)
    if effect is Effect.WRAPS:
        effect = Effect.NONE if effect_of(wrapped(function), anatomy) is Effect.NONE else None
    return effect or Effect.RUNS_CODE


def _effect_of_class(cls: type, anatomy: Anatomy) -> Effect:
    """What making an instance does; one of the program's may leave it to a built-in type to take what it is given."""
    if not anatomy.is_guest(cls):
        return Effect.NONE if full_name(cls) in _IMMUTABLE_TYPES else Effect.UNKNOWN
    if anatomy.of(cls).kind not in _TAKING_KINDS:
        return Effect.NONE
    takers = (class_attribute(cls, name) for name in ("__new__", "__init__"))
    is_taken = any(_by_address.get(id(taker)) in _TAKING for taker in takers)
    return Effect.CONSUMES if is_taken else Effect.NONE


def _effect_of_bound(method: object, _anatomy: Anatomy) -> Effect:
    owner = method.__self__  # type: ignore[attr-defined]
    name = method.__name__  # type: ignore[attr-defined]
    cls = type(owner)
    if id(cls) in MODULE_TYPES:
        module = vars(owner).get("__name__")
        pure = Effect.NONE if module in _PURE_MODULES else Effect.UNKNOWN
        return _by_name.get((module, name), pure)
    if id(cls) in GENERATORS and name in _GENERATOR_METHODS:
        return Effect.RESUMES
    if id(cls) in _PURE_METHODS_OF:
        return Effect.CONSUMES if name in _CONSUMING_METHODS else _bound.get((id(cls), name), Effect.NONE)
    if cls is type:
        is_pure = id(owner) in _PURE_CLASS_METHODS_OF
        return Effect.CONSUMES if is_pure else _INNER_CLASS_METHODS.get((id(owner), name), Effect.UNKNOWN)
    for ancestor in mro(cls):
        found = namespace(ancestor).get(name)
        if type(found) is MethodDescriptorType:
            return _effect_of_descriptor(found, _anatomy)
    return Effect.UNKNOWN


def _effect_of_descriptor(method: object, _anatomy: Anatomy) -> Effect:
    known = _by_address.get(id(method))
    if known is not None:
        return known
    owner = full_name(method.__objclass__)  # type: ignore[attr-defined]
    if owner in _IMMUTABLE_TYPES:
        return Effect.NONE
    return _by_name.get((owner or "", method.__name__), Effect.UNKNOWN)  # type: ignore[attr-defined]


def _effect_of_slot(method: object, _anatomy: Anatomy) -> Effect:
    slot = vars(method.__objclass__).get(method.__name__)  # type: ignore[attr-defined]
    return _by_address.get(id(slot), Effect.UNKNOWN)


def _effect_of_cached(function: object, anatomy: Anatomy) -> Effect:
    """What a function does that remembers its results: what it calls when it knows none, or nothing that is shown."""
    found = dict.get(_cached(function), "__wrapped__")  # type: ignore[call-overload]
    return Effect.NONE if effect_of(found, anatomy) is Effect.NONE else Effect.UNKNOWN


_READERS: dict[int, Callable[[object, Anatomy], Effect]] = {
    **dict.fromkeys(_NATIVE_TYPES, _effect_of_bound),
    id(MethodDescriptorType): _effect_of_descriptor,
    id(MethodWrapperType): _effect_of_slot,
    id(functools._lru_cache_wrapper): _effect_of_cached,
    id(operator.attrgetter): lambda _called, _anatomy: Effect.NONE,
}
