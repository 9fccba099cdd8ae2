"""Source that is about to be compiled: a program's own, and what it asks the compiler for."""

from __future__ import annotations

import _thread
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calcharo_vm.errors import stop
from calcharo_vm.limits.events import COMPILING, told
from calcharo_vm.limits.source import LOOKED_AT, excess_of
from calcharo_vm.machine import containers, generators, trampolines
from calcharo_vm.machine.patches import host_getframe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calcharo_vm.config import Limits
    from calcharo_vm.recording import Recorder

__all__ = ["OURS", "MainSource", "excess_compiled"]

OURS: Final = f"{Path(__file__).parent.parent}{os.sep}"
"""Where the modules of Calcharo are."""
_MAKERS: Final = frozenset(module.__file__ for module in (containers, generators, trampolines))
"""Modules that have little programs of their own compiled while the program runs."""
_HEARER: Final = 3
"""So far from whoever compiles something is what looks at the source, in frames."""


def excess_compiled(limits: Limits, source: object, filename: object) -> str | None:
    """Find the limit that a source is beyond that is about to be compiled, unless it is one of ours.

    Whoever is told of the event asks this.
    """
    if filename is LOOKED_AT or (limits.source_bytes is None and limits.source_nesting is None):
        return None
    if host_getframe(_HEARER).f_code.co_filename in _MAKERS:
        return None
    excess = excess_of(source, limits)
    return None if excess is None or _is_ours(source, filename) else excess


def _is_ours(source: object, filename: object) -> bool:
    """Whether a source is that of a module of ours, which is only just imported."""
    if isinstance(source, bytes) and isinstance(filename, str) and filename.startswith(OURS):
        with suppress(OSError):
            return Path(filename).read_bytes() == source
    return False


class MainSource:
    """The source of a program that this process is becoming, until it is compiled."""

    def __init__(self, limits: Limits, recorder: Recorder) -> None:
        self._limits = limits
        self._recorder = recorder
        self._thread = _thread.get_ident()

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """Look at the sources that are compiled in this thread until the program begins, or the block ends."""
        with told(self):
            yield

    def heard(self, event: str, arguments: Sequence[object]) -> None:
        """End the run if what is about to be compiled is too much.

        Raises:
            SystemExit: It is (`errors.stop`).
        """
        if event == COMPILING and _thread.get_ident() == self._thread and not self._recorder.journal.codes:
            source, filename = arguments
            excess = excess_compiled(self._limits, source, filename)
            if excess is not None:
                self._recorder.reach(excess)
                raise stop()
