"""What a program sees of its process, lent to it while it is traced and taken back afterwards.

`sys.argv`, `sys.stdin`, `sys.path` and `__main__` belong to the whole process. Programs traced side by
side each get their own when they start; whichever ends, what is shown then is what the latest
that still runs was given, and in the end what was there before the first.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

__all__ = ["GuestProcess", "lent"]


@define(eq=False)
class GuestProcess:
    """One program's view of its process.

    Attributes:
        main: What it has for `__main__`.
        argv: What it has for `sys.argv`.
        path: What it has for `sys.path`.
        stdin: What it has for `sys.stdin`.
    """

    main: ModuleType
    argv: list[str]
    path: list[str]
    stdin: TextIO | None = field(factory=lambda: sys.stdin)

    @classmethod
    def as_it_is(cls) -> GuestProcess:
        """Take what is shown at present."""
        return cls(sys.modules["__main__"], sys.argv, sys.path, sys.stdin)

    def show(self) -> None:
        """Let everybody in the process see this view."""
        sys.modules["__main__"] = self.main
        sys.argv = self.argv
        sys.path = self.path
        sys.stdin = self.stdin


_lock = Lock()
_views: list[GuestProcess] = []
"""The process's own view, then those of the programs that run, oldest first; empty when none runs."""


@contextmanager
def lent(view: GuestProcess) -> Iterator[None]:
    """Show a program its view of the process while the block runs."""
    with _lock:
        now = GuestProcess.as_it_is()
        if _views:
            _views[-1] = _replaced(_views[-1], now)
        else:
            _views.append(now)
        _views.append(view)
        view.show()
    try:
        yield
    finally:
        with _lock:
            _views.remove(view)
            _views[-1].show()
            if len(_views) == 1:
                _views.clear()


def _replaced(view: GuestProcess, now: GuestProcess) -> GuestProcess:
    """Keep in a view what its program has made of it since."""
    view.main, view.argv, view.path, view.stdin = now.main, now.argv, now.path, now.stdin
    return view
