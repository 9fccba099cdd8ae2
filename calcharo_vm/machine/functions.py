"""Making guest functions, and the `__build_class__` that class statements call."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.names import lookup
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame

_DEFAULTS, _KEYWORD_DEFAULTS, _CLOSURE, _ANNOTATE = 1, 2, 8, 16


def build_class_function(frame: Frame) -> Any:
    """The `__build_class__` of a frame's builtins."""
    builder = lookup(frame.builtins, "__build_class__")
    if builder is NULL:
        message = "__build_class__ not found"
        raise NameError(message)
    return builder


def make_function(frame: Frame, code: CodeType, closure: tuple[Any, ...] | None) -> FunctionType:
    """A real function that runs `code` on the machine.

    Args:
        frame: The frame that makes it; its globals become the function's.
        code: The guest's code object.
        closure: The cells of its free variables. None stands for cells that are set afterwards.
    """
    trampoline = frame.guest.trampoline_within(code)
    if closure is None and code.co_freevars:
        return _Unclosed(trampoline, frame.globals)  # type: ignore[return-value]
    function = FunctionType(trampoline, frame.globals, closure=closure)
    function.__qualname__ = code.co_qualname
    return function


class _Unclosed:
    """Stands for a function whose closure a later instruction brings (SET_FUNCTION_ATTRIBUTE).

    CPython makes the function first and its closure after; Python code cannot.
    """

    def __init__(self, code: CodeType, globals: dict[str, Any]) -> None:
        self.code = code
        self.globals = globals
        self.attributes: list[tuple[int, Any]] = []


UNCLOSED_NAME = _Unclosed.__name__
"""How a recording names what has no closure yet."""


def set_function_attribute(function: Any, which: int, attribute: Any) -> Any:
    """Sets what a bit of MAKE_FUNCTION or SET_FUNCTION_ATTRIBUTE stands for, and returns the function."""
    if isinstance(function, _Unclosed):
        if which != _CLOSURE:
            function.attributes.append((which, attribute))
            return function
        closed = FunctionType(function.code, function.globals, closure=attribute)
        for earlier in function.attributes:
            set_function_attribute(closed, *earlier)
        return closed
    if which == _DEFAULTS:
        function.__defaults__ = attribute
    elif which == _KEYWORD_DEFAULTS:
        function.__kwdefaults__ = attribute
    elif which == _ANNOTATE:
        native_instruction("SET_FUNCTION_ATTRIBUTE", _ANNOTATE, 2, 1)(attribute, function)  # it renames the attribute
    else:  # annotations: names and values in turn
        function.__annotations__ = dict(zip(attribute[::2], attribute[1::2], strict=True))
    return function
