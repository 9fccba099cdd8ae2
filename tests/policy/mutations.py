"""The guards of the policy, each with what switches it off."""

from __future__ import annotations

import builtins
import importlib
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from calcharo_vm import Policy
from calcharo_vm.code.metadata import OPCODES
from calcharo_vm.policy import access, builtin_functions, enforcement, handlers, modules, replacements
from calcharo_vm.policy.opcodes import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["GUARDS"]


@contextmanager
def _without_look(opname: str) -> Iterator[Policy]:
    """No look before an opcode."""
    make = handlers.Handlers.__init__

    def init(self: Any, *arguments: Any) -> None:
        make(self, *arguments)
        del self.looks[opname]

    with mock.patch.object(handlers.Handlers, "__init__", init):
        yield Policy.standard()


@contextmanager
def _without_result(opname: str) -> Iterator[Policy]:
    """No look at what an opcode pushes."""
    make = handlers.Handlers.__init__

    def init(self: Any, *arguments: Any) -> None:
        make(self, *arguments)
        del self.results[opname]

    with mock.patch.object(handlers.Handlers, "__init__", init):
        yield Policy.standard()


@contextmanager
def _raw_builtin(name: str) -> Iterator[Policy]:
    """A builtin itself, and nothing in its place."""
    make = builtin_functions.builtins_for

    def builtins_for(*arguments: Any) -> Any:
        found = make(*arguments)
        found[name] = getattr(builtins, name)
        return found

    with mock.patch.object(enforcement, "builtins_for", builtins_for):
        yield Policy.standard()


@contextmanager
def _raw_method(name: str) -> Iterator[Policy]:
    """Builtin methods of a name themselves."""
    make = builtin_functions.builtin_methods

    def builtin_methods(*arguments: Any) -> Any:
        found = make(*arguments)
        del found[name]
        return found

    with mock.patch.object(enforcement, "builtin_methods", builtin_methods):
        yield Policy.standard()


@contextmanager
def _raw_export(module: str, name: str) -> Iterator[Policy]:
    """A name of the library itself."""
    make = replacements.Replacements.__init__

    def init(self: Any, *arguments: Any) -> None:
        make(self, *arguments)
        self.makers[module][name] = lambda: getattr(importlib.import_module(module), name)

    with mock.patch.object(replacements.Replacements, "__init__", init):
        yield Policy.standard()


@contextmanager
def _more(**more: Any) -> Iterator[Policy]:
    """A policy that allows more."""
    standard = Policy.standard()
    changes: dict[str, Any] = {}
    for setting, added in more.items():
        own: Any = getattr(standard, setting)
        changes[setting] = own | added if isinstance(own, frozenset) else {**own, **added}
    yield Policy(**changes)


@contextmanager
def _patched(target: object, name: str, value: object) -> Iterator[Policy]:
    with mock.patch.object(target, name, value):
        yield Policy.standard()


def _every(*names: str) -> frozenset[str]:
    return frozenset(names)


def _without(names: frozenset[Any], *gone: Any) -> frozenset[Any]:
    return names - {*gone}


class _Lenient(access.Access):
    """Looks at names as a text says they are."""

    def checked(self, owner: Any, name: Any, *, is_change: bool = False) -> Any:
        if type(name) is not str and isinstance(name, str) and str(name) == "__name__":
            return name
        return super().checked(owner, name, is_change=is_change)


def _may_change_anything(self: access.Access, owner: Any, name: str) -> bool:
    return self._may_get(owner, name)


_TABLE: dict[str, Callable[[], AbstractContextManager[Policy]]] = {}
_looks: Final = ("DELETE_ATTR", "LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "MATCH_CLASS", "RESUME", "STORE_ATTR")
for _name in _looks:
    if _name in OPCODES:
        _TABLE[f"look before {_name}"] = partial(_without_look, _name)
for _name in RESULTS:
    if _name in OPCODES:
        _TABLE[f"look at the result of {_name}"] = partial(_without_result, _name)
for _name in ("__import__", "delattr", "getattr", "globals", "hasattr", "locals", "setattr", "vars"):
    _TABLE[f"builtin {_name}"] = partial(_raw_builtin, _name)
for _name in ("__delattr__", "__getattribute__", "__setattr__", "format", "format_map"):
    _TABLE[f"method {_name}"] = partial(_raw_method, _name)
_EXPORTS: Final = {
    "contextlib": ("redirect_stderr", "redirect_stdout"),
    "copy": ("copy", "deepcopy"),
    "dataclasses": ("asdict", "astuple", "dataclass", "make_dataclass"),
    "functools": ("singledispatch", "singledispatchmethod", "update_wrapper", "wraps"),
    "inspect": ("signature",),
    "operator": ("attrgetter", "methodcaller"),
    "string": ("Formatter",),
}
for _module, _names in _EXPORTS.items():
    for _name in _names:
        _TABLE[f"{_name} of {_module}"] = partial(_raw_export, _module, _name)
for _name in ("open", "breakpoint", "eval", "exec"):
    _TABLE[f"list of builtins: {_name}"] = (
        partial(_more, builtins=_every(_name)) if _name not in {"eval", "exec"} else partial(_raw_builtin, _name)
    )
for _module, _names in {
    "os": ("popen",),
    "sys": ("_getframe",),
    "gc": ("get_objects",),
    "typing": ("get_type_hints",),
    "enum": ("global_enum",),
    "weakref": ("proxy",),
    "warnings": ("warn_explicit",),
    "io": ("open",),
    "asyncio": ("create_subprocess_shell",),
}.items():
    _own = Policy.standard().imports.get(_module, frozenset())
    _TABLE[f"list of imports: {_module}"] = partial(_more, imports={_module: _own | {*_names}})
for _kind, _names in {
    "builtins.AttributeError": ("obj",),
    "builtins.function": ("__globals__", "__builtins__"),
    "builtins.method": ("__reduce__",),
    "asyncio.events.AbstractEventLoop": ("subprocess_shell",),
    "inspect.Signature": ("from_callable",),
}.items():
    _own = Policy.standard().attributes[_kind]
    for _name in _names:
        _TABLE[f"list of attributes: {_name} of {_kind}"] = partial(_more, attributes={_kind: _own | {_name}})
_TABLE["list of attributes: all of _io.FileIO"] = partial(_more, attributes={"_io.FileIO": _every("read", "__class__")})
for _name in ("__reduce_ex__", "__reduce__", "__get__", "_exit_callbacks"):
    _TABLE[f"list of special names: {_name}"] = partial(_more, special_names=_every(_name))
for _type in sorted(access._NO_VALUES, key=lambda kind: kind.__name__):
    _TABLE[f"no {_type.__name__} is a value"] = partial(
        _patched, access, "_NO_VALUES", _without(access._NO_VALUES, _type)
    )
_TABLE["no class of other modules is a value"] = partial(_patched, access.Access, "is_usable", lambda *_: True)
_TABLE["the library's classes do not change"] = partial(_patched, access.Access, "_may_change", _may_change_anything)
_TABLE["names are what they are"] = partial(_patched, enforcement, "Access", _Lenient)
_TABLE["imports are the program's or listed"] = partial(_patched, modules.Modules, "_is_programs", lambda *_: True)
_TABLE["hints that are texts are names"] = partial(
    _patched, replacements, "type_hints", importlib.import_module("typing").get_type_hints
)
GUARDS: Final = _TABLE
"""The guards, by name: each gives the policy to use while it is off."""
