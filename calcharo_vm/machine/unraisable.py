"""Exceptions that nothing can handle, shown with the guest's frames."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from calcharo_vm.errors import is_stop
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import executing_context
from calcharo_vm.machine.tracebacks import add_traceback_entry, strip_machine_entries

if TYPE_CHECKING:
    from collections.abc import Callable


def unraisable_hook_for(original: Callable[[Any], object]) -> Callable[[Any], None]:
    """A `sys.unraisablehook` that shows the guest's frame where CPython took the machine's for the one that runs.

    CPython does so for exceptions of its own, as when a generator that dies ignores GeneratorExit.
    """

    def unraisablehook(unraisable: Any, /) -> None:
        if is_stop(unraisable.exc_value):
            return
        traceback = unraisable.exc_traceback
        shown = strip_machine_entries(traceback)
        if shown is not traceback:
            error = unraisable.exc_value
            error.__traceback__ = shown
            context = executing_context()
            frame = context and context.frame
            if shown is None and frame is not None:
                add_traceback_entry(frame, error)
            unraisable = type(unraisable)(
                (unraisable.exc_type, error, error.__traceback__, unraisable.err_msg, unraisable.object)
            )
        original(unraisable)

    return update_wrapper(unraisablehook, original)
