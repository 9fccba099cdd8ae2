"""Modules that belong to a traced program: imported afresh for it, and forgotten after it.

Two runs of one program must take the same steps, so the second must not find what the first imported.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from calcharo_vm.machine.scope import Scope

__all__ = ["own_modules"]


@contextmanager
def own_modules(scope: Scope) -> Iterator[None]:
    """Let a program import its own modules for itself while the block runs."""
    hidden = _modules_of_program(scope)
    for name in hidden:
        del sys.modules[name]
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name not in before and _is_in(scope, name)]:
            del sys.modules[name]
        sys.modules.update(hidden)


def _modules_of_program(scope: Scope) -> dict[str, ModuleType]:
    """Find the modules of the program's folder that this process has imported for itself."""
    if scope.program_folder is None:
        return {}
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name != "__main__" and name.partition(".")[0] not in sys.stdlib_module_names and _is_in(scope, name)
    }


def _is_in(scope: Scope, name: str) -> bool:
    file = getattr(sys.modules[name], "__file__", None)
    return isinstance(file, str) and scope.contains(name, file)
