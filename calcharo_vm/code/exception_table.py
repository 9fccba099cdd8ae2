"""The exception table of a code object: which instructions an exception handler covers.

The format is that of CPython's `InternalDocs/exception_handling.md`: big-endian varints of six bits
a byte, bit 6 for "more follows", bit 7 for "an entry starts here".
"""

from collections.abc import Iterator
from typing import NamedTuple

from calcharo_vm.errors import InvalidBytecode
from calcharo_vm.host_builtins import __builtins__


class HandlerEntry(NamedTuple):
    """One range of instructions and what happens when one of them raises.

    All positions are in bytes in what `parse_exception_table` yields, and instruction indexes in a `DecodedCode`.
    """

    start: int
    end: int
    """One past the last covered."""
    target: int
    depth: int
    """The value stack is cut to this length."""
    lasti: bool
    """The raising instruction's offset is pushed below the exception, for RERAISE."""


def parse_exception_table(table: bytes) -> Iterator[HandlerEntry]:
    """Yields the entries of `code.co_exceptiontable`, positions in bytes.

    Raises:
        InvalidBytecode: The table ends within an entry.
    """
    units = iter(table)
    try:
        for unit in units:
            start = _varint(unit, units) * 2
            length = _varint(next(units), units) * 2
            target = _varint(next(units), units) * 2
            depth_and_lasti = _varint(next(units), units)
            yield HandlerEntry(start, start + length, target, depth_and_lasti >> 1, bool(depth_and_lasti & 1))
    except StopIteration:
        message = "the exception table of a code object ends within an entry: compile the source again"
        raise InvalidBytecode(message) from None


def _varint(unit: int, units: Iterator[int]) -> int:
    value = unit & 63
    while unit & 64:
        unit = next(units)
        value = value << 6 | unit & 63
    return value


def encode_entry(entry: HandlerEntry) -> bytes:
    """The bytes of one entry, positions in bytes, as `code.co_exceptiontable` holds them."""
    numbers = (entry.start >> 1, (entry.end - entry.start) >> 1, entry.target >> 1, entry.depth << 1 | entry.lasti)
    units = bytearray(unit for number in numbers for unit in _units(number))
    units[0] |= 128
    return bytes(units)


def _units(number: int) -> list[int]:
    units = [number & 63]
    while number := number >> 6:
        units.insert(0, number & 63 | 64)
    return units
