"""Reads what guest objects hold without running any guest code.

`isinstance`, attribute access, iteration and comparison may all call methods of the program. Here
an object's kind comes from its real class's MRO, its content through the methods of the built-in
type it is laid out as, and its attributes through CPython's own descriptors.
"""

import gc
import itertools
import os
import sys
from collections import deque
from functools import partial
from operator import methodcaller
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    CodeType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodWrapperType,
    ModuleType,
    SimpleNamespace,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING
from weakref import ref

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import iterators, standard_types
from calcharo_vm.recording.adapters import TEXT, Adapter, Adapters, Content, nearest_adapter
from calcharo_vm.recording.exception_chain import chain_fields
from calcharo_vm.recording.layouts import (
    Items,
    descriptor,
    layout,
    mro,
    names_of_items,
    namespace,
    namespace_items,
    own_fields,
)
from calcharo_vm.recording.modules import MODULE_TYPES
from calcharo_vm.recording.values import GENERATOR_KINDS, HeapKind
from calcharo_vm.recording.weak_references import PROXY_TYPES, referent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calcharo_vm.recording.effect import Effect

_CLASS_MACHINERY = frozenset(
    [
        "__dict__",
        "__weakref__",
        "__module__",
        "__qualname__",
        "__doc__",
        "__firstlineno__",
        "__static_attributes__",
        "_abc_impl",
        "__abstractmethods__",
        "__annotations__",
        "__annotate__",
        "__annotate_func__",
        "__annotations_cache__",
        "__classdictcell__",
    ]
)

_MEMBER_NAMES = frozenset({"_name_", "_value_"})
"""What a library's metaclass writes in an instance once, when it makes it."""

_FUNCTION_FIELDS = ("__defaults__", "__kwdefaults__", "__closure__")

_WITH_FIELDS = frozenset({HeapKind.CLASS, HeapKind.FUNCTION, HeapKind.MODULE, HeapKind.EXCEPTION, HeapKind.WEAKREF})
"""Kinds whose objects hold more than items."""

_NAMED = frozenset(
    {HeapKind.CLASS, HeapKind.FUNCTION, HeapKind.MODULE, HeapKind.TUPLE, HeapKind.OPAQUE, *GENERATOR_KINDS}
)
"""Kinds of which the journal has a name."""

MISSING = object()
"""What is not there."""

Fields = dict[str, object]

_name_of = descriptor(type, "__name__")
_class_qualname = descriptor(type, "__qualname__")
_class_flags = descriptor(type, "__flags__")
_class_bases = descriptor(type, "__bases__")
_function_qualname = descriptor(FunctionType, "__qualname__")
_code_qualname = descriptor(CodeType, "co_qualname")
_function_globals = descriptor(FunctionType, "__globals__")
_function_parts = tuple((name, descriptor(FunctionType, name)) for name in _FUNCTION_FIELDS)
_module_namespace = descriptor(ModuleType, "__dict__")
_exception_dict = descriptor(BaseException, "__dict__")

_generator_names = {
    HeapKind.GENERATOR: descriptor(GeneratorType, "__qualname__"),
    HeapKind.COROUTINE: descriptor(CoroutineType, "__qualname__"),
    HeapKind.ASYNC_GENERATOR: descriptor(AsyncGeneratorType, "__qualname__"),
}

_HEAP_TYPE = 1 << 9

_CONTAINERS: "tuple[Iterable[object], ...]" = ([], (), {}, {}.values(), {}.items(), set(), deque())
_TRANSPARENT = frozenset(
    id(cls)
    for cls in (
        map,
        filter,
        zip,
        enumerate,
        reversed,
        type(iter(int, 1)),
        *(type(iter(each)) for each in _CONTAINERS),
        partial,
        methodcaller,
        *vars(itertools).values(),
    )
    if isinstance(cls, type)
)
"""Iterators and callables that work with other objects, which the garbage collector can name."""

_NATIVE_FUNCTIONS = (
    BuiltinFunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
    MethodWrapperType,
    ClassMethodDescriptorType,
)
_BOUND = frozenset(map(id, (BuiltinFunctionType, MethodWrapperType)))
_LIBRARY = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib is slow to import
_OURS = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - pathlib is slow to import
_STATIC_FUNCTIONS = frozenset(map(id, (MethodDescriptorType, WrapperDescriptorType, ClassMethodDescriptorType)))
_native_names = {id(cls): descriptor(cls, "__name__") for cls in _NATIVE_FUNCTIONS}


_HARMLESS_DESCRIPTORS = frozenset(
    map(
        id,
        (
            FunctionType,
            property,
            classmethod,
            staticmethod,
            GetSetDescriptorType,
            MemberDescriptorType,
            *_NATIVE_FUNCTIONS,
        ),
    )
)


__all__ = ["Anatomy", "TypeAnatomy", "iterators", "standard_types"]  # the last two register their adapters


def _adapted(adapter: Adapter, value: object) -> tuple[Items, Fields]:
    """What an adapter reads of an object; what is wrong with the adapter itself is shown in its place."""
    try:
        content: object = adapter(value)
        if isinstance(content, Content):
            return content.parts()
        found = f"it gave a {class_name(type(content))}"
    except Exception as error:
        found = f"it raised {class_name(type(error))}"
    return [], {TEXT: f"<not read by its adapter: {found}>"}


class TypeAnatomy:
    """How the instances of one class are read."""

    __slots__ = (
        "adapter",
        "attributes",
        "held_by",
        "is_bare",
        "is_booked",
        "items",
        "kind",
        "name",
        "own_fields",
        "reference",
    )

    def __init__(
        self,
        cls: type,
        *,
        is_guest: bool,
        is_booked: bool,
        is_ours: "Callable[[type], bool]",
        adapters: Adapters | None = None,
    ) -> None:
        self.reference = ref(cls)
        self.name = str(_name_of(cls))
        self.is_booked = is_booked
        self.kind, self.items = layout(cls)
        self.own_fields = own_fields(cls)
        self.adapter: Adapter | None = None
        adapted = nearest_adapter(cls, is_ours=is_ours, own=adapters)
        if adapted is not None:
            self.kind, self.adapter = adapted.kind, adapted.read
        if id(cls) in _native_names:
            self.kind = HeapKind.FUNCTION
        self.attributes = _attribute_readers(cls) if is_guest or cls is SimpleNamespace else None
        if self.kind is HeapKind.OPAQUE and (self.attributes is not None or cls is object):
            self.kind = HeapKind.INSTANCE
        self.held_by = _holding(cls)
        self.is_bare = not (self.attributes or self.own_fields or self.adapter or self.kind in _WITH_FIELDS)


class _AttributeReaders:
    """The descriptors through which a class's instances keep their attributes."""

    __slots__ = ("dictionary", "slots")

    def __init__(self) -> None:
        self.dictionary: Callable[[object], object] | None = None
        self.slots: list[tuple[str, Callable[[object], object]]] = []

    def read(self, value: object) -> Fields:
        """The attributes of an instance, by name."""
        fields: Fields = {}
        for name, getter in self.slots:
            try:
                fields[name] = getter(value)
            except AttributeError:  # an empty slot
                continue
        if self.dictionary is not None:
            fields.update(only_names(self.dictionary(value)))
        return fields

    def read_one(self, value: object, name: str) -> object:
        """One attribute of an instance, or `MISSING`."""
        for slot, getter in self.slots:
            if slot == name:
                try:
                    return getter(value)
                except AttributeError:
                    return MISSING
        return MISSING if self.dictionary is None else dict.get(self.dictionary(value), name, MISSING)  # type: ignore[call-overload]


def _without_bookkeeping(fields: Fields) -> Fields:
    """The attributes of a member of an enumeration, without what its class notes of it."""
    return {name: part for name, part in fields.items() if name[:1] != "_" or name in _MEMBER_NAMES}


def only_names(mapping: object) -> Fields:
    """The entries of a dictionary whose keys are plain strings."""
    entries = dict.items(mapping) if isinstance(mapping, dict) else mapping.items()  # type: ignore[attr-defined]
    return {key: value for key, value in entries if type(key) is str}


def _attribute_readers(cls: type) -> _AttributeReaders:
    readers = _AttributeReaders()
    for ancestor in reversed(mro(cls)):
        for name, found in namespace(ancestor).items():
            if name == "__dict__":
                if type(found) is GetSetDescriptorType or type(found) is MemberDescriptorType:
                    readers.dictionary = found.__get__
            elif type(found) is MemberDescriptorType and "__slots__" in namespace(ancestor):
                readers.slots.append((name, found.__get__))
    return readers


class Anatomy:
    """Reads guest objects; classes of guest modules are looked into, other classes are opaque.

    The attributes of a library's objects may be changed by code that is not executed by the
    machine, at any time. They are not shown rather than shown wrong.

    Attributes:
        guest_modules: The names of the modules that the machine executes.
        number_of_referent: Gives the oid of what a weak reference refers to.
        adapters: Adapters for this recording alone.
        taught: What calls of functions do of which somebody else has told, with the functions, by their addresses.
    """

    adapters: Adapters | None = None

    def __init__(self) -> None:
        self.guest_modules: set[str] = set()
        self.number_of_referent: Callable[[object], int | None] = lambda _value: None
        self._known: dict[int, TypeAnatomy] = {}
        self.taught: dict[int, tuple[object, Effect]] = {}

    def of(self, cls: type) -> TypeAnatomy:
        """How the instances of `cls` are read."""
        known = self._known.get(id(cls))
        if known is None or known.reference() is not cls:
            known = self._known[id(cls)] = TypeAnatomy(
                cls,
                is_guest=self.is_guest(cls),
                is_booked=self.is_booked(cls),
                is_ours=self.is_guest,
                adapters=self.adapters,
            )
        return known

    def forget(self) -> None:
        """Forgets how the instances of classes are read: what was worked out may hold no longer."""
        self._known.clear()

    def is_guest(self, cls: type) -> bool:
        """Returns whether a class was made by the program."""
        module = namespace(cls).get("__module__")
        return type(module) is str and module in self.guest_modules

    def attributes_in(self, dictionary: object, type_address: int) -> Fields:
        """The attributes that an instance's dictionary keeps, as far as `content` has them."""
        known = self._known.get(type_address)
        fields = only_names(dictionary)
        return _without_bookkeeping(fields) if known is not None and known.is_booked else fields

    def is_booked(self, cls: type) -> bool:
        """Returns whether a library's metaclass, such as Enum's, keeps books in a class and its instances.

        It writes them at any time, in names that start with an underscore; those are not shown.
        """
        return type(cls) is not type and not self.is_guest(type(cls))

    def content(self, value: object, kind: HeapKind) -> tuple[Items, Fields]:
        """What an object holds: its items (keys and values in turn for a dictionary) and its attributes."""
        if kind is HeapKind.NAMESPACE:
            return namespace_items(value), {}
        if kind is HeapKind.OPAQUE:
            return [], {}
        anatomy = self.of(type(value))
        if anatomy.is_bare:
            return anatomy.items(value), {}
        if kind is HeapKind.CLASS:
            return self._class_content(value)
        if kind is HeapKind.FUNCTION:
            return [], function_fields(value)
        if kind is HeapKind.MODULE:
            return [], self._module_fields(value)
        fields: Fields = {}
        if anatomy.attributes is not None:
            try:
                fields = anatomy.attributes.read(value)
            except TypeError:  # the class has got other bases
                del self._known[id(type(value))]
                return self.content(value, kind)
            if anatomy.is_booked:
                fields = _without_bookkeeping(fields)
        elif kind is HeapKind.EXCEPTION:
            fields = only_names(_exception_dict(value))
        if kind is HeapKind.WEAKREF:
            fields["referent"] = self.number_of_referent(value)
        if kind is HeapKind.EXCEPTION:
            fields.update(chain_fields(value))
        for name, read in anatomy.own_fields:
            own = read(value)
            if own is not None:
                fields[name] = own
        if anatomy.adapter is None:
            return anatomy.items(value), fields
        items, native_fields = _adapted(anatomy.adapter, value)
        return items, {**native_fields, **fields}

    def _module_fields(self, module: object) -> Fields:
        """The namespace of a module of the program; a library's is left out."""
        entries = module_namespace(module)
        name, file = dict.get(entries, "__name__"), dict.get(entries, "__file__")
        if type(name) is not str or name not in self.guest_modules or type(file) is not str:
            return {}
        return {} if file.startswith((_LIBRARY, _OURS)) or "-packages" in file else {"__dict__": entries}

    def _class_content(self, cls: object) -> tuple[Items, Fields]:
        assert isinstance(cls, type)
        if not self.is_guest(cls):
            return [], {}
        entries = {name: value for name, value in only_names(namespace(cls)).items() if name not in _CLASS_MACHINERY}
        if self.is_booked(cls):
            entries = {name: value for name, value in entries.items() if name[:1] != "_" or name[:2] == "__"}
        return list(_class_bases(cls)), entries  # type: ignore[call-overload]


def function_fields(function: object) -> Fields:
    """What a function has beside its code, or what a native one is bound to."""
    if type(function) is not FunctionType:
        owner = getattr(function, "__self__", None) if id(type(function)) in _BOUND else None
        return {} if owner is None or id(type(owner)) in MODULE_TYPES else {"__self__": owner}
    fields: Fields = {}
    for name, read in _function_parts:
        part = read(function)
        if part is not None:
            fields[name] = part
    return fields


def name_of(value: object, kind: HeapKind) -> str:
    """The name of a function, code, generator, class or module, those of a named tuple's items, or nothing."""
    if kind not in _NAMED:
        return ""
    found: object = ""
    if kind is HeapKind.FUNCTION:
        found = (_native_names.get(id(type(value))) or _function_qualname)(value)
    elif kind is HeapKind.CLASS:
        found = _class_qualname(value)
    elif kind is HeapKind.MODULE:
        found = dict.get(_module_namespace(value), "__name__")  # type: ignore[call-overload]
    elif kind is HeapKind.TUPLE:
        found = "" if type(value) is tuple else " ".join(names_of_items(type(value)))
    elif kind is HeapKind.OPAQUE:
        found = _code_qualname(value) if type(value) is CodeType else ""
    else:
        found = _generator_names[kind](value)
    return str.__str__(found) if isinstance(found, str) else ""


def outlives_the_program(value: object, kind: HeapKind) -> bool:
    """Returns whether an object belongs to the interpreter, so that remembering it prolongs nothing."""
    if kind is HeapKind.CLASS:
        return not _class_flags(value) & _HEAP_TYPE  # type: ignore[operator]
    if type(value) is BuiltinFunctionType:
        return id(type(value.__self__)) in MODULE_TYPES
    return id(type(value)) in _STATIC_FUNCTIONS


def _holding(cls: type) -> "Callable[[object], Items] | None":
    """What finds out what the instances of a class may change when they are called or advanced, unless it is shown."""
    if id(cls) in _native_names:
        return _owner
    if id(cls) in PROXY_TYPES:
        return lambda value: [referent(value)]
    return _referents if any(id(ancestor) in _TRANSPARENT for ancestor in mro(cls)) else None


def _owner(function: object) -> Items:
    owner = getattr(function, "__self__", None)
    return [] if id(type(owner)) in MODULE_TYPES else [owner]


def _referents(value: object) -> Items:
    """What an object refers to, and what its tuples do: `zip_longest` keeps one of its own, which cannot be read."""
    found: Items = []
    for part in gc.get_referents(value):
        found += gc.get_referents(part) if type(part) is tuple else [part]
    return [part for part in found if type(part) is not type and id(type(part)) not in MODULE_TYPES]


def is_guest_function(value: object, guest_modules: set[str]) -> bool:
    """Returns whether a function belongs to a module of the program, so that the machine executes it."""
    if type(value) is not FunctionType:
        return False
    return _is_of(_function_globals(value), guest_modules)


def is_guest_generator(
    value: "GeneratorType[object, object, object] | CoroutineType[object, object, object]", guest_modules: set[str]
) -> bool:
    """Returns whether a generator or coroutine belongs to a module of the program, or has ended."""
    frame = value.gi_frame if type(value) is GeneratorType else value.cr_frame
    if frame is None:
        return True
    return _is_of(frame.f_globals, guest_modules)


def _is_of(namespace: object, guest_modules: set[str]) -> bool:
    """Returns whether a module's namespace is the program's; the machine's own modules bear its name, too."""
    module = dict.get(namespace, "__name__")  # type: ignore[call-overload]
    if type(module) is not str or module not in guest_modules:
        return False
    package = dict.get(namespace, "__package__")  # type: ignore[call-overload]
    return not (type(package) is str and package.partition(".")[0] == "calcharo_vm")


def class_attribute(cls: type, name: str) -> object:
    """What a class or its ancestors have under a name, not bound, or `MISSING`."""
    for ancestor in mro(cls):
        entries = namespace(ancestor)
        if name in entries:
            return entries[name]
    return MISSING


def is_guest_descriptor(found: object, guest_modules: set[str]) -> bool:
    """Returns whether reading a class attribute runs no code but the program's own."""
    if id(type(found)) in _HARMLESS_DESCRIPTORS:
        return True
    reader = class_attribute(type(found), "__get__")
    return reader is MISSING or is_guest_function(reader, guest_modules)


def dictionary_of_class(cls: type) -> object:
    """The dictionary behind a class's namespace, which only its `__classdict__` cell leads to."""
    return gc.get_referents(namespace(cls))[0]


def closure_of(method: object) -> Items:
    """The cells of a function, or of the functions in a property, class method or static method."""
    functions: Items = [method]
    if type(method) is property:
        functions = [method.fget, method.fset, method.fdel]
    elif type(method) is classmethod or type(method) is staticmethod:
        functions = [method.__func__]
    return [cell for each in functions if type(each) is FunctionType for cell in each.__closure__ or ()]


def module_namespace(module: object) -> dict[str, object]:
    """The real namespace of a module."""
    found = _module_namespace(module)
    assert isinstance(found, dict)
    return found


def guest_namespaces(guest_modules: set[str]) -> Items:
    """The namespaces of the program's modules that are imported now."""
    modules = (dict.get(sys.modules, name) for name in guest_modules)
    return [module_namespace(module) for module in modules if id(type(module)) in MODULE_TYPES]


def class_name(cls: type) -> str:
    """The real name of a class, whatever its metaclass says."""
    return str(_name_of(cls))
