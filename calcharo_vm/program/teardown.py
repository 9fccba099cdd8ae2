"""The end of a program's objects, while they are still the program's: CPython's finalisation, as far as it shows.

When `python` ends, `__main__` goes, and finalisers of what it held run. A program that is traced must
meet its end before the recording is finished, not whenever this process collects its garbage.
"""

from __future__ import annotations

import gc
import sys
from types import ModuleType

__all__ = ["forget_last_exception", "let_main_go"]


def forget_last_exception() -> None:
    """Let go of the exception that ended the program, as CPython does before it finalises modules."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            setattr(sys, name, None)


def let_main_go() -> None:
    """Give up `__main__`, and finalise what only it held; nobody else may refer to it."""
    sys.modules["__main__"] = ModuleType("__main__")
    gc.collect()
