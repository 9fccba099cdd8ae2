"""CPython's own errors: what it says of arguments that do not fit, and how it names types."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from collections.abc import Callable


def with_native_errors(function: Callable[..., Any], native: Callable[..., Any], *, own: int = 0) -> Callable[..., Any]:
    """A function that hands arguments which do not fit its parameters to the native one, for that to refuse them.

    Args:
        function: What is called in place of `native`.
        native: The function of CPython that it stands for.
        own: The number of its first arguments that `native` does not get.
    """

    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # within the function: the call itself succeeded
        return native(*arguments[own:], **named)

    return call


def in_place_of(native: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the name and documentation of the native one that it replaces, and its errors."""
    return update_wrapper(with_native_errors(function, native), native)


def type_name(value: Any) -> str:
    """The name of a value's type as errors give it: with its module if it is written in C (CPython's `tp_name`)."""
    try:
        type(Ellipsis).__reduce__(value)
    except TypeError as error:  # "descriptor ... doesn't apply to a '...' object"
        return str(error).rpartition(" a '")[2].removesuffix("' object")
    return type(value).__name__
