"""Modules that belong to a traced program: those of its folder, and others that it runs on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.program.shadowing import shadowed_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.scope import Scope

__all__ = ["owner_of_modules"]


def owner_of_modules(scope: Scope) -> Callable[[str, object], bool]:
    """Give what tells whether a module is one that a program of this scope imports for itself.

    It is one too if it runs natively, and if it is what another program has imported by that name from elsewhere.
    """
    shadowed = set() if scope.program_folder is None else shadowed_names(scope.program_folder)

    def owns(name: str, module: object) -> bool:
        file = getattr(module, "__file__", None) or getattr(getattr(module, "__spec__", None), "origin", None)
        package = name.partition(".")[0]
        if package == "calcharo_vm" or not isinstance(file, str):
            return False
        return package in shadowed or scope.is_beside(file) or scope.contains(name, file)

    return owns
