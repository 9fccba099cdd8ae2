"""Files, threads and processes: counted where a program asks the system for one; and source: where it has it compiled.

Files, processes and compilation are heard of through an audit hook, which sees all of the library.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.errors import stop
from calcharo_vm.limits.compiling import OURS, excess_compiled
from calcharo_vm.limits.events import COMPILING, SPAWNING, told
from calcharo_vm.machine.patches import host_getframe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from calcharo_vm.config import Limits
    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.recording import Recorder

__all__ = ["Resources"]

_DESCRIPTORS: Final = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
_THREAD_STARTERS: Final = ("start_joinable_thread", "start_new", "start_new_thread")
_listdir = os.listdir  # not from the module later on


class Resources:
    """What one program takes of the system."""

    def __init__(self, limits: Limits, machine: Machine, recorder: Recorder) -> None:
        self._limits = limits
        self._machine = machine
        self._recorder = recorder
        self._files_before = 0
        self._processes = 0
        self._bare_threads = 0
        self._thread = _thread.get_ident()

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
        with told(self):
            yield

    def heard(self, event: str, arguments: Sequence[object]) -> None:
        """Take note of what is about to happen in this thread, and end the run if it is too much.

        Raises:
            SystemExit: It is (`errors.stop`).
        """
        machine = self._machine
        if not machine.runs_here or self._recorder.is_at_work(host_getframe()):
            return
        if machine.context.frame is None and (event != COMPILING or _thread.get_ident() == self._thread):
            return  # a thread that the program has started may be nothing but a call of the compiler
        if event in SPAWNING:
            self._processes += 1
            self._check("processes", self._limits.processes, self._processes)
        elif event == COMPILING:
            source, filename = arguments
            excess = excess_compiled(self._limits, source, filename)
            if excess is not None:
                self._recorder.reach(excess)
                raise stop()
        elif self._limits.open_files is not None and not _is_ours(arguments[0]):
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


def _is_ours(path: object) -> bool:
    return type(path) is str and path.startswith(OURS)


def _open_files() -> int:
    """How many descriptors this process has open, besides the one that it looks with."""
    return len(_listdir(_DESCRIPTORS)) - 1
