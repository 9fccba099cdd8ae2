"""Tests of `match` statements, as CPython's own instructions and type flags decide them."""

from typing import Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.views import GUEST_VIEWS

_SEQUENCE_FLAG, _MAPPING_FLAG = 1 << 5, 1 << 6


def is_mapping(subject: Any) -> bool:
    """Whether mapping patterns may match the subject."""
    return bool(type(subject).__flags__ & _MAPPING_FLAG)


def is_sequence(subject: Any) -> bool:
    """Whether sequence patterns may match the subject."""
    return bool(type(subject).__flags__ & _SEQUENCE_FLAG)


def match_keys(subject: Any, keys: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The subject's values at the keys, or None if one is missing.

    Raises:
        ValueError: A key occurs twice; CPython's own error.
    """
    values: tuple[Any, ...] | None = native_instruction("MATCH_KEYS", 0, 2, 3)(subject, keys)[2]
    return values


def match_class(subject: Any, cls: Any, count: int, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    """The attributes that a class pattern names, as the guest sees them, or None if it does not match.

    Raises:
        TypeError: The pattern does not suit the class; CPython's own error.
    """
    values: tuple[Any, ...] | None = native_instruction("MATCH_CLASS", count, 3, 1)(subject, cls, names)
    if values is None or GUEST_VIEWS.keys().isdisjoint(names):
        return values
    named = zip(names, values[count:], strict=True)
    return *values[:count], *(GUEST_VIEWS[name](subject) if name in GUEST_VIEWS else value for name, value in named)
