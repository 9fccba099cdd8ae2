"""Calls: guest functions become frames; everything else is called at once.

A native callable that might look at its caller is called through a shim: a host function in the guest's
name, file, line and globals.
"""

from __future__ import annotations

import builtins
import sys
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import is_iterable
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.frame_views import as_native_sees
from calcharo_vm.machine.guest_code import GuestCode
from calcharo_vm.machine.library import LIBRARY_LOOKASIDES
from calcharo_vm.machine.native_errors import type_name
from calcharo_vm.machine.shims import shim
from calcharo_vm.machine.tracebacks import lend_variables
from calcharo_vm.machine.tracing import profiled_call
from calcharo_vm.machine.trampolines import bind
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from calcharo_vm.machine.context import ExecutionContext

_CALLED_DIRECTLY = frozenset(
    {BuiltinFunctionType, MethodDescriptorType, MethodWrapperType, WrapperDescriptorType, ClassMethodDescriptorType}
)
_PLAIN_TYPES = frozenset(
    kind for name, kind in vars(builtins).items() if type(kind) is type and name not in {"type", "super", "sentinel"}
)
"""Types whose constructors do not look at their caller."""


_CALLED_AS_KNOWN = _CALLED_DIRECTLY | {FunctionType, MethodType, type}
_LIBRARY_KINDS = frozenset({FunctionType, type})


def call(frame: Frame, callable: Any, arguments: list[Any], keywords: tuple[str, ...]) -> Any:
    """Calls and pushes the result, or makes the frame of a guest function for the eval loop to enter.

    Args:
        frame: The calling frame.
        callable: What is called.
        arguments: The arguments; the last ones belong to `keywords`.
        keywords: The names of keyword arguments.

    Returns:
        The frame to enter; None when the call is over.
    """
    kind = type(callable)
    if kind is FunctionType:
        constants = callable.__code__.co_consts
        if constants and type(guest := constants[-1]) is GuestCode:
            context = frame.context
            if guest.plain_count == len(arguments) and guest.machine is context.machine and not keywords:
                if guest.padding:
                    arguments += guest.padding
                return Frame(guest, arguments, callable.__globals__, callable.__builtins__, context)
            if guest.machine is context.machine and guest.is_optimized:
                return _bound_frame(context, guest, callable, arguments, keywords)
    elif kind is MethodType and type(callable.__func__) is FunctionType:
        return call(frame, callable.__func__, [callable.__self__, *arguments], keywords)
    elif kind in _CALLED_DIRECTLY or (kind is type and callable in _PLAIN_TYPES):
        frame.stack.append(_call_directly(frame, callable, arguments, keywords))
        return None
    positional, named = split(arguments, keywords)
    frame.stack.append(call_native(frame, callable, positional, named))
    return None


def _bound_frame(
    context: ExecutionContext, guest: GuestCode, function: Any, arguments: list[Any], keywords: tuple[str, ...]
) -> Frame:
    """The frame of a guest function whose arguments need binding, or which has a closure or generates."""
    if keywords or guest.exact_count != len(arguments):
        arguments = bind(guest, function, arguments, keywords)
    arguments += guest.padding
    arguments += function.__closure__ or ()
    frame = Frame(guest, arguments, function.__globals__, function.__builtins__, context)
    frame.function = function
    return frame


def _call_directly(frame: Frame, callable: Any, arguments: list[Any], keywords: tuple[str, ...]) -> Any:
    """Calls a builtin, which does not look at its caller unless there is a lookaside for it."""
    context = frame.context
    machine = context.machine
    lookaside = machine.lookasides.get(id(callable))
    if lookaside is None and machine.input_lookaside is not None:
        lookaside = machine.input_lookaside(callable)
    if lookaside is None and not keywords and context.profile_function is None:
        return callable(*arguments)
    positional, named = split(arguments, keywords)
    if lookaside is not None:
        return lookaside(frame, *positional, **named)
    if context.profile_function is not None and type(callable) is not type:
        return profiled_call(context, callable, positional, named)
    return callable(*positional, **named)


def split(arguments: list[Any], keywords: tuple[str, ...]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and named arguments."""
    if not keywords:
        return arguments, {}
    count = len(arguments) - len(keywords)
    return arguments[:count], dict(zip(keywords, arguments[count:], strict=True))


def call_native(frame: Frame, callable: Any, positional: Any, named: Any) -> Any:
    """Calls a callable that may look at its caller."""
    machine = frame.context.machine
    lookaside = machine.lookasides.get(id(callable))
    if lookaside is None and type(callable) in _LIBRARY_KINDS and callable.__module__ in LIBRARY_LOOKASIDES:
        lookaside = LIBRARY_LOOKASIDES[callable.__module__].get(callable.__qualname__)
    if lookaside is not None:
        return lookaside(frame, *positional, **named)
    if frame.context.profile_function is not None and callable is sys.setprofile:
        return profiled_call(frame.context, callable, positional, named)
    if machine.frames_shown and not isinstance(callable, type):
        positional, named = as_native_sees(positional, named)
    call = shim(frame, named=bool(named))
    if sys.exception() is None:
        return call(callable, positional, named)
    lent = lend_variables(frame)  # for whoever looks at the traceback of what is being handled
    try:
        return call(callable, positional, named)
    finally:
        for cell in lent:
            del cell.cell_contents


def call_with_mappings(frame: Frame, callable: Any, arguments: Any, keywords: Any) -> Any:
    """Calls with `*arguments` and `**keywords` and pushes the result, or makes the frame of a guest function.

    Raises:
        TypeError: The arguments are not iterable, as CPython words it.
    """
    if type(arguments) is not tuple:
        if not is_iterable(arguments):
            raise star_error(callable, "*", "an iterable", arguments)
        arguments = tuple(arguments)
    named = {} if keywords is NULL else keywords
    if type(callable) not in _CALLED_AS_KNOWN or any(type(name) is not str for name in named):
        # It may keep the very tuple, and names may have a hash function of their own.
        frame.stack.append(call_native(frame, callable, arguments, named))
        return None
    return call(frame, callable, [*arguments, *named.values()], tuple(named))


def star_error(callable: Any, stars: str, wanted: str, found: Any) -> TypeError:
    """The error of a call whose `*` or `**` argument is of the wrong kind."""
    whose = "Value" if sys.version_info >= (3, 15) else f"{function_name(callable)} argument"
    return TypeError(f"{whose} after {stars} must be {wanted}, not {type_name(found)}")


def function_name(callable: Any) -> str:
    """A callable's name for error messages (CPython's `_PyObject_FunctionStr`)."""
    try:
        name = callable.__qualname__
    except AttributeError:
        return str(callable)
    module = getattr(callable, "__module__", None)
    if module is not None and module != "builtins":
        return f"{module}.{name}()"
    return f"{name}()"
