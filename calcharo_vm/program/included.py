"""Modules that Calcharo has imported for itself and the program is to have on the machine.

They are forgotten, so that the program imports them anew; Calcharo keeps using those that it has. The modules beside
them are forgotten too, since they refer to one another: a program must not see two classes where CPython has one.
"""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from calcharo_vm.machine.scope import Scope

__all__ = ["forget_included_modules"]

_KEPT = frozenset(
    {
        # The interpreter has them: second ones would have other codecs, lines, threads, filters and references.
        *("__main__", "encodings", "linecache", "threading", "_py_warnings", "warnings", "_weakrefset", "weakref"),
        "calcharo_vm",  # the machine cannot run on itself
    }
)


def forget_included_modules(scope: Scope) -> None:
    """Forget all modules that were loaded from source files, if one of them is in scope."""
    loaded = {name: origin for name in sys.modules if (origin := _source_file(name)) is not None}
    if any(scope.contains(name, origin) for name, origin in loaded.items()):
        for name in list(sys.modules):
            if not loaded.keys().isdisjoint(_with_packages(name)):
                del sys.modules[name]


def _source_file(name: str) -> str | None:
    """The file of a module that can be forgotten and was loaded from source."""
    spec: ModuleSpec | None = getattr(sys.modules[name], "__spec__", None)
    if spec is None or type(spec.loader) is not SourceFileLoader or name.partition(".")[0] in _KEPT:
        return None
    return spec.origin


def _with_packages(name: str) -> list[str]:
    """The name of a module and of the packages that it is in."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
