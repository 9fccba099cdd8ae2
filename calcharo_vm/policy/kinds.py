"""Tells the program's own classes, functions and modules from everybody else's.

Nothing here calls the program: classes are read as they are stored, whatever their metaclasses say.
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.machine.trampolines import guest_code_of

if TYPE_CHECKING:
    from calcharo_vm.machine.scope import Scope

__all__ = ["Kinds", "base_module", "is_class", "is_programs_function", "module_of", "mro_of", "namespace_of"]

mro_of: Final = type.__dict__["__mro__"].__get__
namespace_of: Final = type.__dict__["__dict__"].__get__
module_of: Final = type.__dict__["__module__"].__get__
_flags_of: Final = type.__dict__["__flags__"].__get__
_HEAP_TYPE: Final = 1 << 9

_PUBLIC_NAMES: Final = {
    "_blake2": "hashlib",
    "_collections_abc": "collections.abc",
    "_contextvars": "contextvars",
    "_hashlib": "hashlib",
    "_md5": "hashlib",
    "_py_abc": "abc",
    "_py_warnings": "warnings",
    "_pydatetime": "datetime",
    "_pydecimal": "decimal",
    "_sha1": "hashlib",
    "_sha2": "hashlib",
    "_sha256": "hashlib",
    "_sha3": "hashlib",
    "_sha512": "hashlib",
    "_sre": "re",
    "_thread": "threading",
    "_weakrefset": "weakref",
    "zlib": "zlib",
}
"""Where the types of modules are to be had that nobody imports."""


def base_module(name: str) -> str:
    """Give the public module that stands before a private one."""
    return _PUBLIC_NAMES.get(name) or (name[1:] if name.startswith("_") and name[1:2] != "_" else name)


def is_class(value: object) -> bool:
    """Tell whether a value is a class, without asking it."""
    return type in mro_of(type(value))


def is_programs_function(function: FunctionType) -> bool:
    """Tell whether the program has defined a function."""
    return guest_code_of(function.__code__) is not None


class Kinds:
    """Tells what is the program's in one run."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._others: dict[int, type] = {}  # which stay, so that their addresses do

    def is_programs(self, cls: type) -> bool:
        """Tell whether the program has made a class."""
        if id(cls) in self._others:
            return False
        if self._has_programs_name(cls):
            return True
        self._others[id(cls)] = cls
        return False

    def _has_programs_name(self, cls: type) -> bool:
        if not _flags_of(cls) & _HEAP_TYPE:
            return False
        name: object = module_of(cls)
        if type(name) is not str:
            return True
        module = sys.modules.get(name)
        if self.is_programs_module(module):
            return True
        return module is None and name.partition(".")[0] not in sys.stdlib_module_names

    def is_programs_module(self, module: object) -> bool:
        """Tell whether a module is the program itself or one that runs on the machine with it."""
        if type(module) is not ModuleType:
            return False
        names: dict[str, Any] = vars(module)
        name, file = names.get("__name__"), names.get("__file__")
        if type(name) is not str or sys.modules.get(name) is not module:
            return False
        if name == "__main__" or (type(file) is str and self._scope.contains(name, file)):
            return True
        return file is None and any(self.is_programs_folder(name, each) for each in names.get("__path__", ()))

    def is_programs_folder(self, name: str, folder: str) -> bool:
        """Tell whether a folder is one of the program's packages, which need not have a file."""
        return self._scope.contains(name, f"{folder}/__init__.py")
