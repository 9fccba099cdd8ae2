"""How long texts will be whose templates or specifications ask for a width."""

from __future__ import annotations

import re
from _string import formatter_parser  # type: ignore[import-not-found] # what string.Formatter uses, in C
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["percent_width", "specified_width", "template_width"]

_PERCENT: Final = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])")
_SPECIFICATION: Final = re.compile(
    r"(?:.?[<>=^])?[-+ ]?z?#?0?(?P<width>\d+)?[,_]?(?:\.(?P<precision>\d+))?[,_]?(?P<kind>[a-zA-Z%])?", re.DOTALL
)
_FORMATTED_AS_WRITTEN: Final = frozenset({bool, bytes, complex, float, int, str})


def percent_width(template: object, arguments: object) -> int:
    """What `template % arguments` takes at least, as far as widths and precisions say it."""
    if type(template) is bytes or type(template) is bytearray:
        text = template.decode("latin-1")
    elif type(template) is str:
        text = template
    else:
        return 0
    given = iter(arguments if type(arguments) is tuple else (arguments,))
    widest = 0
    for width, precision, kind in _PERCENT.findall(text):
        sizes = [next(given, 0) if size == "*" else int(size or 0) for size in (width, precision)]
        if kind != "%":
            next(given, None)
        counted = sizes if kind in "dioxXfFeE" else sizes[:1]
        widest = max([widest, *(abs(size) for size in counted if type(size) is int)])
    return widest


def specified_width(value: object, specification: object) -> int:
    """What `format(value, specification)` takes at least."""
    if type(specification) is not str or type(value) not in _FORMATTED_AS_WRITTEN:
        return 0
    found = _SPECIFICATION.fullmatch(specification)
    if found is None:
        return 0
    precision = found["precision"] if type(value) is float and found["kind"] in {*"eEfF%"} else None
    return max(int(found["width"] or 0), int(precision or 0))


def template_width(template: object, arguments: Sequence[object]) -> int:
    """What `template.format(*arguments)` takes at least; fields that name attributes or items are not looked at."""
    if type(template) is not str:
        return 0
    numbers = count()

    def value_of(field: str) -> object:
        number = next(numbers) if field == "" else int(field) if field.isdecimal() else len(arguments)
        return arguments[number] if number < len(arguments) else None

    def filled(specification: str) -> str:
        parts = formatter_parser(specification)
        return "".join(text + ("" if field is None else str(_plain(value_of(field)))) for text, field, _, _ in parts)

    widest = 0
    try:
        for _, field, specification, _ in formatter_parser(template):
            if field is not None:
                value = value_of(field)  # which is numbered before those in its specification
                widest = max(widest, specified_width(value, filled(specification)))
    except ValueError:  # it is no template
        return 0
    return widest


def _plain(value: object) -> object:
    """A value that a specification may hold: a number, or a text; nothing of the program is called."""
    return value if type(value) in {int, str} else ""
