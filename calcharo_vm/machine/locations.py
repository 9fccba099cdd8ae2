"""Line tables of code that stands for one place of the guest's source.

The format is that of CPython's `InternalDocs/code_objects.md`: entries of up to eight code units, here
always in the long form (code 14) or without location (code 15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from types import CodeType

    _Position = tuple[int | None, int | None, int | None, int | None]

_LONG_FORM, _NO_LOCATION = 14, 15


def placed_at(position: _Position, guest: CodeType, host: CodeType) -> CodeType:
    """A host code object that tracebacks, and whoever looks at its callers, take for a place in the guest's."""
    return host.replace(
        co_name=guest.co_name,
        co_qualname=guest.co_qualname,
        co_filename=guest.co_filename,
        co_firstlineno=position[0] or guest.co_firstlineno,
        co_linetable=one_place_linetable(len(host.co_code) // 2, position),
    )


def one_place_linetable(units: int, position: _Position) -> bytes:
    """A `co_linetable` that gives each of `units` code units one position, in a code object whose first line it is."""
    line, end_line, column, end_column = position
    table = bytearray()
    while units > 0:
        count = min(units, 8)
        units -= count
        if line is None:
            table.append(0x80 | _NO_LOCATION << 3 | count - 1)
            continue
        table.append(0x80 | _LONG_FORM << 3 | count - 1)
        table += _varint(0)  # signed: no change of line
        table += _varint((end_line or line) - line)
        table += _varint(0 if column is None else column + 1)
        table += _varint(0 if end_column is None else end_column + 1)
    return bytes(table)


def _varint(value: int) -> bytes:
    units = bytearray()
    while value >= 64:
        units.append(0x40 | value & 63)
        value >>= 6
    units.append(value)
    return bytes(units)
