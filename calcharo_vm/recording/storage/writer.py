"""Writes a recording's file, record by record, so that what is written is complete at any time."""

import contextlib
import fcntl
import os
import struct
from collections.abc import Mapping, Sequence
from typing import Final

from calcharo_vm.errors import RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.journal import CodeInfo, InstructionInfo, Journal
from calcharo_vm.recording.storage import records
from calcharo_vm.recording.storage.index import Index, pages
from calcharo_vm.recording.storage.packing import pack
from calcharo_vm.recording.storage.records import Header, Kind
from calcharo_vm.recording.storage.tables import table_words
from calcharo_vm.recording.storage.texts import Run, Texts
from calcharo_vm.recording.values import NULL, Outcome

PIECE: Final = struct.Struct("<QB")
"""What a piece of a run begins with: how long the run is before it, and whether it is bytes."""

_MOST_OF_A_PIECE: Final = 1 << 26
_PIECES: Final = 32
_LENGTH_A_PIECE: Final = 1 << 15
_FIRST_FILE: Final = 512


class RecordingWriter:
    """A file that a recording is written to.

    A process that the program forks writes nothing: the recording is its parent's.
    """

    def __init__(self, path: str, null: object, *, python: str, source: str, isolation: Sequence[str]) -> None:
        """Makes the file, in the place of what may be there.

        Raises:
            RecordingError: It cannot be made.
        """
        self.path = path
        self.error: OSError | None = None
        self._null = null
        self._process = -1
        self._index = Index.empty()
        self._tables: list[int] = []
        self._codes = 0
        self._instructions = 0
        self._sources = 0
        self._inputs = 0
        self._buffer: list[bytes] = []
        self._at = 0
        self._texts = _TextsInFile(self)
        try:
            self._file = self._opened(path)
        except (OSError, ValueError) as error:
            raise RecordingError(f"the recording cannot be saved: {error}") from error
        self._process = os.getpid()
        self._put_bytes(records.PREFIX.pack(records.SIGNATURE, records.VERSION))
        self._put(Kind.HEAD, pack([python, source, *isolation], null))
        self._flush()

    def add_tables(self, codes: Sequence[CodeInfo], instructions: Sequence[InstructionInfo]) -> None:
        """Writes what of the tables is not written yet."""
        if len(codes) > self._codes:
            new = table_words(codes[self._codes :], instructions[self._instructions :])
            self._tables += (len(codes) - self._codes, self._instructions, self._at)
            self._put(Kind.TABLE, pack(new, self._null), count=len(codes) - self._codes, first=self._instructions)
            self._codes, self._instructions = len(codes), len(instructions)

    def add_surroundings(self, sources: Mapping[str, str], inputs: Sequence[Input]) -> None:
        """Writes what is not written yet of the source texts, and of what the program was told from outside."""
        new_sources, new_inputs = list(sources.items())[self._sources :], inputs[self._inputs :]
        if new_sources or new_inputs:
            words: list[object] = [part for source in new_sources for part in source]
            words += [part for each in new_inputs for part in (each.kind, each.value, each.step)]
            self._put(Kind.SURROUNDINGS, pack(words, self._null, self._texts), count=len(new_sources))
            self._sources, self._inputs = len(sources), self._inputs + len(new_inputs)

    def add_chunk(self, first: int, steps: int, words: Sequence[object], written: Sequence[str]) -> None:
        """Writes a chunk, and what it wrote to standard output and standard error."""
        data = pack(words, self._null, self._texts)  # which may write large texts first
        self._put(Kind.CHUNK, data, count=steps, first=first)
        if any(written):
            self._put(Kind.OUTPUT, pack(written, self._null), first=first)
        self._flush()

    def add_keyframe(self, steps: int, words: Sequence[object]) -> None:
        """Writes a keyframe."""
        self._put(Kind.KEYFRAME, pack(words, self._null, self._texts), first=steps)

    def finish(self, outcome: Outcome, journal: Journal) -> None:
        """Writes the end of a journal, and closes the file.

        Raises:
            RecordingError: Something could not be written.
        """
        self.add_surroundings(journal.sources, journal.inputs)
        self._put_bytes(end_of_file(self._at, outcome, len(journal), self._index, self._tables))
        self.close()
        if self.error is not None:
            raise RecordingError(f"the recording cannot be saved: {self.error}") from self.error

    def close(self) -> None:
        """Writes what is not written yet, and closes the file."""
        self._flush()
        if self._is_ours():
            with contextlib.suppress(OSError):
                os.close(self._file)
        self._process = -1

    def __del__(self) -> None:
        self.close()

    def _is_ours(self) -> bool:
        return self._process == os.getpid()

    @property
    def size(self) -> int:
        """How many bytes have been written, or are about to be."""
        return self._at

    def _put(self, kind: Kind, data: bytes, *, count: int = 0, first: int = 0) -> int:
        """Writes a record, and returns where it is."""
        at = self._at
        self._index.add(Header(kind, 0, 0, count, first, 0, at))
        self._put_bytes(records.record(kind, data, count=count, first=first))
        return at

    def _put_bytes(self, data: bytes) -> None:
        self._buffer.append(data)
        self._at += len(data)

    def put_piece(self, previous: int, pieces: int, data: bytes) -> int:
        """Writes a piece of a run of text, and returns where it is."""
        return self._put(Kind.TEXT, data, count=pieces, first=previous)

    def _flush(self) -> None:
        """Gives all that is complete to the system, which keeps it whatever becomes of this process."""
        data = b"".join(self._buffer)
        self._buffer.clear()
        try:
            if data and self.error is None and self._is_ours():
                self._give(data)
        except OSError as error:
            self.error = error

    def _opened(self, path: str) -> int:
        """Makes the file."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - paths are strings here; whoever reads the old file goes on reading it
        return _high(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))

    def _give(self, data: bytes) -> None:
        """Gives bytes to the system."""
        while data:
            data = data[os.write(self._file, data) :]


def end_of_file(at: int, outcome: Outcome, steps: int, index: Index, tables: Sequence[int]) -> bytes:
    """The end of a file that has so many bytes without it: its index, how the run ended, and where that stands.

    Args:
        at: How many bytes come before.
        outcome: How the run ended.
        steps: How many steps there are.
        index: Where the records are.
        tables: Of each TABLE record, the number of its code objects, its first instruction, and where it is.
    """
    made: list[bytes] = []
    directory: list[int] = []
    for column in index.columns():
        numbers = pages(column)
        made.append(records.record(Kind.INDEX, numbers))
        at += len(made[-1])
        directory += (len(column), at - len(numbers))
    exception = outcome.exception
    words: list[object] = [str(outcome.status), outcome.limit, outcome.exit_code]
    words += (None,) * 3 if exception is None else (exception.type_name, exception.message, exception.traceback)
    footer = records.record(Kind.FOOTER, pack([*words, steps, *directory, *tables], NULL))
    return b"".join((*made, footer, records.trailer(at)))


def _high(file: int) -> int:
    """The file under a number that programs do not get to see, since they get the lowest."""
    try:
        high = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, _FIRST_FILE)
    except OSError:  # so many are not allowed
        return file
    os.close(file)
    return high


class _TextsInFile(Texts):
    """Keeps runs in pieces, each of which says where the one before it is."""

    def __init__(self, writer: RecordingWriter) -> None:
        super().__init__()
        self._writer = writer

    def keep(self, run: Run) -> None:
        """Writes what has been added to a run."""
        while run.kept < len(run.text):
            part = run.text[run.kept : run.kept + _MOST_OF_A_PIECE]
            data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
            start = PIECE.pack(run.kept, isinstance(part, bytes))
            run.place = self._writer.put_piece(max(run.place, 0), run.pieces, start + data)
            run.kept += len(part)
            run.pieces += 1

    def may_grow(self, run: Run) -> bool:
        """Returns whether a run has few enough pieces for its length, since each is read from elsewhere."""
        return run.pieces < _PIECES + len(run.text) // _LENGTH_A_PIECE
