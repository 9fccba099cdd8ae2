"""Import statements, by CPython's own import machinery."""

from __future__ import annotations

import _frozen_importlib
import sys
import types
from types import FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.locations import placed_at
from calcharo_vm.machine.names import lookup
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.shims import shim
from calcharo_vm.machine.tracebacks import StubMarker
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from types import CodeType, ModuleType

    from calcharo_vm.machine.frame import Frame

_LAZY, _EAGER = 1, 2
LAZY_IMPORT = getattr(types, "LazyImportType", None)
"""The type of modules and names that are imported when they are used first (PEP 810)."""


def import_name(frame: Frame, name: str, names: tuple[str, ...] | None, level: int) -> Any:
    """Imports a module as the frame's `__import__` does.

    Raises:
        ImportError: The builtins have no `__import__`, or the import fails.
    """
    importer = lookup(frame.builtins, "__import__")
    if importer is NULL:
        message = "__import__ not found"
        raise ImportError(message)
    return shim(frame)(importer, (name, frame.globals, frame.locals, names, level), {})


def import_name_py315(frame: Frame, operand: tuple[str, int], names: tuple[str, ...] | None, level: int) -> Any:
    """Imports a module now or lazily (PEP 810).

    Args:
        frame: The importing frame.
        operand: The module's name, and what the statement says: 1 lazily, 2 now, 0 as the interpreter's mode.
        names: The names after `from ... import`.
        level: The number of leading dots.
    """
    name, mode = operand
    if mode & _EAGER or not (mode & _LAZY or _is_lazy_by_mode(frame, name, level)):
        return import_name(frame, name, names, level)
    importer = lookup(frame.builtins, "__lazy_import__")
    if importer is NULL:
        message = "__lazy_import__ not found"
        raise ImportError(message)
    return call_at_module_level(frame, importer, (name, frame.globals, frame.locals, names, level), {})


def call_at_module_level(frame: Frame, importer: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Calls what looks at its caller, which must be a module's frame, and remembers where it is."""
    call = _LazyCall(importer, arguments, named)
    constants = (*(call if constant == "call" else constant for constant in _LAZY_CALL.co_consts), call)
    return eval(_placed_at(frame, _LAZY_CALL.replace(co_consts=constants)), frame.globals, frame.locals)


def _placed_at(frame: Frame, code: CodeType) -> CodeType:
    """Host code that a lazy import takes for the place in the program where it is made."""
    return placed_at(frame.guest.decoded.positions[frame.ip - 1], frame.guest.code, code)


def _is_lazy_by_mode(frame: Frame, name: str, level: int) -> bool:
    """Whether an import statement that says nothing is lazy: by the interpreter's mode or `__lazy_modules__`."""
    if frame.locals is not frame.globals:
        return False
    if sys.get_lazy_imports() == "all":  # type: ignore[attr-defined] # since 3.15
        return True
    lazy_modules = frame.globals.get("__lazy_modules__")
    if lazy_modules is None:
        return False
    if level:
        try:
            package = _frozen_importlib._calc___package__(frame.globals)  # type: ignore[attr-defined]
            name = _frozen_importlib._resolve_name(name, package, level)  # type: ignore[attr-defined]
        except Exception:
            return False  # importing it now fails in CPython's own words
    return name in lazy_modules


def reified(frame: Frame, name: str, value: Any) -> Any:
    """What a lazy import stands for, which then takes its place where it was found; any other value as it is."""
    if type(value) is not LAZY_IMPORT:
        return value
    resolved = shim(frame)(value.resolve, (), {})
    namespaces = (frame.locals or {}, frame.globals, frame.builtins)
    found = next((namespace for namespace in namespaces if lookup(namespace, name) is value), {})
    found[name] = resolved
    return resolved


class _LazyCall(StubMarker):
    """Holds the importer and its arguments for `_LAZY_CALL`."""

    def __init__(self, importer: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        self.importer = importer
        self.arguments = arguments
        self.named = named


_LAZY_CALL = compile('"call".importer(*"call".arguments, **"call".named)', __file__, "eval", dont_inherit=True)


def import_from(frame: Frame, module: Any, name: str) -> Any:
    """A name of a module just imported, or the submodule of that name.

    Raises:
        ImportError: The module has neither; CPython's own error.
    """
    value = NULL if type(module) is LAZY_IMPORT else getattr(module, name, NULL)
    if value is not NULL:
        return value
    instruction = native_instruction("IMPORT_FROM", name, 1, 2)
    if type(module) is LAZY_IMPORT:
        instruction = FunctionType(_placed_at(frame, instruction.__code__), instruction.__globals__)
    return instruction(module)[1]


def import_star(frame: Frame, module: ModuleType) -> None:
    """Copies a module's public names into the frame's namespace."""
    namespace = {"__builtins__": {"__import__": lambda *_, **__: module}}
    exec(_IMPORT_STAR, namespace, frame.locals)


_IMPORT_STAR = compile("from module import *", __file__, "exec", dont_inherit=True)
