"""Modules that belong to a traced program: those of its folder, and others that it runs on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.scope import Scope

__all__ = ["owner_of_modules"]


def owner_of_modules(scope: Scope) -> Callable[[str, object], bool]:
    """Give what tells whether a module is one that a program of this scope imports for itself."""

    def owns(name: str, module: object) -> bool:
        file = getattr(module, "__file__", None) or getattr(getattr(module, "__spec__", None), "origin", None)
        return isinstance(file, str) and scope.contains(name, file)

    return owns
