"""Reads the chunks of a document into a journal, which packs them as it packs what is recorded."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import Columns, Journal
from calcharo_vm.recording.json_format.scalars import WORD_TYPES, Excerpt
from calcharo_vm.recording.json_format.stream import JsonStream
from calcharo_vm.recording.storage.texts import LARGE, Text

_SENSELESS: Final = (AssertionError, IndexError, KeyError, OverflowError, TypeError, ValueError)
_KEYS: Final = frozenset({"first", "steps", "texts", "keyframe"})
_MOST_SHARED: Final = 1 << 12


class ChunkReader:
    """Reads chunks.

    Attributes:
        highest: The highest number of an instruction that is executed, and the number of the chunk which does.
    """

    def __init__(self, stream: JsonStream, journal: Journal) -> None:
        self.highest = -1, -1
        self._stream = stream
        self._journal = journal
        self._runs: dict[int, Text] = {}  # large texts as far as they have grown
        self._shared: dict[str, str] = {}

    def read(self) -> None:
        """Reads all chunks into the journal.

        Raises:
            RecordingFormatError: One makes no sense.
        """
        for number in self._stream.elements():
            self._stream.within = f"chunk {number}, from step {len(self._journal)} on"
            chunk = self._stream.value()
            try:
                self._add(number, chunk)
            except _SENSELESS as error:
                raise self._stream.error(str(error) or repr(error)) from error

    def _add(self, number: int, chunk: object) -> None:
        if not isinstance(chunk, dict) or not {"first", "steps"} <= chunk.keys() <= _KEYS:
            raise TypeError('a chunk has "first" and "steps", and maybe "keyframe" and "texts"')
        first, journal = chunk["first"], self._journal
        if type(first) is not int or first != len(journal):
            raise ValueError(f'"first" is {first!r:.80}')
        if "keyframe" in chunk:
            self._runs.clear()
        texts = self._grown(chunk.get("texts", []))
        if "keyframe" in chunk:
            self._add_keyframe(first, self._words(_list(chunk["keyframe"]), texts))
        words, columns = self._steps(first, _list(chunk["steps"]), texts)
        journal.find_written(words)
        journal.add_chunk(words, len(columns.ends))
        self.highest = max(self.highest, (max(columns.instructions, default=-1), number))

    def _add_keyframe(self, first: int, words: tuple[object, ...]) -> None:
        keyframes = self._journal.keyframes
        if first <= keyframes.last_before(first + 1):
            raise ValueError("there is no place for a keyframe here")
        keyframes.add(first, words)

    def _grown(self, told: object) -> list[Text]:
        """The large texts of a chunk, which add to those of the chunks before."""
        texts = []
        for each in _list(told):
            run, *pieces = _list(each)
            assert type(run) is int, f"{run!r:.80} is no number of a text"
            for piece in pieces:
                assert isinstance(piece, str | bytes), f"{piece!r:.80} is no text"
                self._runs[run] = self._runs.get(run, piece[:0]) + piece  # type: ignore[operator] # of the same type
            texts.append(self._runs[run])
        return texts

    def _steps(self, first: int, steps: list[object], texts: list[Text]) -> tuple[tuple[object, ...], Columns]:
        """The words of steps, each of which is a list; the last of a document may not be complete."""
        with suppress(*_SENSELESS):
            assert set(map(type, steps)) <= {list}
            words = self._words(list(chain.from_iterable(steps)), texts)  # type: ignore[arg-type] # they are lists
            columns = Columns(words)
            if len(columns.ends) == len(steps):
                return words, columns
        words = tuple(chain.from_iterable(self._one_by_one(first, steps, texts)))
        return words, Columns(words)

    def _one_by_one(self, first: int, steps: list[object], texts: list[Text]) -> Iterator[tuple[object, ...]]:
        """Yields the words of each step, and says which of them is wrong."""
        last = first + len(steps) - 1
        for number, step in enumerate(steps, first):
            try:
                words = self._words(_list(step), texts)
                ends = list(Columns(words).ends)
            except _SENSELESS as error:
                raise ValueError(f"step {number}: {error}") from error
            if ends != [len(words) - 1] and (ends or number < last):
                raise ValueError(f"step {number}: its words are not those of one step")
            yield words

    def _words(self, words: list[object], texts: list[Text]) -> tuple[object, ...]:
        """Words as a journal has them; the same short text is the same object everywhere."""
        kinds = set(map(type, words))
        if Excerpt in kinds:
            excerpts = dict[tuple[object, object], Text]()
            words = [_text(word, texts, excerpts) if isinstance(word, Excerpt) else word for word in words]
            kinds.remove(Excerpt)
        if not kinds <= WORD_TYPES:
            wrong = next(word for word in words if type(word) not in WORD_TYPES)
            raise TypeError(f"{wrong!r:.80} is no value")
        if str in kinds:
            if len(self._shared) > _MOST_SHARED:
                self._shared.clear()
            share = self._shared.setdefault
            words = [share(word, word) if type(word) is str and len(word) < LARGE else word for word in words]
        return tuple(words)


def _text(excerpt: Excerpt, texts: list[Text], known: dict[tuple[object, object], Text]) -> Text:
    number, length = excerpt.text, excerpt.length
    if (number, length) not in known:
        assert type(number) is int, f"{number!r:.80} is no number of a text"
        assert 0 <= number < len(texts), f"the chunk has no text {number}"
        assert type(length) is int, f"{length!r:.80} is no length of a text"
        assert 0 <= length <= len(texts[number]), f"text {number} is shorter than {length}"
        known[number, length] = texts[number][:length]
    return known[number, length]


def _list(found: object) -> list[object]:
    if not isinstance(found, list):
        raise TypeError(f"{found!r:.80} is no list")
    return found
