"""Raising, matching and grouping exceptions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.tracebacks import add_traceback_entry

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame

_check_match = native_instruction("CHECK_EXC_MATCH", 0, 2, 2)


def previous_exception(frame: Frame) -> BaseException | None:
    """The exception that PUSH_EXC_INFO saves: that of the frame or its callers up to a generator."""
    caller: Frame | None = frame
    while caller is not None:
        if caller.handled:
            return caller.handled[-1]
        if caller.generator is not None:
            return None
        caller = caller.back
    return None


def exception_matches(exception: BaseException, types: Any) -> bool:
    """Whether an exception is of the types an `except` clause names; `__subclasscheck__` has no say.

    Raises:
        TypeError: One of the types is not an exception class; CPython's own error.
    """
    matches: bool = _check_match(exception, types)[1]
    return matches


def raise_exception(arguments: list[Any]) -> BaseException:
    """Raises as the `raise` statement with these arguments does; returns the exception that a bare `raise` repeats.

    Raises:
        BaseException: The exception named.
        RuntimeError: There is no exception to raise again.
    """
    if len(arguments) == 2:
        raise arguments[0] from arguments[1]
    if arguments:
        raise arguments[0]
    current = sys.exception()
    if current is None:
        message = "No active exception to reraise"
        raise RuntimeError(message)
    return current


def exception_group_match(frame: Frame, exception: Any, types: Any) -> tuple[Any, Any]:
    """What is left of an exception and what matches the types of `except*`.

    A group made for an exception that is none has, since 3.14, an entry of the frame as its traceback.
    """
    rest, match = native_instruction("CHECK_EG_MATCH", 0, 2, 2)(exception, types)
    if match is not None:  # it is the current exception from now on, also when the frame has paused
        frame.handled = (*frame.handled[:-1], match)
    if sys.version_info >= (3, 14) and match is not None and not isinstance(exception, BaseExceptionGroup):
        match.__traceback__ = None
        add_traceback_entry(frame, match)
    return rest, match


def prepare_reraise_star(original: BaseException, raised: list[BaseException | None]) -> BaseException | None:
    """The exception that `except*` clauses leave to raise, or None."""
    result: BaseException | None = native_instruction("PREP_RERAISE_STAR", 0, 2, 1)(original, raised)
    return result
