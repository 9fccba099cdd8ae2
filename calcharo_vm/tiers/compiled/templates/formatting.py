"""Formatting of scalars, and slices of strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.templates.objects import give_read
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter
    from calcharo_vm.tiers.compiled.values import Value

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_CONVERSIONS = ("{}", "str({})", "repr({})", "ascii({})")


@template("FORMAT_SIMPLE")
def format_simple(writer: PathWriter) -> None:
    """Formats a scalar without a format specification."""
    value = _scalar(writer, 1)
    writer.use(1)
    _push(writer, value.code if value.type is str else f"format({value.code})")


@template("FORMAT_WITH_SPEC")
def format_with_specification(writer: PathWriter) -> None:
    """Formats a scalar by a format specification."""
    value, specification = _scalar(writer, 2), _scalar(writer, 1)
    writer.use(2)
    _push(writer, f"format({value.code}, {specification.code})")


@template("FORMAT_VALUE")
def format_value(writer: PathWriter) -> None:
    """Converts a scalar as the low bits say and formats it."""
    has_specification = writer.oparg >> 2 & 1
    value = _scalar(writer, 1 + has_specification)
    text = _CONVERSIONS[writer.oparg & 3].format(value.code)
    if has_specification:
        text = f"format({text}, {_scalar(writer, 1).code})"
    elif value.type is not str and not writer.oparg & 3:
        text = f"format({text})"
    writer.use(1 + has_specification)
    _push(writer, text)


@template("CONVERT_VALUE")
def convert_value(writer: PathWriter) -> None:
    """Applies `!s`, `!r` or `!a` to a scalar."""
    value = _scalar(writer, 1)
    writer.use(1)
    _push(writer, _CONVERSIONS[writer.oparg].format(value.code))


@template("BUILD_STRING")
def build_string(writer: PathWriter) -> None:
    """Joins strings."""
    pieces = [_scalar(writer, place) for place in range(writer.oparg, 0, -1)]
    writer.use(writer.oparg)
    _push(writer, f"''.join(({', '.join(piece.code for piece in pieces)},))" if pieces else "''")


@template("BINARY_SLICE")
def binary_slice(writer: PathWriter) -> None:
    """Pushes a slice of a string, list or tuple."""
    kind = writer.kind(3)
    start, stop = _scalar(writer, 2), _scalar(writer, 1)
    if kind is list or kind is tuple:
        container = writer.only(writer.peek(3), kind)
        give_read(writer, f"{container.code}[{start.code}:{stop.code}]", frozenset({kind}), 3)
        return
    if kind is not str:
        raise Declined
    text = writer.only(writer.peek(3), str)
    writer.use(3)
    _push(writer, f"{text.code}[{start.code}:{stop.code}]")


def _scalar(writer: PathWriter, place: int) -> Value:
    value = writer.peek(place)
    if not value.is_scalar:
        raise Declined
    return value


def _push(writer: PathWriter, code: str) -> None:
    result = writer.scalar(code, str)
    writer.give(result)
