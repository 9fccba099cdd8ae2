"""Importing modules in scope onto the machine.

CPython's own finder and loader do everything, the cache of compiled code included; only the code object
that the loader executes is replaced by a trampoline.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import current_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import CodeType, ModuleType

    from calcharo_vm.machine.machine import Machine


def _guest_get_code(loader: SourceFileLoader, machine: Machine) -> Callable[[str], CodeType | None]:
    """A loader's `get_code` that gives the trampoline of the module's code."""
    load = loader.get_code

    def get_code(fullname: str) -> CodeType | None:  # pragma: no cover - has another file's name
        code = load(fullname)
        return None if code is None else machine.guest_code(code).trampoline

    # The import system removes its own frames from tracebacks, by file name; this one is among them.
    get_code.__code__ = get_code.__code__.replace(co_filename=SourceFileLoader.get_code.__code__.co_filename)
    return get_code


class GuestFinder:
    """Finds what CPython's path finder finds, and puts modules in scope onto a machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module in scope, or None; whoever reports that a machine has failed needs modules, too."""
        context = current_context()
        if context is None or context.machine is not self.machine or self.machine.failure is not None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if (
            spec is None
            or type(spec.loader) is not SourceFileLoader
            or not self.machine.scope.contains(fullname, spec.origin)
        ):
            return None
        setattr(spec.loader, "get_code", _guest_get_code(spec.loader, self.machine))  # noqa: B010 - a method
        return spec


@contextmanager
def importing_on(machine: Machine) -> Iterator[None]:
    """Puts the machine's finder before CPython's path finder for as long as the block runs."""
    finder = GuestFinder(machine)
    position = next((i for i, other in enumerate(sys.meta_path) if other is PathFinder), len(sys.meta_path))
    sys.meta_path.insert(position, finder)
    try:
        yield
    finally:
        if finder in (sys.meta_path or ()):  # None when the interpreter shuts down
            sys.meta_path.remove(finder)
