"""Files, threads and processes: counted where a program asks the system for one.

Files and processes are heard of through an audit hook, which sees all of the library. CPython has no way to take a hook
back, so there is one for the process, made when the first program with such a limit runs. It does nothing while no such
program runs.
"""

from __future__ import annotations

import _posixsubprocess
import _thread
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.errors import stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcharo_vm.config import Limits
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.recording import Recorder

__all__ = ["Resources"]

_OPENING: Final = frozenset({"open", "socket.__new__"})
_SPAWNING: Final = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen"}
)
_DESCRIPTORS: Final = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
_THREAD_STARTERS: Final = ("start_joinable_thread", "start_new", "start_new_thread")
_listdir = os.listdir  # not from the module later on
_getframe = sys._getframe  # as above

_watching: list[Resources] = []
_lock = threading.Lock()
_is_hooked = False


class Resources:
    """What one program takes of the system."""

    def __init__(self, limits: Limits, machine: Machine, recorder: Recorder) -> None:
        self._limits = limits
        self._machine = machine
        self._recorder = recorder
        self._files_before = 0
        self._processes = 0
        self._bare_threads = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what the program takes while the block runs."""
        if self._limits.threads is not None:
            self._machine.starting_thread = self._starting_thread
            for name in _THREAD_STARTERS:
                starter = vars(_thread).get(name)
                if starter is not None:
                    self._machine.lookasides[id(starter)] = self._starting_bare(starter)
        if self._limits.open_files is not None:
            self._files_before = _open_files()
        _watch(self)
        try:
            yield
        finally:
            with _lock:
                _watching.remove(self)

    def heard(self, event: str) -> None:
        """Take note of what is about to happen in this thread, and end the run if it is too much.

        Raises:
            SystemExit: It is (`errors.stop`).
        """
        machine = self._machine
        if not machine.runs_here or machine.context.frame is None or self._recorder.is_at_work(_getframe()):
            return
        if event in _SPAWNING:
            self._processes += 1
            self._check("processes", self._limits.processes, self._processes)
        elif self._limits.open_files is not None:
            self._check("open_files", self._limits.open_files, _open_files() - self._files_before + 1)

    def _check(self, name: str, most: int | None, count: int) -> None:
        if most is not None and count > most:
            self._recorder.reach(name)
            raise stop()

    def _starting_thread(self, thread: threading.Thread) -> None:
        try:
            self._check("threads", self._limits.threads, self._running_threads() + 1)
        except SystemExit:
            threading._limbo.pop(thread, None)  # type: ignore[attr-defined] # as if it had not been tried
            raise

    def _starting_bare(self, starter: Callable[..., Any]) -> Callable[..., Any]:
        def start(_frame: Frame, *arguments: object, **named: object) -> object:
            self._check("threads", self._limits.threads, self._running_threads() + 1)
            self._bare_threads += 1  # nobody tells when it ends
            return starter(*arguments, **named)

        return start

    def _running_threads(self) -> int:
        return sum(thread.is_alive() for thread in list(self._machine.threads)) + self._bare_threads


def _open_files() -> int:
    """How many descriptors this process has open, besides the one that it looks with."""
    return len(_listdir(_DESCRIPTORS)) - 1


def _watch(resources: Resources) -> None:
    global _is_hooked  # noqa: PLW0603 - a hook is for the whole process, and for good
    with _lock:
        _watching.append(resources)
        if not _is_hooked:
            _is_hooked = True
            sys.addaudithook(_hear)
            # Modules that start processes with it tell no hook.
            _posixsubprocess.fork_exec = _telling(_posixsubprocess.fork_exec)


def _hear(event: str, _arguments: object) -> None:
    if _watching and (event in _OPENING or event in _SPAWNING):
        for each in tuple(_watching):
            each.heard(event)


def _telling(fork_exec: Callable[..., Any]) -> Callable[..., Any]:
    def telling_fork_exec(*arguments: object) -> object:
        _hear("subprocess.Popen", arguments)
        return fork_exec(*arguments)

    return telling_fork_exec
