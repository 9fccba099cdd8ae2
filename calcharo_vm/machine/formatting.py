"""Formatted strings and template strings."""

from typing import Any

from calcharo_vm.host_builtins import __builtins__

CONVERSIONS = (None, str, repr, ascii)
"""The functions of `!s`, `!r` and `!a`, by argument."""
_CONVERSION_NAMES = (None, "s", "r", "a")


def build_interpolation(value: Any, expression: str, conversion: int, specification: str) -> Any:
    """An interpolation of a template string (PEP 750)."""
    from string.templatelib import Interpolation  # type: ignore[import-not-found] # noqa: PLC0415 - since 3.14

    return Interpolation(value, expression, _CONVERSION_NAMES[conversion], specification)


def build_template(strings: tuple[str, ...], interpolations: tuple[Any, ...]) -> Any:
    """A template string of `strings` with `interpolations` between them."""
    from string.templatelib import Template  # noqa: PLC0415 - since 3.14

    pieces: list[Any] = []
    for text, interpolation in zip(strings, interpolations, strict=False):
        pieces += (text, interpolation)
    return Template(*pieces, strings[-1])
