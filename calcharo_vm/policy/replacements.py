"""Ordinary names of the library that would go around the policy, in versions that do not.

They take names of attributes, set attributes of what they are given, or evaluate texts.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import dataclasses
import functools
import operator
import string
import sys
import typing
from functools import partial
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.machine.hiding import hidden
from calcharo_vm.policy.annotations import signature, type_hints
from calcharo_vm.policy.kinds import is_class, is_programs_function, module_of
from calcharo_vm.policy.rebinding import Rebound
from calcharo_vm.policy.refusing import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.policy.access import Access
    from calcharo_vm.policy.kinds import Kinds

__all__ = ["Replacements"]

_WRAPPED: Final = frozenset({FunctionType, type(functools.lru_cache(len))})
_builtins: Final = vars(builtins)


class Replacements:
    """What one program gets for such names.

    Attributes:
        makers: By module and name, what makes the replacement when it is first asked for.
    """

    def __init__(self, access: Access, kinds: Kinds, machine: Machine) -> None:
        self._access = access
        self._kinds = kinds
        self._machine = machine
        self.makers: Mapping[str, Mapping[str, Callable[[], object]]] = {
            "contextlib": {
                "redirect_stderr": partial(_redirecting, "stderr"),
                "redirect_stdout": partial(_redirecting, "stdout"),
            },
            "copy": self._from("_copy", "copy", "deepcopy"),
            "dataclasses": self._from("_dataclasses", "asdict", "astuple", "dataclass", "make_dataclass"),
            "functools": self._from("_functools", "singledispatch", "singledispatchmethod", "update_wrapper", "wraps"),
            "inspect": {"signature": lambda: signature},
            "operator": {"attrgetter": self._attrgetter, "methodcaller": self._methodcaller},
            "string": self._from("_string", "Formatter"),
        }

    def _from(self, module: str, *names: str) -> dict[str, Callable[[], object]]:
        """Give what takes names of a rebound module, which is made when it is needed."""

        def take(name: str) -> object:
            rebound: Rebound = getattr(self, module)
            return rebound.names[name]

        return {name: partial(take, name) for name in names}

    # --- operator ----------------------------------------------------------------------------------

    def _attrgetter(self) -> type:
        get = self._access.get

        def walk(value: Any, path: str) -> Any:
            for name in path.split("."):
                value = get(value, name)
            return value

        def new(cls: type, attr: str, /, *attrs: str) -> Any:
            paths: tuple[Any, ...] = (attr, *attrs)
            for path in paths:
                if not isinstance(path, str):
                    message = "attribute name must be a string"
                    raise TypeError(message)
            text = repr(operator.attrgetter(*paths))

            def call(_self: object, value: object, /) -> object:
                found = tuple(walk(value, str.__str__(path)) for path in paths)
                return found if len(found) > 1 else found[0]

            return _instance(cls, call, text)

        return _class_of_instances("attrgetter", operator.attrgetter, new)

    def _methodcaller(self) -> type:
        get = self._access.get

        def new(cls: type, name: str, /, *arguments: Any, **named: Any) -> Any:
            native = operator.methodcaller(name, *arguments, **named)
            method = str.__str__(name)
            return _instance(cls, lambda _self, value, /: get(value, method)(*arguments, **named), repr(native))

        return _class_of_instances("methodcaller", operator.methodcaller, new)

    # --- functools, dataclasses, copy, string --------------------------------------------------------

    @functools.cached_property
    def _guarded(self) -> dict[str, Any]:
        """The builtins of rebound functions."""
        access = self._access
        return {**_builtins, "getattr": access.get, "setattr": access.set, "hasattr": access.has}

    @functools.cached_property
    def _string(self) -> Rebound:
        return Rebound(string, self._guarded, classes=("Formatter",))

    @functools.cached_property
    def _functools(self) -> Rebound:
        def get(owner: Any, name: Any, *default: Any) -> Any:
            if name == "__dict__" and type(owner) in _WRAPPED and not _is_programs(owner):
                is_new = type(owner) is FunctionType and owner.__globals__ is self._functools.names
                return vars(owner) if is_new else dict(vars(owner))  # what `wraps` copies
            return self._access.get(owner, name, *default)

        def import_(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
            if name == "typing":  # which singledispatch imports it from
                return SimpleNamespace(**{**vars(typing), "get_type_hints": type_hints})
            return builtins.__import__(name, globals, locals, fromlist, level)

        def set_(owner: Any, name: str, value: Any) -> None:
            if type(owner) is FunctionType and owner.__globals__ is self._functools.names:  # which it has just made
                setattr(owner, name, value)
            else:
                self._access.set(owner, name, value)

        guarded = {**self._guarded, "getattr": get, "setattr": set_, "__import__": import_}
        return Rebound(functools, guarded, classes=("singledispatchmethod", "_singledispatchmethod_get"))

    @functools.cached_property
    def _dataclasses(self) -> Rebound:
        def execute(text: str, globals: Any, locals: Any) -> None:
            code = compile(text, "<string>", "exec", dont_inherit=True)  # as program text, which names may have made
            exec(self._machine.guest_code(code).trampoline, globals, locals)

        guarded = {**_builtins, "setattr": self._set_of_class, "exec": execute}
        shared = SimpleNamespace(**{**vars(copy), "deepcopy": self._copy.names["deepcopy"]})
        return Rebound(dataclasses, guarded, classes=("_FuncBuilder",), copy=shared)

    def _set_of_class(self, cls: Any, name: str, value: Any) -> None:
        """Set what `dataclass` gives a class, if it is one of the program's."""
        if not is_class(cls) or (not self._kinds.is_programs(cls) and _is_shared(cls)):
            raise refusal("change of", repr(getattr(cls, "__name__", cls)), "decorate classes of the program")
        setattr(cls, name, value)

    @functools.cached_property
    def _copy(self) -> Rebound:
        made = Rebound(copy, {**_builtins, "setattr": self._access.set})
        names = made.names
        reconstruct = names["_reconstruct"]

        def reconstruct_checked(
            x: Any, memo: Any, func: Any, args: Any, state: Any = None, *more: Any, **named: Any
        ) -> Any:
            def make(*arguments: Any) -> Any:
                copied = func(*arguments)
                if state is not None and type(copied) is not type(x) and not self._kinds.is_programs(type(copied)):
                    raise refusal("copy", f"into a {type(copied).__name__!r} object", "a copy is of the same type")
                return copied

            return reconstruct(x, memo, make, args, state, *more, **named)

        names["_reconstruct"] = reconstruct_checked
        return made


def _is_shared(cls: type) -> bool:
    """Tell whether a module has a class, which is then not one that `make_dataclass` is just making."""
    module = sys.modules.get(str(module_of(cls)))
    return module is None or "." in cls.__qualname__ or cls.__qualname__ in vars(module)


def _is_programs(function: Any) -> bool:
    return type(function) is FunctionType and is_programs_function(function)


def _instance(cls: type, call: Callable[..., object], text: str) -> Any:
    """Make an object that holds nothing: what it does is its class's."""
    members = {"__slots__": (), "__call__": hidden(call), "__repr__": lambda _self: text, "__module__": cls.__module__}
    return object.__new__(type(cls.__name__, (cls,), members))


def _class_of_instances(name: str, native: type, new: Callable[..., Any]) -> type:
    members = {"__slots__": (), "__new__": new, "__module__": native.__module__, "__doc__": native.__doc__}
    return type(name, (), members)


def _redirecting(stream: str) -> type:
    """Make a context manager that redirects a standard stream, and no other attribute of `sys`."""

    class Redirecting(contextlib.AbstractContextManager):  # type: ignore[type-arg] # it gives what it is given
        def __init__(self, new_target: Any) -> None:
            self._new_target = new_target
            self._old_targets: list[Any] = []

        def __enter__(self) -> Any:
            self._old_targets.append(getattr(sys, stream))
            setattr(sys, stream, self._new_target)
            return self._new_target

        def __exit__(self, *_error: object) -> None:
            setattr(sys, stream, self._old_targets.pop())

    Redirecting.__name__ = Redirecting.__qualname__ = f"redirect_{stream}"
    Redirecting.__module__ = "contextlib"
    return Redirecting
