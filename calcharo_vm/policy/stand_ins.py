"""Callables that the program gets in place of builtin ones which would go around the policy.

Whoever calls them, be it `map` or `sorted`, does what the policy says. They look like what they stand for, and hold
nothing that could be taken out of them.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

from calcharo_vm.machine.hiding import hidden

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["bound", "stand_in"]


def stand_in(native: Any, function: Callable[..., Any], *, binds: bool = False) -> Any:
    """Build what stands for a builtin callable.

    Args:
        native: What it stands for.
        function: What it does.
        binds: Whether it becomes a method when it is an attribute of a class.
    """

    def call(_self: object, /, *arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)

    def bind(self: object, instance: object, _owner: object = None) -> object:
        return self if instance is None else MethodType(self, instance)  # type: ignore[arg-type] # it is callable

    text = repr(native)
    members: dict[str, Any] = {
        "__slots__": (),
        "__module__": "builtins",
        "__doc__": native.__doc__,
        "__name__": native.__name__,
        "__call__": hidden(call),
        "__repr__": lambda _self: text,
    }
    if binds:
        members["__get__"] = hidden(bind)
    return type(type(native).__name__, (), members)()


def bound(stand_in_: Any, owner: object) -> MethodType:
    """Bind a stand-in to an object."""
    return MethodType(stand_in_, owner)
