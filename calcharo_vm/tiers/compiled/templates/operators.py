"""Operators between scalars: none of them runs code of the program, and what raises is left to the handler."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.templates.subscripts import subscript
from calcharo_vm.tiers.compiled.values import NUMBERS, Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_SYMBOLS = ("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^")
_IN_PLACE = len(_SYMBOLS)
_SUBSCRIPT = 2 * len(_SYMBOLS)
_COMPARISONS = ("<", "<=", "==", "!=", ">", ">=")
_COMPARISON_SHIFT = 5 if sys.version_info >= (3, 13) else 4 if sys.version_info >= (3, 12) else 0
_BITWISE = frozenset("&|^")


@template("BINARY_OP")
def binary_op(writer: PathWriter) -> None:
    """Applies a binary operator, in place or not: the same between scalars."""
    if writer.oparg == _SUBSCRIPT:
        subscript(writer)
        return
    symbol = _SYMBOLS[writer.oparg % _IN_PLACE]
    left, right = operands(writer)
    kind = _type_of_result(symbol, left.type, right.type)
    result = writer.scalar(f"{left.code} {symbol} {right.code}", kind)
    writer.use(2)
    writer.give(result)


@template("COMPARE_OP")
def compare_op(writer: PathWriter) -> None:
    """Compares two scalars."""
    symbol = _COMPARISONS[writer.oparg >> _COMPARISON_SHIFT]
    is_equality = symbol in {"==", "!="}
    left, right = (writer.peek(2), writer.peek(1)) if is_equality else operands(writer)
    if not (left.is_scalar and right.is_scalar):
        raise Declined
    if not is_equality and not (left.type is right.type or {left.type, right.type} <= NUMBERS):
        raise Declined
    writer.use(2)
    result = writer.scalar(f"{left.code} {symbol} {right.code}", bool)
    writer.give(result)


@template("IS_OP")
def is_op(writer: PathWriter) -> None:
    """Tests whether two values are the same object."""
    left, right = writer.peek_any(2), writer.peek_any(1)
    writer.use(2)
    result = writer.scalar(f"{left.code} is {'not ' if writer.oparg else ''}{right.code}", bool)
    writer.give(result)


@template("UNARY_NOT", "TO_BOOL")
def truth(writer: PathWriter) -> None:
    """Replaces a value by its truth, or by the opposite."""
    value, negated = writer.peek_any(1), writer.opname == "UNARY_NOT"
    if not value.is_scalar:
        found = truth_of_object(writer, value)
        writer.use(1)
        writer.give(writer.scalar(f"not {found.code}", bool) if negated else found)
        return
    writer.use(1)
    result = value
    if value.type is not bool or negated:
        result = writer.scalar(f"not {value.code}" if negated else f"not not {value.code}", bool)
    writer.give(result)


@template("UNARY_NEGATIVE", "UNARY_INVERT")
def unary(writer: PathWriter) -> None:
    """Negates a number, or inverts its bits."""
    inverts = writer.opname == "UNARY_INVERT"
    kind = _operand_type(writer, 1)
    if kind is not int and (inverts or kind is not float):
        raise Declined
    value = writer.only(writer.peek(1), kind)
    writer.use(1)
    result = writer.scalar(f"{'~' if inverts else '-'}{value.code}", kind)
    writer.give(result)


def truth_of_object(writer: PathWriter, value: Value) -> Value:
    """The truth of what may be an object, if no code has to tell."""
    name = writer.name("v")
    writer.emit(f"{name} = is_true({value.code})")
    writer.leave_if(f"{name} is None")
    return Value(name, bool)


def operands(writer: PathWriter) -> tuple[Value, Value]:
    """The two operands, of the types that were seen; they stay on the stack."""
    if not (writer.peek(2).is_scalar and writer.peek(1).is_scalar):
        raise Declined
    left_type, right_type = _operand_type(writer, 2), _operand_type(writer, 1)
    writer.only(writer.peek(2), left_type)
    writer.only(writer.peek(1), right_type)
    return writer.peek(2), writer.peek(1)


def _operand_type(writer: PathWriter, place: int) -> type:
    kind = writer.kind(place)
    if kind is None:
        raise Declined
    return kind


def _type_of_result(symbol: str, left: type | None, right: type | None) -> type | None:
    """The type of what an operator gives; None where it is some scalar."""
    kinds = {left, right}
    if symbol == "@":
        raise Declined
    if kinds == {str}:
        if symbol != "+":
            raise Declined
        return str
    if kinds == {str, int} and symbol == "*":
        return str
    if not kinds <= NUMBERS:
        raise Declined
    if symbol == "**":
        return None
    if kinds == {bool} and symbol in _BITWISE:
        return bool
    return float if symbol == "/" or float in kinds else int
