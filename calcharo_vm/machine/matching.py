"""Tests of `match` statements, as CPython's `match_class`, `match_keys` and type flags decide them."""

from typing import Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.native_errors import type_name
from calcharo_vm.machine.native_instruction import native_instruction
from calcharo_vm.machine.values import NULL

_SEQUENCE_FLAG, _MAPPING_FLAG = 1 << 5, 1 << 6
_MATCH_SELF_FLAG = 1 << 22


def is_mapping(subject: Any) -> bool:
    """Whether mapping patterns may match the subject."""
    return bool(type(subject).__flags__ & _MAPPING_FLAG)


def is_sequence(subject: Any) -> bool:
    """Whether sequence patterns may match the subject."""
    return bool(type(subject).__flags__ & _SEQUENCE_FLAG)


def match_keys(subject: Any, keys: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The subject's values at the keys, or None if one is missing.

    Raises:
        ValueError: A key occurs twice.
    """
    if not keys:
        return ()
    seen = set()
    values = []
    get, missing = subject.get, object()
    for key in keys:
        if key in seen:
            message = f"mapping pattern checks duplicate key ({key!r})"
            raise ValueError(message)
        seen.add(key)
        value = get(key, missing)
        if value is missing:
            return None
        values.append(value)
    return tuple(values)


def match_class(subject: Any, cls: Any, count: int, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    """The attributes that a class pattern names, or None if it does not match.

    Raises:
        TypeError: The pattern does not suit the class.
    """
    if not isinstance(cls, type):
        native_instruction("MATCH_CLASS", count, 3, 1)(subject, cls, names)  # raises
    if not isinstance(subject, cls):
        return None
    seen: set[str] = set()
    values = []
    if count:
        match_self, positional = _positional_names(cls, count)
        if match_self:
            values.append(subject)
        for name in positional:
            value = _match_attribute(subject, cls, name, seen)
            if value is NULL:
                return None
            values.append(value)
    for name in names:
        value = _match_attribute(subject, cls, name, seen)
        if value is NULL:
            return None
        values.append(value)
    return tuple(values)


def _positional_names(cls: type, count: int) -> tuple[bool, tuple[str, ...]]:
    """Whether a single position matches the subject itself, and the attributes the positions stand for."""
    match_self = False
    try:
        match_args: Any = cls.__match_args__  # type: ignore[attr-defined]
    except AttributeError:
        match_args = ()
        match_self = bool(cls.__flags__ & _MATCH_SELF_FLAG)
    if type(match_args) is not tuple:
        message = f"{cls.__name__}.__match_args__ must be a tuple (got {type_name(match_args)})"
        raise TypeError(message)
    allowed = 1 if match_self else len(match_args)
    if allowed < count:
        plural = "" if allowed == 1 else "s"
        message = f"{cls.__name__}() accepts {allowed} positional sub-pattern{plural} ({count} given)"
        raise TypeError(message)
    if match_self:
        return True, ()
    for name in match_args[:count]:
        if type(name) is not str:
            message = f"__match_args__ elements must be strings (got {type_name(name)})"
            raise TypeError(message)
    return False, match_args[:count]


def _match_attribute(subject: Any, cls: type, name: str, seen: set[str]) -> Any:
    if name in seen:
        message = f"{cls.__name__}() got multiple sub-patterns for attribute {name!r}"
        raise TypeError(message)
    seen.add(name)
    return getattr(subject, name, NULL)
