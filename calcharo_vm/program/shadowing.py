"""Modules of the program that have the name of a module Calcharo has imported already.

A learner's `random.py` beside the program hides the library's, natively: whoever imports `random`
gets the learner's. When Calcharo has imported the library's by then, it must be forgotten, or the
program would get that one.
"""
# Paths are strings, as in the C code this follows; pathlib would cost start-up time.
# ruff: noqa: PTH113, PTH118, PTH208

from __future__ import annotations

import os
import sys

__all__ = ["forget_shadowed_modules", "shadowed_names"]

_ALWAYS_FIRST = frozenset(
    {
        # Imported by every start of CPython before any program's folder is in sys.path.
        *sys.builtin_module_names,
        *("_collections_abc", "_sitebuiltins", "abc", "codecs", "encodings", "genericpath", "io"),
        *("os", "posixpath", "site", "sitecustomize", "stat", "usercustomize", "zipimport"),
        # Not to be hidden from itself.
        *("__main__", "calcharo_vm", "importlib", "runpy"),
    }
)


def forget_shadowed_modules(folder: str) -> None:
    """Forget imported modules that an import from the folder would find there instead."""
    shadowed = shadowed_names(folder) - _ALWAYS_FIRST
    for name in [name for name in sys.modules if name.partition(".")[0] in shadowed]:
        del sys.modules[name]


def shadowed_names(folder: str) -> set[str]:
    """The top-level names of imported modules that an import from the folder would find there instead."""
    try:
        present = {name.partition(".")[0] for name in os.listdir(folder)}
    except OSError:
        return set()
    loaded = {name.partition(".")[0] for name in sys.modules}
    return {name for name in present & loaded if not _is_from(name, folder) and _is_importable(name, folder)}


def _is_from(name: str, folder: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and os.path.realpath(file).startswith(os.path.join(os.path.realpath(folder), ""))


def _is_importable(name: str, folder: str) -> bool:
    """Tell a module or a package from a folder that merely has the name: that one would not win."""
    place = os.path.join(folder, name)
    return os.path.isfile(place + ".py") or os.path.isfile(os.path.join(place, "__init__.py"))
