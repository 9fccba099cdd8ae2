"""What happens to an exception that no part of the program handles.

CPython prints it in C, after the last Python frame is gone. Here the machine's own frames are
still below, so the same steps are taken one by one and the traceback is cut to the guest's part.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["guest_traceback", "leave_by_interrupt", "report", "show"]

_display = sys.__excepthook__
"""CPython's own display, taken before a program can hide it."""


def guest_traceback(error: BaseException) -> TracebackType | None:
    """Cut the frames of Calcharo itself out of an exception's traceback."""
    kept: list[TracebackType] = []
    entry = error.__traceback__
    while entry is not None:
        package = entry.tb_frame.f_globals.get("__package__")
        if not (isinstance(package, str) and package.partition(".")[0] == "calcharo_vm"):
            kept.append(entry)
        entry = entry.tb_next
    following: TracebackType | None = None
    for entry in reversed(kept):
        entry.tb_next = following
        following = entry
    return following


def report(error: BaseException) -> None:
    """Remember an uncaught exception and print it as CPython does, through `sys.excepthook`.

    Raises:
        SystemExit: The program's own hook asks to leave.
    """
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    show(error, getattr(sys, "excepthook", None))


def show(error: BaseException, hook: object) -> None:
    """Print an uncaught exception through a hook; None is no hook at all.

    Raises:
        SystemExit: The hook asks to leave.
    """
    try:
        sys.audit("sys.excepthook", hook, type(error), error, error.__traceback__)
    except RuntimeError:
        return
    if hook is None:
        _write("sys.excepthook is missing\n")
        _show(error)
    else:
        _call(hook, error)
    _flush()


def _call(hook: object, error: BaseException) -> None:
    try:
        hook(type(error), error, error.__traceback__)  # type: ignore[operator]  # as CPython: call it and see
    except SystemExit:
        raise
    except BaseException as second:
        failure = second
    else:
        return
    failure.__traceback__ = guest_traceback(failure)
    _write("Error in sys.excepthook:\n")
    _show(failure)
    _write("\nOriginal exception was:\n")
    _show(error)


def _show(error: BaseException) -> None:
    _display(type(error), error, error.__traceback__)


def _write(text: str) -> None:
    with suppress(Exception):
        sys.stderr.write(text)


def _flush() -> None:
    for name in ("stderr", "stdout"):
        with suppress(Exception):
            getattr(sys, name).flush()


def leave_by_interrupt() -> None:
    """Leave as CPython leaves after an uncaught Ctrl-C: by the signal itself, when all else is done.

    Raises:
        KeyboardInterrupt: Always. It was reported already, so the hook stays silent this once.
    """
    hooks = [sys.excepthook] if hasattr(sys, "excepthook") else []

    def keep_silent(*_: object) -> None:
        del sys.excepthook
        for hook in hooks:
            sys.excepthook = hook

    sys.excepthook = keep_silent
    raise KeyboardInterrupt
