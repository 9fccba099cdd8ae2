"""Attributes as the instructions load them: through getters chosen when code is linked."""

from __future__ import annotations

from operator import attrgetter
from types import BuiltinMethodType, FunctionType, MethodDescriptorType, MethodType, ModuleType, WrapperDescriptorType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import NULL
from calcharo_vm.machine.views import GUEST_VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable

_SUPER = super


def attribute_getter(name: str) -> Callable[[Any], Any]:
    """The function that reads an attribute of this name as the guest sees it."""
    return GUEST_VIEWS.get(name) or attrgetter(name)


def load_method(owner: Any, getter: Callable[[Any], Any]) -> tuple[Any, Any]:
    """A method as plain function and receiver, or any other attribute and NULL (CPython's `_PyObject_GetMethod`)."""
    attribute = getter(owner)
    kind = type(attribute)
    if kind is MethodType:
        if attribute.__self__ is owner and type(attribute.__func__) is FunctionType and _is_plain(owner):
            return attribute.__func__, owner
    elif kind is BuiltinMethodType and attribute.__self__ is owner and _is_plain(owner):
        function = getattr(type(owner), attribute.__name__, None)
        if type(function) is MethodDescriptorType:
            return function, owner
    return attribute, NULL


def _is_plain(owner: Any) -> bool:
    """Whether the owner's type looks attributes up in the usual way, so that methods need not be bound."""
    kind = type(owner)
    return (
        type(kind.__getattribute__) is WrapperDescriptorType
        and not hasattr(kind, "__getattr__")
        and not isinstance(owner, (type, ModuleType, _SUPER))
    )


def super_attribute(super: Any, cls: Any, receiver: Any, operand: tuple[int, str]) -> Any:
    """An attribute of `super()`, or of whatever the program means by that name."""
    return attribute_getter(operand[1])(super(cls, receiver) if super is _SUPER or operand[0] else super())


def super_method(super: Any, cls: Any, receiver: Any, operand: tuple[int, str]) -> tuple[Any, Any]:
    """A method of `super()` as plain function and receiver, or any other attribute and NULL."""
    attribute = super_attribute(super, cls, receiver, operand)
    is_method = super is _SUPER and type(attribute) is MethodType and attribute.__self__ is receiver
    if is_method and type(attribute.__func__) is FunctionType:
        return attribute.__func__, receiver
    return attribute, NULL
