"""Formatted strings and template strings."""

from calcharo_vm.machine.formatting import CONVERSIONS, build_interpolation, build_template
from opcode_specs.dsl import CALLS, EXPRESSION, instruction


@instruction("value, expression, specification[oparg & 1] -- interpolation", EXPRESSION)
def BUILD_INTERPOLATION(oparg):
    """Builds the interpolation of a template string: its value, source text, conversion and format."""
    interpolation = build_interpolation(value, expression, oparg >> 2, specification[0] if specification else "")


@instruction("pieces[oparg] -- text", EXPRESSION)
def BUILD_STRING(oparg):
    """Joins strings."""
    text = "".join(pieces)


@instruction("strings, interpolations -- template", EXPRESSION)
def BUILD_TEMPLATE():
    """Builds a template string."""
    template = build_template(strings, interpolations)


@instruction("value -- result", CALLS | EXPRESSION, operand="CONVERSIONS[oparg]")
def CONVERT_VALUE(convert):
    """Applies `!s`, `!r` or `!a`."""
    result = convert(value)


@instruction("value -- text", CALLS | EXPRESSION)
def FORMAT_SIMPLE():
    """Formats a value without a format specification."""
    text = value if type(value) is str else format(value)


@instruction("value, specification[oparg >> 2 & 1] -- text", CALLS | EXPRESSION)
def FORMAT_VALUE(oparg):
    """Converts a value as the low bits say and formats it."""
    if oparg & 3:
        value = CONVERSIONS[oparg & 3](value)
    text = value if type(value) is str and not specification else format(value, *specification)


@instruction("value, specification -- text", CALLS | EXPRESSION)
def FORMAT_WITH_SPEC():
    """Formats a value by a format specification."""
    text = format(value, specification)
