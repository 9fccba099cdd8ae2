"""The journal of a run whose recording goes to a file while the program runs."""

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import Journal, Keyframes, is_based
from calcharo_vm.recording.sources import sources_of
from calcharo_vm.recording.storage.chunks import Chunks, Words
from calcharo_vm.recording.storage.reader import StoredJournal
from calcharo_vm.recording.storage.texts import TextsInMemory
from calcharo_vm.recording.storage.writer import RecordingWriter
from calcharo_vm.recording.values import Outcome

if TYPE_CHECKING:
    from array import array


class SpillingJournal(Journal):
    """Hands on to a file whatever is complete, and keeps no more than what a next keyframe may be found from."""

    def __init__(self, null: object, writer: RecordingWriter) -> None:
        """Writes with `writer`, which has made the file."""
        super().__init__(null)
        self._writer = writer
        self._codes_told = 0
        self.chunks = _ChunksAsTheyAre(null, TextsInMemory())
        self.keyframes = _SpillingKeyframes(self, self._writer)

    def add_chunk(
        self, words: tuple[object, ...], steps: int | None = None, written: "array[int] | None" = None
    ) -> None:
        """Writes a sealed chunk, and the tables that it is the first to refer to."""
        first = self.length
        if self.patterns:
            words = self.patterns.unfold(words)
        super().add_chunk(words, steps, written)
        out, err = super().output()
        self.written[0].clear()
        self.written[1].clear()
        new = {code.filename for code in self.codes[self._codes_told :]} - self.sources.keys()
        self.sources.update(sources_of(new))
        self._codes_told = len(self.codes)
        self._writer.add_surroundings(self.sources, self.inputs)
        self._writer.add_tables(self.codes, self.instructions)
        self._writer.add_chunk(first, self.length - first, words, (out, err))

    @property
    def recorded_bytes(self) -> int:
        """How many bytes the file has."""
        return self._writer.size

    def forget_chunks(self) -> None:
        """Forgets the words of the chunks so far."""
        self.chunks.clear()
        self.objects_written.clear()
        self.starts = []

    def ended(self, outcome: Outcome) -> Journal:
        """Completes the file, and returns the journal that reads it.

        Raises:
            RecordingError: Something could not be written.
        """
        self._writer.finish(outcome, self)
        return StoredJournal(self._writer.path)


class _ChunksAsTheyAre(Chunks):
    """Chunks that are kept for a short time only."""

    def append(self, words: Words, steps: int, *, is_folded: bool = False) -> None:
        """Adds a chunk."""
        del steps, is_folded
        self._chunks.append(words)


class _SpillingKeyframes(Keyframes):
    """Keyframes that are written; the last is kept, and those from its base on."""

    def __init__(self, journal: SpillingJournal, writer: RecordingWriter) -> None:
        super().__init__(_ChunksAsTheyAre(None, TextsInMemory()))
        self._journal = journal
        self._writer = writer

    def add(self, steps: int, words: tuple[object, ...]) -> None:
        """Writes a keyframe, and forgets what came before it, unless it is needed to go on from there."""
        if not is_based(words):
            self._kept.clear()
            self.steps = []
            self._journal.forget_chunks()
        super().add(steps, words)
        self._writer.add_keyframe(steps, words)
