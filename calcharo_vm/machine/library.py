"""Library functions in Python that look at frames, as guest code must see them.

Like `lookasides`, by the module and name of the function that the guest calls.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.generators import frame_of
from calcharo_vm.machine.guest_code import CO_GENERATOR, CO_ITERABLE_COROUTINE
from calcharo_vm.machine.native_errors import with_native_errors
from calcharo_vm.machine.tracebacks import local_values, mirror_of
from calcharo_vm.machine.trampolines import guest_code_of
from calcharo_vm.machine.views import original_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from calcharo_vm.machine.frame import Frame


def current_frame(frame: Frame, /) -> FrameType:
    """`inspect.currentframe()`."""
    frame.context.machine.frames_shown = True
    return mirror_of(frame)


def _locals_function(name: str) -> Callable[[Frame, Any], dict[str, Any]]:
    def locals_of(frame: Frame, /, *arguments: Any, **named: Any) -> dict[str, Any]:
        native: dict[str, Any] = getattr(sys.modules["inspect"], name)(*arguments, **named)
        guest_frame = frame_of(*arguments, *named.values())
        return native if guest_frame is None else local_values(guest_frame)

    return locals_of


def _disassembler(name: str) -> Callable[..., Any]:
    def function(frame: Frame, /, *arguments: Any, **named: Any) -> Any:
        with _original_codes():
            return getattr(sys.modules["dis"], name)(*arguments, **named)

    return function


def bytecode_from_traceback(frame: Frame, /, cls: Any, *arguments: Any, **named: Any) -> Any:
    """`dis.Bytecode.from_traceback(...)`."""
    with _original_codes():
        return cls.from_traceback(*arguments, **named)


@contextmanager
def _original_codes() -> Iterator[None]:
    """Has `dis` take the guest's code objects for what it is given, and for what it finds there."""
    dis = sys.modules["dis"]
    natives = {name: getattr(dis, name) for name in ("_disassemble_recursive", "_get_code_object", "disassemble")}

    def of_original(native: Callable[..., Any]) -> Callable[..., Any]:
        return lambda code, *arguments, **named: native(original_of(code), *arguments, **named)

    find = natives["_get_code_object"]
    replacements = {name: of_original(native) for name, native in natives.items()}
    replacements["_get_code_object"] = lambda found: original_of(find(found))
    vars(dis).update(replacements)
    try:
        yield
    finally:
        vars(dis).update(natives)


_DISASSEMBLERS = ("Bytecode", "code_info", "dis", "disassemble", "distb", "get_instructions", "show_code")


def closure_variables(frame: Frame, /, func: Any) -> Any:
    """`inspect.getclosurevars(...)`, which reads the names in a function's code."""
    plain = func.__func__ if type(func) is MethodType else func
    guest = guest_code_of(plain.__code__) if type(plain) is FunctionType else None
    if guest is not None:
        func = FunctionType(guest.code, plain.__globals__, closure=plain.__closure__)
    return sys.modules["inspect"].getclosurevars(func)


def types_coroutine(frame: Frame, /, func: Any) -> Any:
    """`types.coroutine(...)`, which for a generator function replaces its code by one with another flag."""
    guest = guest_code_of(func.__code__) if type(func) is FunctionType else None
    kind = guest.code.co_flags & (CO_GENERATOR | CO_ITERABLE_COROUTINE) if guest is not None else 0
    if guest is None or kind != CO_GENERATOR:
        return sys.modules["types"].coroutine(func)
    code = guest.code.replace(co_flags=guest.code.co_flags | CO_ITERABLE_COROUTINE)
    func.__code__ = frame.context.machine.guest_code(code).trampoline
    return func


_LOOKASIDES: dict[str, dict[str, Callable[..., Any]]] = {
    "dis": {
        "Bytecode.from_traceback": bytecode_from_traceback,
        **{name: _disassembler(name) for name in _DISASSEMBLERS},
    },
    "inspect": {
        "currentframe": current_frame,
        "getclosurevars": closure_variables,
        **{name: _locals_function(name) for name in ("getasyncgenlocals", "getcoroutinelocals", "getgeneratorlocals")},
    },
    "types": {"coroutine": types_coroutine},
}


def _native(module: str, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        return getattr(sys.modules[module], name)(*arguments, **named)

    return call


LIBRARY_LOOKASIDES = {
    module: {name: with_native_errors(function, _native(module, name), own=1) for name, function in functions.items()}
    for module, functions in _LOOKASIDES.items()
}
"""The functions that guest code calls in place of those of the library, by module and name."""
