"""Modules that Calcharo has imported for itself and the program is to have on the machine.

They are forgotten, so that the program imports them anew; Calcharo keeps using those that it has. The modules beside
them are forgotten too, since they refer to one another: a program must not see two classes where CPython has one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from calcharo_vm.machine.scope import Scope

__all__ = ["forget_included_modules", "modules_from_source"]

_KEPT = frozenset(
    {
        # The interpreter has them: second ones would have other codecs, lines, threads, filters and references.
        *("__main__", "encodings", "linecache", "threading", "_py_warnings", "warnings", "_weakrefset", "weakref"),
        "calcharo_vm",  # the machine cannot run on itself
    }
)

_MACHINE = ("calcharo_vm.code", "calcharo_vm.machine")


def forget_included_modules(scope: Scope) -> None:
    """Forget all modules that were loaded from source files, if one of them is in scope."""
    if any(scope.contains(name, origin) for name, origin in modules_from_source().items()):
        _import_what_the_machine_may_need()
        loaded = modules_from_source()
        for name in list(sys.modules):
            if not loaded.keys().isdisjoint(_with_packages(name)):
                del sys.modules[name]


def _import_what_the_machine_may_need() -> None:
    """Import what the machine would import later, with library modules that would then run on it."""
    from pkgutil import iter_modules  # noqa: PLC0415 - needed here alone

    for package in _MACHINE:
        for module in iter_modules(import_module(package).__path__):
            if not module.name.startswith("_generated"):
                import_module(f"{package}.{module.name}")


def modules_from_source() -> dict[str, str]:
    """Find the modules that can be forgotten and were loaded from source, and their files."""
    return {name: origin for name in sys.modules if (origin := _source_file(name)) is not None}


def _source_file(name: str) -> str | None:
    """Find the file of a module that can be forgotten and was loaded from source; None for any other module."""
    spec: ModuleSpec | None = getattr(sys.modules[name], "__spec__", None)
    if spec is None or type(spec.loader) is not SourceFileLoader or name.partition(".")[0] in _KEPT:
        return None
    return spec.origin


def _with_packages(name: str) -> list[str]:
    """Give the names of a module and of the packages that it is in."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
