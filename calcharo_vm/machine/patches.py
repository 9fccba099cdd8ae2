"""Library functions that look beyond their caller, replaced while a machine is active."""

from __future__ import annotations

import sys
import warnings
from _operator import index
from contextlib import contextmanager, suppress
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.context import set_recursion_limit
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.frame_views import host_frames, logical_stack
from calcharo_vm.machine.native_errors import in_place_of
from calcharo_vm.machine.tracebacks import MACHINE_FOLDER, is_machine_code, mirror_of
from calcharo_vm.machine.tracing import tracing_functions
from calcharo_vm.machine.unraisable import unraisable_hook_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, ModuleType

    from calcharo_vm.machine.machine import Machine

_host_getframe = sys._getframe


@contextmanager
def patched_library(machine: Machine) -> Iterator[None]:
    """Replaces functions that look at callers by ones that see the guest's frames, for as long as the block runs."""
    replacements: list[tuple[ModuleType, str, Callable[..., Any]]] = [
        (sys, "_getframe", _getframe_for(machine)),
        *((sys, name, function) for name, function in tracing_functions(machine).items()),
        *((sys, name, function) for name, function in _module_name_functions(machine).items()),
        *((sys, name, function) for name, function in _recursion_limit_functions(machine).items()),
        (sys, "unraisablehook", unraisable_hook_for(machine, sys.unraisablehook)),
        (warnings, "warn", _warn_for(machine, warnings.warn)),
        (warnings, "_showwarnmsg", _show_warning_for(machine, warnings._showwarnmsg)),  # type: ignore[attr-defined]
    ]
    _warn_as_the_program()
    originals = [(module, name, getattr(module, name)) for module, name, _ in replacements]
    for module, name, replacement in replacements:
        setattr(module, name, replacement)
    try:
        yield
    finally:
        for module, name, original in originals:
            setattr(module, name, original)


def _getframe_for(machine: Machine) -> Callable[..., FrameType]:
    def _getframe(*arguments: Any, **named: Any) -> FrameType:
        depth = _asked_depth(_host_getframe, *arguments, **named)
        context = machine.context
        caller = _host_getframe(1)
        if context.frame is None:
            return _host_getframe(depth + 1)
        stack = list(logical_stack(context, caller))
        if depth >= len(stack):
            message = "call stack is not deep enough"
            raise ValueError(message)
        found = stack[depth]
        if is_machine_code(caller.f_code) and isinstance(found, Frame):
            machine.frames_shown = True
            return mirror_of(found)
        return host_frames(stack[depth:])

    return update_wrapper(_getframe, _host_getframe)


def _asked_depth(native: Callable[..., Any], *arguments: Any, **named: Any) -> int:
    """The depth that a function which takes only a depth was asked for.

    Raises:
        TypeError: The arguments do not fit; CPython's own error.
        OverflowError: As the TypeError.
    """
    with suppress(ValueError):  # the host's own stack is not deep enough, which does not matter
        native(*arguments, **named)
    return max(index(next(iter((*arguments, *named.values())), 0)), 0)


def _module_name_functions(machine: Machine) -> dict[str, Callable[..., Any]]:
    """`sys._getframemodulename`, which CPython has from 3.12 on."""
    original = vars(sys).get("_getframemodulename")
    if original is None:
        return {}

    def _getframemodulename(*arguments: Any, **named: Any) -> Any:
        depth = _asked_depth(original, *arguments, **named)
        context = machine.context
        if context.frame is None:
            return original(depth + 1)
        stack = list(logical_stack(context, _host_getframe(1)))
        if depth >= len(stack):
            return None
        frame = stack[depth]
        return (frame.globals if isinstance(frame, Frame) else frame.f_globals).get("__name__")

    return {"_getframemodulename": update_wrapper(_getframemodulename, original)}


def _recursion_limit_functions(machine: Machine) -> dict[str, Callable[..., Any]]:
    """The functions of `sys` for the guest's recursion limit: the library that runs natively sets it too."""

    def getrecursionlimit() -> int:
        return machine.context.limit

    def setrecursionlimit(limit: Any, /) -> None:
        set_recursion_limit(machine.context, limit)

    return {
        function.__name__: in_place_of(getattr(sys, function.__name__), function)
        for function in (getrecursionlimit, setrecursionlimit)
    }


def _warn_for(machine: Machine, original: Callable[..., None]) -> Callable[..., None]:
    def warn(
        message: Any,
        category: Any = None,
        stacklevel: int = 1,
        source: Any = None,
        *,
        skip_file_prefixes: Any = None,
    ) -> None:
        context = machine.context
        stacklevel = max(index(stacklevel), 1)
        more = {} if skip_file_prefixes is None else {"skip_file_prefixes": skip_file_prefixes}
        if more and not _are_prefixes(skip_file_prefixes):
            original(message, **more)  # raises
        if context.frame is None:
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


def _show_warning_for(machine: Machine, original: Callable[[Any], None]) -> Callable[[Any], None]:
    def _showwarnmsg(message: Any) -> None:
        """Warns again at the guest's place if CPython warned while the machine executed an instruction."""
        frame = machine.context.frame
        if frame is None or not message.filename.startswith(MACHINE_FOLDER):
            original(message)
            return
        line = frame.guest.decoded.positions[max(frame.ip - 1, 0)][0] or 0
        _warn_at((frame.guest.code.co_filename, line, frame.globals), message.message, message.category, message.source)

    return _showwarnmsg


def _warn_as_the_program() -> None:
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
    warnings.warn_explicit(message, category, filename, line, module, registry, None, source)
