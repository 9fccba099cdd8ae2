"""What `yield from` iterates over."""

from __future__ import annotations

from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.guest_code import CO_COROUTINE, CO_ITERABLE_COROUTINE

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame


def yield_from_iterator(frame: Frame, iterable: Any, coroutines_allowed: bool) -> Any:
    """The iterator that `yield from` or `await` delegates to.

    Raises:
        TypeError: A plain generator delegates to a coroutine, or the object is not iterable.
    """
    if type(iterable) is CoroutineType:
        if not coroutines_allowed and not frame.guest.code.co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE):
            message = "cannot 'yield from' a coroutine object in a non-coroutine generator"
            raise TypeError(message)
        return iterable
    return iterable if type(iterable) is GeneratorType else iter(iterable)
