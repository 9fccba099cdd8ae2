"""The parts of a recording's file, each read when it is asked for: chunks, keyframes and large texts."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, overload

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import Keyframes
from calcharo_vm.recording.storage.chunks import Chunks
from calcharo_vm.recording.storage.index import Index
from calcharo_vm.recording.storage.packing import DAMAGES, unpack
from calcharo_vm.recording.storage.records import Header, Kind, RecordFile
from calcharo_vm.recording.storage.texts import Text, TextsInMemory
from calcharo_vm.recording.storage.writer import PIECE
from calcharo_vm.recording.values import NULL

Words = tuple[object, ...]

SENSELESS: Final = (*DAMAGES, TypeError, KeyError)
"""What is raised by reading what was not written."""

_CHUNKS_KEPT: Final = 8
_RUNS_KEPT: Final = 8


class StoredParts:
    """Reads the parts of a file.

    Attributes:
        index: Where they are.
    """

    def __init__(self, file: RecordFile, index: Index) -> None:
        self.index = index
        self._file = file
        self._texts = _StoredTexts(file)

    def chunk(self, number: int) -> Words:
        """The words of a chunk.

        Raises:
            RecordingFormatError: They are damaged.
        """
        return self._part(Kind.CHUNK, self.index.chunks[number], self.index.chunk_steps[number])

    def keyframe(self, steps: int) -> Words:
        """The words of the keyframe after that number of steps.

        Raises:
            RecordingFormatError: They are damaged.
        """
        number = bisect_left(self.index.keyframe_steps, steps)
        return self._part(Kind.KEYFRAME, self.index.keyframes[number], steps)

    def _part(self, kind: Kind, at: int, step: int) -> Words:
        header, data = self._file.record(at, kind)
        if header.first != step:
            raise self._file.error(at, f"a {kind.name} record is of step {header.first}, and should be of step {step}")
        return self.words(header, data)

    def words(self, header: Header, data: bytes) -> Words:
        """The words of a record.

        Raises:
            RecordingFormatError: It was not made of words.
        """
        try:
            return unpack(data, NULL, self._texts)
        except SENSELESS as error:
            raise self._file.error(header.at, f"a {header.kind.name} record makes no sense ({error!r})") from error


class _StoredTexts:
    """The large texts of a file, of which a few are kept."""

    def __init__(self, file: RecordFile) -> None:
        self._file = file
        self._runs: OrderedDict[int, Text] = OrderedDict()

    def get(self, place: int, length: int) -> Text:
        """The beginning, of that length, of the run whose last piece is at a place."""
        run = self._runs.pop(place, None)
        if run is None:
            run = self._joined(place)
        self._runs[place] = run
        if len(self._runs) > _RUNS_KEPT:
            self._runs.popitem(last=False)
        if length > len(run):
            raise self._file.error(place, f"a text has {len(run)} characters, and {length} are asked for")
        return run[:length]

    def _joined(self, place: int) -> Text:
        pieces: list[Text] = []
        at, before = place, 1
        while before:
            header, data = self._file.record(at, Kind.TEXT)
            _start, is_bytes = PIECE.unpack_from(data)
            piece = data[PIECE.size :]
            pieces.append(piece if is_bytes else piece.decode("utf-8", "surrogatepass"))
            at, before = header.first, header.count
            if before and at >= header.at:
                raise self._file.error(header.at, f"a text begins at byte {at}, which comes later")
        pieces.reverse()
        return b"".join(pieces) if isinstance(pieces[0], bytes) else "".join(pieces)  # type: ignore[arg-type]


class StoredKeyframes(Keyframes):
    """The keyframes of a file."""

    def __init__(self, parts: StoredParts) -> None:
        super().__init__(Chunks(NULL, TextsInMemory()))
        self.are_complete = True
        self._parts = parts

    def words(self, steps: int) -> Words:
        """The words of the keyframe after that number of steps."""
        return self._parts.keyframe(steps) if steps else ()


class StoredChunks(Sequence[Words]):
    """The chunks of a file, of which a few are kept."""

    def __init__(self, parts: StoredParts) -> None:
        self._parts = parts
        self._kept: OrderedDict[int, Words] = OrderedDict()

    def __len__(self) -> int:
        return len(self._parts.index.chunks)

    @overload
    def __getitem__(self, number: int) -> Words: ...

    @overload
    def __getitem__(self, number: slice) -> list[Words]: ...  # type: ignore[explicit-any]

    def __getitem__(self, number: int | slice) -> Words | list[Words]:  # type: ignore[explicit-any]
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        words = self._kept.pop(number, None)
        if words is None:
            words = self._parts.chunk(number)
        self._kept[number] = words
        if len(self._kept) > _CHUNKS_KEPT:
            self._kept.popitem(last=False)
        return words
