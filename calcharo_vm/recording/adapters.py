"""Adapters: how objects of native and library types are read without running code of the program.

Lists, dictionaries, instances of the program's own classes and the like need none. Any other object is
opaque, unless an adapter says what it holds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from calcharo_vm.errors import ConfigurationError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.layouts import descriptor, mro, namespace
from calcharo_vm.recording.values import HeapKind

TEXT: Final = "<text>"
"""The field in which the journal has an object's text: no attribute has such a name."""

MOST_TEXT: Final = 200
"""The longest text that is kept of an object."""


@attrs.frozen
class Content:
    """What an adapter reads of an object.

    An item or field is a scalar, or an object that the adapted object itself holds: one that the adapter
    has made would be gone before anybody could look at it.

    Attributes:
        items: Its elements, in order.
        fields: What else it holds, by name.
        text: What is shown for it in a few words; the beginning of it is kept.
    """

    items: Sequence[object] = ()
    fields: Mapping[str, object] = attrs.field(factory=dict)
    text: str = ""

    def parts(self) -> tuple[list[object], dict[str, object]]:
        """The items and the fields, the text among them."""
        fields = {str(name): value for name, value in self.fields.items()}
        if self.text:
            fields[TEXT] = self.text[:MOST_TEXT]
        return list(self.items), fields


Adapter = Callable[[Any], Content]  # type: ignore[explicit-any] # each adapter knows the type it is for
"""Reads an object with methods and descriptors of its built-in or library type, and nothing of the program."""


@attrs.frozen
class Adapted:
    """How the instances of a type are read.

    Attributes:
        kind: What they are on the heap.
        read: Reads one.
    """

    kind: HeapKind
    read: Adapter


Maker = Callable[[type], Adapter]
"""Makes an adapter from the type that bears a name, so that its module need not be imported for that."""

_by_type: dict[int, tuple[type, Adapted]] = {}
_by_name: dict[str, tuple[HeapKind, Maker]] = {}
_class_qualname = descriptor(type, "__qualname__")
_class_module = descriptor(type, "__module__")
_MISSING: Final = object()


def register_adapter(cls: type | str, read: Adapter | None = None) -> Callable[[Adapter], Adapter]:
    """Teaches recordings to show what the instances of a type and of its subclasses hold.

    It holds for recordings that begin later. An adapter must not call methods that a class of the program
    could override; where it raises, the object is shown as opaque.

    Args:
        cls: The type, or its full name (`"numpy.ndarray"`), for which its module is not imported.
        read: The adapter; without it, the result is a decorator for it.

    Returns:
        A decorator that registers what it is put on.

    Raises:
        ConfigurationError: `cls` is neither a type nor the name of one.

    Example:
        >>> from calcharo_vm import Content, execute_and_trace, register_adapter
        >>> import struct
        >>> @register_adapter(struct.Struct)
        ... def read_struct(value):
        ...     return Content(fields={"format": value.format, "size": value.size})
        >>> step = execute_and_trace("import struct; header = struct.Struct('>ih')")[-1]
        >>> step.variables_state["header"].attributes
        {'format': '>ih', 'size': 6}
    """
    given: object = cls
    if not isinstance(given, type) and not (isinstance(given, str) and "." in given):
        message = f"cls is {cls!r}; pass a type, or its full name such as 'numpy.ndarray'"
        raise ConfigurationError(message)

    def register(adapter: Adapter) -> Adapter:
        if isinstance(cls, str):
            _by_name[cls] = HeapKind.NATIVE, lambda _type: adapter
        else:
            _by_type[id(cls)] = cls, Adapted(HeapKind.NATIVE, adapter)
        return adapter

    if read is not None:
        register(read)
    return register


def unregister_adapter(cls: type | str) -> None:
    """Forgets the adapter of a type; does nothing when it has none."""
    if isinstance(cls, str):
        _by_name.pop(cls, None)
    else:
        _by_type.pop(id(cls), None)


def register_type(cls: type, kind: HeapKind, read: Adapter) -> None:
    """Registers the adapter of a built-in type."""
    _by_type[id(cls)] = cls, Adapted(kind, read)


def register_name(name: str, kind: HeapKind, make: Maker) -> None:
    """Registers what makes the adapter of a library's type."""
    _by_name[name] = kind, make


class Adapters:
    """The adapters of one recording, which come before those that are registered."""

    def __init__(self, adapters: Mapping[type | str, Adapter]) -> None:
        self._by_type = {id(cls): (cls, read) for cls, read in adapters.items() if isinstance(cls, type)}
        self._by_name = {name: read for name, read in adapters.items() if isinstance(name, str)}

    def of(self, cls: type, *, is_ours: bool) -> Adapted | None:
        """The adapter of a class itself, not of its bases."""
        known = self._by_type.get(id(cls))
        read = known[1] if known is not None else None if is_ours else self._by_name.get(full_name(cls) or "")
        return None if read is None else Adapted(HeapKind.NATIVE, read)


def nearest_adapter(cls: type, *, is_ours: Callable[[type], bool], own: Adapters | None = None) -> Adapted | None:
    """The adapter nearest in the MRO of a class; a class of the program has none for the sake of its name."""
    for ancestor in mro(cls):
        mine = None if own is None else own.of(ancestor, is_ours=is_ours(ancestor))
        if mine is not None:
            return mine
        known = _by_type.get(id(ancestor))
        if known is not None:
            return known[1]
        found = None if is_ours(ancestor) else _named(ancestor)
        if found is not None:
            return found
    return None


def full_name(cls: type) -> str | None:
    """The name of a class with that of its module, None if it has none."""
    module = namespace(cls).get("__module__", _MISSING)
    if module is _MISSING:  # of a type that C code defines for good
        module = _class_module(cls)
    return f"{module}.{_class_qualname(cls)}" if type(module) is str else None


def _named(cls: type) -> Adapted | None:
    found = _by_name.get(full_name(cls) or "")
    if found is None:
        return None
    kind, make = found
    try:
        return Adapted(kind, make(cls))
    except LookupError:  # it only bears the name
        return None
