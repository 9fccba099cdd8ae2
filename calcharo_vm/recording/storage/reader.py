"""Reads a recording's file: a journal whose parts are read when they are asked for."""

from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.journal import Columns, Journal
from calcharo_vm.recording.storage.index import Index, StoredColumn
from calcharo_vm.recording.storage.parts import SENSELESS, StoredChunks, StoredKeyframes, StoredParts
from calcharo_vm.recording.storage.records import PREFIX, Header, Kind, RecordFile
from calcharo_vm.recording.storage.tables import StoredCodes, StoredInstructions, StoredTables
from calcharo_vm.recording.values import NULL, ExceptionSnapshot, Outcome, OutcomeStatus

_COLUMNS: Final = len(attrs.fields(Index))


class StoredJournal(Journal):
    """The journal of a file, which may still be growing.

    Attributes:
        outcome: How the run ended; crashed, when its end is not in the file.
        source: The text of the program.
        isolation: The layers of isolation that were in force.
        is_complete: Whether its end is in the file.
    """

    def __init__(self, path: str) -> None:
        """Reads the beginning and the end; only where there is no end, headers are read from first to last.

        Raises:
            RecordingFormatError: The file is not a recording, or not one this release can read.
        """
        super().__init__(NULL)
        self.outcome: Outcome = Outcome(OutcomeStatus.CRASHED)
        self.is_complete = False
        self._surroundings_read = 0
        self._file = RecordFile(path)
        self._tables = StoredTables(self._file)
        self._parts = StoredParts(self._file, Index.empty())
        self._outputs_read = 0
        self.codes = StoredCodes(self._tables)  # type: ignore[assignment]
        self.instructions = StoredInstructions(self._tables)  # type: ignore[assignment]
        self.keyframes = StoredKeyframes(self._parts)
        self.chunks = StoredChunks(self._parts)  # type: ignore[assignment]
        self._use(self._parts.index)
        self._at = self._read_head()
        self.refresh()

    def refresh(self) -> bool:
        """Reads on where the file has grown, and returns whether there is more than before."""
        before = self.length, self.is_complete
        if not self.is_complete:
            footer = self._file.footer()
            if footer is not None:
                self._read_footer(*self._file.record(footer, Kind.FOOTER))
            else:
                self._read_on()
        return before != (self.length, self.is_complete)

    # --- the beginning, the end, and what is between ---------------------------------------------

    def _read_head(self) -> int:
        header, data = self._file.record(PREFIX.size, Kind.HEAD)
        words = self._parts.words(header, data)
        if len(words) < 2 or not all(isinstance(word, str) for word in words):
            raise self._file.error(header.at, "a HEAD record makes no sense")
        self.python, self.source, *isolation = map(str, words)
        self.isolation = tuple(isolation)
        return header.end

    def _read_footer(self, header: Header, data: bytes) -> None:
        try:
            status, limit, exit_code, *told, length = self._parts.words(header, data)[:7]
            exception = None if told[0] is None else ExceptionSnapshot(*map(str, told))
            outcome = Outcome(status, exception, limit, exit_code)  # type: ignore[arg-type]
            numbers = self._parts.words(header, data)[7:]
            assert all(type(number) is int and number >= 0 for number in (length, *numbers))
            counts, places = numbers[: 2 * _COLUMNS : 2], numbers[1 : 2 * _COLUMNS : 2]
            pairs = zip(places, counts, strict=True)
            self._use(Index(*(StoredColumn(self._file, at, count) for at, count in pairs)))  # type: ignore[arg-type]
            tables = numbers[2 * _COLUMNS :]
            self._tables.set(list(zip(tables[::3], tables[1::3], tables[2::3], strict=True)))  # type: ignore[arg-type]
        except SENSELESS as error:
            raise self._file.error(header.at, f"a FOOTER record makes no sense ({error})") from error
        self.outcome, self.length, self.is_complete = outcome, length, True  # type: ignore[assignment]

    def _read_surroundings(self) -> None:
        for at in self._parts.index.surroundings[self._surroundings_read :]:
            header, data = self._file.record(at, Kind.SURROUNDINGS)
            words = self._parts.words(header, data)
            texts, rows = words[: 2 * header.count], words[2 * header.count :]
            try:
                self._sources.update(zip(map(str, texts[::2]), map(str, texts[1::2]), strict=True))
                inputs = [Input(*row) for row in zip(rows[::3], rows[1::3], rows[2::3], strict=True)]  # type: ignore[arg-type]
            except ValueError as error:
                raise self._file.error(at, f"a SURROUNDINGS record makes no sense ({error})") from error
            self._inputs = *self._inputs, *inputs
            self._surroundings_read += 1

    def _use(self, index: Index) -> None:
        self._parts.index = index
        self.starts = index.chunk_steps
        self.keyframes.steps = index.keyframe_steps

    def _read_on(self) -> None:
        for header in self._file.headers(self._at):
            if header.kind in (Kind.CHUNK, Kind.KEYFRAME) and header.first != self.length:
                what = f"a {header.kind.name} record is of step {header.first}, and step {self.length} should come"
                raise self._file.error(header.at, what)
            if header.kind is Kind.FOOTER:
                self._read_footer(header, self._file.content(header))
                return
            if header.kind is Kind.TABLE:
                self._tables.add(header.count, header.first, header.at)
            else:
                self._parts.index.add(header)
                self.length += header.count if header.kind is Kind.CHUNK else 0
            self._at = header.end

    # --- the parts -------------------------------------------------------------------------------

    def _column(self, name: str) -> list[int]:
        """A number that each instruction has, by its name, read without making the instructions."""
        if len(self._numbers.get(name, ())) != len(self.instructions):
            self._numbers[name] = self._tables.column(name)
        return self._numbers[name]

    def columns(self, chunk: int) -> Columns:
        """The columns of a chunk.

        Raises:
            RecordingFormatError: It has not the steps that its record claims.
        """
        at = self._parts.index.chunks[chunk]
        try:
            columns = super().columns(chunk)
        except (*SENSELESS, KeyError) as error:
            raise self._file.error(at, f"a CHUNK record makes no sense ({error})") from error
        ends_at = self.starts[chunk + 1] if chunk + 1 < len(self.starts) else self.length
        if len(columns.ends) != ends_at - self.starts[chunk]:
            what = f"a CHUNK record has {len(columns.ends)} steps, and {ends_at - self.starts[chunk]} should be there"
            raise self._file.error(at, what)
        return columns

    def output(self) -> tuple[str, str]:
        """All that the program wrote to standard output, and to standard error."""
        for at in self._parts.index.outputs[self._outputs_read :]:
            words = self._parts.words(*self._file.record(at, Kind.OUTPUT))
            if len(words) != 2:
                raise self._file.error(at, "an OUTPUT record makes no sense")
            for texts, word in zip(self.written, words, strict=True):
                texts.append(str(word))
            self._outputs_read += 1
        return super().output()
