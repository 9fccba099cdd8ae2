"""Line tables of code that stands for one place of the guest's source.

The format is that of CPython's `InternalDocs/code_objects.md`: entries of up to eight code units, here
always in the long form (code 14) or without location (code 15).
"""

from calcharo_vm.host_builtins import __builtins__

_LONG_FORM, _NO_LOCATION = 14, 15


def one_place_linetable(units: int, position: tuple[int | None, int | None, int | None, int | None]) -> bytes:
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
