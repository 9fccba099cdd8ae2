"""What the guest sees where a host object would show the machine: its own code objects and frames."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.tracebacks import (
    GuestReference,
    executing_index,
    is_machine_code,
    last_offset,
    mirror_of,
    mirrored,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_GENERATORS = (GeneratorType, CoroutineType, AsyncGeneratorType)


def original_of(code: Any) -> Any:
    """The guest's code object that a host code object stands for, or the object itself."""
    if type(code) is CodeType and (constants := code.co_consts) and isinstance(constants[-1], GuestReference):
        return constants[-1].code
    return code


def _code_view(name: str) -> Callable[[Any], Any]:
    read = attrgetter(name)
    return lambda owner: original_of(read(owner))


def _awaited_view(name: str) -> Callable[[Any], Any]:
    read = attrgetter(name)

    def view(owner: Any) -> Any:
        if type(owner) in _GENERATORS:
            from calcharo_vm.machine.generators import delegate, frame_of  # noqa: PLC0415 - they need this module

            frame = frame_of(owner)
            if frame is not None:
                return delegate(frame) if frame.back is None and frame.ip else None
        return read(owner)

    return view


def _generator_frame_view(name: str) -> Callable[[Any], Any]:
    read = attrgetter(name)

    def view(owner: Any) -> Any:
        if type(owner) in _GENERATORS:
            from calcharo_vm.machine.generators import frame_of  # noqa: PLC0415

            frame = frame_of(owner)
            if frame is not None:
                frame.guest.machine.frames_shown = True
                return mirror_of(frame)
        return read(owner)

    return view


def _frame_view(name: str, view_of: Callable[[Frame], Any]) -> Callable[[Any], Any]:
    read = attrgetter(name)

    def view(owner: Any) -> Any:
        frame = mirrored(owner)
        return read(owner) if frame is None else view_of(frame)

    return view


def _locals_view(owner: Any) -> Any:
    frame = mirrored(owner)
    if frame is None:
        return owner.f_locals
    from calcharo_vm.machine.frame_locals import frame_locals  # noqa: PLC0415 - slow to import

    return frame_locals(owner, frame)


def _clear_view(owner: Any) -> Any:
    frame = mirrored(owner)
    if frame is None:
        return owner.clear
    from calcharo_vm.machine.frame_clearing import clear_frame  # noqa: PLC0415 - few programs need it

    return partial(clear_frame, owner, frame)


def _generator_view(owner: Any) -> Any:
    frame = mirrored(owner)
    if frame is None:
        return owner.f_generator
    from calcharo_vm.machine.frame_clearing import generator_of  # noqa: PLC0415 - few programs need it

    return generator_of(frame)


def _caller_view(owner: Any) -> Any:
    """`f_back` of a frame: the next of the thread's logical stack, guest frames and native ones."""
    if type(owner) is not FrameType:
        return owner.f_back
    from calcharo_vm.machine.frame_views import callers  # noqa: PLC0415 - it needs this module

    frame = mirrored(owner)
    found, caller = callers(owner if frame is None else frame)
    if found:
        return caller if caller is None or type(caller) is FrameType else mirror_of(caller)
    if frame is None:
        return _caller_of_native(owner)
    if frame.generator is not None and frame.generator.caller is not None:
        return frame.generator.caller
    return None if frame.back is None else mirror_of(frame.back)


def _caller_of_native(owner: FrameType) -> FrameType | None:
    """The caller of a native frame that is not on the stack any more: the machine's frames know the guest's."""
    caller = owner.f_back
    while caller is not None and is_machine_code(caller.f_code):
        found = caller.f_locals.get("frame")
        if type(found) is Frame:
            return mirror_of(found)
        caller = caller.f_back
    return caller


def set_code(owner: Any, value: Any) -> None:
    """Sets `__code__`; a guest function gets the trampoline of the code object."""
    from calcharo_vm.machine.guest_code import GuestCode  # noqa: PLC0415 - it needs the getters of this module

    if type(owner) is FunctionType and type(value) is CodeType:
        constants = owner.__code__.co_consts
        if constants and type(constants[-1]) is GuestCode and original_of(value) is value:
            value = constants[-1].machine.verified_code(value).trampoline
    owner.__code__ = value


def set_line(owner: Any, value: Any) -> None:
    """Sets `f_lineno`: a trace function has the frame whose event it is told of go on at that line.

    Raises:
        ValueError: The frame cannot; CPython's own words.
    """
    frame = mirrored(owner)
    if frame is None:
        owner.f_lineno = value
    else:
        from calcharo_vm.machine.jumps import plan_jump  # noqa: PLC0415 - few programs need it

        plan_jump(frame, value)


def set_trace_opcodes(owner: Any, value: Any) -> None:
    """Sets `f_trace_opcodes`; the machine traces a guest frame's opcodes itself."""
    frame = mirrored(owner)
    if frame is not None:
        frame.traces_opcodes = bool(value)
    else:
        owner.f_trace_opcodes = value


GUEST_SETTERS: dict[str, Callable[[Any, Any], None]] = {
    "__code__": set_code,
    "f_lineno": set_line,
    "f_trace_opcodes": set_trace_opcodes,
}
"""The functions that set attributes whose plain setting would reach the machine, by name."""

GUEST_VIEWS: dict[str, Callable[[Any], Any]] = {
    "__code__": _code_view("__code__"),
    "gi_code": _code_view("gi_code"),
    "cr_code": _code_view("cr_code"),
    "ag_code": _code_view("ag_code"),
    "clear": _clear_view,
    "f_code": _code_view("f_code"),
    "f_back": _caller_view,
    "f_generator": _generator_view,
    "f_lasti": _frame_view("f_lasti", last_offset),
    "f_lineno": _frame_view("f_lineno", lambda frame: frame.guest.decoded.positions[executing_index(frame)][0]),
    "f_trace_opcodes": _frame_view("f_trace_opcodes", lambda frame: frame.traces_opcodes),
    "f_locals": _locals_view,
    "gi_yieldfrom": _awaited_view("gi_yieldfrom"),
    "cr_await": _awaited_view("cr_await"),
    "ag_await": _awaited_view("ag_await"),
    "gi_frame": _generator_frame_view("gi_frame"),
    "cr_frame": _generator_frame_view("cr_frame"),
    "ag_frame": _generator_frame_view("ag_frame"),
}
"""The functions that read attributes whose plain value would show the machine, by name."""
