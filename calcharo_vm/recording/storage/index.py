"""The index of a recording's file: columns of numbers, in pages that are read one by one."""

import struct
import zlib
from array import array
from collections.abc import Sequence
from typing import Final, overload

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.storage.records import Header, Kind, RecordFile

_NUMBERS: Final = 511
_PAGE: Final = struct.Struct(f"<{_NUMBERS}QQ")
_PAGES_KEPT: Final = 16


@attrs.define
class Index:
    """Where the records of a file are, by what they hold.

    Attributes:
        chunk_steps: The first step of each chunk.
        chunks: Where its record is.
        keyframe_steps: After how many steps each keyframe is.
        keyframes: Where its record is.
        outputs: Where the records of output are.
        surroundings: Where those of source texts and of what came from outside are.
    """

    chunk_steps: Sequence[int]
    chunks: Sequence[int]
    keyframe_steps: Sequence[int]
    keyframes: Sequence[int]
    outputs: Sequence[int]
    surroundings: Sequence[int]

    @classmethod
    def empty(cls) -> "Index":
        """An index that can grow."""
        return cls(*(array("Q") for _ in attrs.fields(cls)))

    def add(self, header: Header) -> None:
        """Takes note of a record, if it is of a kind that has a place in the index."""
        match header.kind:
            case Kind.CHUNK:
                _add(self.chunk_steps, header.first)
                _add(self.chunks, header.at)
            case Kind.KEYFRAME:
                _add(self.keyframe_steps, header.first)
                _add(self.keyframes, header.at)
            case Kind.OUTPUT:
                _add(self.outputs, header.at)
            case Kind.SURROUNDINGS:
                _add(self.surroundings, header.at)

    def columns(self) -> list[Sequence[int]]:
        """All columns."""
        return [getattr(self, field.name) for field in attrs.fields(type(self))]


def pages(numbers: Sequence[int]) -> bytes:
    """The pages of a column."""
    made = []
    for start in range(0, len(numbers), _NUMBERS):
        some = numbers[start : start + _NUMBERS]
        page = _PAGE.pack(*some, *[0] * (_NUMBERS - len(some)), 0)[:-8]
        made.append(page + zlib.crc32(page).to_bytes(8, "little"))
    return b"".join(made)


class StoredColumn(Sequence[int]):
    """A column of the index, of which a few pages are in memory at any time."""

    def __init__(self, file: RecordFile, at: int, length: int) -> None:
        self._file = file
        self._at = at
        self._length = length
        self._pages: dict[int, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, number: int) -> int: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[int]: ...  # type: ignore[explicit-any]

    def __getitem__(self, number: int | slice) -> int | Sequence[int]:  # type: ignore[explicit-any]
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(self._length))]
        if number < 0:
            number += self._length
        if not 0 <= number < self._length:
            raise IndexError(number)
        page, place = divmod(number, _NUMBERS)
        return (self._pages.get(page) or self._page(page))[place]

    def _page(self, number: int) -> tuple[int, ...]:
        at = self._at + number * _PAGE.size
        data = self._file.read(at, _PAGE.size)
        if len(data) < _PAGE.size:
            raise self._file.error(at, "the file ends within its index")
        *numbers, checksum = _PAGE.unpack(data)
        if zlib.crc32(data[:-8]) != checksum:
            raise self._file.error(at, "the checksum of a page of the index is not that of its bytes")
        self._pages[number] = page = tuple(numbers)
        if len(self._pages) > _PAGES_KEPT:
            del self._pages[next(iter(self._pages))]
        return page


def _add(column: Sequence[int], number: int) -> None:
    assert isinstance(column, array)
    column.append(number)
