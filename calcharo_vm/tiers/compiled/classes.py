"""The program's classes whose instances keep attributes in the usual way: what a lookup finds there is known."""

from __future__ import annotations

from types import MemberDescriptorType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.layouts import mro

if TYPE_CHECKING:
    from calcharo_vm.recording.shadow import Shadow

_USUAL = {name: vars(object)[name] for name in ("__getattribute__", "__setattr__", "__delattr__")}


_MOST = 4


def plain_classes(shadow: Shadow, addresses: set[int] | None) -> list[type]:
    """The classes at the given addresses, if they look up and store attributes as `object` does; else none.

    They are in the order in which the recorder met them, which is the same in each run.
    """
    if not addresses or len(addresses) > _MOST:
        return []
    known = {id(cls): cls for reference in shadow.classes if (cls := reference()) is not None}
    found = [cls for address, cls in known.items() if address in addresses]
    is_usual = len(found) == len(addresses) and all(_is_usual(cls, known) for cls in found)
    return found if is_usual else []


def _is_usual(cls: type, known: dict[int, type]) -> bool:
    if type(cls) is not type or any(id(base) not in known and base is not object for base in mro(cls)):
        return False
    if any(type_attribute(cls, name) is not usual for name, usual in _USUAL.items()):
        return False
    return type_attribute(cls, "__getattr__") is NULL


def are_kept_by_instances(classes: list[type], name: str) -> bool:
    """Returns whether an attribute is none of the classes' own, but for slots."""
    found = [type_attribute(cls, name) for cls in classes]
    return all(each is NULL or type(each) is MemberDescriptorType for each in found)
