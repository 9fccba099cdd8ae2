"""Building and unpacking containers, with CPython's errors."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.native_instruction import native_instruction

if TYPE_CHECKING:
    from collections.abc import Callable

make_slice = slice


list_extend = native_instruction("LIST_EXTEND", 1, 2, 1)
"""Appends what `*iterable` stands for in a display or call; CPython words the error when it is not iterable."""


def set_add(items: set[Any], value: Any) -> None:
    """Adds to a set display or comprehension, or to the set of a module's conditional annotations.

    Raises:
        TypeError: The module has put something else in its place; CPython's own error.
    """
    if type(items) is not set:
        native_instruction("SET_ADD", 1, 2, 1)(items, value)
    items.add(value)


def set_update(items: set[Any], iterable: Any) -> None:
    """Adds what `*iterable` stands for in a set display."""
    items.update(iterable)


def dict_update(mapping: dict[Any, Any], update: Any) -> None:
    """Adds what `**update` stands for in a dictionary display.

    Raises:
        TypeError: It is not a mapping; CPython's own error.
    """
    native_instruction("DICT_UPDATE", 1, 2, 1)(mapping, update)


_VALUES_BELOW = (None,) if sys.version_info < (3, 13) else (None, None)
"""What lies between the callable and the keyword arguments: the positional ones, and since 3.13 the receiver."""


def dict_merge(callable: Any, mapping: dict[Any, Any], update: Any) -> None:
    """Adds the keyword arguments that `**update` stands for in a call.

    Raises:
        TypeError: It is not a mapping, or gives a keyword twice; CPython's own error, which names the callable.
    """
    values = (callable, *_VALUES_BELOW, mapping, update)
    native_instruction("DICT_MERGE", 1, len(values), len(values) - 1)(*values)


@cache
def unpacker(before: int, after: int | None = None) -> Callable[[Any], list[Any]]:
    """A function that unpacks an iterable, with CPython's own errors, into the order in which it is pushed.

    Args:
        before: The number of names before the starred one, or of all names.
        after: The number of names after the starred one; None when there is none.
    """
    names = [f"v{number}" for number in range(before)]
    if after is not None:
        names += ["*starred", *(f"w{number}" for number in range(after))]
    target = f"[{', '.join(names)}]"
    result = ", ".join(name.lstrip("*") for name in reversed(names))
    namespace: dict[str, Any] = {}
    source = f"def unpack(iterable):\n    {target} = iterable\n    return [{result}]"
    exec(compile(source, __file__, "exec", dont_inherit=True), namespace)
    function: Callable[[Any], list[Any]] = namespace["unpack"]
    return function
