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

__all__ = ["forget_last_exception", "let_main_go"]

_lock = RLock()
_SECONDS: Final = 2.0
_OLDEST: Final = 2


def forget_last_exception() -> None:
    """Let go of the exception that ended the program, as CPython does before it finalises modules."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            setattr(sys, name, None)


def let_main_go() -> None:
    """Give up `__main__`, and finalise what only it held; nobody else may refer to it.

    Programs in other threads do so before or after: what they hold is theirs to finalise. One that does not come to an
    end with it keeps others waiting for a short time only.
    """
    has_lock, collects = _lock.acquire(timeout=_SECONDS), gc.isenabled()
    gc.disable()
    try:
        sys.modules["__main__"] = ModuleType("__main__")
        _collect()
    finally:
        if collects:
            gc.enable()
        if has_lock:
            _lock.release()


def _collect() -> None:
    """Collect all garbage, when the collection that another thread is busy with, if any, is over."""
    deadline, before = monotonic() + _SECONDS, _collections()
    gc.collect()
    while _collections() == before and monotonic() < deadline:
        sleep(0)
        gc.collect()


def _collections() -> int:
    """How many full collections there were."""
    count: int = gc.get_stats()[_OLDEST]["collections"]
    return count
