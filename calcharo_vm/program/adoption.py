"""Functions that exist already, put on a machine for a while.

A library user may ask to trace a function of a module that runs natively. The function, and what is
defined beside it, then becomes guest code: the code of each function is replaced by a trampoline,
and put back when the trace ends.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING

from calcharo_vm.machine.trampolines import is_trampoline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

    from calcharo_vm.machine.machine import Machine

__all__ = ["adopted", "functions_of"]


@contextmanager
def adopted(machine: Machine, function: FunctionType) -> Iterator[None]:
    """Put a function and the functions and methods of its module on a machine while the block runs."""
    originals: list[tuple[FunctionType, CodeType]] = []
    try:
        for each in functions_of(function):
            code = each.__code__
            if not is_trampoline(code):
                originals.append((each, code))
                each.__code__ = machine.guest_code(code).trampoline
        yield
    finally:
        for each, code in originals:
            each.__code__ = code


def functions_of(function: FunctionType) -> Iterable[FunctionType]:
    """Give a function and those that its module defines beside it, methods included."""
    return {id(found): found for found in (function, *_beside(function))}.values()


def _beside(function: FunctionType) -> Iterator[FunctionType]:
    """Find the functions that the module of a function defines, those of its classes included."""
    module = function.__module__
    namespaces: list[Iterable[object]] = [list(function.__globals__.values())]
    seen: set[int] = set()
    while namespaces:
        for value in namespaces.pop():
            for found in _unwrapped(value):
                if id(found) in seen or getattr(found, "__module__", None) != module:
                    continue
                seen.add(id(found))
                if isinstance(found, FunctionType):
                    yield found
                elif isinstance(found, type):
                    namespaces.append(list(vars(found).values()))


def _unwrapped(value: object) -> Iterator[object]:
    """Look into what commonly wraps the functions of a class."""
    if isinstance(value, staticmethod | classmethod):
        yield value.__func__
    elif isinstance(value, property):
        yield from (part for part in (value.fget, value.fset, value.fdel) if part is not None)
    elif isinstance(value, FunctionType | type):
        yield value
