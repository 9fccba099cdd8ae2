"""Formatted strings and template strings."""

from typing import Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.native_instruction import native_instruction

CONVERSIONS = (None, str, repr, ascii)
"""The functions of `!s`, `!r` and `!a`, by argument."""
_CONVERSION_SHIFT, _HAS_SPECIFICATION = 2, 1


def build_interpolation(value: Any, expression: str, conversion: int, specification: str) -> Any:
    """An interpolation of a template string (PEP 750)."""
    oparg = conversion << _CONVERSION_SHIFT | _HAS_SPECIFICATION
    return native_instruction("BUILD_INTERPOLATION", oparg, 3, 1)(value, expression, specification)


def build_template(strings: tuple[str, ...], interpolations: tuple[Any, ...]) -> Any:
    """A template string of `strings` with `interpolations` between them."""
    return native_instruction("BUILD_TEMPLATE", 0, 2, 1)(strings, interpolations)
