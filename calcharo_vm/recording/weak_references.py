"""What weak references and weak proxies refer to, found without running any guest code."""

from functools import cache
from typing import Any, Final
from weakref import CallableProxyType, ProxyType, ReferenceType

from calcharo_vm.host_builtins import __builtins__

PROXIES: Final = (ProxyType, CallableProxyType)

PROXY_TYPES: Final = frozenset(map(id, PROXIES))
"""Their addresses, by which types are told apart: a metaclass of the program may have a `__hash__` of its own."""
_call = vars(ReferenceType)["__call__"]
_HEADER: Final = object.__basicsize__


def is_proxy(value: object) -> bool:
    """Returns whether a value is a weak proxy."""
    return id(type(value)) in PROXY_TYPES


def referent(reference: object) -> object:
    """What a weak reference or proxy refers to; None when that is gone."""
    return _behind(reference) if is_proxy(reference) else _call(reference)


def behind_proxies(values: list[object]) -> list[object]:
    """The values, with what it stands for in the place of each weak proxy."""
    if PROXY_TYPES.isdisjoint(map(id, map(type, values))):
        return values
    return [behind_proxy(value) for value in values]


def behind_proxy(value: object) -> object:
    """A value, or what it stands for if it is a weak proxy."""
    return _behind(value) if is_proxy(value) else value


def _behind(proxy: object) -> object:
    """What a proxy stands for, read from its structure: a proxy passes on whatever it is asked.

    The pointer follows the header of the object (`PyWeakReference` in CPython's Include/cpython/weakrefobject.h).
    """
    return _pointer().from_address(id(proxy) + _HEADER).value


@cache
def _pointer() -> Any:  # type: ignore[explicit-any] # ctypes are classes of their own kind
    """The type that reads a pointer to an object, made when a program first has a proxy: few have."""
    from _ctypes import _SimpleCData  # noqa: PLC0415

    return type("Pointer", (_SimpleCData,), {"_type_": "O"})
