"""What a program sees of its process, lent to it while it is traced and taken back afterwards.

`sys.argv`, `sys.path`, `sys.modules`, `__main__` and the standard streams belong to the whole process. A program that
runs alone in the main thread simply gets its own in their place. Programs in other threads, or side by side, share the
process: `sys` is divided then (`program.division`), and each thread finds there what is its program's.

Two runs of one program must take the same steps, so a program imports its own modules afresh, and they are forgotten
after it.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from threading import Lock, local
from typing import TYPE_CHECKING, TextIO

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

__all__ = ["MAIN", "STREAMS", "GuestProcess", "lent", "view_of_this_thread"]

STREAMS = ("stdin", "stdout", "stderr")
MAIN = "__main__"


def _owns_nothing(_name: str, _module: object) -> bool:
    return False


@define(eq=False)
class GuestProcess:
    """One program's view of its process.

    Attributes:
        main: What it has for `__main__`.
        argv: What it has for `sys.argv`.
        path: What it has for `sys.path`.
        streams: Its standard streams, by their names in `sys`.
        owns_thread: Whether the current thread, which is not the one that started it, is the program's.
        owns_module: Whether a module, given by its name and itself, is the program's own.
        modules: Modules that it has for itself and that are not in the interpreter's `sys.modules`.
        found: The names of the modules that were imported when it began.
    """

    main: ModuleType
    argv: list[str]
    path: list[str]
    streams: dict[str, TextIO | None] = field(factory=lambda: {name: getattr(sys, name) for name in STREAMS})
    owns_thread: Callable[[], bool] = bool
    owns_module: Callable[[str, object], bool] = _owns_nothing
    modules: dict[str, ModuleType] = field(factory=dict)
    found: frozenset[str] = frozenset()

    @classmethod
    def as_it_is(cls) -> GuestProcess:
        """Take what is shown in the current thread at present."""
        with _lock:
            if not _views:
                return cls(sys.modules[MAIN], sys.argv, sys.path)
            here = view_of_this_thread()
            if here is _views[-1]:
                here.keep()
            return cls(here.main, here.argv, here.path, dict(here.streams))

    def show(self) -> None:
        """Let everybody in the process see this view."""
        sys.modules[MAIN], sys.argv, sys.path = self.main, self.argv, self.path
        for name, stream in self.streams.items():
            setattr(sys, name, stream)

    def keep(self) -> None:
        """Note what the program has made of the view since it was shown to everybody."""
        if not _is_divided():
            self.main, self.argv, self.path = sys.modules[MAIN], sys.argv, sys.path
            self.streams = {name: getattr(sys, name) for name in STREAMS}

    def take_own_modules(self) -> None:
        """Take those modules out of the interpreter's `sys.modules` that the program has imported for itself."""
        if self.owns_module is _owns_nothing:
            return
        for name, module in list(_imported.items()):
            if name not in self.found and name != MAIN and self.owns_module(name, module):
                self.modules[name] = _imported.pop(name)


_imported = sys.modules
"""The interpreter's own dictionary, which is what `sys.modules` is where it is not divided."""
_NOT_A_PROGRAMS = frozenset({MAIN, *sys.stdlib_module_names})
_lock = Lock()
_views: list[GuestProcess] = []
"""The process's own view, then those of the programs that run, oldest first; empty when none runs."""
_started_here = local()
"""The views whose programs the current thread started, oldest first."""


@contextmanager
def lent(view: GuestProcess) -> Iterator[None]:
    """Show a program its view of the process while the block runs."""
    mine: list[GuestProcess] = _started_here.__dict__.setdefault("views", [])
    with _lock:
        _begin(view)
        _views.append(view)
        mine.append(view)
    try:
        yield
    finally:
        with _lock:
            mine.remove(view)
            _views.remove(view)
            _end(view)


def _begin(view: GuestProcess) -> None:
    if not _views:
        _views.append(GuestProcess(sys.modules[MAIN], sys.argv, sys.path))
    if len(_views) > 1 or threading.current_thread() is not threading.main_thread():
        _divide()
    if view.owns_module is not _owns_nothing:
        for name, module in list(_imported.items()):  # meanwhile the process has them for itself
            if name not in _NOT_A_PROGRAMS and view.owns_module(name, module):
                _views[0].modules[name] = _imported.pop(name)
    view.found = frozenset(_imported)
    if not _is_divided():
        view.show()


def _divide() -> None:
    from calcharo_vm.program import division  # noqa: PLC0415 - a program that runs alone needs none

    if not division.is_active():
        for other in _views[1:]:
            other.keep()
            other.take_own_modules()
        division.divide()


def _end(view: GuestProcess) -> None:
    if len(_views) > 1:
        return
    if _is_divided():
        from calcharo_vm.program import division  # noqa: PLC0415 - as above

        division.unite()
    else:
        view.take_own_modules()
    process = _views.pop()
    _imported.update(process.modules)
    process.show()


def _is_divided() -> bool:
    division = _imported.get("calcharo_vm.program.division")
    return division is not None and division.is_active()


def view_of_this_thread() -> GuestProcess:
    """The view of the program that the current thread belongs to, or that of the process itself."""
    mine: list[GuestProcess] = _started_here.__dict__.get("views", [])
    if mine:
        return mine[-1]
    views = list(_views)
    return next((view for view in reversed(views[1:]) if view.owns_thread()), views[0])
