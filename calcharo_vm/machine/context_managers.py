"""Entering and leaving `with` blocks: methods are looked up on the type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.calls import call_native
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame

_METHOD_DESCRIPTOR = 1 << 17  # Py_TPFLAGS_METHOD_DESCRIPTOR


def enter_context(frame: Frame, manager: Any) -> tuple[Any, Any]:
    """The bound `__exit__` of a context manager and the result of its `__enter__`."""
    return _enter(frame, manager, "__enter__", "__exit__", "BEFORE_WITH")


def enter_asynchronous_context(frame: Frame, manager: Any) -> tuple[Any, Any]:
    """The bound `__aexit__` of an asynchronous context manager and the awaitable of its `__aenter__`."""
    return _enter(frame, manager, "__aenter__", "__aexit__", "BEFORE_ASYNC_WITH")


def _enter(frame: Frame, manager: Any, enter: str, exit: str, opname: str) -> tuple[Any, Any]:
    enter_method, exit_method = _lookup_special(manager, enter), _lookup_special(manager, exit)
    if enter_method is NULL or exit_method is NULL:
        return native_instruction(opname, 0, 1, 2)(manager)  # type: ignore[no-any-return] # it raises
    return exit_method, call_native(frame, enter_method, (), {})


def _lookup_special(owner: Any, name: str) -> Any:
    """An attribute of the type, bound to the owner, or NULL (CPython's `_PyObject_LookupSpecial`)."""
    found = type_attribute(type(owner), name)
    if found is NULL:
        return NULL
    getter = getattr(type(found), "__get__", None)
    return found if getter is None else getter(found, owner, type(owner))


def load_special(owner: Any, which: int) -> tuple[Any, Any]:
    """A special method as function and receiver, or bound and NULL.

    Raises:
        TypeError: The type has no such method; CPython's own error.
    """
    name = ("__enter__", "__exit__", "__aenter__", "__aexit__")[which]
    found = type_attribute(type(owner), name)
    if found is NULL:
        native_instruction("LOAD_SPECIAL", which, 1, 2)(owner)  # raises
    if type(found).__flags__ & _METHOD_DESCRIPTOR:
        return found, owner
    getter = getattr(type(found), "__get__", None)
    return (found if getter is None else getter(found, owner, type(owner))), NULL


def start_exit(frame: Frame, exit: Any, receiver: Any, exception: BaseException) -> Any:
    """The result of `__exit__` for an exception that leaves the block."""
    arguments = (type(exception), exception, exception.__traceback__)
    return call_native(frame, exit, arguments if receiver is NULL else (receiver, *arguments), {})
