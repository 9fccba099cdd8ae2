"""The scope: which modules the machine interprets; all others run natively."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, final

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from collections.abc import Iterable


@final
class Scope:
    """Decides by module name and file what is interpreted.

    The program itself and the modules in its folder are in scope. A pattern is a glob on the full module
    name; one that matches a package matches what is in it.

    Attributes:
        program_folder: The folder whose modules are in scope; None for none.
        include: Patterns of further modules.
        exclude: Patterns of modules that run natively after all.
    """

    __slots__ = ("_match", "exclude", "include", "program_folder")

    def __init__(
        self, program_folder: str | None = None, include: Iterable[str] = (), exclude: Iterable[str] = ()
    ) -> None:
        self.program_folder = None if program_folder is None else os.path.realpath(program_folder)
        self.include = tuple(include)
        self.exclude = tuple(exclude)
        if self.include or self.exclude:
            # Slow to import, and too late to when a module is being looked for.
            from fnmatch import fnmatchcase  # noqa: PLC0415

            self._match = fnmatchcase

    def contains(self, module_name: str, filename: str | None) -> bool:
        """Whether a module is interpreted."""
        if module_name == "calcharo_vm" or module_name.startswith("calcharo_vm."):
            return False  # the machine cannot run on itself
        if self._matches(module_name, self.exclude):
            return False
        if module_name == "__main__" or self._matches(module_name, self.include):
            return True
        return filename is not None and self.is_beside(filename)

    def is_beside(self, filename: str) -> bool:
        """Whether a file is in the program's folder, and not of a package that is installed there."""
        if self.program_folder is None:
            return False
        folder = self.program_folder.rstrip(os.sep) + os.sep
        filename = os.path.realpath(filename)
        return filename.startswith(folder) and f"{os.sep}site-packages{os.sep}" not in filename[len(folder) - 1 :]

    def _matches(self, module_name: str, patterns: tuple[str, ...]) -> bool:
        """Whether a pattern is for a module or for a package that it is in."""
        names = [module_name]
        while "." in names[-1]:
            names.append(names[-1].rpartition(".")[0])
        return any(self._match(name, pattern) for pattern in patterns for name in names)
