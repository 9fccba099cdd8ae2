"""Attributes that are not an instance's own: of classes and modules, methods of built-in types, what classes have."""

from __future__ import annotations

from types import FunctionType, MethodDescriptorType, ModuleType
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import BUILTIN_METHODS, type_attribute
from calcharo_vm.machine.imports import LAZY_IMPORT
from calcharo_vm.machine.values import NULL
from calcharo_vm.machine.views import GUEST_VIEWS
from calcharo_vm.recording.layouts import mro
from calcharo_vm.tiers.compiled.classes import (
    has_no_descriptor,
    is_plain_value,
    is_unchanging,
    looks_up_as_usual,
    readable_classes,
    recorded_classes,
)
from calcharo_vm.tiers.compiled.profile import KNOWN_TYPES
from calcharo_vm.tiers.compiled.reading import recorded
from calcharo_vm.tiers.compiled.templates.bound_methods import bind_method, is_bound_by_classes
from calcharo_vm.tiers.compiled.templates.loading import give_loaded, place_of_loaded
from calcharo_vm.tiers.compiled.values import Value, only_one
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

_GIVING: Final = frozenset({FunctionType, classmethod, staticmethod})
"""Types of what classes have that give a function, or a method bound to the class."""
_LOOKS_UP_IN_CLASS: Final = vars(type)["__getattribute__"]


def load_other(writer: PathWriter, owner: Value, name: str, *, is_method: bool) -> None:
    """Pushes an attribute, with NULL where a method and its receiver might be, or such a method of a built-in type."""
    profile, index = writer.subject.profile, writer.index
    owners, subjects = profile.owners.get(index, set()), profile.subjects.get(index, set())
    natives = profile.unchanging.get(index, set())
    if name in GUEST_VIEWS or name[:2] == "__":
        raise Declined
    if owners == {id(ModuleType)}:
        _load_from_module(writer, owner, name, is_method=is_method)
    elif subjects:
        _load_from_class(writer, owner, subjects, name, is_method=is_method)
    elif is_method and len(natives) == len(owners) == 1:
        (native,) = natives
        _load_native_method(writer, native, name)
    else:
        load_readable(writer, owner, readable_classes(writer.subject.shadow, owners), name, is_method=is_method)


def load_readable(
    writer: PathWriter, owner: Value, classes: Sequence[type], name: str, *, is_method: bool = False
) -> None:
    """Pushes an attribute that instances of classes of the program have, or these classes for them."""
    if not classes or owner.is_scalar or not all(has_no_descriptor(cls, name) for cls in classes):
        raise Declined
    writer.instance(owner, classes)
    _give(writer, recorded(writer, f"{owner.code}.{name}", _kinds(writer, is_method)), is_method=is_method)


def _load_native_method(writer: PathWriter, kind: type, name: str) -> None:
    """Pushes a method of a built-in type, and its receiver."""
    methods = BUILTIN_METHODS.get(kind)  # type: ignore[arg-type] # most are in no table
    if methods is None:
        found = type_attribute(kind, name)
        method = found if looks_up_as_usual(kind) and type(found) is MethodDescriptorType else None
    else:
        method = methods.get(name)
    if method is None:
        raise Declined
    owner = writer.peek(1)
    if kind in KNOWN_TYPES:
        owner = writer.only(owner, kind)
    else:
        writer.leave_unless(f"type({owner.code}) is {writer.subject.constant(f'class_{writer.index}', kind)}")
    pushed = writer.permanent(method)
    writer.take()
    writer.push(pushed)
    writer.push(owner)
    writer.end("2", pushed.word, owner.word)


def _load_from_module(writer: PathWriter, owner: Value, name: str, *, is_method: bool) -> None:
    """Pushes a variable of a module."""
    subject = writer.subject
    writer.leave_unless(f"type({owner.code}) is {subject.constant('ModuleType', ModuleType)}")
    value = recorded(writer, f"{owner.code}.__dict__[{name!r}]", _kinds(writer, is_method))
    if not value.is_scalar and LAZY_IMPORT is not None:
        writer.leave_if(f"type({value.code}) is {subject.constant('LAZY', LAZY_IMPORT)}")
    _give(writer, value, is_method=is_method)


def _load_from_class(writer: PathWriter, owner: Value, subjects: set[int], name: str, *, is_method: bool) -> None:
    """Pushes an attribute of a class of the program that is no method of the class itself."""
    known = recorded_classes(writer.subject.shadow)
    classes = [known[address] for address in subjects if address in known]
    if len(classes) != len(subjects) or not all(_reads_plainly(cls, name) for cls in classes):
        raise Declined
    writer.unchanged_classes()
    addresses = writer.subject.constant(f"classes_{writer.index}", frozenset(subjects))
    writer.leave_unless(f"id({owner.code}) in {addresses}")
    metaclass = only_one(frozenset(map(type, classes)))
    if metaclass is not type:
        writer.leave_unless(f"{name!r} not in type({owner.code}).__dict__")
    if is_bound_by_classes(classes, name):
        give_loaded(writer, bind_method(writer, owner, name), is_called=is_method)
        return
    _give(writer, recorded(writer, f"{owner.code}.{name}", _kinds(writer, is_method)), is_method=is_method)


def _reads_plainly(cls: type, name: str) -> bool:
    """Returns whether reading an attribute of a class gives what it, or one of its bases, has under that name."""
    metaclass = type(cls)
    if not all(is_unchanging(base) for base in mro(metaclass)[1:]) or type_attribute(metaclass, name) is not NULL:
        return False
    found = type_attribute(cls, name)
    is_found = found is not NULL and (type(found) in _GIVING or is_plain_value(found))
    return is_found and type_attribute(metaclass, "__getattribute__") is _LOOKS_UP_IN_CLASS


def _kinds(writer: PathWriter, is_method: bool) -> frozenset[type]:
    """The types that the attribute has had."""
    kinds = writer.subject.profile.types_at(writer.index + 1, place_of_loaded(is_called=is_method))
    if not kinds:
        raise Declined
    return kinds


def _give(writer: PathWriter, value: Value, *, is_method: bool) -> None:
    """Ends the instruction with an attribute."""
    writer.use(1)
    give_loaded(writer, value, is_called=is_method)
