"""The end of a program's objects, while they are still the program's: CPython's finalisation, as far as it shows.

When `python` ends, `__main__` goes, and finalisers of what it held run. A program that is traced must
meet its end before the recording is finished, not whenever this process collects its garbage.
"""

from __future__ import annotations

import gc
import sys
from threading import RLock
from time import monotonic, sleep
from types import ModuleType
from typing import Final

__all__ = ["collections_so_far", "forget_last_exception", "let_main_go"]

_lock = RLock()
_SECONDS: Final = 2.0
_OLDEST: Final = 2
_YOUNG: Final = 0 if gc.get_threshold()[_OLDEST] == 0 else 1
"""What is born belongs to this generation or a younger one until these are collected; the incremental collector of some
releases of CPython 3.14, which has no third threshold, has only one young generation."""


def forget_last_exception() -> None:
    """Let go of the exception that ended the program, as CPython does before it finalises modules."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            setattr(sys, name, None)


def collections_so_far() -> tuple[int, ...]:
    """How often each generation has been collected that what is born from now on will not be born into."""
    counts: tuple[int, ...] = tuple(each["collections"] for each in gc.get_stats()[_YOUNG:])
    return counts


def let_main_go(before: tuple[int, ...] | None = None) -> None:
    """Give up `__main__`, and finalise what only it held; nobody else may refer to it.

    Args:
        before: The `collections_so_far` when the program began. If there were no others since, all that the program
            has made is young, and the older objects of the process, which may be many, are not looked at.

    Programs in other threads do so before or after: what they hold is theirs to finalise. One that does not come to an
    end with it keeps others waiting for a short time only.
    """
    has_lock, collects = _lock.acquire(timeout=_SECONDS), gc.isenabled()
    gc.disable()
    try:
        sys.modules["__main__"] = ModuleType("__main__")
        _collect(_YOUNG if before == collections_so_far() else _OLDEST)
    finally:
        if collects:
            gc.enable()
        if has_lock:
            _lock.release()


def _collect(generation: int) -> None:
    """Collect the garbage of a generation, when the collection that another thread is busy with, if any, is over."""
    deadline, before = monotonic() + _SECONDS, _collections(generation)
    gc.collect(generation)
    while _collections(generation) == before and monotonic() < deadline:
        sleep(0)
        gc.collect(generation)


def _collections(generation: int) -> int:
    """How often a generation has been collected."""
    count: int = gc.get_stats()[generation]["collections"]
    return count
