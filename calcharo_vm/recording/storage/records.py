"""The records of a recording's file: a header that says what follows, then bytes, both with checksums.

All errors say where in the file something is wrong.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Final

import attrs

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__

SIGNATURE: Final = b"\x89CALCHARO\r\n\x1a\n"
VERSION: Final = 2
PREFIX: Final = struct.Struct(f"<{len(SIGNATURE)}sH")
"""What a file begins with: the signature and the version of the format."""

_MARK: Final = b"\xc5\x0a"
_HEADER: Final = struct.Struct("<2sBBIIIQII")
_HEADER_CHECKED: Final = _HEADER.size - 4
TRAILER: Final = struct.Struct("<8sQI")
"""What a complete file ends with: a mark, where the footer is, and a checksum of both."""
_TRAILER_MARK: Final = b"CALCHend"
_TRAILER_CHECKED: Final = TRAILER.size - 4

_MOST_BYTES: Final = 1 << 30
_LARGE: Final = 1 << 13
_SMALL_WINDOW, _SMALL_MEMORY = 13, 6
"""For so many bytes, a window of that size compresses as well as zlib's usual one."""
_MOST_COMPRESSED: Final = 1040
"""zlib makes no more than that many bytes of one."""


class Kind(IntEnum):
    """What a record holds."""

    HEAD = 1
    """Words: the version of Python, the source, the layers of isolation."""
    TABLE = 2
    """Words: code objects and their instructions; `first` is the number of the first instruction, `count` of codes."""
    CHUNK = 3
    """Words of steps; `first` is the first step, `count` is how many are complete."""
    KEYFRAME = 4
    """Words of a keyframe; `first` is after how many steps it is."""
    TEXT = 5
    """A piece of a run of text; `first` is where in the file the piece before it is, `count` how many came before."""
    OUTPUT = 6
    """Words: what the chunk before it wrote to standard output and standard error; `first` is its first step."""
    INDEX = 7
    """Where records are: numbers in pages with checksums of their own, not compressed."""
    FOOTER = 8
    """Words: the outcome, and where the pages of the index are."""
    SURROUNDINGS = 9
    """Words: `count` more files and their source texts in turn, then of each new input its kind, value and step."""


@attrs.frozen
class Header:
    """The header of a record, and where it is.

    Attributes:
        kind: What the record holds.
        stored: How many bytes follow.
        size: How many they are when they are not compressed.
        count: What it means depends on the kind, as does the next.
        first: See the kind.
        checksum: That of the bytes that follow.
        at: Where the header begins.
    """

    kind: Kind
    stored: int
    size: int
    count: int
    first: int
    checksum: int
    at: int

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.at + _HEADER.size + self.stored


def record(kind: Kind, data: bytes, *, count: int = 0, first: int = 0) -> bytes:
    """The bytes of a record; those of an index are not compressed."""
    stored = data if kind is Kind.INDEX else _compressed(data)
    checksum = 0 if kind is Kind.INDEX else zlib.crc32(stored)
    header = _HEADER.pack(_MARK, kind, 0, len(stored), len(data), count, first, checksum, 0)[:_HEADER_CHECKED]
    return b"".join((header, zlib.crc32(header).to_bytes(4, "little"), stored))


def _compressed(data: bytes) -> bytes:
    """Some bytes, compressed; few of them in a small window, since a large one takes longer to set up than to use."""
    if len(data) > _LARGE:
        return zlib.compress(data, 1)
    compressor = zlib.compressobj(1, zlib.DEFLATED, _SMALL_WINDOW, _SMALL_MEMORY)
    return compressor.compress(data) + compressor.flush()


def trailer(footer: int) -> bytes:
    """What comes after the footer, which begins there."""
    checked = TRAILER.pack(_TRAILER_MARK, footer, 0)[:_TRAILER_CHECKED]
    return checked + zlib.crc32(checked).to_bytes(4, "little")


def header_of(data: bytes | bytearray, start: int, at: int, name: str = "recording") -> Header | None:
    """The header that begins at a place of some bytes, None when they end before it does.

    Args:
        data: The bytes.
        start: The place.
        at: Where in the file that place is.
        name: The name of the file, for errors.

    Raises:
        RecordingFormatError: There is no header.
    """
    found = data[start : start + _HEADER.size]
    if len(found) < _HEADER.size:
        return None
    mark, kind, _spare, stored, size, count, first, checksum, own = _HEADER.unpack(found)
    if mark != _MARK or zlib.crc32(found[:_HEADER_CHECKED]) != own:
        raise _error(name, at, "the header of a record is damaged")
    try:
        return Header(Kind(kind), stored, size, count, first, checksum, at)
    except ValueError:
        raise _error(name, at, f"there is a record of kind {kind}, which this release does not know") from None


def _error(name: str, at: int, what: str, to_do: str = "record again") -> RecordingFormatError:
    return RecordingFormatError(f"{name}, byte {at}: {what}: {to_do}")


class RecordFile:
    """A file of records, open for reading; what is not read yet takes no memory.

    Attributes:
        name: Its name, for errors.
    """

    def __init__(self, path: str) -> None:
        """Opens a file and looks at what it begins with.

        Raises:
            RecordingFormatError: It cannot be opened, or is no recording of a version that this release reads.
        """
        self.name = Path(path).name
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            found = os.pread(self._file, PREFIX.size, 0)
        except (OSError, ValueError) as error:
            message = f"{path[:80]!r} cannot be read as a recording ({error}): give the path of a recording's file"
            raise RecordingFormatError(message) from error
        if len(found) < PREFIX.size or PREFIX.unpack(found)[0] != SIGNATURE:
            raise self.error(0, "there is no signature of a recording", "give a file made by Recording.save")
        if PREFIX.unpack(found)[1] != VERSION:
            version = PREFIX.unpack(found)[1]
            raise self.error(len(SIGNATURE), f"the format is of version {version}, and this release reads {VERSION}")

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    def error(self, at: int, what: str, to_do: str = "record again") -> RecordingFormatError:
        """The error that says what is wrong at a place of the file."""
        return _error(self.name, at, what, to_do)

    @property
    def size(self) -> int:
        """How many bytes the file has now."""
        return os.fstat(self._file).st_size

    def read(self, at: int, length: int) -> bytes:
        """Bytes of the file; fewer where it ends."""
        found = os.pread(self._file, length, at)
        while len(found) < length and (more := os.pread(self._file, length - len(found), at + len(found))):
            found += more  # pragma: no cover - the system gives all there is, nearly always
        return found

    def header(self, at: int) -> Header | None:
        """The header that begins at a place, None when the file ends before the record does.

        Raises:
            RecordingFormatError: There is no header.
        """
        header = header_of(self.read(at, _HEADER.size), 0, at, self.name)
        return header if header is not None and header.end <= self.size else None

    def headers(self, at: int) -> Iterator[Header]:
        """Yields the headers of the records from a place on, up to the last that is complete."""
        while (header := self.header(at)) is not None:
            yield header
            at = header.end

    def record(self, at: int, kind: Kind) -> tuple[Header, bytes]:
        """The record of a kind that begins at a place.

        Raises:
            RecordingFormatError: There is none, or it is damaged.
        """
        header = self.header(at)
        if header is None:
            raise self.error(at, f"the file ends within a {kind.name} record")
        if header.kind is not kind:
            raise self.error(at, f"there is a {header.kind.name} record where a {kind.name} record should be")
        return header, self.content(header)

    def content(self, header: Header) -> bytes:
        """The bytes of a record.

        Raises:
            RecordingFormatError: They are damaged.
        """
        at = header.end - header.stored
        if header.size > min(_MOST_BYTES, header.stored * _MOST_COMPRESSED + 64):
            raise self.error(header.at, f"a record claims to have {header.size} bytes, which is more than it can")
        stored = self.read(at, header.stored)
        if zlib.crc32(stored) != header.checksum:
            raise self.error(at, f"the checksum of a {header.kind.name} record is not that of its bytes")
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(stored, header.size + 1)
        except zlib.error as error:
            raise self.error(at, f"a {header.kind.name} record cannot be unpacked ({error})") from error
        if len(data) != header.size or not unpacker.eof:
            raise self.error(at, f"a {header.kind.name} record has not the {header.size} bytes it claims to have")
        return data

    def footer(self) -> int | None:
        """Where the footer begins, None when a file that has a head does not end with a trailer."""
        found = self.read(self.size - TRAILER.size, TRAILER.size)
        mark, at, own = TRAILER.unpack(found)
        is_trailer = mark == _TRAILER_MARK and zlib.crc32(found[:_TRAILER_CHECKED]) == own
        return int(at) if is_trailer else None
