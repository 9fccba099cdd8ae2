"""The program's classes whose instances keep attributes in the usual way: what a lookup finds there is known."""

from __future__ import annotations

from types import MemberDescriptorType, ModuleType, WrapperDescriptorType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.layouts import mro
from calcharo_vm.recording.weak_references import PROXIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.recording.shadow import Shadow

_IMMUTABLE = 1 << 8
_flags_of = vars(type)["__flags__"].__get__
_UNUSUAL = tuple(vars(cls)["__getattribute__"] for cls in (type, ModuleType, super, *PROXIES))
_USUAL = {name: vars(object)[name] for name in ("__getattribute__", "__setattr__", "__delattr__")}


_MOST = 4


def plain_classes(shadow: Shadow, addresses: set[int] | None) -> list[type]:
    """The classes at the given addresses, if they look up and store attributes as `object` does; else none.

    They are in the order in which the recorder met them, which is the same in each run.
    """
    return _classes_at(shadow, addresses, _is_usual)


def _is_usual(cls: type, known: dict[int, type]) -> bool:
    if type(cls) is not type or any(id(base) not in known and base is not object for base in mro(cls)):
        return False
    if any(type_attribute(cls, name) is not usual for name, usual in _USUAL.items()):
        return False
    return type_attribute(cls, "__getattr__") is NULL


def readable_classes(shadow: Shadow, addresses: set[int] | None) -> list[type]:
    """The same classes, or ones that derive from built-in types, if they look up attributes as `object` does."""
    return _classes_at(shadow, addresses, _reads_as_usual)


def recorded_classes(shadow: Shadow) -> dict[int, type]:
    """The program's classes that have been recorded, by address, in the order in which the recorder met them."""
    return {id(cls): cls for reference in shadow.classes if (cls := reference()) is not None}


def _classes_at(
    shadow: Shadow, addresses: set[int] | None, is_fit: Callable[[type, dict[int, type]], bool]
) -> list[type]:
    if not addresses or len(addresses) > _MOST:
        return []
    known = recorded_classes(shadow)
    found = [cls for address, cls in known.items() if address in addresses]
    return found if len(found) == len(addresses) and all(is_fit(cls, known) for cls in found) else []


def _reads_as_usual(cls: type, known: dict[int, type]) -> bool:
    if any(id(base) not in known and not is_unchanging(base) for base in mro(cls)):
        return False
    return looks_up_as_usual(cls)


def looks_up_as_usual(cls: type) -> bool:
    """Returns whether instances look up attributes as `object` does, or in a way of their own that does the same."""
    getter = type_attribute(cls, "__getattribute__")
    is_usual = type(getter) is WrapperDescriptorType and not any(getter is each for each in _UNUSUAL)
    return is_usual and type_attribute(cls, "__getattr__") is NULL


def has_no_descriptor(cls: type, name: str) -> bool:
    """Returns whether an attribute is either the instance's own, or what the class has, or has as a static method."""
    found = type_attribute(cls, name)
    return type(found) is MemberDescriptorType or type(found) is staticmethod or is_plain_value(found)


def is_plain_value(found: object) -> bool:
    """Returns whether what a class has under a name, if anything, is what reading an attribute gives."""
    return type_attribute(type(found), "__get__") is NULL


def is_unchanging(cls: type) -> bool:
    """Returns whether nobody can change a class: it belongs to the interpreter, or to a module written in C."""
    return bool(_flags_of(cls) & _IMMUTABLE)


def are_kept_by_instances(classes: list[type], name: str) -> bool:
    """Returns whether an attribute is none of the classes' own, but for slots."""
    found = [type_attribute(cls, name) for cls in classes]
    return all(each is NULL or type(each) is MemberDescriptorType for each in found)
