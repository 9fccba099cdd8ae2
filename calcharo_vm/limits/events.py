"""What the process is about to do, as an audit hook hears of it: told to those who limit that.

CPython has no way to take a hook back, so there is one for the process, made when the first program with such a limit
runs. It does nothing while no such program runs.
"""

from __future__ import annotations

import _posixsubprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["COMPILING", "OPENING", "SPAWNING", "Listener", "told"]

OPENING: Final = frozenset({"open", "socket.__new__"})
SPAWNING: Final = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen"}
)
COMPILING: Final = "compile"
_HEARD: Final = OPENING | SPAWNING | {COMPILING}

_listening: list[Listener] = []
_lock = threading.Lock()
_is_hooked = False


class Listener(Protocol):
    """Is told of what the process is about to do."""

    def heard(self, event: str, arguments: Sequence[object]) -> None:
        """Takes note of an event, in the thread where it is about to happen; what it raises is raised there."""
        ...


@contextmanager
def told(listener: Listener) -> Iterator[None]:
    """Tell somebody of what the process is about to do, while the block runs."""
    global _is_hooked  # noqa: PLW0603 - a hook is for the whole process, and for good
    with _lock:
        _listening.append(listener)
        if not _is_hooked:
            _is_hooked = True
            sys.addaudithook(_hear)
            # Modules that start processes with it tell no hook.
            _posixsubprocess.fork_exec = _telling(_posixsubprocess.fork_exec)
    try:
        yield
    finally:
        with _lock:
            _listening.remove(listener)


def _hear(event: str, arguments: Sequence[object]) -> None:
    if _listening and event in _HEARD:
        for each in tuple(_listening):
            each.heard(event, arguments)


def _telling(fork_exec: Callable[..., Any]) -> Callable[..., Any]:
    def telling_fork_exec(*arguments: object) -> object:
        _hear("subprocess.Popen", arguments)
        return fork_exec(*arguments)

    return telling_fork_exec
