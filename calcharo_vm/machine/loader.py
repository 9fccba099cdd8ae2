"""Importing modules in scope onto the machine.

CPython's own finder and loader do everything, the cache of compiled code included; only the code object
that the loader executes is replaced by a trampoline.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

    from calcharo_vm.machine.machine import Machine


class GuestLoader(SourceFileLoader):
    """Loads a source file whose code runs on a machine."""

    machine: Machine

    def get_code(self, fullname: str) -> CodeType | None:
        """The trampoline of the module's code."""
        code = super().get_code(fullname)
        return None if code is None else self.machine.guest_code(code).trampoline


# The import system removes its own frames from tracebacks, by file name; this one is among them.
GuestLoader.get_code.__code__ = GuestLoader.get_code.__code__.replace(
    co_filename=SourceFileLoader.get_code.__code__.co_filename
)


class GuestFinder:
    """Finds what CPython's path finder finds, and puts modules in scope onto a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module in scope, or None."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or not self.machine.scope.contains(fullname, spec.origin):
            return None
        loader = GuestLoader(spec.loader.name, spec.loader.path)
        loader.machine = self.machine
        spec.loader = loader
        return spec


@contextmanager
def importing_on(machine: Machine) -> Iterator[None]:
    """Puts the machine's finder before CPython's path finder for as long as the block runs."""
    finder = GuestFinder(machine)
    position = next((i for i, other in enumerate(sys.meta_path) if other is PathFinder), len(sys.meta_path))
    sys.meta_path.insert(position, finder)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if sys.meta_path is not None and finder in sys.meta_path:  # None when the interpreter shuts down
            sys.meta_path.remove(finder)  # type: ignore[arg-type]
