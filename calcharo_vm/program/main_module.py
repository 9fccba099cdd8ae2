"""The `__main__` module a program runs in."""

from __future__ import annotations

import builtins
import sys
from importlib.machinery import BuiltinImporter, SourceFileLoader, SourcelessFileLoader
from types import ModuleType

__all__ = ["forget_file", "name_file", "new_main_module"]

_HAS_EAGER_ANNOTATIONS = sys.version_info < (3, 14)
_HAS_CACHED = sys.version_info < (3, 15)


def new_main_module() -> ModuleType:
    """Build an empty `__main__`, with the attributes CPython gives it before any program is read."""
    module = ModuleType("__main__")
    module.__loader__ = BuiltinImporter
    if _HAS_EAGER_ANNOTATIONS:
        module.__annotations__ = {}
    module.__dict__["__builtins__"] = builtins
    return module


def name_file(module: ModuleType, path: str, *, compiled: bool = False, stdin: bool = False) -> None:
    """Tell `__main__` which file it is run from."""
    module.__file__ = path
    if _HAS_CACHED:
        module.__cached__ = None  # type: ignore[attr-defined]  # CPython sets it, typeshed does not
    if not stdin:
        loader = SourcelessFileLoader if compiled else SourceFileLoader
        module.__loader__ = loader("__main__", path)


def forget_file(module: ModuleType) -> None:
    """Take the file's name back, as CPython does when a script has ended."""
    for name in ("__file__", "__cached__"):
        module.__dict__.pop(name, None)
