"""What a program sees of its process, lent to it while it is traced and taken back afterwards.

`sys.argv`, `sys.path`, `__main__` and the standard streams belong to the whole process. Programs
traced side by side each get their own when they start; whichever ends, what is shown then is what
the latest that still runs was given, and in the end what was there before the first. Reading and
writing is told apart by thread, so that no program's output ends in another's recording.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock, local
from typing import TYPE_CHECKING, TextIO

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

__all__ = ["GuestProcess", "lent"]

_STREAMS = ("stdin", "stdout", "stderr")


@define(eq=False)
class GuestProcess:
    """One program's view of its process.

    Attributes:
        main: What it has for `__main__`.
        argv: What it has for `sys.argv`.
        path: What it has for `sys.path`.
        streams: Its standard streams, by their names in `sys`.
        owns_thread: Whether the current thread, which is not the one that started it, is the program's.
    """

    main: ModuleType
    argv: list[str]
    path: list[str]
    streams: dict[str, TextIO | None] = field(factory=lambda: {name: getattr(sys, name) for name in _STREAMS})
    owns_thread: Callable[[], bool] = bool

    @classmethod
    def as_it_is(cls) -> GuestProcess:
        """Take what is shown at present."""
        return cls(sys.modules["__main__"], sys.argv, sys.path)

    def show(self) -> None:
        """Let everybody in the process see this view, and each thread its own program's streams."""
        sys.modules["__main__"] = self.main
        sys.argv = self.argv
        sys.path = self.path
        is_alone = len(_views) <= _ALONE
        for name, stream in self.streams.items():
            setattr(sys, name, stream if is_alone else _ROUTED[name])

    def keep(self) -> None:
        """Note what the program has made of the view since it was shown."""
        self.main, self.argv, self.path = sys.modules["__main__"], sys.argv, sys.path
        for name in _STREAMS:
            stream = getattr(sys, name)
            if not isinstance(stream, _RoutedStream):
                self.streams[name] = stream


_ALONE = 2
"""The number of views while one program runs: the process's own and the program's."""

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
        if _views:
            _views[-1].keep()
        else:
            _views.append(GuestProcess.as_it_is())
        _views.append(view)
        mine.append(view)
        view.show()
    try:
        yield
    finally:
        with _lock:
            mine.remove(view)
            _views.remove(view)
            _views[-1].show()
            if len(_views) == 1:
                _views.clear()


def _stream_of_this_thread(name: str) -> TextIO | None:
    mine: list[GuestProcess] = _started_here.__dict__.get("views", [])
    if mine:
        return mine[-1].streams[name]
    views = list(_views) or [GuestProcess.as_it_is()]
    owner = next((view for view in reversed(views[1:]) if view.owns_thread()), views[0])
    return owner.streams[name]


class _RoutedStream:
    """Stands for the standard stream of whichever program the current thread runs."""

    _name: str

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(_stream_of_this_thread(self._name), attribute)

    def __setattr__(self, attribute: str, value: object) -> None:
        setattr(_stream_of_this_thread(self._name), attribute, value)

    def __iter__(self) -> Iterator[str]:
        stream = _stream_of_this_thread(self._name)
        assert stream is not None
        return iter(stream)


_ROUTED = {name: _RoutedStream(name) for name in _STREAMS}
"""The same ones for good: `print` holds no reference to `sys.stdout` until CPython 3.14, and others may change it."""
