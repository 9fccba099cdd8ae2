"""A worker's recording on its way in: records are checked as they come, and put into a file that only we have.

A worker is not trusted. A record counts when all of it has come and its checksums agree; it may have so many bytes,
packed and unpacked, and no more; all of them together, too. What they say is looked at by the code that reads any
recording's file, part by part, when somebody asks.
"""

from __future__ import annotations

import os
import platform
import tempfile
import zlib
from contextlib import suppress
from typing import Final

from attrs import field, mutable

from calcharo_vm.errors import RecordingError, RecordingFormatError
from calcharo_vm.recording.recording import Recording
from calcharo_vm.recording.storage import records
from calcharo_vm.recording.storage.index import Index
from calcharo_vm.recording.storage.packing import pack
from calcharo_vm.recording.storage.reader import StoredJournal
from calcharo_vm.recording.storage.records import Header, Kind
from calcharo_vm.recording.storage.writer import end_of_file
from calcharo_vm.recording.values import NULL, Outcome

__all__ = ["Spool", "TooLarge", "Unkept"]

_MOST_BYTES: Final = 1 << 31
"""Of a whole recording."""
_BESIDES: Final = 1 << 20
"""Beyond a limit that the worker looks at itself: it knows of it when a chunk is full."""
_MOST_OF_A_RECORD: Final = 1 << 26
_MOST_OF_A_TEXT: Final = (1 << 28) + 64
"""A piece of text has as many characters as `storage.writer` puts into one, of up to four bytes."""
_FROM_WORKERS: Final = frozenset(
    {Kind.HEAD, Kind.TABLE, Kind.CHUNK, Kind.KEYFRAME, Kind.TEXT, Kind.OUTPUT, Kind.SURROUNDINGS}
)


class TooLarge(RecordingError):
    """Says that a recording has more bytes than it may."""


def _file_in_memory() -> int:
    """Make a file that has no name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("recording.calcharo")
    file, path = tempfile.mkstemp(suffix=".calcharo")
    os.unlink(path)  # noqa: PTH108 - paths are strings here
    return file


@mutable(eq=False)
class Spool:
    """The file of one worker's recording.

    Attributes:
        path: Where the file is to be; None to keep it in memory.
        most_bytes: How many bytes may come, if not as many as there ever may.
        steps: How many steps have come.
    """

    path: str | None
    most_bytes: int | None = None
    steps: int = 0
    _file: int = -1
    _at: int = 0
    _pending: bytearray = field(factory=bytearray)
    _tail: bytes = b""
    _index: Index = field(factory=Index.empty)
    _tables: list[int] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Make the file.

        Raises:
            RecordingError: It cannot be made.
        """
        try:
            if self.path is None:
                self._file = _file_in_memory()
                return
            with suppress(FileNotFoundError):
                os.unlink(self.path)  # noqa: PTH108 - as above
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except (OSError, ValueError) as error:
            raise RecordingError(f"the recording cannot be saved: {error}") from error

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    def add(self, data: bytes) -> None:
        """Take the next bytes of the recording's file.

        Raises:
            RecordingFormatError: They are no records that a worker may send.
            TooLarge: They are more than may come.
            RecordingError: They cannot be written.
        """
        self._pending += data
        used = 0
        if not self._at and len(self._pending) >= records.PREFIX.size:
            self._check(bytes(self._pending[: records.PREFIX.size]) == _PREFIX, "does not begin as a recording does")
            used = records.PREFIX.size
        while used or self._at:
            header = records.header_of(self._pending, used, self._at + used)
            if header is None:
                break
            self._check_header(header)
            end = used + header.end - header.at
            if len(self._pending) < end:
                break
            self._take(header, bytes(self._pending[end - header.stored : end]))
            used = end
        if used:
            self._write(bytes(self._pending[:used]))
            del self._pending[:used]

    def set_tail(self, data: bytes) -> None:
        """Take the steps since the last chunk, which count if no other chunk comes."""
        self._tail = data

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come: no program has been started."""
        return not self._at

    def finish(self, outcome: Outcome, source: str, isolation: tuple[str, ...]) -> Recording:
        """Complete the file, and give the recording of a program that ended so.

        Args:
            outcome: How it ended.
            source: The text of the program, if nothing has come that says so.
            isolation: What its isolation was, if nothing has come that says so.

        Raises:
            RecordingError: It cannot be written.
        """
        self._pending.clear()
        if self.is_empty:
            head = pack([platform.python_version(), source, *isolation], NULL)
            self.add(_PREFIX + records.record(Kind.HEAD, head))
        elif self._tail:
            self._add_tail(self._tail)
        self._write(end_of_file(self._at, outcome, self.steps, self._index, self._tables))
        journal = StoredJournal(f"/proc/self/fd/{self._file}" if self.path is None else self.path)
        return Recording(journal, outcome, journal.source, journal.isolation)

    def _add_tail(self, tail: bytes) -> None:
        with suppress(RecordingFormatError):
            header = records.header_of(tail, 0, self._at)
            if header is not None and header.kind is Kind.CHUNK and header.first == self.steps:
                self.add(tail)
        self._pending.clear()

    def _check_header(self, header: Header) -> None:
        self._check(header.kind in _FROM_WORKERS, f"has a {header.kind.name} record, which workers do not send")
        self._check((header.kind is Kind.HEAD) == (header.at == records.PREFIX.size), "has a head where none can be")
        most = _MOST_OF_A_TEXT if header.kind is Kind.TEXT else _MOST_OF_A_RECORD
        self._check(max(header.stored, header.size) <= most, f"has a record of {header.size} bytes")
        if header.kind in {Kind.CHUNK, Kind.KEYFRAME}:
            self._check(
                header.first == self.steps, f"has a {header.kind.name} of step {header.first} too early or late"
            )

    def _take(self, header: Header, stored: bytes) -> None:
        self._check(zlib.crc32(stored) == header.checksum, f"has a damaged {header.kind.name} record")
        self._index.add(header)
        if header.kind is Kind.TABLE:
            self._tables += (header.count, header.first, header.at)
        elif header.kind is Kind.CHUNK:
            self.steps += header.count
            self._tail = b""

    def _check(self, is_right: bool, what: str) -> None:
        if not is_right:
            raise RecordingFormatError(f"the recording that a worker sends {what}: record again")

    def _write(self, data: bytes) -> None:
        most = _MOST_BYTES if self.most_bytes is None else min(self.most_bytes + _BESIDES, _MOST_BYTES)
        if self._at + len(data) > most:
            raise TooLarge(f"the recording has more than {most} bytes; record fewer steps")
        self._at += len(data)
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise RecordingError(f"the recording cannot be saved: {error}") from error


class Unkept:
    """Takes the records of a run whose recording nobody wants."""

    is_empty = False

    def add(self, data: bytes) -> None:
        """Take the next bytes of the recording's file."""

    def set_tail(self, data: bytes) -> None:
        """Take the steps since the last chunk."""


_PREFIX: Final = records.PREFIX.pack(records.SIGNATURE, records.VERSION)
