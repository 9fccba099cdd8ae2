"""`str.format` through the guarded way to attributes.

A template that names no attributes and items is CPython's own work; one that does is filled in here.
"""

from __future__ import annotations

from _string import formatter_field_name_split, formatter_parser  # type: ignore[import-not-found] # as string does
from itertools import count
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calcharo_vm.policy.access import Access

__all__ = ["Formatting"]

_CONVERSIONS: Final[dict[str | None, Callable[[object], object]]] = {
    None: lambda value: value,
    "a": ascii,
    "r": repr,
    "s": str,
}
_DEPTH: Final = 2
_format, _format_map = str.format, str.format_map


class Formatting:
    """Fills in templates of one run."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def format(self, template: Any, /, *arguments: Any, **named: Any) -> str:
        """Do what `str.format` does."""
        if not isinstance(template, str) or not _walks(template):
            return _format(template, *arguments, **named)
        return self._filled(str.__str__(template), arguments, named, count(), _DEPTH)

    def format_map(self, template: Any, mapping: Any, /) -> str:
        """Do what `str.format_map` does."""
        if not isinstance(template, str) or not _walks(template):
            return _format_map(template, mapping)
        return self._filled(str.__str__(template), (), mapping, count(), _DEPTH)

    def _filled(self, template: str, arguments: tuple[Any, ...], named: Any, numbers: Iterator[int], depth: int) -> str:
        if depth < 0:
            message = "Max string recursion exceeded"
            raise ValueError(message)
        parts: list[str] = []
        for text, field, specification, conversion in formatter_parser(template):
            parts.append(text)
            if field is not None:
                value = self._value(field, arguments, named, numbers)
                if conversion not in _CONVERSIONS:
                    raise ValueError(f"Unknown conversion specifier {conversion!r}")
                value = _CONVERSIONS[conversion](value)
                parts.append(format(value, self._filled(specification, arguments, named, numbers, depth - 1)))
        return "".join(parts)

    def _value(self, field: str, arguments: tuple[Any, ...], named: Any, numbers: Iterator[int]) -> Any:
        first, steps = formatter_field_name_split(field)
        if first == "":
            first = next(numbers)
        if isinstance(first, int):
            if first >= len(arguments):
                message = f"Replacement index {first} out of range for positional args tuple"
                raise IndexError(message)
            value = arguments[first]
        else:
            value = named[first]
        for is_attribute, name in steps:
            value = self._access.get(value, name) if is_attribute else self._access.admitted(value[name])
        return value


def _walks(template: str) -> bool:
    """Tell whether a template may ask for attributes or items."""
    try:
        for _text, field, specification, _conversion in formatter_parser(str.__str__(template)):
            if field is not None and ("." in field or "[" in field or _walks(specification)):
                return True
    except ValueError:  # it is none: CPython has words for that
        return False
    return False
