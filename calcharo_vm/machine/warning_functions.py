"""The functions of `warnings` that ask where their caller is, for the guest: the place is in its frames."""

from __future__ import annotations

import sys
import warnings
from _operator import index
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import executing_context
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.frame_views import logical_stack
from calcharo_vm.machine.native_errors import in_place_of
from calcharo_vm.machine.tracebacks import MACHINE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_host_getframe = sys._getframe


def warn_for(original: Callable[..., None]) -> Callable[..., None]:
    """`warnings.warn`, for the guest as well."""

    def warn(
        message: Any,
        category: Any = None,
        stacklevel: int = 1,
        source: Any = None,
        *,
        skip_file_prefixes: Any = None,
    ) -> None:
        context = executing_context()
        stacklevel = max(index(stacklevel), 1)
        more = {} if skip_file_prefixes is None else {"skip_file_prefixes": skip_file_prefixes}
        if more and not _are_prefixes(skip_file_prefixes):
            original(message, **more)  # raises
        if context is None:
            original(message, category, stacklevel + 2, source, **more)
            return
        stack = list(logical_stack(context, _host_getframe(1)))
        place = _warning_place(stack, stacklevel, skip_file_prefixes or ())
        if isinstance(message, Warning):
            category = type(message)
        elif category is None:
            category = UserWarning
        if not (isinstance(category, type) and issubclass(category, Warning)):
            original(message, category)  # raises
        _warn_at(place, message, category, source)

    return in_place_of(original, warn)


def _are_prefixes(value: Any) -> bool:
    """Whether a value may be the `skip_file_prefixes` of a warning, which CPython has from 3.12 on."""
    return sys.version_info >= (3, 12) and isinstance(value, tuple) and all(isinstance(each, str) for each in value)


def _warning_place(
    stack: list[Frame | FrameType], stacklevel: int, skipped: tuple[str, ...]
) -> tuple[str, int, dict[str, Any]]:
    """File, line and globals that a warning is about (CPython's `setup_context`)."""
    if skipped and stacklevel < 2:
        stacklevel = 2
    position = 0
    if stacklevel <= 1 or (stack and _is_internal(stack[0])):
        position = stacklevel - 1
    else:
        for _ in range(stacklevel - 1):
            position += 1
            while position < len(stack) and (
                _is_internal(stack[position]) or _filename(stack[position]).startswith(skipped)
            ):
                position += 1
    if position >= len(stack):
        return *(("<sys>", 0) if sys.version_info >= (3, 13) else ("sys", 1)), vars(sys)
    frame = stack[position]
    if isinstance(frame, Frame):
        line = frame.guest.decoded.positions[frame.ip - 1][0]
        return frame.guest.code.co_filename, line or 0, frame.globals
    return frame.f_code.co_filename, frame.f_lineno, frame.f_globals


def _filename(frame: Frame | FrameType) -> str:
    return frame.guest.code.co_filename if isinstance(frame, Frame) else frame.f_code.co_filename


def _is_internal(frame: Frame | FrameType) -> bool:
    filename = _filename(frame)
    return "importlib" in filename and "_bootstrap" in filename


def show_warning_for(original: Callable[[Any], None]) -> Callable[[Any], None]:
    """`warnings._showwarnmsg`, for the guest as well."""

    def _showwarnmsg(message: Any) -> None:
        """Warns again at the guest's place if CPython warned while the machine executed an instruction."""
        context = executing_context()
        frame = context and context.frame
        if frame is None or not message.filename.startswith(MACHINE_FOLDER):
            original(message)
            return
        line = frame.guest.decoded.positions[max(frame.ip - 1, 0)][0] or 0
        _warn_at((frame.guest.code.co_filename, line, frame.globals), message.message, message.category, message.source)

    return _showwarnmsg


def warn_as_the_program() -> None:
    """Lets warnings of C code, which CPython judges by the machine's own module, come to the guest's filters.

    What filters say of `__main__` holds for the machine's modules, and nothing counts as warned of already.
    """
    for name, module in sys.modules.copy().items():
        if name.startswith("calcharo_vm.machine."):
            vars(module).update(__name__="__main__", __warningregistry__=None)


def _warn_at(place: tuple[str, int, dict[str, Any]], message: Any, category: Any, source: Any) -> None:
    """Warns of what is at a place: file, line and globals."""
    filename, line, namespace = place
    module = namespace.get("__name__") or "<string>"
    registry = namespace.setdefault("__warningregistry__", {})
    context = executing_context()
    if context is not None and context.machine.library_ran is not None:
        context.machine.library_ran()
    warnings.warn_explicit(message, category, filename, line, module, registry, None, source)
