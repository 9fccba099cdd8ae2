"""Attributes as the instructions load them: through getters chosen when code is linked."""

from __future__ import annotations

from operator import attrgetter
from types import (
    BuiltinMethodType,
    FunctionType,
    GeneratorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import NULL
from calcharo_vm.machine.views import GUEST_VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable

_SUPER = super
_MRO_OF = type.__dict__["__mro__"].__get__
_NAMESPACE_OF = type.__dict__["__dict__"].__get__
_UNUSUAL_GETTERS = frozenset(kind.__getattribute__ for kind in (type, ModuleType, super))
_NATIVE_METHODS = frozenset({MethodDescriptorType, WrapperDescriptorType})
BUILTIN_METHODS = {
    kind: {name: method for name in dir(kind) if type(method := getattr(kind, name)) in _NATIVE_METHODS}
    for kind in (
        bool,
        bytearray,
        bytes,
        complex,
        dict,
        float,
        frozenset,
        int,
        list,
        set,
        slice,
        str,
        tuple,
        GeneratorType,
    )
}
"""The methods of types whose instances have no dictionary."""


def attribute_getter(name: str) -> Callable[[Any], Any]:
    """The function that reads an attribute of this name as the guest sees it."""
    return GUEST_VIEWS.get(name) or attrgetter(name)


def method_getter(name: str) -> tuple[str, Callable[[Any], Any]]:
    """The operand of `load_method`: an attribute's name and the function that reads it."""
    return name, attribute_getter(name)


def load_method(owner: Any, operand: tuple[str, Callable[[Any], Any]]) -> tuple[Any, Any]:
    """A method as plain function and receiver, or any other attribute and NULL (CPython's `_PyObject_GetMethod`)."""
    name, getter = operand
    kind = type(owner)
    if kind in BUILTIN_METHODS and name in (methods := BUILTIN_METHODS[kind]):
        return methods[name], owner
    attribute = getter(owner)
    if type(attribute) is MethodType:
        function = attribute.__func__
        if (
            type(function) is FunctionType
            and attribute.__self__ is owner
            and _class_attribute(kind, name) is function
            and _is_plain(owner)
        ):
            return function, owner
    elif _is_bound_native(type(attribute)) and attribute.__self__ is owner and _is_plain(owner):
        function = type_attribute(kind, name)
        if type(function) in _NATIVE_METHODS and function.__get__(owner, kind) == attribute:
            return function, owner
    return attribute, NULL


def _is_bound_native(kind: type) -> bool:
    """Whether it is the type of methods of built-in types; those that get to know their class have one of their own."""
    return kind is MethodWrapperType or issubclass(kind, BuiltinMethodType)


def _is_plain(owner: Any) -> bool:
    """Whether the owner's type looks attributes up in the usual way, so that methods need not be bound."""
    kind = type(owner)
    getter = _class_attribute(kind, "__getattribute__")
    if type(getter) is not WrapperDescriptorType or getter in _UNUSUAL_GETTERS:
        return False
    return _class_attribute(kind, "__getattr__") is NULL


def _class_attribute(cls: type, name: str) -> Any:
    """An attribute of a class, or NULL: asked for plainly if no metaclass can answer, which is faster."""
    return getattr(cls, name, NULL) if type(cls) is type else type_attribute(cls, name)


def is_iterable(value: Any) -> bool:
    """Whether a value's type has what iteration needs: `__iter__`, or the `sq_item` of a sequence.

    A type written in C may have `__getitem__` as a mapping only; `iter` of a sequence calls nothing and tells.
    """
    if type_attribute(type(value), "__iter__") is not NULL:
        return True
    try:
        iter(value)
    except TypeError:
        return False
    return True


def type_attribute(cls: type, name: str) -> Any:
    """An attribute of a class or its bases as it is stored, or NULL (CPython's `_PyType_Lookup`)."""
    for base in _MRO_OF(cls):
        namespace = _NAMESPACE_OF(base)
        if name in namespace:
            return namespace[name]
    return NULL


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
