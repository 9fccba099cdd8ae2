"""Library functions and classes with other builtins, for the program alone.

The library's own objects stay as they are: these are made of the same code, with a namespace of their own.
"""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

__all__ = ["Rebound"]


class Rebound:
    """A module whose functions, and the named classes, see other builtins and other globals.

    Attributes:
        names: Its namespace.
    """

    def __init__(
        self, module: ModuleType, builtins: dict[str, Any], *, classes: tuple[str, ...] = (), **globals: Any
    ) -> None:
        self._own = vars(module)
        self._classes = {id(self._own[name]) for name in classes if name in self._own}
        self._known: dict[int, Any] = {}
        self.names: dict[str, Any] = {"__builtins__": builtins}
        self.names |= {name: self._rebound(value) for name, value in self._own.items() if name != "__builtins__"}
        self.names |= globals

    def _rebound(self, value: Any) -> Any:
        known = self._known.get(id(value))
        if known is not None:
            return known
        made: Any
        if type(value) is FunctionType and value.__globals__ is self._own:
            made = self._function(value)
        elif type(value) is type and id(value) in self._classes:
            made = self._class(value)
        elif type(value) is dict and value and all(type(each) is FunctionType for each in value.values()):
            made = {key: self._rebound(each) for key, each in value.items()}
        elif type(value) is staticmethod:
            made = staticmethod(self._rebound(value.__func__))
        else:
            return value
        self._known[id(value)] = made
        return made

    def _function(self, function: FunctionType) -> FunctionType:
        defaults = function.__defaults__ and tuple(map(self._rebound, function.__defaults__))
        made = FunctionType(function.__code__, self.names, function.__name__, defaults, function.__closure__)
        made.__kwdefaults__ = function.__kwdefaults__ and {
            name: self._rebound(each) for name, each in function.__kwdefaults__.items()
        }
        for name in ("__doc__", "__module__", "__qualname__"):
            setattr(made, name, getattr(function, name))
        vars(made).update(vars(function))
        return made

    def _class(self, cls: type) -> type:
        left_out = {"__dict__", "__weakref__"}
        members = {name: self._rebound(each) for name, each in vars(cls).items() if name not in left_out}
        return type(cls)(cls.__name__, cls.__bases__, members)
