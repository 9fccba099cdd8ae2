"""Adapters of the standard library's types, which are found by name: no module is imported for them.

What reads an object is native: a descriptor or method of the built-in type, whatever a subclass says.
Of the few classes that the library writes in Python, the slots or the dictionary that their own methods
write are read.
"""

import gc
import re
from collections.abc import Callable
from types import (
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import Any, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.adapters import Adapter, Content, Maker, register_name, register_type
from calcharo_vm.recording.iterators import MAPPING
from calcharo_vm.recording.layouts import is_scalar, namespace
from calcharo_vm.recording.values import HeapKind

_NATIVE: Final = (
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
    ClassMethodDescriptorType,
)
_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")


def _native(cls: type, name: str) -> Any:  # type: ignore[explicit-any] # a descriptor
    """What a type has under a name, as long as using it runs no Python code.

    Raises:
        LookupError: The type has no such attribute, or it is written in Python.
    """
    found: Any = namespace(cls)[name]  # type: ignore[explicit-any]
    if type(found) not in _NATIVE:
        message = f"{name} is written in Python"
        raise LookupError(message)
    return found


def _getter(cls: type, name: str) -> Callable[[object], object]:
    """What reads an attribute of a type."""
    read: Callable[[object], object] = _native(cls, name).__get__
    return read


def _with_fields(*names: str) -> Maker:
    """Of types that keep what they hold in attributes; an attribute that is not there is left out."""

    def make(cls: type) -> Adapter:
        readers = [(name.strip("_") if name[:2] != "__" else name, _getter(cls, name)) for name in names]

        def read(value: object) -> Content:
            fields = {}
            for name, reader in readers:
                try:
                    fields[name] = reader(value)
                except AttributeError:
                    continue
            return Content(fields=fields)

        return read

    return make


def _with_text(cls: type) -> Adapter:
    """Of types whose `repr()` says it all and runs no code of the program; addresses are left out."""
    write = _native(cls, "__repr__")
    return lambda value: Content(text=_ADDRESS.sub("", write(value)))


def _with_entries(*names: str) -> Maker:
    """Of classes written in Python whose methods keep what they hold in the instance's dictionary."""

    def make(cls: type) -> Adapter:
        dictionary = _getter(cls, "__dict__")

        def read(value: object) -> Content:
            entries = dictionary(value)
            assert isinstance(entries, dict)
            return Content(fields={name: dict.__getitem__(entries, name) for name in names if name in entries})

        return read

    return make


def _decimal(cls: type) -> Adapter:
    write = _native(cls, "__str__")
    return lambda value: Content(text=write(value))


def _moment(*names: str) -> Maker:
    """Of dates and times: their parts, and their text where no time zone of the program takes part in it."""

    def make(cls: type) -> Adapter:
        parts, write = _with_fields(*names)(cls), _native(cls, "__repr__")

        def read(value: object) -> Content:
            fields = dict(parts(value).fields)
            zone = fields.pop("tzinfo", None)
            if zone is None:
                return Content(fields=fields, text=write(value))
            return Content(fields={**fields, "tzinfo": zone})

        return read

    return make


def _path(cls: type) -> Adapter:
    """Of paths, which keep what they were made of; what they work out later is left out."""
    if "_raw_paths" in namespace(cls):
        raw = _getter(cls, "_raw_paths")
        return lambda value: Content(text="/".join(str(part) for part in raw(value) if is_scalar(part)))  # type: ignore[attr-defined]
    drive, root, parts = (_getter(cls, name) for name in ("_drv", "_root", "_parts"))

    def read(value: object) -> Content:
        start = f"{drive(value)}{root(value)}"
        names = [str(part) for part in parts(value) if is_scalar(part)]  # type: ignore[attr-defined]
        return Content(text=start + "/".join(names[1:] if start else names) or ".")

    return read


def _match(cls: type) -> Adapter:
    groups, span = _native(cls, "groups"), _native(cls, "span")
    parts = _with_fields("string", "pos", "endpos", "re")(cls)

    def read(value: object) -> Content:
        start, end = span(value)
        fields = {**parts(value).fields, "start": start, "end": end}
        found = groups(value)
        return Content(items=found if all(map(is_scalar, found)) else (), fields=fields)

    return read


def _array(cls: type) -> Adapter:
    items, code = _native(cls, "tolist"), _getter(cls, "typecode")
    return lambda value: Content(items=items(value), fields={"typecode": code(value)})


def _stream_in_memory(cls: type) -> Adapter:
    content, place = _native(cls, "getvalue"), _native(cls, "tell")

    def read(value: object) -> Content:
        try:
            return Content(fields={"value": content(value), "position": place(value)})
        except ValueError:  # closed, or never opened
            return Content(fields={"closed": True})

    return read


def _lock(cls: type) -> Adapter:
    locked = _native(cls, "locked")
    return lambda value: Content(fields={"locked": locked(value)})


_COUNT: Final = re.compile(r"count=(\d+)")


def _reentrant_lock(cls: type) -> Adapter:
    write = _native(cls, "__repr__")

    def read(value: object) -> Content:
        count = _COUNT.search(write(value))
        return Content(fields={"count": 0 if count is None else int(count[1])})

    return read


def _read_mapping_view(value: object) -> Content:
    """Of views, which hold nothing but what they are views of."""
    return Content(fields={MAPPING: gc.get_referents(value)[0]})


def _read_memory(value: object) -> Content:
    assert isinstance(value, memoryview)
    try:
        names = ("obj", "format", "itemsize", "nbytes", "readonly")
        return Content(fields={name: read(value) for name, read in zip(names, _memory_parts, strict=True)})
    except ValueError:
        return Content(fields={"released": True})


_memory_parts: Final = [_getter(memoryview, name) for name in ("obj", "format", "itemsize", "nbytes", "readonly")]


def _buffer(_cls: type) -> Adapter:
    return lambda value: Content(items=[part for part in gc.get_referents(value) if not isinstance(part, type)])


_BY_NAME: Final[dict[str, Maker]] = {
    "array.array": _array,
    "_io.StringIO": _stream_in_memory,
    "_io.BytesIO": _stream_in_memory,
    "_io._BytesIOBuffer": _buffer,
    "_thread.lock": _lock,
    "_thread.RLock": _reentrant_lock,
    "collections.ChainMap": _with_entries("maps"),
    "collections.UserDict": _with_entries("data"),
    "collections.UserList": _with_entries("data"),
    "collections.UserString": _with_entries("data"),
    "datetime.date": _moment("year", "month", "day"),
    "datetime.datetime": _moment("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"),
    "datetime.time": _moment("hour", "minute", "second", "microsecond", "tzinfo", "fold"),
    "datetime.timedelta": _moment("days", "seconds", "microseconds"),
    "datetime.timezone": _with_text,
    "decimal.Decimal": _decimal,
    "fractions.Fraction": _with_fields("_numerator", "_denominator"),
    "functools.partial": _with_fields("func", "args", "keywords"),
    "pathlib.PurePath": _path,
    "pathlib._local.PurePath": _path,
    "re.Match": _match,
    "re.Pattern": _with_fields("pattern", "flags", "groups"),
    "_struct.Struct": _with_fields("format", "size"),
}


_BY_TYPE: Final[dict[type, Adapter]] = {
    MappingProxyType: _read_mapping_view,
    type({}.keys()): _read_mapping_view,
    type({}.values()): _read_mapping_view,
    type({}.items()): _read_mapping_view,
    memoryview: _read_memory,
    property: _with_fields("fget", "fset", "fdel")(property),
    staticmethod: _with_fields("__func__")(staticmethod),
    classmethod: _with_fields("__func__")(classmethod),
    super: _with_fields("__thisclass__", "__self__")(super),
}

for _name, _make in _BY_NAME.items():
    register_name(_name, HeapKind.NATIVE, _make)
for _cls, _read in _BY_TYPE.items():
    register_type(_cls, HeapKind.NATIVE, _read)
