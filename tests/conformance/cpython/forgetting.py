"""Forgets the part of the library that the process has imported already, so that the machine imports it anew.

The machine and this runner keep using the modules that they have.
"""

import sys
import sysconfig
from importlib.machinery import SourceFileLoader
from types import ModuleType

_KEPT = ("encodings", "threading", "warnings", "weakref", "_weakrefset")
"""What the interpreter itself holds on to: a second one would have other locks, filters, threads and references."""


def forget_library() -> None:
    """Removes the library's modules written in Python from `sys.modules`, except what the interpreter needs."""
    folder = sysconfig.get_path("stdlib")
    library = {name.partition(".")[0] for name, module in sys.modules.items() if _is_of_library(module, folder)}
    for name in list(sys.modules):
        if name.partition(".")[0] in library.difference(_KEPT):
            del sys.modules[name]


def _is_of_library(module: ModuleType, folder: str) -> bool:
    spec = module.__spec__
    if spec is None or not isinstance(spec.loader, SourceFileLoader) or spec.origin is None:
        return False
    return spec.origin.startswith(folder) and "/site-packages/" not in spec.origin
